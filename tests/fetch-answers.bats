#!/usr/bin/env bats
# shellcheck disable=SC2154 # run sets status, output and stderr
# The same for answers that are no pages, and for marks: what is tried again, when, and what is a failure.

load helper
load fetch-common

# waits: the waits that were told, in milliseconds without their fractions
waits() { sed -n 's/.*waiting \([0-9.]*\) s$/\1/p' <<<"$stderr" | awk '{ printf "%d ", $1 * 1000 }'; }

# --- answers ------------------------------------------------------------------------------------

@test "A13 which statuses are tried again, which not, and which are pages" {
  local code again
  while read -r code again; do
    mend
    : >"$API_LOG"
    answers "$code" ',"body":"[]"'
    fetch --attempts 2 /t
    case $again in
      page) ended 0 1 ;;
      no) failed 1 0 1 ;;
      yes) failed 75 0 2 ;;
    esac
  done <<'T'
200 page
201 page
400 no
401 no
403 no
404 no
405 no
409 no
418 no
408 yes
425 yes
429 yes
500 yes
502 yes
503 yes
504 yes
501 no
505 no
T
}

@test "a 403 that says when to come again is tried again, as GitHub's" {
  local headers
  for headers in '"X-RateLimit-Remaining":"0"' '"Retry-After":"0.01"'; do
    mend
    : >"$API_LOG"
    answers 403 ",\"count\":1,\"headers\":{$headers}"
    page '' '[{"id":1}]'
    fetch /t
    ended 1 1
    requests 2
    stderr_has 'page 1: HTTP 403' 'attempt 1 of 5, waiting 0.0'
  done
}

@test "a 403 whose quota resets too late is temporary, and says until when" {
  answers 403 ",\"headers\":{\"X-RateLimit-Remaining\":\"0\",\"X-RateLimit-Reset\":\"$(($(date +%s) + 3600))\"}"
  fetch /t
  failed 75 0 1
  stderr_has 'page 1: HTTP 403' 'the server asks to wait until' 'longer than --max-wait 300s'
}

@test "a 403 of a quota that is not used up is final, and by --on also one that is" {
  answers 403 ',"headers":{"X-RateLimit-Remaining":"7","X-RateLimit-Reset":"1"}'
  fetch /t
  failed 1 0 1
  mend
  : >"$API_LOG"
  answers 403 ',"headers":{"X-RateLimit-Remaining":"0"}'
  fetch --on 403=fail /t
  failed 1 0 1
}

@test "A15 D65 a 503 is asked five times unless said, then it is 75 and never a page" {
  answers 503
  fetch /t
  failed 75 0 5
  stderr_has 'page 1: HTTP 503' 'after 5 attempts'
  : >"$API_LOG"
  fetch --attempts 1 /t
  failed 75 0 1
  : >"$API_LOG"
  fetch --attempts 7 /t
  failed 75 0 7
  fetch --attempts many /t
  status_is 2
}

@test "D65 by rule a 503 is a page without records, at once" {
  answers 503
  fetch --on 503=empty /t
  ended 0 1
  requests 1
}

@test "A17 waits double up to the highest, and jitter only adds, a quarter at most" {
  answers 503
  run --separate-stderr nq-fetch --retry-min 20ms --retry-max 60ms --attempts 5 "$API/t"
  status_is 75
  local least wait
  for least in 20 40 60 60; do
    read -r wait <<<"$(waits | cut -d ' ' -f 1)"
    [ "$wait" -ge "$least" ] && [ "$wait" -le $((least * 5 / 4)) ]
    stderr=$(sed '0,/waiting/{/waiting/d}' <<<"$stderr")
  done
}

@test "A20 a reset that is no number, or past, is not waited for; our own wait is" {
  local reset
  for reset in '1600000000,1600000000' 1500000000 soon '' '1600000060,60'; do
    mend
    answers 429 ",\"count\":1,\"headers\":{\"X-RateLimit-Reset\":\"$reset\"}"
    page '' '[{"id":1}]'
    fetch /t
    ended 1 1
    [ "$(waits)" -le 1 ]
  done
}

@test "A20 a reset at a moment is waited for up to --max-wait, which may be equal, and not beyond" {
  answers 429 ',"headers":{"X-RateLimit-Reset":"60"}'
  fetch --max-wait 59 /t
  failed 75 0 1
  stderr_has 'longer than --max-wait 59s'
  : >"$API_LOG"
  fetch --max-wait 0 /t
  failed 75 0 1
  mend
  answers 429 ',"count":1,"headers":{"X-RateLimit-Reset":"1"}'
  page '' '[{"id":1}]'
  fetch --max-wait 1 /t
  ended 1 1
  [ "$(waits)" -ge 1000 ]
}

@test "A19 A20 a --max-wait that is no time is told before the first request" {
  fetch --max-wait long /t
  status_is 2
  stderr_has "--max-wait"
  requests 0
}

@test "A21 each answer has the wait that it asks for, not that of the one before" {
  answers 429 ',"count":1,"retry_after":"0.3"'
  answers 500 ',"count":1'
  page '' '[{"id":1}]'
  fetch /t
  ended 1 1
  read -r first second <<<"$(waits)"
  [ "$first" -ge 300 ]
  [ "$second" -le 5 ]
}

@test "A21 of several rules the one for the status decides, whatever stands before it" {
  local on
  for on in '--on 500=empty --on 5xx=fail' '--on 5xx=fail --on 500=empty' '--on 5xx=retry --on 500=empty'; do
    mend
    : >"$API_LOG"
    answers 500
    # shellcheck disable=SC2086 # two options
    fetch $on /t
    ended 0 1
    requests 1
  done
}

