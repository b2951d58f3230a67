#!/usr/bin/env bats
# Requests that send JSON, pages whose place stands in the body or a header, and next URLs on other origins.

load helper

setup_file() {
  start_standin --log-bodies
}

teardown_file() {
  stop_standin
}

setup() {
  : >"$API_LOG"
  FILE_PID=$API_PID
}

teardown() {
  [ "$API_PID" = "$FILE_PID" ] || stop_standin
}

# fetch [OPTION…] PATH: runs nq-fetch on our API
fetch() {
  run --separate-stderr nq-fetch "${@:1:$#-1}" "$API${*: -1}"
}

# walked REQUESTS [JQ-PATH-OF-ID]: all 25 posts came, once each and in order
walked() {
  status_is 0
  [ "$(jq "${2:-.id}" <<<"$output")" = "$(seq 0 24)" ] || { echo "ids: $(jq -c "${2:-.id}" <<<"$output" | xargs)"; return 1; }
  [ "$(wc -l <"$API_LOG")" -eq "$1" ] || { echo "requests: $(asked '[.method,.path,.raw_query,.body]')"; return 1; }
}

# bodies TEXT…: what each request sent
bodies() {
  diff <(printf '%s\n' "$@") <(jq -r .body "$API_LOG")
}

# echoed JQ-FILTER: of the request that /echo was sent
echoed() { jq -c "$1" <<<"$output"; }

# --- what is sent --------------------------------------------------------------------------------

@test "--json makes it a POST of this JSON" {
  fetch --paginate none --json '{"a": 1}' /echo
  status_is 0
  [ "$(echoed '[.method, .headers["content-type"], .body]')" = '["POST","application/json","{\"a\": 1}"]' ]
}

@test "-d is the same, and -X names another method" {
  fetch --paginate none -X PUT -d '[]' /echo
  status_is 0
  [ "$(echoed '[.method, .body]')" = '["PUT","[]"]' ]
}

@test "-X without a body" {
  fetch --paginate none -X POST /echo
  status_is 0
  [ "$(echoed '[.method, .body]')" = '["POST",""]' ]
}

@test "-H may name another content type" {
  fetch --paginate none -H 'Content-Type: application/vnd.api+json' -d '{}' /echo
  [ "$(echoed '.headers["content-type"]')" = '"application/vnd.api+json"' ]
}

@test "--json @FILE and @- read it" {
  printf '{"from":"file"}' >"$BATS_TEST_TMPDIR/q.json"
  fetch --paginate none --json "@$BATS_TEST_TMPDIR/q.json" /echo
  [ "$(echoed .body)" = '"{\"from\":\"file\"}"' ]
  run --separate-stderr nq-fetch --paginate none --json @- "$API/echo" <<<'{"from":"stdin"}'
  [ "$(echoed '.body | rtrimstr("\n")')" = '"{\"from\":\"stdin\"}"' ]
}

