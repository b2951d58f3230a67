#!/usr/bin/env bats
# nq-sync with its state in PostgreSQL: what is told of a run that lost its lock, was killed or interrupted.
# shellcheck disable=SC2030,SC2031 # each test is a subshell, which is what we want
# shellcheck disable=SC2154 # stderr and output are set by run

load helper
load sync-common
load postgres

setup_file() { start_postgres; }
teardown_file() { stop_postgres; }

export SUPPLIERS=150

# in_postgres: the state of this test, and a place for folders of its own; a first sync has been.
in_postgres() {
  sql 'drop table if exists nq_state, nq_runs' 2>/dev/null
  export NQ_STATE=$PGURL NQ_LEASE=3s TMPDIR=$PWD/tmp
  mkdir tmp
}

sql() { psql -qXAt "$PGURL" -c "$1"; }
is_running() { [ "$(field status)" = running ]; }

# second_sync COMMAND…: in the middle of a pull that COMMAND makes a slow one.
second_sync() {
  in_postgres
  nq-sync >first 2>&1
  BEFORE=$(cursor)
  touch_suppliers 7
  "$@"
  start
  until_true 10 is_running
  RUN=$(field run_id)
}
stuck() { second_sync fault '{"match":"/v2/","kind":"stall"}'; }

# lost WHY: what a sync tells that lost its lock, and that the next one repeats its work.
lost() {
  finish
  status_is 75
  is '[.run_id, .success, .lower_bound, .cursor_committed]' "[\"$RUN\",false,\"$BEFORE\",\"$BEFORE\"]"
  stderr_has "the lock of 'acme_eu/suppliers' is lost ($1" \
    '[ERROR] nq-sync: acme_eu/suppliers: the lock was lost, and the run with it: the cursor stays, and the next run repeats the work'
  [[ $stderr != *interrupted* ]]
  [ "$(ls tmp)" = '' ]
}

repeated() {
  mend
  until_true 10 nobody_runs
  sync
  status_is 0
  is '[.success, .loaded]' '[true,7]'
  as_undisturbed
}

@test "a lock that somebody else took" {
  stuck
  sql "update nq_state set lease_token = 'other', lease_holder = 'pid 1 on other'"
  lost 'somebody else took it: pid 1 on other, since 2'
  [ "$(cursor)" = "$BEFORE" ]
  sql 'update nq_state set lease_token = null'
  repeated
}

@test "a server of the state that is away" {
  stuck
  (cd / && crash_postgres)
  lost "cannot connect to 'postgresql://127.0.0.1:$PG_PORT/nq': "
  restart_postgres
  [ "$(cursor)" = "$BEFORE" ]
  repeated
}

keeper() { pgrep -P "$(descendant "$sync_pid" nq-cursor)" -x nq-cursor; }

@test "a host that stood still, whose processes are all killed at once" {
  local keeper
  stuck
  keeper=$(keeper)
  kill -STOP "$keeper"
  until_true 10 nobody_runs
  kill -CONT "$keeper"
  lost ''
  repeated
}

@test "a keeper that was killed" {
  stuck
  kill -9 "$(keeper)"
  finish
  status_is 75
  is '[.run_id, .success]' "[\"$RUN\",false]"
  stderr_has 'the keeper of the lock died: the command is ended' 'the lock was lost, and the run with it'
}

@test "one of several streams: the others go on, and the status is that of try again" {
  local i
  in_postgres
  cat >sources.yml <<'YAML'
sources:
  - name: many
    type: rest_api
    rest_api:
      base_url: ${config.api_url}
      auth: {token: "${secrets.acme_token}"}
      resources:
YAML
  for i in 1 2 3; do
    echo "        - {name: s$i, endpoint: /suppliers, pagination: {next: .next_page}, records: .data, load: {to: \"sqlite:s$i.db\", table: t, primary_key: id}}"
  done >>sources.yml
  sed -i '/name: s1/s#/suppliers#/stuck#' sources.yml
  fault '{"match":"/v2/stuck","kind":"stall"}'
  start --jobs 2
  until_true 10 both_there
  sql "update nq_state set lease_token = 'other' where stream_name = 's1'"
  finish
  status_is 75
  [ "$(jq -r '[.stream_name, .success] | join(" ")' <<<"$output" | sort | paste -sd,)" = 's1 false,s2 true,s3 true' ]
  stderr_has 'many/s1: the lock was lost'
  [ "$(ls tmp)" = '' ]
}
both_there() { [ "$(sql "select string_agg(status, ' ' order by stream_name) from nq_state where stream_name in ('s1', 's3')")" = 'running succeeded' ]; }

