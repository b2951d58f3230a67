#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2154 # references are for the tool; run sets status, output and stderr
# What pullers of other makers promise of walking from page to page, and where they lose records: a test for each of
# these cases that no other file has. The numbers are those of the list of cases.

load helper
load fetch-common

@test "A01 cursor: more=false ends it in spite of a token, a missing token ends it" {
  page '' '{"data":[{"id":1}],"meta":{"content":"x","done":"false"}}'
  fetch -r .data -p cursor:next=.meta.content,more=.meta.done /t
  ended 1 1
  mend
  page '' '{"data":[{"id":1}],"meta":{}}'
  fetch -r .data -p cursor:next=.meta.content /t
  ended 1 1
}

@test "A01 keyset: the id of the last record leads on; without a record it ends, and does not crash" {
  page after=2 '[]'
  page '' '[{"id":1},{"id":2}]'
  fetch -p keyset:param=after /t
  ended 2 2
  queries '' after=2
  mend
  page '' '[]'
  fetch -p keyset:param=after /t
  ended 0 1
}

@test "A01 keyset: a last record without the field is an error and no end" {
  page '' '[{"id":1},{"name":2}]'
  fetch -p keyset:param=after /t
  failed 1 0 1
  stderr_has "page 1: " ".id"
}

@test "A01 link: the target's own query is taken whole" {
  page page=2 '[{"id":2}]'
  page '' '[{"id":1}]' ",\"headers\":{\"Link\":\"<\\/t?page=2\\&per_page=100>; rel=\\\\\"next\\\\\"\"}"
  fetch -p link /t
  ended 2 2
  queries '' 'page=2&per_page=100'
}

@test "A03 a records path that the second page lacks is an error and no end" {
  page page=2 '{"message":"maintenance"}'
  page '' '{"data":[{"id":1}]}'
  fetch -r .data -p page /t
  failed 1 1 2
  stderr_has "page 2: the body has no list of records at '.data'"
  : >"$API_LOG"
  fetch -r .data -p page --allow-missing-records /t
  ended 1 2
}

@test "A05 page: counted from 0, 10 and 12, the first number is sent" {
  local start
  for start in 0 10 12; do
    mend
    : >"$API_LOG"
    page "page=$start" '[{"id":1}]'
    page "page=$((start + 1))" '[]'
    fetch -p page:start=$start /t
    ended 1 2
    queries page=$start "page=$((start + 1))"
  done
}

@test "A05 page: where the page size is told, a short page is not yet the end" {
  page page=3 '[]'
  page page=2 '[{"id":4}]'
  page page=1 '[{"id":1},{"id":2},{"id":3}]'
  fetch -p page:size-param=n,size=3 /t
  ended 4 3
}

@test "A06 stop rules count what the server gave, not what a later filter left" {
  run bash -c 'set -o pipefail; nq-fetch --end-mark -p page:size-param=per_page,size=2 "$1" |
    nq-map -e "skip if .id != 3
{id: .id}"' _ "$API/shapes/plain?posts=6"
  status_is 0
  [ "${lines[0]}" = '{"id":3}' ]
  [ "$(jq -c '[.records,.read,.skipped]' <<<"${lines[1]}")" = '[1,6,5]' ]
  requests 4
}

@test "A09 an equal pair is sent once, different values of one name are all kept" {
  fetch -p none -q param1=value1 -q param1=value2 -q n=1 '/echo?param1=value1&n=1'
  queries 'param1=value1&n=1&param1=value2'
}

@test "A09 next-url: what the next URL has already is not sent twice" {
  page page=2 '{"data":[{"id":2}],"next":null}'
  page '' '{"data":[{"id":1}],"next":"/t?page=2&param1=value1"}'
  fetch -q param1=value1 -r .data -p next-url /t
  ended 2 2
  queries param1=value1 'page=2&param1=value1'
}

