#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; run sets stderr
# nq-load into PostgreSQL: connections that die before, during and after a commit, locks, loaders side by side, signals.

load helper
load load-common
load postgres
load load-postgres-common

into() { nq-load --to "$PGURL" --table t --retry-min 50ms "$@"; }

# at_row N WHAT: from now on the N-th row that is written to table t makes WHAT happen, once, whatever is rolled back.
at_row() {
  sql "create sequence rows_written; create function f() returns trigger language plpgsql as
    'begin if nextval(''rows_written'') = $1 then $2; end if; return new; end';
    create trigger tr before insert or update on t for each row execute function f()" >/dev/null
}
death='perform pg_terminate_backend(pg_backend_pid())'

# backends: of nq-load
backends() { sql "select count(*) from pg_stat_activity where application_name = 'nq-load'"; }
backend_there() { [ "$(sql "select count(*) from pg_stat_activity where application_name = 'nq-load' and state = 'idle in transaction'")" = 1 ]; }
backend_gone() { [ "$(backends)" = 0 ]; }
end_backends() { sql "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'nq-load'" >/dev/null; }

# feed OPTION…: nq-load of fifo "in" (descriptor 9) in the background, its receipt in out
feed() {
  mkfifo in
  nq-load --to "$PGURL" --table t --retry-min 50ms "$@" <in >out 2>err 3>&- &
  LOADER=$!
  exec 9>in
}

@test "a connection that dies while a batch is written: it is sent again, the counts are exact" {
  sql "create table t(id int primary key, a text); insert into t values(1, ''), (2, 'b')"
  at_row 4 "$death"
  run --separate-stderr into --key id --batch 3 < <(for i in {1..9}; do rows "{\"id\":$i,\"a\":\"b\"}"; done)
  status_is 0
  counts_are "9 7 1 1 0 0 0"
  stderr_has "[WARN] nq-load: " "terminating connection due to administrator command" "attempt 2 of 5, waiting 0."
  sql_is "select count(*), count(distinct id) from t where a = 'b'" '9|9'
}

@test "a connection that dies between batches is made anew" {
  feed --key id --batch 1
  rows '{"id":1}' >&9
  until_true 10 has_row 1
  end_backends
  until_true 10 backend_gone
  rows '{"id":2}' '{"id":"x"}' >&9
  exec 9>&-
  wait "$LOADER" || cat err
  [ "$(jq -c '[.records,.inserted]' out)" = '[3,3]' ]
  sql_is 'select id from t order by id' $'1\n2\nx'
}

@test "a connection that dies in the commit: the transaction's number tells that it is not in" {
  sql "create table t(id int primary key); create sequence s; create function d() returns trigger language plpgsql as
    'begin if nextval(''s'') = 3 then $death; end if; return null; end';
    create constraint trigger c after insert on t deferrable initially deferred for each row execute function d()"
  run --separate-stderr into --key id --mode insert --batch 5 < <(for i in {1..12}; do rows "{\"id\":$i}"; done)
  status_is 0
  counts_are "12 12 0 0 0 0 0"
  stderr_has "attempt 2 of 5"
  sql_is 'select count(*) from t' 12
}

# A commit waits for a standby that does not exist: it is durable, and its answer never comes.
waiting_for_standby() { [ "$(sql "select count(*) from pg_stat_activity where application_name = 'nq-load' and wait_event = 'SyncRep'")" = 1 ]; }
with_standby() {
  sql "alter system set synchronous_standby_names = 'ghost'"
  sql 'select pg_reload_conf()' >/dev/null
  until_true 10 standby_is_missed
}
# The server takes its time to notice: until a commit hangs.
standby_is_missed() {
  local rc=0
  timeout 1 psql -qX "$PGURL" -c 'create table if not exists probe(x int)' -c 'insert into probe values(1)' 2>/dev/null || rc=$?
  [ "$rc" -eq 124 ]
}
backend_rests() { [ "$(sql "select count(*) from pg_stat_activity where application_name = 'nq-load' and state = 'idle' and state_change < now() - interval '300 ms'")" = 1 ]; }
commit_given_up() { [ "$(sql "select count(*) from pg_stat_activity where application_name = 'nq-load' and state = 'active'")" = 0 ]; }
without_standby() { sql "alter system set synchronous_standby_names = ''" && sql 'select pg_reload_conf()' >/dev/null; }

