#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch against a server that behaves: pagination, records, references, marks, messages.

load helper

setup_file() {
  start_standin --suppliers 25 --gzip
  export ACME_TOKEN=test-bearer-token-here
}

setup() {
  mend
  : >"$API_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown_file() { stop_standin; }

# page QUERY BODY: what /t answers when its query holds QUERY.
page() {
  fault "$(jq -nc --arg q "$1" --arg b "$2" '{match:"/t",query:$q,kind:"status",status:200,body:$b}')"
}

# pages NAME VALUE1 VALUE2 …: /t answers page N with one record {"n":N} and the member NAME of that (JSON) value.
pages() {
  local name=$1 n=0 value
  shift
  for value; do
    n=$((n + 1))
    page "page=$n" "{\"data\":[{\"n\":$n}]${value:+,\"$name\":$value}}"
  done
}

asked_pages() { jq -r '.query.page // "-"' "$API_LOG" | tr '\n' ' '; }

acme() { nq-fetch --auth bearer='${ACME_TOKEN}' "$@" "$API/v2/suppliers"; }

# --- the page pager ---------------------------------------------------------------------------

@test "page: next as a number names the next page; null, absent, false and empty end" {
  local last
  for last in null '' false '""'; do
    mend
    : >"$API_LOG"
    pages next 2 3 "$last"
    run --separate-stderr nq-fetch -p page:next=.next -r .data --end-mark "$API/t"
    status_is 0
    stdout_is '{"n":1}
{"n":2}
{"n":3}
{"_nq":"end","records":3,"pages":3}'
    stderr_is ''
    [ "$(asked_pages)" = '1 2 3 ' ]
  done
}

@test "page: next as a number in a string and as true" {
  pages next '"2"' true '"false"'
  run --separate-stderr nq-fetch -p page:next=.next -r .data "$API/t"
  status_is 0
  [ "$(asked_pages)" = '1 2 3 ' ]
}

@test "page: a next that is neither is an error and no end" {
  pages next 2 '"soon"'
  run --separate-stderr nq-fetch -p page:next=.next -r .data --end-mark "$API/t"
  status_is 1
  stderr_has "page 2: the value at '.next' (next) is missing or not a page number"
  stdout_is '{"n":1}
{"_nq":"fail","tool":"nq-fetch","status":1}'
}

@test "page: next may lie deep, behind odd names" {
  page page=1 '{"data":[{"n":1}],"meta":{"odd, key":{"p":[7,2]}}}'
  page page=2 '{"data":[{"n":2}],"meta":{}}'
  run --separate-stderr nq-fetch -p 'page:next=.meta."odd, key".p[1]' -r .data "$API/t"
  status_is 0
  [ "$(asked_pages)" = '1 2 ' ]
}

@test "page: a path from the end is refused, for it would never be found" {
  run --separate-stderr nq-fetch -p 'page:next=.data[-1].next' "$API/t"
  status_is 2
  stderr_has "--paginate page: next: " "counts from the end"
}

@test "page: more as a boolean and as text" {
  pages more true '"true"' '"false"'
  run --separate-stderr nq-fetch -p page:more=.more -r .data "$API/t"
  status_is 0
  [ "$(asked_pages)" = '1 2 3 ' ]
}

@test "page: more that is missing or no boolean is an error" {
  local odd
  for odd in '"maybe"' 1 null ''; do
    mend
    pages more true "$odd"
    run --separate-stderr nq-fetch -p page:more=.more -r .data --end-mark "$API/t"
    status_is 1
    stderr_has "page 2: the value at '.more' (more) is missing or not true or false"
    [[ $output == *'"status":1}' ]]
  done
}

@test "page: total pages as a number and as text, counted from the start" {
  pages total 3 '"3"' 3 3
  run --separate-stderr nq-fetch -p page:total-pages=.total -r .data "$API/t"
  status_is 0
  [ "$(asked_pages)" = '1 2 3 ' ]
  : >"$API_LOG"
  page page=0 '{"data":[{"n":0}],"total":3}'
  run --separate-stderr nq-fetch -p page:total-pages=.total,start=0 -r .data "$API/t"
  status_is 0
  [ "$(asked_pages)" = '0 1 2 ' ]
}

@test "page: a total of no pages ends after the first" {
  page page=1 '{"data":[],"total":0}'
  run --separate-stderr nq-fetch -p page:total-pages=.total -r .data --end-mark "$API/t"
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":1}'
}

@test "page: total items count rows, and an empty page ends too" {
  pages count 3 3 3 3
  run --separate-stderr nq-fetch -p page:total-items=.count -r .data --stats s.json "$API/t"
  status_is 0
  [ "$(asked_pages)" = '1 2 3 ' ]
  [ "$(jq -c '[.declared_total,.stop_reason]' s.json)" = '[3,"all items read"]' ]
  mend
  page page=1 '{"data":[{"n":1}],"count":9}'
  page page=2 '{"data":[],"count":9}'
  run --separate-stderr nq-fetch -p page:total-items=.count -r .data --stats s.json "$API/t"
  status_is 0
  [ "$(jq -r .stop_reason s.json)" = 'an empty page before the declared total' ]
}

@test "page: with no rule an empty page ends, a short one never" {
  page page=1 '{"data":[{"n":1},{"n":2},{"n":3}]}'
  page page=2 '{"data":[{"n":4}]}'
  page page=3 '{"data":[{"n":5},{"n":6}]}'
  page page=4 '{"data":[]}'
  run --separate-stderr nq-fetch -p page -r .data --end-mark "$API/t"
  status_is 0
  [ "${lines[6]}" = '{"_nq":"end","records":6,"pages":4}' ]
  [ "$(asked_pages)" = '1 2 3 4 ' ]
}

@test "page: a clamped page size loses nothing" {
  run --separate-stderr acme -p page:next=.next_page,size-param=per_page,size=7 -r .data
  status_is 0
  [ "${#lines[@]}" -eq 25 ]
  [ "$(jq -r .query.per_page "$API_LOG" | sort -u)" = 7 ]
}

@test "page: param and start take the place of page=1" {
  page p=0 '{"data":[{"n":1}]}'
  page p=1 '{"data":[]}'
  run --separate-stderr nq-fetch -p page:param=p,start=0 "$API/t?p=9&x=1"
  status_is 0
  [ "$(jq -r .raw_query "$API_LOG" | head -n 1)" = 'p=0&x=1' ]
}

@test "page: keys and kinds that do not exist name those that do" {
  run --separate-stderr nq-fetch -p page:nxt=.next "$API/t"
  status_is 2
  stderr_has "unknown key 'nxt'" "total-items"
  run --separate-stderr nq-fetch -p pages "$API/t"
  status_is 2
  stderr_has "unknown kind 'pages', did you mean 'page'?"
  run --separate-stderr nq-fetch -p page:size=9 "$API/t"
  status_is 2
  stderr_has "size and size-param go together"
  run --separate-stderr nq-fetch -p page:start=x "$API/t"
  status_is 2
  run --separate-stderr nq-fetch -p page:next= "$API/t"
  status_is 2
  stderr_has "'next' needs a value"
}

@test "a page that was asked for before is a loop" {
  pages next 2 1
  run --separate-stderr nq-fetch -p page:next=.next -r .data --end-mark "$API/t"
  status_is 1
  stderr_has "pagination loop: page 3 would be asked for like page 1"
  [[ $output == *'{"_nq":"fail","tool":"nq-fetch","status":1}' ]]
}

@test "the same records again are a loop, and not written twice" {
  page page= '{"data":[{"n":1}]}'
  run --separate-stderr nq-fetch -p page -r .data "$API/t"
  status_is 1
  stdout_is '{"n":1}'
  stderr_has "pagination loop: page 2 has the same records as page 1"
}

@test "--max-pages and --max-records end cleanly, without a mark" {
  pages next 2 3 4 5
  run --separate-stderr nq-fetch -p page:next=.next -r .data --end-mark --max-pages 2 "$API/t"
  status_is 0
  stdout_is $'{"n":1}\n{"n":2}'
  [ "$(asked_pages)" = '1 2 ' ]
  run --separate-stderr acme --max-records 3 --end-mark -q per_page=2 --stats s.json
  status_is 0
  [ "${#lines[@]}" -eq 3 ]
  [ "$(jq -r .stop_reason s.json)" = 'the limit that was asked for' ]
}

@test "one page with none, whatever it says" {
  page '' '{"data":[{"n":1}],"next":2}'
  run --separate-stderr nq-fetch -p none -r .data --end-mark "$API/t"
  status_is 0
  stdout_is $'{"n":1}\n{"_nq":"end","records":1,"pages":1}'
}

# --- auto -------------------------------------------------------------------------------------

@test "auto: finds the records and the page number, and says so with -v" {
  run --separate-stderr acme -q per_page=10 -v
  status_is 0
  [ "${#lines[@]}" -eq 25 ]
  stderr_has "records are at '.data'" "pagination is 'page:next=.next_page'" "page 3: 5 records, 25 so far" "(the API names no next page)"
}

@test "auto: what looks like more but cannot be followed is no quiet single page" {
  page '' '{"data":[{"n":1}],"has_more":true}'
  run --separate-stderr nq-fetch "$API/t"
  status_is 1
  stdout_is ''
  stderr_has "the page says that more follow ('.has_more')" "--paginate none"
}

@test "records: a top-level list, the only list, a known name, the object itself" {
  local body want
  while IFS=$'\t' read -r body want; do
    mend
    page '' "$body"
    run --separate-stderr nq-fetch "$API/t"
    status_is 0
    stdout_is "$want"
  done <<'T'
[{"n":1}]	{"n":1}
{"x":{"things":[{"n":1}]},"y":[1,2]}	{"n":1}
{"links":[{"l":1}],"results":[{"n":1}]}	{"n":1}
{"errors":[],"items":[]}	
{"suppliers":[],"next_page":null}	
{"n":1,"tags":[]}	{"n":1,"tags":[]}
{"n":1}	{"n":1}
{}	{}
T
}

@test "records: several lists of objects are named, not guessed among" {
  page '' '{"a":[{"n":1}],"b":{"odd key":[{"n":2}]}}'
  run --separate-stderr nq-fetch "$API/t"
  status_is 1
  stdout_is ''
  stderr_has "several lists, name one with --records: '.a', '.b.\"odd key\"'"
}

@test "A03 records: a path that is absent is an error, null there an empty page" {
  page '' '{"error":"quota exceeded"}'
  run --separate-stderr nq-fetch -r .data -p none --end-mark "$API/t"
  status_is 1
  stdout_is '{"_nq":"fail","tool":"nq-fetch","status":1}'
  stderr_has "no list of records" "--allow-missing-records"
  run --separate-stderr nq-fetch -r .data -p none --end-mark --allow-missing-records "$API/t"
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":1}'
  mend
  page '' '{"data":null}'
  run --separate-stderr nq-fetch -r .data -p none --end-mark "$API/t"
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":1}'
}

@test "records: what is no object is refused" {
  local body
  for body in '{"data":[{"n":1},2]}' '{"data":[[1]]}' '{"data":[null]}' '{"data":"x"}'; do
    mend
    page '' "$body"
    run --separate-stderr nq-fetch -r .data -p none "$API/t"
    status_is 1
    stdout_is ''
  done
}

@test "records: a top-level member _nq is refused, a deeper one passes" {
  page '' '{"data":[{"n":1},{"_nq":"end"}]}'
  run --separate-stderr nq-fetch -r .data -p none "$API/t"
  status_is 1
  stdout_is ''
  stderr_has "'_nq' is reserved"
  mend
  page '' '{"data":[{"a":{"_nq":1}}]}'
  run --separate-stderr nq-fetch -r .data -p none "$API/t"
  status_is 0
}

@test "S13 --fail-if: an error told under a 200 fails, whatever else the page holds" {
  local rule body
  while IFS=$'\t' read -r rule body; do
    mend
    page '' "$body"
    run --separate-stderr nq-fetch --end-mark --fail-if "$rule" "$API/t"
    status_is 1
    stdout_is '{"_nq":"fail","tool":"nq-fetch","status":1}'
    stderr_has "page 1: the page says that it failed (--fail-if $rule)"
  done <<'T'
.error	{"error":"quota exceeded"}
.error	{"data":[{"n":1}],"error":{"code":1}}
.errors[0]	{"data":[{"n":1}],"errors":["x"]}
.ok=false	{"data":[{"n":1}],"ok":false}
.status=error	{"data":[{"n":1}],"status":"error"}
."a=b"=7	{"data":[{"n":1}],"a=b":7}
.ok=	{"data":[{"n":1}],"ok":""}
T
}

@test "--fail-if: a page that does not say so is a page; what it says holds no secret" {
  local rule body
  while IFS=$'\t' read -r rule body; do
    mend
    page '' "$body"
    run --separate-stderr nq-fetch --fail-if "$rule" "$API/t"
    status_is 0
    stdout_is '{"n":1}'
  done <<'T'
.error	{"data":[{"n":1}]}
.error	{"data":[{"n":1}],"error":null}
.error	{"data":[{"n":1}],"error":""}
.errors[0]	{"data":[{"n":1}],"errors":[]}
.ok=false	{"data":[{"n":1}],"ok":true}
.status=error	{"data":[{"n":1}],"status":"errors"}
T
  mend
  page '' "{\"error\":\"$ACME_TOKEN is bad\"}"
  run --separate-stderr acme --fail-if .error
  status_is 0
  run --separate-stderr nq-fetch --auth bearer='${ACME_TOKEN}' --fail-if .error "$API/t"
  status_is 1
  stderr_has ": *** is bad"
  run --separate-stderr nq-fetch --fail-if '.x[-1]' "$API/t"
  status_is 2
}

# --- references and requests ------------------------------------------------------------------

@test "the bearer comes from the environment, an env file, settings or a file" {
  printf '# x\nexport MY_TOKEN="test-bearer-token-here"\n' >acme.env
  printf 'test-bearer-token-here\n' >token
  printf '{"secrets":{"acme":"test-bearer-token-here"}}' >settings.json
  local ref
  for ref in '${ACME_TOKEN}' '${MY_TOKEN}' '${secrets.acme}' '${file:token}'; do
    run --separate-stderr nq-fetch --env-file acme.env --settings settings.json --auth "bearer=$ref" "$API/v2/suppliers"
    status_is 0
    [ "${#lines[@]}" -eq 25 ]
  done
  [ "$(jq -r .headers.authorization "$API_LOG" | sort -u)" = 'Bearer test-bearer-token-here' ]
}

@test "a literal secret is refused before anything is asked" {
  run --separate-stderr nq-fetch --auth bearer=test-bearer-token-here "$API/v2/suppliers"
  status_is 2
  stdout_is ''
  stderr_has "--auth: write a reference, for example bearer='\${ACME_TOKEN}'"
  run --separate-stderr nq-fetch -H 'Authorization: Bearer abcdef' "$API/v2/suppliers"
  status_is 2
  run --separate-stderr nq-fetch "http://user:password@${API#http://}/"
  status_is 2
  stderr_has "user or password"
  run --separate-stderr nq-fetch --proxy http://user:password@localhost:1 "$API/v2/suppliers"
  status_is 2
  [ ! -s "$API_LOG" ]
}

@test "a reference to a parent without --each says so" {
  run --separate-stderr nq-fetch "$API/posts/"'${record.id}/comments'
  status_is 2
  stderr_is "nq-fetch: URL: '\${record.id}' is not set in a parent (--each reads them)"
}

@test "an unknown or empty reference is named with its place" {
  run --separate-stderr nq-fetch --auth bearer='${NO_SUCH}' "$API/t"
  status_is 2
  stderr_has "--auth: '\${NO_SUCH}' is not set in the environment"
  EMPTY='' run --separate-stderr nq-fetch -q a='${EMPTY}' "$API/t"
  status_is 2
  stderr_has "--query: '\${EMPTY}' is empty"
  run --separate-stderr nq-fetch "$API/t/\${var.x}"
  status_is 2
  stderr_has "URL: '\${var.x}' is not set in --var"
  [ ! -s "$API_LOG" ]
}

@test "a reference in the path is percent-encoded, a leading base is not" {
  BASE=$API run --separate-stderr nq-fetch -p none --var 'x=a/b ?é' '${BASE}/echo/${var.x}?q=${var.x}'
  [ "$(jq -r '.path + " " + .raw_query' "$API_LOG")" = '/echo/a%2Fb%20%3F%C3%A9 q=a%2Fb%20%3F%C3%A9' ] ||
    [ "$(jq -r .raw_query "$API_LOG")" = 'q=a%2Fb%20%3F%C3%A9' ]
}

@test "A09 --query encodes, repeats, and sends an equal pair once" {
  run --separate-stderr nq-fetch -p none -q 'a=x&y=1+2 é%' -q ids=1 -q ids=2 -q ids=1 -q 'f[b]=1' "$API/echo?ids=2&z"
  status_is 0
  [ "$(jq -r .raw_query "$API_LOG")" = 'ids=2&z&a=x%26y%3D1%2B2%20%C3%A9%25&ids=1&f%5Bb%5D=1' ]
  run --separate-stderr nq-fetch -q novalue "$API/echo"
  status_is 2
  stderr_has "--query: write NAME=VALUE, not 'novalue'"
}

@test "the query stands in every page's request, once" {
  run --separate-stderr acme -q per_page=10 -q updated_after='${var.since}' --var since=2020-01-01T00:00:00+02:00
  status_is 0
  [ "$(jq -r .raw_query "$API_LOG" | paste -sd' ')" = \
    'per_page=10&updated_after=2020-01-01T00%3A00%3A00%2B02%3A00 per_page=10&updated_after=2020-01-01T00%3A00%3A00%2B02%3A00&page=2 per_page=10&updated_after=2020-01-01T00%3A00%3A00%2B02%3A00&page=3' ]
}

@test "headers: sent as given, never with a line break, the default Accept replaced" {
  run --separate-stderr nq-fetch -p none -H 'X-A: b: c' -H 'Accept: text/x' -H 'X-Empty:' -A me/1 "$API/echo"
  status_is 0
  [ "$(jq -c '.headers | [.["x-a"],.accept,.["x-empty"],.["user-agent"]]' "$API_LOG")" = '["b: c","text/x","","me/1"]' ]
  run --separate-stderr nq-fetch -H $'X-A: b\r\nX-Evil: 1' "$API/echo"
  status_is 2
  stderr_has "control character"
  printf 'token\nX-Evil: 1' >token
  run --separate-stderr nq-fetch --auth bearer='${file:token}' "$API/echo"
  status_is 2
  printf 'tok\0en' >token
  run --separate-stderr nq-fetch --auth bearer='${file:token}' "$API/echo"
  status_is 2
  run --separate-stderr nq-fetch -H 'no colon' "$API/echo"
  status_is 2
  [ "$(wc -l <"$API_LOG")" -eq 1 ]
}

@test "a secret does not go over plain http to another host, be it in a header or the URL" {
  run --separate-stderr nq-fetch --auth bearer='${ACME_TOKEN}' http://api.acme-erp.invalid/v2
  status_is 2
  stderr_has "plain text to 'api.acme-erp.invalid'" --allow-http
  run --separate-stderr nq-fetch -q key='${ACME_TOKEN}' http://api.acme-erp.invalid/v2
  status_is 2
  stderr_has "the secret in the URL"
  run --separate-stderr nq-fetch 'http://api.acme-erp.invalid/v2?key=${ACME_TOKEN}'
  status_is 2
  run --separate-stderr nq-fetch -H 'X-Key: ${ACME_TOKEN}' http://127.0.0.1.nip.invalid/v2
  status_is 2
  run --separate-stderr nq-fetch --attempts 1 --allow-http -q key='${ACME_TOKEN}' http://api.acme-erp.invalid/v2
  status_is 75
}

@test "only http and https are asked" {
  local url
  for url in file:///etc/passwd ftp://localhost/ gopher://localhost/ 'http://' 'http://a b/'; do
    run --separate-stderr nq-fetch "$url"
    status_is 2
    stdout_is ''
  done
}

@test "a proxy in the environment never sees what stays on this host" {
  http_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 all_proxy=http://127.0.0.1:9 run --separate-stderr acme --attempts 1
  status_is 0
}

@test "--dry-run prints the first request and no secret, and asks nothing" {
  run --separate-stderr acme -n -q key='${ACME_TOKEN}' -q per_page=5 -p page -H 'X-Key: ${ACME_TOKEN}' --end-mark
  status_is 0
  [ "${lines[0]}" = "GET $API/v2/suppliers?key=***&per_page=5&page=1" ]
  [[ $output$stderr != *test-bearer* ]]
  [ ! -s "$API_LOG" ]
  run --separate-stderr nq-fetch -n a.json
  status_is 2
}

# --- marks ------------------------------------------------------------------------------------

@test "D93 the watermark compares instants: offsets and fractions" {
  page '' '[{"t":"2026-05-01T10:00:00Z"},{"t":"2026-05-01T13:00:00.000000001+02:00"},{"t":"2026-05-01T11:00:00.000000000Z"},{"t":"2026-05-01 09:00:00-02:00"}]'
  run --separate-stderr nq-fetch -w .t --end-mark "$API/t"
  status_is 0
  [ "${lines[4]}" = '{"_nq":"end","records":4,"pages":1,"cursor_type":"timestamp_utc","watermark":"2026-05-01T13:00:00.000000001+02:00"}' ]
}

@test "the watermark of numbers of any length, and of opaque tokens the last" {
  page '' '[{"i":9},{"i":99999999999999999999999},{"i":"100000000000000000000000"},{"i":-5},{"i":1e3}]'
  run --separate-stderr nq-fetch -w .i:numeric_id --end-mark "$API/t"
  status_is 0
  [ "${lines[5]}" = '{"_nq":"end","records":5,"pages":1,"cursor_type":"numeric_id","watermark":"100000000000000000000000"}' ]
  run --separate-stderr nq-fetch -w .i:opaque_token --end-mark "$API/t"
  [ "${lines[5]}" = '{"_nq":"end","records":5,"pages":1,"cursor_type":"opaque_token","watermark":"1e3"}' ]
}

@test "the watermark is taken over all pages, and is null without a record" {
  run --separate-stderr acme -q per_page=4 -w .updated_at --end-mark
  status_is 0
  [ "$(tail -n 1 <<<"$output" | jq -r .watermark)" = "$(jq -r '.updated_at // empty' <<<"$output" | sort | tail -n 1)" ]
  run --separate-stderr acme -q updated_after=2090-01-01T00:00:00Z -w .updated_at --end-mark
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":1,"cursor_type":"timestamp_utc","watermark":null}'
}

@test "a record without watermark fails, unless it shall be passed" {
  local record
  for record in '{"t":null}' '{}' '{"u":{"t":"2026-01-01"}}'; do
    mend
    page '' "[{\"t\":\"2026-05-01T10:00:00Z\"},$record]"
    run --separate-stderr nq-fetch -w .t --end-mark "$API/t"
    status_is 1
    stdout_is '{"_nq":"fail","tool":"nq-fetch","status":1}'
    stderr_has "record 2 has no watermark" "--watermark-null skip"
    run --separate-stderr nq-fetch -w .t --watermark-null skip --end-mark "$API/t"
    status_is 0
    [ "$(jq -r '.watermark // empty' <<<"$output")" = 2026-05-01T10:00:00Z ]
  done
}

@test "a watermark that is none is refused, whatever is to be skipped" {
  local value
  for value in '"yesterday"' 5 true '{}' '[]' '""' '"2026-02-30T00:00:00Z"'; do
    mend
    page '' "[{\"t\":$value}]"
    run --separate-stderr nq-fetch -w .t --watermark-null skip "$API/t"
    status_is 1
    stdout_is ''
    stderr_has "watermark"
  done
  run --separate-stderr nq-fetch -w .t:timestamp "$API/t"
  status_is 2
  stderr_has "unknown cursor type 'timestamp'"
  run --separate-stderr nq-fetch -w . "$API/t"
  status_is 2
  run --separate-stderr nq-fetch -w .t --watermark-null maybe "$API/t"
  status_is 2
}

@test "the watermark is capped by the server's clock, Age off, in its own form" {
  fault '{"match":"/t","kind":"status","status":200,"body":"[{\"t\":\"2099-01-01 00:00:00.000+02:00\"}]","headers":{"Age":"3600"}}'
  local low high mark
  low=$(date -u -d '-3605 seconds' +%s)
  run --separate-stderr nq-fetch -w .t --end-mark --stats s.json "$API/t"
  high=$(date -u -d '-3600 seconds' +%s)
  status_is 0
  stderr_has "the watermark stops at"
  mark=$(tail -n 1 <<<"$output" | jq -r .watermark)
  [[ $mark =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}\ [0-9:]{8}\.000\+02:00$ ]]
  [ "$(date -d "$mark" +%s)" -ge "$low" ]
  [ "$(date -d "$mark" +%s)" -le "$high" ]
  [ "$(jq -c .suspicions s.json)" = '["watermark capped"]' ]
  run --separate-stderr nq-fetch -w .t --end-mark --no-watermark-cap "$API/t"
  [ "$(tail -n 1 <<<"$output" | jq -r .watermark)" = '2099-01-01 00:00:00.000+02:00' ]
  [[ $stderr != *'the watermark stops'* ]]
}

