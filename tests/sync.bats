#!/usr/bin/env bats
# nq-sync: what a run does, what ends it, and that nothing ever gets lost.
# shellcheck disable=SC2016 # ${…} in single quotes are references, not ours to expand
# shellcheck disable=SC2030,SC2031 # each test is a subshell, which is what we want
# shellcheck disable=SC2094 # one reads kept/fetch.ndjson, the other kept/map.ndjson
# shellcheck disable=SC2154 # stderr and output are set by run

bats_require_minimum_version 1.5.0

load helper
load sync-common

# === the life of a run ========================================================================

@test "a second sync asks for what came after the cursor, and loads nothing new" {
  sync
  status_is 0
  is '[.connector_name, .stream_name, .success, .fetched, .loaded, .rejected]' '["acme_eu","suppliers",true,1003,1003,0]'
  is '.cursor_committed' "\"$(cursor)\""
  is 'keys_unsorted' '["connector_name","stream_name","run_id","success","fetched","loaded","rejected","lower_bound","cursor_committed","seconds"]'
  [ "$(field status)" = succeeded ]
  local first
  first=$(cursor)
  sync
  status_is 0
  is '[.success, .loaded, .lower_bound, .cursor_committed]' "[true,0,\"$first\",\"$first\"]"
  [ "$(asked '.query.updated_after' | tail -n 1)" = "\"$first\"" ]
  [ "$(sqlite3 nq.db 'SELECT count(*) FROM supplier')" = "$SUPPLIERS" ]
}

@test "exactly what changed is loaded" {
  sync
  status_is 0
  touch_suppliers 37
  sync
  status_is 0
  is '.loaded' 37
  as_undisturbed
}

@test "the first pull goes back lookback_days, or where since_override and --since say" {
  sync --dry-run
  status_is 0
  [[ $output == *"updated_after=$(date -u -d '7 days ago' +%Y-%m-%d)"* ]]
  sync --dry-run --param lookback_days=2
  [[ $output == *"updated_after=$(date -u -d '2 days ago' +%Y-%m-%d)"* ]]
  sync --dry-run --param since_override=2024-01-01T00:00:00Z
  [[ $output == *"updated_after=2024-01-01T00%3A00%3A00Z"* ]]
  sync --dry-run --param since_override=2024-01-01T00:00:00Z --since 2025-02-03
  [[ $output == *"updated_after=2025-02-03T00%3A00%3A00Z"* ]]
  [ "$(requests)" = 0 ]
  [ ! -e state ]
}

@test "a backfill and a later start leave the live cursor where it was" {
  sync
  local before
  before=$(cursor)
  sync --since 2024-01-01
  status_is 0
  is '[.fetched, .lower_bound, .cursor_committed]' "[1003,\"2024-01-01T00:00:00Z\",\"$before\"]"
  touch_suppliers 5
  sync --since 2099-01-01
  status_is 0
  [ "$(cursor)" = "$before" ]
}

@test "another destination is refused until --full" {
  sync
  local before
  before=$(cursor)
  : >"$API_LOG"
  sync --to sqlite:other.db
  status_is 1
  is '[.success, .run_id]' '[false,null]'
  stderr_has "nq-sync --full" "no run was begun"
  [ "$(requests)" = 0 ]
  [ "$(cursor)" = "$before" ]
  sync --to sqlite:other.db --full
  status_is 0
  is '[.loaded, .lower_bound]' '[1003,null]'
  diff <(rows) <(rows other.db)
}

@test "a dropped table is not filled with a delta only" {
  sync
  rm nq.db
  sync
  status_is 1
  stderr_has "nq-sync --full"
  [ ! -e nq.db ]
  sync --full
  status_is 0
  [ "$(sqlite3 nq.db 'SELECT count(*) FROM supplier')" = "$SUPPLIERS" ]
}

@test "Nuntiq gets the suppliers, a thousand at a time" {
  sync -c nuntiq.yml
  status_is 0
  is '[.connector_name, .success, .fetched, .loaded]' '["acme_eu_nuntiq",true,1003,1003]'
  [ "$(asked 'select(.method == "POST") | .headers["x-customer-number"]' | sort -u)" = '"10000001"' ]
  [ "$(asked 'select(.method == "POST")' | wc -l)" -eq 2 ]
  [ "$(curl -fsS -H 'Authorization: Bearer job-token-here' -H 'X-Customer-Number: 10000001' "$API/api/v1/supplier" | jq .count)" = "$SUPPLIERS" ]
}

