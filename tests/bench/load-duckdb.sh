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
full() {
  empty
  for db in "$work"/*.full; do cp "$db" "${db%.full}.db"; done
}

work load-duckdb-fresh "$records" "load $(thousands "$records") rows into DuckDB: an empty table"
contenders ''
before_each=empty
warm_up
all_take_turns "$rounds"
tell

empty
for i in "${!names[@]}"; do turn "$i" 0; done # everyone has a table
for db in "$work"/*.db; do mv "$db" "${db%.db}.full"; done
work load-duckdb-changed "$records" "load $(thousands "$records") rows into DuckDB: each of them changed"
contenders -changed
before_each=full
all_take_turns "$rounds"
tell