@test "references inside strings are filled in and quoted" {
  # shellcheck disable=SC2016,SC1003 # references of ours, and a lone backslash
  fetch --paginate none --var who='O"Hara\' --json '{"q":"by ${var.who}, $${kept}","n":[1.0]}' /echo
  status_is 0
  [ "$(echoed '.body')" = "$(jq -n '"{\"q\":\"by O\\\"Hara\\\\, ${kept}\",\"n\":[1.0]}"')" ] || { echo "$output"; return 1; }
}

@test "an unknown reference, a body that is not JSON and a file that is not there are usage errors" {
  # shellcheck disable=SC2016 # a reference of ours
  fetch --json '{"q":"${var.gone}"}' /echo
  status_is 2
  stderr_has "--json" "var.gone"
  fetch --json '{"q":' /echo
  status_is 2
  stderr_has "--json: "
  fetch --json @/nowhere /echo
  status_is 2
  stderr_has "cannot open '/nowhere'"
  [ ! -s "$API_LOG" ]
}

@test "-X takes a method that gives a body" {
  fetch -X HEAD /echo
  status_is 2
  stderr_has "-X: 'HEAD' is no method to pull with"
  fetch -X 'get it' /echo
  status_is 2
}

@test "a secret in the body does not travel in plain text" {
  SECRET=swordfish
  export SECRET
  # shellcheck disable=SC2016 # a reference of ours
  run --separate-stderr nq-fetch --json '{"key":"${SECRET}"}' http://192.0.2.1/
  status_is 2
  stderr_has "the body" "use https"
}

@test "--dry-run shows the body, its secrets gone" {
  SECRET=swordfish
  export SECRET
  # shellcheck disable=SC2016 # a reference of ours
  fetch --dry-run -H 'X-Page: one' --json '{"key":"${SECRET}"}' /echo
  status_is 0
  [[ $output == "POST $API/echo"$'\nX-Page: one\n\n{"key":"'*'"}' ]] || { echo "$output"; return 1; }
  [[ $output != *swordfish* ]]
}

# --- where the place of the page stands ----------------------------------------------------------

@test "D19 offset in the body: the other members stay" {
  fetch --paginate offset:in=body:.offset,total-items=.total_records \
    --json '{"limit": 5, "offset": 0, "ids_greater_than": -1}' /shapes/offset
  walked 5
  [ "$(jq -r .body "$API_LOG" | tail -n 1)" = '{"limit": 5, "offset": 20, "ids_greater_than": -1}' ]
}

@test "page in the body, named by the next page" {
  fetch --paginate page:in=body:.page,next=.next_page --json '{"q":"x"}' /shapes/search
  walked 5
  bodies '{"q":"x","page":1}' '{"q":"x","page":2}' '{"q":"x","page":3}' '{"q":"x","page":4}' '{"q":"x","page":5}'
}

@test "D33 GraphQL: the cursor goes into the variables" {
  # shellcheck disable=SC2016 # a dollar of GraphQL
  fetch --records .data.posts.edges \
    --paginate cursor:next=.data.posts.pageInfo.endCursor,more=.data.posts.pageInfo.hasNextPage,in=body:.variables.after \
    --json '{"query":"query($after:String){posts(after:$after){…}}","variables":{"first":5}}' /graphql
  walked 5 .node.id
  [ "$(jq -c '.body | fromjson | .variables' "$API_LOG" | head -n 2 | xargs)" = "{first:5} {first:5,after:p2}" ]
}

@test "Elasticsearch: search_after takes the number from the last hit" {
  fetch --records .hits.hits --paginate 'keyset:field=.sort[0],in=body:.search_after[0]' \
    --json '{"sort":["id"],"search_after":[-1]}' /shapes/elastic
  walked 6 ._source.id
  [ "$(jq -c '.body | fromjson | .search_after' "$API_LOG" | xargs)" = "[-1] [4] [9] [14] [19] [24]" ]
}

@test "a scroll token may come again with repeat=yes, and an empty page ends it" {
  fetch --paginate cursor:next=._scroll_id,in=body:.scroll_id,repeat=yes --json '{}' /shapes/scroll
  walked 6
}

@test "without repeat=yes a scroll token is a loop" {
  fetch --paginate cursor:next=._scroll_id,in=body:.scroll_id --json '{}' /shapes/scroll
  status_is 1
  stderr_has "pagination loop: page 3 would be asked for like page 2"
}

@test "repeat=yes still sees a page that comes twice" {
  fetch --paginate cursor:next=.next_cursor,repeat=yes /shapes/stuck
  status_is 1
  stderr_has "pagination loop: page 6 has the same records as page 5"
}

@test "cursor in a header" {
  fetch --paginate cursor:in=header:X-Cursor /shapes/cursor
  status_is 1
  [ "$(asked '.headers["x-cursor"]' | xargs)" = "null p2" ]
}

@test "D25 in: what it takes, and what does not go with it" {
  fetch --paginate cursor:in=cookie /echo
  status_is 2
  stderr_has "--paginate cursor: in: write query, body:PATH or header:NAME, not 'cookie'"
  fetch --paginate offset:in=body:.o,limit=5 /echo
  status_is 2
  stderr_has "write the page size into --json or the URL"
  fetch --paginate keyset:param=after,in=body:.after /echo
  status_is 2
  stderr_has "--paginate keyset: param names a parameter of the query, and in another place"
  fetch --paginate cursor:repeat=perhaps /echo
  status_is 2
  stderr_has "repeat: write yes or no"
}

@test "a body that the place does not fit into is an error" {
  fetch --paginate page:in=body:.a.b --json '{"a":5}' /shapes/search
  status_is 2
  stdout_is ""
  stderr_has "--paginate page: in: the path does not fit the body"
}

# --- other origins -------------------------------------------------------------------------------

# elsewhere: a second server; sets THERE (its port) and THERE_LOG
elsewhere() {
  local api=$API log=$API_LOG
  start_standin
  THERE=${API##*:} THERE_LOG=$API_LOG
  API=$api API_LOG=$log
}

@test "O03 without --allow-origin nothing is asked there" {
  elsewhere
  fetch "/shapes/absolute?elsewhere=$THERE"
  status_is 1
  stderr_has "the next page is on another origin: 'http://127.0.0.1:$THERE/shapes/absolute'" "--allow-origin"
  [ ! -s "$THERE_LOG" ]
}

@test "O03 with --allow-origin it is, and no credential goes there" {
  elsewhere
  TOKEN=test-bearer-token-here
  export TOKEN
  # shellcheck disable=SC2016 # a reference of ours
  fetch --auth bearer='${TOKEN}' -H 'X-Mine: 1' --allow-origin "http://127.0.0.1:$THERE" \
    "/shapes/absolute?elsewhere=$THERE"
  walked 1
  [ "$(wc -l <"$THERE_LOG")" -eq 4 ]
  [ "$(jq -c '[.headers.authorization, .headers["x-mine"]]' "$THERE_LOG" | sort -u)" = "[null,null]" ]
}

@test "--allow-origin takes an origin, not a URL" {
  fetch --allow-origin https://cdn.example.com/v2 /echo
  status_is 2
  stderr_has "--allow-origin: 'https://cdn.example.com/v2' is more than scheme, host and port"
  fetch --allow-origin cdn.example.com /echo
  status_is 2
  stderr_has "--allow-origin: "
}
