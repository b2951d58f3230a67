#!/usr/bin/env bats
# nq-load into the Nuntiq API, played by the stand-in server.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2120 # references of ours in quotes; each test is a subshell

load helper

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  start_standin --log-bodies
  export NUNTIQ_TOKEN=job-token-here
  AUTH=(--auth 'bearer=${NUNTIQ_TOKEN}' --customer-number 10000001)
}

teardown() {
  stop_standin
}

into() { nq-load --to "nuntiq:$API/api" --object supplier --retry-min 10ms "${AUTH[@]}" "$@"; }
rows() { printf '%s\n' "$@"; }

# suppliers FROM TO: records
suppliers() {
  seq "$1" "$2" | jq -c '{supplier_number: "S\(.)", supplier_name: "Supplier \(.)", supplier_location: []}'
}

# held [JQ-FILTER]: what the server has, as one array
held() {
  curl -fsS -H 'Authorization: Bearer job-token-here' -H 'X-Customer-Number: 10000001' "$API/api/v1/supplier?limit=1000" | jq -c "${1:-.count}"
}
counts_are() {
  local got
  got=$(jq -r '[.records,.inserted,.updated,.unchanged,.deleted,.folded,.rejected]|map(tostring)|join(" ")' <<<"${output:-}")
  [ "$got" = "$1" ] && return
  printf 'counts %s instead of %s\n' "$got" "$1"
  return 1
}
posts() { asked 'select(.method == "POST")'; }

@test "suppliers go to POST /v1/supplier as an array, with token and customer number" {
  run --separate-stderr into < <(suppliers 1 3)
  status_is 0
  stderr_is ""
  counts_are "3 3 0 0 0 0 0"
  [ "$(jq -r .destination <<<"$output")" = "nuntiq:$API/api#supplier@10000001" ]
  [ "$(asked '[.method,.path,.headers.authorization,.headers["x-customer-number"],.headers["content-type"]]')" = '["POST","/api/v1/supplier","Bearer job-token-here","10000001","application/json"]' ]
  [ "$(posts | jq -r .body | jq -c 'map(.supplier_number)')" = '["S1","S2","S3"]' ]
  [ "$(held)" = 3 ]
}

@test "a second load updates, and numbers leave as they came" {
  suppliers 1 3 | into
  run --separate-stderr into < <(rows '{"supplier_number":"S2","supplier_name":"New","rate":1.10,"big":10000000000000000001}')
  status_is 0
  counts_are "1 0 1 0 0 0 0"
  [ "$(posts | jq -r .body | tail -n 1)" = '[{"supplier_number":"S2","supplier_name":"New","rate":1.10,"big":10000000000000000001}]' ]
  [ "$(held '[.items[]|select(.supplier_number=="S2")|.supplier_name]')" = '["New"]' ]
}

@test "at most 1000 rows a request, whatever the batch" {
  run --separate-stderr into --batch 5000 < <(suppliers 1 2300)
  status_is 0
  counts_are "2300 2300 0 0 0 0 0"
  [ "$(posts | jq -r .body | jq -c length | tr '\n' ' ')" = "1000 1000 300 " ]
}

@test "the customer number and the token may come from the settings file" {
  printf '{"customer_number":"10000001","secrets":{"token":"job-token-here"}}' >settings.json
  AUTH=(--settings settings.json --auth 'bearer=${secrets.token}')
  run --separate-stderr into < <(suppliers 1 1)
  status_is 0
  [ "$(jq -r .destination <<<"$output")" = "nuntiq:$API/api#supplier@10000001" ]
}

@test "--envelope wraps the rows" {
  run --separate-stderr into --envelope suppliers < <(suppliers 1 2)
  status_is 0
  [ "$(posts | jq -r .body | jq -c '.suppliers|length')" = 2 ]
}

