#!/usr/bin/env bats
# nq-sync --window and --until: long pulls in windows, each committed by itself, resumed after a kill.
# shellcheck disable=SC2016 # ${…} in single quotes are references, not ours to expand
# shellcheck disable=SC2030,SC2031 # each test is a subshell, which is what we want
# shellcheck disable=SC2154 # stderr and output are set by run

bats_require_minimum_version 1.5.0

load helper
load sync-common

# The stand-in spreads its suppliers over the last six days.
day() { date -u -d "$1 days ago" +%FT00:00:00Z; }
count() { sqlite3 nq.db 'SELECT count(*) FROM supplier'; }
members() { jq -c "$1" <<<"$output"; }
backfill_row() { nq-cursor get acme_eu "suppliers@$(day "$1")..$(day "$2")" --field "${3:-committed_cursor_value}"; }
stalled() { curl -fsS "$API/_/faults" | jq -e 'any(.. | .fired?; . != null and . >= 1)' >/dev/null; }
all_requests() { jq -rc 'select(.path == "/v2/suppliers").query | select(.page == "1") | [.updated_after, .updated_before] | join(" ")' "$API_LOG"; }

@test "a live pull in windows: each is a run of its own, and the last one is open" {
  sync --since "$(day 6)" --window 2d
  status_is 0
  [ "$(members .success | sort -u)" = true ]
  [ "$(all_requests | head -n 3)" = "$(day 6) $(day 4)
$(day 4) $(day 2)
$(day 2) $(day 0)" ]
  [ "$(all_requests | tail -n 1)" = "$(day 0) " ]
  [ "$(members '[.upper_bound, .cursor_committed]' | head -n 2)" = "[\"$(day 4)\",\"$(day 4)\"]
[\"$(day 2)\",\"$(day 2)\"]" ]
  [ "$(nq-cursor history acme_eu suppliers | grep -c completed)" = 4 ]
  [ "$(count)" = "$SUPPLIERS" ]
  as_undisturbed
}

# [differ] One cursor, no list of what is covered: an earlier start does not open the past again, but says how to.
@test "A31 windows go on from the cursor, and --since is for the first pull only" {
  sync
  touch_suppliers 37
  sync --since "$(day 6)" --window 1d
  status_is 0
  stderr_has "[WARN] nq-sync: acme_eu/suppliers: the cursor is at" "going on from there, not from $(day 6) (a backfill needs --until)"
  is '[.loaded, .upper_bound]' '[37,null]'
  as_undisturbed
}

@test "a backfill has a row of its own, and the live cursor stays" {
  sync
  local before history
  before=$(nq-cursor get acme_eu suppliers)
  history=$(nq-cursor history acme_eu suppliers)
  sqlite3 nq.db 'DELETE FROM supplier'
  sync --since "$(day 6)" --until "$(day 2)" --window 1d
  status_is 0
  [ "$(members '[.stream_name, .upper_bound]')" = "$(for d in 5 4 3 2; do echo "[\"suppliers@$(day 6)..$(day 2)\",\"$(day $d)\"]"; done)" ]
  [ "$(nq-cursor get acme_eu suppliers)" = "$before" ]
  [ "$(nq-cursor history acme_eu suppliers)" = "$history" ]
  [ "$(backfill_row 6 2)" = "$(day 2)" ]
  [ "$(count)" = "$(nq-fetch -H 'Authorization: Bearer ${secrets.acme_token}' --settings settings.json "$API/v2/suppliers?updated_before=$(day 2)" | wc -l)" ]
}

@test "a backfill that is complete is not done again" {
  sync --since "$(day 6)" --until "$(day 2)"
  status_is 0
  is '[.lower_bound, .upper_bound]' "[\"$(day 6)\",\"$(day 2)\"]"
  : >"$API_LOG"
  sync --since "$(day 6)" --until "$(day 2)" --window 1d
  status_is 0
  [ "$output" = "" ]
  stderr_has "this backfill is complete; for another one: nq-cursor reset"
  [ "$(requests)" = 0 ]
  bash -c "${stderr#*another one: }" >/dev/null
  sync --since "$(day 6)" --until "$(day 2)"
  is .success true
  nq-sync --state "it's other" --since "$(day 6)" --until "$(day 2)" >/dev/null 2>&1
  sync --state "it's other" --since "$(day 6)" --until "$(day 2)"
  [ "$output" = "" ]
  (cd / && bash -c "${stderr#*another one: }" >/dev/null)
  sync --state "it's other" --since "$(day 6)" --until "$(day 2)"
  is .success true
}

# In place of a server whose clock is behind: an nq-fetch that never comes as far as the end of the window.
@test "a window that did not come to its end is not done with, and the next run goes on" {
  mkdir bin
  cp -r "$BUILD"/nq-* "$BUILD/sync" bin/
  mv bin/nq-fetch bin/nq-fetch-whole
  cat >bin/nq-fetch <<'SH'
#!/bin/bash
args=()
while (($# > 0)); do
  if [[ $1 == --until ]]; then shift; else args+=("$1"); fi
  shift
done
exec "${0%/*}/nq-fetch-whole" "${args[@]}"
SH
  chmod 755 bin/nq-fetch
  run --separate-stderr bin/nq-sync --since "$(day 6)" --until "$(day 2)"
  status_is 0
  stderr_has "the server's clock has not passed $(day 2): the next run goes on from $(backfill_row 6 2)"
  [[ $(backfill_row 6 2) < $(day 2) ]]
  sync --since "$(day 6)" --until "$(day 2)" --window 1d
  status_is 0
  is .cursor_committed "\"$(day 2)\""
}

@test "A33 kill -9 of everything in mid-window: what was committed stays, the rest is resumed, the table is whole" {
  local pages done_until
  for pages in 3 7; do
    : >"$API_LOG"
    fault "{\"match\":\"/v2/\",\"kind\":\"stall\",\"skip\":$pages,\"count\":1}"
    start --since "$(day 6)" --until "$(day 0)" --window 1d
    until_true 20 stalled
    kill9_all
    finish
    status_is 137
    mend
    until_true 10 nq-cursor lock acme_eu "suppliers@$(day 6)..$(day 0)" -- true
    done_until=$(backfill_row 6 0)
    [ "$(backfill_row 6 0 status)" = running ]
    [ "$done_until" = "$(jq -r '.upper_bound' out | tail -n 1)" ] || [ ! -s out ]
  done
  [ -n "$done_until" ]
  : >"$API_LOG"
  sync --since "$(day 6)" --until "$(day 0)" --window 1d
  status_is 0
  stderr_has abandoned
  [ "$(all_requests | head -n 1 | cut -d' ' -f1)" = "$done_until" ]
  [ "$(backfill_row 6 0)" = "$(day 0)" ]
  [ -z "$(cursor)" ]
  sync --since "$(day 0)"
  status_is 0
  as_undisturbed
}

@test "A33 kill -9 in mid-window of a live pull: the next one goes on from the last window" {
  fault '{"match":"/v2/","kind":"stall","skip":5,"count":1}'
  start --since "$(day 6)" --window 1d
  until_true 20 stalled
  kill9_all
  finish
  mend
  until_true 10 nobody_runs
  local before
  before=$(cursor)
  [ -n "$before" ]
  : >"$API_LOG"
  sync --since "$(day 6)" --window 1d
  status_is 0
  [ "$(all_requests | head -n 1 | cut -d' ' -f1)" = "$before" ]
  as_undisturbed
}

@test "A37 a window that fails ends the pull, and the windows before it stay done" {
  fault '{"match":"/v2/","kind":"status","status":503,"skip":5}'
  sync --since "$(day 6)" --window 1d
  status_is 75
  [ "$(members .success | tail -n 1)" = false ]
  [ "$(members .success | grep -c true)" -ge 1 ]
  [ "$(members '.cursor_committed' | tail -n 1)" = "$(members 'select(.success).upper_bound' | tail -n 1)" ]
  mend
  sync --window 1d
  status_is 0
  as_undisturbed
}

# [differ] What comes from beyond the end is not cut away but loaded: only the cursor must not follow it.
@test "A37 D83 rows from beyond the end of a window do not move the cursor past it" {
  sed -i 's/until_param: updated_before/until_param: not_known_there/' sources.yml
  sync --since "$(day 6)" --until "$(day 2)" --window 2d
  status_is 0
  stderr_has "there are records of after --until: the watermark stops at $(day 4)"
  [ "$(members .cursor_committed)" = "\"$(day 4)\"
\"$(day 2)\"" ]
  [ "$(count)" = "$SUPPLIERS" ]
}

@test "TERM in a window ends the pull" {
  fault '{"match":"/v2/","kind":"stall","skip":4,"count":1}'
  start --since "$(day 6)" --window 1d
  until_true 20 stalled
  kill -TERM "$sync_pid"
  finish
  status_is 143
  [ "$(field status)" = failed ]
  nobody_runs
}

# [differ] Each window reaches back, not the newest end alone: what was committed late in one is found by the next.
@test "A35 a lag longer than a window does not stand still" {
  sed -i 's/lag: 0s/lag: 3d/' sources.yml
  sync --since "$(day 6)" --until "$(day 2)" --window 1d
  status_is 0
  [ "$(all_requests | wc -l)" -ge 4 ]
  [ "$(backfill_row 6 2)" = "$(day 2)" ]
  [ "$(all_requests | tail -n 1)" = "$(date -u -d "$(day 3) - 3 days" +%FT%TZ) $(day 2)" ]
}

@test "a backfill ends with 75 while the stream runs, unless older rows cannot overwrite newer ones" {
  sync
  nq-cursor lock acme_eu suppliers -- sleep 30 3>&- &
  local holder=$!
  until_true 10 not_free
  sync --since "$(day 6)" --until "$(day 2)"
  status_is 75
  stderr_has "acme_eu/suppliers"
  sed -i 's/write_disposition: merge/newer_by: supplier_name/' sources.yml
  sync --since "$(day 6)" --until "$(day 2)"
  status_is 0
  kill "$holder"
}

not_free() { ! nobody_runs; }

@test "--print and --dry-run show the first window" {
  sync -n --since "$(day 6)" --until "$(day 2)" --window 2d
  status_is 0
  [[ $output == "# acme_eu/suppliers@$(day 6)..$(day 2)"*"updated_before=$(day 4 | sed 's/:/%3A/g')"* ]]
  sync --print --since "$(day 6)" --until "$(day 2)" --window 2d
  status_is 0
  [[ $output == *"--until $(day 4)"* ]]
  bash -o pipefail <<<"$output" >receipt
  [ "$(jq -r .watermark receipt)" = "$(day 4)" ]
  [ "$(requests)" -gt 0 ]
}

@test "D85 what is wrong with a window is told before any request" {
  why() {
    sync "${@:2}"
    status_is 2
    stderr_has "$1"
    [ "$output" = "" ]
  }
  sed -i.good 's/until_param: updated_before, //' sources.yml
  why "need 'until_param': the parameter that asks for what came before" --window 1d
  mv sources.yml.good sources.yml
  why "lies ahead: leave it out to pull up to now" --since 2024-01-01 --until 2099-01-01
  why "is not before --until" --since 2024-01-02 --until 2024-01-01
  why "is not a time: write 2026-05-16" --since 2024-01-02 --until yesterday
  why "--until needs a moment to start from: say --since 2024-01-01" --until 2024-01-01
  why "--until needs a moment to start from: say --since 2024-01-01" --since -3d --until 2024-01-01
  why "--full goes with neither --until nor --window" --full --window 1d
  why "--window: at least one second" --window 0
  why "--record and --window do not go together" --window 1d --record x.tar
  why "--keep and --until do not go together" --since 2024-01-01 --until 2024-01-02 --keep kept
  [ "$(requests)" = 0 ]
  [ ! -e state ]
}

@test "windows need a start" {
  jq 'del(.job_params, .customer_number)' settings.json >plain.json
  sync --settings plain.json --window 1d
  status_is 2
  stderr_has "--window needs a start for the first pull: say --since 2024-01-01, or 'initial' in 'incremental'"
  is '[.success, .lower_bound]' '[false,null]'
  [ "$(requests)" = 0 ]
}

# === nq-fetch --until =========================================================================

mark() { nq-fetch --end-mark --watermark .t "$@" | tail -n 1 | jq -r .watermark; }

@test "A37 D83 nq-fetch --until is the watermark of a complete pull, empty or not, but never above now" {
  echo '{"t":"2024-01-01T10:00:00Z"}' >one.ndjson
  : >none.ndjson
  [ "$(mark --until 2024-02-01T00:00:00Z one.ndjson)" = 2024-02-01T00:00:00Z ]
  [ "$(mark --until 2024-02-01T00:00:00Z none.ndjson)" = 2024-02-01T00:00:00Z ]
  [ "$(mark --until 2023-02-01T00:00:00Z one.ndjson)" = 2023-02-01T00:00:00Z ]
  run --separate-stderr nq-fetch --watermark .t --until 2023-02-01T00:00:00Z one.ndjson
  stdout_is '{"t":"2024-01-01T10:00:00Z"}'
  stderr_has "there are records of after --until: the watermark stops at 2023-02-01T00:00:00Z"
  [[ $(mark --until 2099-02-01T00:00:00Z one.ndjson) < $(date -u -d '1 minute' +%FT%TZ) ]]
  [ "$(mark --until 2024-02-01T00:00:00Z --max-records 1 one.ndjson)" != 2024-02-01T00:00:00Z ]
  run --separate-stderr nq-fetch --until 2024-02-01 one.ndjson
  status_is 2
  stderr_has "--until goes with a --watermark of type timestamp_utc"
  run --separate-stderr nq-fetch --watermark .t --until soon one.ndjson
  status_is 2
  stderr_has "--until: "
}
