#!/usr/bin/env bats
# What nq-fetch finds out by itself on the first page: where the records are and how it goes on. And what it refuses to
# take for a single page.

load helper

setup_file() {
  mkdir -p "$BATS_FILE_TMPDIR/data"
  start_standin --data-dir "$BATS_FILE_TMPDIR/data"
}

teardown_file() {
  stop_standin
}

setup() {
  mend
  : >"$API_LOG"
}

# fetch [OPTION…] PATH: runs nq-fetch on our API, saying what it finds
fetch() {
  run --separate-stderr nq-fetch -v "${@:1:$#-1}" "$API${*: -1}"
}

# first_page JSON: only this page is read
first_page() {
  printf '%s' "$1" >"$BATS_FILE_TMPDIR/data/page"
  fetch --max-pages 1 /files/page
}

# found RECORDS PAGER: what was said about the page, and that a record came
found() {
  status_is 0
  stderr_has "records are at '$1'" "pagination is '$2'"
  [ -n "$output" ]
}

# refused TEXT…: an error, and no record
refused() {
  status_is 1
  stdout_is ""
  stderr_has "$@"
}

# walked REQUESTS [JQ-PATH-OF-ID]: all 25 posts came, once each and in order
walked() {
  status_is 0
  [ "$(jq "${2:-.id}" <<<"$output")" = "$(seq 0 24)" ] || { echo "ids: $(jq -c "${2:-.id}" <<<"$output" | xargs)"; return 1; }
  [ "$(wc -l <"$API_LOG")" -eq "$1" ] || { echo "requests: $(asked '[.path,.raw_query]')"; return 1; }
}

# --- one body each -------------------------------------------------------------------------------

@test "D35 page_info.total_pages beside items" {
  first_page '{"items":[{"id":1},{"id":2}],"page_info":{"current_page":1,"items_per_page":2,"total_pages":50}}'
  found .items page:total-pages=.page_info.total_pages
}

@test "D37 cursors.next beside results" {
  first_page '{"results":[{"id":1}],"cursors":{"next":"NjM=","previous":"MTk="}}'
  found .results cursor:next=.cursors.next
}

@test "D39 total_pages beside a list of any name" {
  first_page '{"comments":[{"id":1}],"page_number":3,"total_pages":15}'
  found .comments page:total-pages=.total_pages,start=3
}

@test "D40 Django REST framework" {
  first_page '{"count":1023,"next":"https://api.example.org/accounts/?page=5","previous":"https://api.example.org/accounts/?page=3","results":[{"id":1}]}'
  found .results next-url:next=.next
}

@test "D41 HAL: the next link wins over the page count" {
  first_page '{"_embedded":{"items":[{"id":1},{"id":2}]},"_links":{"first":{"href":"http://api.example.com/items?page=0&size=2"},"self":{"href":"http://api.example.com/items?page=1&size=2"},"next":{"href":"http://api.example.com/items?page=2&size=2"},"last":{"href":"http://api.example.com/items?page=49&size=2"}},"page":{"size":2,"totalElements":100,"totalPages":50,"number":1}}'
  found ._embedded.items next-url:next=._links.next.href
}

@test "D43 pagination.totalPages beside data" {
  first_page '{"data":[{"id":1}],"pagination":{"currentPage":1,"pageSize":2,"totalPages":5,"totalItems":10}}'
  found .data page:total-pages=.pagination.totalPages
}

@test "D45 JSON:API: links.next wins over meta.totalPages" {
  first_page '{"data":[{"id":1}],"meta":{"currentPage":1,"totalPages":5},"links":{"first":"/api/items?page=1","previous":null,"next":"/api/items?page=2","last":"/api/items?page=5"}}'
  found .data next-url:next=.links.next
}

@test "D47 totalPages at the top" {
  first_page '{"currentPage":1,"pageSize":10,"totalPages":5,"totalRecords":50,"items":[{"id":1}]}'
  found .items page:total-pages=.totalPages
}

@test "D49 offset, limit and a total: two of 200 are no quiet single page" {
  first_page '{"feed":[{"id":1},{"id":2}],"offset":40,"limit":2,"total_count":200}'
  refused "the page has 2 of 200 records ('.total_count')" "--paginate offset:total-items=.total_count"
}

@test "D51 pagination_details.total_pages beside posts" {
  first_page '{"posts":[{"id":1}],"pagination_details":{"current_page":4,"posts_per_page":2,"total_posts":100,"total_pages":50}}'
  found .posts page:total-pages=.pagination_details.total_pages,start=4
}

@test "D53 a list at the top is a single page" {
  first_page '[{"id":1},{"id":2}]'
  found . none
  stdout_is $'{"id":1}\n{"id":2}'
}

@test "D55 one plain object is a single page of one record" {
  first_page '{"id":101,"product_name":"Product A"}'
  found . none
  stdout_is '{"id":101,"product_name":"Product A"}'
}

