#!/usr/bin/env bats
# The connection to PostgreSQL that nq-load and nq-cursor share, against a real server.

load helper
load postgres

setup_file() { start_postgres; }
teardown_file() { stop_postgres; }
setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
}
pg() { "$BUILD/tests/tools/pg" "$@"; }

@test "the place is named without user, password and options" {
  run pg "postgresql://nq:\${PGPASS}@127.0.0.1:$PG_PORT/nq?application_name=x" 'select 1'
  status_is 2
  [[ $output == *"unknown"* || $output == *"PGPASS"* ]]
  PGPASS=sesame run pg "postgresql://nq:\${PGPASS}@127.0.0.1:$PG_PORT/nq?application_name=x" "select current_setting('application_name')"
  status_is 0
  stdout_is "place postgresql://127.0.0.1:$PG_PORT/nq
x"
  PGHOST=$PG_DIR PGPORT=$PG_PORT PGUSER=nq run pg postgresql:// 'select 2'
  status_is 0
  stdout_is "place postgresql://${PG_DIR//\//%2F}:$PG_PORT/nq
2"
}

@test "a password that stands in the URL itself is refused" {
  local url hint='write a reference, for example postgresql://nq:$'
  for url in postgresql://nq:secret@h/db postgres://nq:secret@h:1/db 'postgresql://h/db?password=secret' 'postgresql://h/db?x=1&sslpassword=secret' \
    'postgresql://h/db?pass%77ord=secret' 'postgresql://h/db?x=1&%53slpassword=secret' 'postgresql://h/db?scram_client_key=secret' \
    'postgresql://nq:my/secret@h/db' 'postgresql://nq:my?secret@h/db' 'postgresql://nq:my#secret@h/db'; do
    run pg "$url"
    status_is 2
    [[ $output == *"$hint"* ]]
    [[ $output != *secret* ]]
  done
  run pg 'postgresql://127.0.0.1:9/db?application_name=me@here'
  [[ $output == *"postgresql://127.0.0.1:9/db"* && $output != *"$hint"* ]]
}

@test "passwords come by reference, PGPASSWORD, ~/.pgpass and a service, and a wrong one is status 1" {
  local url=postgresql://guarded@127.0.0.1:$PG_PORT/nq
  PW='open sesame' run pg "postgresql://guarded:\${PW}@127.0.0.1:$PG_PORT/nq" 'select current_user'
  status_is 0
  PW='open sesame' run pg "$url?pass%77ord=\${PW}" 'select current_user'
  status_is 0
  PGPASSWORD='open sesame' run pg "$url" 'select 1'
  status_is 0
  echo "127.0.0.1:*:*:guarded:open sesame" >pass
  chmod 600 pass
  PGPASSFILE=$PWD/pass run pg "$url" 'select 1'
  status_is 0
  printf '[mine]\nhost=127.0.0.1\nport=%s\ndbname=nq\nuser=nq\n' "$PG_PORT" >service
  PGSERVICEFILE=$PWD/service PGSERVICE=mine run pg postgresql:// 'select 1'
  status_is 0
  [ "${lines[0]}" = "place postgresql://127.0.0.1:$PG_PORT/nq" ]
  PGPASSWORD='shut sesame' run pg "$url"
  status_is 1
  [[ $output == *"fault 1 state 28P01: cannot connect to 'postgresql://127.0.0.1:$PG_PORT/nq': password authentication failed for user \"guarded\""* ]]
  run pg "$url"
  status_is 1
  [[ $output == *"no password supplied"* ]]
}

@test "no server is temporary, no such database is not" {
  run pg postgresql://nq@127.0.0.1:1/nq
  status_is 75
  [[ $output == *"fault 5 state : cannot connect to 'postgresql://127.0.0.1:1/nq': Connection refused"* ]]
  run pg "postgresql://nq@127.0.0.1:$PG_PORT/none"
  status_is 1
  [[ $output == *"state 3D000: cannot connect to 'postgresql://127.0.0.1:$PG_PORT/none': database \"none\" does not exist"* ]]
  run pg 'postgresql://h:x/db'
  [ "$status" -ne 0 ]
}

@test "a server that accepts and says nothing is given up after the connect timeout" {
  start_standin
  run timeout 20 "$BUILD/tests/tools/pg" "postgresql://nq@${API#http://}/nq?connect_timeout=1"
  stop_standin
  status_is 75
  [[ $output == *"no answer within 1.0 s"* ]]
}