@test "D57 one slash where the base meets the path, whoever brings it" {
  local base
  for base in "$API" "$API/" "$API///"; do
    run --separate-stderr nq-fetch --dry-run --var base="$base" '${var.base}/path/to/resource'
    status_is 0
    stdout_is "GET $API/path/to/resource"
  done
  run --separate-stderr nq-fetch --dry-run --var base="$API/v2/" '${var.base}'
  stdout_is "GET $API/v2/"
  run --separate-stderr nq-fetch --dry-run '/path'
  status_is 2
  stderr_has '/path' 'a URL starts with https://'
}

@test "S01 a single page is one request" {
  page '' '[{"id":1}]'
  fetch /t
  ended 1 1
  requests 1
}

@test "S03 page: from 0, has_more true, true, false: three requests" {
  page page=0 '{"data":[{"id":0}],"hasMore":true}'
  page page=1 '{"data":[{"id":1}],"hasMore":true}'
  page page=2 '{"data":[{"id":2}],"hasMore":false}'
  fetch -r .data -p page:start=0,more=.hasMore /t
  ended 3 3
  queries page=0 page=1 page=2
}

@test "S05 cursor: a token leads on, null ends it: two requests" {
  page pageToken=abc '{"data":[{"id":2}],"nextPageToken":null}'
  page '' '{"data":[{"id":1}],"nextPageToken":"abc"}'
  fetch -r .data -p cursor:next=.nextPageToken,param=pageToken /t
  ended 2 2
  requests 2
}

@test "S09 page: two, none, two: without a word of the API the empty page ends it" {
  page page=1 '[{"id":1},{"id":2}]'
  page page=2 '[]'
  page page=3 '[{"id":3},{"id":4}]'
  fetch -v -p page /t
  ended 2 2
  stderr_has 'done: 2 records on 2 pages (an empty page)'
}

@test "S09 page: two, none, two: where the API tells how many pages, none is lost, and that is told" {
  page page=1 '{"data":[{"id":1},{"id":2}],"total_pages":3}'
  page page=2 '{"data":[],"total_pages":3}'
  page page=3 '{"data":[{"id":3},{"id":4}],"total_pages":3}'
  fetch -r .data -p page:total-pages=.total_pages /t
  ended 4 3
  stderr_has 'suspicious: a page before the declared last one is empty'
}

@test "S11 header: a token under a name of its own" {
  page after=xyz123 '[{"id":2}]'
  page '' '[{"id":1}]' ',"headers":{"X-Next-Page":"xyz123"}'
  fetch -p header:param=after /t
  ended 2 2
  queries '' after=xyz123
}

@test "S11 link in the body: the next of previous, next, first and last, whatever its members are called" {
  local rel href
  while read -r rel href; do
    mend
    : >"$API_LOG"
    page p=8 "{\"items\":[{\"id\":2}],\"link\":[{\"$rel\":\"self\",\"$href\":\"/t?p=8\"}]}"
    page '' "{\"items\":[{\"id\":1}],\"link\":[{\"$rel\":\"previous\",\"$href\":\"/t?p=6\"},{\"$href\":\"/t?p=8\",\"$rel\":\"next\"},{\"$rel\":\"first\",\"$href\":\"/t?p=1\"},{\"$rel\":\"next\",\"$href\":\"/t?p=9\"}]}"
    fetch -r .items -p link:in=body:.link /t
    ended 2 2
    queries '' p=8
  done <<'T'
relation url
rel href
rel uri
T
}

@test "S11 link in the body: another relation, deeper in, and relative to the page" {
  page p=1 '{"items":[{"id":1}],"meta":{"links":[{"rel":"older","href":null}]}}'
  page '' '{"items":[{"id":2}],"meta":{"links":[{"rel":"next","href":"/nowhere"},{"rel":"older","href":"t?p=1"}]}}'
  fetch -r .items -p link:rel=older,in=body:.meta.links /t
  ended 2 2
  queries '' p=1
}