@test "D67 204, 205 and an empty 200 are no records, without any rule" {
  local code
  for code in 204 205 200; do
    mend
    answers "$code" ',"body":""'
    fetch -r .data /t
    ended 0 1
  done
}

@test "S13 an error that a 200 tells is one by rule, anything else is a page" {
  page '' '{"status":"ERROR","data":[]}'
  fetch -r .data -p none --fail-if .status=ERROR /t
  failed 1 0 1
  stderr_has 'page 1: the page says that it failed (--fail-if .status=ERROR): ERROR'
  mend
  page '' '{"status":"OK","data":[{"id":1}]}'
  fetch -r .data -p none --fail-if .status=ERROR /t
  ended 1 1
}

@test "S13 --retry-if: an error under a 200 that passes is tried again, and the page comes once" {
  fault '{"match":"/t","count":2,"kind":"status","status":200,"body":"{\"status\":\"UNAVAILABLE\",\"data\":[{\"id\":9}]}"}'
  page '' '{"status":"OK","data":[{"id":1}]}'
  fetch -r .data -p none --fail-if .status=ERROR --retry-if .status=UNAVAILABLE /t
  ended 1 1
  requests 3
  stderr_has 'page 1: the page says to try again (--retry-if .status=UNAVAILABLE): UNAVAILABLE, attempt 2 of 5, waiting'
}

@test "S13 --retry-if: used up it is temporary, on a later page too; where both fit the page failed" {
  page page=1 '[{"id":1}]'
  page page=2 '{"error":{"busy":true}}'
  fetch -p page --attempts 3 --retry-if .error.busy /t
  failed 75 1 4
  stderr_has 'page 2: the page says to try again (--retry-if .error.busy): true, after 3 attempts'
  : >"$API_LOG"
  fetch -p page --attempts 3 --retry-if .error.busy --fail-if .error /t
  failed 1 1 2
}

@test "S13 --retry-if: the page that auto would look at is asked for again before anything is decided" {
  fault '{"match":"/t","count":1,"kind":"status","status":200,"body":"{\"status\":\"UNAVAILABLE\"}","headers":{"Retry-After":"0"}}'
  fault '{"match":"/t","count":1,"kind":"status","status":200,"body":"{\"status\":\"UNAVAILABLE\",\"a\":[{\"id\":9}],\"next\":\"/x\"}"}'
  fault '{"match":"/t","count":1,"kind":"status","status":200,"body":"{\"status\":\"UNAVAILABLE\",\"a\":[{\"id\":9}],\"links\":[{\"rel\":\"next\",\"href\":\"/x\"}]}"}'
  page page=2 '{"items":[{"id":2}],"next_page":null}'
  page '' '{"items":[{"id":1}],"next_page":2}'
  fetch --retry-if .status=UNAVAILABLE /t
  ended 2 2
  requests 5
  run --separate-stderr nq-fetch --retry-if '.x[-1]' "$API/t"
  status_is 2
  stderr_has '--retry-if: '
}

@test "S15 a connection that breaks and one that stalls are tried again like a 503" {
  local kind
  for kind in reset stall; do
    mend
    : >"$API_LOG"
    fault "{\"match\":\"/t\",\"count\":1,\"kind\":\"$kind\"}"
    page '' '[{"id":1}]'
    fetch -m 300ms /t
    ended 1 1
    requests 2
    stderr_has 'attempt 1 of 5'
  done
}

# --- marks --------------------------------------------------------------------------------------

@test "D77 the watermark may lie deep in the record, in a list too" {
  page '' '[{"data":{"items":[{"created_at":"2026-05-01T00:00:00Z"},{"created_at":"2026-05-09T00:00:00Z"}]}}]'
  fetch -w '.data.items[0].created_at' /t
  status_is 0
  [ "$(jq -r .watermark <<<"${lines[-1]}")" = 2026-05-01T00:00:00Z ]
}

@test "D79 in descending order the watermark is the highest all the same" {
  page '' "$(jq -nc '[range(24; 14; -1) | {id: .}]')"
  fetch -w .id:numeric_id /t
  status_is 0
  [ "$(jq -r .watermark <<<"${lines[-1]}")" = 24 ]
}

@test "D75 in any order of the records the watermark is the highest" {
  page '' "$(jq -nc '[range(0; 121) | {id: (. * 50 % 121)}]')"
  fetch -w .id:numeric_id /t
  status_is 0
  [ "$(jq -r .watermark <<<"${lines[-1]}")" = 120 ]
}

@test "D93 instants are compared, not their texts" {
  local later
  for later in 2026-01-01T00:00:00.5Z 2026-01-01T01:00:00.001+01:00 2025-12-31T23:00:00.1-01:00; do
    mend
    page '' "[{\"t\":\"$later\"},{\"t\":\"2026-01-01T00:00:00Z\"},{\"t\":\"2026-01-01T00:00:00+00:00\"},{\"t\":\"2026-01-01T00:00:00.000Z\"}]"
    fetch -w .t /t
    status_is 0
    [ "$(jq -r .watermark <<<"${lines[-1]}")" = "$later" ]
  done
}

@test "S19 an opaque token is the one that came last, whatever it looks like" {
  page '' '[{"id":"01931c63-b14e-7ff3-8621-e578"},{"id":"01931c63-b14e-7ff3-8621-e577"}]'
  fetch -w .id:opaque_token /t
  status_is 0
  [ "$(jq -r .watermark <<<"${lines[-1]}")" = 01931c63-b14e-7ff3-8621-e577 ]
}
