#!/usr/bin/env bats
# Every way of going from page to page, over one list of 25 posts on five pages: each record once and in order, no
# request too many, and no walk without end.

load helper

setup_file() {
  mkdir -p "$BATS_FILE_TMPDIR/data"
  start_standin --log-bodies --data-dir "$BATS_FILE_TMPDIR/data"
}

teardown_file() {
  stop_standin
}

setup() {
  mend
  : >"$API_LOG"
  FILE_PID=$API_PID
}

teardown() {
  [ "$API_PID" = "$FILE_PID" ] || stop_standin
}

# fetch [OPTION…] PATH: runs nq-fetch on our API
fetch() {
  run --separate-stderr nq-fetch --retry-min 10ms "${@:1:$#-1}" "$API${*: -1}"
}

# walked REQUESTS [POSTS]: all posts (25) came, once each and in order, by so many requests
walked() {
  status_is 0
  [ "$(jq .id <<<"$output")" = "$(seq 0 $((${2:-25} - 1)))" ] || { echo "ids: $(jq -c .id <<<"$output" | xargs)"; return 1; }
  requests "$1"
}

requests() {
  [ "$(wc -l <"$API_LOG")" -eq "$1" ] || { echo "requests: $(asked '[.method,.path,.raw_query]')"; return 1; }
}

# queries TEXT…: the raw query of each request
queries() {
  diff <(printf '%s\n' "$@") <(jq -r .raw_query "$API_LOG")
}

# page_file NAME JSON: served at /files/NAME
page_file() {
  mkdir -p "$(dirname "$BATS_FILE_TMPDIR/data/$1")"
  printf '%s' "$2" >"$BATS_FILE_TMPDIR/data/$1"
}

# --- one list, paged in every way ---------------------------------------------------------------

@test "D01 link: the next relation is followed until there is none" {
  fetch --paginate link /shapes/link
  walked 5
}

@test "D01 link: a page with other relations only is the last" {
  fetch --paginate link "/shapes/github?posts=3"
  walked 1 3
}

@test "D03 next-url: an absolute URL in the body is followed" {
  fetch --paginate next-url:next=.next_page /shapes/absolute
  walked 5
}

@test "D03 next-url: a relative one is resolved" {
  fetch --paginate next-url:next=.next_page /shapes/relative
  walked 5
}

@test "D03 next-url: one that is only a query keeps the path" {
  fetch --paginate next-url /shapes/query
  walked 5
}

@test "D03 next-url: a nested path, gone on the last page" {
  fetch --paginate next-url:next=._links.next.href --records ._embedded.items /shapes/hal
  walked 5
}

@test "D06 next-url: a parameter of the first request is sent once" {
  fetch --paginate next-url:next=.next_page --query param1=value1 /shapes/relative
  walked 5
  queries param1=value1 "param1=value1&page=2" "param1=value1&page=3" "param1=value1&page=4" "param1=value1&page=5"
}

@test "D07 none: one request, whatever the answer says" {
  fetch --paginate none /shapes/link
  walked 1 5
}

@test "D31 header: a token in a header goes into the query until it is gone" {
  fetch --paginate header:name=cursor,param=cursor /shapes/header
  walked 5
  [ "$(asked .query.cursor | tail -n 1)" = '"p5"' ]
}

@test "header: an empty X-Next-Page ends the walk" {
  fetch --paginate header /shapes/gitlab
  walked 5
  queries "" page=2 page=3 page=4 page=5
}

@test "D21 page: pages are asked for up to total-pages" {
  fetch --paginate page:total-pages=.total_pages /shapes/total-pages
  walked 5
  queries page=1 page=2 page=3 page=4 page=5
}

@test "page: a total that is text counts as well" {
  fetch --paginate page:total-pages=.total_pages /shapes/total-pages-text
  walked 5
}

@test "D25 page: a start at 0 is sent as 0" {
  fetch --paginate page:start=0,total-pages=.total_pages /shapes/total-pages-0
  walked 5
  queries page=0 page=1 page=2 page=3 page=4
}

@test "page: from a later start, total-pages is still the number of the last" {
  fetch --paginate page:start=3,total-pages=.total_pages /shapes/total-pages
  status_is 0
  [ "$(jq .id <<<"$output")" = "$(seq 10 24)" ]
  queries page=3 page=4 page=5
}

@test "D23 page: --max-pages 3 is three requests, and the pull is not complete" {
  fetch --end-mark --max-pages 3 --paginate page:total-pages=.total_pages /shapes/total-pages
  walked 3 15
}

