#!/usr/bin/env bats
# nq-cursor with its state in PostgreSQL: the tables, the lease and its loss, a server that goes away.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # stderr is set by run, each test is a subshell; references of ours and inner shells in single quotes

load helper
load postgres

setup_file() { start_postgres; }
teardown_file() { stop_postgres; }
teardown() { [ ! -e ghost ] || standby ''; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  S=s$BATS_TEST_NUMBER
  export NQ_STATE=$PGURL NQ_LEASE=3s
  unset NQ_LOCK
}

sql() { psql -qXAt "$PGURL" -c "$1"; }
start() { RUN=$(nq-cursor begin -t numeric_id -F run_id acme "$S"); }
complete() { nq-cursor complete --run "$RUN" --cursor "$@" -F committed_cursor_value acme "$S"; }
row() { nq-cursor get -F status -F committed_cursor_value acme "$S"; }
ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

# under_lock SCRIPT: bash under the lock, in the background; its pid in HOLDER. The script says "ready" by `touch ready`.
under_lock() {
  rm -f ready
  nq-cursor lock acme "$S" -- bash -c "$1" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
  HOLDER=$!
  until_true 10 test -e ready
}
# keeper: the pid of the process that keeps the lease.
keeper() { ps --ppid "$HOLDER" -o pid=,args= | awk '/nq-cursor lock/ {print $1}'; }
lease() { sql "select lease_until from nq_state where stream_name = '$S'"; }
lapsed() { [ "$(sql "select lease_until < clock_timestamp() from nq_state where stream_name = '$S'")" = t ]; }
renewed() { [ "$(lease)" != "$1" ]; }
locked() { [ -n "$(sql "select 1 from pg_locks where $1")" ]; }
ended() { ! kill -0 "$1" 2>/dev/null; }