@test "S11 link in the body: no list, an empty one, or no such link is the end; a next that is no URL is an error" {
  local links
  for links in null '[]' '{}' '[1,"next",null]' '[{"rel":"self","href":"/t?p=1"}]' '[{"rel":["next"],"href":"/t?p=1"}]' '[{"rel":"next","href":""}]'; do
    mend
    : >"$API_LOG"
    page '' "{\"items\":[{\"id\":1}],\"links\":$links}"
    fetch -r .items -p link:in=body:.links /t
    ended 1 1
  done
  for links in '[{"rel":"next"}]' '[{"rel":"next","href":5}]' '[{"rel":"next","href":{"url":"/t?p=1"}}]' '[{"rel":"self","href":"/t"},{"rel":"next","to":"/t"}]'; do
    mend
    : >"$API_LOG"
    page '' "{\"items\":[{\"id\":1}],\"links\":$links}"
    fetch -r .items -p link:in=body:.links /t
    failed 1 0 1
    stderr_has "page 1: the value at 'body:.links' (in) is missing or not a list with a URL for that relation"
  done
}

@test "S11 link in the body: another place is wrong usage" {
  local in
  for in in .links header:Link body: 'body:.links[-1]'; do
    fetch -r .items -p "link:in=$in" /t
    status_is 2
    stderr_has '--paginate link: in: '
  done
  requests 0
}

@test "O01 Link: none, only last, and next beside last" {
  local link
  for link in '{}' '{"Link":"<\/t?page=5>; rel=\\"last\\""}'; do
    mend
    : >"$API_LOG"
    page '' '[{"id":1}]' ",\"headers\":$link"
    fetch -p link /t
    ended 1 1
  done
  mend
  page page=2 '[{"id":2}]' ",\"headers\":$link"
  page '' '[{"id":1}]' ',"headers":{"Link":"<\/t?page=2>; rel=\\"next\\", <\/t?page=5>; rel=\\"last\\""}'
  fetch -p link /t
  ended 2 2
}

# graphql BODY: one answer to a query, of which the walk follows .data.a.pageInfo
graphql() {
  mend
  : >"$API_LOG"
  page '' "$1"
  fetch --max-pages 2 --json '{"variables":{}}' -r .data.a.nodes \
    -p cursor:next=.data.a.pageInfo.endCursor,more=.data.a.pageInfo.hasNextPage,in=body:.variables.after /t
}

@test "O01 GraphQL: hasNextPage false ends it though there is an endCursor" {
  graphql '{"data":{"a":{"nodes":[{"id":1}],"pageInfo":{"hasNextPage":false,"endCursor":"THE_END"}}}}'
  ended 1 1
}

@test "O01 GraphQL: of two pageInfo the one that was named counts" {
  graphql '{"data":{"a":{"nodes":[{"id":1,"b":{"pageInfo":{"hasNextPage":true,"endCursor":"NO"}}}],"pageInfo":{"hasNextPage":true,"endCursor":"THE_END"}},"c":{"pageInfo":{"hasNextPage":true,"endCursor":"NOR"}}}}'
  [ "$(asked .body | tail -n 1)" = '"{\"variables\":{\"after\":\"THE_END\"}}"' ]
}

@test "O01 GraphQL: without pageInfo, or with its members elsewhere, it is an error and no end" {
  graphql '{"data":{"a":{"nodes":[{"id":1}]}}}'
  failed 1 0 1
  graphql '{"data":{"hasNextPage":true,"endCursor":"NO","a":{"nodes":[{"id":1}]}}}'
  failed 1 0 1
  stderr_has "the value at '.data.a.pageInfo.hasNextPage' (more) is missing"
}

@test "O02 as many lines as records, each a JSON text of its own" {
  nq-fetch "$API/shapes/link" >out
  [ "$(wc -l <out)" -eq 25 ]
  while IFS= read -r line; do jq -e .id >/dev/null <<<"$line"; done <out
}