@test "several streams each get their turn, and the first failure is the status" {
  cat >two.yml <<'YAML'
sources:
  - name: one
    type: rest_api
    rest_api:
      base_url: ${config.api_url}
      auth: {token: "${secrets.acme_token}"}
      resources:
        - {name: gone, endpoint: /nothing, load: {to: "sqlite:a.db", primary_key: id}}
        - {name: all, endpoint: /suppliers, pagination: {next: .next_page}, records: .data, load: {to: "sqlite:a.db", primary_key: id}}
YAML
  sync -c two.yml
  status_is 1
  [ "$(jq -c '[.stream_name, .success, .loaded, .lower_bound]' <<<"$output")" = '["gone",false,null,null]
["all",true,1003,null]' ]
  stderr_has "one/gone: fetch ended with status 1" "one/all: done, cursor none"
  sync -c two.yml one/all
  status_is 0
  is '[.stream_name, .loaded]' '["all",0]'
}

@test "a filter of ours or anybody's stands between the stages" {
  sed -i 's/          map: .*/          filter: jq -c "select(.active == false)"\n&/' sources.yml
  sync
  status_is 0
  is '[.success, .fetched]' '[true,1003]'
  [ "$(sqlite3 nq.db 'SELECT count(*) > 0, sum(is_active) FROM supplier')" = '1|0' ]
  # The newest of all that was fetched, whatever the filter left of it.
  sqlite3 nq.db 'DROP TABLE supplier; DROP TABLE _nq_loads'
  sed '/filter:/d' sources.yml >plain.yml
  nq-sync -c plain.yml --state plain-state >plain 2>/dev/null
  is .cursor_committed "$(jq -c .cursor_committed plain)"
}

@test "rejects within the limit end with 3 and are counted" {
  sed -i 's/map: suppliers.map/map: {file: suppliers.map, rejects: no.ndjson, max_rejects: 100%}/' sources.yml
  sed -i 's/^skip if/reject if .active == false, "not active"\n&/' suppliers.map
  sync
  status_is 3
  is '.success' true
  [ "$(jq .rejected <<<"$output")" = "$(wc -l <no.ndjson)" ]
  [ "$(jq '.rejected + .loaded' <<<"$output")" = "$SUPPLIERS" ]
  [ -n "$(cursor)" ]
}

@test "names may hold anything that is text" {
  sed -i -e 's/name: ${config.connector_name}/name: "it'"'"'s $(touch pwned) \\"é\\" %s"/; s/name: suppliers/name: "a b`touch pwned`;*"/' sources.yml
  sync
  status_is 0
  is '[.connector_name, .stream_name, .success]' "$(jq -cn '["it'"'"'s $(touch pwned) \"é\" %s", "a b`touch pwned`;*", true]')"
  [ ! -e pwned ]
  [ "$(nq-cursor list --json | jq -r .connector_name)" = 'it'"'"'s $(touch pwned) "é" %s' ]
}

@test "40,000 suppliers on 200 pages: every process stays under 24 MiB" {
  stop_standin
  start_standin --suppliers 40000 --age-days 6
  measured() { /usr/bin/time -f '%M' -a -o peaks "$@"; }
  export ACME_TOKEN=test-bearer-token-here
  measured nq-fetch --auth 'bearer=${ACME_TOKEN}' --query per_page=200 --watermark .updated_at --end-mark "$API/v2/suppliers" |
    measured nq-map -f suppliers.map |
    measured nq-load --to sqlite:nq.db --table supplier --key supplier_number --require-end >receipt
  [ "$(jq .inserted receipt)" = 40000 ]
  [ "$(wc -l <peaks)" = 3 ]
  # A sanitizer's own memory is not part of the bound.
  [[ $BUILD == *address* ]] || [ "$(sort -n peaks | tail -n 1)" -lt $((24 << 10)) ]
}

# === looking ==================================================================================