@test "a connection that dies after the commit: nothing is counted or written twice, whatever the mode" {
  local mode
  for mode in insert append; do
    sql "drop table if exists t; create table t(id int unique, a text, n serial); drop table if exists _nq_loads; insert into t(id, a) values(1, 'old')"
    rm -f in
    feed --key id --mode $mode
    until_true 10 backend_rests
    with_standby
    rows '{"id":2,"a":"x"}' '{"id":3,"a":"y"}' >&9
    exec 9>&-
    until_true 10 waiting_for_standby
    end_backends
    until_true 10 commit_given_up
    without_standby
    wait "$LOADER" || cat err
    [ "$(jq -c '[.records,.inserted,.updated,.unchanged]' out)" = '[2,2,0,0]' ]
    grep -q 'attempt 2 of 5' err
    sql_is "select string_agg(id || a, ',' order by id) from t where id > 1" '2x,3y'
    sql_is 'select count(*) from _nq_loads' 1
  done
}

@test "an append whose connection dies in mid-run is status 75 and leaves nothing" {
  feed --mode append --batch 1
  rows '{"id":1}' >&9
  until_true 10 backend_there
  end_backends
  until_true 10 backend_gone
  rows '{"id":2}' >&9
  exec 9>&-
  local rc=0
  wait "$LOADER" || rc=$?
  [ "$rc" -eq 75 ]
  [ ! -s out ]
  sql_is "select to_regclass('t') is null" t
}

@test "a server that crashes and comes back is waited for" {
  feed --key id --batch 2 --attempts 60 --retry-max 300ms
  rows '{"id":1}' '{"id":2}' >&9
  until_true 10 has_row 2
  crash_postgres
  rows '{"id":3}' '{"id":4}' >&9
  until_true 10 grep -q 'attempt 3 of 60' err
  restart_postgres
  exec 9>&-
  wait "$LOADER" || cat err
  [ "$(jq -c '[.records,.inserted]' out)" = '[4,4]' ]
  sql_is 'select count(*) from t' 4
}

@test "a server that stays away is status 75, and says what is in" {
  feed --key id --batch 1 --attempts 2
  rows '{"id":1}' >&9
  until_true 10 has_row 1
  crash_postgres
  rows '{"id":2}' >&9
  exec 9>&-
  local rc=0
  wait "$LOADER" || rc=$?
  restart_postgres
  [ "$rc" -eq 75 ]
  [ ! -s out ]
  grep -q "1 record of earlier batches stay in 'postgresql://127.0.0.1:$PG_PORT/nq#public.t'" err
  sql_is 'select id from t' 1
}

@test "a deadlock that the server resolves at our cost is tried again" {
  sql 'create table t(id int primary key, a text)'
  at_row 2 "raise exception using errcode = ''40P01'', message = ''deadlock detected''"
  run --separate-stderr into --key id < <(rows '{"id":1}' '{"id":2}' '{"id":3}')
  status_is 0
  counts_are "3 3 0 0 0 0 0"
  stderr_has "deadlock detected (SQLSTATE 40P01), attempt 2 of 5"
}

@test "two loaders of the same keys in opposite order take turns" {
  local i
  for i in {1..400}; do rows "{\"id\":$i,\"a\":\"up\"}"; done >up
  tac up | sed 's/up/down/' >down
  into --key id --batch 20 <up >out1 2>err1 3>&- &
  local one=$!
  into --key id --batch 20 <down >out2 2>err2 3>&- &
  local two=$!
  wait "$one"
  wait "$two"
  [ "$(cat err1 err2)" = "" ]
  sql_is 'select count(*), count(distinct id) from t' '400|400'
  [ "$(jq -s 'map(.inserted) | add' out1 out2)" = 400 ]
  [ "$(jq -s 'map(.inserted + .updated) | add' out1 out2)" = 800 ]
}

