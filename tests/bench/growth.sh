#!/usr/bin/env bash
# Our programs alone, from small to large: time and memory for a record stay what they are.
# usage: tests/bench/growth.sh BUILD-DIRECTORY      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
# shellcheck source=tests/bench/common.bash
. "$(dirname "$0")/common.bash"

# grow N: each stage with so many records.
grow() {
  make_pages $(($1 / 200))
  make_suppliers "$1"
  make_rows "$1"
  serve "$pages" 1.json
  work "growth-$1" "$1" "$(thousands "$1") records"
  peer nq-fetch "$on_first '$build/nq-fetch' '$url' -q per_page=200 -r .data -p page:next=.next_page -w .updated_at"
  peer nq-map "'$build/nq-map' -f '$here/../../examples/acme/suppliers.map'" "$suppliers"
  peer 'nq-load, SQLite' "'$build/nq-load' --to sqlite:'$work/nq.db' --table s --key supplier_number" "$rows.ndjson"
  peer 'nq-load, PostgreSQL' "'$build/nq-load' --to '$PGURL' --table s --key supplier_number" "$rows.ndjson"
  before_each=empty
  warm_up
  cat "$suppliers" "$rows.ndjson" >/dev/null # so that it is in memory, as far as it has room
  all_take_turns $(($1 >= 1000000 ? 1 : rounds))
  tell
  stop_server
}

empty() {
  rm -f "$work"/*.db
  psql -qX "$PGURL" -c 'set client_min_messages = warning' -c 'drop table if exists s' -c checkpoint
}

# shellcheck source=tests/postgres.bash
. "$here/../postgres.bash"
PG_MOST=3600
trap 'stop_postgres; stop_server; rm -rf "$work"' EXIT
start_postgres
for n in "${growth[@]}"; do grow "$n"; done
