#!/usr/bin/env bats
# The stand-in server itself: every endpoint and every fault, proven with curl alone.

load helper

setup_file() {
  mkdir "$BATS_FILE_TMPDIR/data"
  printf '{"a":1}\n' >"$BATS_FILE_TMPDIR/data/one.json"
  start_standin --suppliers 1000 --data-dir "$BATS_FILE_TMPDIR/data" --log-bodies
}

teardown_file() {
  stop_standin
}

setup() {
  mend
  control nuntiq/clear '{}' >/dev/null
  control latency '{"ms":0}' >/dev/null
  FILE_PID=$API_PID
}

teardown() {
  [ "$API_PID" = "$FILE_PID" ] || stop_standin
}

# control NAME JSON: a POST under /_/
control() { curl -fsS -d "$2" "$API/_/$1"; }

# web [CURL-OPTION…] PATH: the body on stdout, then a line with the HTTP status
web() {
  local path=${*: -1}
  curl -sS --max-time 10 -w '\n%{http_code}\n' "${@:1:$#-1}" "$API$path"
}

# acme [CURL-OPTION…] PATH and nuntiq [CURL-OPTION…] PATH: with the credentials that are asked for
acme() { web -H 'Authorization: Bearer test-bearer-token-here' "$@"; }
nuntiq() { web -H 'Authorization: Bearer job-token-here' -H 'X-Customer-Number: 10000001' "$@"; }

# answered STATUS [BODY]: of a `run` of one of these; curl said nothing on stderr
answered() {
  status_is 0
  [ "${stderr:-}" = "" ] || { echo "stderr: ${stderr:-}"; return 1; }
  [ "${lines[-1]}" = "$1" ] || { echo "HTTP ${lines[-1]}: $output"; return 1; }
  [ $# -lt 2 ] || [ "${lines[0]}" = "$2" ] || { echo "body: $output"; return 1; }
}

# body JQ-FILTER: what it makes of the body of the last answer
body() { printf '%s' "${output%$'\n'*}" | jq -c "$1"; }

# supplier NUMBER: its record
supplier() { acme "/v2/suppliers/$1" | head -n 1; }

ago() { date -u -d "$1 seconds ago" +%Y-%m-%dT%H:%M:%SZ; }

# --- the program -------------------------------------------------------------------------------

@test "the port file holds a number and SIGTERM ends the server with 0" {
  "$BUILD/tests/standin" --port-file "$BATS_TEST_TMPDIR/port" 3>&- &
  local pid=$! rc=0
  until_true 10 test -s "$BATS_TEST_TMPDIR/port"
  grep -Eqx '[0-9]+' "$BATS_TEST_TMPDIR/port"
  curl -fsS "http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")/echo" >/dev/null
  kill "$pid"
  wait "$pid" || rc=$?
  [ "$rc" -eq 0 ]
}

standin() { "$BUILD/tests/standin" "$@"; }

@test "--help lists the options and a wrong one is refused" {
  run --separate-stderr standin --help
  status_is 0
  [[ $output == *"--port-file FILE"* ]]
  stderr_is ""
  run --separate-stderr standin --supplier 3
  status_is 2
  stdout_is ""
  stderr_is "standin: unknown option '--supplier', try --help"
  run --separate-stderr standin --suppliers many
  status_is 2
  stderr_has "--suppliers takes a number from 0 to 10000000, not 'many'"
}

@test "--exit-with-parent ends the server when its parent is killed" {
  local dir=$BATS_TEST_TMPDIR
  # shellcheck disable=SC2016  # the inner shell expands these
  bash -c '"$1"/tests/standin --exit-with-parent --port-file "$2/port" & echo $! >"$2/pid"; wait' \
    _ "$BUILD" "$dir" 3>&- &
  local parent=$!
  until_true 10 test -s "$dir/port"
  kill -KILL "$parent"
  until_true 10 gone "$(cat "$dir/pid")"
}

gone() { ! kill -0 "$1" 2>/dev/null; }

@test "a body beyond 16 MiB is 413" {
  head -c 17000000 /dev/zero >"$BATS_TEST_TMPDIR/big"
  run --separate-stderr nuntiq --data-binary "@$BATS_TEST_TMPDIR/big" /api/v1/supplier
  answered 413
}

@test "unknown paths are 404, wrong methods 405" {
  run --separate-stderr acme /v3/suppliers
  answered 404 '{"error":"not found"}'
  run --separate-stderr acme -X DELETE /v2/suppliers
  answered 405 '{"error":"method not allowed"}'
}

@test "it speaks https with --tls" {
  openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$BATS_TEST_TMPDIR/key" -out "$BATS_TEST_TMPDIR/cert" 2>/dev/null
  start_standin --tls "$BATS_TEST_TMPDIR/cert" "$BATS_TEST_TMPDIR/key"
  run --separate-stderr curl -sS --max-time 10 --cacert "$BATS_TEST_TMPDIR/cert" \
    "${API/http:/https:}/v2/suppliers/count"
  status_is 0
  stdout_is '{"count":500}'
  run --separate-stderr curl -sS --max-time 10 "${API/http:/https:}/v2/suppliers/count"
  status_is 60
}

@test "--bind takes an IPv6 address" {
  start_standin --bind ::1
  run --separate-stderr curl -sS --max-time 10 "${API/127.0.0.1/[::1]}/v2/suppliers/count"
  status_is 0
  stdout_is '{"count":500}'
}

