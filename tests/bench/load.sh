#!/usr/bin/env bash
# Times nq-load into SQLite against a program that only binds and steps the same rows.
# usage: tests/bench/load.sh BUILD-DIRECTORY [ROWS]
set -euo pipefail

build=$(realpath "$1")
rows=${2:-500000}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cc -std=c17 -D_XOPEN_SOURCE=700 -O2 -o "$work/baseline" "$here/load_baseline.c" -lsqlite3
"$here/load-rows.sh" "$rows" >"$work/rows.ndjson"
jq -r '[.supplier_number, .supplier_name, (if .is_active then 1 else 0 end), .vat_number, (.rating * 10 | round), .employees,
  (.supplier_location | tojson), .updated_at] | join("\t")' "$work/rows.ndjson" >"$work/rows.tsv"

# timed NAME COMMAND…: seconds in all and of the processor, memory
timed() {
  local name=$1
  shift
  /usr/bin/time -f "$name: %e s, %U s user, %S s system, %M KiB" "$@"
}
for run in 1 2; do
  echo "run $run: into an empty table, then the same again"
  rm -f "$work"/*.db
  for pass in empty again; do
    timed "baseline, $pass" "$work/baseline" "$work/baseline.db" <"$work/rows.tsv"
    timed "nq-load, $pass" "$build/nq-load" --to "sqlite:$work/nq.db" --table s --key supplier_number \
      <"$work/rows.ndjson" >"$work/receipt"
    jq -c '[.inserted, .updated, .unchanged]' "$work/receipt"
  done
done
