#!/usr/bin/env bats
# examples/: each script runs as a newcomer would run it, and asks no more than it must.

load helper
load postgres
load clickhouse

setup_file() {
  start_standin --log-bodies
  start_postgres
  start_clickhouse
}

setup() {
  : >"$API_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown_file() {
  stop_standin
  stop_postgres
  stop_clickhouse
}

# example NAME [ARGUMENT…]: against the stand-in of this file.
example() {
  run --separate-stderr env NQ_BUILD="$BUILD" "$ROOT/examples/$1/run.sh" "${@:2}"
  status_is 0
  stderr_is ''
}

# alone NAME: as typed after make, with a server of its own that ends with it.
alone() {
  mkdir -p own
  run --separate-stderr env API='' NQ_BUILD="$BUILD" TMPDIR="$PWD/own" "$ROOT/examples/$1/run.sh"
  status_is 0
  stderr_is ''
  [ ! -s "$API_LOG" ]
  [ -z "$(ls own)" ]
}

@test "hubspot: all contacts by GET, then by the search POST, each once" {
  local all
  example hubspot
  [ "${#lines[@]}" -eq 52 ]
  [ "${lines[0]}" = '# all contacts' ]
  [ "${lines[26]}" = '# those that changed' ]
  [ "${lines[1]}" = '{"contact_id":"0","email":"contact0@example.com","name":"Ada No. 0","company":"unknown","lifecycle":"lead","score":0,"opted_out":false,"created_at":"2026-05-01T08:00:00Z","tags":[]}' ]
  all=$(seq 0 24)
  [ "$(printf '%s\n' "${lines[@]:1:25}" | jq -r .contact_id)" = "$all" ]
  [ "$(printf '%s\n' "${lines[@]:27}" | jq -r .contact_id)" = "$all" ]
}

