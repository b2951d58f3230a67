#!/usr/bin/env bats
# Many hosts with one crontab: state in PostgreSQL, one API, one destination, and hosts that die. A host is all
# processes with its own HOME, TMPDIR and FLEET_HOST in their environment, and dies when all of them are killed.
# shellcheck disable=SC2016,SC2030,SC2031 # references of ours in single quotes; each test is a subshell

load helper
load postgres

setup_file() { start_postgres; }
teardown_file() { stop_postgres; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  start_standin --suppliers 300 --age-days 6 --max-per-page 500
  export ACME_TOKEN=test-bearer-token-here NQ_LEASE=3s
  cp "$ROOT/examples/acme/suppliers.map" .
  sources "$PGURL" >sources.yml
  FLEET=$(basename "$BATS_TEST_TMPDIR")-$$
  psql -qX "$PGURL" -c 'drop table if exists nq_state, nq_runs, _nq_loads, one, two'
}
teardown() {
  : >stop
  local n
  for n in 1 2 3; do die "$n"; done
  stop_standin
}

# sources DESTINATION: two streams; the filter fails when the stream is already on somewhere. All is on one page: rows
# that change while pages are turned can slip between them, which is another story.
sources() {
  local stream
  cat <<END
sources:
  - name: acme
    type: rest_api
    rest_api:
      base_url: $API/v2
      headers: {Authorization: "Bearer \${ACME_TOKEN}"}
      retry: {attempts: 5, min: 0.02, max: 0.05}
      resources:
END
  for stream in one two; do
    cat <<END
        - name: $stream
          endpoint: /suppliers
          params: {per_page: "500"}
          pagination: {type: page_number, param: page, start: 1, next: .next_page}
          records: .data
          incremental: {cursor: .updated_at, type: timestamp_utc, param: updated_after}
          filter: exec flock -n $PWD/$stream.on cat
          map: suppliers.map
          load: {to: "$1", table: $stream, primary_key: supplier_number, write_disposition: merge}
END
  done
}

# host N: starts it; it syncs again and again until the file stop is there. die N: as in a power cut.
host() {
  local home=$PWD/host$1
  mkdir -p "$home"
  HOME=$home XDG_STATE_HOME=$home TMPDIR=$home FLEET_HOST=$FLEET-$1 NQ_STATE=$PGURL NQ_UPDATED_BY=host$1 \
    setsid bash -c 'until [ -e stop ]; do nq-sync >>"$HOME/out" 2>>"$HOME/err"; sleep 0.05; done' 3>&- &
}
host_pids() { grep -lzx "FLEET_HOST=$FLEET-$1" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }
die() {
  local pids
  while pids=$(host_pids "$1") && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # words
    kill -9 $pids 2>/dev/null || true
    sleep 0.02
  done
}

# running: the number of a host that is in the middle of a run now, in VICTIM.
running() {
  local pid
  pid=$(psql -qXAt "$PGURL" -c "select split_part(lease_holder, ' ', 2) from nq_state
    where status = 'running' and lease_until > clock_timestamp() order by started_at_utc desc limit 1")
  [ -n "$pid" ] || return 1
  VICTIM=$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | sed -n "s/^FLEET_HOST=$FLEET-//p") && [ -n "$VICTIM" ]
}

rows() { psql -qXAt "$1" -c "select * from $2 order by supplier_number"; }
touch_suppliers() { curl -fsS -o /dev/null -d "{\"count\":20,\"seconds_ago\":1,\"seed\":$1}" "$API/_/acme/touch"; }
history_of() { nq-cursor --state "$PGURL" history --json acme "$1"; }
sync_done() { TMPDIR=$PWD NQ_STATE=$PGURL nq-sync >>last 2>>last.err; }

