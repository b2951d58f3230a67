#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2154 # references are for the tool; run sets status, output and stderr
# nq-fetch --stop-before: a feed that has the newest records first is read down to a watermark.

load helper
load fetch-common

# feed: three pages, from the newest record, id 6 of June, down to id 1 of January
feed() {
  page page=2 '{"data":[{"id":4,"at":"2026-04-01T00:00:00Z"},{"id":3,"at":"2026-03-01T00:00:00Z"}],"total":6,"next_page":3}'
  page page=3 '{"data":[{"id":2,"at":"2026-02-01T00:00:00Z"},{"id":1,"at":"2026-01-01T00:00:00Z"}],"total":6,"next_page":null}'
  page '' '{"data":[{"id":6,"at":"2026-06-01T00:00:00Z"},{"id":5,"at":"2026-05-01T00:00:00Z"}],"total":6,"next_page":2}'
}

# stops PAGES VALUE [OPTION…]: with all records of these pages, an end mark, and no word of doubt
stops() {
  local pages=$1 value=$2
  shift 2
  : >"$API_LOG"
  fetch --watermark .at --stop-before "$value" --strict "$@" /t
  status_is 0
  stderr_is ''
  requests "$pages"
  [ "$(jq -s 'map(.id // empty) | length' <<<"$output")" -eq $((pages * 2)) ]
  [ "${lines[-1]}" = "{\"_nq\":\"end\",\"records\":$((pages * 2)),\"pages\":$pages,\"cursor_type\":\"timestamp_utc\",\"watermark\":\"2026-06-01T00:00:00Z\"}" ]
}

@test "A07 the page whose last record is older is the last, and all of it is written" {
  feed
  stops 2 2026-03-15T00:00:00Z
  stops 1 2026-05-02T00:00:00Z
  stops 3 2026-01-15T00:00:00Z
}

@test "A07 equal is not older, and instants are compared, not texts" {
  feed
  stops 3 2026-03-01T00:00:00Z
  stops 2 2026-03-01T00:00:00.001Z
  stops 3 2026-03-01T01:00:00+02:00
  stops 2 2026-02-28T23:00:00-02:00
}

@test "A07 the value may be a reference, and the report says why the walk ended" {
  feed
  stops 2 '${var.since}' --var since=2026-03-15T00:00:00Z --stats s.json
  [ "$(jq -c '[.stop_reason,.suspicions]' s.json)" = '["the last record is before --stop-before",[]]' ]
}

@test "A07 the end that the API tells goes before" {
  feed
  stops 3 2026-02-15T00:00:00Z --stats s.json
  [ "$(jq -r .stop_reason s.json)" = 'the API names no next page' ]
}

@test "A07 numbers, too: compared as numbers" {
  page page=2 '[{"id":1000},{"id":999}]'
  page page=3 '[{"id":998}]'
  page '' '[{"id":1002},{"id":1001}]'
  fetch -p page --watermark .id:numeric_id --stop-before 1000 /t
  status_is 0
  requests 2
  [ "${lines[-1]}" = '{"_nq":"end","records":4,"pages":2,"cursor_type":"numeric_id","watermark":"1002"}' ]
}

@test "A07 a page whose last record has no watermark, or that is empty, decides nothing" {
  page page=2 '{"data":[],"next_page":3}'
  page page=3 '{"data":[{"id":2,"at":"2026-02-01T00:00:00Z"}],"next_page":4}'
  page '' '{"data":[{"id":4,"at":"2026-04-01T00:00:00Z"},{"id":3,"at":null}],"next_page":2}'
  fetch --watermark .at --watermark-null skip --stop-before 2026-05-01T00:00:00Z /t
  status_is 0
  requests 3
}

@test "A07 older records before newer ones are suspicious" {
  page '' '{"data":[{"id":1,"at":"2026-01-01T00:00:00Z"},{"id":2,"at":"2026-02-01T00:00:00Z"}],"next_page":2}'
  fetch --watermark .at --stop-before 2026-03-01T00:00:00Z /t
  status_is 0
  stderr_has 'suspicious: page 1 goes from older to newer records, but --stop-before is for the newest first'
  fetch --watermark .at --stop-before 2026-03-01T00:00:00Z --strict /t
  status_is 75
}

@test "A07 pages that were asked for ahead do not count behind it" {
  local n
  for n in 1 2 3 4 5 6; do
    page "page=$n" "{\"data\":[{\"id\":$((20 - n)),\"at\":\"2026-0$((7 - n))-01T00:00:00Z\"}],\"total_pages\":6}"
  done
  fetch --parallel 4 -r .data -p page:total-pages=.total_pages --watermark .at --stop-before 2026-04-15T00:00:00Z /t
  status_is 0
  [ "$(jq -c '[.id // .records]' <<<"$output" | tr -d '\n')" = '[19][18][17][3]' ]
}

@test "--stop-before without a watermark that has an order, with a value of another kind, of files or a stream is wrong usage" {
  fetch --stop-before 2026-01-01T00:00:00Z /t
  status_is 2
  stderr_has '--stop-before: name by --watermark the time or number that it is before'
  fetch --stop-before x --watermark .at:opaque_token /t
  status_is 2
  fetch --stop-before yesterday --watermark .at /t
  status_is 2
  stderr_has "--stop-before: 'yesterday' is not a timestamp"
  fetch --stop-before '' --watermark .at /t
  status_is 2
  fetch --stop-before '${var.since}' --watermark .at /t
  status_is 2
  stderr_has '--stop-before' 'var.since'
  fetch --stop-before 5 --watermark .n:numeric_id --stream -r .data /t
  status_is 2
  stderr_has '--stream reads one body: it has no pages'
  printf '{"n":1}\n' >a.ndjson
  run --separate-stderr nq-fetch --stop-before 5 --watermark .n:numeric_id a.ndjson
  status_is 2
  stderr_has "--stop-before is for URLs: all of 'a.ndjson' is read"
  requests 0
}