# --- the log and the helpers -------------------------------------------------------------------

@test "the log says all of a request, decoded and raw" {
  run --separate-stderr web -H 'X-One: a "b"' -d '{"x":1}' '/echo?a=1%2B2&b=x+y&c'
  answered 200
  run --separate-stderr jq -sc '.[-1] | [.method, .path, .query, .raw_query, .headers["x-one"],
    .body_bytes, .body, .status, .fault]' "$API_LOG"
  status_is 0
  stdout_is '["POST","/echo",{"a":"1+2","b":"x y","c":""},"a=1%2B2&b=x+y&c","a \"b\"",7,"{\"x\":1}",200,null]'
  run --separate-stderr jq -sc '.[-1] | (.t | test("^20[0-9-]+T[0-9:]+[.][0-9]{3}Z$")), (.n > 0)' "$API_LOG"
  stdout_is $'true\ntrue'
}

@test "the log shows tokens, and the control endpoints never" {
  run --separate-stderr acme '/v2/suppliers?per_page=1'
  answered 200
  run --separate-stderr jq -rs '.[-1].headers.authorization' "$API_LOG"
  stdout_is 'Bearer test-bearer-token-here'
  run --separate-stderr grep -c '"path":"/_/' "$API_LOG"
  stdout_is 0
}

@test "the echo tells the request" {
  run --separate-stderr web -X PUT -d 'hello' '/echo?q=%C3%A9'
  answered 200
  [ "$(body '[.method, .query.q, .body]')" = '["PUT","é","hello"]' ]
}

@test "files come from the data directory and from nowhere else" {
  run --separate-stderr web /files/one.json
  answered 200 '{"a":1}'
  run --separate-stderr web --path-as-is /files/../log
  answered 404
  run --separate-stderr web --path-as-is /files/%2e%2e/data/one.json
  answered 404
  run --separate-stderr web /files/two.json
  answered 404 '{"error":"no such file"}'
}

@test "statistics count by path and can be reset" {
  curl -fsS -X POST "$API/_/reset-stats" >/dev/null
  web /echo >/dev/null
  web /echo >/dev/null
  web '/v2/suppliers/count?x' >/dev/null
  run --separate-stderr curl -fsS "$API/_/stats"
  stdout_is '{"requests":3,"max_in_flight":1,"by_path":{"/echo":2,"/v2/suppliers/count":1}}'
}

@test "one connection serves many requests" {
  run --separate-stderr curl -sS --max-time 10 -o /dev/null "$API/echo?keep=[1-5]"
  status_is 0
  run --separate-stderr jq -sc 'map(select(.query.keep)) | length, (map(.port) | unique | length)' "$API_LOG"
  stdout_is $'5\n1'
}

@test "latency delays each request, and eight at once together" {
  control latency '{"ms":200}' >/dev/null
  curl -fsS -X POST "$API/_/reset-stats" >/dev/null
  local start=${EPOCHREALTIME/./} took
  curl -sS --no-progress-meter --max-time 10 -Z --parallel-immediate --parallel-max 8 -o /dev/null "$API/echo?[1-8]"
  took=$((${EPOCHREALTIME/./} - start))
  ((took >= 200000 && took < 1200000)) || { echo "took $took"; false; }
  run --separate-stderr curl -fsS "$API/_/stats"
  [ "$(jq .max_in_flight <<<"$output")" = 8 ]
}

@test "--gzip encodes for those who accept it only" {
  start_standin --gzip
  run --separate-stderr curl -sS -D - -o /dev/null "$API/v2/suppliers/count"
  [[ $output != *Content-Encoding* ]]
  run --separate-stderr curl -sS --compressed -D "$BATS_TEST_TMPDIR/head" "$API/v2/suppliers/count"
  stdout_is '{"count":500}'
  grep -qi '^content-encoding: gzip' "$BATS_TEST_TMPDIR/head"
}

# --- Acme --------------------------------------------------------------------------------------

@test "Acme wants its bearer token" {
  run --separate-stderr web /v2/suppliers
  answered 401 '{"error":"unauthorized"}'
  run --separate-stderr web -H 'Authorization: Bearer other' /v2/suppliers
  answered 401 '{"error":"unauthorized"}'
  run --separate-stderr web /v2/suppliers/count
  answered 200 '{"count":1000}'
}

@test "pages have 50 suppliers, at most 200, and name the next page" {
  run --separate-stderr acme /v2/suppliers
  answered 200
  [ "$(body '[(.data | length), .next_page]')" = '[50,2]' ]
  run --separate-stderr acme '/v2/suppliers?per_page=5000&page=5'
  answered 200
  [ "$(body '[(.data | length), .next_page]')" = '[200,null]' ]
  run --separate-stderr acme '/v2/suppliers?per_page=200&page=6'
  answered 200 '{"data":[],"next_page":null}'
}

@test "a page or a size that is no positive number is 400" {
  local query
  for query in page=0 page=-1 page=x page= per_page=0 per_page=9999999999999999999; do
    run --separate-stderr acme "/v2/suppliers?$query"
    answered 400
  done
  run --separate-stderr acme '/v2/suppliers?page=0'
  answered 400 '{"error":"page must be a whole number of at least 1"}'
}