@test "O04 p1, p2, p1 is a loop, told at once" {
  page page=2 '{"data":[{"id":2}],"next":"/t?page=1"}'
  page page=1 '{"data":[{"id":1}],"next":"/t?page=2"}'
  fetch -r .data -p next-url '/t?page=1'
  failed 1 2 2 || failed 1 1 2
  stderr_has 'pagination loop: page 3 would be asked for like page 1'
}

@test "O04 a cap on pages is no end of the pull: no end mark, and the reason in the statistics" {
  fetch --max-pages 2 --stats s.json /shapes/link
  status_is 0
  [ "${#lines[@]}" -eq 10 ]
  [ "$(jq -c '[.pages,.stop_reason]' s.json)" = '[2,"the limit that was asked for"]' ]
}

@test "O04 an absolute next URL takes the place of the whole query" {
  page token=2 '{"data":[{"id":2}]}'
  page '' "{\"data\":[{\"id\":1}],\"next\":\"$API/t?token=2\"}"
  fetch -r .data -p next-url -q page=1 -q limit=5 /t
  ended 2 2
  queries 'page=1&limit=5' token=2
}

@test "O04 what stands at the records path must be a list or an object" {
  local body
  for body in '{"data":"none"}' '{"data":5}' '{"data":true}'; do
    mend
    : >"$API_LOG"
    page '' "$body"
    fetch -r .data -p none /t
    failed 1 0 1
    stderr_has 'page 1: '
  done
}

@test "O04 the user's own query goes along with every page" {
  fetch -q expand=a -p page:total-pages=.total_pages --max-pages 2 '/shapes/total-pages?sort=id'
  queries 'sort=id&expand=a&page=1' 'sort=id&expand=a&page=2'
}

@test "O04 records of a page are out while the next one still comes" {
  fault '{"match":"/shapes/link","query":"page=2","kind":"stall"}'
  nq-fetch --stall-time 50 -m 50 "$API/shapes/link" >out 2>err 3>&- &
  until_true 10 grep -q '"id":4' out
  kill "$!"
  wait "$!" || true
  [ "$(wc -l <out)" -eq 5 ]
}

@test "O04 a page number mode whose later page fails is never a success" {
  page page=1 '[{"id":1}]'
  fault '{"match":"/t","query":"page=2","kind":"status","status":404}'
  fetch -p page /t
  failed 1 1 2
}

@test "O07 numbers leave as they came" {
  local record='{"id":10000000000000000001,"a":1.000,"b":1E400,"c":-0,"d":0.1e-7,"e":-0.0}'
  page '' "[$record]"
  fetch /t
  ended 1 1
  [ "${lines[0]}" = "$record" ]
}

# --- a limit on the rows of one query, which begins anew behind the last row ---------------------

@test "A11 keyset: the last row's value takes the place of the lower bound, up to an empty answer" {
  page from=2022-01-01 '[{"id":1,"at":"2022-02-01"},{"id":2,"at":"2022-03-01"}]'
  page from=2022-03-01 '[{"id":3,"at":"2022-04-01"}]'
  page from=2022-04-01 '[]'
  fetch -q from=2022-01-01 -q to=2022-12-31 -p keyset:param=from,field=.at /t
  ended 3 3
  queries 'from=2022-01-01&to=2022-12-31' 'from=2022-03-01&to=2022-12-31' 'from=2022-04-01&to=2022-12-31'
}

@test "A11 keyset: rows at the border that come again are written again, for the loader to fold, and --id tells" {
  page from=2022-03-01 '{"rows":[{"id":2,"at":"2022-03-01"},{"id":3,"at":"2022-04-01"}],"more":false}'
  page from=2022-01-01 '{"rows":[{"id":1,"at":"2022-02-01"},{"id":2,"at":"2022-03-01"}],"more":true}'
  fetch -q from=2022-01-01 -r .rows -p keyset:param=from,field=.at,more=.more --id .id /t
  ended 4 2
  stderr_has 'suspicious: 1 record with an id that came before, the first on page 2 as on page 1'
  run bash -c 'head -n 4 <<<"$1" | nq-load --to sqlite:t.db --table t --key id' _ "$output"
  status_is 0
  [ "$(sqlite3 t.db 'SELECT count(*) FROM t')" -eq 3 ]
}

