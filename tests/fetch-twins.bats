#!/usr/bin/env bats
# shellcheck disable=SC2154 # run sets status, output and stderr
# The cases once more in other clothes: what holds for one pager holds for the others, and in a posted body too.

load helper
load fetch-common

# walked REQUESTS: the 25 posts came, once each and in order, by so many requests
walked() {
  status_is 0
  diff <(seq 0 24) <(head -n -1 <<<"$output" | jq .id)
  requests "$1"
}

# bodies TEXT…: what each request sent
bodies() { diff <(printf '%s\n' "$@") <(jq -r .body "$API_LOG"); }

# lost STATUS RECORDS REQUESTS TEXT…: failed so, and said why
lost() {
  failed "$1" "$2" "$3"
  shift 3
  stderr_has "$@"
}

# --- in a posted body ---------------------------------------------------------------------------

@test "D27 in a body: a token leads on until it is null, empty or absent" {
  local shape
  for shape in cursor:cursor:.next_cursor aip:pageToken:.nextPageToken hubspot:after:.paging.next.after; do
    IFS=: read -r shape param next <<<"$shape"
    : >"$API_LOG"
    fetch -p "cursor:in=body:.$param,next=$next" -d '{"q":1}' "/shapes/$shape"
    walked 5
    [ "$(asked .body | tail -n 1)" = "$(jq -n --arg p "$param" '"{\"q\":1,\"\($p)\":\"p5\"}"')" ]
  done
}

@test "D27 in a body: a token that is a number stays one, 0 too" {
  fetch -p cursor:in=body:.cursor -d '{}' /shapes/zero
  walked 5
  bodies '{}' '{"cursor":3}' '{"cursor":2}' '{"cursor":1}' '{"cursor":0}'
}

@test "D29 in a body: more=\"false\" ends it though a token is there" {
  fetch -p cursor:in=body:.cursor,more=.has_more -d '{}' /shapes/more
  walked 5
}

@test "D32 in a body: a token that comes again is a loop" {
  fetch -p cursor:in=body:.cursor -d '{}' /shapes/stuck
  lost 1 25 5 'pagination loop: page 6 would be asked for like page 5'
}

@test "D09 in a body: a server that is deaf to the page number gives a loop" {
  fetch -p page:in=body:.page,total-pages=.total_pages -d '{}' /shapes/deaf
  lost 1 5 2 'pagination loop: page 2 has the same records as page 1'
}

@test "D11 in a body: without a total an empty page ends the offsets" {
  fetch -p offset:in=body:.offset -d '{"limit":5}' /shapes/offset
  walked 6
}

@test "D17 in a body: a has_more that is neither true nor false is an error" {
  fetch -p page:in=body:.page,more=.has_more -d '{}' /shapes/maybe
  lost 1 0 1 "page 1: the value at '.has_more' (more) is missing or not true or false"
}

@test "D20 in a body: where the server caps the page, no row between is lost" {
  fetch -p offset:in=body:.offset,total-items=.total_records -d '{"limit":100}' '/shapes/offset?posts=120&cap=50'
  ended 120 3
  bodies '{"limit":100,"offset":0}' '{"limit":100,"offset":50}' '{"limit":100,"offset":100}'
}

@test "D21 D25 in a body: total pages, counted from 0, below another member" {
  page '' '{"data":[{"id":1}],"total_pages":1}'
  fetch -r .data -p page:in=body:.page.next,start=0,total-pages=.total_pages -d '{"page":{"size":2}}' /t
  ended 1 1
  bodies '{"page":{"size":2,"next":0}}'
}

@test "S03 in a body: has_more ends the pages" {
  fetch -p page:in=body:.page,more=.has_more -d '{}' /shapes/has-more
  walked 5
}

@test "keyset in a body: an empty page ends it, more=false before" {
  fetch -p keyset:in=body:.starting_after -d '{}' /shapes/stripe
  walked 6
  : >"$API_LOG"
  fetch -p keyset:in=body:.starting_after,more=.has_more -d '{}' /shapes/stripe
  walked 5
}

@test "D23 in a body: --max-pages 3 is three requests" {
  fetch --max-pages 3 -p cursor:in=body:.cursor -d '{}' /shapes/cursor
  status_is 0
  requests 3
  [ "${#lines[@]}" -eq 15 ]
}

@test "D33 with a POST the place may stand in the query, by every pager" {
  local pager path
  while read -r pager path; do
    : >"$API_LOG"
    fetch -X POST -d '{"a":1}' -p "$pager" "/shapes/$path"
    walked 5
    [ "$(asked '[.method,.body]' | sort -u)" = '["POST","{\"a\":1}"]' ]
  done <<'T'
cursor cursor
link link
next-url:next=.next_page absolute
page:total-pages=.total_pages total-pages
header gitlab
T
}

# --- the other pagers ---------------------------------------------------------------------------

@test "D17 offset, keyset and cursor: a has_more that is neither true nor false is an error" {
  local pager
  for pager in offset:more=.has_more keyset:param=after,more=.has_more cursor:more=.has_more; do
    : >"$API_LOG"
    fetch -p "$pager" /shapes/maybe
    lost 1 0 1 "page 1: the value at '.has_more' (more) is missing or not true or false"
  done
}

@test "D15 D23 --max-pages and --max-records end every pager without a mark" {
  local pager path
  while read -r pager path; do
    : >"$API_LOG"
    fetch --max-pages 2 -p "$pager" "/shapes/$path"
    status_is 0
    requests 2
    [ "${#lines[@]}" -eq 10 ]
    : >"$API_LOG"
    fetch --max-records 7 -p "$pager" "/shapes/$path"
    status_is 0
    requests 2
    [ "$(grep -c _nq <<<"$output")" -eq 0 ]
  done <<'T'
cursor cursor
link link
next-url:next=.next_page relative
page:next=.next_page next-number
offset:total-items=.total_records offset
header gitlab
keyset:param=starting_after stripe
T
}

@test "D20 page: where the server caps the page, the next page number still has the next rows" {
  fetch -p page:size-param=limit,size=100,total-items=.count '/shapes/nuntiq?posts=120&cap=50'
  ended 120 3
  stderr_has 'suspicious: page 1 has 50 of 100 records asked for'
}

@test "D28 an empty page in the middle is not the end where the API names the next one" {
  page page=2 '{"data":[],"next":3,"url":"/t?page=3"}' ',"headers":{"Link":"<\/t?page=3>; rel=next","X-Next-Page":"3"}'
  page page=3 '{"data":[{"id":3}],"next":null,"url":null}'
  page '' '{"data":[{"id":1}],"next":2,"url":"/t?page=2"}' ',"headers":{"Link":"<\/t?page=2>; rel=next","X-Next-Page":"2"}'
  local pager
  for pager in next-url:next=.url page:next=.next link header cursor:next=.next,param=page; do
    : >"$API_LOG"
    fetch -r .data -p "$pager" /t
    ended 2 3
    requests 3
  done
}

@test "D03 next-url: null, absent, empty and false end it" {
  local last
  for last in ',"next":null' '' ',"next":""' ',"next":false'; do
    mend
    page '' "{\"data\":[{\"id\":1}]$last}"
    fetch -r .data -p next-url /t
    ended 1 1
  done
}

@test "D09 link, header and page: what leads to itself is a loop" {
  local pager
  page '' '{"data":[{"id":1}],"next":1}' ',"headers":{"Link":"<\/t?page=1>; rel=next","X-Next-Page":"1"}'
  for pager in link header page:next=.next; do
    : >"$API_LOG"
    fetch -r .data -p "$pager" '/t?page=1'
    failed 1 1 "$(wc -l <"$API_LOG")"
    stderr_has 'pagination loop: page '
    [ "$(wc -l <"$API_LOG")" -le 2 ]
  done
}

@test "D32 header and keyset: a token and a last id that come again are loops" {
  page '' '[{"id":1},{"id":2}]' ',"headers":{"X-Next-Page":"same"}'
  fetch -p header /t
  lost 1 2 2 'pagination loop: page 2 has the same records as page 1'
  : >"$API_LOG"
  fetch -p keyset:param=after /t
  lost 1 2 2 'pagination loop: page 2 has the same records as page 1'
}

@test "D06 a parameter of the first request is sent once, by every pager" {
  local pager path
  while read -r pager path; do
    : >"$API_LOG"
    fetch -q param1=value1 -p "$pager" "/shapes/$path"
    status_is 0
    run ! grep -E 'param1=value1.*param1' "$API_LOG"
    [ "$(asked .query.param1 | sort -u)" = '"value1"' ]
  done <<'T'
page:total-pages=.total_pages total-pages
offset:total-items=.total_records offset
cursor cursor
header gitlab
keyset:param=starting_after,more=.has_more stripe
T
}