@test "one object that counts something of its own is still one record" {
  first_page '{"id":1,"title":"A book","total_pages":300,"total":3,"next":"/books/2"}'
  found . none
}

@test "a list that is complete by its total is a single page" {
  first_page '{"data":[{"id":1},{"id":2}],"total":2}'
  found .data none
}

@test "a page that says it is the last may have a total of something else, which is suspicious" {
  first_page '{"data":[{"id":1}],"total":5000,"next_page":null}'
  found .data none
  fetch /files/page
  stderr_has "suspicious: 1 record came of 5000 declared"
  first_page '{"data":[{"id":1}],"total":5000,"has_more":false}'
  found .data none
}

@test "lastPage=false is not a word about the next page being none" {
  first_page '{"data":[{"id":1}],"total":5000,"lastPage":false}'
  refused "the page has 1 of 5000 records ('.total')"
}

@test "a token with a flag beside it or further out is followed by both" {
  first_page '{"data":[{"id":1}],"has_more":true,"response_metadata":{"next_cursor":"x"}}'
  found .data cursor:next=.response_metadata.next_cursor,more=.has_more
  first_page '{"data":[{"id":1}],"page_info":{"has_next":"false","next_cursor":"x"},"has_more":true}'
  found .data cursor:next=.page_info.next_cursor,more=.has_more
}

@test "a page that says more follow, but not how, is refused" {
  first_page '{"data":[{"id":1}],"has_more":true}'
  refused "the page says that more follow ('.has_more'), but not how: give --paginate"
}

@test "has_more as a text says the same" {
  first_page '{"data":[{"id":1}],"has_more":"true"}'
  refused "the page says that more follow ('.has_more')"
}

@test "S11 FHIR: the next link in a list of links, which are no records" {
  printf '{"resourceType":"Bundle","total":2,"link":[{"relation":"self","url":"/files/page"},{"relation":"next","url":"/files/two"}],"entry":[{"id":1}]}' >"$BATS_FILE_TMPDIR/data/page"
  printf '{"resourceType":"Bundle","total":2,"link":[{"relation":"self","url":"/files/two"}],"entry":[{"id":2}]}' >"$BATS_FILE_TMPDIR/data/two"
  fetch /files/page
  found .entry link:in=body:.link
  stdout_is $'{"id":1}\n{"id":2}'
  first_page '{"resourceType":"Bundle","total":1,"link":[{"relation":"self","url":"/files/page"}],"entry":[{"id":1}]}'
  found .entry none
}

@test "S11 a list of links goes on behind a list inside a link, and ends with its bracket" {
  first_page '{"link":[{"relation":"self","url":"/t","extension":[{"url":"/x"}]},{"relation":"next","url":"/t?page=2"}],"entry":[{"id":1}]}'
  found .entry link:in=body:.link
  first_page '{"link":[{"relation":"self","url":"/t"}],"about":{"parent":{"relation":"next","url":"/u"}},"entry":[{"id":1}]}'
  found .entry none
}

@test "S11 a list of links beside a counted one: the link leads on" {
  first_page '{"items":[{"id":1}],"total_pages":9,"links":[{"href":"/t?page=2","rel":"next"},{"href":"/t?page=9","rel":"last"}]}'
  found .items link:in=body:.links
}

@test "S11 one object with links of its own is a single page, and a list of things that have links is one of records" {
  first_page '{"id":1,"title":"A chapter","links":[{"rel":"next","href":"/chapters/2"}]}'
  found . none
  first_page '{"bookmarks":[{"id":1,"rel":"me","url":"/a"}],"errors":[]}'
  found .bookmarks none
  first_page '{"data":[{"id":1,"relation":"mother","url":"/a"}],"included":[{"id":7}]}'
  found .data none
  first_page '[{"rel":"self","href":"/"},{"rel":"next","href":"/2"}]'
  found . none
}

@test "S11 where the user names another way, links in a list are a sign of more" {
  printf '{"entry":[{"id":1}],"link":[{"relation":"next","url":"/files/two"}]}' >"$BATS_FILE_TMPDIR/data/page"
  fetch --records .entry --paginate cursor /files/page
  status_is 0
  stderr_has "suspicious: the walk ended on the first page, which leads on by --paginate 'link:in=body:.link'"
}

@test "S11 a next page that is named in a list, but by no link, is no quiet single page" {
  printf '{"entry":[{"id":1}],"link":[{"relation":"self","to":"/files/page"},{"relation":"next","to":"/files/two"}]}' >"$BATS_FILE_TMPDIR/data/page"
  printf '{"entry":[{"id":2}],"link":[{"relation":"self","to":"/files/two"}]}' >"$BATS_FILE_TMPDIR/data/two"
  fetch --records .entry /files/page
  refused "the page names the next one in a list: give --paginate next-url:next=.link[1] and the member there"
  fetch --records .entry --paginate next-url:next=.link[1].to /files/page
  status_is 0
  stdout_is $'{"id":1}\n{"id":2}'
  fetch --records .entry --paginate cursor /files/page
  status_is 0
  stderr_has "suspicious: the walk ended on the first page, which has signs of more"
}