@test "all pages together have every supplier once, by instant and id" {
  local page
  for page in 1 2 3 4 5; do
    acme "/v2/suppliers?per_page=200&page=$page" | head -n 1
  done >"$BATS_TEST_TMPDIR/pages"
  run --separate-stderr jq -sc 'map(.data[]) | length, (map(.number) | unique | length),
    (. == sort_by(.updated_at, .id)), ((map(.updated_at) | unique | length) < 400)' "$BATS_TEST_TMPDIR/pages"
  status_is 0
  stdout_is $'1000\n1000\ntrue\ntrue'
}

@test "suppliers come in all the shapes that a mapping must meet" {
  acme '/v2/suppliers?per_page=200' | head -n 1 >"$BATS_TEST_TMPDIR/page"
  run --separate-stderr jq -c '.data | any(.active == false), any(.active == true), any(has("active") | not),
    any(has("address") and .address == null), any(has("address") | not), any(.name | test("é")),
    any(.address.country? == "pl"), any(.name | test("^ "))' "$BATS_TEST_TMPDIR/page"
  stdout_is $'true\ntrue\ntrue\ntrue\ntrue\ntrue\ntrue\ntrue'
  grep -q '\\u00e9' "$BATS_TEST_TMPDIR/page"
  grep -q 'Müller' "$BATS_TEST_TMPDIR/page"
  grep -Eq '"ledger_key":[0-9]{21},"credit_limit":[0-9]+\.[01]0,' "$BATS_TEST_TMPDIR/page"
}

@test "the same seed gives the same suppliers, another one others" {
  supplier S000007 | jq 'del(.updated_at)' >"$BATS_TEST_TMPDIR/a"
  start_standin --suppliers 1000
  supplier S000007 | jq 'del(.updated_at)' >"$BATS_TEST_TMPDIR/b"
  stop_standin
  start_standin --suppliers 1000 --seed 2
  supplier S000007 | jq 'del(.updated_at)' >"$BATS_TEST_TMPDIR/c"
  cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
  run ! cmp -s "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/c"
}

@test "the newest is as old as asked and the rest spreads over the days" {
  start_standin --suppliers 1000 --newest-age 3600 --age-days 10
  run --separate-stderr acme "/v2/suppliers?per_page=200&updated_after=$(ago 3500)"
  answered 200 '{"data":[],"next_page":null}'
  run --separate-stderr acme "/v2/suppliers?updated_after=$(ago 3700)"
  [ "$(body '.data | length >= 3')" = true ]
  run --separate-stderr acme '/v2/suppliers?per_page=1'
  [ "$(body ".data[0].updated_at | . > \"$(ago $((10 * 86400 + 3700)))\" and . < \"$(ago $((8 * 86400)))\"")" = true ]
}

@test "updated_after is inclusive and compares instants, not text" {
  local at offset
  at=$(supplier S000500 | jq -r .updated_at)
  offset=$(TZ=EAST-02:00 date -d "$at" +%Y-%m-%dT%H:%M:%S%%2B02:00)
  run --separate-stderr acme "/v2/suppliers?updated_after=$at&per_page=1"
  answered 200
  [ "$(body '.data[0].updated_at')" = "\"$at\"" ]
  run --separate-stderr acme "/v2/suppliers?updated_after=$offset&per_page=1"
  [ "$(body '.data[0].updated_at')" = "\"$at\"" ]
  run --separate-stderr acme "/v2/suppliers?updated_after=${at%Z}.000001Z&per_page=1"
  answered 200
  [ "$(body ".data[0].updated_at > \"$at\"")" = true ]
}

@test "an updated_after that is no instant is 400" {
  local bad
  for bad in yesterday 2026-13-01 2026-02-30T00:00:00Z 2026-05-16T10:23:14 2026-05-16T10:23:14+02:00 ''; do
    run --separate-stderr acme "/v2/suppliers?updated_after=$bad"
    answered 400 '{"error":"updated_after and updated_before must be ISO 8601 instants"}'
  done
}

@test "touched suppliers change, move to the end and are told" {
  run --separate-stderr control acme/touch '{"count":37,"seconds_ago":5,"seed":1}'
  status_is 0
  [ "$(jq '.touched | unique | length' <<<"$output")" = 37 ]
  jq -r '.touched[]' <<<"$output" | sort >"$BATS_TEST_TMPDIR/told"
  run --separate-stderr acme "/v2/suppliers?per_page=200&updated_after=$(ago 15)"
  printf '%s' "${output%$'\n'*}" | jq -r '.data[].number' | sort >"$BATS_TEST_TMPDIR/got"
  cmp "$BATS_TEST_TMPDIR/told" "$BATS_TEST_TMPDIR/got"
  [ "$(body 'all(.data[]; .name | endswith("(rev 1)"))')" = true ]
}

@test "a touch can name suppliers and write any updated_at" {
  run --separate-stderr control acme/touch '{"numbers":["S000003","S999999"],"updated_at":"2099-01-01T02:00:00.50+02:00"}'
  stdout_is '{"touched":["S000003"]}'
  run --separate-stderr acme '/v2/suppliers?updated_after=2099-01-01T00:00:00Z'
  answered 200
  [ "$(body '[.data[].updated_at]')" = '["2099-01-01T02:00:00.50+02:00"]' ]
  control acme/touch '{"numbers":["S000003"],"updated_at":null}' >/dev/null
  [ "$(supplier S000003 | jq -c .updated_at)" = null ]
}

