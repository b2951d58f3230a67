#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2154 # references are for the tool; run sets status, output and stderr
# The ways in which APIs give 25 posts on five pages, as a table: all ids, each once and in order, by five requests.

load helper

setup_file() {
  start_standin
  export ACME_TOKEN=test-bearer-token-here LOGIN=nora:password-here CLIENT_SECRET=client-secret-here
}

teardown_file() { stop_standin; }

setup() { FILE_PID=$API_PID; }

teardown() { [ "$API_PID" = "$FILE_PID" ] || stop_standin; }

# walk REQUESTS PATH [OPTION…]: the 25 posts came so, and the end mark counts them.
walk() {
  local requests=$1 path=$2 mark="{\"_nq\":\"end\",\"records\":25,\"pages\":$1}"
  shift 2
  : >"$API_LOG"
  run --separate-stderr nq-fetch --end-mark "$@" "$API$path"
  status_is 0
  stderr_is ''
  diff <(seq 0 24) <(head -n -1 <<<"$output" | jq .id)
  [ "${lines[25]}" = "$mark" ] || { echo "$path: ${lines[25]}, not $mark"; return 1; }
  [ "$(wc -l <"$API_LOG")" -eq "$requests" ] || { echo "$path: $(asked '[.method,.path,.raw_query]')"; return 1; }
}

# table ROWS…: REQUESTS PATH OPTION…, a row each.
table() {
  local row
  while read -ra row; do
    echo "# ${row[*]}"
    walk "${row[@]}"
  done
}

@test "shapes (a) to (k), as their user tells" {
  table <<'T'
5 /shapes/absolute --paginate next-url:next=.next_page
5 /shapes/relative --paginate next-url:next=.next_page
5 /shapes/link --paginate link
5 /shapes/header --paginate header:name=cursor,param=cursor
5 /shapes/total-pages --paginate page:total-pages=.total_pages
5 /shapes/total-pages-0 --paginate page:start=0,total-pages=.total_pages
5 /shapes/offset --paginate offset:limit=5,total-items=.total_records
5 /posts/search --paginate page:next=.next_page,in=body:.page --json {"ids_greater_than":-1}
6 /shapes/empty-last --paginate page:next=.next_page
5 /shapes/cursor --paginate cursor:next=.next_cursor
5 /posts/3/comments --paginate page:total-pages=.total_pages
T
}

@test "shapes (a) to (k) that nq-fetch finds out by itself" {
  table <<'T'
5 /shapes/absolute
5 /shapes/relative
5 /shapes/link
5 /shapes/total-pages
5 /shapes/total-pages-0
6 /shapes/empty-last
5 /shapes/cursor
5 /posts/3/comments
T
}

@test "shapes that need a word of their user say so, and give no quiet single page" {
  local path
  for path in /shapes/offset /shapes/has-more /shapes/elastic; do
    run --separate-stderr nq-fetch --end-mark "$API$path"
    status_is 1
    stdout_is '{"_nq":"fail","tool":"nq-fetch","status":1}'
    stderr_has 'page 1: ' 'give --paginate'
  done
}

@test "shape (l), each page behind a credential of each kind" {
  table <<'T'
5 /protected/relative --auth bearer=${ACME_TOKEN}
5 /protected/basic/relative --auth basic=${LOGIN}
5 /protected/basic/relative -u ${LOGIN}
5 /protected/key/relative --auth header:X-API-Key=${ACME_TOKEN}
5 /protected/key/relative --auth query:api_key=${ACME_TOKEN}
T
}

@test "shape (l), by OAuth2 with one more request, for the token" {
  start_standin --oauth
  run --separate-stderr nq-fetch --auth oauth2 --token-url "$API/oauth/token" --client-id acme-client --client-secret '${CLIENT_SECRET}' \
    "$API/protected/relative"
  status_is 0
  diff <(seq 0 24) <(jq .id <<<"$output")
  [ "$(asked .path | grep -vc '"/oauth/token"')" -eq 5 ]
}

@test "shape (l), without the credential: 401, and no page" {
  local path
  for path in /protected/relative /protected/basic/relative /protected/key/relative; do
    : >"$API_LOG"
    run --separate-stderr nq-fetch "$API$path"
    status_is 1
    stdout_is ''
    stderr_has '[ERROR] nq-fetch: page 1: HTTP 401: {"error":"unauthorized"} (is --auth missing?)'
    [ "$(wc -l <"$API_LOG")" -eq 1 ]
  done
}
