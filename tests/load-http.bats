#!/usr/bin/env bats
# nq-load into an API that takes rows in bulk, played by the stand-in server.
# shellcheck disable=SC2016,SC2030,SC2031 # references of ours in quotes; each test is a subshell

load helper

setup_file() { start_standin --log-bodies; }
teardown_file() { stop_standin; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  mend
  curl -fsS -o /dev/null "$API/ingest/t/clear"
  : >"$API_LOG"
  export TOKEN=test-bearer-token-here
}

# into QUERY OPTION…: into /ingest/t
into() { nq-load --to "$API/ingest/t$1" --retry-min 10ms "${@:2}"; }
rows() { printf '%s\n' "$@"; }
# some FROM TO: records
some() { seq "$1" "$2" | jq -c '{id: ., name: "n\(.)"}'; }
held() { curl -fsS "$API/ingest/t" | jq -c "${1:-length}"; }
counts_are() {
  local got
  got=$(jq -r '[.records,.inserted,.updated,.unchanged,.deleted,.folded,.rejected]|map(tostring)|join(" ")' <<<"${output:-}")
  [ "$got" = "$1" ] && return
  printf 'counts %s instead of %s\n' "$got" "$1"
  return 1
}
sent() { asked 'select(.method != "GET")'; }
bodies() { sent | jq -r .body; }

# --- bodies --------------------------------------------------------------------------------------

@test "a batch goes as a JSON array, byte for byte, and what is not told is null" {
  run --separate-stderr into '' --mode append < <(rows '{"id":1,"n":1.10,"s":"\u00e9"}' '{"id":10000000000000000001}')
  status_is 0
  stderr_is ""
  counts_are "2 null null null 0 0 0"
  [ "$(jq -r .destination <<<"$output")" = "$API/ingest/t" ]
  [ "$(sent | jq -c '[.method,.path,.headers["content-type"]]')" = '["POST","/ingest/t","application/json"]' ]
  [ "$(bodies)" = '[{"id":1,"n":1.10,"s":"\u00e9"},{"id":10000000000000000001}]' ]
}

@test "--body ndjson sends a line a record" {
  run --separate-stderr into '' --mode append --body ndjson < <(some 1 3)
  status_is 0
  [ "$(sent | jq -r '.headers["content-type"]')" = application/x-ndjson ]
  [ "$(bodies)" = "$(some 1 3)" ]
  [ "$(held)" = 3 ]
}

@test "--envelope holds the array, --member stands beside it" {
  run --separate-stderr into '' --mode append --envelope rows --member dryRun=false --member 'by=a "b"' < <(some 1 1)
  status_is 0
  [ "$(bodies)" = '{"rows":[{"id":1,"name":"n1"}],"dryRun":false,"by":"a \"b\""}' ]
  run --separate-stderr into '' --mode append --envelope rows --body ndjson < <(some 1 1)
  status_is 2
  stderr_has "'--body ndjson' is none"
  run --separate-stderr into '' --mode append --body xml < <(some 1 1)
  status_is 2
  stderr_has "there is no 'xml': write array, ndjson or bulk"
}

@test "-X, -H, --query and --auth go along, the secret by reference and not to be seen" {
  run --separate-stderr into '?a=1' -X PUT -H 'X-Batch: yes' -H 'Content-Type: application/vnd.api+json' --query 'q=x y&z' --query 'key=${TOKEN}' \
    --auth bearer='${TOKEN}' --mode append -vv < <(some 1 1)
  status_is 0
  [ "$(sent | jq -c '[.method,.query.a,.query.q,.query.key,.headers["x-batch"],.headers["content-type"],.headers.authorization]')" = \
    '["PUT","1","x y&z","test-bearer-token-here","yes","application/vnd.api+json","Bearer test-bearer-token-here"]' ]
  [[ $output${stderr:-} != *test-bearer-token* ]]
  [ "$(jq -r .destination <<<"$output")" = "$API/ingest/t?a=1&q=x%20y%26z&key=***" ]
}