@test "--print can be pasted, and gives the same table" {
  sync
  mkdir pasted
  cp ./*.yml ./*.map settings.json pasted
  (cd pasted && NQ_STATE=none nq-sync --print >pipeline && bash -o pipefail ./pipeline >receipt)
  [ "$(jq .inserted pasted/receipt)" = "$SUPPLIERS" ]
  diff <(rows) <(rows pasted/nq.db)
}

@test "--print and --dry-run start where the next run would" {
  sync
  sync --print
  status_is 0
  [[ $output == *"--var since=$(cursor) "* ]]
  [[ $output != *test-bearer-token* ]]
  : >"$API_LOG"
  sync -n
  status_is 0
  [[ $output == *"updated_after=$(cursor | sed 's/:/%3A/g')&page=1"* ]]
  [[ $output != *test-bearer-token* ]]
  [ "$(requests)" = 0 ]
}

@test "--keep leaves what each stage wrote: cut with files, the pipeline is the same" {
  sync --keep kept/here
  status_is 0
  nq-map -f suppliers.map <kept/here/fetch.ndjson | cmp - kept/here/map.ndjson
  nq-load --to sqlite:cut.db --table supplier --key supplier_number --require-end <kept/here/map.ndjson >receipt
  [ "$(jq .records receipt)" = "$(jq .records kept/here/receipt.json)" ]
  diff <(rows) <(rows cut.db)
  [ "$(stat -c %a kept/here/fetch.ndjson)" = 600 ]
}

@test "a full disk under --keep fails the run" {
  mkdir kept
  ln -s /dev/full kept/map.ndjson
  sync --keep kept
  status_is 1
  is .success false
  stderr_has "map ended with status 1" "No space left on device"
  [ -z "$(cursor)" ]
}

@test "a folder for --keep that cannot be made is a usage error" {
  sync --keep /dev/null/kept
  status_is 2
  stderr_has "nq-sync: --keep: '/dev/null/kept' is no folder and cannot be made one" "try 'nq-sync --help'"
  [ "$(requests)" = 0 ]
}

# === what goes wrong ==========================================================================

@test "a wrong configuration ends before any request and any state" {
  sed -i 's/records: .data/recods: .data/; s/acme_token}/acme_tokn}/' sources.yml
  sync
  status_is 2
  [ "$output" = "" ]
  stderr_is "nq-plan: sources.yml:11:32: '\${secrets.acme_tokn}' is not set in the settings
nq-plan: sources.yml:18:11: unknown key 'recods', did you mean 'records'?"
  [ "$(requests)" = 0 ]
  [ ! -e state ]
}

@test "usage errors" {
  local wrong
  for wrong in --sinc '--full=1' '--to -' --keep '-x'; do
    # shellcheck disable=SC2086 # two words
    sync $wrong
    status_is 2
    [ "$output" = "" ]
    stderr_has "nq-sync: " "try 'nq-sync --help'"
  done
  sync --full --since 2024-01-01
  status_is 2
  sync --log xml
  status_is 2
  stderr_has "unknown log format 'xml': write text or json"
  sync nobody/here
  status_is 2
  stderr_has "no source or resource 'nobody/here'"
  [ ! -e state ]
}

# [differ] Nothing marks how far a run came that did not end well: rows may come in any order.
@test "S17 the API breaks down in the middle: the cursor stays, and the next run repairs" {
  sync
  local before
  before=$(cursor)
  touch_suppliers 1000
  fault '{"match":"/v2/","kind":"status","status":503,"skip":4}'
  sync
  status_is 75
  is '[.success, .loaded, .cursor_committed]' "[false,null,\"$before\"]"
  stderr_has "fetch ended with status 75: nq-fetch: page 5: HTTP 503" "nq-load: nq-fetch before this one failed with status 75"
  [ "$(cursor)" = "$before" ]
  [ "$(field status)" = failed ]
  [[ $(field error_summary) == "fetch ended with status 75: nq-fetch: page 5: HTTP 503"* ]]
  mend
  sync
  status_is 0
  [[ $(cursor) > $before ]]
  as_undisturbed
}

# spoilt STATUS TEXT [OPTION…]: a sync ends so and says so, and neither a row nor the cursor is other than before.
spoilt() {
  local want=$1 said=$2
  shift 2
  rows >rows-before
  local before
  before=$(cursor)
  sync "$@"
  status_is "$want"
  stderr_has "$said"
  [ "$output" = "" ] || is '[.success, .loaded]' '[false,null]'
  [ "$(cursor)" = "$before" ]
  diff rows-before <(rows)
}

@test "whatever comes in bad: no row and no cursor is lost or moved, and the next run repairs" {
  local kind
  sync
  touch_suppliers 37
  for kind in 'html 1 not JSON' 'garbage 1 not JSON' 'cut 75 page 1'; do
    fault "{\"match\":\"/v2/\",\"kind\":\"${kind%% *}\"}"
    # shellcheck disable=SC2046 # two words
    spoilt $(cut -d' ' -f2 <<<"$kind") "${kind#* * }"
    mend
  done
  sed 's/          map: .*/          filter: cat; echo nonsense\n&/' sources.yml >bad.yml
  spoilt 1 "line 41 of 'bash': not one JSON record a line: byte 2: not JSON" -c bad.yml
  sed 's/          map: .*/          filter: jq -c .; echo "{"\n&/' sources.yml >bad.yml
  spoilt 1 "line 41 of 'bash': not one JSON record a line: byte 1: not JSON: premature EOF" -c bad.yml
  sed 's/\.name!/.name! |/' suppliers.map >bad.map
  sed 's/suppliers.map/bad.map/' sources.yml >bad.yml
  : >"$API_LOG"
  spoilt 2 "nq-map: bad.map:11:29: expected a function after '|'" -c bad.yml
  is .run_id null
  [ "$(requests)" = 0 ]
  sed 's/secrets.acme_token/secrets.none/' sources.yml >bad.yml
  spoilt 2 "bad.yml:11:32: '\${secrets.none}' is not set" -c bad.yml
  sed 's/\${secrets.acme_token}/abc/' sources.yml >bad.yml
  spoilt 2 "'Authorization' holds a secret as it is" -c bad.yml
  spoilt 2 "unknown option '--fool'" --fool
  sync
  status_is 0
  is .loaded 37
  as_undisturbed
}