@test "another host is spoken to over TLS only, unless the URL says otherwise" {
  run pg "postgresql://nq@0.0.0.0:$PG_PORT/nq" 'select 1'
  status_is 1
  [[ $output == *"server does not support SSL, but SSL was required"* ]]
  run pg "postgresql://nq@0.0.0.0:$PG_PORT/nq?sslmode=disable" 'select 1'
  status_is 0
  PGSSLMODE=prefer run pg "postgresql://nq@0.0.0.0:$PG_PORT/nq" 'select 1'
  status_is 0
}

@test "the session is durable, UTF-8 and the same everywhere, whatever the role's settings" {
  psql -qX "$PGURL" -c 'create role odd login' -c "alter role odd set synchronous_commit = off" \
    -c "alter role odd set client_encoding = latin1" -c "alter role odd set datestyle = 'german'" -c "alter role odd set timezone = 'Asia/Kathmandu'" \
    -c "alter role odd set standard_conforming_strings = off" -c "create role strong login" -c "alter role strong set synchronous_commit = remote_apply"
  run pg "postgresql://odd@127.0.0.1:$PG_PORT/nq" "select string_agg(current_setting(n), ' ' order by n) from unnest('{client_encoding,datestyle,gss,standard_conforming_strings,synchronous_commit,timezone}'::text[]) n where n <> 'gss'"
  [ "${lines[1]}" = 'UTF8 ISO, YMD on on UTC' ]
  run pg "postgresql://strong@127.0.0.1:$PG_PORT/nq" 'show synchronous_commit'
  [ "${lines[1]}" = remote_apply ]
}

@test "what a failure is tells from its SQLSTATE" {
  run pg "$PGURL" 'create temp table t(id int primary key, n int not null)' 'insert into t values(1,1)' 'insert into t values(1,1)' 'select 1/0' 'selct' 'select 3'
  status_is 1
  stdout_is "place postgresql://127.0.0.1:$PG_PORT/nq
affected 1
fault 2 state 23505: duplicate key value violates unique constraint \"t_pkey\" (SQLSTATE 23505)
fault 2 state 22012: division by zero (SQLSTATE 22012)
fault 1 state 42601: syntax error at or near \"selct\" (SQLSTATE 42601)
3"
}

@test "details, which quote data, are told at -vv only" {
  NQ_LOG_LEVEL=debug run --separate-stderr pg "$PGURL" 'create temp table t(id int primary key)' 'insert into t values(5)' 'insert into t values(5)'
  stderr_has 'detail: Key (id)=(5) already exists.'
  run --separate-stderr pg "$PGURL" 'create temp table t(id int primary key)' 'insert into t values(5)' 'insert into t values(5)'
  stderr_is ""
  [[ $output != *"(5)"* ]]
}

@test "a lock that is held is waited for as long as asked, then temporary" {
  psql -qX "$PGURL" -c 'create table held(id int)'
  mkfifo hold
  psql -qX "$PGURL" <hold >ready 2>&1 3>&- &
  local pid=$!
  exec 8>hold
  echo 'begin; lock table held; select 1;' >&8
  until_true 5 test -s ready
  run pg "$PGURL" 'select * from held'
  exec 8>&-
  wait "$pid"
  status_is 75
  [[ $output == *"fault 4 state 55P03: 'postgresql://127.0.0.1:$PG_PORT/nq': locked by another program, gave up after 0.3 s (--busy-timeout)"* ]]
}

@test "a session ended by the server is a lost connection, and a new one can be made" {
  run pg "$PGURL" 'select pg_terminate_backend(pg_backend_pid())' 'select 1' connect 'select 4'
  status_is 0
  [ "${lines[-1]}" = 4 ]
  [[ $output == *"fault 5 state"* ]]
  run pg "$PGURL" 'select pg_terminate_backend(pg_backend_pid())'
  status_is 75
}

sleeping() { [ "$(psql -qXAt "$PGURL" -c "select count(*) from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'")" = "$1" ]; }

@test "SIGTERM cancels the query in hand at the server" {
  "$BUILD/tests/tools/pg" "$PGURL" 'select pg_sleep(30)' >out 3>&- &
  local pid=$! rc=0
  until_true 5 sleeping 1
  kill "$pid"
  wait "$pid" || rc=$?
  [ "$rc" -eq 1 ]
  grep -q 'fault 6 state 57014: interrupted' out
  sleeping 0
}