# --- what passes ------------------------------------------------------------------------------

@test "O07 records pass byte for byte" {
  local record='{"a":10000000000000000001,"b":1.10,"c":1E400,"d":-0,"e":"\u00e9é\/ \ud800","f" : [ ],"a":2}'
  printf '{"data":[%s]}' "$record" >body
  fault "$(jq -Rsc '{match:"/t",kind:"status",status:200,body:.}' body)"
  run --separate-stderr nq-fetch -r .data -p none "$API/t"
  status_is 0
  stdout_is "$record"
}

@test "a pretty-printed body becomes one line a record" {
  fault "$(printf '{\n "data": [\n  {\n   "a": "x  y\\\\",\r\n   "b": "\\" ,"\n  }\n ]\n}\n' | jq -Rsc '{match:"/t",kind:"status",status:200,body:.}')"
  run --separate-stderr nq-fetch -r .data -p none "$API/t"
  status_is 0
  stdout_is '{"a":"x  y\\","b":"\" ,"}'
}

@test "NDJSON bodies are known by their type or by --format" {
  fault '{"match":"/t","kind":"status","status":200,"content_type":"application/x-ndjson; charset=utf-8","body":"{\"n\":1}\n\n{\"n\":2}"}'
  run --separate-stderr nq-fetch --end-mark "$API/t"
  status_is 0
  stdout_is '{"n":1}
{"n":2}
{"_nq":"end","records":2,"pages":1}'
  mend
  page '' '{"n":1}
{"n":2}'
  run --separate-stderr nq-fetch "$API/t"
  status_is 1
  stdout_is ''
  run --separate-stderr nq-fetch --format ndjson "$API/t"
  status_is 0
}

