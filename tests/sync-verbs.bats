#!/usr/bin/env bats
# nq-sync status, doctor and init; --record and --replay.
# shellcheck disable=SC2016 # ${…} in single quotes are references, not ours to expand
# shellcheck disable=SC2030,SC2031 # each test is a subshell, which is what we want
# shellcheck disable=SC2154 # stderr and output are set by run

bats_require_minimum_version 1.5.0

load helper
load sync-common

stdout_has() {
  local want
  for want; do
    [[ $output == *"$want"* ]] && continue
    printf 'stdout lacks: %s\nstdout: %s\nstderr: %s\n' "$want" "$output" "${stderr:-}"
    return 1
  done
}
lacks() { [[ $output != *"$1"* ]] || { printf 'stdout has: %s\nstdout: %s\n' "$1" "$output" && return 1; }; }

# === --record and --replay ====================================================================

@test "a run that failed is replayed with its faults, and neither asks the network nor moves the cursor" {
  fault '{"match":"/v2/","kind":"status","status":503,"skip":3}'
  sync --since 2026-01-01 --record bad.tar.gz
  status_is 75
  mend
  local row
  row=$(nq-cursor get acme_eu suppliers)
  : >"$API_LOG"
  sync --since 2026-01-01 --replay bad.tar.gz
  status_is 75
  stderr_has "fetch ended with status 75: nq-fetch: page 4: HTTP 503"
  [ "$(requests)" = 0 ]
  [ "$(nq-cursor get acme_eu suppliers)" = "$row" ]
}

@test "a replay shows what would be loaded, or loads it where --to says; it gives no receipt" {
  sync --since 2026-01-01 --record good.tar.gz
  status_is 0
  local row
  row=$(nq-cursor get acme_eu suppliers)
  sync --since 2026-01-01 --replay good.tar.gz
  status_is 0
  stdout_has '-- batch 1: 1000 records' 'INSERT INTO "supplier"'
  lacks '"watermark"'
  sync --since 2026-01-01 --replay good.tar.gz --to sqlite:again.db
  status_is 0
  is '[.success, .run_id, .loaded, .cursor_committed]' "[true,null,$SUPPLIERS,null]"
  diff <(rows) <(rows again.db)
  [ "$(nq-cursor get acme_eu suppliers)" = "$row" ]
  [ "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'nq-sync.*' -newer good.tar.gz | wc -l)" = 0 ]
}

@test "a replay that asks something else says how to ask the same" {
  sync --record good.tar.gz
  status_is 0
  stderr_has "recorded; to replay it: nq-sync --replay good.tar.gz --since $(jq -r .lower_bound <<<"$output")"
  sync --replay good.tar.gz
  status_is 1
  stderr_has "on the cassette is" "say --since as that run's lower_bound"
}

@test "no secret is on the cassette" {
  sync --record good.tar
  run ! grep -aqF test-bearer-token good.tar
}

# === status ===================================================================================

@test "status: one that never ran, one that did, one that failed" {
  sync status
  status_is 0
  stdout_is "SOURCE   STREAM     STATUS     CURSOR  LAG  LAST RUN  ROWS
acme_eu  suppliers  never ran  -       -    -         -"
  [ ! -e state ]
  nq-sync >/dev/null 2>&1
  sync status
  status_is 0
  [[ ${lines[1]} =~ ^acme_eu\ +suppliers\ +succeeded\ +"$(cursor)"\ +[0-9]+[sm]\ +"$(field completed_at_utc)"\ +1003$ ]]
  fault '{"match":"/v2/","kind":"status","status":404}'
  nq-sync >/dev/null 2>&1 || true
  sync status acme_eu/suppliers
  status_is 0
  [[ ${lines[1]} == "acme_eu  suppliers  failed  $(cursor)  "* ]]
  stdout_has "acme_eu/suppliers: fetch ended with status 1: nq-fetch: page 1: HTTP 404"
}

