#!/usr/bin/env bash
# nq-load into SQLite, against a program that only binds and steps the same rows, sqlite-utils and Python.
# usage: tests/bench/load-sqlite.sh BUILD-DIRECTORY      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
# shellcheck source=tests/bench/common.bash
. "$(dirname "$0")/common.bash"

make_all_rows "$records"

# contenders SUFFIX: who loads rows$1 into a table of its own each.
contenders() {
  peer nq-load "'$build/nq-load' --to sqlite:'$work/nq.db' --table s --key supplier_number" "$rows$1.ndjson"
  peer 'the C floor' "'$build/tests/bench/sqlite_floor' '$work/floor.db'" "$rows$1.tsv"
  peer 'python3 executemany' "$python '$here/peers/sqlite.py' '$work/python.db'" "$rows$1.ndjson"
  ! can sqlite-utils sqlite-utils --version || slow_peer sqlite-utils \
    "sqlite-utils upsert '$work/utils.db' s - --nl --pk supplier_number --batch-size 1000" "$rows$1.ndjson"
}

empty() { rm -f "$work"/*.db; }
# full: everyone has the unchanged rows, as if nothing else had ever been.
full() {
  local db
  if [[ ! -e $work/nq.full ]]; then
    for db in "$work"/*.db; do mv "$db" "${db%.db}.full"; done
  fi
  for db in "$work"/*.full; do cp "$db" "${db%.full}.db"; done
  sync -f "$work"
}

load_works sqlite SQLite