@test "NDJSON: a line that is no object is an error, not passed over" {
  local line
  for line in 5 null '"x"' true '[]'; do
    mend
    page '' "{\"n\":1}
$line
{\"n\":2}"
    run --separate-stderr nq-fetch --format ndjson "$API/t"
    status_is 1
    stdout_is ''
    stderr_has "a record must be an object"
  done
}

@test "D67 a 204 and an empty body are no records" {
  fault '{"match":"/t","kind":"status","status":204,"body":""}'
  run --separate-stderr nq-fetch --end-mark "$API/t"
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":1}'
  mend
  fault '{"match":"/t","kind":"empty"}'
  run --separate-stderr nq-fetch --end-mark -r .data "$API/t"
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":1}'
}

@test "gzip or not, dripped or not: the same bytes" {
  acme -q per_page=10 >plain
  curl -fs -H 'Accept-Encoding: gzip' -H "Authorization: Bearer $ACME_TOKEN" "$API/v2/suppliers" | gzip -t
  acme -q per_page=10 -H 'Accept-Encoding: identity' >identity
  cmp plain identity
  printf '{"data":[{"a":"é\\u00e9\\""}]}' >body
  fault "$(jq -Rsc '{match:"/t",kind:"status",status:200,body:.}' body)"
  nq-fetch -r .data -p none "$API/t" >whole
  nq-fetch -r .data -p none - <body | cmp - whole
}

@test "neither locale nor time zone matters" {
  acme -w .updated_at --end-mark >a
  LC_ALL=de_DE.UTF-8 LANG=tr_TR.UTF-8 TZ=Asia/Kolkata acme -w .updated_at --end-mark >b
  cmp a b
}

# --- messages, streams ------------------------------------------------------------------------

@test "silent unless asked: -v tells pages, -vv requests, without secrets" {
  run --separate-stderr acme
  stderr_is ''
  run --separate-stderr acme -vv -q per_page=20 -q key='${ACME_TOKEN}'
  status_is 0
  stderr_has "[DEBUG] nq-fetch: page 1: GET $API/v2/suppliers?per_page=20&key=***" "[INFO] nq-fetch: page 2: 5 records, 25 so far"
  [[ $stderr != *test-bearer* ]]
}

@test "--log json is JSON, with the run id" {
  fault '{"kind":"status","status":503,"body":"bad \"quotes\" \\ \u0001","count":1}'
  run --separate-stderr acme --log json -vv --run-id r7 --retry-min 1ms
  status_is 0
  [ "$(jq -r .run_id <<<"$stderr" | sort -u)" = r7 ]
  [ "$(jq -r 'select(.level=="WARN") | .tool' <<<"$stderr")" = nq-fetch ]
}

@test "--stats reports what was done" {
  fault '{"kind":"status","status":503,"count":1}'
  run --separate-stderr acme -q per_page=10 --stats s.json --retry-min 10ms
  status_is 0
  [ "$(jq -c '[.pages,.records,.requests,.retries,.stop_reason,.declared_total,.suspicions]' s.json)" = \
    '[3,25,4,1,"the API names no next page",null,[]]' ]
  jq -e '.bytes > 1000 and .waited_seconds >= 0.01' s.json
  run --separate-stderr acme --stats /nonexistent/s.json
  status_is 1 || status_is 2
  stderr_has /nonexistent
}

@test "--stats into a pipe, or through a link to standard error, which both stay what they are" {
  # a link of our own, for what could go wrong here is that it gets replaced
  ln -s /proc/self/fd/2 err
  run --separate-stderr acme --stats err
  status_is 0
  [ -L err ]
  [ "$(jq .records <<<"$stderr")" = 25 ]
  mkfifo pipe
  cat pipe >got 3>&- &
  run --separate-stderr acme --stats pipe
  wait "$!"
  status_is 0
  [ -p pipe ]
  [ "$(jq .records got)" = 25 ]
  ln -s kept link
  echo one >kept
  run --separate-stderr acme --stats link
  status_is 0
  [ -L link ]
  [ "$(wc -l <kept)" -eq 2 ]
}

@test "a closed reader ends it by SIGPIPE, also where the parent ignores that" {
  # More than a pipe holds, so that however late the reader comes nq-fetch is still writing when it goes.
  local url="$API/shapes/plain?posts=20000&cap=5000"
  run bash -c 'set -o pipefail; nq-fetch -p page "$1" | head -n 1 >/dev/null' _ "$url"
  status_is 141
  run bash -c 'trap "" PIPE; set -o pipefail; nq-fetch -p page "$1" | head -n 1 >/dev/null' _ "$url"
  status_is 141
}

@test "a full or closed standard output is a failure, told once" {
  run --separate-stderr bash -c 'nq-fetch --auth bearer=\${ACME_TOKEN} --end-mark "$API/v2/suppliers" >/dev/full'
  status_is 1
  [ "${#stderr_lines[@]}" -eq 1 ]
  stderr_has "cannot write standard output: No space left on device"
  run --separate-stderr bash -c 'nq-fetch --auth bearer=\${ACME_TOKEN} "$API/v2/suppliers" >&-'
  status_is 1
  stderr_has "cannot write standard output"
}

@test "wrong usage says what to write instead" {
  run --separate-stderr nq-fetch
  status_is 2
  stderr_has "give a URL, or files to read" "try 'nq-fetch --help'"
  run --separate-stderr nq-fetch --recods .x "$API/t"
  status_is 2
  stderr_has "did you mean '--records'?"
  run --separate-stderr nq-fetch "$API/a" "$API/b"
  status_is 2
  stderr_has "one URL at a time"
  run --separate-stderr nq-fetch -r data "$API/t"
  status_is 2
  stderr_has "a path starts with a dot"
  run --separate-stderr nq-fetch --format xml "$API/t"
  status_is 2
  run --separate-stderr nq-fetch api.acme-erp.com/v2
  status_is 2
  stderr_has "(a URL starts with https://)"
  [ ! -s "$API_LOG" ]
}