@test "status: lags in units, cursors that are no time, many streams in columns" {
  {
    echo 'sources: [{name: a, type: rest_api, rest_api: {base_url: "http://127.0.0.1:9", resources: ['
    for s in seconds minutes hours days number offset; do echo "{name: $s, endpoint: /x, load: {to: 'sqlite:x.db'}},"; done
    echo ']}}]'
  } >s.yml
  set_cursor() { nq-cursor reset --cursor-type "${3:-timestamp_utc}" --cursor "$2" --reason test a "$1" >/dev/null; }
  set_cursor seconds "$(date -u -d '10 seconds ago' +%FT%T.123Z)"
  set_cursor minutes "$(date -u -d '10 minutes ago' +%FT%TZ)"
  set_cursor hours "$(date -u -d '10 hours ago' +'%F %TZ')"
  set_cursor days "$(date -u -d '10 days ago' +%FT%TZ)"
  set_cursor offset "$(TZ=UTC-2 date -d '3 hours ago' +%FT%T+02:00)"
  set_cursor number 12345678901234567890 numeric_id
  sync status -c s.yml
  status_is 0
  [ "$(sed 1d <<<"$output" | awk '{ print $2, $(NF - 2) }' | sed -E 's/ 1[0-9]s/ 10s/' | sort | xargs)" = "days 10d hours 10h minutes 10m number - offset 3h seconds 10s" ] || {
    echo "$output"
    return 1
  }
}

@test "status: columns stand below each other, whatever alphabet the names are in" {
  printf 'sources: [{name: "ü ☃ ключ", type: rest_api, rest_api: {base_url: "http://127.0.0.1:9", resources: [{name: s, endpoint: /x, load: {to: "sqlite:x.db"}}]}}]\n' >s.yml
  sync status -c s.yml
  status_is 0
  stdout_is $'SOURCE    STREAM  STATUS     CURSOR  LAG  LAST RUN  ROWS\nü ☃ ключ  s       never ran  -       -    -         -'
}

@test "status says when a row cannot be read" {
  nq-sync >/dev/null 2>&1
  echo damaged >state/acme_eu/suppliers.json
  sync status
  status_is 1
  stdout_has unreadable
  stderr_has "is damaged"
}

# === doctor ===================================================================================

healthy() { [ "$(awk '{ print $1 }' <<<"$output" | sort -u | xargs)" = ok ]; }

@test "doctor: all is in order, and nothing is begun, loaded or kept" {
  chmod 600 settings.json
  sync doctor
  status_is 0
  healthy
  stdout_has "ok    programs" "ok    state" "ok    secrets" "ok    config       sources.yml: 1 stream" \
    "ok    acme_eu/suppliers  mapping" "ok    acme_eu/suppliers  API" "ok    acme_eu/suppliers  destination"
  [ ! -e state ]
  [ ! -e nq.db ]
  [ "$(requests)" = 1 ]
  nq-sync >/dev/null 2>&1
  sync doctor
  status_is 0
  healthy
}

# ill WORD…: doctor ends with 1 and says so, and how to mend it.
ill() {
  sync doctor "${options[@]}"
  status_is 1
  stdout_has "$@"
}

@test "doctor: what is wrong, and how to mend it" {
  local options=()
  sed 's/test-bearer-token-here/wrong/' settings.json >wrong.json
  options=(--settings wrong.json)
  ill "FAIL  acme_eu/suppliers  API: nq-fetch: page 1: HTTP 401" "mend: the credentials: 'auth' and 'headers' in sources.yml"
  options=(--to sqlite:/nowhere/a.db)
  ill "FAIL  acme_eu/suppliers  destination: nq-load: cannot open '/nowhere/a.db'" "mend: 'to' of 'load' in sources.yml"
  options=()
  fault '{"match":"/v2/","kind":"status","status":503}'
  ill "FAIL  acme_eu/suppliers  API: nq-fetch: page 1: HTTP 503" "mend: the network, or the API is down"
  mend
  fault '{"match":"/v2/","kind":"status","status":404}'
  ill "FAIL  acme_eu/suppliers  API: nq-fetch: page 1: HTTP 404" "mend: look at what is asked: nq-sync --dry-run 'acme_eu/suppliers'"
  mend
  sed -i 's/\.name!/.name! |/' suppliers.map
  ill "FAIL  acme_eu/suppliers  mapping: nq-map: suppliers.map:11:29: expected a function" "nq-map(5)" "ok    acme_eu/suppliers  API"
  sed -i 's/acme_token}/acme_tokn}/; s/records:/recods:/' sources.yml
  ill "FAIL  config" "sources.yml:11:32: '\${secrets.acme_tokn}' is not set" "sources.yml:18:11: unknown key 'recods', did you mean 'records'?" "mend: "
  stop_standin
}