@test "a full disk under the database: the table is as before, and the next run repairs" {
  [ "$(id -u)" = 0 ]
  mkdir small
  mount -t tmpfs -o size=2m none small
  sync --to sqlite:small/nq.db
  status_is 0
  ln -s small/nq.db nq.db
  touch_suppliers 900
  head -c 2m /dev/zero >small/fill 2>/dev/null || true
  spoilt 1 "database or disk is full" --to sqlite:small/nq.db
  rm small/fill
  sync --to sqlite:small/nq.db
  status_is 0
  is .loaded 900
  as_undisturbed
}

@test "the leftmost stage that failed is blamed: fetch, map, load, complete" {
  sed 's/test-bearer-token-here/not-the-right-token/' settings.json >wrong.json
  sync --settings wrong.json
  status_is 1
  stderr_has "fetch ended with status 1: nq-fetch: page 1: HTTP 401"
  sed -i.good 's/\.name!/.nome!/' suppliers.map
  sync
  status_is 1
  stderr_has "map ended with status 1: nq-map: line 1: suppliers.map:"
  mv suppliers.map.good suppliers.map
  sed 's/primary_key: supplier_number/primary_key: nothing/' sources.yml >keyless.yml
  sync -c keyless.yml
  status_is 1
  stderr_has "load ended with status 1: nq-load: "
  [ -z "$(cursor)" ]
  [ "$(nq-cursor history acme_eu suppliers | grep -c failed)" = 3 ]
}

@test "a filter that dies takes the receipt with it" {
  sed -i 's/          map: .*/          filter: head -n 300 | grep -c . >\/dev\/null; exit 9\n&/' sources.yml
  sync
  status_is 1
  is .success false
  stderr_has "filter ended with status 1: nq-cursor: 'bash' ended with status 9"
  [ -z "$(cursor)" ]
}

@test "whose reader is gone is not to blame, whichever way it ends" {
  local filter
  for filter in 'cat' 'trap "" PIPE; cat || exit 1' 'trap "" PIPE; sed "" || exit 4'; do
    # shellcheck disable=SC2094 # the file and the variable share a name
    jq -n --arg f "$filter" '$f' >filter
    sed "s/          map: .*/          filter: $(sed 's/[&\\/]/\\&/g' filter)\n&/; s/primary_key: supplier_number/primary_key: nothing/" sources.yml >filtered.yml
    sync -c filtered.yml
    status_is 1
    stderr_has "load ended with status 1: nq-load: "
  done
}

@test "SIGPIPE ignored by the caller changes nothing" {
  sed -i 's/primary_key: supplier_number/primary_key: nothing/' sources.yml
  run --separate-stderr env --ignore-signal=PIPE nq-sync
  status_is 1
  stderr_has "load ended with status 1: nq-load: "
}

