#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2154 # references are for the tool; variables are bats's
# nq-fetch --each: a pull for each parent on standard input. Ids in names are those of the list of cases.

load helper

setup_file() {
  export DATA=$BATS_FILE_TMPDIR/data
  mkdir "$DATA"
  start_standin --suppliers 25 --gzip --log-bodies --data-dir "$DATA"
  export ACME_TOKEN=test-bearer-token-here
}

setup() {
  mend
  : >"$API_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown_file() { stop_standin; }

# each PARENTS [OPTION…] URL: runs it over these lines.
each() {
  local parents=$1
  shift
  run --separate-stderr nq-fetch --retry-min 10ms --each "$@" <<<"$parents"
}

paths() { jq -r '.path + (if .raw_query == "" then "" else "?" + .raw_query end)' "$API_LOG"; }

# answer PATH BODY [STATUS]: what the API answers there.
answer() {
  fault "$(jq -nc --arg m "$1" --arg b "$2" --argjson s "${3:-200}" '{match:$m,kind:"status",status:$s,body:$b}')"
}

COMMENTS='/posts/${record.id}/comments'

# --- one pull a parent ------------------------------------------------------------------------

@test "A41: parents with id 0 and 1 are asked for in order, and both sets come" {
  each '{"id":0}
{"id":1}' "$API$COMMENTS?posts=2"
  status_is 0
  stdout_is '{"id":0,"post":0}
{"id":1,"post":0}
{"id":0,"post":1}
{"id":1,"post":1}'
  stderr_is ''
  [ "$(paths)" = '/posts/0/comments?posts=2
/posts/1/comments?posts=2' ]
}

@test "A41: a nested member, also as an item of a list" {
  each '{"post":{"ids":[7,8]}}' "$API/posts/\${record.post.ids[1]}/comments?posts=1"
  status_is 0
  stdout_is '{"id":0,"post":8}'
}

@test "A41: no parents, no requests" {
  run --separate-stderr nq-fetch --each "$API$COMMENTS" </dev/null
  status_is 0
  stdout_is ''
  stderr_is ''
  [ -z "$(paths)" ]
}

@test "S25: pages, detection and loop guard begin anew with each parent" {
  answer /posts/2/ '{"data":[],"next_page":null}'
  answer /posts/4/ '[{"id":0,"post":1},{"id":9}]'
  each '{"id":1}
{"id":2}
{"id":4}
{"id":1}' "$API$COMMENTS?posts=7"
  status_is 0
  stderr_is ''
  [ "$(jq -r .id <<<"$output" | tr '\n' ' ')" = '0 1 2 3 4 5 6 0 9 0 1 2 3 4 5 6 ' ]
  [ "$(jq -r '.path + " " + (.query.page // "-")' "$API_LOG")" = '/posts/1/comments -
/posts/1/comments 2
/posts/2/comments -
/posts/4/comments -
/posts/1/comments -
/posts/1/comments 2' ]
}

@test "each: a loop within one parent is still one, and names both" {
  answer /t/2 '{"data":[{"a":1}],"next_page":2}'
  answer /t/1 '{"data":[{"a":1}]}'
  each '{"id":1}
{"id":2}' -p page:next=.next_page -r .data "$API/t/\${record.id}"
  status_is 1
  stdout_is '{"a":1}
{"a":1}'
  stderr_has 'nq-fetch: parent 2: page 2: pagination loop: page 2 '
}

@test "each: credentials go with every request" {
  each '{"number":"S000001"}
{"number":"S000002"}' --auth bearer='${ACME_TOKEN}' -p none -r . "$API/v2/suppliers/\${record.number}"
  status_is 0
  [ "$(jq -r .number <<<"$output")" = 'S000001
S000002' ]
  [ "$(asked .headers.authorization | sort -u)" = '"Bearer test-bearer-token-here"' ]
}

@test "each: children come out while parents are still coming" {
  mkfifo parents
  nq-fetch --each "$API$COMMENTS?posts=1" <parents >children 3>&- &
  local pid=$!
  exec 4>parents
  echo '{"id":5}' >&4
  until_true 10 grep -q '"post":5' children
  echo '{"id":6}' >&4
  exec 4>&-
  wait "$pid"
  [ "$(cat children)" = '{"id":0,"post":5}
{"id":0,"post":6}' ]
}

# --- references -------------------------------------------------------------------------------

@test "D69: references side by side, escaped, and with odd names" {
  each '{"id":42,"user@domain":"u","naïve":"ü","a b":"x"}' -p none -r .query \
    -q 'twice=${record.id}${record.id}' -q 'plain=$${record.id}' -q 'braces={${record.id}}' \
    -q 'user=${record.user@domain}' -q 'name=${record.naïve}' -q 'quoted=${record."a b"}' "$API/echo"
  status_is 0
  [ "$(jq -S -c . <<<"$output")" = \
    '{"braces":"{42}","name":"ü","plain":"${record.id}","quoted":"x","twice":"4242","user":"u"}' ]
}

@test "D71, S23: values are percent-encoded, in the path and in the query" {
  each '{"id":"a/b c?d#e%2f&ä"}' -p none -r .query -q 'v=${record.id}' "$API/echo?\${record.id}"
  status_is 0
  [ "$(jq -r .raw_query "$API_LOG")" = 'a%2Fb%20c%3Fd%23e%252f%26%C3%A4&v=a%2Fb%20c%3Fd%23e%252f%26%C3%A4' ]
  each '{"id":"a/b"}' "$API$COMMENTS"
  status_is 0
  each '{"id":"a/b"}' -n "$API$COMMENTS"
  stdout_is "GET $API/posts/a%2Fb/comments"
}

@test "S23: numbers as they are written, booleans as true and false" {
  each '{"i":100000000000000000001,"f":1.50,"e":1e3,"t":true,"n":false,"z":0,"s":"0x"}' -p none -r .query \
    -q 'v=${record.i},${record.f},${record.e},${record.t},${record.n},${record.z},${record.s}' "$API/echo"
  status_is 0
  stdout_is '{"v":"100000000000000000001,1.50,1e3,true,false,0,0x"}'
}

@test "D71: a reference without value is an error with line, reference and the members there are" {
  local value what
  while read -r value what; do
    : >"$API_LOG"
    each "{\"id\":3}

{\"title\":\"secret text\",\"user\":{\"id\":$value}}" -q 'u=${record.user.id}' -q posts=1 "$API/posts/1/comments"
    status_is 1
    stderr_has "line 1: '\${record.user.id}' is not there; the record has id"
    [ -z "$(paths)" ]
    each "{\"id\":3,\"user\":{\"id\":4}}

{\"title\":\"secret text\",\"user\":{\"id\":$value}}" -q 'u=${record.user.id}' -q posts=1 "$API/posts/1/comments"
    status_is 1
    stdout_is '{"id":0,"post":1}'
    stderr_has "nq-fetch: line 3: '\${record.user.id}' is $what; the record has title, user"
    [[ $stderr != *'secret text'* ]]
  done <<'END'
null null
{"a":1} an object
[1] a list
"" empty
"\ud800" no valid text (a lone surrogate)
END
}

@test "each: a record cannot choose where credentials go" {
  local url
  for url in '${record.url}' 'http://${record.host}/' "$API\${record.path}" "$API"'@${record.host}/'; do
    each '{"url":"http://127.0.0.1:9/","host":"127.0.0.1:9","path":"@127.0.0.1:9/"}' \
      --auth bearer='${ACME_TOKEN}' "$url"
    status_is 2
    stdout_is ''
    stderr_has 'scheme and host must stand before the first reference to a record'
  done
  [ -z "$(paths)" ]
}

@test "each: a value that steps to another path is refused" {
  local id
  for id in . ..; do
    each "{\"id\":\"$id\"}" "$API/posts/\${record.id}/comments"
    status_is 1
    stderr_has "line 1: a path with the step '.' or '..' leads elsewhere"
  done
  [ -z "$(paths)" ]
  each '{"id":".."}' -p none -r .query -q 'v=${record.id}' "$API/echo"
  status_is 0
  stdout_is '{"v":".."}'
}

@test "each: the base may be a reference of another kind" {
  each '{"id":3}' --var base="$API/posts" '${var.base}/${record.id}/comments?posts=1'
  status_is 0
  stdout_is '{"id":0,"post":3}'
  each '{"id":3}' '${var.base}/${record.id}/comments'
  status_is 2
  stderr_has "URL: '\${var.base}' is not set in --var"
}

@test "each: references in the body are filled in for each parent, and quoted" {
  each '{"id":7,"name":"a \"b\" ü"}
{"id":8,"name":"x\",\"y\":\"z"}' -d '{"of":"${record.id}","name":"${record.name}"}' -p none -r .query "$API/echo"
  status_is 0
  [ "$(jq -r '.method + " " + .body' "$API_LOG")" = 'POST {"of":"7","name":"a \"b\" ü"}
POST {"of":"8","name":"x\",\"y\":\"z"}' ]
  each '{"id":7}
{"no":8}' -d '{"of":"${record.id}"}' -p none -r .query "$API/echo"
  status_is 1
  stderr_has "line 2: '\${record.id}' is not there; the record has no"
  each '{"id":7}' -d @- "$API/echo"
  status_is 2
  stderr_has '--each: standard input holds the records, not the body'
  each '{"id":7}' --dry-run -d '{"of":"${record.id}"}' "$API/echo"
  status_is 0
  stdout_is "POST $API/echo

{\"of\":\"7\"}"
}

# --- members of the parent --------------------------------------------------------------------

@test "keep: members of the parent go behind those of the child, as they are written" {
  each '{"id":1,"n":1.50,"o":{"a":[1,2], "b":"\u00e9"},"z":null}' --keep .n=num --keep .o=all --keep .o.b='b c' \
    --keep .z=z --keep .nowhere=none "$API$COMMENTS?posts=1"
  status_is 0
  stdout_is '{"id":0,"post":1,"num":1.50,"all":{"a":[1,2], "b":"\u00e9"},"b c":"\u00e9","z":null,"none":null}'
}

@test "keep: a child without members, and one with odd spacing" {
  fault '{"match":"/t","kind":"status","status":200,"body":"[{}, {\"a\" : 1 } ,{ }]"}'
  each '{"id":1}' --keep .id=p "$API/t"
  status_is 0
  stdout_is '{"p":1}
{"a" : 1 ,"p":1}
{ "p":1}'
}

@test "keep: a name that the child has already is an error with that name" {
  each '{"id":1}
{"id":2}' --keep .id=post --end-mark "$API$COMMENTS?posts=1"
  status_is 1
  stdout_is '{"_nq":"fail","tool":"nq-fetch","status":1}'
  stderr_has "nq-fetch: parent 1: page 1: record 1 has a member 'post' already (--keep)"
}

@test "keep: also one that is spelt with escapes" {
  fault '{"match":"/t","kind":"status","status":200,"body":"[{\"a\":1},{\"\\u0070\":2}]"}'
  each '{"id":1}' --keep .id=p "$API/t"
  status_is 1
  stdout_is '{"a":1,"p":1}'
  stderr_has "record 2 has a member 'p' already"
}

@test "keep: large pages, cut anywhere, and the members of the right parent" {
  each '{"id":1}
{"id":2}' --keep .id=parent "$API$COMMENTS?posts=60000&cap=60000"
  status_is 0
  [ "${#output}" -gt 3000000 ]
  cmp <(jq -c . <<<"$output") <(printf '%s\n' "$output")
  [ "$(jq -n 'reduce inputs as $r (0; if $r.post == $r.parent then . + 1 else error end)' <<<"$output")" = 120000 ]
}

@test "keep: together with --max-line" {
  each "{\"id\":1,\"text\":\"$(printf '%0900d' 0)\"}" --max-line 1000 --keep .text=a --keep .text=b "$API$COMMENTS"
  status_is 1
  stdout_is ''
  stderr_has 'record 1 is larger than 1000 bytes with what --keep adds (--max-line'
}

@test "keep: wrong usage" {
  local bad
  for bad in id .id .id= =x id=x .id=_nq; do
    each '{"id":1}' --keep "$bad" "$API$COMMENTS"
    status_is 2
    stderr_has '--keep: '
  done
  each '{"id":1}' --keep .a=x --keep .b=x "$API$COMMENTS"
  status_is 2
  stderr_has "--keep: the name 'x' is given twice"
  run --separate-stderr nq-fetch --keep .a=x "$API/t"
  status_is 2
  stderr_has '--keep goes with --each'
  each '{"id":1}' file.json
  status_is 2
  stderr_has "--each: 'file.json' is no URL"
  [ -z "$(paths)" ]
}

# --- marks ------------------------------------------------------------------------------------

@test "marks: those of the parents end here; the child's counts its own records" {
  each '{"id":1}
{"id":2}
{"_nq":"end","records":2,"pages":9,"cursor_type":"numeric_id","watermark":"77"}' --end-mark "$API$COMMENTS?posts=6"
  status_is 0
  [ "$(tail -n 1 <<<"$output")" = '{"_nq":"end","records":12,"pages":4}' ]
  [ "$(grep -c _nq <<<"$output")" = 1 ]
  each '{"id":1}
{"_nq":"end","records":1}' "$API$COMMENTS?posts=1"
  stdout_is '{"id":0,"post":1}'
}

@test "marks: none on the input, none on the output, and a warning" {
  each '{"id":1}' --end-mark "$API$COMMENTS?posts=1"
  status_is 0
  stdout_is '{"id":0,"post":1}'
  stderr_has '[WARN] nq-fetch: the records on standard input have no end mark'
}

@test "marks: no parents at all, but a mark" {
  each '{"_nq":"end","records":0}' --end-mark "$API$COMMENTS"
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":0}'
  [ -z "$(paths)" ]
}

@test "marks: parents that were lost on the way are a failure" {
  each '{"id":1}
{"_nq":"end","records":2}' --end-mark "$API$COMMENTS?posts=1"
  status_is 1
  stdout_is '{"id":0,"post":1}
{"_nq":"fail","tool":"nq-fetch","status":1}'
  stderr_has 'line 2: the end mark counts 2 records, but 1 came'
  each '{"id":1}
{"_nq":"end","records":1}
{"id":2}' "$API$COMMENTS?posts=1"
  status_is 1
  stderr_has '1 record after the last end mark: the stream was cut'
  [ "$(tail -n 1 <<<"$output")" = '{"_nq":"fail","tool":"nq-fetch","status":1}' ]
}

@test "marks: a fail mark is passed on with its tool and status" {
  each '{"id":1}
{"_nq":"fail","tool":"nq-map","status":75}' "$API$COMMENTS?posts=1"
  status_is 75
  stdout_is '{"id":0,"post":1}
{"_nq":"fail","tool":"nq-map","status":75}'
  stderr_has 'nq-map before this one failed with status 75'
}

@test "marks: of two pulls one behind the other, through a pipe" {
  run --separate-stderr bash -c 'nq-fetch --end-mark "$1/shapes/total-pages?posts=3" |
    nq-fetch --end-mark --keep .title=title --each "$1/posts/\${record.id}/comments?posts=1"' bash "$API"
  status_is 0
  stdout_is '{"id":0,"post":0,"title":"Post 0"}
{"id":0,"post":1,"title":"Post 1"}
{"id":0,"post":2,"title":"Post 2"}
{"_nq":"end","records":3,"pages":3}'
}

# --- the watermark ----------------------------------------------------------------------------

# row ID TIME: what /t/ID answers.
row() { answer "/t/$1" "[{\"u\":\"$2\"}]"; }

@test "watermark: the highest of all parents" {
  row 1 2024-01-02T00:00:00Z
  row 2 2024-05-01T00:00:00+02:00
  row 3 2023-01-01T00:00:00Z
  each '{"id":1}
{"id":2}
{"id":3}
{"_nq":"end","records":3}' --end-mark -w .u "$API/t/\${record.id}"
  status_is 0
  [ "$(tail -n 1 <<<"$output")" = \
    '{"_nq":"end","records":3,"pages":3,"cursor_type":"timestamp_utc","watermark":"2024-05-01T00:00:00+02:00"}' ]
}

@test "watermark: no later than the moment when the first of them began" {
  row 1 2099-01-02T00:00:00Z
  row 2 2024-05-01T00:00:00Z
  local begun mark
  begun=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  each '{"id":1}
{"id":2}
{"_nq":"end","records":2}' --end-mark -w .u "$API/t/\${record.id}"
  status_is 0
  mark=$(tail -n 1 <<<"$output" | jq -r .watermark)
  [[ $mark > 2024-05-02 && ! $mark > $begun ]]
  [ "$(grep -c 'the watermark stops at' <<<"$stderr")" = 1 ]
}

# --- failures ---------------------------------------------------------------------------------

@test "D66: a child that is not there is an error that names its parent" {
  answer /posts/2/ '{"error":"gone"}' 404
  each '{"id":1}
{"id":2}
{"id":3}
{"_nq":"end","records":3}' --end-mark "$API$COMMENTS?posts=1"
  status_is 1
  stdout_is '{"id":0,"post":1}
{"_nq":"fail","tool":"nq-fetch","status":1}'
  stderr_has '[ERROR] nq-fetch: parent 2: page 1: HTTP 404: {"error":"gone"}'
  [ "$(paths | wc -l)" = 2 ]
}

@test "D66: a child that is not there has no records with --on, and the others come" {
  local parents='{"id":1}
{"id":2}
{"id":3}
{"_nq":"end","records":3}' rules
  answer /posts/2/ '{"error":"gone"}' 404
  for rules in '--on 404=empty --on 422=empty' '--on 422=empty --on 404=empty' '--on 404=stop'; do
    # shellcheck disable=SC2086 # several words
    each "$parents" --end-mark $rules --keep .id=parent "$API$COMMENTS?posts=1"
    status_is 0
    [ "$(jq -r .parent <<<"$output")" = '1
3
null' ]
    [ "$(tail -n 1 <<<"$output" | jq .records)" = 2 ]
  done
  answer /posts/3/ '{"error":"odd"}' 422
  each "$parents" --end-mark --on 404=empty "$API$COMMENTS?posts=1"
  status_is 1
  stderr_has 'parent 3: page 1: HTTP 422'
}

@test "each: what is tried again is told with its parent" {
  fault '{"match":"/posts/2/","kind":"status","status":503,"skip":1,"count":1}'
  each '{"id":1}
{"id":2}' "$API$COMMENTS?posts=7"
  status_is 0
  [ "$(wc -l <<<"$output")" = 14 ]
  stderr_has '[WARN] nq-fetch: parent 2: page 2: HTTP 503: {"error":"fault"}, attempt 1 of 5'
}

@test "each: a temporary failure stays one" {
  fault '{"match":"/posts/1/","kind":"status","status":503}'
  each '{"id":1}' --attempts 2 "$API$COMMENTS"
  status_is 75
  stderr_has 'parent 1: page 1: HTTP 503: {"error":"fault"}, after 2 attempts'
}

@test "each: lines that are no records" {
  local line what
  while IFS='|' read -r line what; do
    each "{\"id\":1}
$line" "$API$COMMENTS?posts=1"
    status_is 1
    stdout_is '{"id":0,"post":1}'
    stderr_has "nq-fetch: line 2: $what"
  done <<'END'
[1]|a record must be an object
{"id":|byte
{"_nq":"x"}|the member '_nq' is reserved
END
}

@test "each: the report adds up, and tells suspicions by parent" {
  answer /t/2 '[{"a":1},{"a":1}]'
  answer /t/ '[{"a":1}]'
  each '{"id":1}
{"id":2}
{"id":3}' --id .a --stats s "$API/t/\${record.id}"
  status_is 0
  stderr_has 'nq-fetch: parent 2: suspicious: 1 record with an id that came before'
  [ "$(jq -c '[.pages,.records,.requests,.stop_reason]' s)" = '[3,4,3,"all parents read"]' ]
  [ "$(jq -r '.suspicions[]' s)" = \
    'parent 2: 1 record with an id that came before, the first on page 1 as on page 1' ]
  each '{"id":2}' --id .a --strict "$API/t/\${record.id}"
  status_is 75
  stderr_has 'parent 1: the pull looks incomplete (--strict)'
}

@test "each: limits count over all parents" {
  local parents='{"id":1}
{"id":2}
{"id":3}
{"_nq":"end","records":3}'
  each "$parents" --end-mark --max-records 8 --keep .id=p "$API$COMMENTS?posts=5"
  status_is 0
  [ "$(wc -l <<<"$output")" = 8 ]
  [[ $output != *_nq* ]]
  each "$parents" --end-mark --max-pages 2 "$API$COMMENTS?posts=5"
  status_is 0
  [ "$(wc -l <<<"$output")" = 10 ]
  [ "$(paths | wc -l)" = 4 ]
}

@test "each: --dry-run shows the first request" {
  each '{"id":3}
{"id":4}' --dry-run -q 'of=${record.id}' "$API$COMMENTS"
  status_is 0
  stdout_is "GET $API/posts/3/comments?of=3"
  [ -z "$(paths)" ]
}

@test "each: --raw prints the bodies one after the other, and keeps nothing" {
  each '{"id":1}
{"id":2}' --raw "$API$COMMENTS?posts=1"
  status_is 0
  stdout_is '{"comments":[{"id":0,"post":1}],"page_number":1,"total_pages":1}{"comments":[{"id":0,"post":2}],"page_number":1,"total_pages":1}'
  each '{"id":1}' --raw --keep .id=p "$API$COMMENTS"
  status_is 2
  stderr_has '--raw and --keep do not go together'
}

@test "each: the progress line counts on from parent to parent" {
  curl -fsS -o /dev/null -d '{"ms":300}' "$API/_/latency"
  each '{"id":1}
{"id":2}
{"id":3}
{"id":4}
{"id":5}' --progress always "$API$COMMENTS?posts=5"
  curl -fsS -o /dev/null -d '{"ms":0}' "$API/_/latency"
  status_is 0
  [[ $stderr =~ ([2-5])' pages, '([0-9]+)' records' ]]
  [ "${BASH_REMATCH[2]}" = $((BASH_REMATCH[1] * 5)) ]
}

@test "each: a recorded run replays to the same bytes" {
  local parents='{"id":1}
{"id":2}
{"_nq":"end","records":2}' live
  answer /posts/2/ '[{"u":"2099-01-01T00:00:00.000Z"}]'
  answer /posts/1/ '[{"u":"2024-01-01T00:00:00.000Z"}]'
  each "$parents" --end-mark -w .u --keep .id=p --record run.tar "$API$COMMENTS"
  status_is 0
  live=$output
  mend
  : >"$API_LOG"
  each "$parents" --end-mark -w .u --keep .id=p --replay run.tar "$API$COMMENTS"
  status_is 0
  stdout_is "$live"
  [ -z "$(paths)" ]
}

@test "each: output that cannot be written is a failure" {
  run --separate-stderr bash -c 'echo "{\"id\":1}" | nq-fetch --keep .id=p --each "$1/posts/\${record.id}/comments" >/dev/full' \
    bash "$API"
  status_is 1
  stderr_has 'cannot write standard output'
}

# --- the example ------------------------------------------------------------------------------

# The API of examples/orders-and-items, under /files.
shop() {
  cp -R "$ROOT/examples/orders-and-items/api" "$DATA/$BATS_TEST_NUMBER"
  sync=("$ROOT/examples/orders-and-items/sync.sh" "$API/files/$BATS_TEST_NUMBER")
}

@test "example: orders and items come into two tables, and again into the same rows" {
  local sync
  shop
  for _ in 1 2; do
    run --separate-stderr "${sync[@]}"
    status_is 0
    stderr_is ''
    [ "$(jq -c '[.records,.rejected]' <<<"$output")" = '[3,0]
[3,0]' ]
  done
  run sqlite3 shop.db 'select order_id, line, sku, customer from item order by 1, 2; select id, total from purchase order by 1'
  stdout_is '1001|1|CUP-06|Café Müller
1001|2|TRAY-1|Café Müller
1003|1|LAMP-2|Harbour Ltd
1001|31.5
1002|0
1003|129.0'
}

@test "example: items that do not come fail all of it" {
  local sync
  shop
  fault '{"match":"/files/'"$BATS_TEST_NUMBER"'/orders/1003/","kind":"status","status":403}'
  run --separate-stderr "${sync[@]}"
  status_is 1
  stderr_has 'nq-fetch: parent 3: page 1: HTTP 403' 'nq-load: nq-fetch before this one failed with status 1'
  run sqlite3 shop.db .tables
  [[ $output != *purchase* ]]
}

@test "example: the script is short" {
  [ "$(grep -cv '^#' "$ROOT/examples/orders-and-items/sync.sh")" -lt 20 ]
}
