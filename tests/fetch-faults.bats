#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch against a server that breaks: nothing lost, nothing twice, nothing half, nothing told.

load helper

setup_file() {
  start_standin --suppliers 30
  export ACME_TOKEN=test-bearer-token-here
  OTHER_LOG=$BATS_FILE_TMPDIR/other.log
  export OTHER_LOG
  "$BUILD/tests/standin" --exit-with-parent --port-file "$BATS_FILE_TMPDIR/other" --log "$OTHER_LOG" >/dev/null 2>&1 3>&- &
  export OTHER_PID=$!
  until_true 10 test -s "$BATS_FILE_TMPDIR/other"
  OTHER=http://127.0.0.1:$(cat "$BATS_FILE_TMPDIR/other")
  export OTHER
}

setup() {
  mend
  : >"$API_LOG"
  : >"$OTHER_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown_file() {
  stop_standin
  kill "$OTHER_PID"
}

# Three pages of ten; waits that no test waits for.
acme() {
  nq-fetch --auth bearer='${ACME_TOKEN}' -q per_page=10 --end-mark --retry-min 1ms --retry-max 4ms "$@" "$API/v2/suppliers"
}

END='{"_nq":"end","records":30,"pages":3}'
requests() { wc -l <"$API_LOG"; }

complete() {
  status_is 0
  [ "${lines[30]}" = "$END" ]
  [ "${#lines[@]}" -eq 31 ]
  [ "$(head -n 30 <<<"$output" | jq .id | sort -u | wc -l)" -eq 30 ]
}

# failed STATUS RECORDS: that many records, whole pages, then the fail mark.
failed() {
  status_is "$1"
  [ "${#lines[@]}" -eq $(($2 + 1)) ]
  [ "${lines[$2]}" = "{\"_nq\":\"fail\",\"tool\":\"nq-fetch\",\"status\":$1}" ]
}

# --- what is tried again ----------------------------------------------------------------------

@test "temporary statuses are tried again, and then nothing is left of them" {
  local status_code
  for status_code in 408 425 429 500 502 503 504; do
    mend
    : >"$API_LOG"
    fault "{\"kind\":\"status\",\"status\":$status_code,\"query\":\"page=2\",\"count\":2}"
    run --separate-stderr acme
    complete
    [ "$(requests)" -eq 5 ]
    stderr_has "[WARN] nq-fetch: page 2: HTTP $status_code" "attempt 2 of 5, waiting 0.00"
  done
}

@test "attempts are counted in all, then it is 75 and a fail mark" {
  fault '{"kind":"status","status":502,"body":"<h1>Bad\n  Gateway</h1>","query":"page=2"}'
  run --separate-stderr acme --attempts 3
  failed 75 10
  [ "$(requests)" -eq 4 ]
  stderr_has "[ERROR] nq-fetch: page 2: HTTP 502: <h1>Bad Gateway</h1>, after 3 attempts"
  : >"$API_LOG"
  run --separate-stderr acme --attempts 1
  failed 75 10
  [ "$(requests)" -eq 2 ]
}

@test "A13 what a client did wrong is asked once" {
  local status_code
  for status_code in 400 401 404 410 418 422 501; do
    mend
    : >"$API_LOG"
    fault "{\"kind\":\"status\",\"status\":$status_code,\"retry_after\":\"0\",\"query\":\"page=2\"}"
    run --separate-stderr acme
    failed 1 10
    [ "$(requests)" -eq 2 ]
    stderr_has "page 2: HTTP $status_code: {\"error\":\"fault\"}"
  done
}

@test "D64 Retry-After in seconds, with a fraction, as a date: the wait is obeyed" {
  local asked waited
  while read -r asked waited; do
    mend
    fault "{\"kind\":\"status\",\"status\":429,\"count\":1,\"retry_after\":\"$asked\"}"
    run --separate-stderr acme --stats s.json
    complete
    jq -e ".waited_seconds >= $waited and .waited_seconds < $waited + 1.3 and .retries == 1" s.json
  done <<'T'
1 1
0.3 0.3
date+1 0.9
T
}

@test "Retry-After that is negative, past or no time: our own wait" {
  local asked
  for asked in -5 0 'Fri, 01 Jan 1999 00:00:00 GMT' whenever '' 1e9; do
    mend
    fault "{\"kind\":\"status\",\"status\":503,\"count\":1,\"retry_after\":\"$asked\"}"
    run --separate-stderr acme --stats s.json
    complete
    jq -e '.waited_seconds < 0.1' s.json
  done
}

