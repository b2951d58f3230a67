#!/usr/bin/env bats
# nq-sync and all it started, killed as one of them is about to write, sync or rename: the cursor never passes what is
# in the table, and one undisturbed run gives the table and the cursor of a run that never was killed.
# NQ_FAULTS=long kills at every such call, and at every third of all calls.
# shellcheck disable=SC2154 # output and stderr are set by run

load helper

# The leak checker does not work under a tracer.
export ASAN_OPTIONS=detect_leaks=0

export BATS_TEST_TIMEOUT=90
[ "${NQ_FAULTS:-short}" = short ] || export BATS_TEST_TIMEOUT=7200

# The cursor in memory, the database on the disk: two file systems, where there are two.
setup() {
  cd "$BATS_TEST_TMPDIR" || return
  MEMORY=$BATS_TEST_TMPDIR
  [ ! -w /dev/shm ] || MEMORY=$(mktemp -d /dev/shm/nq-faults.XXXXXX)
  export NQ_STATE=$MEMORY/state
  mkdir db
  start_standin --suppliers 60 --age-days 6
  cp "$ROOT"/examples/acme/{sources.yml,suppliers.map,settings.json} .
  sed -i "s#https://api.acme-erp.com#$API#; s/: 200/: 20/" settings.json
  sed -i 's#sqlite:nq.db#sqlite:db/nq.db#; s/primary_key: supplier_number, /&batch: 20, /' sources.yml
  # When a row changed is in the table too, to compare it with the cursor.
  sed -i 's/  supplier_name: /  changed_at: .updated_at!,\n&/' suppliers.map
}

teardown() {
  stop_standin
  [ "$MEMORY" = "$BATS_TEST_TMPDIR" ] || rm -rf "$MEMORY"
}

cursor() { nq-cursor get acme_eu suppliers --field committed_cursor_value; }
table() { sqlite3 "$1" 'SELECT * FROM supplier ORDER BY supplier_number'; }

# keep: this is where each trial starts; then what an undisturbed run makes of it.
keep() {
  mkdir -p "$NQ_STATE"
  cp -a "$NQ_STATE" "$MEMORY/kept"
  cp -a db kept
  nq-sync >/dev/null 2>&1
  table db/nq.db >want
  cp db/nq.db want.db
  WANT=$(cursor)
  [ -n "$WANT" ] && [ "$(wc -l <want)" = 60 ]
}

restart() {
  rm -rf "$NQ_STATE" db
  cp -a "$MEMORY/kept" "$NQ_STATE"
  cp -a kept db
}

# nothing_passed: every row up to the cursor is in the table as it should be. Looks at a copy: to look is to recover.
nothing_passed() {
  local at
  at=$(cursor) || return
  rm -rf look
  cp -a db look
  [ ! -e look/nq.db ] || [ "$(sqlite3 look/nq.db 'PRAGMA integrity_check')" = ok ] || return
  [ -n "$at" ] || return 0
  [ "$(sqlite3 look/nq.db "ATTACH 'want.db' AS want; SELECT count(*) FROM (SELECT * FROM want.supplier
    WHERE julianday(changed_at) <= julianday('$at') EXCEPT SELECT * FROM main.supplier)")" = 0 ]
}

as_undisturbed() {
  nq-sync >again 2>&1 && table db/nq.db | cmp -s - want && [ "$(cursor)" = "$WANT" ] &&
    [ -z "$(find "$NQ_STATE" db -name '*.tmp' -o -name '.run*' -o -name '*-journal')" ]
}

# kill_at EVERY [-w]: at each EVERY-th call of the run. How many there are differs a little from run to run.
kill_at() {
  local killat=("$BUILD/tests/faults/killat" "${@:2}") calls k rc tried=0 fired=0
  restart
  calls=$("${killat[@]}" 0 nq-sync 2>&1 >/dev/null | tail -n 1)
  nothing_passed
  ((calls > 100))
  for ((k = $1; k <= calls; k += $1)); do
    restart
    rc=0
    "${killat[@]}" "$k" nq-sync >/dev/null 2>killed || rc=$?
    tried=$((tried + 1))
    ((rc != 137)) || fired=$((fired + 1))
    ((rc == 137 || rc == 0)) || { echo "call $k of $calls: status $rc" && cat killed && return 1; }
    nothing_passed || { echo "killed at call $k of $calls: cursor $(cursor), but the table is behind" && return 1; }
    as_undisturbed || { echo "killed at call $k of $calls: not repaired" && cat killed again && return 1; }
  done
  echo "# $BATS_TEST_DESCRIPTION: $calls calls, $tried tried, $fired killed" >&3
  ((tried > 7 && fired * 10 >= tried * 9))
}

kill_often() {
  if [ "${NQ_FAULTS:-short}" = short ]; then
    kill_at "$1" -w
  else
    kill_at 1 -w
    kill_at 3
  fi
}

@test "killed anywhere in its first run: the cursor never passes the table, and a rerun repairs" {
  keep
  kill_often 19
}

@test "killed anywhere in a later run: the cursor never passes the table, and a rerun repairs" {
  nq-sync >/dev/null 2>&1
  curl -fsS -o /dev/null -d '{"count":37,"seconds_ago":2,"seed":1}' "$API/_/acme/touch"
  keep
  kill_often 19
}

@test "the check sees a cursor that has passed the table" {
  keep
  sqlite3 db/nq.db "DELETE FROM supplier WHERE supplier_number = (SELECT min(supplier_number) FROM supplier)"
  run ! nothing_passed
}
