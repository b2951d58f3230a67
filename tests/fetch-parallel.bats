#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch --parallel: with any number on their way the same comes out as with one, in order, and nobody is asked for
# more than it takes.

load helper

setup_file() {
  mkdir -p "$BATS_FILE_TMPDIR/data"
  start_standin --suppliers 300 --data-dir "$BATS_FILE_TMPDIR/data"
  export ACME_TOKEN=test-bearer-token-here DATA=$BATS_FILE_TMPDIR/data
}

setup() {
  mend
  latency 0
  curl -fsS -o /dev/null -X POST "$API/_/reset-stats"
  : >"$API_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown_file() { stop_standin; }

latency() { curl -fsS -o /dev/null -d "{\"ms\":$1}" "$API/_/latency"; }
requests() { wc -l <"$API_LOG"; }
# seconds from each request to the next
gaps() { jq -s 'map(.t[17:-1] | tonumber) | range(1; length) as $i | .[$i] - .[$i - 1] | if . < 0 then . + 60 else . end' "$API_LOG"; }
in_flight() { curl -fsS "$API/_/stats" | jq .max_in_flight; }

# Thirty pages of ten.
BY_NEXT=page:next=.next_page,size-param=per_page,size=10
acme() {
  nq-fetch --auth bearer='${ACME_TOKEN}' --retry-min 10ms --retry-max 40ms --end-mark -w .updated_at --stats s.json "$@" "$API/v2/suppliers"
}

# posts [OPTION…] PATH: from one of the shapes, or the comments of posts
posts() { nq-fetch --retry-min 10ms --retry-max 40ms --end-mark --stats s.json "${@:1:$#-1}" "$API${*: -1}"; }

# same COMMAND…: with 1, 3 and 8 at once it gives the same on stdout and the same status; the last run is left to look at
same() {
  local n first='' first_status=''
  for n in 1 3 8; do
    : >"$API_LOG"
    run --separate-stderr "$@" --parallel "$n"
    [ "$n" -gt 1 ] || { first=$output first_status=$status; continue; }
    [ "$status" -eq "$first_status" ] || { echo "$n at once: status $status, not $first_status: $stderr"; return 1; }
    [ "$output" = "$first" ] || { echo "$n at once:"; diff <(echo "$first") <(echo "$output") | head -5; echo "$stderr"; return 1; }
  done
}
# another server of this test, beside that of the file
start_other() {
  local api=$API log=$API_LOG pid=$API_PID
  start_standin "$@"
  OTHER=$API OTHER_LOG=$API_LOG OTHER_PID=$API_PID
  API=$api API_LOG=$log API_PID=$pid
}
stop_other() { kill "$OTHER_PID"; }

# The last operand comes first here, so that --parallel may come last.
posts_at() { posts "${@:2}" "$1"; }

# children [OPTION…]: two for each of the parents in that file
children() { posts --each "$@" '/posts/${record.id}/comments?posts=2' <parents; }

complete() {
  status_is 0
  [ "${#lines[@]}" -eq "$(($1 + 1))" ]
  [[ ${lines[-1]} == '{"_nq":"end","records":'"$1",* ]]
}

# --- the same bytes ---------------------------------------------------------------------------------

@test "page: the same bytes however many are on their way, by every rule to stop" {
  same acme -p "$BY_NEXT"
  complete 300
  same acme -p page:size-param=per_page,size=10
  complete 300
  same acme -q per_page=10
  complete 300
  same posts_at '/shapes/total-pages?posts=48' -p page:total-pages=.total_pages
  complete 48
  same posts_at '/shapes/total-pages-0?posts=48' -p page:start=0,total-pages=.total_pages
  complete 48
  same posts_at '/shapes/has-more?posts=48' -p page:more=.has_more
  complete 48
  same posts_at '/shapes/nuntiq?posts=48' -p page:total-items=.count
  complete 48
}

@test "offset: the same bytes, with a limit or that of the server, with a total or an empty page at the end" {
  same posts_at '/shapes/offset?posts=48' -p offset:limit=5,total-items=.total_records
  complete 48
  same posts_at '/shapes/offset?posts=48' -p offset:total-items=.total_records
  complete 48
  same posts_at '/shapes/offset?posts=48' -p offset:limit=5
  complete 48
  same posts_at '/shapes/offset?posts=48' -p offset:start=7,limit=5,total-items=.total_records
  complete 41
}

@test "--each: the same bytes, children in the order of their parents" {
  seq 40 | jq -c '{id:., name:"p\(.)"}' >parents
  same children --keep .name=parent
  status_is 0
  [ "${#lines[@]}" -eq 80 ]
  [ "$(requests)" -eq 40 ]
  [ "${lines[79]}" = '{"id":1,"post":40,"parent":"p40"}' ]
}

@test "--each: the same bytes where children have many pages, of every kind" {
  seq 6 | jq -c '{id:.}' >parents
  pages_of() { posts --each "${@:2}" "/shapes/$1"'?posts=2${record.id}' <parents; }
  same pages_of total-pages -p page:total-pages=.total_pages
  status_is 0
  [ "${#lines[@]}" -eq 141 ]
  same pages_of cursor
  [ "${#lines[@]}" -eq 141 ]
  same pages_of link
  [ "${#lines[@]}" -eq 141 ]
}

@test "the watermark and its cap, ids and a declared total are those of one at a time" {
  same acme -p "$BY_NEXT" --id .id --strict
  complete 300
  [[ ${lines[-1]} == *'"watermark":"'* ]]
  same posts_at '/shapes/overlap?posts=48' -p page:next=.next_page --id .key --strict
  status_is 75
  same posts_at /shapes/wrong-total -p page:next=.next_page,total-items=.total --strict
  same posts_at /shapes/drifting -p page:next=.next_page --strict
  status_is 75
}

@test "the cap is the moment when the first of the children was read, whichever that is" {
  child() { fault "{\"match\":\"/child/$1\",\"kind\":\"status\",\"status\":200,\"body\":\"[{\\\"u\\\":\\\"$2\\\"}]\",\"headers\":{\"Date\":\"$3\"}}"; }
  # the second was read at :02; what it got since then, and before the record of the first, is still to come
  fault '{"match":"/child/1","kind":"status","status":503,"count":1}'
  child 1 2026-01-01T00:00:04Z 'Thu, 01 Jan 2026 00:00:09 GMT'
  child 2 2026-01-01T00:00:01Z 'Thu, 01 Jan 2026 00:00:02 GMT'
  printf '{"id":1}\n{"id":2}\n{"_nq":"end","records":2}\n' >parents
  run --separate-stderr posts_at '/child/${record.id}' --each -w .u --parallel 4 <parents
  status_is 0
  [ "$(jq -r '.watermark // empty' <<<"${lines[-1]}")" = 2026-01-01T00:00:01Z ]
}

@test "--raw gives bodies in the order of the pages" {
  raw() { nq-fetch --auth bearer='${ACME_TOKEN}' -p "$BY_NEXT" --raw "$@" "$API/v2/suppliers"; }
  same raw
  status_is 0
}

@test "lines of NDJSON and rows of CSV come in order too" {
  for n in 1 2 3 4 5 6; do
    printf '{"n":%s}\n{"m":%s}\n' "$n" "$n" >"$DATA/lines$n.ndjson"
    fault "{\"match\":\"/lines\",\"query\":\"page=$n\",\"kind\":\"status\",\"status\":200,\"content_type\":\"application/x-ndjson\",\"body\":\"{\\\"n\\\":$n}\\n\"}"
    fault "{\"match\":\"/rows\",\"query\":\"page=$n\",\"kind\":\"status\",\"status\":200,\"content_type\":\"text/csv\",\"body\":\"n\\n$n\\n\"}"
  done
  fault '{"match":"/lines","kind":"status","status":200,"content_type":"application/x-ndjson","body":"\n"}'
  fault '{"match":"/rows","kind":"status","status":200,"content_type":"text/csv","body":"n\n"}'
  same posts_at /lines -p page
  complete 6
  same posts_at /rows -p page
  complete 6
}

# --- faults on the way ------------------------------------------------------------------------------

@test "503s here and there: each page once, in order" {
  fault '{"match":"/v2/","kind":"status","status":503,"share":0.2}'
  same acme -p "$BY_NEXT" --attempts 50
  complete 300
}

@test "bodies cut, connections reset, bodies that are no JSON at first: each page once, in order" {
  for kind in cut reset chunked_cut empty; do
    mend
    fault "{\"match\":\"/v2/\",\"query\":\"page=2\",\"kind\":\"$kind\",\"share\":0.5}"
    same acme -p "$BY_NEXT" --attempts 50
    complete 300
  done
}

@test "a stall of one page holds up nobody for ever" {
  fault '{"match":"/v2/","query":"page=5&","kind":"stall","count":1}'
  fault '{"match":"/v2/","query":"page=5","kind":"stall","count":1}'
  run --separate-stderr acme -p "$BY_NEXT" --stall-time 1 --parallel 8
  complete 300
}

@test "--each: faults here and there, each child once and in order" {
  seq 30 | jq -c '{id:.}' >parents
  fault '{"match":"/posts/","kind":"status","status":500,"share":0.2}'
  fault '{"match":"/posts/","kind":"reset","share":0.1}'
  same children --attempts 50
  status_is 0
  [ "${#lines[@]}" -eq 60 ]
}

@test "a 429 pauses all: nothing is asked until the server wants it, and nobody counts twice" {
  latency 20
  fault '{"match":"/v2/","kind":"status","status":429,"retry_after":"1","skip":6,"count":2}'
  run --separate-stderr acme -p "$BY_NEXT" --parallel 4
  complete 300
  [ "$(gaps | jq -s 'map(select(. > 0.7)) | length')" -eq 1 ]
}

@test "a quota that one answer tells used up is one for all" {
  latency 20
  fault '{"match":"/v2/","query":"page=9","kind":"headers","headers":{"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1"},"count":1}'
  run --separate-stderr acme -p "$BY_NEXT" --parallel 3
  complete 300
  jq -e '.waited_seconds > 0.5' s.json
}

@test "a page that is wanted and never comes: those before it, then 75, as with one" {
  fault '{"match":"/v2/","query":"page=12","kind":"status","status":503}'
  same acme -p "$BY_NEXT" --attempts 2
  status_is 75
  [ "${#lines[@]}" -eq 111 ]
  [ "$(asked 'select(.query.page == "12")' | wc -l)" -eq 2 ]
}

@test "a page that is refused, or fails by what it says: those before it, then 1, as with one" {
  fault '{"match":"/v2/","query":"page=12","kind":"status","status":403}'
  same acme -p "$BY_NEXT"
  status_is 1
  [ "${#lines[@]}" -eq 111 ]
  mend
  fault '{"match":"/v2/","query":"page=12","kind":"status","status":200,"body":"{\"error\":\"busy\",\"data\":[]}"}'
  same acme -p "$BY_NEXT" --fail-if .error
  status_is 1
  [ "${#lines[@]}" -eq 111 ]
}

# --- nothing that is not needed ---------------------------------------------------------------------

@test "the first page comes alone; after it there are so many at once and no more" {
  latency 60
  run --separate-stderr acme -p "$BY_NEXT" --parallel 5
  complete 300
  [ "$(in_flight)" -eq 5 ]
  [ "$(jq -s 'map(.query.page)[0]' "$API_LOG")" = '"1"' ]
}

@test "auto decides on the first page, and goes on with several" {
  latency 60
  run --separate-stderr acme -q per_page=10 --parallel 5
  complete 300
  [ "$(in_flight)" -eq 5 ]
}

@test "with a total nothing is asked beyond it" {
  run --separate-stderr posts -p page:total-pages=.total_pages --parallel 8 '/shapes/total-pages?posts=48'
  complete 48
  [ "$(requests)" -eq 10 ]
  : >"$API_LOG"
  run --separate-stderr posts -p offset:total-items=.total_records --parallel 8 '/shapes/offset?posts=48'
  complete 48
  [ "$(requests)" -eq 10 ]
  : >"$API_LOG"
  run --separate-stderr posts -p page:total-items=.count --parallel 8 '/shapes/nuntiq?posts=48'
  complete 48
  [ "$(requests)" -eq 10 ]
}

@test "without one, no more than N - 1 requests are too many" {
  for n in 2 5 8; do
    : >"$API_LOG"
    run --separate-stderr acme -p "$BY_NEXT" --parallel "$n"
    complete 300
    [ "$(requests)" -le $((30 + n - 1)) ]
    : >"$API_LOG"
    run --separate-stderr posts -p page --parallel "$n" '/shapes/plain?posts=50'
    complete 50
    [ "$(requests)" -le $((11 + n - 1)) ]
  done
}

@test "--max-pages and --max-records: as with one, and nothing is asked in vain" {
  same acme -p "$BY_NEXT" --max-pages 7
  status_is 0
  [ "${#lines[@]}" -eq 70 ]
  [ "$(requests)" -eq 7 ]
  same acme -p "$BY_NEXT" --max-records 65
  status_is 0
  [ "${#lines[@]}" -eq 65 ]
  [ "$(requests)" -eq 7 ]
}

@test "behind the end everything may fail: nobody hears of it, and nothing is tried again" {
  for status_code in 404 500 429; do
    mend
    for page in 31 32 33 34 35 36 37; do
      fault "{\"match\":\"/v2/\",\"query\":\"page=$page\",\"kind\":\"status\",\"status\":$status_code,\"retry_after\":\"200\"}"
    done
    same acme -p "$BY_NEXT"
    complete 300
    stderr_is ''
    jq -e '.retries == 0 and .waited_seconds == 0' s.json
    [ "$(asked '.query.page' | sort | uniq -d | wc -l)" -eq 0 ]
  done
}

@test "smaller pages than asked for: no page is lost, and they come one at a time" {
  same posts_at '/shapes/offset?posts=48&cap=5' -p offset:limit=8,total-items=.total_records
  complete 48
  [ "$(requests)" -eq 10 ]
  latency 30
  curl -fsS -o /dev/null -X POST "$API/_/reset-stats"
  run --separate-stderr posts -v -p offset:limit=8 --parallel 8 '/shapes/offset?posts=48&cap=5'
  complete 48
  stderr_has "page 1 has 5 records of 8 asked for: one at a time from here"
  [ "$(in_flight)" -eq 1 ]
}

@test "offset: a page that is small on the way moves all that follow, and no row is lost or doubled" {
  fault '{"match":"/shapes/offset","query":"offset=15","kind":"status","status":200,"body":"{\"data\":[{\"id\":15},{\"id\":16}],\"total_records\":48}","count":3}'
  small() { mend; fault '{"match":"/shapes/offset","query":"offset=15","kind":"status","status":200,"body":"{\"data\":[{\"id\":15},{\"id\":16}],\"total_records\":48}"}'; posts_at '/shapes/offset?posts=48' -p offset:limit=5,total-items=.total_records "$@"; }
  same small
  complete 48
  [ "$(head -n 48 <<<"$output" | jq .id)" = "$(seq 0 47)" ]
}

@test "next numbers that are not in a row are followed, not guessed" {
  for n in 1 2 3 4 5 6; do
    fault "{\"match\":\"/odd\",\"query\":\"page=$n\",\"kind\":\"status\",\"status\":200,\"body\":\"{\\\"data\\\":[{\\\"id\\\":$n}],\\\"next\\\":$((n < 5 ? n + 2 : 0))}\"}"
  done
  odd() { posts_at /odd -p page:next=.next --max-pages 3 "$@"; }
  same odd
  status_is 0
  [ "$(jq -c .id <<<"$output" | xargs)" = '1 3 5' ]
}

@test "a walk that goes in circles is found out as with one" {
  same posts_at /shapes/deaf -p page:total-pages=.total_pages
  status_is 1
  stderr_has "pagination loop: page 2 has the same records as page 1"
}

@test "--on 404=stop is the end, also where several pages are not there" {
  for page in 4 5 6 7 8 9 10 11; do
    fault "{\"match\":\"/shapes/\",\"query\":\"page=$page\",\"kind\":\"status\",\"status\":404}"
  done
  same posts_at '/shapes/plain?posts=48' -p page --on 404=stop
  complete 15
  stderr_is ''
  same posts_at '/shapes/plain?posts=48' -p page --on 404=empty
  complete 15
}

# --- limits that all share --------------------------------------------------------------------------

@test "--rate holds for all together" {
  latency 300
  run --separate-stderr acme -p "$BY_NEXT" --rate 20/s --max-pages 12 --parallel 8
  status_is 0
  [ "$(requests)" -eq 12 ]
  [ "$(gaps | jq -s 'add >= 0.7 and add < 2.4 and (map(select(. < 0.02)) | length) < 3')" = true ]
}

@test "--deadline ends them all, with 75 and what came before" {
  latency 150
  run --separate-stderr acme -p "$BY_NEXT" --deadline 0.5 --parallel 4
  status_is 75
  stderr_has "--deadline"
  [ "${lines[-1]}" = '{"_nq":"fail","tool":"nq-fetch","status":75}' ]
  [ "$(((${#lines[@]} - 1) % 10))" -eq 0 ]
}

@test "a new token is fetched once for all who were refused" {
  export ACME_SECRET=client-secret-here
  start_other --oauth --suppliers 300
  curl -fsS -o /dev/null -d '{"match":"/v2/","kind":"status","status":401,"skip":4,"count":3}' "$OTHER/_/faults"
  run --separate-stderr nq-fetch --auth oauth2 --token-url "$OTHER/oauth/token" --client-id acme-client \
    --client-secret '${ACME_SECRET}' -p "$BY_NEXT" --end-mark --parallel 6 "$OTHER/v2/suppliers"
  stop_other
  complete 300
  [ "$(grep -c /oauth/token "$OTHER_LOG")" -eq 2 ]
}

@test "memory: so many pages are held, each to a megabyte" {
  yes "{\"id\":1,\"filler\":\"$(printf '%01000d' 0)\"}," | head -n 2000 | sed '$s/,$/]/' >"$DATA/big"
  for page in $(seq 14); do
    sed "1s/^/[{\"page\":$page},/" "$DATA/big" >"$DATA/big$page.json"
    fault "{\"match\":\"/big\",\"query\":\"page=$page&\",\"kind\":\"redirect\",\"status\":302,\"location\":\"/files/big$page.json\"}"
  done
  /usr/bin/time -f %M -o rss nq-fetch -p page --max-pages 14 --parallel 3 -q page=1 -q to=x "$API/big" >out
  rm "$DATA"/big*
  [ "$(jq -r '.page // empty' out | xargs)" = "$(seq 14 | xargs)" ]
  [[ $BUILD == *address* ]] || [ "$(cat rss)" -lt 32768 ]
}

@test "a token goes where it belongs, and into no message" {
  export CANARY=canary-0123456789-secret
  start_other
  fault "{\"match\":\"/shapes/\",\"query\":\"page=5\",\"kind\":\"redirect\",\"status\":302,\"location\":\"$OTHER/shapes/plain?page=5\"}"
  run --separate-stderr posts -vv --auth bearer='${CANARY}' -p page --parallel 8 '/shapes/plain?posts=48'
  stop_other
  complete 48
  [[ $stderr != *canary* ]]
  [ "$(asked 'select(.headers.authorization != "Bearer canary-0123456789-secret")' | wc -l)" -eq 0 ]
  [ "$(wc -l <"$OTHER_LOG")" -eq 1 ]
  run ! grep canary "$OTHER_LOG"
}

# --- --each -------------------------------------------------------------------------------------------

@test "--each: so many parents at once, and their pages within that number" {
  latency 60
  seq 12 | jq -c '{id:.}' >parents
  run --separate-stderr posts --each --parallel 4 '/posts/${record.id}/comments?posts=1' <parents
  status_is 0
  [ "$(in_flight)" -eq 4 ]
  curl -fsS -o /dev/null -X POST "$API/_/reset-stats"
  run --separate-stderr posts --each --parallel 4 -p page:total-pages=.total_pages '/shapes/total-pages?posts=4${record.id}' <<<'{"id":1}
{"id":2}'
  status_is 0
  [ "$(in_flight)" -eq 4 ]
}

@test "--each: parents that wait go on with their pages meanwhile, of any kind" {
  latency 40
  seq 4 | jq -c '{id:.}' >parents
  run --separate-stderr posts --each --parallel 4 -p cursor '/shapes/cursor?posts=2${record.id}' <parents
  status_is 0
  [ "$(in_flight)" -eq 4 ]
  # the third page of the last parent was asked for before the last page of the first
  [ "$(jq -r '.query.posts + .query.cursor' "$API_LOG" | grep -nxE '24p3|21p5' | cut -d: -f2 | head -n 1)" = 24p3 ]
}

@test "--each: what waits is held in files, and a full disk for them is told as such" {
  head -c 1200000 /dev/zero | tr '\0' x >filler
  jq -nRc '[{id:1,filler:(input)}]' <filler >"$DATA/wide.json"
  for n in 1 2; do
    fault "{\"match\":\"/wide/$n\",\"query\":\"page=1\",\"kind\":\"redirect\",\"status\":302,\"location\":\"/files/wide.json?$n\"}"
    fault "{\"match\":\"/wide/$n\",\"query\":\"page=2\",\"kind\":\"status\",\"status\":200,\"body\":\"[{\\\"id\\\":$n}]\"}"
    fault "{\"match\":\"/wide/$n\",\"kind\":\"status\",\"status\":200,\"body\":\"[]\"}"
  done
  printf '%s\n' '{"id":1}' '{"id":2}' >parents
  wide() { posts --each -p page "$@" '/wide/${record.id}' <parents; }
  wide >one
  wide --parallel 8 >eight
  cmp one eight
  [ "$(wc -l <one)" -eq 4 ]
  run --separate-stderr env TMPDIR=/nowhere nq-fetch --each -p page --parallel 8 "$API/wide/\${record.id}" <parents
  status_is 1
  stderr_has "cannot write a temporary file (TMPDIR)"
}

@test "--each: a child is written as soon as its parent came, also when the next one takes its time" {
  mkfifo parents
  nq-fetch --each --parallel 8 "$API"'/posts/${record.id}/comments?posts=1' <parents >out 3>&- &
  local pid=$!
  exec 9>parents
  echo '{"id":1}' >&9
  until_true 5 test -s out
  echo '{"id":2}' >&9
  exec 9>&-
  wait "$pid"
  [ "$(cat out)" = '{"id":0,"post":1}
{"id":0,"post":2}' ]
}

@test "--each: one that fails ends the run after those before it, as with one" {
  seq 9 | jq -c '{id:.}' >parents
  fault '{"match":"/posts/5/","kind":"status","status":404}'
  same children
  status_is 1
  [ "${#lines[@]}" -eq 9 ]
  stderr_has 'parent 5: page 1: HTTP 404'
  same children --on 404=empty
  status_is 0
  [ "${#lines[@]}" -eq 16 ]
}

@test "--each: a bad parent, or one without the member, is told when those before it are done" {
  printf '%s\n' '{"id":1}' '{"id":2}' '{"it":3}' '{"id":4}' >parents
  same children
  status_is 1
  [ "${#lines[@]}" -eq 5 ]
  stderr_has "line 3: '\${record.id}' is not there"
  printf '%s\n' '{"id":1}' '{"id":2}' 'no JSON' '{"id":4}' >parents
  same children
  status_is 1
  [ "${#lines[@]}" -eq 5 ]
}

@test "--each: marks of the parents count as with one" {
  printf '%s\n' '{"id":1}' '{"id":2}' '{"_nq":"end","records":2}' '{"id":3}' '{"_nq":"end","records":1}' >parents
  same children
  complete 6
  printf '%s\n' '{"id":1}' '{"id":2}' '{"_nq":"end","records":3}' '{"id":3}' >parents
  same children
  status_is 1
  printf '%s\n' '{"id":1}' '{"id":2}' '{"_nq":"fail","tool":"upstream","status":75}' >parents
  same children
  status_is 75
  fault '{"match":"/posts/1/","kind":"status","status":403}'
  same children
  status_is 1
}

@test "--each: limits over all parents, and nobody is asked in vain" {
  seq 20 | jq -c '{id:.}' >parents
  same children --max-pages 5
  status_is 0
  [ "${#lines[@]}" -eq 10 ]
  [ "$(requests)" -eq 5 ]
  same children --max-records 5
  status_is 0
  [ "${#lines[@]}" -eq 5 ]
}

# --- where it has no effect, and what is refused ------------------------------------------------------

@test "a pager that learns each place from the page before goes one at a time, and says so with -v" {
  latency 20
  run --separate-stderr posts -v -p cursor --parallel 8 /shapes/cursor
  complete 25
  stderr_has "--parallel: with pagination 'cursor' each page tells where the next one is"
  [ "$(in_flight)" -eq 1 ]
}

@test "with a cassette or --stream there is one at a time, and -v says so" {
  run --separate-stderr acme -v -p "$BY_NEXT" --parallel 8 --record tape.tar
  complete 300
  stderr_has "--parallel has no effect: a cassette keeps the order of requests"
  recorded=$output
  run --separate-stderr acme -p "$BY_NEXT" --parallel 8 --replay tape.tar
  status_is 0
  [ "$output" = "$recorded" ]
  run --separate-stderr posts -v --stream --records . --parallel 8 /shapes/plain
  status_is 0
  stderr_has "--parallel has no effect: --stream reads one body"
}

@test "a number from 1 to 64" {
  for n in 0 65 1000000; do
    run --separate-stderr acme --parallel "$n"
    status_is 2
    stderr_has "--parallel: write a number from 1 to 64"
  done
  run --separate-stderr acme -p "$BY_NEXT" --parallel 64
  complete 300
}

@test "a reader that goes away, and a signal, leave nothing behind" {
  run bash -c 'nq-fetch --auth bearer='"'"'${ACME_TOKEN}'"'"' -p '"$BY_NEXT"' --parallel 8 "$API/v2/suppliers" | head -n 1 | wc -l'
  [ "$output" -eq 1 ]
  latency 2000
  mkdir scratch
  TMPDIR=$PWD/scratch nq-fetch --auth bearer='${ACME_TOKEN}' -p "$BY_NEXT" --parallel 8 "$API/v2/suppliers" 3>&- &
  local pid=$! ended=0
  until_true 5 test -e "/proc/$pid/fd/3"
  kill -TERM "$pid"
  wait "$pid" || ended=$?
  [ "$ended" -eq 143 ]
  [ -z "$(ls scratch)" ]
}
