#!/usr/bin/env bash
# Times nq-load into SQLite against a program that only binds and steps the same rows.
# usage: tests/bench/load.sh BUILD-DIRECTORY [ROWS [ROUNDS]]      (500000 rows, 3 rounds)
set -euo pipefail

build=$(realpath "$1")
count=${2:-500000}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/common.bash
. "$here/common.bash"

need cc gcc jq jq
rows=$data/rows-$count
if [[ ! -s $rows.tsv ]]; then
  seq 0 $((count - 1)) | jq -c --argjson n "$count" '{supplier_number: "S\(. * 7919 % $n + 1000000)",
    supplier_name: "Supplier é \(.) GmbH", is_active: (. % 3 != 0), vat_number: "DE\(. * 17 + 100000000)",
    rating: (. % 100 / 10), employees: (. % 5000),
    supplier_location: [{location_code: "MAIN", location_name: "Headquarters", is_active: true,
      supplier_address: [{street: "Main Street \(.)", city: "Berlin", country_code: "DE"}]}],
    updated_at: "2026-05-16T10:23:\(. % 50 + 10)Z"}' >"$rows.ndjson"
  jq -r '[.supplier_number, .supplier_name, (if .is_active then 1 else 0 end), .vat_number, (.rating * 10 | round),
    .employees, (.supplier_location | tojson), .updated_at] | join("\t")' "$rows.ndjson" >"$rows.new"
  mv "$rows.new" "$rows.tsv"
fi
sed 's/","rating/ (changed)&/' "$rows.ndjson" >"$work/changed.ndjson"
awk -F '\t' -v OFS='\t' '{$4 = $4 " (changed)"} 1' "$rows.tsv" >"$work/changed.tsv"
cc -std=c17 -D_XOPEN_SOURCE=700 -O2 -o "$work/floor" "$here/load_baseline.c" -lsqlite3
ours="'$build/nq-load' --to sqlite:'$work/nq.db' --table s --key supplier_number"
floor="'$work/floor' '$work/floor.db'"

# pass TITLE RECORDS ROWS BEFORE: in turn, with a shell command before each round.
pass() {
  nobody
  peer nq-load "$ours" "$2"
  peer 'the C floor' "$floor" "$3"
  for ((round = 0; round < rounds; round++)); do
    sh -c "$4"
    run_in_turn 1
  done
  echo "$count rows into SQLite: $1"
  table
}
rounds=${3:-3}
fresh="rm -f '$work'/*.db"
first="rm -f '$work'/*.db; $ours <'$rows.ndjson' >'$work/receipt'; $floor <'$rows.tsv'"
pass 'into an empty table' "$rows.ndjson" "$rows.tsv" "$fresh"
pass 'the same again' "$rows.ndjson" "$rows.tsv" true
pass 'each of them changed' "$work/changed.ndjson" "$work/changed.tsv" "$first"
