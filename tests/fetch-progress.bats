#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch for those who look at it: the progress line in a terminal, and SIGUSR1 without one.

load helper

setup_file() {
  start_standin --suppliers 30
  export ACME_TOKEN=test-bearer-token-here
}

setup() {
  mend
  curl -fsS -o /dev/null -d '{"ms":0}' "$API/_/latency"
  : >"$API_LOG"
  cd "$BATS_TEST_TMPDIR" || return
  unset NO_COLOR
  export TERM=xterm
}

teardown_file() { stop_standin; }

# Three pages of ten, each of which takes a while.
slowly() { curl -fsS -o /dev/null -d "{\"ms\":${1:-150}}" "$API/_/latency"; }
acme="nq-fetch --auth bearer='\${ACME_TOKEN}' -q per_page=10 --retry-min 300ms --retry-max 300ms"

# terminal COMMAND: runs it with a terminal for stderr and stdin, of 80 columns unless it says otherwise; what was
# written there is in the file seen, one drawing of the line a line, and its status in status.
terminal() {
  run script -qec "stty -onlcr cols ${columns:-80}; $1" typed </dev/null
  tr '\r' '\n' <<<"$output" | sed 's/\x1b\[K//g' >seen
}

# seen REGEX: on a line of its own, where it was drawn.
seen() {
  grep -qE -- "$1" seen && return
  printf 'not seen: %s\n' "$1"
  cat -v seen
  return 1
}

@test "a terminal sees pages, records and bytes a second, and at the end nothing is left" {
  slowly
  terminal "$acme $API/v2/suppliers >out"
  [ "$status" -eq 0 ]
  [ "$(wc -l <out)" -eq 30 ]
  seen '^nq-fetch: 1 page, 10 records, [0-9.]+ k?B/s$'
  seen '^nq-fetch: 2 pages, 20 records, '
  [[ $output == *$'\r\e[K' ]]
  run ! grep -q nq-fetch out
}

@test "no more than ten drawings a second" {
  slowly 300
  local began=${EPOCHREALTIME/./} ms
  terminal "$acme -q per_page=1 $API/v2/suppliers --max-pages 3 >out"
  ms=$(((${EPOCHREALTIME/./} - began) / 1000))
  [ "$(grep -c records seen)" -le $((ms / 100 + 1)) ]
  [ "$(grep -c records seen)" -ge 1 ]
}

@test "share and time left, where a total is declared" {
  fault '{"kind":"status","status":200,"match":"/t","query":"page=1","body":"{\"total\":200,\"data\":[{\"n\":1},{\"n\":2}]}"}'
  fault '{"kind":"status","status":200,"match":"/t","body":"{\"total\":200,\"data\":[]}"}'
  slowly 300
  terminal "nq-fetch -r .data -p page:total-items=.total $API/t >out"
  seen '^nq-fetch: 1 page, 2 records, [0-9.]+ k?B/s, 1% of 200, [0-9]+:[0-9]{2} left$'
}

@test "a wait says how long and why, and a log line stands on a line of its own" {
  fault '{"kind":"status","status":503,"query":"page=2","count":1}'
  NO_COLOR=1 terminal "$acme $API/v2/suppliers >out"
  [ "$status" -eq 0 ]
  seen '^nq-fetch: 1 page, 10 records, waiting 0:01 \(HTTP 503\)$'
  seen '^[-0-9]+ [0-9:]+ UTC \[WARN\] nq-fetch: page 2: HTTP 503: .*, attempt 1 of 5, waiting 0'
  [[ $output != *$'\e[3'* ]]
}

@test "a log line takes the progress line away first" {
  slowly
  terminal "$acme -v $API/v2/suppliers >out"
  [[ $output == *$'B/s\e[K\r\e[K20'*'[INFO] nq-fetch: page '* ]]
}

@test "waits for a quota and for --rate are told too" {
  fault '{"kind":"headers","count":1,"headers":{"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1"}}'
  NO_COLOR=1 terminal "$acme $API/v2/suppliers >out"
  seen 'waiting 0:0[12] \(the quota is used up\)$'
  mend
  NO_COLOR=1 terminal "$acme --rate 50/m --max-pages 2 $API/v2/suppliers >out"
  seen 'waiting 0:0[12] \(--rate\)$'
}

@test "colour where it is wanted, none with NO_COLOR, an empty one counts for nothing" {
  fault '{"kind":"status","status":503,"query":"page=2"}'
  terminal "$acme --attempts 2 $API/v2/suppliers >out"
  [[ $output == *$'\e[33mwaiting 0:01 (HTTP 503)\e[0m'* ]]
  NO_COLOR='' terminal "$acme --attempts 2 $API/v2/suppliers >out"
  [[ $output == *$'\e[33m'* ]]
  NO_COLOR=1 terminal "$acme --attempts 2 $API/v2/suppliers >out"
  [[ $output != *$'\e[33m'* ]]
}

@test "the line never wraps in a narrow terminal" {
  slowly
  columns=24 terminal "$acme $API/v2/suppliers >out"
  seen '^nq-fetch: 1 page, 10 re$'
}

@test "nothing where records go to the same terminal, or the terminal is dumb, or with never" {
  slowly
  terminal "$acme $API/v2/suppliers"
  run ! grep -q 'pages\?,' seen
  TERM=dumb terminal "$acme $API/v2/suppliers >out"
  [ ! -s seen ] || run ! grep -q . seen
  terminal "$acme --progress never $API/v2/suppliers >out"
  run ! grep -q . seen
}