@test "page: the number of the next page in the body is followed" {
  fetch --paginate page:next=.next_page /shapes/next-number
  walked 5
}

@test "page: without a word of the API an empty page ends it" {
  fetch --paginate page /shapes/plain
  walked 6
}

@test "page: more=false ends it" {
  fetch --paginate page:more=.has_more /shapes/has-more
  walked 5
}

@test "page: total-items ends it" {
  fetch --paginate page:total-items=.count /shapes/nuntiq
  walked 5
}

@test "page: an empty last page that the API names is asked for and is no error" {
  fetch --paginate page:next=.next_page /shapes/empty-last
  walked 6
}

@test "D13 offset: it starts where it is told and goes on from there" {
  fetch --paginate offset:start=123,limit=42,total-items=.total_records "/shapes/offset?posts=200&cap=50"
  status_is 0
  [ "$(jq .id <<<"$output")" = "$(seq 123 199)" ]
  queries "posts=200&cap=50&limit=42&offset=123" "posts=200&cap=50&limit=42&offset=165"
}

@test "D11 offset: without a total an empty page ends it" {
  fetch --paginate offset /shapes/offset
  walked 6
}

@test "D11 offset: a total ends it" {
  fetch --paginate offset:total-items=.total_records /shapes/offset
  walked 5
}

@test "offset: a total that is text counts as well" {
  fetch --paginate offset:total-items=.total_records /shapes/offset-text
  walked 5
}

@test "D15 offset: --max-records ends it after the page that reaches it" {
  fetch --paginate offset:limit=5 --max-records 10 /shapes/offset
  walked 2 10
}

@test "D20 offset: where the server caps the page, no row between is lost" {
  fetch --paginate offset:limit=100,total-items=.total_records "/shapes/offset?posts=120&cap=50"
  walked 3 120
  [ "$(asked .query.offset | xargs)" = "0 50 100" ]
}

@test "D27 cursor: a token goes into the query until it is null" {
  fetch --paginate cursor /shapes/cursor
  walked 5
  queries "" cursor=p2 cursor=p3 cursor=p4 cursor=p5
}

@test "D27 cursor: an empty token ends it" {
  fetch --paginate cursor:next=.nextPageToken,param=pageToken /shapes/aip
  walked 5
}

@test "D27 cursor: an absent token ends it" {
  fetch --paginate cursor:next=.paging.next.after,param=after /shapes/hubspot
  walked 5
}

@test "D27 cursor: the number 0 is a token" {
  fetch --paginate cursor /shapes/zero
  walked 5
  queries "" cursor=3 cursor=2 cursor=1 cursor=0
}

@test "D29 cursor: more=\"false\" ends it though a token is there" {
  fetch --paginate cursor:more=.has_more /shapes/more
  walked 5
}

@test "D28 cursor: an empty page with a token is not the end" {
  page_file empty/first '{"data":[],"next_cursor":"x"}'
  page_file empty-no-more '{"data":[{"id":0}],"next_cursor":null}'
  fault '{"match":"/files/empty/","skip":1,"kind":"redirect","location":"/files/empty-no-more"}'
  fetch --paginate cursor --records .data /files/empty/first
  status_is 0
  stdout_is '{"id":0}'
}

@test "keyset: the id of the last row leads on until a page is empty" {
  fetch --paginate keyset:param=starting_after /shapes/stripe
  walked 6
  [ "$(asked .query.starting_after | tail -n 1)" = '"24"' ]
}

@test "keyset: more=false saves the empty page" {
  fetch --paginate keyset:param=starting_after,more=.has_more /shapes/stripe
  walked 5
}

@test "the same posts as comments of another resource" {
  fetch --paginate page:total-pages=.total_pages /posts/7/comments
  walked 5
  [ "$(jq -s 'map(.post) | unique | .[]' <<<"$output")" = 7 ]
}

@test "credentials go along with every page" {
  TOKEN=test-bearer-token-here
  export TOKEN
  # shellcheck disable=SC2016 # a reference of ours
  fetch --auth bearer='${TOKEN}' --paginate next-url:next=.next_page /protected/absolute
  walked 5
  [ "$(asked .headers.authorization | sort -u)" = '"Bearer test-bearer-token-here"' ]
}

@test "A05 page: a page size that is no number is a usage error" {
  fetch --paginate page:size-param=n,size=many /shapes/plain
  status_is 2
  stdout_is ""
  stderr_has "--paginate page: size: 'many' is not a number above 0"
  requests 0
}