# A backfill holds the lock of the stream as well: a lease in a lease.
backfill() { "$@" --since 2026-01-01 --until 2026-02-01; }
backfill_row() { nq-cursor get acme_eu suppliers@2026-01-01T00:00:00Z..2026-02-01T00:00:00Z --field "$1"; }
backfill_runs() { [ "$(backfill_row status)" = running ] && [ "$(backfill_row run_id)" != "$RUN" ]; }

@test "a backfill that loses the lock of its stream, or its own" {
  local which
  RUN=''
  in_postgres
  for which in suppliers suppliers@2026-01-01T00:00:00Z..2026-02-01T00:00:00Z; do
    fault '{"match":"/v2/","kind":"stall"}'
    backfill start
    until_true 10 backfill_runs
    RUN=$(backfill_row run_id)
    sql "update nq_state set lease_token = 'other' where stream_name = '$which'"
    finish
    status_is 75
    is '[.run_id, .success, .cursor_committed]' "[\"$RUN\",false,null]"
    stderr_has "the lock of 'acme_eu/$which' is lost" 'nq-sync: acme_eu/suppliers@2026-01-01T00:00:00Z..2026-02-01T00:00:00Z: the lock was lost'
    sql 'update nq_state set lease_token = null'
    mend
  done
  backfill sync
  status_is 0
  is .cursor_committed '"2026-02-01T00:00:00Z"'
  [ "$(ls tmp)" = '' ]
}

@test "kill -9 of what runs the stream is told, and recorded" {
  stuck
  kill -9 "$(pgrep -P "$(descendant "$sync_pid" nq-cursor)" -x bash)"
  finish
  status_is 137
  is '[.run_id, .success, .cursor_committed]' "[\"$RUN\",false,\"$BEFORE\"]"
  stderr_has 'acme_eu/suppliers: the run was ended by signal 9'
  [ "$(field status) $(field error_summary)" = 'failed the run was ended by signal 9' ]
  [ "$(ls tmp)" = '' ]
}

@test "kill -9 of nq-sync or of nq-cursor leaves the run to its end, and it tells of itself" {
  local which
  for which in nq-sync nq-cursor; do
    rm -rf tmp
    second_sync slowly 1000
    if [ "$which" = nq-sync ]; then kill -9 "$sync_pid"; else kill -9 "$(descendant "$sync_pid" nq-cursor)"; fi
    finish
    status_is 137
    stdout_is ''
    slowly 0
    until_true 20 grep -q "\"run_id\":\"$RUN\",\"success\":true" out
    [ "$(field status)" = succeeded ]
    until_true 10 nobody_runs
    [ "$(ls tmp)" = '' ]
  done
}

@test "TERM, INT and HUP end the run as they do elsewhere" {
  local signal
  for signal in TERM:15 INT:2 HUP:1; do
    rm -rf tmp
    stuck
    kill -"${signal%:*}" "$sync_pid"
    finish
    mend
    status_is $((128 + ${signal#*:}))
    is '[.run_id, .success]' "[\"$RUN\",false]"
    stderr_has "acme_eu/suppliers: interrupted by signal ${signal#*:}"
    [ "$(field status) $(field error_summary)" = "failed interrupted by signal ${signal#*:}" ]
    nq-cursor lock acme_eu suppliers -- true
    [ "$(ls tmp)" = '' ]
  done
}

@test "a stream that another run holds is 75 without a result, and leaves nothing" {
  in_postgres
  nq-cursor lock acme_eu suppliers -- sleep 30 3>&- &
  local holder=$!
  until_true 10 held
  sync
  kill "$holder"
  status_is 75
  stdout_is ''
  stderr_has "another run of 'acme_eu/suppliers' holds the lock (pid "
  [[ $stderr != *'nq-sync:'* ]]
  [ "$(ls tmp)" = '' ]
}
held() { [ "$(sql "select count(*) from nq_state where lease_token is not null")" = 1 ]; }