@test "a wait longer than --max-wait ends the run at once and says until when" {
  local asked
  for asked in 301 999999999999999999999 'Thu, 01 Jan 2099 00:00:00 GMT' date+9999; do
    mend
    : >"$API_LOG"
    fault "{\"kind\":\"status\",\"status\":429,\"query\":\"page=2\",\"retry_after\":\"$asked\"}"
    run --separate-stderr acme
    failed 75 10
    [ "$(requests)" -eq 2 ]
    stderr_has "the server asks to wait until " "longer than --max-wait 300s"
  done
}

@test "a quota that resets is waited for" {
  fault '{"kind":"status","status":429,"count":1,"headers":{"X-RateLimit-Reset":"1"}}'
  run --separate-stderr acme --stats s.json
  complete
  jq -e '.waited_seconds >= 1' s.json
}

@test "page 2 of 3 breaks on its way, then comes whole: each record once" {
  local kind
  for kind in cut reset chunked_cut gzip_cut close_delimited_cut; do
    mend
    fault "{\"kind\":\"$kind\",\"query\":\"page=2\",\"count\":2}"
    run --separate-stderr acme
    complete
    stderr_has "page 2: " "attempt 1 of 5"
  done
}

@test "page 2 always breaks on its way: nothing of it is written" {
  local kind
  for kind in cut reset chunked_cut gzip_cut close_delimited_cut; do
    mend
    fault "{\"kind\":\"$kind\",\"query\":\"page=2\"}"
    run --separate-stderr acme --attempts 2
    failed 75 10
    [ "$(head -n 10 <<<"$output" | jq .id | wc -l)" -eq 10 ]
  done
}

@test "a body cut one byte before its end is cut" {
  local size
  size=$(curl -fs -H "Authorization: Bearer $ACME_TOKEN" "$API/v2/suppliers?per_page=10&page=2" | wc -c)
  fault "{\"kind\":\"close_delimited_cut\",\"query\":\"page=2\",\"after_bytes\":$((size - 1))}"
  run --separate-stderr acme --attempts 1
  failed 75 10
}

@test "lines without a told end are not trusted" {
  fault '{"kind":"close_delimited_cut","match":"/v2","content_type":"application/x-ndjson","after_bytes":100000}'
  run --separate-stderr acme --attempts 1 --format ndjson
  failed 75 0
  stderr_has "the server gave no length"
}

@test "a connection that is reset before the answer, or refused, is tried again" {
  fault '{"kind":"reset","count":2}'
  run --separate-stderr acme
  complete
  run --separate-stderr nq-fetch --end-mark --attempts 2 --retry-min 1ms http://127.0.0.1:1/
  failed 75 0
  stderr_has "attempt 1 of 2" "after 2 attempts"
}

@test "S15 a stall is noticed, and tried again" {
  fault '{"kind":"stall","query":"page=2","count":1}'
  run --separate-stderr acme --stall-time 1
  complete
  stderr_has "page 2: Operation too slow"
}

@test "a request that takes too long is given up, however steadily it drips" {
  fault '{"kind":"drip","query":"page=2"}'
  run --separate-stderr acme --max-time 0.3 --attempts 2
  failed 75 10
  stderr_has "timed out"
}

@test "an empty body where a page was promised is a loss, not the end" {
  fault '{"kind":"empty","query":"page=2","count":1}'
  run --separate-stderr acme
  complete
  fault '{"kind":"empty","query":"page=2"}'
  run --separate-stderr acme --attempts 2
  failed 75 10
  stderr_has "page 2: the body is empty, where a page was promised"
}

@test "an empty body where a Link field promised a page is a loss too" {
  fault "{\"kind\":\"status\",\"status\":200,\"match\":\"/one\",\"body\":\"[{}]\",\"headers\":{\"Link\":\"</two>; rel=next\"}}"
  fault '{"kind":"empty","match":"/two"}'
  run --separate-stderr nq-fetch --end-mark --attempts 2 --retry-min 1ms "$API/one"
  failed 75 1
  stderr_has "page 2: the body is empty, where a page was promised"
}

# --- what is no page --------------------------------------------------------------------------

@test "HTML under a 200 says so with its first bytes, once" {
  fault '{"kind":"html"}'
  run --separate-stderr acme
  failed 1 0
  [ "$(requests)" -eq 1 ]
  stderr_has "page 1: the body is not JSON: it begins '<!DOCTYPE html>"
}

