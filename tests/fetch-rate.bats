#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch: how fast it asks, what it waits for, and when it must be done.

load helper

setup_file() {
  start_standin --suppliers 30
  export ACME_TOKEN=test-bearer-token-here
}

setup() {
  mend
  latency 0
  : >"$API_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown_file() { stop_standin; }

# Three pages of ten; waits that no test waits for.
acme() {
  nq-fetch --auth bearer='${ACME_TOKEN}' -q per_page=10 --end-mark --retry-min 1ms --retry-max 4ms "$@" "$API/v2/suppliers"
}

latency() { curl -fsS -o /dev/null -d "{\"ms\":$1}" "$API/_/latency"; }
requests() { wc -l <"$API_LOG"; }

# took LEAST MOST COMMAND…: runs it, and looks at the wall time in milliseconds.
took() {
  local least=$1 most=$2 began=${EPOCHREALTIME/./} ms
  shift 2
  run --separate-stderr "$@"
  ms=$(((${EPOCHREALTIME/./} - began) / 1000))
  [ "$ms" -ge "$least" ] && [ "$ms" -le "$most" ] && return
  printf '%s ms, not %s to %s\nstderr: %s\n' "$ms" "$least" "$most" "$stderr"
  return 1
}

complete() {
  status_is 0
  [ "${lines[30]}" = '{"_nq":"end","records":30,"pages":3}' ]
}

# failed STATUS RECORDS
failed() {
  status_is "$1"
  [ "${lines[-1]}" = "{\"_nq\":\"fail\",\"tool\":\"nq-fetch\",\"status\":$1}" ]
  [ "${#lines[@]}" -eq $(($2 + 1)) ]
}

# --- --rate -----------------------------------------------------------------------------------

@test "A23 --rate spaces the requests evenly, in all its units" {
  took 1000 5000 acme --rate 2/s
  complete
  stderr_is ''
  took 400 5000 acme --rate 300/m --stats s.json
  complete
  jq -e '.waited_seconds <= 0.4' s.json
  took 400 5000 acme --rate 18000/h
  complete
  took 400 5000 acme --rate 10/2s
  complete
}

@test "A23 A25 ours: of several rates the one that spaces requests widest holds for all of them, without bursts, weights or matchers" {
  took 1000 5000 acme --rate 600/m --rate 4/2s --rate 100/s
  complete
  took 0 5000 acme --rate 100/s --rate 10/10m --rate 3/10s --deadline 5s
  failed 75 10
  stderr_has 'page 2: --rate: the next request would wait for 60 s; the run must end before that (--deadline 5s)'
}

@test "--rate does not delay the first request, nor one that comes late anyway" {
  took 0 5000 acme --rate 1/h --max-pages 1
  status_is 0
  latency 300
  took 900 5000 acme --rate 4/s --stats s.json
  complete
  jq -e '.waited_seconds == 0' s.json
}

@test "--rate holds for retries and redirects too" {
  fault '{"kind":"status","status":503,"query":"page=2","count":2}'
  took 800 5000 acme --rate 5/s
  complete
  [ "$(requests)" -eq 5 ]
  mend
  : >"$API_LOG"
  fault '{"kind":"redirect","match":"/old","location":"/v2/suppliers"}'
  took 500 5000 nq-fetch --auth bearer='${ACME_TOKEN}' -p none --rate 2/s "$API/old"
  status_is 0
  [ "$(requests)" -eq 2 ]
}

@test "A23 --rate that is none is wrong usage" {
  local rate
  for rate in 10 /s 0/s -1/s 10/d 10/ 1.5/s 10/S '10 /s' 10/s/s 1000001/s x/m 1/0s 1/s1 1/-1s 1/1000001s ''; do
    run --separate-stderr acme --rate "$rate"
    status_is 2
    stderr_is "nq-fetch: --rate: write requests in a time of seconds, minutes or hours, for example 10/s, 100/h or 3/10s, not '$rate'"
  done
  [ "$(requests)" -eq 0 ]
}

# --- a quota that is used up ------------------------------------------------------------------

@test "a quota of which nothing is left is waited for before the next request" {
  local name
  for name in RateLimit X-RateLimit; do
    mend
    fault "{\"kind\":\"headers\",\"count\":1,\"headers\":{\"$name-Remaining\":\"0\",\"$name-Reset\":\"1\"}}"
    took 1000 5000 acme --stats s.json
    complete
    stderr_has '[WARN] nq-fetch: page 2: the quota is used up, waiting'
    jq -e '.waited_seconds > 0.5 and .retries == 0' s.json
  done
}

@test "a quota in one field" {
  fault '{"kind":"headers","count":1,"headers":{"RateLimit":"\"default\";r=0;t=1"}}'
  took 1000 5000 acme
  complete
  stderr_has 'page 2: the quota is used up, waiting'
}

@test "a quota that resets at a moment" {
  fault "{\"kind\":\"headers\",\"count\":1,\"headers\":{\"X-RateLimit-Remaining\":\"0\",\"X-RateLimit-Reset\":\"$(($(date +%s) + 2))\"}}"
  took 900 6000 acme
  complete
}

@test "one that resets at a moment told in milliseconds" {
  fault "{\"kind\":\"headers\",\"count\":1,\"headers\":{\"X-RateLimit-Remaining\":\"0\",\"X-RateLimit-Reset\":\"$(($(date +%s) + 2))000\"}}"
  took 900 6000 acme
  complete
}

@test "a moment beyond all numbers is no moment at hand, and waits of any length may be allowed" {
  fault '{"kind":"headers","headers":{"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"99999999999999"}}'
  took 0 5000 acme
  failed 75 10
  stderr_has 'page 2: the quota is used up; the server asks to wait until 2'
  mend
  took 0 5000 acme --max-wait 300000w --deadline 300000w
  complete
}

@test "a quota of which something is left, or that resets in the past or nobody knows when: no wait" {
  local headers
  for headers in '"X-RateLimit-Remaining":"1","X-RateLimit-Reset":"9"' '"X-RateLimit-Remaining":"0"' \
    '"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"-7"' '"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"soon"' \
    '"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1500000000"' '"X-RateLimit-Reset":"9"'; do
    mend
    fault "{\"kind\":\"headers\",\"headers\":{$headers}}"
    took 0 5000 acme
    complete
  done
}

@test "a quota that is used up on the last page delays nothing" {
  fault '{"kind":"headers","query":"page=3","headers":{"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"9999"}}'
  took 0 5000 acme
  complete
  stderr_is ''
}

@test "A19 a quota that resets later than --max-wait: 75 at once, until when" {
  fault '{"kind":"headers","headers":{"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"40"}}'
  took 0 5000 acme --max-wait 39
  failed 75 10
  [ "$(requests)" -eq 1 ]
  stderr_has "[ERROR] nq-fetch: page 2: the quota is used up; the server asks to wait until $(date -u +%Y-)" 'longer than --max-wait 39s'
  took 0 5000 acme --max-wait 0
  failed 75 10
}

@test "D64 Retry-After is waited for, and no longer than a quarter more" {
  fault '{"kind":"status","status":429,"count":1,"retry_after":"1"}'
  took 1000 5000 acme --stats s.json
  complete
  jq -e '.waited_seconds >= 1 and .waited_seconds <= 1.25' s.json
}

# --- --deadline -------------------------------------------------------------------------------

@test "--deadline far away changes nothing" {
  run --separate-stderr acme --deadline 1h
  complete
  stderr_is ''
}

@test "--deadline cuts a transfer that drips or stalls" {
  local kind
  for kind in drip stall; do
    mend
    fault "{\"kind\":\"$kind\",\"query\":\"page=2\"}"
    took 600 5000 acme --deadline 0.7
    failed 75 10
    stderr_has '[ERROR] nq-fetch: page 2: ' 'timed out' '; the time for the run is over (--deadline 0.7s)'
  done
}

@test "--deadline counts for the run, not for a request" {
  latency 500
  took 1200 5000 acme --deadline 1300ms
  failed 75 20
  stderr_has 'page 3: ' '(--deadline 1.3s)'
}

@test "--deadline does not begin a wait that ends behind it" {
  fault '{"kind":"status","status":503,"query":"page=2","retry_after":"60"}'
  took 0 5000 acme --deadline 20
  failed 75 10
  stderr_has 'page 2: HTTP 503: {"error":"fault"}; the next attempt would wait for 6' '; the run must end before that (--deadline 20s)'
  mend
  took 0 5000 acme --deadline 20 --rate 1/m
  failed 75 10
  stderr_has 'page 2: --rate: the next request would wait for 60 s; the run must end before that (--deadline 20s)'
  fault '{"kind":"headers","headers":{"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"40"}}'
  took 0 5000 acme --deadline 20
  failed 75 10
  stderr_has 'page 2: the quota is used up: the next request would wait for 40 s'
}

@test "--deadline that is over before the first request" {
  run --separate-stderr acme --deadline 1ms
  failed 75 0
  stderr_has "page 1: it takes too long; the time for the run is over (--deadline 0.001s)"
  [ "$(requests)" -eq 0 ]
}

@test "--deadline is a duration" {
  run --separate-stderr acme --deadline soon
  status_is 2
  stderr_has 'deadline'
}

# --- servers that tell wrong things about themselves ------------------------------------------

@test "gzip is announced and not sent: asked once more without, and then for good" {
  fault '{"kind":"headers","headers":{"Content-Encoding":"gzip"},"count":1}'
  run --separate-stderr acme
  complete
  stderr_has 'page 1: the body is said to be compressed and is not, attempt 1 of 5'
  [ "$(jq -r '.headers["accept-encoding"] // "-"' "$API_LOG" | tr '\n' ' ')" = 'gzip - - - ' ]
}

@test "gzip is announced and not sent, even where not asked for: a failure after two attempts" {
  local coding
  for coding in gzip x-gzip deflate; do
    mend
    : >"$API_LOG"
    fault "{\"kind\":\"headers\",\"headers\":{\"Content-Encoding\":\"$coding\"}}"
    run --separate-stderr acme
    failed 1 0
    [ "$(requests)" -eq 2 ]
    stderr_has 'page 1: the body is said to be compressed and is not, also where that was not asked for'
  done
}

@test "a compressed body that is damaged further on is just damaged: gzip is asked for again" {
  fault '{"kind":"gzip_cut","count":2}'
  run --separate-stderr acme
  complete
  [ "$(jq -r '.headers["accept-encoding"] // "-"' "$API_LOG" | sort -u)" = gzip ]
}

@test "a server whose clock is far off: one warning" {
  local date want
  while IFS=$'\t' read -r date want; do
    mend
    fault "{\"kind\":\"headers\",\"headers\":{\"Date\":\"$date\"}}"
    run --separate-stderr acme
    complete
    stderr_has "[WARN] nq-fetch: the server's clock is " "$want (Date: $date): one of them is wrong"
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
  done < <(
    printf 'Thu, 01 Jan 2099 00:00:00 GMT\tdays ahead of ours\n'
    printf 'Fri, 01 Jan 1999 00:00:00 GMT\tdays behind ours\n'
    printf '%s\t20 minutes behind ours\n' "$(date -u -d '20 minutes ago 1 second ago' '+%a, %d %b %Y %T GMT')"
    printf '%s\t2 hours ahead of ours\n' "$(date -u -d '2 hours 30 minutes' '+%a, %d %b %Y %T GMT')"
  )
}

@test "a clock that is a little off, a cached answer, or no date: no warning" {
  local headers
  for headers in "\"Date\":\"$(date -u -d '9 minutes ago' '+%a, %d %b %Y %T GMT')\"" \
    "\"Date\":\"$(date -u -d '2 hours ago' '+%a, %d %b %Y %T GMT')\",\"Age\":\"7200\"" '"Date":"yesterday"'; do
    mend
    fault "{\"kind\":\"headers\",\"headers\":{$headers}}"
    run --separate-stderr acme
    complete
    stderr_is ''
  done
}
