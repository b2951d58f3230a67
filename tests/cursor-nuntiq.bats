#!/usr/bin/env bats
# nq-cursor with its state on the Nuntiq platform, played by the stand-in server.
# shellcheck disable=SC2016,SC2154 # stderr is set by run; references of ours in single quotes

load helper

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  start_standin --log-bodies
  on_host one
  export NUNTIQ_TOKEN=job-token-here NQ_STATE=nuntiq:$API/api
  export NQ_STATE_AUTH='bearer=${NUNTIQ_TOKEN}' NQ_STATE_CUSTOMER_NUMBER=10000001
  unset NQ_STALE
}
teardown() { stop_standin; }

on_host() { export XDG_STATE_HOME=$BATS_TEST_TMPDIR/$1; }
start() { RUN=$(nq-cursor --retry-min 10ms --attempts 2 begin -t numeric_id -F run_id "$@" acme suppliers); }
complete() { nq-cursor --retry-min 10ms --attempts 2 complete --run "$RUN" --cursor "$@" -F committed_cursor_value acme suppliers; }
row() { nq-cursor get -F status -F committed_cursor_value acme suppliers; }
as_admin() { curl -fsS -o /dev/null -H 'Authorization: Bearer admin-token-here' -H 'X-Customer-Number: 10000001' -d "$2" "$API/api/v1/delta/streams/acme/suppliers/$1"; }
posts() { asked 'select(.method == "POST" and (.path | startswith("/api/"))) | [.path[27:], (.body | fromjson)]'; }

@test "each verb is a request to its endpoint, with token and customer number" {
  start -d sqlite:/nq.db#supplier --initial 5
  nq-cursor complete --run "$RUN" --metadata '{"page_size": 200}' acme suppliers \
    <<<'{"records":3,"watermark":"7","cursor_type":"numeric_id","destination":"sqlite:/nq.db#supplier"}'
  start
  nq-cursor fail --run "$RUN" --error 'HTTP 502' acme suppliers
  [ "$(asked '[.headers.authorization, .headers["x-customer-number"]]' | sort -u)" = '["Bearer job-token-here","10000001"]' ]
  diff <(posts | sed 's/"run_id":"[^"]*"/"run_id":"R"/') - <<'END'
["suppliers/begin",{"cursor_type":"numeric_id"}]
["suppliers/complete",{"new_cursor_value":"7","records_processed":3,"metadata":{"page_size":200,"nq":{"run_id":"R","lower_bound":"5","destination":"sqlite:/nq.db#supplier","none":null}}}]
["suppliers/begin",{"cursor_type":"numeric_id"}]
["suppliers/fail",{"error_summary":"HTTP 502"}]
END
}

@test "names are percent-encoded in the path, dots too" {
  nq-cursor get .. 'a/b c' >/dev/null
  [ "$(asked .path)" = '"/api/v1/delta/streams/%2E./a%2Fb%20c"' ]
}

@test "the settings file has the customer number and the secret" {
  unset NQ_STATE_AUTH NQ_STATE_CUSTOMER_NUMBER
  echo '{"customer_number":"10000001","secrets":{"nuntiq":"job-token-here"}}' >settings.json
  nq-cursor --settings settings.json --auth 'bearer=${secrets.nuntiq}' get acme suppliers
  NQ_STATE_SETTINGS=settings.json NQ_STATE_AUTH='bearer=${secrets.nuntiq}' nq-cursor get acme suppliers
  echo 'TOKEN_OF_FILE=job-token-here' >env.txt
  nq-cursor --env-file env.txt --auth 'bearer=${TOKEN_OF_FILE}' --customer-number 10000001 get acme suppliers
}

@test "wrong credentials are told, and no secret is" {
  NUNTIQ_TOKEN=geheim run --separate-stderr nq-cursor get acme suppliers
  status_is 1
  stderr_has 401
  [[ $stderr != *geheim* ]]
  run --separate-stderr nq-cursor --auth bearer=geheim get acme suppliers
  status_is 2
  stderr_has "bearer='\${"
  [[ $stderr != *geheim* ]]
  NQ_STATE_CUSTOMER_NUMBER=7 run --separate-stderr nq-cursor get acme suppliers
  status_is 1
  stderr_has 'delta state: the platform refuses it with status 403: the token does not belong to this customer'
}