@test "garbage, two byte order marks, hidden gzip, form feeds, trailing text: not JSON" {
  local body want
  fault '{"kind":"garbage"}'
  run --separate-stderr acme
  failed 1 0
  stderr_has "page 1: byte 18: not JSON"
  while IFS=$'\t' read -r body want; do
    mend
    : >"$API_LOG"
    fault "{\"kind\":\"status\",\"status\":200,\"body\":\"$body\"}"
    run --separate-stderr acme
    failed 1 0
    [ "$(requests)" -eq 1 ]
    stderr_has "$want"
  done <<'T'
\ufeff\ufeff{\"data\":[]}	not JSON
{\"data\":[]}x	not JSON
{\"data\":[]}{}	not JSON
{\"data\":[{\"a\":NaN}]}	byte 15: not JSON
{\"data\":[{\"a\":01}]}	not JSON
{\"data\":[{\"a\":\"x\ty\"}]}	not JSON
{\"data\":[],\u000c\"a\":1}	byte 12
// c\n{\"data\":[]}	not JSON
T
}

@test "bad UTF-8 is told with its place" {
  printf '{"data":[{"a":"x\300\257"}]}' >body.json
  run --separate-stderr nq-fetch -r .data body.json
  status_is 1
  stderr_has "byte 17: not valid UTF-8"
}

@test "nesting and sizes are bounded, and name the option" {
  local deep
  deep=$(printf '[%.0s' {1..200})
  fault "{\"kind\":\"status\",\"status\":200,\"body\":\"{\\\"data\\\":[{\\\"a\\\":$deep\"}"
  run --separate-stderr acme
  failed 1 0
  stderr_has "nested too deeply"
  mend
  run --separate-stderr acme --max-line 200
  failed 1 0
  stderr_has "record 1 is larger than 200 bytes (--max-line raises the limit)"
  run --separate-stderr acme --max-body 1k
  failed 1 0
  stderr_has "--max-body"
}

@test "an encoding that was not asked for is told" {
  fault '{"kind":"headers","headers":{"Content-Encoding":"br"}}'
  run --separate-stderr acme
  failed 1 0
  stderr_has "encoding 'br'"
  mend
  fault '{"kind":"headers","headers":{"Content-Encoding":"GZIP"},"count":1}'
  run --separate-stderr acme
  complete
  stderr_has "the body is said to be compressed and is not"
}

# --- redirects --------------------------------------------------------------------------------

@test "a redirect within the origin is followed with the credentials" {
  fault "{\"kind\":\"redirect\",\"match\":\"/old\",\"location\":\"/v2/suppliers?per_page=200\"}"
  run --separate-stderr nq-fetch --auth bearer='${ACME_TOKEN}' --end-mark "$API/old"
  status_is 0
  [ "${lines[30]}" = '{"_nq":"end","records":30,"pages":1}' ]
  [ "$(jq -r .headers.authorization "$API_LOG" | sort -u)" = "Bearer $ACME_TOKEN" ]
}

@test "a redirect to another origin is followed bare" {
  fault "{\"kind\":\"redirect\",\"location\":\"$OTHER/echo\",\"status\":307}"
  run --separate-stderr nq-fetch --auth bearer='${ACME_TOKEN}' -H 'X-Api-Key: ${ACME_TOKEN}' -H 'Cookie: ${ACME_TOKEN}' -p none "$API/v2/suppliers"
  status_is 0
  [ "$(wc -l <"$OTHER_LOG")" -eq 1 ]
  run ! grep -q "$ACME_TOKEN" "$OTHER_LOG"
  [ "$(jq -r '.headers | has("authorization") or has("x-api-key") or has("cookie")' "$OTHER_LOG")" = false ]
}

@test "redirects elsewhere than http, and endless ones, are failures" {
  local to
  for to in file:///etc/passwd ftp://127.0.0.1/ "http://u:p@${API#http://}/echo" 'http://' 'http://a b/'; do
    mend
    fault "{\"kind\":\"redirect\",\"location\":\"$to\"}"
    run --separate-stderr acme
    failed 1 0
  done
  mend
  : >"$API_LOG"
  fault '{"kind":"redirect","location":"/v2/suppliers"}'
  run --separate-stderr acme --max-redirs 2
  failed 1 0
  [ "$(requests)" -eq 3 ]
  stderr_has "more than 2 redirects (--max-redirs)"
}

# --- TLS --------------------------------------------------------------------------------------

# tls_standin SUBJECT-ALT-NAME: sets TLS (https://127.0.0.1:PORT) and TLS_PID.
tls_standin() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=standin \
    -addext "subjectAltName=$1" -keyout key.pem -out cert.pem 2>/dev/null
  "$BUILD/tests/standin" --exit-with-parent --suppliers 3 --port-file tls --tls cert.pem key.pem >/dev/null 2>&1 3>&- &
  TLS_PID=$!
  until_true 10 test -s tls
  TLS=https://127.0.0.1:$(<tls)
}

@test "https: a known authority and the right name, else it is refused, once" {
  tls_standin IP:127.0.0.1
  run --separate-stderr nq-fetch --auth bearer='${ACME_TOKEN}' --cacert cert.pem "$TLS/v2/suppliers"
  status_is 0
  [ "${#lines[@]}" -eq 3 ]
  run --separate-stderr nq-fetch --auth bearer='${ACME_TOKEN}' --end-mark "$TLS/v2/suppliers"
  kill "$TLS_PID"
  failed 1 0
  stderr_has "certificate"
  [[ $stderr != *"attempt "* ]]
}

@test "https: a certificate of another host is refused" {
  tls_standin DNS:example.com
  run --separate-stderr nq-fetch --auth bearer='${ACME_TOKEN}' --cacert cert.pem --end-mark "$TLS/v2/suppliers"
  kill "$TLS_PID"
  failed 1 0
  [[ $stderr != *"attempt "* ]]
}

@test "a redirect from https to http is not followed" {
  tls_standin IP:127.0.0.1
  curl -fsS --cacert cert.pem -d "{\"kind\":\"redirect\",\"location\":\"$OTHER/echo\"}" "$TLS/_/faults" >/dev/null
  run --separate-stderr nq-fetch --auth bearer='${ACME_TOKEN}' --cacert cert.pem --end-mark "$TLS/v2/suppliers"
  kill "$TLS_PID"
  failed 1 0
  stderr_has "a redirect from https to http is not followed"
  [ ! -s "$OTHER_LOG" ]
}

# --- secrets ----------------------------------------------------------------------------------

@test "an API that echoes the token cannot leak it, wherever messages are cut" {
  local n pad kind
  export CANARY=canary-5ca1ab1e-0ddba11
  for n in 0 20 30 40 150 175 180 190 199; do
    pad=$(printf '%*s' "$n" '' | tr ' ' x)
    for kind in '"status":401' '"status":200'; do
      mend
      fault "{\"kind\":\"status\",$kind,\"body\":\"$pad$CANARY is no token\"}"
      run --separate-stderr nq-fetch --auth bearer='${CANARY}' -vv "$API/v2/suppliers"
      status_is 1
      [[ $output$stderr != *canary* ]]
      [[ $output$stderr != *5ca1ab1e* ]]
    done
  done
}

@test "no failure tells a secret, nor does the command line of what runs" {
  local rule
  export CANARY=canary-5ca1ab1e-0ddba11
  for rule in '"status","status":401,"body":"canary-5ca1ab1e-0ddba11"' '"redirect","location":"file:///canary-5ca1ab1e-0ddba11"' \
    '"redirect","location":"/x?k=canary-5ca1ab1e-0ddba11"' '"reset"' '"cut"' '"garbage"' '"empty"' \
    '"status","status":429,"retry_after":"canary-5ca1ab1e-0ddba11"' '"headers","headers":{"Content-Encoding":"canary-5ca1ab1e-0ddba11"}'; do
    mend
    fault "{\"kind\":$rule}"
    run --separate-stderr nq-fetch --auth bearer='${CANARY}' -q key='${CANARY}' -vv --log json --attempts 2 --retry-min 1ms --stats s.json --end-mark "$API/echo"
    [[ $output$stderr != *canary* ]]
    run ! grep -q canary s.json
  done
  mend
  fault '{"kind":"stall","match":"/v2"}'
  nq-fetch --auth bearer='${CANARY}' "$API/v2/suppliers" 3>&- &
  local pid=$!
  until_true 5 test -s "$API_LOG"
  run ! grep -q canary "/proc/$pid/cmdline"
  kill "$pid"
}

# --- signals, room ----------------------------------------------------------------------------

@test "SIGTERM while page 2 comes in leaves page 1 and no mark" {
  fault '{"kind":"stall","query":"page=2","after_bytes":2000}'
  nq-fetch --auth bearer='${ACME_TOKEN}' -q per_page=10 --end-mark "$API/v2/suppliers" >out 2>err 3>&- &
  local pid=$!
  until_true 5 grep -q '"page":"2"' "$API_LOG"
  until_true 5 test -s out
  kill "$pid"
  local ended=0
  wait "$pid" || ended=$?
  [ "$ended" -eq 143 ]
  [ "$(wc -l <out)" -eq 10 ]
  [ "$(jq .id out | wc -l)" -eq 10 ]
  [ ! -s err ]
}

@test "a page larger than its temporary file may be is not written at all" {
  run --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 512
    yes "{\"n\":\"$(printf %0999d 1)\"}" | head -n 3000 | nq-fetch --format ndjson -'
  status_is 1
  stdout_is ''
  stderr_has "cannot write a temporary file (TMPDIR): File too large"
  run --separate-stderr bash -c 'yes "{\"n\":\"$(printf %0999d 1)\"}" | head -n 3000 | TMPDIR=/nonexistent nq-fetch --format ndjson -'
  status_is 1
  stdout_is ''
  stderr_has "TMPDIR"
}
