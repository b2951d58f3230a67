#!/usr/bin/env bash
# The whole story in half a minute, against the stand-in server: first sync, delta, nothing new, outage, repair.
# usage: examples/acme/demo.sh BUILD-DIRECTORY      What it makes stays in BUILD-DIRECTORY/demo to look at.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: demo.sh BUILD-DIRECTORY}" && pwd)
work=$build/demo
bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' plain=$'\e[0m'
fi
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true' EXIT

rm -rf "$work"
mkdir "$work"
cp "$here"/*.yml "$here"/*.map "$here"/settings.json "$work"
cd "$work"
export PATH=$build:$PATH NQ_STATE=state
unset NQ_LOG NQ_LOG_LEVEL

# The words of the teller, set off from what the programs say.
tell() { printf '\n%s\n' "$*"; }

# run STATUS COMMAND: shows the command, runs it, and makes sure that it ended as the story goes.
run() {
  local want=$1 status=0
  printf '%s$ %s%s\n' "$bold" "$2" "$plain"
  bash -c "$2" 2>&1 || status=$?
  ((status == want)) || {
    printf 'demo: this ended with status %s, not %s\n' "$status" "$want"
    exit 1
  }
}

# api PATH JSON, mend: what happens behind the API, which is not ours to see.
api() { curl -fsS -o "${3:-/dev/null}" -d "$2" "$API/_/$1"; }
mend() { curl -fsS -o /dev/null -X DELETE "$API/_/faults"; }

# expect MEMBER OPERATOR N: of the line that nq-sync printed last.
expect() {
  local n
  n=$(sed -n 's/.*"'"$1"'":\([0-9]*\)[,}].*/\1/p' result)
  test "${n:--1}" "$2" "$3" && return
  printf 'demo: %s is %s; the story goes otherwise\n' "$1" "${n:-not there}"
  exit 1
}

start_server() {
  "$build/tests/standin" --exit-with-parent --port-file port --log requests.ndjson --suppliers 5000 --age-days 6 \
    >server.log 2>&1 &
  server=$!
  until [[ -s port ]]; do
    kill -0 "$server" 2>/dev/null || { cat server.log && exit 1; }
    sleep 0.02
  done
  API=http://127.0.0.1:$(<port)
  sed -i -e "s#https://api.acme-erp.com#$API#" -e "s#https://test-api.apreceiving.com#$API#" settings.json
}

printf '%snq: REST delta sync as Unix filters%s\n' "$bold" "$plain"
start_server
tell "A stand-in for Acme's API with 5,000 suppliers answers at $API.
The connector file says what to pull, how to map it, and where it goes:"
run 0 'grep -v "^#" sources.yml'
tell "It is only another spelling of a line of shell. Secrets stay references, which the tools fill in:"
run 0 'nq-sync --print'

tell "1. The first sync. Acme throws two 429s and two 502s at us; nq-fetch waits as it is told, and tries again."
api faults '{"match":"/v2/","kind":"status","status":429,"retry_after":"1","skip":4,"count":2}'
api faults '{"match":"/v2/","kind":"status","status":502,"skip":9,"count":2}'
run 0 'nq-sync | tee result'
expect loaded -eq 5000
mend

tell "2. At Acme, 37 suppliers change. The next sync asks for what is new since the cursor, and gets exactly those,
and the ones on the boundary again: a cursor is inclusive, and upserts make that harmless."
api acme/touch '{"count":37,"seconds_ago":4}'
run 0 'nq-sync | tee result'
expect loaded -eq 37
run 0 "tail -n 1 requests.ndjson | grep -o '\"raw_query\":\"[^\"]*\"'"

tell "3. Once more. The boundary is read again, and there is nothing new to load."
run 0 'nq-sync | tee result'
expect loaded -eq 0

tell "4. Then 2,000 suppliers change, and in the middle of the pull the API breaks down. What came before is in the
table; the run has failed, with a status that says 'try again later'; and the cursor stays where it was."
api acme/touch '{"count":2000,"seconds_ago":3,"seed":4}'
api faults '{"match":"/v2/","kind":"status","status":503,"skip":4}'
run 75 'nq-sync'
run 0 'nq-cursor list'

tell "5. Acme mends its API. The same command again brings everything: nothing was lost, nothing comes twice."
mend
run 0 'nq-sync | tee result'
expect fetched -ge 2000
expect rejected -eq 0

tell "6. What there is now: a plain table,"
run 0 "sqlite3 -box nq.db 'SELECT count(*) AS suppliers, sum(is_active) AS active FROM supplier'"
run 0 "sqlite3 -box nq.db 'SELECT supplier_number, supplier_name, is_active,
    supplier_location ->> \"\$[0].supplier_address[0].city\" AS city FROM supplier LIMIT 5'"
tell "and the delta state, with the history of its runs:"
run 0 'nq-cursor list'
run 0 'nq-cursor history acme_eu suppliers'

tell "All of it is in $work; 'man -l man/nq-sync.1' tells the rest."