@test "a destination that cannot be opened is told before a run is begun" {
  sync --to sqlite:/nowhere/at/all/nq.db
  status_is 1
  is '[.success, .run_id]' '[false,null]'
  stderr_has "/nowhere/at/all" "nq-load --probe ended with status 1; no run was begun"
  sync --to mysql:nq
  status_is 2
  [ "$output" = "" ]
  stderr_has "nq-plan: --to: 'mysql:' is no destination"
  [ "$(requests)" = 0 ]
  [ -z "$(cursor)" ]
}

@test "a damaged state is never taken for a fresh start, and the message tells what mends it" {
  local before
  sync
  before=$(cursor)
  printf '{"half' >state/acme_eu/suppliers.json
  : >"$API_LOG"
  sync
  status_is 1
  is '[.success, .run_id]' '[false,null]'
  stderr_has "suppliers.json' is damaged" "nq-cursor reset --state $NQ_STATE --cursor-type timestamp_utc --cursor $before"
  [ "$(requests)" = 0 ]
  [ "$(cat state/acme_eu/suppliers.json)" = '{"half' ]
  [ "$(sqlite3 nq.db 'SELECT count(*) FROM supplier')" = "$SUPPLIERS" ]
  # What the message says to type mends it.
  bash -c "$(grep -o 'nq-cursor reset .*' <<<"$stderr" | head -n 1)" >/dev/null
  [ "$(cursor)" = "$before" ]
  sync
  status_is 0
  is '[.loaded, .lower_bound]' "[0,\"$before\"]"
}

@test "a full disk under the state ends a run before it begins, and one that cannot be completed" {
  [ "$(id -u)" = 0 ]
  local before
  mkdir state
  mount -t tmpfs -o size=64k none state
  sync
  before=$(cursor)
  touch_suppliers 37
  head -c 64k /dev/zero >state/fill 2>/dev/null || true
  : >"$API_LOG"
  sync
  status_is 1
  is '[.success, .run_id, .cursor_committed]' '[false,null,null]'
  stderr_has "No space left on device" "no run was begun"
  [ "$(requests)" = 0 ]
  [ "$(cursor)" = "$before" ]
  # Begun while there was room, ended when there is none.
  rm state/fill
  fault '{"match":"/v2/","kind":"stall","count":1}'
  start
  until_true 10 asked_at_least 1
  head -c 64k /dev/zero >state/fill 2>/dev/null || true
  mend
  kill "$(descendant "$sync_pid" nq-fetch)"
  finish
  [ "$status" -ne 0 ]
  [ "$(cursor)" = "$before" ]
  rm state/fill
  sync
  status_is 0
  is .loaded 37
  as_undisturbed
}

@test "a stream that another run holds is left alone, with 75" {
  slowly 50
  start
  until_true 10 asked_at_least 2
  sync
  status_is 75
  stderr_has "acme_eu/suppliers"
  finish
  status_is 0
  is .loaded "$SUPPLIERS"
}

# === kill -9 ==================================================================================

# The run is as before it began, and the next one makes up for it.
repaired() {
  until_true 10 nobody_runs
  [ "$(cursor)" = "$1" ]
  sync
  status_is 0
  as_undisturbed
}

# disturb STAGE N: kills it when N pages have come; the API holds the next one back meanwhile.
disturb() {
  local before
  before=$(cursor)
  touch_suppliers 1000 "$RANDOM"
  : >"$API_LOG"
  fault "{\"match\":\"/v2/\",\"kind\":\"stall\",\"skip\":$2,\"count\":1}"
  start
  until_true 10 asked_at_least "$2"
  until_true 10 kill9 "$1"
  finish
  status_is 137
  stderr_has "acme_eu/suppliers: ${1#nq-} was ended by signal 9"
  mend
  repaired "$before"
}

@test "kill -9 of nq-fetch, early and late: nothing lost, nothing moved" {
  sync
  disturb nq-fetch 1
  disturb nq-fetch 9
}

@test "kill -9 of nq-map, early and late: nothing lost, nothing moved" {
  sync
  disturb nq-map 1
  disturb nq-map 9
}

@test "kill -9 of nq-load, early and late: nothing lost, nothing moved" {
  sync
  disturb nq-load 1
  disturb nq-load 9
}