# --- what ends, and what must not ----------------------------------------------------------------

@test "D17 a has_more that is neither true nor false is an error, and its page is not written" {
  fetch --paginate page:more=.has_more /shapes/maybe
  status_is 1
  stdout_is ""
  stderr_has "page 1: the value at '.has_more' (more) is missing or not true or false"
}

@test "D17 a has_more that is missing is an error" {
  fetch --paginate page:more=.has_more /shapes/total-pages
  status_is 1
  stderr_has "page 1: the value at '.has_more' (more) is missing"
}

@test "D29 cursor: a configured more that is missing is an error" {
  fetch --paginate cursor:more=.has_more /shapes/cursor
  status_is 1
  stderr_has "page 1: the value at '.has_more' (more) is missing"
}

@test "D09 a next URL that is the page itself is a loop" {
  fetch --paginate next-url /shapes/self
  status_is 1
  stderr_has "pagination loop: page 2 has the same records as page 1"
  requests 2
}

@test "D09 A, B, A is a loop that names both pages" {
  fetch --paginate next-url "/shapes/back?page=1"
  status_is 1
  stderr_has "pagination loop: page 3 would be asked for like page 1"
  requests 2
}

@test "D32 the last page repeats its token: a loop that names both pages" {
  fetch --paginate cursor /shapes/stuck
  status_is 1
  stderr_has "pagination loop: page 6 would be asked for like page 5"
  requests 5
}

@test "a server that is deaf to the page number gives a loop, not the first page again and again" {
  fetch --paginate page:total-pages=.total_pages /shapes/deaf
  status_is 1
  stderr_has "pagination loop: page 2 has the same records as page 1"
  [ "$(wc -l <<<"$output")" -eq 5 ]
  requests 2
}

@test "a failed walk ends in a fail mark" {
  fetch --end-mark --paginate cursor /shapes/stuck
  status_is 1
  [ "$(tail -n 1 <<<"$output" | jq -c '._nq, .status')" = $'"fail"\n1' ] || { tail -n 1 <<<"$output"; return 1; }
}

@test "O03 a next URL on another origin is an error, and nothing is asked there" {
  fetch --paginate next-url:next=.next_page "/shapes/absolute?elsewhere=9"
  status_is 1
  stderr_has "the next page is on another origin" "http://127.0.0.1:9/shapes/absolute"
  requests 1
}

@test "O04 a later page that fails keeps what was written, and the status is not 0" {
  fault '{"match":"/shapes/cursor","skip":2,"kind":"status","status":503}'
  fetch --end-mark --attempts 1 --paginate cursor /shapes/cursor
  status_is 75
  stderr_has "page 3: HTTP 503"
  [ "$(head -n -1 <<<"$output" | jq .id)" = "$(seq 0 9)" ]
  [ "$(tail -n 1 <<<"$output" | jq -c '[._nq, .status]')" = '["fail",75]' ]
}

@test "a page that fails once is asked for again, and nothing comes twice" {
  fault '{"match":"/shapes/cursor","skip":2,"count":1,"kind":"cut"}'
  fetch --paginate cursor /shapes/cursor
  walked 6
}

@test "O04 a next URL that is no text is an error" {
  page_file odd '{"data":[{"id":1}],"next":{"page":2}}'
  fetch --paginate next-url /files/odd
  status_is 1
  stdout_is ""
  stderr_has "page 1: the value at '.next' (next) is missing or not a URL"
}

@test "a next URL of another scheme, or with a password, is refused" {
  local url
  for url in file:///etc/passwd javascript:1 "http://me:pass@127.0.0.1:${API##*:}/files/odd" "//127.0.0.1:9/x"; do
    page_file odd "{\"data\":[{\"id\":1}],\"next\":\"$url\"}"
    : >"$API_LOG"
    fetch --paginate next-url /files/odd
    status_is 1
    requests 1
    # shellcheck disable=SC2154 # run sets it
    [[ $stderr != *pass* || $url == file:* ]]
  done
}

@test "a token longer than 64 KiB is an error" {
  page_file odd "{\"data\":[{\"id\":1}],\"next_cursor\":\"$(printf '%070000d' 0)\"}"
  fetch --paginate cursor /files/odd
  status_is 1
  stderr_has "a page token of more than 65536 bytes"
}

@test "a token is percent-encoded in the query" {
  page_file odd '{"data":[{"id":1}],"next_cursor":"a b&c=d/é+%"}'
  fetch --paginate cursor --max-pages 2 /files/odd
  [ "$(asked .raw_query | tail -n 1)" = '"cursor=a%20b%26c%3Dd%2F%C3%A9%2B%25"' ]
}