@test "a literal secret, a secret to another host by http, a URL that is none" {
  run --separate-stderr into '' --mode append --auth bearer=abc < <(some 1 1)
  status_is 2
  stderr_has "never the secret itself"
  run --separate-stderr nq-load --to http://nq.example.com/in --mode append --auth bearer='${TOKEN}' < <(some 1 1)
  status_is 2
  stderr_has "--allow-http"
  run --separate-stderr nq-load --to https://u:p@nq.example.com/in --mode append < <(some 1 1)
  status_is 2
  run --separate-stderr nq-load --to ftp://nq.example.com/in --mode append < <(some 1 1)
  status_is 2
  stderr_has "'ftp:' is no destination"
  [ -z "$(sent)" ]
}

# --- keys and modes ------------------------------------------------------------------------------

@test "a key that comes again within a batch is folded into its first record" {
  run --separate-stderr into '?key=id' --key id < <(rows '{"id":1,"a":1.0,"b":"x"}' '{"id":2}' '{"id":1,"b":"y","c":null}')
  status_is 0
  counts_are "3 null null null 0 1 0"
  [ "$(bodies)" = '[{"id":1,"a":1.0,"b":"y","c":null},{"id":2}]' ]
  run --separate-stderr into '' --key id < <(rows '{"a":1}')
  status_is 1
  stderr_has "member 'id' is missing, and it is a key"
}

@test "replace, insert and what only a database can do are refused with the reason" {
  local option
  run --separate-stderr into '' --key id --mode replace < <(some 1 1)
  status_is 2
  stderr_has "in the place of what it has"
  run --separate-stderr into '' --key id --mode insert < <(some 1 1)
  status_is 2
  stderr_has "the server's decision"
  for option in '--delete-if .x' '--newer-by x' --meta '--column a:text' '--schema-contract freeze' '--object x'; do
    # shellcheck disable=SC2086 # an option and its value
    run --separate-stderr into '' --key id $option < <(some 1 1)
    status_is 2
    stderr_has "${option%% *}"
  done
  run --separate-stderr into '' < <(some 1 1)
  status_is 2
  stderr_has "add --key, or choose --mode append"
  [ -z "$(sent)" ]
}

@test "--probe names the destination and asks nothing" {
  run --separate-stderr into '?x=${TOKEN}' --probe
  status_is 0
  stdout_is "{\"destination\":\"$API/ingest/t?x=***\",\"table_exists\":true}"
  [ -z "$(asked)" ]
}

# --- batches -------------------------------------------------------------------------------------

@test "--batch and --batch-bytes bound a request, and a larger row goes alone" {
  some 1 5 | into '' --mode append --batch 2 >receipt
  [ "$(bodies | jq -c length | tr '\n' ' ')" = "2 2 1 " ]
  : >"$API_LOG"
  { some 1 3; printf '{"id":4,"name":"%0200d"}\n' 0; some 5 7; } >in
  run --separate-stderr into '' --mode append --batch-bytes 60 <in
  status_is 0
  [ "$(sent | jq -r .body_bytes | awk '$1 > 60' | wc -l)" -eq 1 ]
  [ "$(bodies | jq -c 'map(.id)' | tr '\n' ' ')" = "[1,2] [3] [4] [5,6] [7] " ]
}

@test "an empty stream asks nothing and is a receipt" {
  run --separate-stderr into '' --mode append --require-end < <(rows '{"_nq":"end","records":0}')
  status_is 0
  counts_are "0 0 0 0 0 0 0"
  [ -z "$(sent)" ]
}

@test "a body too large for the server is sent in smaller ones from then on, and a row alone is rejected" {
  run --separate-stderr into '?max=200' --mode append --batch 40 < <(some 1 80)
  status_is 0
  [ "$(held 'map(.id)')" = "[$(seq -s, 1 80)]" ]
  [ "$(sent | jq .status | grep -c 413)" -lt 6 ]
  { some 1 3; printf '{"id":4,"name":"%0300d"}\n' 0; some 5 6; } >in
  run --separate-stderr into '?max=200' --mode append --rejects r --max-rejects 1 <in
  status_is 3
  [ "$(jq -c '[.line,.error]' r)" = '[4,"the server refuses it with status 413: more than 200 bytes"]' ]
  [ "$(held length)" = 85 ]
}

# --- what the answer says ------------------------------------------------------------------------