@test "a base URL that is none is refused before anything is asked" {
  local bad
  for bad in nuntiq: nuntiq:/api nuntiq:ftp://h/api "nuntiq:$API/api?x=1" 'nuntiq:${NO_SUCH_NAME}/api'; do
    run --separate-stderr nq-cursor --state "$bad" get acme suppliers
    status_is 2
    [ -z "$output" ]
  done
  run --separate-stderr nq-cursor --state 'nuntiq:http://me:geheim@127.0.0.1/api' get acme suppliers
  status_is 2
  [[ $stderr != *geheim* ]]
  [ -z "$(asked)" ]
}

@test "what the network loses is asked again, and a platform that is away is 75" {
  fault '{"match":"/api/","kind":"status","status":503,"count":1}'
  start
  fault '{"match":"/api/","kind":"reset"}'
  run --separate-stderr complete 7
  status_is 75
  mend
  [ "$(complete 7)" = 7 ]
}

@test "a complete whose answer was lost is there, and may be repeated" {
  start
  fault '{"match":"/api/v1/delta/streams/acme/suppliers/complete","kind":"cut"}'
  run --separate-stderr complete 7
  status_is 75
  [ "$(row)" = $'succeeded\n7' ]
  mend
  [ "$(complete 7)" = 7 ]
  [ "$(nq-cursor history --json acme suppliers | jq -r .event)" = completed ]
}

@test "a begin whose answer was lost does not keep the next one waiting" {
  fault '{"match":"/api/v1/delta/streams/acme/suppliers/begin","kind":"cut"}'
  run --separate-stderr start
  status_is 75
  [ "$(row)" = running ]
  mend
  start
  [ "$(complete 7)" = 7 ]
  [ "$(nq-cursor history --json acme suppliers | jq -r .event | paste -sd,)" = abandoned,completed ]
}

@test "a complete that this machine forgot is known from the metadata" {
  start
  cp -r one before
  complete 7
  rm -rf one && mv before one
  [ "$(complete 7)" = 7 ]
  run --separate-stderr complete 8
  status_is 1
  stderr_has 'has completed already'
}

@test "a run that another host began is left alone for an hour, or as long as NQ_STALE says" {
  start
  on_host two
  run --separate-stderr nq-cursor begin acme suppliers
  status_is 75
  stderr_has "a run of 'acme/suppliers' that was not begun here is on since 20" 'NQ_STALE'
  sleep 1 # the platform tells whole seconds
  local mine=$RUN
  NQ_STALE=0 start
  on_host one
  RUN=$mine
  run --separate-stderr complete 7
  status_is 1
  stderr_has "run '$mine' is superseded by run 'elsewhere-20"
}

@test "a host that knows nothing goes on from the platform's cursor, and knows its destination" {
  start -d a
  complete 7
  on_host two
  [ "$(row)" = $'succeeded\n7' ]
  run --separate-stderr nq-cursor begin -d b acme suppliers
  status_is 1
  stderr_has "belongs to the destination 'a', not 'b'"
  start -d a
  [ "$(nq-cursor get -F lower_bound acme suppliers)" = 7 ]
}

@test "a reset by the platform's admin ends the claim of a run" {
  start
  complete 7
  start
  as_admin reset '{"new_cursor_value":"2","reason":"by hand"}'
  run --separate-stderr complete 8
  status_is 1
  [ "$(row)" = $'idle\n2' ]
}

@test "reset needs a token that may, and is audited by the platform" {
  start
  complete 7
  run --separate-stderr nq-cursor reset --cursor 3 --reason 'reload May' acme suppliers
  status_is 1
  stderr_has 'reset: the platform refuses it with status 403: FORBIDDEN: the permission DELTA_RESET is missing'
  [ "$(row)" = $'succeeded\n7' ]
  NUNTIQ_TOKEN=admin-token-here nq-cursor reset --cursor 3 --reason 'reload May' acme suppliers
  curl -fsS "$API/_/audit" | jq -e '.audit | last | .event_type == "cursor_reset" and .reason == "reload May"'
}

