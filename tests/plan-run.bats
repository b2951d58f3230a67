#!/usr/bin/env bats
# nq-sync on what nq-plan compiles beyond one nq-fetch: parents and children, commands, filters, bodies, logins.

# shellcheck disable=SC2016 # references in single quotes are nq's to fill in
# shellcheck disable=SC2030,SC2031 # each test is a subshell, which is what we want
# shellcheck disable=SC2154,SC2317 # what run and the plan set; functions that the plan calls

bats_require_minimum_version 1.5.0

load helper

setup_file() {
  mkdir "$BATS_FILE_TMPDIR/data"
  start_standin --oauth --log-bodies --data-dir "$BATS_FILE_TMPDIR/data" --suppliers 30
}

teardown_file() { stop_standin; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  : >"$API_LOG"
  rm -rf "$BATS_FILE_TMPDIR"/data/*
  export NQ_STATE=$PWD/state NQ_LOG_LEVEL=warn
}

sync() { run --separate-stderr nq-sync "$@"; }
serve() { mkdir -p "$(dirname "$BATS_FILE_TMPDIR/data/$1")" && cat >"$BATS_FILE_TMPDIR/data/$1"; }
cursor() { nq-cursor get "$1" "$2" --field committed_cursor_value; }
sql() { sqlite3 a.db "$1"; }

# rest RESOURCES: an API whose files we serve.
rest() {
  printf '%s\n' "sources:
  - name: shop
    type: rest_api
    rest_api:
      base_url: $API/files
      defaults: {load: {to: 'sqlite:a.db'}}
      resources:
$1" >sources.yml
}

shop() {
  serve orders.json <<<'{"orders":[{"id":1,"at":"2026-05-02T08:00:00Z"},{"id":2,"at":"2026-05-03T08:00:00Z"}]}'
  serve o/1.json <<<'{"items":[{"line":1,"sku":"bolt"},{"line":2,"sku":"nut"}]}'
  serve o/2.json <<<'{"items":[{"line":1,"sku":"gear"}]}'
  rest '        - {name: orders, endpoint: orders.json, incremental: {cursor: .at, param: since}}
        - name: items
          each: {resource: orders, incremental: true}
          endpoint: o/${record.id}.json
          keep: {order_id: .id, order_at: .at}
          incremental: {cursor: .order_at}
          primary_key: [order_id, line]'
}

# [differ] One cursor, that of the parents: there is no state for each of them that could grow too large.
@test "A43 children of parents: every one is loaded, and the cursor is that of the parents" {
  shop
  sync shop/items
  status_is 0
  [ "$(jq -c '[.fetched, .loaded]' <<<"$output")" = '[3,3]' ]
  [ "$(sql 'SELECT order_id, line, sku FROM items')" = $'1|1|bolt\n1|2|nut\n2|1|gear' ]
  [ "$(cursor shop items)" = 2026-05-03T08:00:00Z ]
  : >"$API_LOG"
  sync shop/items
  status_is 0
  [ "$(asked '.path, .query.since' | paste -sd ' ')" = '"/files/orders.json" "2026-05-03T08:00:00Z" "/files/o/1.json" null "/files/o/2.json" null' ]
}

@test "a parent that fails fails the run of the children, by its name" {
  shop
  rm "$BATS_FILE_TMPDIR/data/orders.json"
  sync shop/items
  status_is 1
  stderr_has 'shop/items: parents ended with status 1: nq-fetch: page 1: HTTP 404'
  [ "$(cursor shop items)" = '' ]
}

@test "a child that fails leaves the cursor, and on: {404: empty} lets it pass" {
  shop
  rm "$BATS_FILE_TMPDIR/data/o/1.json"
  sync shop/items
  status_is 1
  stderr_has 'fetch ended with status 1: nq-fetch: parent 1: page 1: HTTP 404'
  [ "$(cursor shop items)" = '' ]
  sed -i 's/          each:/          on: {404: empty}\n          each:/' sources.yml
  sync shop/items
  status_is 0
  [ "$(sql 'SELECT sku FROM items')" = gear ]
}

@test "the first request that is shown is that of the parents; a recording is for one nq-fetch" {
  shop
  sync --dry-run shop/items
  status_is 0
  [ "${lines[1]}" = "GET $API/files/orders.json" ]
  sync --record x.tar shop/items
  status_is 2
  stderr_has "--record is for a pull by one nq-fetch alone: neither for a command nor for 'each'"
  [ "$(wc -l <"$API_LOG")" = 0 ]
}

own() {
  cat >sources.yml <<'YAML'
sources:
  - name: own
    type: command
    command:
      resources:
        - name: things
          command: ./things
          env: {THINGS_TOKEN: "${secrets.things}"}
          filter: jq -c 'select(.keep != false)'
          incremental: {cursor: .at}
          load: {to: "sqlite:a.db", primary_key: k}
YAML
  printf '{"secrets": {"things": "the-token-of-things"}}\n' >settings.json
  cat >things <<'SH'
#!/bin/bash
echo "${NQ_SINCE-none}" >>asked
[[ $THINGS_TOKEN == the-token-of-things ]] || exit 9
echo '{"k":1,"at":"2026-05-02T08:00:00Z"}'
echo '{"k":2,"at":"2026-05-03T08:00:00Z","keep":false}'
exit "$(cat status 2>/dev/null || echo 0)"
SH
  chmod +x things
}

@test "a command is run with its secret and its lower bound, and moves its cursor" {
  own
  sync
  status_is 0
  sync
  status_is 0
  [ "$(<asked)" = $'none\n2026-05-03T08:00:00Z' ]
  [ "$(sql 'SELECT k FROM things')" = 1 ]
  [ "$(cursor own things)" = 2026-05-03T08:00:00Z ]
  [ "$(nq-cursor history --json own things | jq -r .status | paste -sd ' ')" = 'succeeded succeeded' ]
}

@test "a command that fails is the culprit, and the cursor stays; 75 is told on" {
  own
  echo 75 >status
  sync
  status_is 75
  stderr_has "own/things: command ended with status 75: nq-cursor: 'bash' ended with status 75"
  [ "$(cursor own things)" = '' ]
  echo 4 >status
  sync
  status_is 1
  [ "$(cursor own things)" = '' ]
}

@test "a command is run in the folder of its file, from wherever" {
  own
  mkdir elsewhere
  cd elsewhere
  sync -c ../sources.yml
  status_is 0
  [ -e ../asked ]
}

@test "the secret of a command is in no command line" {
  own
  sed -i 's/^exit.*/sleep 30/' things
  nq-sync >out 2>err 3>&- &
  until_true 10 test -s asked
  run ! grep -al the-token-of-things /proc/[0-9]*/cmdline
  kill %1
  run ! wait %1
}

