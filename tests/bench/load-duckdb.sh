#!/usr/bin/env bash
# Times nq-load into DuckDB against DuckDB's own read_json into a temporary table and INSERT … ON CONFLICT DO UPDATE
# from there, all in one process of the same library.
# usage: tests/bench/load-duckdb.sh BUILD-DIRECTORY [ROWS]
set -euo pipefail

build=$(realpath "$1")
rows=${2:-500000}
root=$(cd "$(dirname "$0")/../.." && pwd)
NQ_LIBDUCKDB=$("$root/tests/duckdb.sh")
export NQ_LIBDUCKDB
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

seq 0 $((rows - 1)) | jq -c --argjson n "$rows" '{supplier_number: "S\(. * 7919 % $n + 1000000)",
  supplier_name: "Supplier é \(.) GmbH", is_active: (. % 3 != 0), vat_number: "DE\(. * 17 + 100000000)",
  rating: (. % 100 / 10), employees: (. % 5000),
  supplier_location: [{location_code: "MAIN", location_name: "Headquarters", is_active: true,
    supplier_address: [{street: "Main Street \(.)", city: "Berlin", country_code: "DE"}]}],
  updated_at: "2026-05-16T10:23:\(. % 50 + 10)Z"}' >"$work/rows.ndjson"

columns='supplier_name varchar, is_active boolean, vat_number varchar, rating double, employees bigint,
  supplier_location json, updated_at varchar'
types=$(sed -E "s/([a-z_]+) ([a-z]+)/\1: '\2'/g" <<<"$columns")
assignments=$(sed -E 's/([a-z_]+) [a-z]+/\1 = excluded.\1/g' <<<"$columns")

# timed NAME COMMAND…: seconds in all and of the processors, memory
timed() {
  local name=$1
  shift
  /usr/bin/time -f "$name: %e s, %U s user, %S s system, %M KiB" "$@"
}

own() {
  timed "DuckDB, $1" "$build/tests/tools/duckdb_query" "$work/own.db" "set threads = 2" \
    "create table if not exists s (supplier_number varchar primary key, $columns)" \
    "create temp table stage as from read_json('$work/rows.ndjson', format = 'newline_delimited',
       columns = {supplier_number: 'varchar', $types})" \
    "insert into s from stage on conflict (supplier_number) do update set $assignments"
}

for run in 1 2; do
  echo "run $run: into an empty table, then the same again"
  rm -f "$work"/*.db
  for pass in empty again; do
    own "$pass"
    for batch in 1000 100000; do
      timed "nq-load, batches of $batch, $pass" "$build/nq-load" --to "duckdb:$work/$batch.db" --table s \
        --key supplier_number --batch "$batch" <"$work/rows.ndjson" >"$work/receipt"
      jq -c '[.inserted, .updated, .unchanged, .batches]' "$work/receipt"
    done
  done
done