@test "a signal that ends it leaves no half line" {
  slowly 300
  terminal "$acme --max-pages 3 $API/v2/suppliers | head -n 1 >out; printf '[end]'"
  [[ $output == *$'B/s\e[K\r\e[K[end]' ]]
  terminal "timeout -s INT 0.8 $acme $API/v2/suppliers >out; printf '[end %d]' \$?"
  [[ $output == *$'\r\e[K[end 124]' ]]
}

@test "without a terminal nothing, with always a line of its own" {
  slowly 600
  run --separate-stderr bash -c "$acme $API/v2/suppliers"
  status_is 0
  stderr_is ''
  run --separate-stderr bash -c "$acme --progress always $API/v2/suppliers"
  status_is 0
  [[ $stderr =~ ^'nq-fetch: '[0-9]+' page'.*' records, '.*'B/s' ]]
  [[ $stderr != *$'\e'* ]]
  [ "$(wc -l <<<"$stderr")" -le 3 ]
}

@test "SIGUSR1 prints the line, terminal or not, while it waits for the server" {
  local pid
  fault '{"kind":"stall","query":"page=2","count":1}'
  eval "exec $acme --stall-time 3 $API/v2/suppliers" >out 2>err 3>&- &
  pid=$!
  until_true 5 grep -q '&page=2' "$API_LOG"
  kill -USR1 "$pid"
  until_true 2 grep -qE '^nq-fetch: 1 page, 10 records, [0-9.]+ k?B/s$' err
  wait "$pid"
  [ "$(wc -l <out)" -eq 30 ]
}

# sleeps PID: it catches SIGUSR1 by now, and hangs in a system call.
sleeps() {
  local caught
  caught=$(sed -n 's/^SigCgt:\t//p' "/proc/$1/status")
  ((0x$caught & 0x200)) && grep -q '^State:.S' "/proc/$1/status"
}

@test "SIGUSR1 while nobody reads the records, even with never" {
  local pid reader
  yes '{"n":1}' | head -n 400000 >big.ndjson
  mkfifo pipe
  # shellcheck disable=SC2217 # it holds the pipe open and reads nothing
  sleep 30 <pipe 3>&- &
  reader=$!
  nq-fetch --progress never big.ndjson >pipe 2>err 3>&- &
  pid=$!
  until_true 10 sleeps "$pid"
  kill -USR1 "$pid"
  until_true 2 grep -qE '^nq-fetch: [01] pages?, [0-9]+ records' err
  kill "$pid" "$reader"
  wait "$pid" || [ $? -eq 143 ]
}

@test "another word is wrong usage" {
  run --separate-stderr bash -c "$acme --progress sometimes $API/v2/suppliers"
  status_is 2
  stderr_is "nq-fetch: --progress: write never, auto or always, not 'sometimes'"
}

@test "files have a progress line too" {
  printf '{"n":1}\n{"n":2}\n' >a.ndjson
  mkfifo slow
  (sleep 0.4 && cat a.ndjson) >slow 3>&- &
  run --separate-stderr nq-fetch --progress always --format ndjson a.ndjson slow
  status_is 0
  stdout_is '{"n":1}
{"n":2}
{"n":1}
{"n":2}'
}

# --- --raw ------------------------------------------------------------------------------------

@test "--raw prints each body as it came, and walks as without" {
  local page
  eval "$acme --raw $API/v2/suppliers" >out
  jq -r .raw_query "$API_LOG" | while read -r page; do
    curl -fsS -H "Authorization: Bearer $ACME_TOKEN" "$API/v2/suppliers?$page"
  done >want
  cmp out want
  [ "$(jq -n '[inputs] | length' want)" -eq 3 ]
  [ "$(jq '.data | length' out | paste -sd,)" = 10,10,10 ]
}

@test "--raw: compressed bodies come decoded, spaces and all are kept, nothing is added" {
  printf ' {"data" : [ {"n":1.0},{"n":2} ],\r\n "x":"\\u00e9"}\n\n' >page.json
  gzip -k page.json
  nq-fetch --raw page.json page.json.gz >out
  cat page.json page.json | cmp - out
}

@test "--raw: a body that is not in order is tried again, and never comes out by halves" {
  fault '{"kind":"cut","query":"page=2","count":2}'
  eval "$acme --raw $API/v2/suppliers" >out
  [ "$(jq -n '[inputs.data[].id] | unique | length' out)" -eq 30 ]
  fault '{"kind":"html","query":"page=3"}'
  run --separate-stderr bash -c "$acme --raw $API/v2/suppliers"
  status_is 1
  stderr_has 'page 3: the body is not JSON'
  [ "$(jq -n '[inputs.data[].id] | length' <<<"$output")" -eq 20 ]
}

@test "--raw: limits end it after the body that reaches them, a page by rule is none" {
  eval "$acme --raw --max-records 15 --stats s.json $API/v2/suppliers" >out
  [ "$(jq -n '[inputs] | length' out)" -eq 2 ]
  [ "$(jq .records s.json)" -eq 15 ]
  fault '{"kind":"status","status":404,"query":"page=2"}'
  eval "$acme --raw -p page --on 404=empty $API/v2/suppliers" >out
  [ "$(jq -n '[inputs] | length' out)" -eq 1 ]
}

@test "--raw: a body larger than memory, and one without records" {
  { printf '{"data":[' && yes '{"text":"0123456789012345678901234567890123456789"},' | head -n 60000 && printf '{}]}'; } >big.json
  nq-fetch --raw big.json | cmp - big.json
  nq-fetch --raw -r .data big.json | cmp - big.json
  printf '[]' >empty.json
  run --separate-stderr nq-fetch --raw empty.json
  stdout_is '[]'
}

@test "--raw: no end mark" {
  run --separate-stderr bash -c "$acme --raw --end-mark $API/v2/suppliers"
  status_is 2
  stderr_is 'nq-fetch: --raw and --end-mark do not go together: a mark counts records'
}
