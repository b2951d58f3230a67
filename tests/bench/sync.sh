#!/usr/bin/env bash
# Whole delta syncs from the stand-in: all, a hundredth, nothing; and what it costs to find a small table unchanged. Each
# connector has a cursor and a database of its own.
# usage: tests/bench/sync.sh BUILD-DIRECTORY      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
# shellcheck source=tests/bench/common.bash
. "$(dirname "$0")/common.bash"

cp "$here"/../../examples/acme/{sources.yml,suppliers.map,settings.json} "$work"
venv_has_dlt=no
! can dlt "$pip_python" -c 'import dlt' || venv_has_dlt=yes

# api SUPPLIERS: Acme with so many, and connectors that ask there.
api() {
  stop_server
  start_standin --suppliers "$1" --age-days 6
  suppliers=$1
}

# contenders HOW DATABASE…: who syncs, each in a folder of its own; HOW dlt takes part, and into which databases.
contenders() {
  local url=$API/v2/suppliers database how=$1
  peer nq-sync "cd '$work/nq' && NQ_STATE=state '$build/nq-sync'"
  peer 'python3 connector' "$python '$here/peers/sync.py' '$url' '$work/python'"
  [[ $venv_has_dlt == yes ]] || return 0
  for database in "${@:2}"; do
    "$how" "dlt to $database" "'$pip_python' '$here/peers/dlt_sync.py' '$url' '$work/dlt' ${database,,}"
  done
}

# anew: no cursor, no table.
anew() {
  rm -rf "$work"/{nq,python,dlt}
  mkdir "$work"/{nq,python,dlt}
  cp "$work"/{sources.yml,suppliers.map,settings.json} "$work/nq"
  sed -i "s#https://api.acme-erp.com#$API#" "$work/nq/settings.json"
}

# rows_agree: every table has as many suppliers as Acme has.
rows_agree() {
  local db n
  for db in "$work"/{nq/nq,python/python}.db; do
    [[ -e $db ]] || continue
    n=$(sqlite3 "$db" 'select count(*) from supplier')
    ((n == suppliers)) || {
      echo "sync.sh: ${db##*/} has $n of $suppliers suppliers" >&2
      exit 1
    }
  done
}

# everyone_catches_up, with one supplier newer than the others: a cursor is inclusive, and what is on it is read again.
everyone_catches_up() {
  sleep 1 # cursors count in seconds
  control acme/touch '{"count":1,"seconds_ago":2}'
  local i
  for i in "${!names[@]}"; do turn "$i" 0; done
}

change_a_hundredth() {
  everyone_catches_up
  sleep 1
  control acme/touch "{\"count\":$((suppliers / 100)),\"seconds_ago\":2,\"seed\":$RANDOM}"
}

# Of half a million, dlt's first sync into DuckDB and its merge into SQLite take minutes each.
first=(SQLite DuckDB) delta=(SQLite DuckDB)
((records < 500000)) || first=(SQLite) delta=(DuckDB)

api "$records"
work sync-first "$records" "first sync of $(thousands "$records") suppliers into SQLite"
contenders slow_peer "${first[@]}"
before_each=anew
all_take_turns "$rounds"
rows_agree
tell

work sync-delta $((records / 100)) "the next sync, of $(thousands $((records / 100))) that changed"
contenders peer "${delta[@]}"
before_each=change_a_hundredth
all_take_turns "$rounds"
rows_agree
tell

api "$tiny"
anew
work sync-empty 0 "a sync of $(thousands "$tiny") suppliers of which none changed"
contenders peer SQLite DuckDB
for i in "${!names[@]}"; do turn "$i" 0; done
everyone_catches_up
all_take_turns $((rounds * 3))
rows_agree
tell