@test "doctor: a state that cannot be written or is damaged" {
  local options=()
  nq-sync >/dev/null 2>&1
  echo damaged >state/acme_eu/suppliers.json
  ill "FAIL  state" "is damaged" "nq-cursor reset"
  options=(--state /proc/nothing)
  ill "FAIL  state" "'/proc' cannot be written" "--state"
  options=(--state settings.json/state)
  ill "FAIL  state" "settings.json"
}

@test "doctor: no room for state and destination" {
  mkdir small
  mount -t tmpfs -o size=64k tmpfs small
  mkdir small/state
  head -c 1M /dev/zero >small/fill 2>/dev/null || true
  local options=(--state small/state)
  ill "FAIL  state" "'small/state' cannot be written" "mend: the disk is full: make room there"
  options=(--to sqlite:small/nq.db)
  ill "FAIL  acme_eu/suppliers" "small/nq.db' cannot be written" "mend: the disk is full: make room there"
  [ "$(ls -A small/state)" = '' ]
}

@test "doctor: programs of another version, or none" {
  mkdir bin
  cp -r "$BUILD"/nq-* "$BUILD/sync" bin/
  printf '#!/bin/sh\necho nq-load 9.9.9\n' >bin/nq-load
  run --separate-stderr bin/nq-sync doctor
  status_is 1
  stdout_has "FAIL  programs" "is 'nq-load 9.9.9', not"
  rm bin/nq-map
  run --separate-stderr env -i HOME="$HOME" PATH=/usr/bin:/bin bin/nq-sync doctor
  status_is 1
  stdout_has "FAIL  programs" nq-map "mend: install"
}

@test "doctor looks at, and does not fail for, settings that others can read and a run that failed" {
  chmod 644 settings.json
  fault '{"match":"/v2/","kind":"status","status":404}'
  nq-sync >/dev/null 2>&1 || true
  mend
  sync doctor
  status_is 0
  stdout_has "look  secrets" "chmod 600 'settings.json'" "look  acme_eu/suppliers  the last run failed: fetch ended with status 1"
}

@test "no secret is in what doctor says" {
  sync doctor -vv
  [[ $output$stderr != *test-bearer-token* ]]
}

# === init =====================================================================================

export ACME_TOKEN=test-bearer-token-here

empty_folder() { mkdir new && cd new || return; }

@test "init: from a URL to a pipeline that runs" {
  empty_folder
  sync init --name acme --auth 'bearer=${ACME_TOKEN}' "$API/v2/suppliers?per_page=100&updated_after=2026-01-01"
  status_is 0
  stdout_is "records     .data, 100 on the first page
pagination  {type: page, next: .next_page}
id          .id .number .ledger_key .vat_number
cursor      .updated_at
wrote       sources.yml suppliers.map settings.json .gitignore
next        nq-sync doctor, then nq-sync"
  [ "$stderr" = "" ]
  [ "$(stat -c %a settings.json)" = 600 ]
  [ "$(sed -n 1p .gitignore)" = settings.json ]
  grep -q 'lag: 5m' sources.yml
  run ! grep -rqF test-bearer-token .
  sync doctor
  status_is 0
  sync
  status_is 0
  is '[.connector_name, .stream_name, .loaded, .lower_bound]' "[\"acme\",\"suppliers\",$SUPPLIERS,\"2026-01-01\"]"
  [ "$(asked '.query.updated_after' | tail -n 1)" = '"2026-01-01"' ]
  [ "$(sqlite3 nq.db 'SELECT count(DISTINCT id) FROM suppliers')" = "$SUPPLIERS" ]
  sync
  status_is 0
  is '.loaded' 0
}

