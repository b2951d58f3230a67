#!/usr/bin/env bats
# nq-load into a real ClickHouse, over its HTTP interface.
# shellcheck disable=SC2016 # references of ours in quotes

load helper
load clickhouse

setup_file() { start_clickhouse; }
teardown_file() { stop_clickhouse; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  ch 'DROP TABLE IF EXISTS supplier'
  ch 'CREATE TABLE supplier (supplier_number String, name String, rating Nullable(Decimal(18,2)), version DateTime, active UInt8)
    ENGINE = ReplacingMergeTree(version) ORDER BY supplier_number'
  export CH_LOGIN=nora:password-here
}

# into OPTION…: by INSERT INTO supplier FORMAT JSONEachRow
into() {
  nq-load --to "$CH/" --query 'query=INSERT INTO supplier FORMAT JSONEachRow' --query date_time_input_format=best_effort --query input_format_skip_unknown_fields=1 \
    --body ndjson --auth basic='${CH_LOGIN}' --key supplier_number --retry-min 10ms "$@"
}
rows() { printf '%s\n' "$@"; }

@test "ClickHouse: a load and a delta end in one row a key, the newest" {
  run --separate-stderr into < <(rows '{"supplier_number":"S1","name":"Nordwind","rating":4.5,"version":"2026-05-01T00:00:00Z","active":true}' \
    '{"supplier_number":"S2","name":"\u00e9 \"q\" \n \ud83d\ude00","version":"2026-05-01T00:00:00Z","unknown":{"a":[1]}}')
  status_is 0
  stderr_is ""
  [ "$(jq -c '[.records,.inserted,.rejected]' <<<"$output")" = '[2,null,0]' ]
  into <<<'{"supplier_number":"S1","name":"Nordwind GmbH","version":"2026-05-02T00:00:00Z"}' >receipt
  into <<<'{"supplier_number":"S1","name":"late","version":"2026-04-01T00:00:00Z"}' >receipt
  ch 'SELECT supplier_number, name, version, active FROM supplier FINAL ORDER BY supplier_number FORMAT JSONEachRow' >got
  [ "$(jq -c . got)" = '{"supplier_number":"S1","name":"Nordwind GmbH","version":"2026-05-02 00:00:00","active":0}
{"supplier_number":"S2","name":"é \"q\" \n 😀","version":"2026-05-01 00:00:00","active":0}' ]
}

@test "ClickHouse: 20,000 rows in requests of 5,000, and the same again changes nothing" {
  seq 1 20000 | jq -c '{supplier_number: "S\(.)", name: "n\(.)", version: "2026-05-01 00:00:00"}' >in
  run --separate-stderr into --batch 5000 <in
  status_is 0
  [ "$(jq .batches <<<"$output")" = 4 ]
  into --batch 5000 <in >receipt
  [ "$(ch 'SELECT count(), uniqExact(supplier_number) FROM supplier FINAL')" = $'20000\t20000' ]
}

@test "ClickHouse: of a refused batch only the bad rows are rejected, with its words" {
  {
    seq 1 50 | jq -c '{supplier_number: "S\(.)", name: "n"}'
    rows '{"supplier_number":"BAD","version":"yesterday"}'
    seq 51 100 | jq -c '{supplier_number: "S\(.)", name: "n"}'
  } >in
  run --separate-stderr into --rejects r --max-rejects 1 <in
  status_is 3
  [ "$(jq -c '[.line,.record.supplier_number]' r)" = '[51,"BAD"]' ]
  [[ "$(jq -r .error r)" == "the server refuses it with status 400: "*"while read the value of key version"* ]]
  [ "$(ch 'SELECT count() FROM supplier FINAL')" = 100 ]
}

@test "ClickHouse: what it answers with 500 refuses rows by --on 500=fail" {
  run --separate-stderr into --query input_format_skip_unknown_fields=0 --on 500=fail --rejects r --max-rejects 1 \
    < <(rows '{"supplier_number":"S1"}' '{"supplier_number":"S2","nme":"x"}')
  status_is 3
  [[ "$(jq -r .error r)" == "the server refuses it with status 500: "*"Unknown field"*nme* ]]
  [ "$(ch 'SELECT supplier_number FROM supplier')" = S1 ]
}

@test "ClickHouse: a wrong password and a table that is not there end it at once, the password unseen" {
  run --separate-stderr env CH_LOGIN=nora:wrong-canary nq-load --to "$CH/" --query 'query=INSERT INTO supplier FORMAT JSONEachRow' --body ndjson --auth basic='${CH_LOGIN}' --mode append \
    <<<'{"supplier_number":"S1"}'
  status_is 1
  stderr_has "HTTP 401"
  [[ ${stderr:-} != *canary* ]]
  run --separate-stderr nq-load --to "$CH/" --query 'query=INSERT INTO none FORMAT JSONEachRow' --body ndjson --auth basic='${CH_LOGIN}' --mode append <<<'{"a":1}'
  status_is 1
  stderr_has "HTTP 404" "doesn't exist"
}

@test "ClickHouse: away for a while is 75, and the next run repairs it" {
  run --separate-stderr nq-load --to "http://127.0.0.1:9/" --body ndjson --key supplier_number --attempts 2 --retry-min 10ms <<<'{"supplier_number":"S1"}'
  status_is 75
  run --separate-stderr into <<<'{"supplier_number":"S1"}'
  status_is 0
  [ "$(ch 'SELECT count() FROM supplier FINAL')" = 1 ]
}