@test "D31 a token in a header of some name is no quiet single page" {
  fetch /shapes/header
  refused "the header 'Cursor' looks like the place of a next page: give --paginate header:name=Cursor,param=NAME"
  fetch --paginate link --strict /shapes/header
  status_is 75
  stderr_has "suspicious: the walk ended on the first page, which has signs of more"
}

@test "a number of all records in a header that is more than came" {
  local header
  for header in '"X-Total-Count":"3"' '"x-total":"3"' '"Content-Range":"items 0-1\/3"'; do
    mend
    fault "{\"match\":\"/files/page\",\"kind\":\"headers\",\"headers\":{$header}}"
    first_page '[{"id":1},{"id":2}]'
    refused "the page has 2 of 3 records (header '" "names no next one: give --paginate"
  done
  for header in '"X-Total-Count":"2"' '"X-Total-Count":"many"' '"X-Total-Count":""' '"Content-Range":"items 0-1\/*"'; do
    mend
    fault "{\"match\":\"/files/page\",\"kind\":\"headers\",\"headers\":{$header}}"
    first_page '[{"id":1},{"id":2}]'
    found . none
  done
}

@test "--paginate none takes such a page as it is" {
  printf '%s' '{"data":[{"id":1}],"has_more":true,"total":7}' >"$BATS_FILE_TMPDIR/data/page"
  fetch --paginate none /files/page
  status_is 0
  stdout_is '{"id":1}'
}

@test "several lists and none of a known name: an error that names them" {
  first_page '{"cats":[{"id":1}],"dogs":[{"id":2}]}'
  refused "the page has several lists, name one with --records: '.cats', '.dogs'"
}

@test "several lists: the one of a known name" {
  first_page '{"included":[{"id":9}],"data":[{"id":1}]}'
  found .data none
  stdout_is '{"id":1}'
}

@test "a Link field beats what the body says" {
  fault '{"match":"/files/page","count":1,"kind":"headers","headers":{"Link":"</files/other>; rel=\"next\""}}'
  first_page '{"data":[{"id":1}],"total_pages":4}'
  found .data link
}

@test "a token of 0 is a token" {
  first_page '{"data":[{"id":1}],"next_cursor":0}'
  found .data cursor:next=.next_cursor
}

# --- the same, walked to the end -----------------------------------------------------------------

@test "walk: absolute and relative next URLs" {
  fetch /shapes/absolute
  walked 5
  : >"$API_LOG"
  fetch /shapes/relative
  walked 5
}

@test "walk: Link" {
  fetch /shapes/link
  walked 5
}

@test "walk: GitHub" {
  fetch /shapes/github
  walked 5
}

@test "walk: Shopify" {
  fetch /shapes/shopify
  walked 5
}

@test "walk: HAL" {
  fetch /shapes/hal
  walked 5
}

@test "walk: JSON:API" {
  fetch /shapes/jsonapi
  walked 5
}

@test "walk: Django REST framework" {
  fetch /shapes/drf
  walked 5
}

@test "walk: OData" {
  fetch /shapes/odata
  walked 5
}

@test "walk: GitLab" {
  fetch /shapes/gitlab
  walked 5
}

@test "walk: GitLab, a single page" {
  fetch "/shapes/gitlab?cap=50"
  walked 1
}

@test "walk: HubSpot" {
  fetch /shapes/hubspot
  walked 5
}

@test "walk: Google" {
  fetch /shapes/aip
  walked 5
}

@test "walk: Stripe" {
  fetch /shapes/stripe
  walked 5
}

@test "walk: Nuntiq" {
  fetch /shapes/nuntiq
  walked 5
}

@test "walk: cursors.next" {
  fetch /shapes/cursors
  walked 5
}

@test "walk: a token that outlives its has_more" {
  fetch /shapes/more
  walked 5
}

@test "walk: total_pages, also as text" {
  fetch /shapes/total-pages
  walked 5
  : >"$API_LOG"
  fetch /shapes/total-pages-text
  walked 5
}

@test "walk: the number of the next page" {
  fetch /shapes/next-number
  walked 5
}

@test "walk: pages counted from 0" {
  fetch /shapes/total-pages-0
  walked 5
}

@test "walk: Spring" {
  fetch /shapes/spring
  walked 5
}

@test "walk: from the page that the URL names" {
  fetch "/shapes/total-pages?page=4"
  status_is 0
  [ "$(jq .id <<<"$output")" = "$(seq 15 24)" ]
}

@test "walk: Elasticsearch needs the word of its user" {
  fetch /shapes/elastic
  refused "the page has 5 of 25 records ('.hits.total.value')"
}

@test "walk: GraphQL needs the word of its user" {
  fetch /shapes/graphql
  refused "the page says that more follow ('.data.posts.pageInfo."
}

@test "walk: a scroll id needs the word of its user" {
  fetch /shapes/scroll
  refused "the page says that more follow ('._scroll_id')"
}