@test "init: what the API does not tell stands there as a comment, and the pull is a whole one" {
  empty_folder
  sync init --auth 'bearer=${ACME_TOKEN}' "$API/v2/suppliers"
  status_is 0
  stdout_has 'next        in sources.yml, say what the API calls "changed since"; then: nq-sync doctor'
  grep -qE '^ +# param: updated_after' sources.yml
  nq-sync >/dev/null 2>&1
  sync
  status_is 0
  is '[.fetched, .loaded]' "[$SUPPLIERS,0]"
}

@test "init never overwrites, and adds to .gitignore only what is missing" {
  empty_folder
  printf 'build/\nsettings.json\n' >.gitignore
  echo '{"secrets":{"t":"test-bearer-token-here"},"config":{"api_url":"'"$API"'/v2"}}' >settings.json
  cp settings.json before
  sync init --auth 'bearer=${secrets.t}' "$API/v2/suppliers"
  status_is 0
  cmp settings.json before
  [ "$(grep -c settings.json .gitignore)" = 1 ]
  [ "$(sed -n 1p .gitignore)" = build/ ]
  cp -r . ../copy
  sync init --auth 'bearer=${secrets.t}' "$API/v2/suppliers"
  status_is 2
  stderr_has "'./sources.yml' is there already, and init overwrites nothing: say --dir"
  diff -r . ../copy
  sync init --dir other --auth 'bearer=${ACME_TOKEN}' "$API/v2/suppliers"
  status_is 0
  [ -e other/sources.yml ]
}

# page JSON: what the API shows at /files/things.
page() { printf '%s' "$1" >"$BATS_TEST_TMPDIR/data/things"; }
serve_files() {
  stop_standin
  mkdir -p "$BATS_TEST_TMPDIR/data"
  start_standin --data-dir "$BATS_TEST_TMPDIR/data"
}

@test "init: odd names, nested times, several keys, no keys" {
  serve_files
  empty_folder
  page '{"items":[{"a b":1,"no":"x","meta":{"Last-Modified":"2026-01-01T00:00:00Z"}},{"a b":1,"no":"y","meta":{"Last-Modified":null}}],"links":{"next":null}}'
  sync init --dir one "$API/files/things"
  status_is 0
  stdout_has 'records     .items, 2 on' 'id          .no' 'cursor      .meta."Last-Modified"'
  grep -qxF '  "a b": ."a b",' one/things.map
  grep -qxF '  no: .no!,' one/things.map
  sed -i 's/lag: 5m/lag: 5m\n            missing: skip/' one/sources.yml
  sync -c one/sources.yml --to sqlite:one.db
  status_is 0
  is '[.loaded, .cursor_committed]' '[2,"2026-01-01T00:00:00Z"]'
  page '[{"colour":"red"},{"colour":"red"}]'
  sync init --dir two --name two "$API/files/things"
  status_is 0
  stdout_has 'id          none found' 'cursor      none found'
  sync -c two/sources.yml --to sqlite:two.db
  status_is 0
  is '.loaded' 2
  sync -c two/sources.yml --to sqlite:two.db
  [ "$(sqlite3 two.db 'SELECT count(*) FROM things')" = 2 ]
}

@test "init: a first page that is the last one fixes nothing about those to come" {
  serve_files
  page '{"items":[{"id":1}],"next_page":null}'
  empty_folder
  sync init "$API/files/things"
  status_is 0
  stdout_has "pagination  auto"
  grep -q 'pagination: auto' sources.yml
  sync init --dir two --paginate none "$API/files/things"
  stdout_has "pagination  none"
}