@test "suppliers can be added" {
  start_standin --suppliers 3
  run --separate-stderr control acme/add '{"count":2}'
  stdout_is '{"added":["S000004","S000005"]}'
  run --separate-stderr web /v2/suppliers/count
  answered 200 '{"count":5}'
  [ "$(supplier S000005 | jq .id)" = 5 ]
}

@test "one supplier can be asked for, and one that is not there is 404" {
  run --separate-stderr acme /v2/suppliers/S000042
  answered 200
  [ "$(body .id)" = 42 ]
  run --separate-stderr acme /v2/suppliers/S001001
  answered 404
}

@test "no suppliers at all is an empty page" {
  start_standin --suppliers 0
  run --separate-stderr acme /v2/suppliers
  answered 200 '{"data":[],"next_page":null}'
}

# --- Nuntiq's suppliers ------------------------------------------------------------------------

@test "Nuntiq wants a token (401) and the customer's number (403)" {
  run --separate-stderr web /api/v1/supplier
  answered 401
  run --separate-stderr web -H 'Authorization: Bearer job-token-here' /api/v1/supplier
  answered 403
  run --separate-stderr web -H 'Authorization: Bearer job-token-here' -H 'X-Customer-Number: 10000002' /api/v1/supplier
  answered 403
}

@test "an upsert inserts, then updates, and leaves absent members alone" {
  run --separate-stderr nuntiq -d '[{"supplier_number":"1","supplier_name":"A","x":1.10,"big":10000000000000000001},
    {"supplier_number":"1","supplier_name":"B","organization_code":"NL"}]' /api/v1/supplier
  answered 200 '{"inserted":2,"updated":0}'
  run --separate-stderr nuntiq -d '{"suppliers":[{"supplier_number":"1","supplier_name":"C"}]}' /api/v1/supplier
  answered 200 '{"inserted":0,"updated":1}'
  run --separate-stderr nuntiq /api/v1/supplier
  answered 200 '{"items":[{"supplier_number":"1","supplier_name":"C","x":1.10,"big":10000000000000000001,"organization_code":"DEFAULT"},{"supplier_number":"1","supplier_name":"B","organization_code":"NL"}],"count":2,"page":1}'
}

@test "all three envelopes are taken, and a strict one alone if asked" {
  local row='[{"supplier_number":"1","supplier_name":"A"}]' shape
  for shape in "$row" "{\"suppliers\":$row}" "{\"data\":$row}"; do
    run --separate-stderr nuntiq -d "$shape" /api/v1/supplier
    answered 200
  done
  run --separate-stderr nuntiq -d "{\"rows\":$row}" /api/v1/supplier
  answered 400
  start_standin --nuntiq-envelope rows
  run --separate-stderr nuntiq -d "$row" /api/v1/supplier
  answered 400
  run --separate-stderr nuntiq -d "{\"rows\":$row}" /api/v1/supplier
  answered 200 '{"inserted":1,"updated":0}'
}

@test "one bad row and nothing of the request is stored" {
  run --separate-stderr nuntiq -d '[{"supplier_number":"1","supplier_name":"A"},{"supplier_number":"2","supplier_name":"B"},
    {"supplier_number":"3","supplier_name":""}]' /api/v1/supplier
  answered 400 '{"message":"row 3: supplier_name is required"}'
  run --separate-stderr nuntiq -d '[{"supplier_name":"A"}]' /api/v1/supplier
  answered 400 '{"message":"row 1: supplier_number is required"}'
  run --separate-stderr nuntiq /api/v1/supplier
  answered 200 '{"items":[],"count":0,"page":1}'
}

rows() { jq -nc --argjson n "$1" '[range($n) | {supplier_number: "N\(.)", supplier_name: "x"}]'; }

@test "1000 rows are taken, 1001 are refused" {
  rows 1000 >"$BATS_TEST_TMPDIR/ok"
  rows 1001 >"$BATS_TEST_TMPDIR/many"
  run --separate-stderr nuntiq -d "@$BATS_TEST_TMPDIR/many" /api/v1/supplier
  answered 400 '{"message":"more than 1000 rows"}'
  run --separate-stderr nuntiq -d "@$BATS_TEST_TMPDIR/ok" /api/v1/supplier
  answered 200 '{"inserted":1000,"updated":0}'
}

@test "a body that is not JSON is 400" {
  local bad
  for bad in '[{"supplier_number":"1"' '[] []' '[1,]' 'null x'; do
    run --separate-stderr nuntiq -d "$bad" /api/v1/supplier
    answered 400 '{"message":"the body is not JSON"}'
  done
}

@test "full_load, in the body or the query, deletes all first" {
  rows 3 >"$BATS_TEST_TMPDIR/rows"
  nuntiq -d "@$BATS_TEST_TMPDIR/rows" /api/v1/supplier >/dev/null
  run --separate-stderr nuntiq -d '{"suppliers":[{"supplier_number":"9","supplier_name":"A"}],"full_load":true}' /api/v1/supplier
  answered 200 '{"inserted":1,"updated":0}'
  run --separate-stderr nuntiq '/api/v1/supplier'
  [ "$(body .count)" = 1 ]
  run --separate-stderr nuntiq -d '[{"supplier_number":"9","supplier_name":"A"}]' '/api/v1/supplier?full_load=true'
  answered 200 '{"inserted":1,"updated":0}'
}

