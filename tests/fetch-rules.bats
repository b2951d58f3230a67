#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch --on: what an answer means that HTTP means otherwise.

load helper

setup_file() {
  start_standin --suppliers 30
  export ACME_TOKEN=test-bearer-token-here
}

setup() {
  mend
  : >"$API_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown_file() { stop_standin; }

# Three pages of ten; waits that no test waits for.
acme() {
  nq-fetch --auth bearer='${ACME_TOKEN}' -q per_page=10 --end-mark --retry-min 1ms --retry-max 4ms "$@" "$API/v2/suppliers"
}

requests() { wc -l <"$API_LOG"; }

# answers STATUS [MORE MEMBERS]: page 2 has this status.
answers() {
  mend
  : >"$API_LOG"
  fault "{\"kind\":\"status\",\"status\":$1,\"query\":\"page=2\"${2:-}}"
}

# ended RECORDS PAGES: whole, with its mark.
ended() {
  status_is 0
  [ "${lines[-1]}" = "{\"_nq\":\"end\",\"records\":$1,\"pages\":$2}" ]
  [ "${#lines[@]}" -eq $(($1 + 1)) ]
}

# failed STATUS RECORDS
failed() {
  status_is "$1"
  [ "${lines[-1]}" = "{\"_nq\":\"fail\",\"tool\":\"nq-fetch\",\"status\":$1}" ]
  [ "${#lines[@]}" -eq $(($2 + 1)) ]
}

@test "D66 a 404 fails; by rule it is a page without records" {
  answers 404
  run --separate-stderr acme -p page
  failed 1 10
  answers 404
  run --separate-stderr acme -p page --on 404=empty
  ended 10 2
  stderr_is ''
  [ "$(requests)" -eq 2 ]
}

@test "D66 two rules in any order; a status without rule fails as before" {
  local on
  for on in '--on 404=empty --on 422=empty' '--on 422=empty --on 404=empty'; do
    answers 404
    # shellcheck disable=SC2086 # two options
    run --separate-stderr acme -p page $on
    ended 10 2
    answers 422
    # shellcheck disable=SC2086
    run --separate-stderr acme -p page $on
    ended 10 2
    answers 400
    # shellcheck disable=SC2086
    run --separate-stderr acme -p page $on
    failed 1 10
    stderr_has 'page 2: HTTP 400'
  done
}

@test "empty: a single page that is not there is no record, and done" {
  fault '{"kind":"status","status":404,"body":"<h1>no</h1>","content_type":"text/html"}'
  run --separate-stderr acme --on 404=empty --stats s.json
  ended 0 1
  stderr_is ''
  [ "$(jq -r .stop_reason s.json)" = '--on 404=empty' ]
  run --separate-stderr acme --on 404=empty -p none -r .data --format ndjson
  ended 0 1
  run --separate-stderr acme --on 404=empty -p page:next=.next_page
  ended 0 1
}

@test "empty: the walk goes on where the pager says so" {
  fault '{"kind":"status","status":404,"match":"/t","count":1,"headers":{"Link":"</t2>; rel=next"}}'
  fault '{"kind":"status","status":200,"match":"/t2","body":"[{\"n\":2}]"}'
  run --separate-stderr nq-fetch -p link --end-mark --on 404=empty "$API/t"
  status_is 0
  stdout_is '{"n":2}
{"_nq":"end","records":1,"pages":2}'
}

@test "empty: what the pager needs and such a page has not is an error, never a silent end" {
  fault '{"kind":"status","status":200,"match":"/t","query":"page=1","body":"{\"pages\":3,\"data\":[{\"n\":1}]}"}'
  fault '{"kind":"status","status":404,"match":"/t"}'
  run --separate-stderr nq-fetch --end-mark -r .data -p page:total-pages=.pages --on 404=empty "$API/t"
  failed 1 1
  stderr_has "page 2: the value at '.pages' (total-pages) is missing"
}

@test "empty: the body is not looked at, be it compressed, no JSON, or an error for --fail-if" {
  answers 410 ',"body":"{\"error\":\"gone\"}"'
  run --separate-stderr acme -p page --on 410=empty --fail-if .error
  ended 10 2
  stderr_is ''
}

@test "a 200 by rule: it is not read either" {
  fault '{"kind":"status","status":200,"match":"/t","body":"{\"error\":1}"}'
  run --separate-stderr nq-fetch --end-mark --on 200=empty --fail-if .error "$API/t"
  ended 0 1
  run --separate-stderr nq-fetch --end-mark --on 2xx=fail "$API/t"
  failed 1 0
  stderr_has 'page 1: HTTP 200: {"error":1} (--on 200=fail)'
}

@test "--fail-if still judges the pages that no rule took" {
  fault '{"kind":"status","status":200,"match":"/t","body":"{\"error\":\"quota\",\"data\":[]}"}'
  run --separate-stderr nq-fetch --end-mark -r .data --on 404=empty --fail-if .error "$API/t"
  failed 1 0
  stderr_has 'the page says that it failed (--fail-if .error): quota'
}

@test "stop: the pull ends there, complete, without that page" {
  answers 404
  run --separate-stderr acme --on 404=stop -p page:next=.next_page --stats s.json
  ended 10 1
  stderr_is ''
  [ "$(jq -r '.stop_reason, .pages' s.json)" = '--on 404=stop
1' ]
  fault '{"kind":"status","status":429}'
  run --separate-stderr acme --on 429=stop
  ended 0 0
}

@test "stop: a total that was declared and not reached stays suspicious" {
  fault '{"kind":"status","status":200,"match":"/t","query":"page=1","body":"{\"total\":5,\"data\":[{\"n\":1}]}"}'
  fault '{"kind":"status","status":403,"match":"/t"}'
  run --separate-stderr nq-fetch --end-mark -r .data -p page:total-items=.total --on 403=stop --strict "$API/t"
  failed 75 1
  stderr_has 'suspicious: 1 record came of 5 declared'
}

@test "fail: what is tried again otherwise is not" {
  answers 503
  run --separate-stderr acme --on 503=fail
  failed 1 10
  [ "$(requests)" -eq 2 ]
  stderr_has 'page 2: HTTP 503: {"error":"fault"} (--on 503=fail)'
}

@test "retry: what is not tried again otherwise is, and then temporary" {
  answers 404 ',"count":2'
  run --separate-stderr acme --on 404=retry
  ended 30 3
  [ "$(requests)" -eq 5 ]
  answers 404
  run --separate-stderr acme --on 404=retry --attempts 3
  failed 75 10
  [ "$(requests)" -eq 4 ]
  stderr_has 'page 2: HTTP 404: {"error":"fault"} (--on 404=retry), after 3 attempts'
}

@test "D63 retry: a 2xx too: not ready yet" {
  answers 202 ',"count":2,"body":"{\"data\":[{\"n\":1}],\"state\":\"wait\"}"'
  run --separate-stderr acme --on 202=retry
  ended 30 3
  stderr_has 'page 2: HTTP 202' 'attempt 2 of 5'
}

@test "retry obeys Retry-After" {
  answers 404 ',"count":1,"retry_after":"0.4"'
  run --separate-stderr acme --on 404=retry --stats s.json
  ended 30 3
  jq -e '.waited_seconds >= 0.4' s.json
}

@test "a code goes before its class, the later before the earlier" {
  local on
  for on in '--on 4xx=stop --on 404=fail' '--on 404=fail --on 4XX=stop'; do
    answers 404
    # shellcheck disable=SC2086 # two options
    run --separate-stderr acme $on
    failed 1 10
    answers 410
    # shellcheck disable=SC2086
    run --separate-stderr acme $on
    ended 10 1
  done
  answers 404
  run --separate-stderr acme --on 404=fail --on 404=stop
  ended 10 1
}

@test "a redirect by rule is not followed" {
  fault '{"kind":"redirect","location":"/elsewhere","status":302,"query":"page=2"}'
  run --separate-stderr acme --on 302=stop
  ended 10 1
  [ "$(requests)" -eq 2 ]
}

@test "O05 which statuses are tried again without rules: a POST as well, since it only reads" {
  fault '{"kind":"status","status":503,"count":1,"match":"/t"}'
  fault '{"kind":"status","status":200,"match":"/t","body":"[]"}'
  run --separate-stderr nq-fetch --end-mark --retry-min 1ms -d '{"q":1}' -p none "$API/t"
  ended 0 1
  [ "$(requests)" -eq 2 ]
}

@test "what is no rule is wrong usage, before anything is asked" {
  local on
  for on in 404 =empty 404= x=empty 99=empty 600=empty 1xx=empty 40x=empty 4xxx=empty 404:empty 404=EMPTY 404=ignore '404 =empty'; do
    run --separate-stderr acme --on "$on"
    status_is 2
    stderr_has 'nq-fetch: --on: '
  done
  [ "$(requests)" -eq 0 ]
  run --separate-stderr acme --on 404=ignore
  stderr_is "nq-fetch: --on: an answer can be empty, fail, retry or stop, not 'ignore'"
}
