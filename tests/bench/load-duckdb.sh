#!/usr/bin/env bash
# nq-load into DuckDB, against DuckDB's own read_json into a temporary table and INSERT … ON CONFLICT from there.
# usage: tests/bench/load-duckdb.sh BUILD-DIRECTORY      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
# shellcheck source=tests/bench/common.bash
. "$(dirname "$0")/common.bash"

NQ_LIBDUCKDB=$("$here/../duckdb.sh")
export NQ_LIBDUCKDB
make_all_rows "$records"
columns='supplier_name varchar, is_active boolean, vat_number varchar, rating double, employees bigint,
  supplier_location json, updated_at varchar'
types=$(sed -E "s/([a-z_]+) ([a-z]+)/\1: '\2'/g" <<<"$columns")
changes=$(sed -E 's/([a-z_]+) [a-z]+/\1 = excluded.\1/g' <<<"$columns")

# contenders SUFFIX: who loads rows$1 into a database of its own each.
contenders() {
  peer nq-load "'$build/nq-load' --to duckdb:'$work/nq.db' --table s --key supplier_number" "$rows$1.ndjson"
  peer 'read_json + merge' "'$build/tests/tools/duckdb_query' '$work/own.db' 'set threads = 2' \
    'create table if not exists s (supplier_number varchar primary key, $columns)' \
    \"create temp table stage as from read_json('$rows$1.ndjson', format = 'newline_delimited', \
      columns = {supplier_number: 'varchar', $types})\" \
    'insert into s from stage on conflict (supplier_number) do update set $changes'"
}

empty() { rm -f "$work"/*.db*; }
# full: everyone has the unchanged rows, as if nothing else had ever been.
full() {
  local db
  if [[ ! -e $work/nq.full ]]; then
    for db in "$work"/*.db; do mv "$db" "${db%.db}.full"; done
  fi
  empty
  for db in "$work"/*.full; do cp "$db" "${db%.full}.db"; done
}

load_works duckdb DuckDB
