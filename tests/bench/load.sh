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
seq 0 $((rows - 1)) | jq -c --argjson n "$rows" '{supplier_number: "S\(. * 7919 % $n + 1000000)",
  supplier_name: "Supplier é \(.) GmbH", is_active: (. % 3 != 0), vat_number: "DE\(. * 17 + 100000000)",
  rating: (. % 100 / 10), employees: (. % 5000),
  supplier_location: [{location_code: "MAIN", location_name: "Headquarters", is_active: true,
    supplier_address: [{street: "Main Street \(.)", city: "Berlin", country_code: "DE"}]}],
  updated_at: "2026-05-16T10:23:\(. % 50 + 10)Z"}' >"$work/rows.ndjson"
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