@test "a table that another loader changes meanwhile is looked at again" {
  rows '{"id":1,"a":1}' | into --key id
  feed --key id --batch 1
  rows '{"id":2,"a":2}' >&9
  until_true 10 has_row 2
  rows '{"id":9,"a":"text","b":true}' | into --key id
  rows '{"id":3,"a":3,"b":false}' >&9
  exec 9>&-
  wait "$LOADER"
  sql_is 'select * from t order by id' $'1|1|\n2|2|\n3|3|f\n9|text|t'
}

@test "a locked table is status 75 after the busy timeout" {
  rows '{"id":1}' | into --key id
  mkfifo hold
  psql -qX "$PGURL" <hold >ready 2>&1 3>&- &
  local pid=$!
  exec 8>hold
  echo 'begin; lock table t; select 1;' >&8
  until_true 5 test -s ready
  run --separate-stderr into --key id --busy-timeout 200ms < <(rows '{"id":2}')
  exec 8>&-
  wait "$pid"
  status_is 75
  stdout_is ""
  stderr_has "batch 1: 'postgresql://127.0.0.1:$PG_PORT/nq': locked by another program, gave up after 0.2 s (--busy-timeout)"
  sql_is 'select * from t' 1
}

backend_locked() { [ "$(sql "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")" = 1 ]; }

@test "SIGTERM while a statement waits for a lock cancels it at once" {
  rows '{"id":1}' | into --key id
  mkfifo hold
  psql -qX "$PGURL" <hold >ready 2>&1 3>&- &
  local pid=$! rc=0
  exec 8>hold
  echo 'begin; lock table t; select 1;' >&8
  until_true 5 test -s ready
  nq-load --to "$PGURL" --table t --key id < <(rows '{"id":2}') >out 2>err 3>&- 8>&- &
  LOADER=$!
  until_true 10 backend_locked
  kill "$LOADER"
  wait "$LOADER" || rc=$?
  exec 8>&-
  wait "$pid"
  [ "$rc" -eq 143 ]
  grep -q "interrupted: what is not committed is rolled back, 0 of 1 records" err
  sql_is 'select * from t' 1
}

@test "a role that may only write the table loads it, and is warned that _nq_loads is not kept" {
  sql 'create table t(id int primary key, a text); drop role if exists clerk; create role clerk login; grant select, insert, update, delete on t to clerk' >/dev/null 2>&1
  run --separate-stderr nq-load --to "postgresql://clerk@127.0.0.1:$PG_PORT/nq" --table t --key id < <(rows '{"id":1,"a":"x"}')
  status_is 0
  stderr_has "no record in 'public._nq_loads': permission denied for schema public"
  run --separate-stderr nq-load --to "postgresql://clerk@127.0.0.1:$PG_PORT/nq" --table t --key id < <(rows '{"id":1,"new":"x"}')
  status_is 1
  stderr_has "must be owner of table t"
}

@test "a password is never seen: by reference only, and redacted" {
  run --separate-stderr nq-load --to "postgresql://guarded:hunter22@127.0.0.1:$PG_PORT/nq" --table t --key id < <(rows '{"id":1}')
  status_is 2
  [[ $stderr != *hunter22* ]]
  stderr_has "write a reference"
  PW=hunter22 run --separate-stderr nq-load -vv --to "postgresql://guarded:\${PW}@127.0.0.1:$PG_PORT/hunter22" --table t --key id < <(rows '{"id":1}')
  status_is 1
  [[ $stderr != *hunter22* ]]
  PW='open sesame' run --separate-stderr nq-load --to "postgresql://guarded:\${PW}@127.0.0.1:$PG_PORT/nq" --table t --probe
  status_is 0
  [[ $output != *sesame* ]]
}