@test "init: headers, keys in the query and basic credentials become references" {
  serve_files
  page '[{"id":1,"updated_at":"2026-01-01T00:00:00Z"}]'
  empty_folder
  KEY=s3cret sync init --dir a --auth 'query:api_key=${KEY}' -H 'X-Tenant: ${KEY}' "$API/files/things?x=a%20b&to=2026-02-01"
  KEY=me:s3cret sync init --dir b --auth 'basic=${KEY}' "$API/files/things"
  KEY=s3cret sync init --dir c --auth 'header:X-Key=${KEY}' "$API/files/things"
  KEY=s3cret sync init --dir e --auth 'header:0-Key=${KEY}' "$API/files/things"
  grep -qF 'auth: {type: header, name: "0-Key", token: "${KEY}"}' e/sources.yml
  sync init --dir d "$API/files/things?f%5Bx%5D=1&f%5Bgt%5D=2026-01-01"
  grep -qF 'params: {"f[x]": "1"}' d/sources.yml
  grep -qF 'param: "f[gt]"' d/sources.yml
  grep -qF 'headers: {X-Tenant: "${KEY}"}' a/sources.yml
  grep -qF 'params: {x: "a b", api_key: "${KEY}"}' a/sources.yml
  grep -qF 'until_param: to' a/sources.yml
  grep -qF 'auth: {type: basic, token: "${KEY}"}' b/sources.yml
  grep -qF 'auth: {type: header, name: X-Key, token: "${KEY}"}' c/sources.yml
  run ! grep -rqF s3cret .
  for d in a c; do KEY=s3cret nq-sync -c "$d/sources.yml" --state "$d/state" >/dev/null 2>&1; done
  [ "$(asked '[.query.api_key, .headers["x-tenant"]]' | tail -n 2 | head -n 1)" = '["s3cret","s3cret"]' ]
  [ "$(asked '.headers["x-key"]' | tail -n 1)" = '"s3cret"' ]
}

@test "init: errors" {
  empty_folder
  sync init "$API/v2/suppliers"
  status_is 1
  stderr_has "HTTP 401" "nq-sync init --auth bearer='\${API_TOKEN}' $API/v2/suppliers"
  sync init --auth bearer=literal "$API/v2/suppliers"
  status_is 2
  sync init --auth oauth2=x "$API/v2/suppliers"
  status_is 2
  stderr_has "write bearer=, basic=, header:NAME= or query:NAME="
  sync init "$API/v2/suppliers?api_key=abc"
  status_is 2
  stderr_has "--auth query:api_key='\${API_KEY}'"
  sync init "$API/v2/suppliers?pass%77ord=abc"
  status_is 2
  stderr_has "leave 'password' out"
  sync init
  status_is 2
  stderr_has "write the URL of a list of records"
  sync init suppliers.json
  status_is 2
  sync init --fool "$API"
  status_is 2
  stderr_has "unknown option '--fool'" "try 'nq-sync --help'"
  sync init --auth 'bearer=${ACME_TOKEN}' "$API/v2/suppliers?updated_after=2099-01-01T00:00:00Z"
  status_is 1
  stderr_has "there are no records on the first page"
  [ "$(find . -type f | wc -l)" = 0 ]
}

@test "nq-plan --sample tells names and types, never a value" {
  printf '%s\n' '{"id":"top-secret-1","n":1.5,"updated_at":"2026-01-01T00:00:00Z"}' '{"id":"top-secret-2","n":2,"created_at":"2026-01-01T00:00:00Z"}' >r
  run --separate-stderr nq-plan --sample <r
  status_is 0
  stdout_is $'records\t2\nid\t.id\ncursor\t.updated_at\nmap\t  id: .id!,\nmap\t  n: .n,\nmap\t  updated_at: .updated_at,\nmap\t  created_at: .created_at,'
  run --separate-stderr nq-plan --sample <<<'[1]'
  status_is 1
  stderr_has "line 1: not a record"
}