@test "a begin that answers with less than the row will do" {
  stop_standin
  start_standin --begin-small
  export NQ_STATE=nuntiq:$API/api
  start
  [ "$(complete 7)" = 7 ]
  start
  [ "$(nq-cursor get -F lower_bound acme suppliers)" = 7 ]
}

@test "an answer that is no row is an error, never a fresh start" {
  local body
  start
  complete 7
  for body in '[]' '7' '{"status":"busy"}' '{"status":"succeeded","cursor_type":"numeric_id","committed_cursor_value":"x"}' \
    '{"status":"idle","committed_cursor_value":"7"}' '{"status":"idle","cursor_type":"date"}' '{}'; do
    fault "$(jq -nc --arg b "$body" '{match: "/api/", kind: "status", status: 200, body: $b}')"
    run --separate-stderr nq-cursor begin acme suppliers
    status_is 1
    stderr_has "the platform's "
    [ -z "$output" ]
    mend
  done
  [ "$(row)" = $'succeeded\n7' ]
}

@test "an envelope, numbers as strings and strings as numbers are understood" {
  fault '{"match":"/api/","kind":"status","status":200,"body":"{\"data\":{\"status\":\"succeeded\",\"cursor_type\":\"numeric_id\",\"committed_cursor_value\":10000000000000000000000001,\"records_processed\":\"12\"}}"}'
  nq-cursor get acme suppliers | jq -e '.committed_cursor_value == "10000000000000000000000001" and .records_processed == 12'
}

@test "metadata may not take the place of ours" {
  start
  run --separate-stderr complete 7 --metadata '{"nq":1}'
  status_is 2
  stderr_has "the member 'nq' is what nq itself keeps there"
  [ "$(row)" = running ]
}

@test "each platform and customer has its own folder on this machine, which no directory store takes for a stream" {
  start
  [ "$(find one/nq -mindepth 1 -maxdepth 1 -printf '%f\n')" = ".nuntiq,$(jq -rn --arg u "$API/api" '$u | @uri'),10000001" ]
  run --separate-stderr nq-cursor --state one/nq list --json
  stdout_is ''
}

@test "without the program that is linked for it the store is told to be missing" {
  install -m 755 "$BUILD/nq-cursor" alone
  run --separate-stderr ./alone get acme suppliers
  status_is 1
  stderr_has "cannot run '$PWD/nq-cursor-nuntiq', which this needs: No such file or directory"
}

@test "nq-sync keeps its state there with nothing but the environment, and a second run goes on" {
  export ACME_TOKEN=test-bearer-token-here TMPDIR=$BATS_TEST_TMPDIR NQ_STATE_SETTINGS=$PWD/settings.json NQ_STATE_AUTH='bearer=${secrets.nuntiq}'
  unset NQ_STATE_CUSTOMER_NUMBER
  echo '{"customer_number":"10000001","secrets":{"nuntiq":"job-token-here"}}' >settings.json
  cp "$ROOT/examples/acme/suppliers.map" .
  cat >sources.yml <<END
sources:
  - name: acme
    type: rest_api
    rest_api:
      base_url: $API/v2
      headers: {Authorization: "Bearer \${ACME_TOKEN}"}
      resources:
        - name: suppliers
          endpoint: /suppliers
          pagination: {type: page_number, param: page, start: 1, next: .next_page}
          records: .data
          incremental: {cursor: .updated_at, type: timestamp_utc, param: updated_after}
          map: suppliers.map
          load: {to: "sqlite:nq.db", table: supplier, primary_key: supplier_number, write_disposition: merge}
END
  run --separate-stderr nq-sync
  status_is 0
  jq -e '.success and .loaded > 0' <<<"$output"
  local cursor loaded
  loaded=$(jq -r .loaded <<<"$output")
  cursor=$(jq -r .cursor_committed <<<"$output")
  curl -fsS -H 'Authorization: Bearer job-token-here' -H 'X-Customer-Number: 10000001' "$API/api/v1/delta/streams/acme/suppliers" |
    jq -e --arg c "$cursor" --argjson n "$loaded" '.status == "succeeded" and .committed_cursor_value == $c and .records_processed == $n and (.metadata.nq.destination | startswith("sqlite:"))'
  run --separate-stderr nq-sync
  status_is 0
  jq -e --arg c "$cursor" '.success and .lower_bound == $c and .cursor_committed == $c' <<<"$output"
}