@test "nothing is made before something is written, and two at once may make the tables" {
  local fresh=${PGURL%/*}/fresh i pids=()
  psql -qX "${PGURL%/*}/postgres" -c 'create database fresh'
  [ "$(nq-cursor --state "$fresh" get -F status acme x)" = idle ]
  [ -z "$(nq-cursor --state "$fresh" list --json)$(nq-cursor --state "$fresh" history --json acme x)" ]
  [ "$(psql -qXAt "$fresh" -c "select count(*) from pg_tables where tablename like 'nq_%'")" = 0 ]
  for i in {1..6}; do
    nq-cursor --state "$fresh" begin -t numeric_id acme "x$i" >/dev/null 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
  [ "$(nq-cursor --state "$fresh" list --json | wc -l)" = 6 ]
}

@test "the tables are in the first schema of the role's search path" {
  sql 'create schema elsewhere'
  export NQ_STATE="$PGURL?options=-csearch_path%3Delsewhere"
  start
  complete 7
  [ "$(sql "select string_agg(tablename, ' ' order by tablename) from pg_tables where schemaname = 'elsewhere'")" = 'nq_runs nq_state' ]
  [ "$(sql "select committed_cursor_value from elsewhere.nq_state")" = 7 ]
}

@test "a table that was dropped is made again, and the other one stays" {
  psql -qX "${PGURL%/*}/postgres" -c 'create database healed'
  export NQ_STATE=${PGURL%/*}/healed
  start
  complete 7
  psql -qX "$NQ_STATE" -c 'drop table nq_runs'
  [ "$(nq-cursor history --json acme "$S")" = '' ]
  start
  [ "$(complete 8)" = 8 ]
  [ "$(nq-cursor history --json acme "$S" | jq -r .committed_cursor_value)" = $'7\n8' ]
  psql -qX "$NQ_STATE" -c 'drop table nq_state'
  start
  [ "$(row)" = running ]
  [ "$(nq-cursor history --json acme "$S" | jq -r .event)" = $'completed\ncompleted' ]
}

@test "what is refused leaves nothing behind" {
  run nq-cursor complete --run x --cursor 7 acme "$S"
  status_is 1
  [[ $output != *attempt* ]]
  run nq-cursor begin -t numeric_id --since five acme "$S"
  status_is 2
  [ "$(sql "select count(*) from nq_state where stream_name = '$S'")" = 0 ]
}

@test "postgres:// is the same, and the row is there for SQL" {
  start
  NQ_STATE=postgres://${PGURL#*://} complete 7 --records 3
  [ "$(sql "select status, committed_cursor_value, records_processed, version from nq_state where stream_name = '$S'")" = 'succeeded|7|3|1' ]
  [ "$(sql "select line::json->>'event' from nq_runs where stream_name = '$S'")" = completed ]
}

@test "a password is a reference, and is never said" {
  psql -qX "$PGURL" -c 'grant all on schema public to guarded; grant all on all tables in schema public to guarded' \
    -c 'grant all on all sequences in schema public to guarded'
  run --separate-stderr nq-cursor --state "postgresql://guarded:geheim@127.0.0.1:$PG_PORT/nq" get acme "$S"
  status_is 2
  [[ $stderr != *geheim* ]]
  export PASSWORD='open sesame'
  nq-cursor --state "postgresql://guarded:\${PASSWORD}@127.0.0.1:$PG_PORT/nq" begin acme "$S"
  PASSWORD=geheim run --separate-stderr nq-cursor --state "postgresql://guarded:\${PASSWORD}@127.0.0.1:$PG_PORT/nq" get acme "$S"
  status_is 1
  stderr_has 'authentication failed'
  [[ $stderr != *geheim* ]]
}

@test "an error text may hold whatever a text may" {
  start
  nq-cursor fail -r "$RUN" -e $'\'); drop table nq_state; -- \\ "ü" \x01' acme "$S"
  nq-cursor get acme "$S" | jq -e '.error_summary == "'"'); drop table nq_state; -- \\\\ \\\"ü\\\" \\u0001"'"'
}

@test "a damaged row is told, and recoverable from the history" {
  start
  complete 7
  sql "update nq_state set committed_cursor_value = 'seven' where stream_name = '$S'"
  run --separate-stderr nq-cursor begin acme "$S"
  status_is 1
  stderr_has "is damaged ('seven' is not a number" "nq-cursor reset --state $PGURL --cursor-type numeric_id --cursor 7 --reason 'damaged state' -- acme $S"
  eval "$(grep -o 'nq-cursor reset.*' <<<"$stderr")" >/dev/null
  [ "$(row)" = $'idle\n7' ]
  sql "update nq_state set version = 2 where stream_name = '$S'"
  run --separate-stderr nq-cursor get acme "$S"
  status_is 1
  stderr_has 'version 2, this nq-cursor knows 1'
}

@test "the history keeps the newest 10,000 lines of a stream" {
  start
  complete 7
  sql "insert into nq_runs (connector_name, stream_name, line) select 'acme', '$S', line from nq_runs, generate_series(1, 10050) where stream_name = '$S'"
  start
  complete 8
  [ "$(nq-cursor history --json acme "$S" | wc -l)" = 10000 ]
  [ "$(nq-cursor history --json acme "$S" | tail -n 1 | jq -r .committed_cursor_value)" = 8 ]
}

@test "a change is whole or not there: one that is killed in the middle leaves the row as it was, and no lock" {
  start
  complete 7
  start
  psql -qX "$PGURL" -c "begin; select 1 from nq_runs; lock nq_runs in access exclusive mode; select pg_sleep(60)" >/dev/null 2>&1 3>&- &
  local blocker=$! victim
  until_true 10 locked "granted and mode = 'AccessExclusiveLock' and relation = 'nq_runs'::regclass"
  nq-cursor complete --run "$RUN" --cursor 9 acme "$S" 3>&- &
  victim=$!
  until_true 10 locked 'not granted'
  kill -9 "$victim"
  sql "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()"
  wait "$blocker" || true
  [ "$(row)" = $'running\n7' ]
  [ "$(complete 8)" = 8 ]
  [ "$(nq-cursor history --json acme "$S" | wc -l)" = 2 ]
}

# at_commit WHAT: a change of this stream's row makes it happen right before its commit, once.
at_commit() {
  sql "create sequence $S; create function $S() returns trigger language plpgsql as
    'begin if nextval(''$S'') <= ${2:-1} then $1 perform pg_terminate_backend(pg_backend_pid()); end if; return null; end';
    create constraint trigger $S after update on nq_state deferrable initially deferred for each row
    when (new.stream_name = '$S') execute function $S()"
}

@test "a complete whose connection dies in the commit is done again over a new one" {
  start
  at_commit ''
  run --separate-stderr complete 7
  status_is 0
  stdout_is 7
  stderr_has 'terminating connection due to administrator command' 'attempt 2 of 3'
  [ "$(row)" = $'succeeded\n7' ]
  [ "$(nq-cursor history --json acme "$S" | jq -r .event)" = completed ]
}

@test "a complete whose connection dies again and again is 75 in the end, and harmless to repeat" {
  start
  at_commit '' 3
  run --separate-stderr complete 7
  status_is 75
  stdout_is ''
  stderr_has 'attempt 3 of 3' 'whether it was done is not known, doing it again is harmless'
  [ "$(row)" = running ]
  [ "$(complete 7)" = 7 ]
}

@test "a complete that is done again does not undo a run that began meanwhile" {
  start
  at_commit 'perform pg_sleep(1);'
  complete 7 2>err 3>&- &
  local one=$! status=0
  until_true 10 locked "relation = 'nq_state'::regclass and mode = 'RowExclusiveLock'"
  nq-cursor begin acme "$S"
  wait "$one" || status=$?
  [ "$status" -eq 1 ]
  grep -q 'attempt 2 of 3' err
  grep -q "run '$RUN' is superseded by run '" err
  [ "$(row)" = running ]
  [ "$(nq-cursor history --json acme "$S" | jq -r .event)" = abandoned ]
}

# A commit waits for a standby that does not exist: it is durable, and its answer never comes. What we look with must not.
look() { PGOPTIONS='-c synchronous_commit=local' sql "$1"; }
standby() { look "alter system set synchronous_standby_names = '$1'" && look 'select pg_reload_conf()' >/dev/null; }
commit_hangs() {
  local status=0
  timeout 1 psql -qX "$PGURL" -c 'create table if not exists probe(x int)' -c 'insert into probe values(1)' 2>/dev/null || status=$?
  [ "$status" -eq 124 ]
}
waiting() { [ "$(look "select count(*) from pg_stat_activity where application_name = 'nq-cursor' and wait_event = 'SyncRep'")" = 1 ]; }

# without_answer OPTION…: a complete whose commit is done, and whose connection dies before it hears that.
without_answer() {
  touch ghost
  standby ghost
  until_true 10 commit_hangs
  nq-cursor complete --run "$RUN" -F committed_cursor_value "$@" acme "$S" >out 2>err 3>&- &
  local pid=$! status=0
  until_true 10 waiting
  look "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'" >/dev/null
  until_true 10 grep -q 'attempt 2 of 3' err
  standby ''
  wait "$pid" || status=$?
  [ "$status" -eq 0 ] || { cat err && return 1; }
}

@test "a complete whose answer is lost after the commit finds it done, and the cursor moved once" {
  start
  without_answer --cursor 7
  [ "$(cat out)" = 7 ]
  [ "$(row)" = $'succeeded\n7' ]
  [ "$(nq-cursor history --json acme "$S" | jq -r .event)" = completed ]
}

@test "so does one whose run began above the cursor, of which nothing in the row tells any more" {
  RUN=$(nq-cursor begin -t opaque_token -F run_id acme "$S")
  complete a
  RUN=$(nq-cursor begin --since b -F run_id acme "$S")
  without_answer --cursor c
  [ "$(cat out)" = a ]
  grep -q 'the cursor stays' err
}

@test "a lock is renewed as long as its command runs" {
  NQ_LEASE=2s
  under_lock 'touch ready; sleep 4'
  sleep 2.5
  run -75 --separate-stderr nq-cursor lock acme "$S" -- true
  wait "$HOLDER"
  nq-cursor lock acme "$S" -- true
}

@test "a host that dies is taken over when its lease is over, not before, and its run is abandoned" {
  local from
  under_lock 'nq-cursor begin -t numeric_id acme '"$S"' && touch ready && sleep 60'
  local command
  command=$(ps --ppid "$HOLDER" -o pid=,args= | awk '!/nq-cursor lock/ {print $1}')
  kill -9 "$HOLDER" "$(keeper)" "$command"
  from=$(ms)
  nq-cursor lock --wait 10 acme "$S" -- sh -c "nq-cursor begin acme $S"
  (($(ms) - from > 1500 && $(ms) - from < 6000))
  [ "$(nq-cursor history --json acme "$S" | jq -r .event)" = abandoned ]
}

@test "without NQ_LEASE a dead host is taken over within 30 seconds" {
  unset NQ_LEASE
  under_lock 'touch ready; sleep 60'
  local left
  left=$(sql "select extract(epoch from lease_until - clock_timestamp()) from nq_state where stream_name = '$S'")
  [ "$(jq -n "$left > 15 and $left <= 25")" = true ]
  kill "$HOLDER"
}

@test "when only the process group is killed, what is left of it keeps the lock until it ends" {
  set -m
  under_lock 'setsid sh -c "echo \$\$; touch ready; exec sleep 60 >/dev/null 2>&1" & sleep 60'
  set +m
  kill -9 -- "-$HOLDER"
  sleep 3.5
  run -75 --separate-stderr nq-cursor lock acme "$S" -- true
  kill -9 "$(cat out)"
  nq-cursor lock --wait 1 acme "$S" -- true
}

@test "a lost lease ends the command, with all it started, and its run cannot complete" {
  under_lock 'trap "touch told; exit 9" TERM
    nq-cursor begin -t numeric_id -F run_id acme '"$S"' >run; sleep 60 & echo $! >child; touch ready; while :; do sleep 0.02; done'
  sql "update nq_state set lease_token = 'other', lease_holder = 'pid 1 on other' where stream_name = '$S'"
  run -75 --separate-stderr nq-cursor complete --run "$(cat run)" --cursor 7 acme "$S"
  stderr_has "run '$(cat run)' has lost the lock that it began under, and cannot complete"
  status=0
  wait "$HOLDER" || status=$?
  [ "$status" -eq 75 ]
  [ -e told ]
  until_true 5 ended "$(cat child)"
  grep -qE "the lock of 'acme/$S' is lost \(somebody else took it: pid 1 on other, since 2.*Z\): the run is ended, and what it has not committed the next one repeats" err
  [ "$(row)" = running ]
  [ "$(sql "select lease_token from nq_state where stream_name = '$S'")" = other ]
}

@test "a command that was done all the same keeps its status when its lock is lost" {
  local status=0
  under_lock 'trap "exit 3" TERM; touch ready; while :; do sleep 0.02; done'
  sql "update nq_state set lease_token = 'other', lease_holder = null where stream_name = '$S'"
  wait "$HOLDER" || status=$?
  [ "$status" -eq 3 ]
  grep -q "is lost (somebody else took it): the run" err
}

@test "a lease that was long in coming is not taken for a fresh one" {
  nq-cursor lock acme "$S" -- true
  psql -qXAt "$PGURL" -c 'begin' -c "select 1 from nq_state where stream_name = '$S' for update" -c 'select pg_sleep(2.7)' -c commit >/dev/null 3>&- &
  until_true 5 locked "relation = 'nq_state'::regclass and mode = 'RowShareLock'"
  under_lock 'touch ready; sleep 2'
  run -75 --separate-stderr nq-cursor lock --wait 1 acme "$S" -- true
  wait "$HOLDER"
}

@test "one that waits for a lock and is killed leaves nobody waiting" {
  local waiter child
  under_lock 'touch ready; sleep 60'
  nq-cursor lock --wait 50 acme "$S" -- true 3>&- &
  waiter=$!
  until_true 5 pgrep -P "$waiter"
  child=$(pgrep -P "$waiter")
  sleep 0.3
  kill "$waiter"
  until_true 3 ended "$child"
  kill "$HOLDER"
}

@test "a server that is away longer than the lease ends the command before another can have it" {
  local status=0 from
  under_lock 'trap "" TERM; nq-cursor begin -t numeric_id -F run_id acme '"$S"' >run; touch ready; while :; do sleep 0.02; done'
  from=$(ms)
  (cd / && crash_postgres)
  wait "$HOLDER" || status=$?
  (($(ms) - from < 3000))
  restart_postgres
  [ "$status" -eq 75 ]
  grep -q "the lock of 'acme/$S' is lost (cannot connect to 'postgresql://127.0.0.1:$PG_PORT/nq': " err
  until_true 5 lapsed # it may have started again before that
  run -75 --separate-stderr nq-cursor complete --run "$(cat run)" --cursor 7 acme "$S"
  nq-cursor lock --wait 5 acme "$S" -- true
}

# server SIGNAL: for all its processes.
server() {
  local main
  main=$(head -n 1 "$PG_DIR/data/postmaster.pid")
  # shellcheck disable=SC2046 # numbers
  kill "-$1" "$main" $(pgrep -P "$main")
}

@test "a server that does not answer is as good as one that is away" {
  local status=0 from
  under_lock 'touch ready; exec sleep 60'
  from=$(ms)
  server STOP
  wait "$HOLDER" || status=$?
  server CONT
  [ "$status" -eq 75 ]
  (($(ms) - from < 3000))
  grep -q "the lock of 'acme/$S' is lost (.*no answer" err
}

@test "a network without names ends the command in time, too" {
  local status=0 from
  export NQ_TEST_NO_NAMES=$PWD/no-names
  # A sanitizer wants to come first, but need not.
  ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 LD_PRELOAD=$BUILD/tests/preload/names.so under_lock 'trap "" TERM; touch ready; while :; do sleep 0.02; done'
  touch no-names
  from=$(ms)
  (cd / && crash_postgres)
  wait "$HOLDER" || status=$?
  (($(ms) - from < 3000))
  rm no-names
  restart_postgres
  [ "$status" -eq 75 ]
  grep -q "the lock of 'acme/$S' is lost (looking up a name takes too long): the run is ended" err
}

@test "a connection that is dead is replaced in time" {
  local backend was
  NQ_LEASE=6s
  under_lock 'touch ready; sleep 4'
  was=$(lease)
  backend=$(sql "select pid from pg_stat_activity where query like 'SET synchronous_commit%' or query like 'UPDATE nq_state SET lease_until%'")
  kill -STOP "$backend"
  until_true 20 renewed "$was"
  kill -CONT "$backend"
  wait "$HOLDER"
}

@test "a server that is away for less than that does no harm" {
  NQ_LEASE=20s
  under_lock 'RUN=$(nq-cursor begin -t numeric_id -F run_id acme '"$S"'); touch ready; until [ -e go ]; do sleep 0.02; done
    nq-cursor complete --run $RUN --cursor 7 acme '"$S"
  (cd / && crash_postgres)
  restart_postgres
  local was
  was=$(lease)
  until_true 20 renewed "$was"
  touch go
  wait "$HOLDER"
  [ "$(row)" = $'succeeded\n7' ]
}

@test "a host that stood still for longer than the lease ends its command, and says why" {
  local keeper status=0
  under_lock 'touch ready; exec sleep 60'
  keeper=$(keeper)
  kill -STOP "$keeper"
  until_true 20 nq-cursor lock acme "$S" -- true
  kill -CONT "$keeper"
  wait "$HOLDER" || status=$?
  [ "$status" -eq 75 ]
  grep -q "the lock of 'acme/$S' is lost (this host stood still for too long): the run is ended" err
}

@test "a keeper that is killed takes the command with it" {
  local status=0
  under_lock 'touch ready; exec sleep 60'
  kill -9 "$(keeper)"
  wait "$HOLDER" || status=$?
  [ "$status" -eq 75 ]
  grep -q 'the keeper of the lock died: the command is ended' err
}

@test "a command that closes all its descriptors keeps the lock, and is ended with it" {
  local status=0
  under_lock 'for fd in /proc/$$/fd/*; do fd=${fd##*/}; ((fd < 3)) || eval "exec $fd>&-"; done; touch ready; sleep 60'
  sleep 0.3
  run -75 --separate-stderr nq-cursor lock acme "$S" -- true
  sql "update nq_state set lease_token = 'other' where stream_name = '$S'"
  wait "$HOLDER" || status=$?
  [ "$status" -eq 75 ]
  run ! grep 'keeper of the lock died' err
}