@test "the same supplier again in a batch is folded member by member" {
  run --separate-stderr into < <(rows '{"supplier_number":"A","supplier_name":"a","x":1.0,"y":"\u00e9"}' '{"supplier_number":"B","supplier_name":"b"}' '{"supplier_number":"A","supplier_name":"aa"}' '{"supplier_number":"A","organization_code":"O","supplier_name":"o"}')
  status_is 0
  counts_are "4 3 0 0 0 1 0"
  [ "$(posts | jq -r .body)" = '[{"supplier_number":"A","supplier_name":"aa","x":1.0,"y":"\u00e9"},{"supplier_number":"B","supplier_name":"b"},{"supplier_number":"A","organization_code":"O","supplier_name":"o"}]' ]
}

@test "a supplier without its number is rejected here already" {
  run --separate-stderr into --rejects r --max-rejects 1 < <(rows '{"supplier_name":"x"}' '{"supplier_number":"A","supplier_name":"a"}')
  status_is 3
  counts_are "2 1 0 0 0 0 1"
}

@test "a refused request is bisected: only the bad rows are rejected, with the server's reason" {
  {
    suppliers 1 40
    rows '{"supplier_number":"BAD1"}'
    suppliers 41 70
    rows '{"supplier_number":"BAD2","supplier_name":""}'
    suppliers 71 100
  } >in
  run --separate-stderr into --rejects r --max-rejects 5 <in
  status_is 3
  counts_are "102 100 0 0 0 0 2"
  [ "$(jq -c '[.line,.record.supplier_number]' r)" = $'[41,"BAD1"]\n[72,"BAD2"]' ]
  [[ "$(jq -r .error r | head -n 1)" == "the server refuses it with status 400: "*"supplier_name is required" ]]
  [ "$(held)" = 100 ]
  run --separate-stderr into <in
  status_is 1
  stdout_is ""
  stderr_has "line 41: the server refuses it with status 400"
}

@test "of a refused folded row the good records still go in" {
  run --separate-stderr into --rejects r --max-rejects 5 < <(rows '{"supplier_number":"A","supplier_name":"a"}' '{"supplier_number":"A","supplier_name":""}' '{"supplier_number":"B","supplier_name":"b"}')
  status_is 3
  counts_are "3 2 0 0 0 0 1"
  [ "$(held '[.items[].supplier_name]|sort')" = '["a","b"]' ]
}

@test "503 and 429 are tried again, and each row arrives once" {
  fault '{"match":"/api/v1/supplier","kind":"status","status":503,"count":1}'
  run --separate-stderr into < <(suppliers 1 3)
  status_is 0
  counts_are "3 3 0 0 0 0 0"
  stderr_has "batch 1: HTTP 503"
  mend
  fault '{"match":"/api/v1/supplier","kind":"status","status":429,"retry_after":"0","count":1}'
  run --separate-stderr into < <(suppliers 1 3)
  status_is 0
}

@test "attempts used up are status 75, without a receipt" {
  fault '{"match":"/api/v1/supplier","kind":"status","status":502}'
  run --separate-stderr into --attempts 2 < <(suppliers 1 3)
  status_is 75
  stdout_is ""
  [ "$(posts | wc -l)" -eq 2 ]
}

@test "a wrong token is status 1 at once, and is not shown" {
  export NUNTIQ_TOKEN=wrong-token-value
  run --separate-stderr into --rejects r --max-rejects 50% < <(suppliers 1 3)
  status_is 1
  stdout_is ""
  [ "$(posts | wc -l)" -eq 1 ]
  [[ ${stderr:-} != *wrong-token-value* ]]
  [ ! -s r ]
}

@test "a literal token in the command line is refused" {
  AUTH=(--auth bearer=job-token-here)
  run --separate-stderr into < <(suppliers 1 1)
  status_is 2
  stderr_has "--auth: write a reference, for example bearer="
  [[ ${stderr:-} != *job-token-here* ]]
  AUTH=(--auth 'bearer=${NONE_SUCH}')
  run --separate-stderr into < <(suppliers 1 1)
  status_is 2
  stderr_has "NONE_SUCH"
  [ -z "$(posts)" ]
}