@test "a refused request is bisected: only the bad rows are rejected, with the server's words" {
  { some 1 30; rows '{"x":1}'; some 31 60; rows '{"x":2}'; } >in
  run --separate-stderr into '?required=id' --mode append --rejects r --max-rejects 2 <in
  status_is 3
  counts_are "62 null null null 0 0 2"
  [ "$(jq -c '[.line,.error]' r)" = '[31,"the server refuses it with status 422: row 1: id is required"]
[62,"the server refuses it with status 422: row 1: id is required"]' ]
  [ "$(held 'map(.id)')" = "[$(seq -s, 1 60)]" ]
  run --separate-stderr into '?required=id' --mode append <in
  status_is 1
  stdout_is ""
  stderr_has "line 31: the server refuses it with status 422: row 1: id is required"
}

@test "207: the rows that failed are rejected, and the others are not sent again" {
  { some 1 3; rows '{"x":1}'; some 4 6; rows '{"x":2}' '{"x":3}'; } >in
  run --separate-stderr into '?required=id&answer=ok' --mode append --rejects r --max-rejects 3 <in
  status_is 3
  counts_are "9 null null null 0 0 3"
  [ "$(jq -c '[.line,.error]' r)" = '[4,"the server refuses it: row 3 is bad"]
[8,"the server refuses it: row 7 is bad"]
[9,"the server refuses it: row 8 is bad"]' ]
  [ "$(held 'map(.id)')" = '[1,2,3,4,5,6]' ]
  [ "$(sent | wc -l)" -eq 1 ]
}

@test "--results: a status for each row under a 200, in the order of the rows" {
  run --separate-stderr into '?required=id&answer=status' --results .results --mode append --rejects r --max-rejects 1 < <(rows '{"id":1}' '{"x":1}' '{"id":2}')
  status_is 3
  [ "$(jq -c '[.line,.error]' r)" = '[2,"the server refuses it: no good"]' ]
  [ "$(sent | wc -l)" -eq 1 ]
}

@test "--results PATH?: only the failures are told, by index, and no list means none" {
  run --separate-stderr into '?required=id&answer=failed' --results '.failures?' --mode append --rejects r --max-rejects 1 < <(rows '{"id":1}' '{"x":1}' '{"id":2}')
  status_is 3
  [ "$(jq -c .line r)" = 2 ]
  run --separate-stderr into '' --results '.failures?' --mode append < <(some 1 2)
  status_is 0
}

@test "an answer that should tell and does not is a failure, never a success" {
  run --separate-stderr into '' --results .results --mode append < <(some 1 2)
  status_is 1
  stdout_is ""
  stderr_has "batch 1: " "no list where --results says"
  fault '{"match":"/ingest","kind":"status","status":207,"count":1,"body":"{\"done\":1}"}'
  run --separate-stderr into '' --mode append < <(some 1 2)
  status_is 1
  stderr_has "status 207 says that rows may be refused" "add --results PATH"
  fault '{"match":"/ingest","kind":"status","status":207,"count":1,"body":"[{\"ok\":true}]"}'
  run --separate-stderr into '' --mode append < <(some 1 2)
  status_is 1
  stderr_has "the fate of 1 rows, and 2 were sent"
  fault '{"match":"/ingest","kind":"html","count":1}'
  run --separate-stderr into '' --mode append < <(some 1 2)
  status_is 1
  stderr_has "a web page (text/html)"
}

@test "of a folded row under 207 the good records still go in, each once" {
  run --separate-stderr into '?required=ok&key=id&answer=ok' --key id --rejects r --max-rejects 5 \
    < <(rows '{"id":1,"ok":1}' '{"id":2,"a":1}' '{"id":2,"a":2}' '{"id":3,"ok":3}' '{"id":4}')
  status_is 3
  counts_are "5 null null null 0 0 3"
  [ "$(jq -c .line r)" = $'2\n3\n5' ]
  [ "$(held 'map(.id)')" = '[1,3]' ]
  [ "$(bodies | jq -c 'map(.id)' | tr '\n' ' ')" = '[1,2,3,4] [2] [2] ' ]
}

@test "rows that the server was too busy for are sent again, without the others" {
  run --separate-stderr into '?answer=status&busy=2' --results .results --mode append < <(some 1 5)
  status_is 0
  stderr_has "batch 1: the server was too busy for 3 rows, attempt 1 of 5" "for 2 rows, attempt 2 of 5"
  [ "$(bodies | jq -c 'map(.id)' | tr '\n' ' ')" = '[1,2,3,4,5] [1,3,5] [1,5] ' ]
  [ "$(held 'map(.id)|sort')" = '[1,2,3,4,5]' ]
  curl -fsS -o /dev/null "$API/ingest/t/clear"
  run --separate-stderr into '?answer=status&busy=9' --results .results --mode append --attempts 2 < <(some 1 2)
  status_is 75
  stdout_is ""
  stderr_has "too busy for 1 row, after 2 attempts"
}

# --- Elasticsearch -------------------------------------------------------------------------------

@test "--body bulk: actions by key for a merge, and the answer counts" {
  run --separate-stderr into '?answer=items' --body bulk --key id --delete-if .gone < <(rows '{"id":"a","n":1}' '{"id":"b","n":2}' '{"id":"a","m":3}' '{"id":"z","gone":true}')
  status_is 0
  counts_are "4 2 0 1 0 1 0"
  [ "$(bodies)" = '{"update":{"_id":"a"}}
{"doc":{"id":"a","n":1,"m":3},"doc_as_upsert":true}
{"update":{"_id":"b"}}
{"doc":{"id":"b","n":2},"doc_as_upsert":true}
{"delete":{"_id":"z"}}' ]
  run --separate-stderr into '?answer=items' --body bulk --key id --delete-if .gone < <(rows '{"id":"a","n":4}' '{"id":"b","gone":true}')
  counts_are "2 0 1 0 1 0 0"
}

@test "--body bulk: append creates, composite keys, and refused documents" {
  run --separate-stderr into '?answer=items' --body bulk --mode append < <(rows '{"id":1}')
  counts_are "1 1 0 0 0 0 0"
  [ "$(bodies)" = $'{"create":{}}\n{"id":1}' ]
  : >"$API_LOG"
  run --separate-stderr into '?answer=items&required=ok' --body bulk --key a,b --rejects r --max-rejects 1 < <(rows '{"a":"x/y","b":7.0,"ok":1}' '{"a":"x","b":8}')
  status_is 3
  counts_are "2 1 0 0 0 0 1"
  [ "$(bodies | jq -r '.update._id // empty')" = $'x%2Fy/7\nx/8' ]
  [ "$(jq -r .error r)" = "the server refuses it: cannot parse" ]
}

# --- faults --------------------------------------------------------------------------------------

@test "503, 429 and a lost connection: the same batch again, so it may arrive twice" {
  fault '{"match":"/ingest","kind":"status","status":503,"count":1}'
  fault '{"match":"/ingest","kind":"status","status":429,"retry_after":"0","count":1}'
  fault '{"match":"/ingest","kind":"reset","count":1}'
  run --separate-stderr into '' --mode append < <(some 1 3)
  status_is 0
  stderr_has "batch 1: HTTP 503" "attempt 1 of 5" "batch 1: HTTP 429" "attempt 2 of 5"
  [ "$(bodies | sort -u)" = '[{"id":1,"name":"n1"},{"id":2,"name":"n2"},{"id":3,"name":"n3"}]' ]
}

@test "attempts used up are 75 without a receipt, and the batches before stay" {
  fault '{"match":"/ingest","kind":"status","status":502,"skip":1}'
  run --separate-stderr into '?key=id' --key id --batch 2 --attempts 2 < <(some 1 6)
  status_is 75
  stdout_is ""
  stderr_has "batch 2: HTTP 502" "after 2 attempts" "2 records of earlier batches stay in"
  mend
  [ "$(held)" = 2 ]
}

@test "401 and 404 end it at once" {
  run --separate-stderr nq-load --to "$API/none/such" --mode append --rejects r --max-rejects 50% < <(some 1 3)
  status_is 1
  [ "$(sent | wc -l)" -eq 1 ]
  [ ! -s r ]
}

@test "--on 500=fail takes it for a refusal of rows, --on 409=retry for what passes" {
  fault '{"match":"/ingest","kind":"status","status":500,"count":1,"body":"Code: 117, unknown field"}'
  run --separate-stderr into '' --mode append --on 500=fail --rejects r --max-rejects 1 < <(some 1 1)
  status_is 3
  [ "$(jq -r .error r)" = "the server refuses it with status 500: Code: 117, unknown field" ]
  fault '{"match":"/ingest","kind":"status","status":409,"count":1}'
  run --separate-stderr into '' --mode append --on 409=retry < <(some 1 1)
  status_is 0
  run --separate-stderr into '' --mode append --on 404=empty < <(some 1 1)
  status_is 2
  stderr_has "can fail or retry, not 'empty'"
}

@test "a redirect to another origin does not carry the rows there" {
  fault '{"match":"/ingest","kind":"redirect","location":"http://localhost:1/x","count":1}'
  run --separate-stderr into '' --mode append --auth bearer='${TOKEN}' < <(some 1 1)
  status_is 1
  stdout_is ""
}

@test "a cut stream gives no receipt" {
  run --separate-stderr into '' --mode append --require-end < <(some 1 3)
  status_is 1
  stdout_is ""
}

# --- dry runs ------------------------------------------------------------------------------------

@test "--dry-run shows the requests as they would be sent, and sends none" {
  run --separate-stderr into '?k=${TOKEN}' --key id --envelope rows --batch-bytes 60 --auth bearer='${TOKEN}' --dry-run < <(some 1 3)
  status_is 0
  stdout_is "-- batch 1: 3 records in 3 rows
POST $API/ingest/t?k=***
Content-Type: application/json
(--auth bearer=\${TOKEN})

{\"rows\":[{\"id\":1,\"name\":\"n1\"},{\"id\":2,\"name\":\"n2\"}]}
POST $API/ingest/t?k=***
Content-Type: application/json
(--auth bearer=\${TOKEN})

{\"rows\":[{\"id\":3,\"name\":\"n3\"}]}
-- 3 records, 0 folded, 0 rejected: nothing was done"
  [ -z "$(asked)" ]
  run --separate-stderr into '' --key id --mode replace --dry-run < <(some 1 1)
  status_is 2
}

@test "--dry-run into a database is SQL that its shell takes" {
  sqlite3 t.db 'create table t (id integer primary key, name text, at text)'
  rows '{"id":1,"name":"it'"''"'s","at":"2026-05-02"}' '{"id":2,"name":"b","at":"2026-05-01"}' >in
  nq-load --to sqlite:t.db --table t --key id --newer-by at --dry-run <in | sqlite3 t.db
  [ "$(sqlite3 t.db 'select * from t')" = $'1|it'"''"$'s|2026-05-02\n2|b|2026-05-01' ]
  rows '{"id":1,"name":"old","at":"2026-05-01"}' | nq-load --to sqlite:t.db --table t --key id --newer-by at --dry-run | sqlite3 t.db
  [ "$(sqlite3 t.db 'select name from t where id = 1')" = "it''s" ]
  rows '{"id":3,"at":"x"}' | nq-load --to sqlite:t.db --table t --key id --mode replace --dry-run >sql
  sqlite3 t.db <sql
  [ "$(sqlite3 t.db 'select * from t')" = '3||x' ]
  run --separate-stderr nq-load --to sqlite:t.db --table t --key id --mode replace --dry-run </dev/null
  status_is 1
  stderr_has "by nothing"
}

@test "memory stays small with long records" {
  jq -nc '{id: 1, s: ("x" * 100000)}' >one
  for _ in {1..300}; do cat one; done >in
  /usr/bin/time -f %M -o rss nq-load --to "$API/ingest/t" --mode append <in >receipt
  # A sanitizer's own memory is not part of the bound.
  [[ $BUILD == *address* ]] || [ "$(tail -n 1 rss)" -lt 32768 ]
  [ "$(jq .records receipt)" = 300 ]
}

@test "without the program that is linked for it the destination is told to be missing" {
  install -m 755 "$BUILD/nq-load" alone
  run --separate-stderr ./alone --to "$API/ingest/t" --key id < <(some 1 2)
  status_is 1
  stdout_is ''
  stderr_has "--to: cannot run '$PWD/nq-load-http', which this needs: No such file or directory"
}