@test "hubspot: five requests each, the token in the query of the GET and the body of the POST" {
  example hubspot 2026-05-10T00:00:00Z
  [ "$(asked '[.method, .path]' | sort | uniq -c | sed 's/^ *//')" = '5 ["GET","/crm/v3/objects/contacts"]
5 ["POST","/crm/v3/objects/contacts/search"]' ]
  [ "$(asked 'select(.method == "GET") | [.query.after, .query.limit]')" = '[null,"100"]
["p2","100"]
["p3","100"]
["p4","100"]
["p5","100"]' ]
  [ "$(jq -r 'select(.method == "POST") | .body' "$API_LOG" | jq -c '[.after, .limit, .filterGroups[0].filters[0].value]')" = '[null,100,"2026-05-10T00:00:00Z"]
["p2",100,"2026-05-10T00:00:00Z"]
["p3",100,"2026-05-10T00:00:00Z"]
["p4",100,"2026-05-10T00:00:00Z"]
["p5",100,"2026-05-10T00:00:00Z"]' ]
}

@test "github: the issues of a repository, page after page by Link" {
  example github some/where
  [ "$(jq .number <<<"$output")" = "$(seq 0 24)" ]
  [ "${lines[24]}" = '{"number":24,"title":"Issue 24","state":"open","author":"ada","labels":"bug,good first issue","comments":24,"updated_at":"2026-05-16T10:23:14Z"}' ]
  [ "$(asked '[.path, .query.page, .query.state, .headers.accept]' | sort -u)" = '["/repos/some/where/issues","2","all","application/vnd.github+json"]
["/repos/some/where/issues","3","all","application/vnd.github+json"]
["/repos/some/where/issues","4","all","application/vnd.github+json"]
["/repos/some/where/issues","5","all","application/vnd.github+json"]
["/repos/some/where/issues",null,"all","application/vnd.github+json"]' ]
  [ "$(wc -l <"$API_LOG")" -eq 5 ]
}

@test "github: pull requests are left out, and so is the account that is gone" {
  run --separate-stderr nq-map -f "$ROOT/examples/github/issues.map" <<'END'
{"number":7,"title":" x ","state":"closed","user":null,"labels":[],"updated_at":"2026-05-16T10:23:14Z"}
{"number":8,"title":"y","state":"open","pull_request":{"url":"u"}}
END
  status_is 0
  stdout_is '{"number":7,"title":"x","state":"closed","author":"ghost","labels":"","comments":0,"updated_at":"2026-05-16T10:23:14Z"}'
}

@test "graphql: the cursor goes into the variables, the query stays" {
  example graphql
  [ "$(jq -c . <<<"$output")" = "$(for i in {0..24}; do echo "{\"id\":$i,\"title\":\"Post $i\"}"; done)" ]
  [ "$(jq -r .body "$API_LOG" | jq -c '[.variables.first, .variables.after, (.query | startswith("query("))]')" = '[5,null,true]
[5,"p2",true]
[5,"p3",true]
[5,"p4",true]
[5,"p5",true]' ]
}

@test "graphql: an error under a 200 fails" {
  fault '{"match":"/graphql","kind":"status","status":200,"body":"{\"data\":null,\"errors\":[{\"message\":\"no such field\"}]}","count":1}'
  run --separate-stderr env NQ_BUILD="$BUILD" "$ROOT/examples/graphql/run.sh"
  mend
  status_is 1
  stderr_has '--fail-if .errors'
}

@test "nuntiq: the organizations first, then the suppliers that name them, folded by key" {
  example nuntiq
  [ "$(jq -c '[.records,.folded,.destination]' <<<"$output")" = '[2,0,"nuntiq:'"$API"'/api#organization@10000001"]
[3,1,"nuntiq:'"$API"'/api#supplier@10000001"]' ]
  [ "$(asked '[.method,.path]')" = '["POST","/api/v1/organization"]
["POST","/api/v1/supplier"]' ]
  : >"$API_LOG"
  fault '{"match":"/api/v1/organization","kind":"status","status":400}'
  run env NQ_BUILD="$BUILD" "$ROOT/examples/nuntiq/run.sh"
  mend
  status_is 1
  [ -z "$(asked 'select(.path == "/api/v1/supplier")')" ]
}

@test "dango: a project of Dango runs as it stands, in both spellings; Python is refused by name" {
  example dango
  stdout_is "$(
    printf '"stream_name":"%s"\t"loaded":25\n' users orders tickets agents labels
    printf '%s: 25 rows\n' users orders tickets agents labels
    echo 'The rest is refused by name:'
    echo "nq-plan: .dango/sources.yml:55:11: type 'dlt_native': Python code: make it a program that writes one JSON object a line, and say type: command"
  )"
  # Pages are counted from 1 in the tutorial, from 0 in the code; the token of .env goes along.
  [ "$(asked 'select(.path == "/protected/plain") | .query.page' | head -n 1)" = '"1"' ]
  [ "$(asked 'select(.path == "/protected/total-pages-0") | .query.page' | head -n 1)" = '"0"' ]
  [ "$(asked 'select(.path == "/protected/drf") | .query.status' | head -n 1)" = '"completed"' ]
  [ "$(asked .headers.authorization | sort -u)" = '"Bearer test-bearer-token-here"' ]
}

@test "as typed after make: each starts a server of its own, ends it, and leaves nothing behind" {
  local name
  for name in hubspot github graphql; do
    alone $name
    [ "$(grep -c '^{' <<<"$output")" -ge 25 ]
  done
  alone dango
  [ "$(grep -c ': 25 rows$' <<<"$output")" -eq 5 ]
}

@test "before make they say so" {
  mkdir empty
  NQ_BUILD=empty run --separate-stderr "$ROOT/examples/github/run.sh"
  status_is 2
  stderr_has 'run make first'
}

@test "each is at most 20 lines of shell" {
  local script n
  for script in "$ROOT"/examples/{hubspot,github,graphql,dango}/run.sh; do
    n=$(grep -cvE '^ *(#|$)' "$script")
    [ "$n" -le 20 ] || { echo "$script: $n"; return 1; }
  done
}

@test "clickhouse: a first pull, the same again, and a delta end in one row a key, the newest" {
  export ACME_TOKEN=test-bearer-token-here CLICKHOUSE=$CH/ CH_LOGIN=nora:password-here
  example clickhouse
  stdout_is '# what changed: 500 loaded
# all of it, once more: 500 loaded
# rows and keys: 500 500'
  curl -fsS -o /dev/null -d '{"count":3,"seconds_ago":2,"seed":1}' "$API/_/acme/touch"
  example clickhouse
  [[ ${lines[0]} =~ ^'# what changed: '([3-9]|1[0-9])' loaded'$ ]]
  [ "${lines[2]}" = '# rows and keys: 500 500' ]
  diff <(nq-fetch --auth "bearer=\${ACME_TOKEN}" --records .data --paginate page "$API/v2/suppliers" | jq -r '"\(.number)\t\(.updated_at[:19] | sub("T"; " "))"' | sort) \
    <(ch 'SELECT number, updated_at FROM supplier FINAL' | sort)
  run ! grep -rF password-here .
}

# duckdb_shell COMMAND: what runs where DuckDB's shell is asked for; and its library is there.
duckdb_shell() {
  mkdir bin
  printf '#!/bin/sh\n%s\n' "$1" >bin/duckdb
  chmod 755 bin/duckdb
  NQ_LIBDUCKDB=$("$ROOT/tests/duckdb.sh")
  export NQ_LIBDUCKDB PATH=$PWD/bin:$PATH
}

@test "warehouse: one stream into SQLite, DuckDB and PostgreSQL, the same in all three, and unchanged when it comes again" {
  # Where DuckDB's own shell would be there is what the tests look at databases with.
  mkdir bin
  # shellcheck disable=SC2016 # the script expands it
  printf '#!/bin/sh\nexec "%s/tests/tools/duckdb_query" "$3" "$4"\n' "$BUILD" >bin/duckdb
  chmod 755 bin/duckdb
  NQ_LIBDUCKDB=$("$ROOT/tests/duckdb.sh")
  export NQ_LIBDUCKDB PATH=$PWD/bin:$PATH
  example warehouse "$PGURL"
  [ "${lines[0]}" = '# sqlite: 500 inserted, 0 updated, 0 unchanged' ]
  [ "${lines[1]}" = '# duckdb: 500 inserted, 0 updated, 0 unchanged' ]
  [ "${lines[2]}" = '# postgresql: 500 inserted, 0 updated, 0 unchanged' ]
  [ "${#lines[@]}" -eq 505 ]
  [ "${lines[-1]}" = '# they are the same' ]
  example warehouse "$PGURL"
  [ "${lines[1]}" = '# duckdb: 0 inserted, 0 updated, 500 unchanged' ]
  [ "${lines[2]}" = '# postgresql: 0 inserted, 0 updated, 500 unchanged' ]
}

@test "warehouse: a database that answers otherwise is seen" {
  duckdb_shell "echo 'S1|another|active'"
  run --separate-stderr env NQ_BUILD="$BUILD" "$ROOT/examples/warehouse/run.sh"
  status_is 1
  [[ $output != *'they are the same'* ]]
}