@test "kill -9 of nq-sync itself: its lock holds while a stage lives, and the next run repairs" {
  local before pages
  sync
  for pages in 1 9; do
    before=$(cursor)
    touch_suppliers 1000 "$pages"
    slowly 50
    : >"$API_LOG"
    start
    until_true 10 asked_at_least "$pages"
    kill -9 "$sync_pid"
    finish
    status_is 137
    run nobody_runs
    [ "$status" -ne 0 ]
    slowly 0
    repaired "$before"
    stderr_has "abandoned"
  done
}

@test "kill -9 of the very first run leaves no cursor" {
  fault '{"match":"/v2/","kind":"stall","skip":6,"count":1}'
  start
  until_true 10 asked_at_least 6
  until_true 10 kill9 nq-load
  finish
  status_is 137
  mend
  repaired ""
}

# === signals ==================================================================================

@test "TERM, INT and HUP end the whole pipeline, and the run has failed" {
  local signal number
  slowly 40
  for signal in TERM:15 INT:2 HUP:1; do
    number=${signal#*:}
    : >"$API_LOG"
    start
    until_true 10 asked_at_least 2
    kill -"${signal%:*}" "$sync_pid"
    finish
    status_is $((128 + number))
    is '[.success, .cursor_committed]' '[false,null]'
    nobody_runs
    [ "$(field status)" = failed ]
    [ "$(field error_summary)" = "interrupted by signal $number" ]
  done
}

@test "a stage that will not end is ended by force" {
  sed -i "s/          map: .*/          filter: trap '' TERM; cat; while true; do sleep 0.2; done\n&/" sources.yml
  start
  until_true 10 asked_at_least 11
  local begun=$SECONDS
  kill -TERM "$sync_pid"
  finish
  status_is 143
  ((SECONDS - begun <= 6))
  until_true 5 nobody_runs
}

# === secrets and traces =======================================================================

@test "no secret is in an argument, a log, the output or the state" {
  # Of its own: other tests that run now may show the usual one.
  local token=bearer-$BASHPID-$RANDOM was=$API
  stop_standin
  start_standin --suppliers "$SUPPLIERS" --age-days 6 --token "$token"
  sed -i -e "s#$was#$API#; s#test-bearer-token-here#$token#" settings.json
  printf '%s\n' "$token" >secret
  slowly 10
  (
    while [ ! -e stop ]; do
      grep -alF -f secret /proc/[0-9]*/cmdline 2>/dev/null || true
    done >seen
  ) 3>&- &
  local watcher=$!
  sync -vv --keep kept
  status_is 0
  # The watcher would see one.
  bash -c 'sleep 0.5; true' "$token"
  : >stop
  wait "$watcher"
  grep -v "/$API_PID/" seen | sort -u >shown
  [ "$(wc -l <shown)" -le 2 ]
  grep -q cmdline shown
  [[ $output$stderr != *"$token"* ]]
  run ! grep -rqF -f secret state kept nq.db
  run ! bash -c 'bash -x "$(command -v nq-sync)" --full 2>&1 | grep -qF -f secret'
}

@test "a run leaves nothing behind, and what it makes is its owner's" {
  sync
  status_is 0
  [ "$(find state -name '.run*' | wc -l)" = 0 ]
  [ "$(find state -type d ! -perm 700 -o -type f ! -perm 600 | wc -l)" = 0 ]
}

@test "log lines come as JSON too" {
  sync --log json
  status_is 0
  [ "$(jq -r '[.level, .tool] | join(" ")' <<<"$stderr" | sort -u)" = "INFO nq-sync" ]
  NQ_LOG_LEVEL=warn sync
  status_is 0
  [ "$stderr" = "" ]
}

@test "the programs beside nq-sync are found without a PATH" {
  run --separate-stderr env -i "HOME=$HOME" "NQ_STATE=$NQ_STATE" "$BUILD/nq-sync"
  status_is 0
  is .loaded "$SUPPLIERS"
}

@test "the demo tells its story" {
  mkdir demo
  ln -s "$BUILD"/nq-* "$BUILD/tests" demo/
  run --separate-stderr "$ROOT/examples/acme/demo.sh" demo
  status_is 0
  [ "$stderr" = "" ]
  [[ $output == *'"fetched":5000,"loaded":5000'* ]]
  [[ $output == *'fetch ended with status 75'* ]]
  [[ $output == *'│ 5000      │'* ]]
  [[ $output != *test-bearer-token* ]]
}