@test "replace is one request with full_load, sent when the stream has ended" {
  suppliers 1 5 | into
  run --separate-stderr into --mode replace --require-end < <(suppliers 6 7)
  status_is 1
  [ "$(held)" = 5 ]
  run --separate-stderr into --mode replace --batch 1 --require-end < <(suppliers 6 7; rows '{"_nq":"end","records":2}')
  status_is 0
  [ "$(held '[.items[].supplier_number]|sort')" = '["S6","S7"]' ]
  run --separate-stderr into --mode replace --envelope data < <(suppliers 8 8)
  status_is 0
  [ "$(held '[.items[].supplier_number]')" = '["S8"]' ]
}

@test "a replace above one request, and an empty one, are refused and nothing is sent" {
  suppliers 1 5 | into
  run --separate-stderr into --mode replace < <(suppliers 1 1001)
  status_is 1
  stdout_is ""
  stderr_has "replace needs more than one request of 1000 rows" "nothing was sent"
  run --separate-stderr into --mode replace </dev/null
  status_is 1
  stderr_has "refusing to replace 'supplier' by nothing"
  [ "$(held)" = 5 ]
  [ "$(posts | wc -l)" -eq 1 ]
}

@test "a server that tells no counts: null in the receipt" {
  mkdir echo
  run --separate-stderr into --object echo --key supplier_number < <(suppliers 1 1)
  status_is 1
  fault '{"match":"/api/v1/supplier","kind":"empty","count":1}'
  run --separate-stderr into < <(suppliers 1 3)
  status_is 0
  counts_are "3 null null null 0 0 0"
}

@test "append, insert and deletions are not known there" {
  run --separate-stderr into --mode append < <(suppliers 1 1)
  status_is 2
  stderr_has "nuntiq:URL knows no 'append'"
  run --separate-stderr into --delete-if .gone < <(suppliers 1 1)
  status_is 2
  stderr_has "--delete-if"
}

@test "--probe names the destination with the customer and asks nothing" {
  run --separate-stderr into --probe
  status_is 0
  stdout_is "{\"destination\":\"nuntiq:$API/api#supplier@10000001\",\"table_exists\":true}"
  [ -z "$(asked)" ]
}

@test "the dry run tells the requests and asks nothing" {
  run --separate-stderr into --dry-run -H 'X-Other: ${NUNTIQ_TOKEN}' --query SupplierAddressInsertOnly=true < <(suppliers 1 2)
  status_is 0
  stdout_is '-- batch 1: 2 records in 2 rows
POST '"$API"'/api/v1/supplier?SupplierAddressInsertOnly=true
Content-Type: application/json
X-Customer-Number: 10000001
X-Other: ${NUNTIQ_TOKEN}
(--auth bearer=${NUNTIQ_TOKEN})

[{"supplier_number":"S1","supplier_name":"Supplier 1","supplier_location":[]},{"supplier_number":"S2","supplier_name":"Supplier 2","supplier_location":[]}]
-- 2 records, 0 folded, 0 rejected: nothing was done'
  [ -z "$(asked)" ]
  run --separate-stderr nq-load --to - --object supplier --key supplier_number < <(suppliers 1 1)
  status_is 0
  [ "${lines[1]}" = 'POST https://BASE-URL/v1/supplier' ]
}

@test "the dry run of a replace is one request at the end, or the reason why there is none" {
  run --separate-stderr into --dry-run --mode replace --batch 1 < <(suppliers 1 2)
  status_is 0
  [ "$(grep -c '^POST' <<<"$output")" -eq 1 ]
  [ "${lines[2]}" = "POST $API/api/v1/supplier?full_load=true" ]
  run --separate-stderr into --dry-run --mode replace < <(suppliers 1 1001)
  status_is 1
  stderr_has "nothing was sent"
  run --separate-stderr into --dry-run --mode replace </dev/null
  status_is 1
  stderr_has "refusing to replace 'supplier' by nothing"
}