@test "a signal that is ignored stays so for the command" {
  run --separate-stderr nohup nq-cursor lock acme "$S" -- sh -c 'kill -HUP $$; echo alive'
  status_is 0
  stdout_is alive
}

@test "a run under a lease that is over cannot even begin" {
  local keeper
  under_lock 'touch ready; until [ -e go ]; do sleep 0.02; done; s=0; nq-cursor begin acme '"$S"' || s=$?; echo $s >begun'
  keeper=$(keeper)
  kill -STOP "$keeper"
  sql "update nq_state set lease_until = clock_timestamp() - interval '1s' where stream_name = '$S'"
  touch go
  until_true 10 test -s begun
  kill -CONT "$keeper"
  wait "$HOLDER" || true
  [ "$(cat begun)" = 75 ]
  grep -q "the lock of 'acme/$S' is lost: it was not renewed in time" err
}

@test "a run whose lock was lost, taken and given back meanwhile cannot begin" {
  local keeper
  under_lock 'touch ready; until [ -e go ]; do sleep 0.02; done; s=0; nq-cursor begin acme '"$S"' || s=$?; echo $s >begun'
  keeper=$(keeper)
  kill -STOP "$keeper"
  until_true 20 nq-cursor lock acme "$S" -- true
  touch go
  until_true 10 test -s begun
  kill -CONT "$keeper"
  wait "$HOLDER" || true
  [ "$(cat begun)" = 75 ]
  grep -q "the lock of 'acme/$S' is lost: somebody else took it meanwhile" err
  [ "$(row)" = idle ]
}

@test "a lock of another stream, or one that was given back, does not keep a run from beginning" {
  nq-cursor lock acme "$S-other" -- nq-cursor begin acme "$S" -F status
  run --separate-stderr nq-cursor lock acme "$S" -- nq-cursor lock acme "$S-other" -- nq-cursor begin acme "$S-other" -F status
  status_is 0
  stdout_is running
}

@test "a lock under the same lock says so" {
  run -75 --separate-stderr nq-cursor lock acme "$S" -- nq-cursor lock acme "$S" -- true
  stderr_has 'the run that this one was started by'
}

@test "the time of a lease is checked" {
  local bad
  for bad in x 0 0.5 2h -1; do
    NQ_LEASE=$bad run --separate-stderr nq-cursor lock acme "$S" -- true
    status_is 2
    stderr_has "NQ_LEASE: '$bad' is no time from 1s to 1h"
  done
}

@test "a server that is not there is 75, and says where it should be" {
  run --separate-stderr nq-cursor --state postgresql://nq@127.0.0.1:9/nq get acme "$S"
  status_is 75
  stderr_has "cannot connect to 'postgresql://127.0.0.1:9/nq'"
}