@test "a parameter that the URL has already is set, once, in its place" {
  fetch --paginate page:total-pages=.total_pages --max-pages 2 "/shapes/total-pages?a=1&page=9&b=2"
  status_is 0
  queries "a=1&page=1&b=2" "a=1&page=2&b=2"
}

@test "an unknown kind or key says which there are" {
  fetch --paginate curser /shapes/plain
  status_is 2
  stderr_has "--paginate: unknown kind 'curser', did you mean 'cursor'?"
  fetch --paginate cursor=next /shapes/plain
  status_is 2
  stderr_has "--paginate: unknown kind 'cursor=next' (keys follow a colon: cursor:next=.next,param=after)"
  fetch --paginate page:nxt=.a /shapes/plain
  status_is 2
  stderr_has "--paginate page: unknown key 'nxt': it knows param, start, size-param, size, next, more, total-pages, total-items, in"
  requests 0
}

# --- S07: Link fields (RFC 8288) over the wire ---------------------------------------------------

# linked HEADERS-JSON NEXT…: what a page with these headers makes us ask for
linked() {
  page_file v1/current '[{"id":1}]'
  fault "{\"match\":\"/files/v1/current\",\"count\":1,\"kind\":\"headers\",\"headers\":$1}"
  fetch --paginate link --attempts 1 /files/v1/current
  diff <(printf '%s\n' /files/v1/current "${@:2}") <(jq -r .path "$API_LOG")
}

@test "S07 an unquoted rel" {
  linked '{"Link":"</files/p2?page=2&limit=100>; rel=next"}' /files/p2
}

@test "S07 no blanks, two links" {
  linked '{"Link":"</files/p3>;rel=next,</files/p2>;rel=back"}' /files/p3
}

@test "S07 only another relation" {
  linked '{"Link":"</files/p2>;rel=back"}'
  status_is 0
}

@test "S07 commas inside the brackets and in a title" {
  linked '{"Link":"</files/a,b>; title=\"x, <y>; rel=next\"; rel=prev, </files/c,d>; title=\"a,b\"; rel=\"next\""}' \
    /files/c,d
}

@test "S07 several relations in one rel" {
  linked '{"Link":"</files/p2>; rel=\"prev next\""}' /files/p2
}

@test "S07 capitals" {
  linked '{"Link":"</files/p2>; REL=\"Next\""}' /files/p2
}

@test "S07 two Link lines" {
  linked '{"Link":"</files/p0>; rel=prev","link":"</files/p2>; rel=next"}' /files/p2
}

@test "S07 O04 a relative target is resolved against the request" {
  linked '{"Link":"<items?page=2>; rel=next"}' /files/v1/items
}

# --- D05: joining URLs ---------------------------------------------------------------------------

# joins FIRST NEXT WANTED: the page at FIRST names NEXT; WANTED is then asked for (path and query)
joins() {
  page_file "${1%%\?*}" "{\"data\":[{\"id\":1}],\"next\":\"$2\"}"
  : >"$API_LOG"
  fetch --paginate next-url --attempts 1 "/files/$1"
  [ "$(jq -r 'if .raw_query == "" then .path else .path + "?" + .raw_query end' "$API_LOG" | tail -n 1)" = "$3" ] ||
    { asked '[.path,.raw_query]'; return 1; }
  requests 2
}

@test "D05 the next URL keeps the port and replaces path and query" {
  joins api/resource "/api/resource?page=2" "/api/resource?page=2"
  joins api/page/3/items "/api/page/4/items?filter=active" "/api/page/4/items?filter=active"
  joins "api/resource?page=2" "/api/resource?page=3&category=books&sort=author" \
    "/api/resource?page=3&category=books&sort=author"
  joins "api/resource?page=1" "/api/resource?sort=asc" "/api/resource?sort=asc"
}

@test "D05 percent escapes are left as they are" {
  joins api/resource "/api/resource?page=2&query=%E3%81%82" "/api/resource?page=2&query=%E3%81%82"
}

@test "D05 an absolute link is taken whole, its fragment off" {
  joins api/resource "$API/other?x=1#top" "/other?x=1"
}

@test "D05 dots and a name beside the page" {
  joins api/v1/list "../v2/list?p=2" "/files/api/v2/list?p=2"
  joins api/v1/list "more" "/files/api/v1/more"
}
