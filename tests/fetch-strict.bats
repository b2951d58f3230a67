#!/usr/bin/env bats
# What makes a complete pull look incomplete: a warning, an entry of --stats, and with --strict a failure.

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
  STATS=$BATS_TEST_TMPDIR/stats
}

# fetch [OPTION…] PATH: runs nq-fetch on our API with an end mark and --stats
fetch() {
  run --separate-stderr nq-fetch --end-mark --stats "$STATS" "${@:1:$#-1}" "$API${*: -1}"
}

# mark: the kind of the last line
mark() { tail -n 1 <<<"$output" | jq -r ._nq; }

# suspicions: as --stats has them
suspicions() { jq -r '.suspicions[]' "$STATS"; }

# doubted TEXT: this alone is suspicious, the pull is complete all the same
doubted() {
  status_is 0
  stderr_has "[WARN]" "suspicious: $1"
  [ "$(suspicions)" = "$1" ] || { echo "suspicions: $(suspicions)"; return 1; }
  [ "$(mark)" = end ]
}

@test "a pull without anything odd has no suspicions" {
  fetch --strict --id .id "/shapes/total-pages"
  status_is 0
  stderr_is ""
  [ "$(suspicions)" = "" ]
  [ "$(mark)" = end ]
}

@test "fewer records than declared" {
  fetch --paginate page:next=.next_page /shapes/wrong-total
  doubted "25 records came of 24 declared"
  [ "$(jq .declared_total "$STATS")" = 24 ]
}

@test "the total of total-items counts as well, without any look at the page" {
  fetch --records .data --paginate page:total-items=.total /shapes/wrong-total
  doubted "25 records came of 24 declared"
}

@test "a declared total that is right is no suspicion" {
  fetch --strict /shapes/spring
  status_is 0
  [ "$(jq .declared_total "$STATS")" = 25 ]
}

@test "a total that changes on the way" {
  fetch --paginate page:next=.next_page /shapes/drifting
  doubted "the declared total changed from 22 to 23 on page 2"
}

@test "a server that gives smaller pages than asked for" {
  fetch --paginate page:size-param=per_page,size=100 "/shapes/plain?posts=120&cap=50"
  doubted "page 1 has 50 of 100 records asked for"
}

@test "D20 offset: a clamped page is suspicious, though nothing is lost" {
  fetch --paginate offset:limit=100 "/shapes/offset-text?posts=120&cap=50"
  doubted "page 1 has 50 of 100 records asked for"
  [ "$(jq .records "$STATS")" = 120 ]
}

@test "a short last page is not" {
  fetch --strict --paginate offset:limit=4 /shapes/offset
  status_is 0
  [ "$(suspicions)" = "" ]
}

@test "an id that comes twice" {
  fetch --id .key /shapes/overlap
  doubted "20 records with an id that came before, the first on page 1 as on page 1"
}

@test "an id that comes again on a later page" {
  printf '{"data":[{"id":1},{"id":2}],"next":"/files/two"}' >"$BATS_FILE_TMPDIR/data/one"
  printf '{"data":[{"id":"1"},{"id":2},{"id":3}],"next":null}' >"$BATS_FILE_TMPDIR/data/two"
  fetch --id .id /files/one
  doubted "1 record with an id that came before, the first on page 2 as on page 1"
}

@test "D81 records without the id: the key and the first such record are named" {
  fetch --id .number /shapes/drf
  doubted "25 records without an id at '.number', the first is record 1 of page 1"
}

@test "an API that says more, but gives no token" {
  fetch --paginate cursor:more=.has_more /shapes/no-token
  doubted "the API says that there is more, but gives no token"
}

@test "an empty page among the declared ones: pages counted from 0 were asked from 1" {
  fetch --paginate page:total-pages=.total_pages /shapes/silent-0
  doubted "a page before the declared last one is empty"
}

@test "a walk that ends on the first page, which leads on in another way: what it would be is said" {
  local given path other
  while read -r given path other; do
    fetch --paginate "$given" --records .data "/shapes/$path"
    doubted "the walk ended on the first page, which leads on by --paginate '$other'"
    [ "${#lines[@]}" -eq 6 ]
  done <<'T'
cursor relative next-url:next=.next_page
link absolute next-url:next=.next_page
page:next=.next next-number page:next=.next_page
next-url cursor cursor:next=.next_cursor
T
  fetch --paginate next-url /shapes/link
  doubted "the walk ended on the first page, which leads on by --paginate 'link'"
}

@test "a walk that ends on the first page, which has a flag or a total that says more" {
  local path
  for path in has-more offset; do
    fetch --paginate cursor --records .data "/shapes/$path"
    doubted "the walk ended on the first page, which has signs of more"
  done
  fetch --strict --paginate cursor --records .data /shapes/offset
  status_is 75
  [ "$(mark)" = fail ]
}

@test "a walk that ends on the first page, and it is the only one, or the user wanted no more" {
  local given path limit
  while read -r given path limit; do
    fetch --strict --paginate "$given" ${limit:+"$limit"} "/shapes/$path"
    status_is 0
    stderr_is ""
  done <<'T'
cursor:next=.paging.next.after hubspot?posts=3
cursor:more=.has_more more?posts=3
link github?posts=3
header gitlab?posts=3
page:total-pages=.total_pages total-pages?posts=3
offset:total-items=.total_records offset?posts=3
keyset:param=starting_after,more=.has_more stripe?posts=3
next-url:next=._links.next.href hal?posts=3
cursor cursor?posts=0
none link
cursor relative --max-pages=1
cursor relative --max-records=3
T
}

@test "--strict: status 75, a fail mark, and the records that came" {
  fetch --strict --paginate page:next=.next_page /shapes/wrong-total
  status_is 75
  stderr_has "25 records came of 24 declared" "[ERROR] nq-fetch: the pull looks incomplete (--strict)"
  [ "$(mark)" = fail ]
  [ "$(tail -n 1 <<<"$output" | jq .status)" = 75 ]
  [ "$(wc -l <<<"$output")" -eq 26 ]
  [ "$(suspicions)" = "25 records came of 24 declared" ]
}

@test "--strict: a limit of the user's own is not suspicious" {
  fetch --strict --max-pages 2 /shapes/spring
  status_is 0
  [ "$(suspicions)" = "" ]
  [ "$(jq -r .stop_reason "$STATS")" = "the limit that was asked for" ]
}

@test "--strict: a walk from a later page is not held to the total" {
  fetch --strict "/shapes/spring?page=3"
  status_is 0
  [ "$(jq .records "$STATS")" = 10 ]
}

@test "--id looks at files too" {
  printf '{"id":1}\n{"id":1}\n' >"$BATS_TEST_TMPDIR/a.ndjson"
  printf '{"id":2}\n{"id":1}\n' >"$BATS_TEST_TMPDIR/b.ndjson"
  run --separate-stderr nq-fetch --strict --id .id --stats "$STATS" "$BATS_TEST_TMPDIR/a.ndjson" "$BATS_TEST_TMPDIR/b.ndjson"
  status_is 75
  [ "$(suspicions)" = "2 records with an id that came before, the first on page 1 as on page 1" ]
  [ "$(wc -l <<<"$output")" -eq 4 ]
}

@test "--id: a path that is none is a usage error" {
  fetch --id 'id' /shapes/plain
  status_is 2
  stderr_has "--id: "
}