@test "A11 keyset: a window that would begin where it began is an error and no loop" {
  page from=2022-01-01 '[{"id":1,"at":"2022-02-01"},{"id":2,"at":"2022-02-01"}]'
  page from=2022-02-01 '[{"id":2,"at":"2022-02-01"},{"id":3,"at":"2022-02-01"}]'
  fetch -q from=2022-01-01 -p keyset:param=from,field=.at /t
  failed 1 4 2
  stderr_has 'pagination loop: page 3 would be asked for like page 2'
}

@test "A11 keyset in the body: a search whose filter moves on" {
  fault '{"match":"/t","count":1,"kind":"status","status":200,"body":"{\"results\":[{\"id\":7,\"at\":1700}],\"total\":1}"}'
  page '' '{"results":[],"total":0}'
  fetch -d '{"filters":[{"name":"at","operator":"GT","value":0}],"limit":100}' -r .results \
    -p 'keyset:in=body:.filters[0].value,field=.at' /t
  ended 1 2
  [ "$(asked .body | tail -n 1)" = '"{\"filters\":[{\"name\":\"at\",\"operator\":\"GT\",\"value\":1700}],\"limit\":100}"' ]
}

@test "A11 [differ] a second page that answers 400 does not restart the window: it is a failure" {
  fault '{"match":"/t","query":"offset=2","kind":"status","status":400,"body":"{\"error\":\"over 10000 rows\"}"}'
  page '' '[{"id":1,"at":"2022-02-01"},{"id":2,"at":"2022-03-01"}]'
  fetch -q from=2022-01-01 -p offset /t
  failed 1 2 2
  stderr_has 'page 2: HTTP 400: {"error":"over 10000 rows"}'
}

# --- a wrong end on a later page --------------------------------------------------------------

@test "full pages, the last one too, and fewer than the total: suspicious where auto looked" {
  page n=2 '{"data":[{"id":3},{"id":4}],"total":9,"next":null}'
  page '' '{"data":[{"id":1},{"id":2}],"total":9,"next":"/t?n=2"}'
  fetch /t
  status_is 0
  stderr_has 'suspicious: 4 records came of 9 declared'
  fetch --strict /t
  status_is 75
  [ "${lines[-1]}" = '{"_nq":"fail","tool":"nq-fetch","status":75}' ]
}

@test "the same where the user named both records and pagination" {
  page n=2 '{"data":[{"id":3},{"id":4}],"total":9,"next":null}'
  page '' '{"data":[{"id":1},{"id":2}],"total":9,"next":"/t?n=2"}'
  fetch -r .data -p next-url /t
  status_is 0
  stderr_has 'suspicious: 4 records came of 9 declared on the first page'
  fetch --strict -r .data -p next-url /t
  status_is 75
}

@test "no word where all came, more came, the user ended it, or the walk began later" {
  page n=2 '{"data":[{"id":3},{"id":4}],"total":4,"next":null}'
  page page=7 '{"data":[{"id":7}],"total":9}'
  page page=8 '{"data":[{"id":8}],"total":9}'
  page page=9 '{"data":[],"total":9}'
  page total=2 '{"data":[{"id":1},{"id":2}],"total":2,"next":"/t?n=2"}'
  page '' '{"data":[{"id":1},{"id":2}],"total":4,"next":"/t?n=2"}'
  local url
  for url in /t '/t?total=2'; do
    fetch --strict -r .data -p next-url "$url"
    status_is 0
    stderr_is ''
  done
  fetch --strict --max-records 3 -r .data -p next-url /t
  status_is 0
  fetch --strict -r .data -p page:start=7 /t
  status_is 0
  stderr_is ''
}