@test "the list is paged and counts all rows" {
  rows 250 >"$BATS_TEST_TMPDIR/rows"
  nuntiq -d "@$BATS_TEST_TMPDIR/rows" /api/v1/supplier >/dev/null
  run --separate-stderr nuntiq '/api/v1/supplier?page=3'
  answered 200
  [ "$(body '[(.items | length), .count, .page, .items[0].supplier_number]')" = '[50,250,3,"N200"]' ]
  run --separate-stderr nuntiq '/api/v1/supplier?page=2&limit=7'
  [ "$(body '[(.items | length), .items[0].supplier_number]')" = '[7,"N7"]' ]
  run --separate-stderr nuntiq '/api/v1/supplier?page=0'
  answered 400
}

# --- Nuntiq's delta streams --------------------------------------------------------------------

# delta STREAM [VERB JSON]
delta() {
  if [ $# -eq 1 ]; then
    nuntiq "/api/v1/delta/streams/acme_eu/$1"
  else
    nuntiq -d "$3" "/api/v1/delta/streams/acme_eu/$1/$2"
  fi
}

@test "a stream that nobody began is idle, not 404" {
  run --separate-stderr delta unknown
  answered 200
  [ "$(body '[.connector_name, .stream_name, .status, .cursor_type, .committed_cursor_value, .records_processed]')" = \
    '["acme_eu","unknown","idle",null,null,null]' ]
  [ "$(body 'keys | length')" = 13 ]
}

@test "begin, complete and begin again carry the cursor" {
  run --separate-stderr delta s1 begin '{"cursor_type":"timestamp_utc"}'
  answered 200
  [ "$(body '[.status, .committed_cursor_value, (.started_at_utc | type), .updated_by]')" = '["running",null,"string","job"]' ]
  run --separate-stderr delta s1 complete '{"new_cursor_value":"2026-05-16T10:23:14Z","records_processed":7,"metadata":{"a":[1]}}'
  answered 200
  [ "$(body '[.status, .committed_cursor_value, .records_processed, .metadata]')" = '["succeeded","2026-05-16T10:23:14Z",7,{"a":[1]}]' ]
  run --separate-stderr delta s1 begin '{"cursor_type":"timestamp_utc"}'
  [ "$(body '[.status, .committed_cursor_value, .completed_at_utc]')" = '["running","2026-05-16T10:23:14Z",null]' ]
}

@test "a run that is running does not stop another begin" {
  delta s2 begin '{"cursor_type":"opaque_token"}' >/dev/null
  run --separate-stderr delta s2 begin '{"cursor_type":"opaque_token"}'
  answered 200
}

@test "timestamps are compared as instants; back is CURSOR_REGRESSION" {
  delta s3 begin '{"cursor_type":"timestamp_utc"}' >/dev/null
  run --separate-stderr delta s3 complete '{"new_cursor_value":"2026-05-16T10:00:00Z"}'
  answered 200
  run --separate-stderr delta s3 complete '{"new_cursor_value":"2026-05-16T12:00:00+02:00"}'
  answered 200
  run --separate-stderr delta s3 complete '{"new_cursor_value":"2026-05-16T11:59:59.999+02:00"}'
  answered 422 '{"code":"CURSOR_REGRESSION","message":"new_cursor_value is before the committed cursor"}'
  run --separate-stderr delta s3
  [ "$(body .committed_cursor_value)" = '"2026-05-16T12:00:00+02:00"' ]
  run --separate-stderr delta s3 complete '{"new_cursor_value":"soon"}'
  answered 422
  [ "$(body .code)" = '"INVALID_CURSOR"' ]
}

@test "numbers are compared as numbers of any length" {
  local try
  delta s4 begin '{"cursor_type":"numeric_id"}' >/dev/null
  for try in 200:-9 200:-1.5 200:0 200:9 200:9.0 200:10 422:9.99 200:10000000000000000001 \
    422:10000000000000000000 200:010000000000000000001 422:x 422:-1; do
    run --separate-stderr delta s4 complete "{\"new_cursor_value\":\"${try#*:}\"}"
    answered "${try%%:*}" || { echo "at $try"; false; }
  done
}

@test "any opaque token is an advance" {
  delta s5 begin '{"cursor_type":"opaque_token"}' >/dev/null
  run --separate-stderr delta s5 complete '{"new_cursor_value":"zzz"}'
  answered 200
  run --separate-stderr delta s5 complete '{"new_cursor_value":"aaa"}'
  answered 200
}

@test "a bad cursor type is 422, a missing cursor 400, a stream not begun 404" {
  run --separate-stderr delta s6 begin '{"cursor_type":"date"}'
  answered 422
  run --separate-stderr delta s6 complete '{"new_cursor_value":"1"}'
  answered 404
  run --separate-stderr delta s6 fail '{}'
  answered 404
  delta s6 begin '{"cursor_type":"numeric_id"}' >/dev/null
  run --separate-stderr delta s6 complete '{"new_cursor_value":5}'
  answered 400
  run --separate-stderr delta s6 complete '{}'
  answered 400
}

@test "fail keeps the cursor and its text, and the next begin forgets the text" {
  delta s7 begin '{"cursor_type":"numeric_id"}' >/dev/null
  delta s7 complete '{"new_cursor_value":"5"}' >/dev/null
  delta s7 begin '{"cursor_type":"numeric_id"}' >/dev/null
  run --separate-stderr delta s7 fail '{"error_summary":"it \"broke\""}'
  answered 200
  [ "$(body '[.status, .error_summary, .committed_cursor_value]')" = '["failed","it \"broke\"","5"]' ]
  run --separate-stderr delta s7 begin '{"cursor_type":"numeric_id"}'
  [ "$(body '[.error_summary, .committed_cursor_value]')" = '[null,"5"]' ]
}

admin_reset() {
  web -H 'Authorization: Bearer admin-token-here' -H 'X-Customer-Number: 10000001' -d "$2" \
    "/api/v1/delta/streams/acme_eu/$1/reset"
}

@test "only the admin token resets, with a reason, and it is audited" {
  delta s8 begin '{"cursor_type":"numeric_id"}' >/dev/null
  delta s8 complete '{"new_cursor_value":"5"}' >/dev/null
  run --separate-stderr delta s8 reset '{"new_cursor_value":"1","reason":"again"}'
  answered 403
  run --separate-stderr admin_reset s8 '{"new_cursor_value":"1"}'
  answered 400 '{"code":"INVALID_REQUEST","message":"reason is required"}'
  run --separate-stderr admin_reset s8 '{"new_cursor_value":"x","reason":"again"}'
  answered 422
  run --separate-stderr admin_reset s8 '{"new_cursor_value":"1","reason":"again"}'
  answered 200
  [ "$(body '[.status, .committed_cursor_value, .updated_by]')" = '["idle","1","admin"]' ]
  run --separate-stderr curl -fsS "$API/_/audit"
  [ "$(jq -c '.audit | map(select(.stream_name == "s8")) | map([.event_type, .old_cursor_value, .new_cursor_value, .reason, .api_user])' <<<"$output")" = \
    '[["cursor_advance",null,"5",null,"job"],["cursor_reset","5","1","again","admin"]]' ]
}

@test "--job-token-may-reset and --begin-small are other Nuntiqs" {
  start_standin --job-token-may-reset --begin-small
  run --separate-stderr delta s begin '{"cursor_type":"numeric_id"}'
  answered 200
  [ "$(body keys)" = '["lower_bound_cursor","started_at_utc"]' ]
  run --separate-stderr delta s reset '{"new_cursor_value":null,"reason":"full"}'
  answered 200
}

@test "names in the path are percent-decoded" {
  run --separate-stderr nuntiq -d '{"cursor_type":"opaque_token"}' '/api/v1/delta/streams/acme%2Feu/caf%C3%A9%20x/begin'
  answered 200
  [ "$(body '[.connector_name, .stream_name]')" = '["acme/eu","café x"]' ]
}

# --- faults ------------------------------------------------------------------------------------

@test "a status, for the next two requests, after one that passes" {
  fault '{"match":"/v2/","kind":"status","status":502,"count":2,"skip":1}'
  run --separate-stderr acme '/v2/suppliers?per_page=1'
  answered 200
  run --separate-stderr acme '/v2/suppliers?per_page=1'
  answered 502 '{"error":"fault"}'
  run --separate-stderr web '/echo'
  answered 200
  run --separate-stderr acme '/v2/suppliers?per_page=1'
  answered 502
  run --separate-stderr acme '/v2/suppliers?per_page=1'
  answered 200
  run --separate-stderr curl -fsS "$API/_/faults"
  stdout_is '{"faults":[{"matched":4,"fired":2,"rule":{"match":"/v2/","kind":"status","status":502,"count":2,"skip":1}}]}'
}

@test "the first rule that fires decides, and method and query narrow it" {
  fault '{"match":"/echo","kind":"status","status":500,"query":"page=3"}'
  fault '{"match":"/echo","kind":"status","status":501,"method":"POST","body":"no"}'
  run --separate-stderr web '/echo?page=2'
  answered 200
  run --separate-stderr web -d x '/echo?page=3'
  answered 500
  run --separate-stderr web -d x '/echo'
  answered 501 no
  mend
  run --separate-stderr web -d x '/echo'
  answered 200
}

@test "Retry-After comes as seconds, as a date or as anything" {
  fault '{"kind":"status","status":429,"retry_after":"2","count":1}'
  fault '{"kind":"status","status":429,"retry_after":"date+100","count":1}'
  fault '{"kind":"status","status":429,"retry_after":"never","count":1}'
  header() { curl -sS -D - -o /dev/null "$API/echo" | tr -d '\r' | sed -n 's/^Retry-After: //p'; }
  [ "$(header)" = 2 ]
  local at
  at=$(header)
  [[ $at =~ ^(Mon|Tue|Wed|Thu|Fri|Sat|Sun),\ [0-9]{2}\ [A-Z][a-z]{2}\ [0-9]{4}\ [0-9:]{8}\ GMT$ ]]
  at=$(($(date -d "$at" +%s) - $(date +%s)))
  ((at > 90 && at <= 100))
  [ "$(header)" = never ]
}

@test "a share of the requests fails, always the same ones" {
  failing() { curl -sS -o /dev/null -w '%{http_code}\n' "$API/echo?[1-200]" | grep -n 503 || true; }
  fault '{"kind":"status","share":0.1}'
  failing >"$BATS_TEST_TMPDIR/a"
  mend
  fault '{"kind":"status","share":0.1}'
  failing >"$BATS_TEST_TMPDIR/b"
  cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
  local n
  n=$(wc -l <"$BATS_TEST_TMPDIR/a")
  ((n > 5 && n < 40)) || { echo "$n of 200"; false; }
}

@test "a cut body is shorter than its Content-Length" {
  fault '{"match":"/v2/","kind":"cut","after_bytes":100}'
  run --separate-stderr acme '/v2/suppliers'
  status_is 18
  [ "${#lines[0]}" -le 100 ]
  [[ ${lines[0]} == '{"data":[{"id":'* ]]
  stderr_has "transfer closed with"
  [ "$(jq -s '.[-1].fault' "$API_LOG")" = '"cut"' ]
}

@test "a chunked body can be cut" {
  fault '{"match":"/v2/","kind":"chunked_cut","after_bytes":100}'
  run --separate-stderr acme '/v2/suppliers'
  status_is 18
  stderr_has "transfer closed with outstanding read data remaining"
}

@test "a body ended by the connection can be cut, and nobody notices" {
  fault '{"match":"/v2/","kind":"close_delimited_cut","after_bytes":100}'
  run --separate-stderr curl -sS -D "$BATS_TEST_TMPDIR/head" -H 'Authorization: Bearer test-bearer-token-here' "$API/v2/suppliers"
  status_is 0
  [[ $output == '{"data":[{"id":'* ]]
  [ "$(printf '%s' "$output" | wc -c)" -eq 100 ]
  run ! grep -Eqi '^(content-length|transfer-encoding)' "$BATS_TEST_TMPDIR/head"
}

@test "half a gzip stream has a true Content-Length" {
  fault '{"match":"/v2/","kind":"gzip_cut"}'
  run --separate-stderr curl -sS -D "$BATS_TEST_TMPDIR/head" -o "$BATS_TEST_TMPDIR/gz" \
    -H 'Authorization: Bearer test-bearer-token-here' "$API/v2/suppliers"
  status_is 0
  grep -qi '^content-encoding: gzip' "$BATS_TEST_TMPDIR/head"
  run --separate-stderr gzip -t "$BATS_TEST_TMPDIR/gz"
  status_is 1
  stderr_has "unexpected end of file"
}

@test "a stall sends the head, some bytes and then nothing" {
  fault '{"match":"/echo","kind":"stall","after_bytes":9}'
  run --separate-stderr curl -sS --max-time 0.5 -w '\n%{http_code}' "$API/echo"
  status_is 28
  [ "$output" = $'{"method"\n200' ]
  stderr_has "timed out"
}

@test "a stalled client that leaves is forgotten" {
  fault '{"match":"/echo","kind":"stall"}'
  run --separate-stderr curl -sS --max-time 0.3 "$API/echo"
  status_is 28
  until_true 5 nobody_waits
}

nobody_waits() {
  curl -fsS -X POST "$API/_/reset-stats" >/dev/null
  [ "$(curl -fsS "$API/_/stats" | jq .max_in_flight)" = 0 ]
}

@test "a drip is one byte each 100 ms and blocks nobody" {
  fault '{"match":"/echo","kind":"drip"}'
  curl -sS --max-time 1 "$API/echo" >"$BATS_TEST_TMPDIR/drip" 2>/dev/null 3>&- &
  run --separate-stderr web /v2/suppliers/count
  answered 200
  wait $! || true
  local n
  n=$(wc -c <"$BATS_TEST_TMPDIR/drip")
  ((n >= 5 && n <= 11)) || { echo "$n bytes"; false; }
}

@test "a reset is an RST, before the answer or within it" {
  fault '{"match":"/echo","kind":"reset","count":1}'
  run --separate-stderr curl -sS --max-time 5 "$API/echo"
  status_is 56
  stdout_is ""
  stderr_has "Connection reset by peer"
  mend
  fault '{"match":"/v2/","kind":"reset","after_bytes":100}'
  run --separate-stderr acme '/v2/suppliers'
  status_is 56
  stderr_has "Connection reset by peer"
}

@test "HTML, garbage and nothing come as a 200" {
  fault '{"match":"/echo","kind":"html","count":1}'
  fault '{"match":"/echo","kind":"garbage","count":1}'
  fault '{"match":"/echo","kind":"empty","count":1}'
  run --separate-stderr curl -sS -w '%{http_code} %{content_type}' "$API/echo"
  [[ $output == '<!DOCTYPE html>'*'200 text/html; charset=utf-8' ]]
  run --separate-stderr curl -sS -o "$BATS_TEST_TMPDIR/body" -w '%{http_code} %{content_type}' "$API/echo"
  stdout_is '200 application/json'
  run ! jq . "$BATS_TEST_TMPDIR/body"
  run --separate-stderr curl -sS -w '%{http_code} %{size_download}' "$API/echo"
  stdout_is '200 0'
}

@test "the content type alone can be wrong" {
  fault '{"match":"/v2/","kind":"content_type","count":1}'
  fault '{"match":"/v2/","kind":"content_type","content_type":"text/csv"}'
  run --separate-stderr curl -sS -w '\n%{content_type}' "$API/v2/suppliers/count"
  stdout_is $'{"count":1000}\ntext/html'
  run --separate-stderr curl -sS -w '\n%{content_type}' "$API/v2/suppliers/count"
  stdout_is $'{"count":1000}\ntext/csv'
}

@test "a redirect leads wherever the test says" {
  fault '{"match":"/v2/","kind":"redirect","status":307,"location":"http://127.0.0.1:1/x"}'
  run --separate-stderr curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' "$API/v2/suppliers/count"
  stdout_is '307 http://127.0.0.1:1/x'
}

@test "headers can be added to a good answer" {
  fault '{"match":"/echo","kind":"headers","headers":{"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1"}}'
  run --separate-stderr curl -sS -D - -o /dev/null "$API/echo"
  [[ $output == *'200 OK'*'X-RateLimit-Remaining: 0'*'X-RateLimit-Reset: 1'* ]]
}

@test "with apply the work is done though the answer fails" {
  fault '{"match":"/api/v1/supplier","method":"POST","kind":"status","status":504,"apply":true}'
  run --separate-stderr nuntiq -d '[{"supplier_number":"1","supplier_name":"A"}]' /api/v1/supplier
  answered 504
  mend
  run --separate-stderr nuntiq -d '[{"supplier_number":"1","supplier_name":"A"}]' /api/v1/supplier
  answered 200 '{"inserted":0,"updated":1}'
}

@test "without apply a failed answer means that nothing was stored" {
  fault '{"match":"/api/v1/supplier","kind":"status","count":1}'
  run --separate-stderr nuntiq -d '[{"supplier_number":"1","supplier_name":"A"}]' /api/v1/supplier
  answered 503
  run --separate-stderr nuntiq -d '[{"supplier_number":"1","supplier_name":"A"}]' /api/v1/supplier
  answered 200 '{"inserted":1,"updated":0}'
}

@test "a rule with an unknown kind or member is refused" {
  run --separate-stderr web -d '{"kind":"explode"}' /_/faults
  answered 400 "{\"error\":\"unknown kind 'explode'\"}"
  run --separate-stderr web -d '{"kind":"cut","afterbytes":3}' /_/faults
  answered 400 '{"error":"unknown member \"afterbytes\""}'
  run --separate-stderr web -d '[]' /_/faults
  answered 400
  run --separate-stderr curl -fsS "$API/_/faults"
  stdout_is '{"faults":[]}'
}

@test "control endpoints are never faulted" {
  fault '{"kind":"status"}'
  run --separate-stderr web /_/stats
  answered 200
}

# --- tokens --------------------------------------------------------------------------------------

# token FORM [CURL-OPTION…]: asks for one
token() { web -d "$1" "${@:2}" /oauth/token; }

@test "oauth: tokens for the client by basic and by the form, and for nobody else" {
  local form='grant_type=client_credentials'
  run --separate-stderr token "$form" -u acme-client:client-secret-here
  answered 200
  [ "$(body '[.token_type, .expires_in, (.access_token | type)]')" = '["Bearer",3600,"string"]' ]
  run --separate-stderr token "$form&client_id=acme-client&client_secret=client-secret-here"
  answered 200
  run --separate-stderr token "$form" -u acme-client:other
  answered 401 '{"error":"invalid_client"}'
  run --separate-stderr token "$form&client_id=acme-client&client_secret=other"
  answered 401 '{"error":"invalid_client"}'
  run --separate-stderr token "$form"
  answered 401 '{"error":"invalid_client"}'
  run --separate-stderr token grant_type=password -u acme-client:client-secret-here
  answered 400 '{"error":"unsupported_grant_type"}'
}

@test "oauth: a refresh token rotates, and the old one is void" {
  control oauth '{"refresh_token":"r-1","rotate":true}' >/dev/null
  run --separate-stderr token 'grant_type=refresh_token&refresh_token=r-1' -u acme-client:client-secret-here
  answered 200
  [ "$(body .refresh_token)" = "$(curl -fsS "$API/_/oauth" | jq .refresh_token)" ]
  run --separate-stderr token 'grant_type=refresh_token&refresh_token=r-1' -u acme-client:client-secret-here
  answered 400 '{"error":"invalid_grant"}'
}

@test "--oauth: Acme takes issued tokens only, as long as they last" {
  local issued
  start_standin --oauth --suppliers 3
  run --separate-stderr acme /v2/suppliers
  answered 401 '{"error":"unauthorized"}'
  control oauth '{"expires_in":1}' >/dev/null
  issued=$(curl -fsS -u acme-client:client-secret-here -d grant_type=client_credentials "$API/oauth/token" | jq -r .access_token)
  run --separate-stderr web -H "Authorization: Bearer $issued" /v2/suppliers
  answered 200
  expired() { [ "$(web -H "Authorization: Bearer $issued" /v2/suppliers | tail -n 1)" = 401 ]; }
  until_true 5 expired
  control oauth '{"expires_in":60}' >/dev/null
  issued=$(curl -fsS -u acme-client:client-secret-here -d grant_type=client_credentials "$API/oauth/token" | jq -r .access_token)
  control oauth '{"revoke":true}' >/dev/null
  expired
}