@test "the names of the options can be told, and where they go" {
  run --separate-stderr into --envelope rows --member SupplierBankInsertOnly=true --member source=nq --mode replace --full-load fullLoad --dry-run < <(suppliers 1 1)
  status_is 0
  [ "$(grep '^{' <<<"$output")" = '{"rows":[{"supplier_number":"S1","supplier_name":"Supplier 1","supplier_location":[]}],"SupplierBankInsertOnly":true,"source":"nq","fullLoad":true}' ]
  run --separate-stderr into --member a=b < <(suppliers 1 1)
  status_is 2
  stderr_has "add --envelope NAME"
}

@test "under 207 only the rows that failed are rejected, and each request is sent once" {
  fault '{"match":"/api/v1/supplier","kind":"status","status":207,"count":1,"body":"{\"results\":[{\"index\":0,\"ok\":true},{\"index\":1,\"ok\":false,\"error\":\"unknown organization\"},{\"index\":2,\"ok\":true}]}"}'
  run --separate-stderr into --rejects r --max-rejects 1 < <(suppliers 1 3)
  status_is 3
  counts_are "3 null null null 0 0 1"
  [ "$(jq -c '[.line,.error]' r)" = '[2,"the server refuses it: unknown organization"]' ]
  [ "$(posts | wc -l)" -eq 1 ]
}

@test "SIGTERM while the server does not answer ends it within seconds, by the signal" {
  fault '{"match":"/api/v1/supplier","kind":"stall"}'
  suppliers 1 3 >in
  nq-load --to "nuntiq:$API/api" --object supplier "${AUTH[@]}" <in >out 2>err 3>&- &
  local pid=$! rc=0 start=$SECONDS
  until_true 5 grep -q v1/supplier "$API_LOG"
  kill -TERM "$pid"
  wait "$pid" || rc=$?
  [ "$rc" -eq 143 ]
  ((SECONDS - start < 12))
  grep -q 'interrupted while the destination did not answer' err
  [ ! -s out ]
}

@test "a token by OAuth 2 is asked for, and anew in the middle when it is void" {
  stop_standin
  start_standin --log-bodies --oauth
  export CLIENT_SECRET=client-secret-here
  fault '{"match":"/api/v1/supplier","method":"POST","skip":1,"kind":"status","status":401,"count":1}'
  AUTH=(--customer-number 10000001 --auth oauth2 --token-url "$API/oauth/token" --client-id acme-client --client-secret '${CLIENT_SECRET}')
  run --separate-stderr into --batch 2 < <(suppliers 1 5)
  status_is 0
  counts_are "5 5 0 0 0 0 0"
  [ "$(jq -r '[.path, .status] | join(" ")' "$API_LOG" | tr '\n' ,)" = \
    '/oauth/token 200,/api/v1/supplier 200,/api/v1/supplier 401,/oauth/token 200,/api/v1/supplier 200,/api/v1/supplier 200,' ]
  [ "$(held)" = 5 ]
  : >"$API_LOG"
  CLIENT_SECRET=wrong-secret-canary run --separate-stderr into < <(suppliers 1 1)
  status_is 2
  stderr_has "the token endpoint: HTTP 401: invalid_client"
  [[ ${stderr:-} != *canary* ]]
  [ "$(wc -l <"$API_LOG")" -eq 1 ]
}

@test "a secret in the query goes along with every batch" {
  run --separate-stderr into --auth query:key='${NUNTIQ_TOKEN}' -H 'Authorization: Bearer ${NUNTIQ_TOKEN}' --batch 2 < <(suppliers 1 3)
  status_is 0
  [ "$(posts | jq -r .query.key)" = 'job-token-here
job-token-here' ]
}