@test "hosts that share a state run each stream one at a time, take over from the dead, and lose nothing" {
  local n round stream
  curl -fsS -o /dev/null -d '{"ms":300}' "$API/_/latency"
  for n in 1 2 3; do host "$n"; done
  for round in 1 2 3; do
    touch_suppliers "$round"
    sleep 1.$((RANDOM % 10))
    until_true 10 running
    echo "host $VICTIM dies"
    die "$VICTIM"
    host "$VICTIM"
  done
  touch_suppliers 9
  sleep 1
  : >stop
  until_true 40 sync_done

  # the table of a run that nobody disturbed
  mkdir alone
  psql -qX "$PGURL" -c 'create database alone'
  (cd alone && cp ../suppliers.map . && sources "${PGURL%/*}/alone" >sources.yml && NQ_STATE=$PWD/state nq-sync >/dev/null 2>&1)
  for stream in one two; do
    diff <(rows "$PGURL" "$stream") <(rows "${PGURL%/*}/alone" "$stream")
    [ "$(rows "$PGURL" "$stream" | wc -l)" = 300 ]

    # every run that was told is in the history, each once, and none met another
    history_of "$stream" >"history.$stream"
    [ "$(jq -r .run_id "history.$stream" | sort | uniq -d)" = '' ]
    [ -z "$(comm -23 <(jq -r "select(.stream_name == \"$stream\" and .run_id != \"\").run_id" host?/out | sort) <(jq -r .run_id "history.$stream" | sort))" ]
    [ "$(jq -r 'select((.error_summary // "") | test("^filter")).error_summary' "history.$stream")" = '' ]
  done
  jq -rs 'group_by(.event) | map("\(.[0].event): \(length)") | join(", ")' history.one history.two
  [ "$(jq -r 'select(.event == "completed").updated_by' history.one history.two | sort -u | grep -c ^host)" -ge 2 ]
  [ "$(jq -rs 'map(select(.event == "abandoned")) | length' history.one history.two)" -ge 1 ]
}

@test "a stream whose host died is taken over by another within the time of the lease" {
  local from
  curl -fsS -o /dev/null -d '{"ms":400}' "$API/_/latency"
  host 1
  until_true 20 test -s host1/err
  until_true 20 grep -q 'pulling everything' host1/err
  die 1
  from=$SECONDS
  curl -fsS -o /dev/null -d '{"ms":0}' "$API/_/latency"
  host 2
  until_true 20 grep -qs '"stream_name":"one".*"success":true' host2/out
  ((SECONDS - from >= 2 && SECONDS - from < 12))
  [ "$(history_of one | jq -r .event | head -n 1)" = abandoned ]
}

# plan_alone DIRECTORY: the sources with a database in it.
plan_alone() {
  mkdir "$1"
  cp suppliers.map "$1"
  sources "sqlite:$PWD/$1/fleet.db" >"$1/sources.yml"
  cd "$1" || return
}
both_completed() { [ "$(nq-cursor --state "$PGURL" list --json | jq -r 'select(.status == "succeeded").stream_name' | paste -sd' ')" = 'one two' ]; }

@test "examples/fleet: GNU parallel runs each stream once, and again finds nothing amiss" {
  plan_alone parallel
  export NQ_STATE=$PGURL TMPDIR=$PWD
  run --separate-stderr "$ROOT/examples/fleet/parallel.sh" 2
  status_is 0
  both_completed
  [ "$(jq -rs 'map(.stream_name) | sort | join(" ")' <<<"$output")" = 'one two' ]
  run --separate-stderr "$ROOT/examples/fleet/parallel.sh" 2
  status_is 0
  sed -i 's#/suppliers$#/nowhere#' sources.yml
  run --separate-stderr "$ROOT/examples/fleet/parallel.sh" 2
  status_is 1
}

@test "examples/fleet: what the systemd unit and the CronJob start runs" {
  local program command
  plan_alone units
  export NQ_STATE=$PGURL TMPDIR=$PWD
  program=$(sed -n 's,^ExecStart=/usr/local/bin/,,p' "$ROOT/examples/fleet/nq-acme.service")
  run --separate-stderr "$program"
  status_is 0
  both_completed
  command=$(sed -n 's/^ *command: //p' "$ROOT/examples/fleet/cronjob.yaml" | jq -r '.[2]')
  run --separate-stderr sh -c "$command"
  status_is 0
  nq-cursor lock acme one -- sh -c 'touch ready; exec sleep 60' 3>&- &
  until_true 10 test -e ready
  run --separate-stderr sh -c "$command"
  status_is 0
  stderr_has "another run of 'acme/one' holds the lock"
  kill "$!"
  [ "$(sed -nE 's/^Environment=NQ_STATE=([^ ]*).*/\1/p' "$ROOT/examples/fleet/nq-acme.service")" = \
    "$(sed -nE 's/^ *value: (postgresql[^ ]*).*/\1/p' "$ROOT/examples/fleet/cronjob.yaml")" ]
}