@test "a look at a command shows it and runs nothing" {
  own
  sync --dry-run
  status_is 0
  stdout_is $'# own/things\n./things'
  sync doctor
  status_is 0
  [[ $output == *'look  own/things   the command was not run'* ]]
  [ ! -e asked ]
}

@test "a search by POST carries the lower bound from the second run on, and its token in the body" {
  cat >sources.yml <<YAML
sources:
  - name: crm
    type: rest_api
    rest_api:
      base_url: $API/crm/v3/objects
      auth: {type: oauth2, token_url: "$API/oauth/token", client_id: acme-client, client_secret: "\${CRM_SECRET}"}
      resources:
        - name: contacts
          endpoint: /contacts/search
          method: POST
          json:
            limit: 100
            filterGroups: [{filters: [{propertyName: lastmodifieddate, operator: GTE, value: "\${var.since}"}]}]
          pagination: {type: cursor, next: .paging.next.after, in: "body:.after"}
          incremental: {cursor: .updatedAt}
          load: {to: "sqlite:a.db"}
YAML
  printf 'CRM_SECRET=client-secret-here\n' >.env
  [ "$(nq-plan | grep -c -- '--env-file .env')" -eq 1 ]
  sync
  status_is 0
  [ "$(sql 'SELECT count(*) FROM contacts')" -eq 25 ]
  sync
  status_is 0
  [ "$(jq -r 'select(.path | endswith("search")) | .body' "$API_LOG" | jq -c '[.filterGroups[0].filters[0].value, .after]' | sed -n '1p;2p;6p;7p')" = '[null,null]
[null,"p2"]
["2026-05-16T10:23:14.5Z",null]
["2026-05-16T10:23:14.5Z","p2"]' ]
}

@test "keys that nq-fetch has reach it: csv, and an origin that may be followed" {
  serve parts.txt <<<$'id;name\n1;bolt\n2;nut'
  rest '        - {name: parts, endpoint: parts.txt, format: csv, csv_delimiter: ";", id: .id, strict: true, max_line: 1k}'
  sync
  status_is 0
  [ "$(sql 'SELECT id, name FROM parts')" = $'1|bolt\n2|nut' ]
}

@test "keys that nq-load has reach it: method, query, members beside the rows, what a status means" {
  export TOK=token-of-the-destination
  curl -fsS -o /dev/null "$API/ingest/parts/clear"
  serve parts.json <<<'[{"id":1},{"id":2}]'
  rest "        - name: parts
          endpoint: parts.json
          primary_key: id
          load:
            to: $API/ingest/parts
            method: PUT
            params: {by: a b&c, tok: '\${TOK}'}
            envelope: rows
            members: {source: nq, dry: false, run: '7'}
            on: {500: fail}
            batch: 1
            rejects: no.ndjson
            max_rejects: 1"
  fault '{"match":"/ingest","kind":"status","status":500,"count":1}'
  sync
  mend
  status_is 3
  [ "$(jq -r .record.id no.ndjson)" = 1 ]
  [ "$(asked 'select(.path == "/ingest/parts") | [.method, .query.by, .query.tok]' | sort -u)" = '["PUT","a b&c","token-of-the-destination"]' ]
  [ "$(asked 'select(.path == "/ingest/parts") | .body' | tail -n 1 | jq -r .)" = '{"rows":[{"id":2}],"source":"nq","dry":false,"run":"7"}' ]
  [[ $output$stderr != *token-of-the* ]]
}

# === what comes out is quoted =================================================================

evil_sources() {
  cat >sources.yml <<'YAML'
sources:
  - name: own's $(touch pwned)
    type: command
    command:
      resources:
        - name: $(touch pwned)
          command: "touch 'p q' $x\n$(true) \"${HOME}\" \\"
          env: {A: "$(touch pwned)\n'\x22\t", B: "-é`touch pwned`"}
          incremental: {cursor: ".\"$(touch 'pwned')\""}
          map: {expression: "{a: \"$(touch pwned)\", b: 'x\n}", args: {v: "-$(touch pwned)"}}
          load: {to: "sqlite:$(touch pwned)'", primary_key: "k'"}
        - {name: b, command: "-x", load: {to: "-"}}
  - name: api
    type: rest_api
    rest_api:
      base_url: https://h
      defaults: {load: {to: "-"}}
      resources:
        - {name: p, filter: "'\\''\n"}
        - name: c
          each: p
          endpoint: /${record."$(touch pwned)"}/${record.it's}
          keep: {"$(touch pwned)": ".\"'\\n$\""}
          incremental: {cursor: .u}
          json: {"$(touch pwned)": "'\n\x1f\xff\\", on: -x, s: "${var.since}", n: ~}
YAML
}

# The words of each command of a plan in a file of their own; the names tell them apart.
digests() { sha256sum "$@" | cut -d ' ' -f 1 | sort; }
words_of_json() {
  local i=0 words
  while read -r words; do
    i=$((i + 1))
    jq -j '.[] | . + "\u0000"' <<<"$words" >"want.$i"
  done
}

@test "--shell is read back as it was meant: commands, mappings, parents and bodies" {
  evil_sources
  nq-plan --json --since 2026-05-01 >plan.json
  nq-plan --shell --since 2026-05-01 >plan.sh
  jq -c '.stages[] | (if .since then .argv[:.at] + .since + ["--var", "since=2026-05-01T00:00:00Z"] + .argv[.at:] else .argv end)' plan.json | words_of_json
  (
    n=0
    nq_stream() {
      n=$((n + 1))
      [ "$connector" = "$(sed -n "${n}p" plan.json | jq -j .connector_name)" ]
      [ "$stream" = "$(sed -n "${n}p" plan.json | jq -j .stream_name)" ]
      bounds "$lower"
      pipeline
    }
    stage() { printf '%s\0' "${@:2}" >"got.$n.$1"; }
    # shellcheck source=/dev/null
    source ./plan.sh
    [ "$n" -eq 4 ]
  )
  diff <(digests want.*) <(digests got.*)
  [ ! -e pwned ]
}

@test "--print can be pasted: commands, mappings, parents and bodies" {
  local tool
  evil_sources
  nq-plan --json >plan.json
  nq-plan --print >plan.sh
  jq -c '.stages[] | .at as $at | if .whole then .argv[:$at] + .whole + .argv[$at:] else .argv end' plan.json | words_of_json
  mkdir bin
  for tool in nq-fetch nq-cursor nq-load nq-map; do
    printf '#!/bin/bash\nprintf "%%s\\0" %s "$@" >"%s/got.$$"\n' "$tool" "$PWD" >"bin/$tool"
    chmod +x "bin/$tool"
  done
  PATH=$PWD/bin:$PATH bash ./plan.sh
  diff <(digests want.*) <(digests got.*)
  [ ! -e pwned ]
}
