#!/usr/bin/env bats
# nq-plan: what the keys of a connector file become, group by group; that the tools know all of it.

# shellcheck disable=SC2016 # references in single quotes are nq's to fill in
# shellcheck disable=SC2030,SC2031 # each test is a subshell, which is what we want
# shellcheck disable=SC2154 # stderr and output are set by run

bats_require_minimum_version 1.5.0

load helper
load plan-common

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export TOK=test-token-of-mine USR=nora-of-acme PWD_OF=test-password
}

# option STAGE OPTION…: the values that the words of a stage give these options, a line each.
option() {
  argv "$1" --to - | jq -r --arg names "${*:2}" '. as $w | $names | split(" ")[] as $o | range($w | length) |
    select($w[.] == $o) | "\($o) \($w[. + 1])"'
}

# === how to log in ============================================================================

# api KEYS: one resource of an API with these keys.
api() { sources "sources: [{name: a, type: rest_api, rest_api: {base_url: 'https://h/v1', $1, resources: [r]}}]"; }

@test "every way to log in becomes that of nq-fetch, which takes it" {
  local yaml want words
  printf 'machine h login x password yyyyyyyy\n' >rc
  printf 'refresh-token-here\n' >refresh
  while IFS='|' read -r yaml want; do
    api "auth: $yaml"
    [ "$(argv fetch --to - | jq -r '.[1:-2] | join(" ")')" = "$want" ]
    mapfile -t words < <(argv fetch --to - | jq -r '.[]')
    "${words[@]}" --dry-run | grep -q '^GET https://h/v1/r'
  done <<'TEXT'
{token: "${TOK}"}|--auth bearer=${TOK}
{type: bearer, token: "${TOK}"}|--auth bearer=${TOK}
{type: basic, token: "${USR}:${PWD_OF}"}|--auth basic=${USR}:${PWD_OF}
{type: basic, username: nora, password: "${PWD_OF}"}|--auth basic=nora:${PWD_OF}
{type: http_basic, username: "${USR}", password: "${PWD_OF}"}|--auth basic=${USR}:${PWD_OF}
{type: basic, username: "${TOK}"}|--auth basic=${TOK}:
{type: header, name: X-Key, token: "${TOK}"}|--auth header:X-Key=${TOK}
{type: query, name: key, token: "${TOK}"}|--auth query:key=${TOK}
{type: api_key, name: X-Key, api_key: "${TOK}"}|--auth header:X-Key=${TOK}
{type: api_key, name: key, location: query, token: "${TOK}"}|--auth query:key=${TOK}
{type: netrc, file: rc}|--auth netrc --netrc rc
{type: oauth2, token_url: "https://h/t", client_id: me, client_secret: "${TOK}", scope: a b, audience: x, token_auth: body}|--auth oauth2 --token-url https://h/t --client-id me --client-secret ${TOK} --scope a b --audience x --token-auth body
{type: oauth2_client_credentials, access_token_url: "https://h/t", client_id: "${USR}", client_secret: "${TOK}"}|--auth oauth2 --token-url https://h/t --client-id ${USR} --client-secret ${TOK}
{type: oauth2, token_url: "https://h/t", client_id: me, refresh_token: "${file:refresh}"}|--auth oauth2 --token-url https://h/t --client-id me --refresh-token ${file:refresh}
{type: aws_sigv4, region: eu-west-1, service: es, token: "${USR}:${TOK}"}|--auth aws-sigv4:eu-west-1/es=${USR}:${TOK}
{type: aws_sigv4, region: r, service: s, access_key: "${USR}", secret_key: "${TOK}", session_token: "${PWD_OF}"}|--auth aws-sigv4:r/s=${USR}:${TOK}:${PWD_OF}
{type: none}|
TEXT
}

@test "Dango's ways to log in are the same under other names" {
  local yaml want
  while IFS='|' read -r yaml want; do
    api "$yaml"
    [ "$(argv fetch --to - | jq -r '.[1:-2] | join(" ")')" = "$want" ]
  done <<'TEXT'
auth_token_env: TOK|--auth bearer=${TOK}
auth_type: api_key, auth_token_env: TOK|--auth header:Authorization=${TOK}
auth_type: custom_header, auth_token_env: TOK, auth_header_name: X-T|--auth header:X-T=${TOK}
auth_type: basic, basic_username_env: USR, basic_password_env: PWD_OF|--auth basic=${USR}:${PWD_OF}
auth_type: basic, basic_username_env: USR|--auth basic=${USR}:
auth_type: oauth2_client_credentials, access_token_url: "https://h/t", client_id_env: USR, client_secret_env: TOK|--auth oauth2 --token-url https://h/t --client-id ${USR} --client-secret ${TOK}
auth_type: none|
TEXT
}

@test "a login that lacks something, or has what its type has not, is told with its place" {
  local yaml want
  while IFS='|' read -r yaml want; do
    api "$yaml"
    plan --to -
    status_is 2
    stderr_is "nq-plan: sources.yml:1:$want"
  done <<'TEXT'
auth: {type: bearer}|80: type bearer needs 'token'
auth: {type: header, token: "${TOK}"}|80: type header needs 'name'
auth: {type: basic, password: "${TOK}"}|80: type basic needs 'username'
auth: {type: oauth2, client_id: x}|80: type oauth2 needs 'token_url'
auth: {type: oauth2, token_url: u, client_id: x}|80: type oauth2 needs 'client_secret'
auth: {type: aws_sigv4, token: "${TOK}"}|80: type aws_sigv4 needs 'region'
auth: {token: "${TOK}", username: x}|98: auth of type bearer has no 'username'
auth: {type: basic, username: x, password: literal}|117: 'password' is written as a reference to a secret, for example ${secrets.password} or ${ACME_TOKEN}, never as the secret itself
auth_type: bearer|47: auth_type needs 'auth_token_env'
auth: {token: "${TOK}"}, auth_token_env: TOK|80: a second way to log in: 'auth' and 'auth_type'
TEXT
}

# === requests =================================================================================

@test "a body is written as YAML: types as they read, references in place, no shape from a value" {
  printf '{"config": {"n": 25, "t": "a\\"b"}}' >settings.json
  sources 'sources:
  - name: acme
    type: rest_api
    rest_api:
      base_url: https://h
      resources:
        - name: r
          method: PUT
          json:
            a: 1
            b: "1"
            c: [true, ~, 1.50, 0x1F, yes]
            d: {}
            e: []
            n: ${config.n}
            t: ${config.t}
            s: ${TOK}'
  [ "$(option fetch -X -d)" = '-X PUT
-d {"a":1,"b":"1","c":[true,null,1.50,"0x1F","yes"],"d":{},"e":[],"n":25,"t":"a\"b","s":"${TOK}"}' ]
}

@test "a first pull leaves out of the body what asks for the lower bound" {
  sources 'sources:
  - name: acme
    type: rest_api
    rest_api:
      base_url: https://h
      resources:
        - name: r
          incremental: {cursor: .u}
          json:
            limit: 10
            groups: [{filters: [{op: GTE, value: "${var.since}", name: u}]}]
            kept: [{op: EQ, value: 1}, {op: GTE, value: "${var.since}"}]
            variables: {since: "${var.since}", first: 5}'
  plan --json --to - --since 2026-05-01
  status_is 0
  [ "$(jq -r '.stages[0].whole[1]' <<<"$output")" = '{"limit":10,"kept":[{"op":"EQ","value":1}],"variables":{"first":5}}' ]
  [ "$(jq -r '.stages[0].since[1] | fromjson | .groups[0].filters[0].value' <<<"$output")" = '${var.since}' ]
  [[ $(nq-plan --to -) == *'-d '\''{"limit":10,"kept":[{"op":"EQ","value":1}],"variables":{"first":5}}'\'* ]]
  [[ $(nq-plan --to - --since 2026-05-01) == *'"groups":[{"filters":'*'--var since=2026-05-01T00:00:00Z'* ]]
}

@test "a body in a file is one that nq-fetch reads, beside the connector file" {
  mkdir deep
  printf '{"q": "${TOK}"}' >deep/q.json
  resource "name: r, body: '@q.json'"
  mv sources.yml deep/
  printf 'TOK=x\n' >deep/.env
  [ "$(nq-plan -c deep/sources.yml --to - --json | jq -c '.stages[0].argv[1:5]')" = '["-d","@deep/q.json","--end-mark","--env-file"]' ]
  resource "name: r, json: '@none.json'"
  plan --to -
  status_is 2
  stderr_has "cannot read 'none.json': No such file"
  resource "name: r, json: text"
  plan --to -
  stderr_has "the body is a map, a list, or a file by the name @FILE"
}

@test "anchors that make a body endless or huge end in an error" {
  local i yaml='a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
  resource 'name: r, json: &j {again: *j}'
  run --separate-stderr timeout 5 nq-plan --to -
  status_is 2
  stderr_has 'the body is too large or too deep'
  for i in {1..12}; do yaml+=", a$i: &a$i [*a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1))]"; done
  resource "name: r, json: {$yaml}"
  run --separate-stderr timeout 5 nq-plan --to -
  status_is 2
  stderr_has 'the body is too large or too deep'
}

@test "what a status means, in our way and in dlt's" {
  resource "name: r, on: {404: empty, 5xx: fail, 202: retry}"
  [ "$(option fetch --on)" = $'--on 404=empty\n--on 5xx=fail\n--on 202=retry' ]
  resource "name: r, endpoint: {path: x, response_actions: [{status_code: 404, action: ignore}, {status_code: 409, action: raise}]}"
  [ "$(option fetch --on)" = $'--on 404=stop\n--on 409=fail' ]
  resource "name: r, on: {4o4: empty, 404: emty}"
  plan --to -
  status_is 2
  stderr_is "nq-plan: sources.yml:2:20: '4o4' is no status: write one like 404, or 5xx for all
nq-plan: sources.yml:2:37: unknown meaning 'emty', did you mean 'empty'?"
}

@test "a place of the page in body or header, and tokens that repeat" {
  while IFS='|' read -r yaml want; do
    resource "name: r, json: {a: 1}, pagination: $yaml"
    [ "$(option fetch --paginate)" = "--paginate $want" ]
  done <<'TEXT'
{type: cursor, in: 'body:.variables.after', repeat: true}|cursor:repeat=yes,in=body:.variables.after
{type: page, in: 'header:X-Page'}|page:in=header:X-Page
{type: cursor, cursor_path: $.next, cursor_body_path: after}|cursor:next=.next,in=body:.after
{type: header_cursor, cursor_key: X-N}|header:name=X-N
{type: header_link, links_next_key: nxt}|link:rel=nxt
{type: page_number, has_more_path: more, total_path: pages}|page:total-pages=.pages,more=.more
{type: offset, limit: 5, offset: 10, total_path: meta.total}|offset:start=10,limit=5,total-items=.meta.total
TEXT
  resource "name: r, pagination: {type: cursor, size: 5, in: bdy}"
  plan --to -
  status_is 2
  stderr_is "nq-plan: sources.yml:2:48: pagination cursor has no 'size'
nq-plan: sources.yml:2:55: 'in' is query, body:PATH or header:NAME, for example body:.variables.after, not 'bdy'"
}

@test "under Dango's name page numbers count from 0, under ours from 1" {
  resource "name: r, paginator: page_number"
  [ "$(option fetch --paginate)" = '--paginate page:start=0' ]
  resource "name: r, paginator: {type: page_number, page_param: p, base_page: 1}"
  [ "$(option fetch --paginate)" = '--paginate page:param=p,start=1' ]
  resource "name: r, pagination: page_number"
  [ "$(option fetch --paginate)" = '--paginate page' ]
}

@test "a resource without a path has its name for one, as in dlt" {
  resource "name: users"
  [ "$(argv fetch --to - | jq -r '.[-1]')" = https://api.example/v2/users ]
  resource "name: all, endpoint: /"
  [ "$(argv fetch --to - | jq -r '.[-1]')" = https://api.example/v2/ ]
}

# === defaults =================================================================================

@test "defaults fill up, the nearest word wins, and null takes away" {
  sources 'sources:
  - name: a
    type: rest_api
    rest_api:
      base_url: https://h
      headers: {X-A: api, X-B: api, X-C: api}
      retry: {attempts: 9, max: 9}
      rate: 9/s
      defaults:
        headers: {x-b: default, X-D: default}
        params: {n: 1, m: 1, N: 3}
        retry: {max: 5}
        records: .d
        pagination: link
        incremental: {cursor: .u}
        load: {to: "sqlite:d.db", batch: 7, primary_key: id}
      resources:
        - one
        - {name: two, rate: 1/s, headers: {X-A: own, X-C: ~}, params: {n: 2}, records: ~,
           incremental: ~, retry: {min: 1}, load: {table: t, primary_key: k}}'
  [ "$(nq-plan --json a/one | jq -r '.stages[0].argv[1:-2] | join(" ")')" = '-H X-A: api -H X-C: api -H x-b: default -H X-D: default --query n=1 --query m=1 --query N=3 --paginate link --watermark .u:timestamp_utc --records .d --rate 9/s --attempts 9 --retry-max 5' ]
  [ "$(nq-plan --json a/two | jq -r '.stages[0].argv[1:-2] | join(" ")')" = '-H x-b: default -H X-D: default -H X-A: own --query m=1 --query N=3 --query n=2 --paginate link --rate 1/s --attempts 9 --retry-min 1 --retry-max 5' ]
  [ "$(nq-plan --json a/two | jq -r '.stages[-1].argv[1:] | join(" ")')" = '--to sqlite:d.db --table t --batch 7 --key k --require-end' ]
}

# === parents and children =====================================================================

shop() {
  : >none.map
  sources "sources:
  - name: shop
    type: rest_api
    rest_api:
      base_url: https://h
      resources:
        - {name: orders, filter: cat, incremental: {cursor: .at, param: since}, load: {to: 'sqlite:a'}, map: none.map}
        - {name: items, each: $1, endpoint: 'orders/\${record.id}/items', params: {of: '\${record.\"odd key\"}'},
           keep: {order_id: .id, order_at: .at}, incremental: {cursor: .order_at}, primary_key: [order_id, line]}
        - {name: notes, each: items, endpoint: 'items/\${record.id}/notes', include_from_parent: [id]}"
}

@test "a child is pulled for each record of its parent, which may have one itself" {
  shop orders
  plan --json --to - shop/notes
  status_is 0
  [ "$(jq -r '.stages[].name' <<<"$output" | paste -sd ' ')" = 'grandparents grandparents_filter parents fetch load' ]
  [ "$(jq -r '.stages[0].argv | join(" ")' <<<"$output")" = 'nq-fetch --end-mark https://h/orders' ]
  [ "$(jq -r '.stages[2].argv | join(" ")' <<<"$output")" = 'nq-fetch --query of=${record."odd key"} --keep .id=order_id --keep .at=order_at --end-mark --each https://h/orders/${record.id}/items' ]
  [ "$(jq -r '.stages[3].argv | join(" ")' <<<"$output")" = 'nq-fetch --keep .id=_items_id --end-mark --each https://h/items/${record.id}/notes' ]
  [ "$(jq -c '[.begin, (.stages[] | select(.since) | .name)]' <<<"$output")" = '[[]]' ]
  sed -i 's/include_from_parent: \[id\]/include_from_parent: id/' sources.yml
  [ "$(argv fetch --to - shop/notes | jq -c '.[1:3]')" = '["--keep",".id=_items_id"]' ]
}

@test "only with incremental do parents that changed alone bring their children" {
  shop orders
  [ "$(nq-plan --json --to - --since 2026-05-01 shop/items | jq -c '[.stages[] | select(.since) | [.name, .since]]')" = '[]' ]
  shop '{resource: orders, incremental: true}'
  [ "$(nq-plan --json --to - --since 2026-05-01 shop/items | jq -c '[.stages[] | select(.since) | [.name, .since]]')" = '[["parents",["--query","since=${var.since}"]]]' ]
  [[ $(nq-plan --to - --since 2026-05-01 shop/items | head -n 3) == *'--var since=2026-05-01T00:00:00Z'*'https://h/orders |'* ]]
  [[ $(nq-plan --to - --since 2026-05-01 shop/items) == *'nq-cursor track .order_at:timestamp_utc -- cat |'* ]]
}

@test "a parent that is not there, its own child, or without a cursor to ask by is refused" {
  shop ordrs
  plan --to - shop/items
  status_is 2
  stderr_is "nq-plan: sources.yml:8:31: there is no resource 'ordrs' here to pull for"
  shop notes
  plan --to - shop/items
  status_is 2
  stderr_is "nq-plan: sources.yml:10:31: more than 3 parents, one above the other: is one its own?"
  sources 'sources: [{name: s, type: rest_api, rest_api: {base_url: "https://h", resources: [{name: p},
    {name: c, each: {resource: p, incremental: true}}]}}]'
  plan --to - s/c
  status_is 2
  stderr_is "nq-plan: sources.yml:2:21: 'p' has no 'incremental' to ask by"
}

@test "a parent is checked with its child, and one that is off is still a parent" {
  shop orders
  sed -i 's/each: orders, endpoint/each: orders, records: odd, endpoint/; s/name: orders,/name: orders, records: odd, enabled: false,/' sources.yml
  plan --to - shop/notes
  status_is 2
  [ "$(grep -c "'odd' is not a path" <<<"$stderr")" -eq 2 ]
  sed -i 's/records: odd, //' sources.yml
  rm -f none.map
  plan --list --to - shop/notes
  status_is 2
  stderr_is "nq-plan: sources.yml:7:126: cannot read 'none.map': No such file or directory"
  : >none.map
  plan --list --to -
  status_is 0
  stdout_is $'shop/items\nshop/notes'
}

# === values and faults =========================================================================

@test "a word like true or skip may come by a reference, wherever it decides something" {
  printf '{"config": {"on": "true", "off": "false", "how": "skip", "lag": "5m"}}' >settings.json
  sources 'sources:
  - name: a
    type: rest_api
    rest_api:
      base_url: https://h
      resources:
        - name: r
          strict: "${config.on}"
          incremental: {cursor: .u, newest_first: "${config.on}", cap: "${config.off}", missing: "${config.how}"}
        - {name: off, enabled: "${config.off}"}
        - {name: on, enabled: "${config.on}"}
        - {name: c, each: {resource: r, incremental: "${config.on}"}, endpoint: "${record.id}", keep: {u: .u}, incremental: {cursor: .u}}'
  [ "$(nq-plan --list --to -)" = $'a/r\na/on\na/c' ]
  [ "$(argv fetch --to - a/r | jq -r '.[1:-1] | join(" ")')" = '--watermark .u:timestamp_utc --watermark-null skip --no-watermark-cap --strict --end-mark' ]
  [ "$(nq-plan --json --to - --since 2026-05-01 a/c | jq -c '[.stages[] | select(.since) | [.name, .since]]')" = '[["parents",["--stop-before","${var.since}"]]]' ]
  sources 'sources: [{name: a, type: rest_api, rest_api: {base_url: "https://h", resources: [
    {name: r, incremental: {cursor: .u, lag: "${config.lag}"}, load: {to: "sqlite:a", write_disposition: append}}]}}]'
  plan
  status_is 2
  stderr_has 'append and a lag exclude each other'
}

@test "the limit of a record holds in every stage" {
  resource "name: p, filter: cat, max_line: 1k}, {name: r, each: p, endpoint: '\${record.id}', keep: {u: .u}, incremental: {cursor: .u},
    filter: cat, map: {expression: .}, max_line: 2k, load: {primary_key: id}"
  [ "$(nq-plan --json --to - acme/r | jq -r '.stages[] | "\(.name) \(.argv[(.argv | index("--max-line")) + 1])"')" = 'parents 1k
parents_filter 1k
fetch 2k
watch 2k
filter 2k
map 2k
load 2k' ]
}

@test "what a source cannot be is told with its place" {
  local yaml want
  while IFS='|' read -r yaml want; do
    sources "sources: [$yaml]"
    plan --to -
    status_is 2
    stderr_is "nq-plan: sources.yml:1:$want"
  done <<'TEXT'
{type: rest_api, rest_api: {base_url: "https://h", resources: [r]}}|11: the source has no 'name'
{name: a, type: rest_api}|11: the source has no 'rest_api'
{name: a, type: rest_api, rest_api: {base_url: "https://h"}}|47: rest_api has no 'resources'
{name: a, type: rest_api, rest_api: {resources: [r]}}|47: rest_api has no 'base_url'
{name: a, type: rest_api, rest_api: {base_url: "https://h", defaults: {name: x}, resources: [r]}}|88: each resource has a name of its own
{name: a, type: rest_api, rest_api: {base_url: "https://u:p@h", resources: [r]}}|58: a password in a URL can be read by everybody: use auth
{name: a, type: rest_api, rest_api: {base_url: "https://${TOK}@h/v1", resources: [r]}}|58: a password in a URL can be read by everybody: use auth
{name: a, type: rest_api, rest_api: {base_url: "https://h", resources: {r: x}}}|82: 'resources' is a list here, not a map
{name: a, type: command, command: {resources: [{name: r, command: x, incremental: {lag: 5m}}]}}|93: incremental has no 'cursor': the path of the member that only grows
{name: a, type: command, command: x}|45: 'command' of a source is a map: write command: {resources: [{name: NAME, command: ./program}]}
{name: a, type: rest_api, lookback_days: ten, rest_api: {base_url: "https://h", resources: [r]}}|52: 'lookback_days' is a whole number, not 'ten'
TEXT
  sources 'sources: [{name: a, enabled: false, type: rest_api, rest_api: {base_url: "https://h", resources: [r]}}]'
  plan --to -
  stderr_is 'nq-plan: sources.yml: no source is enabled'
  sources '{}'
  plan --to -
  stderr_is "nq-plan: sources.yml:1:1: the file has no 'sources'"
}

@test "what a resource cannot be is told with its place" {
  local yaml want
  while IFS='|' read -r yaml want; do
    resource "$yaml"
    plan --to -
    [ "$stderr" = "nq-plan: sources.yml:$want" ] || {
      printf '%s\n%s\n' "$yaml" "$stderr"
      return 1
    }
    status_is 2
  done <<'TEXT'
name: r, incremental: {cursor: .u, type: numeric_id, lag: 5m}|2:64: a lag is for cursors of type timestamp_utc
name: r, incremental: {param: since}|2:28: incremental has no 'cursor': the path of the member that only grows
name: r, load: {primary_key: 'a,b'}|2:35: a key cannot hold a comma: write a list of keys
name: r, endpoint: 'https://h/x'|2:25: an endpoint is a path below base_url, not a URL
name: r, keep: {a: .b}|2:21: 'keep' needs 'each': the resource whose records are the parents
name: r}, {name: r|2:16: a second resource 'acme/r'
name: -x|2:12: a name cannot start with '-': it would be an option
name: "a\tb"|2:12: a name cannot hold control characters
name: ''|2:12: the name is empty
method: GET|2:5: the resource has no 'name'
name: r, max_body: big|2:25: 'max_body' is a size, not 'big': write 65536, 64k or 16M
name: r, pagination: {param: 'a,b'}|2:35: 'param' cannot hold a comma
name: r, params: {a: '${record.id}'}|2:27: '${record.id}' is a member of a parent: say 'each', and use it in the path, in 'params' or in 'json'
name: r, params: {a: '${x'}|2:27: a reference is written ${NAME}; for a plain '${' write '$${'
name: r, params: {a: "x\0y"}|2:27: the value holds a NUL
name: r, json: {[a]: b}|2:22: a key is a text
name: r, filter: ''|2:23: the command is empty
name: r, filter: "x\0y"|2:23: the command holds a NUL
name: r, map: {expression: "x\0y"}, primary_key: x|2:33: the mapping holds a NUL
TEXT
}

# === commands =================================================================================

@test "a command runs under track, in its folder, with its environment, and finds the lower bound there" {
  mkdir deep
  sources 'sources:
  - name: own
    type: command
    command:
      resources:
        - {name: things, command: "./things \"${NQ_SINCE:-}\"", env: {A: "${TOK}", B: plain, C: "${config.c}"},
           incremental: {cursor: .at, lag: 5m, missing: skip}, load: {to: "sqlite:x.db", primary_key: k}}'
  printf '{"config": {"c": "cc"}}' >deep/settings.json
  mv sources.yml deep/
  plan -c deep/sources.yml --json --since 2026-05-01
  status_is 0
  [ "$(jq -c '.stages[0]' <<<"$output")" = '{"name":"command","argv":["nq-cursor","track","--env","A=${TOK}","--env","B=plain","--env","C=cc","--watermark-null","skip",".at:timestamp_utc","--","env","-C","deep/","bash","-o","pipefail","-c","./things \"${NQ_SINCE:-}\""],"at":10,"since":["--env","NQ_SINCE=${var.since}"]}' ]
  [ "$(jq -c .begin <<<"$output")" = '["--cursor-type","timestamp_utc","--lag","5m","--since=2026-05-01T00:00:00Z"]' ]
}

@test "what belongs to requests is refused in a command, with the place where it belongs" {
  sources 'sources: [{name: own, type: command, command: {resources: [
    {name: things, params: {a: b}, command: x, incremental: {cursor: .at, param: since}}]}}]'
  plan --to -
  status_is 2
  stderr_is "nq-plan: sources.yml:2:20: unknown key 'params' in a stream of a command; it belongs in a resource"
  sed -i 's/params: {a: b}, //' sources.yml
  plan --to -
  status_is 2
  stderr_is "nq-plan: sources.yml:2:66: 'param' is for requests: a command finds the lower bound in \$NQ_SINCE"
  sed -i 's/command: x, //' sources.yml
  plan --to -
  stderr_is "nq-plan: sources.yml:2:5: no 'command': the program that writes the records"
}

@test "a filter runs in the folder of the file, with its environment" {
  mkdir deep
  resource "name: r, filter: 'jq -f x.jq', env: {A: '\${TOK}'}"
  mv sources.yml deep/
  [ "$(nq-plan -c deep/sources.yml --json --to - | jq -r '.stages[1].argv | join(" ")')" = 'nq-cursor track --env A=${TOK} -- env -C deep/ bash -o pipefail -c jq -f x.jq' ]
  resource "name: r, filter: cat, env: {a-b: x}"
  plan --to -
  stderr_has "this is not the name of a variable"
}

# === destinations =============================================================================

@test "all destinations are known, files in them beside the connector file, others refused with a hint" {
  local to want
  mkdir deep
  while read -r to want; do
    resource "name: r, load: {to: '$to', object: supplier}"
    mv sources.yml deep/
    [ "$(nq-plan -c deep/sources.yml --json | jq -r '.stages[-1].argv[2]')" = "$want" ]
  done <<'TEXT'
sqlite:a.db sqlite:deep/a.db
sqlite:/a.db sqlite:/a.db
sqlite::memory: sqlite::memory:
duckdb:w.duckdb duckdb:deep/w.duckdb
postgresql://u@h/db postgresql://u@h/db
postgresql://u:${TOK}@h/db postgresql://u:${TOK}@h/db
postgres://h/db postgres://h/db
nuntiq:https://h/api nuntiq:https://h/api
https://h/in https://h/in
- -
TEXT
  resource "name: r, load: {to: 'sqlit:a.db'}"
  plan
  status_is 2
  stderr_has "sources.yml:2:26: 'sqlit:' is no destination, did you mean 'sqlite:'? write sqlite:FILE, duckdb:FILE, postgresql://HOST/DB,"
  resource "name: r, load: {to: 'postgresql://u:literal@h/db'}"
  plan
  status_is 2
  stderr_has "sources.yml:2:26: a password in a URL can be read by everybody"
  [[ $stderr != *literal* ]]
  resource "name: r"
  plan --to 'postgresql:/h'
  stderr_is "nq-plan: --to: 'postgresql:' is no destination: write sqlite:FILE, duckdb:FILE, postgresql://HOST/DB, nuntiq:URL, https://HOST/PATH, or - to look only"
}

@test "a password in the URL of a destination is refused, however its name is written" {
  local to hint
  while read -r to hint; do
    resource "name: r, load: {to: '$to', object: supplier}"
    plan
    status_is 2
    stderr_is "nq-plan: sources.yml:2:26: a password in a URL can be read by everybody: $hint"
  done <<'TEXT'
postgresql://h/db?password=literal write a reference to it, for example ${secrets.password}, or leave it to ~/.pgpass
postgres://h/db?x=1&pass%77ord=literal write a reference to it, for example ${secrets.password}, or leave it to ~/.pgpass
postgresql://u:my/literal@h/db write a reference to it, for example ${secrets.password}, or leave it to ~/.pgpass
https://u:literal@h/in use auth
https://${USR}:${TOK}@h/in use auth
nuntiq:https://u%3Aliteral@h/in use auth
TEXT
  for to in 'postgresql://h/db?pass%77ord=${TOK}' 'https://h:8443/@me?at=a:b@c'; do
    resource "name: r, load: {to: '$to'}"
    [ "$(argv load | jq -r '.[2]')" = "$to" ]
  done
}

@test "nq-plan knows the destinations that nq-load knows, and no other" {
  # What the messages tell to write: the schemes, a line each.
  schemes() { grep -oE '\b[a-z]+:' <<<"${1##*: write }" | sort; }
  run --separate-stderr nq-load --to foo: --table t </dev/null
  status_is 2
  schemes "$stderr" >load
  resource "name: r, load: {to: 'foo://x'}"
  plan
  status_is 2
  schemes "$stderr" >plan
  diff plan load
  [ "$(wc -l <load)" -ge 5 ]
}

@test "requests to an API: method, query, what stands beside the records, what statuses mean" {
  resource "name: r, load: {to: 'https://h/in', method: put, query: {q: 'x y', key: '\${TOK}', gone: ~}, envelope: rows,
    members: {a: 1, b: '1', c: true, d: text, e: 'say \"x\"', gone: ~}, on: {500: fail, 4xx: retry}, headers: {X-A: b, X-Gone: ~},
    stall_time: 9, max_body: 1k, duckdb_memory: 64M, full_load: fullLoad}"
  [ "$(option load -X --query --member --on -H --stall-time --max-body --duckdb-memory --full-load)" = '-X PUT
--query q=x y
--query key=${TOK}
--member a=1
--member b="1"
--member c=true
--member d=text
--member e="say \"x\""
--on 500=fail
--on 4xx=retry
-H X-A: b
--stall-time 9
--max-body 1k
--duckdb-memory 64M
--full-load fullLoad' ]
  resource "name: r, load: {to: 'https://h/in', method: POST}"
  [ -z "$(option load -X)" ]
}

@test "what a request to an API cannot be is told with its place" {
  local yaml want
  while IFS='|' read -r yaml want; do
    resource "name: r, load: {to: 'https://h/in', $yaml}"
    plan
    status_is 2
    stderr_is "nq-plan: sources.yml:2:$want"
  done <<'TEXT'
method: PSOT|50: unknown method 'PSOT', did you mean 'POST'?
on: {404: empty}|52: meaning 'empty' is not known to this version; it knows fail, retry
on: {4o4: fail}|47: '4o4' is no status: write one like 404, or 5xx for all
params: [a]|50: 'params' is a map here, not a list
params: {'a=b': x}|51: this is not the name of a parameter
members: {'a=b': x}|52: this is not the name of a member
members: {a: '${TOK}'}|55: a secret has no place here: it would stand in a command line, which everybody can read
headers: {X A: x}|52: this is not the name of a header
headers: {Authorization: abc}|67: 'Authorization' holds a secret as it is: write a reference, for example "Bearer ${secrets.acme_token}" or "Bearer ${ACME_TOKEN}"
member: {a: b}|42: unknown key 'member', did you mean 'members'?
TEXT
}

# === files beside =============================================================================

@test ".env beside the file is read, the environment goes first, --env-file replaces it" {
  mkdir deep
  printf 'OWN=from-env-file\nTOK=other-token\n' >deep/.env
  printf 'OWN=another-file\n' >other.env
  resource "name: r, headers: {X-A: '\${OWN}', X-B: '\${TOK}'}"
  mv sources.yml deep/
  run nq-plan -c deep/sources.yml --to -
  [ "$status" -eq 0 ]
  [[ $output == *'--env-file deep/.env'* && $output != *from-env-file* ]]
  bash <(nq-plan -c deep/sources.yml --to - | sed 's/ |$/ --dry-run; exit/') >request
  run nq-plan -c deep/sources.yml --env-file other.env --to -
  [[ $output == *'--env-file other.env'* ]]
  rm deep/.env
  plan -c deep/sources.yml --to -
  status_is 2
  stderr_is "nq-plan: deep/sources.yml:2:30: '\${OWN}' is not set in the environment"
}

@test "a project of Dango is found where it is, and its paths are those of the project" {
  mkdir -p .dango
  resource "name: r, headers: {X-A: '\${OWN}'}, map: r.map, load: {to: 'sqlite:d.db', primary_key: id}"
  mv sources.yml .dango/
  printf '{id: .id}\n' >r.map
  printf 'OWN=from-env-file\n' >.env
  plan
  status_is 0
  [[ $output == *'--env-file .env '*'nq-map -f r.map'*'--to sqlite:d.db'* ]]
  cd /
  run nq-plan -c "$BATS_TEST_TMPDIR/.dango/sources.yml"
  [[ $output == *"-f $BATS_TEST_TMPDIR/r.map"* ]]
}

@test "Dango's sources in Python are refused by name where they are asked for, and else passed over" {
  sources 'version: "1.0"
sources:
  - {name: a, type: dlt_native, dlt_native: {source_module: x, source_name: y}}
  - {name: b, type: stripe, enabled: false, stripe: {api_key_env: X}}
  - {name: c, type: mongo, mongo: {uri: x}}
  - {name: d, type: rest_api, rest_api: {base_url: "https://h", endpoints: [x]}}'
  plan --list --to - d
  status_is 0
  stdout_is d/x
  plan --list --to -
  status_is 2
  stderr_is "nq-plan: sources.yml:3:21: type 'dlt_native': Python code: make it a program that writes one JSON object a line, and say type: command
nq-plan: sources.yml:5:21: type 'mongo' is not known to this version; it knows rest_api, command"
}

# === the tools know it ========================================================================

@test "newest first: an incremental pull stops at the lower bound, the first one reads all" {
  sources 'sources:
  - name: s
    type: rest_api
    rest_api:
      base_url: http://127.0.0.1:9
      rate: [10/s, 100/m]
      resources:
        - name: a
          endpoint: /a
          retry_if: .status=busy
          pagination: {type: link, in: "body:.links", rel: up}
          incremental: {cursor: .u, newest_first: true}
          load: {to: "sqlite:x.db", primary_key: id}'
  plan
  status_is 0
  [[ $output == *"--retry-if .status=busy --rate 10/s --rate 100/m"* ]]
  [[ $output == *"--paginate link:rel=up,in=body:.links"* ]]
  [[ $output != *stop-before* ]]
  plan --cursor 2026-01-01T00:00:00Z
  status_is 0
  [[ $output == *"--stop-before '\${var.since}'"* ]]
  [[ $output == *"--var since=2026-01-01T00:00:00Z"* ]]
}

@test "every key has an example in the manual, and every option is one that its tool has" {
  local dir=$ROOT/tests/examples/nq-sources.5 file key
  cp -R "$dir/." "$ROOT/examples/acme/settings.json" "$ROOT/examples/acme/suppliers.map" .
  export MY_API_TOKEN=test-token
  for file in *.yml; do
    nq-plan -c "$file" --json --to - --since 2026-05-01
  done | jq -r '.stages[] | select(.name != "filter") | ((.argv + (.since // []))) as $w |
    $w[0] as $tool | ($w[:($w | index("--")) // ($w | length)])[] | select(startswith("--") and . != "--") | "\($tool) \(.)"' |
    sort -u >used
  [ "$(wc -l <used)" -gt 60 ]
  while read -r tool option; do
    [[ $tool != nq-cursor ]] || tool='nq-cursor track'
    $tool --help | grep -qE "^ +(-., +)?$option( |\$)" || {
      echo "$tool has no $option"
      return 1
    }
  done <used
  sed 's/#.*//' ./*.yml >all
  while read -r key; do
    grep -qE "(^|[ {,])$key:( |\$)" all || {
      echo "no example has $key"
      return 1
    }
  done < <(nq-plan --keys | awk -F '\t' '$3 != "refused" && $3 != "same as" {print $2}' | sort -u)
}

# words FILE…: "TOOL OPTION" for every option in the pipelines of these files.
words() {
  local file
  for file; do
    nq-plan -c "$file" --json --since 2026-05-01 2>>faults || nq-plan -c "$file" --json --to - --since 2026-05-01
  done | jq -r '.stages[] | (.argv + (.since // [])) as $w | $w[] | select(startswith("-")) | "\($w[0]) \(.)"' | sort -u
}

# options TOOL: a line each, "-x --name" where there are two names.
options() { "$1" --help | sed -nE 's/^ +(-.), (--[a-z0-9.-]+).*/\1 \2/p; s/^ +(--[a-z0-9.-]+).*/\1/p'; }

@test "what a tool can do has a key, but for what belongs to one run, to people, or to the login and network of nq-load" {
  local tool one other
  cp -R "$ROOT/tests/examples/nq-sources.5/." "$ROOT/examples/acme/settings.json" "$ROOT/examples/acme/suppliers.map" .
  export MY_API_TOKEN=test-token
  words ./*.yml >used
  for tool in nq-fetch nq-map nq-load; do
    while read -r one other; do
      grep -qxE -e "$tool (${other:-$one}|$one)" used || printf '%s %s\n' "$tool" "${other:-$one}"
    done < <(options "$tool")
  done | awk '{ all[$1] = all[$1] " " $2 } END { for (tool in all) print tool ":" all[tool] }' | sort >lacking
  diff lacking - <<'TEXT'
nq-fetch: --request --watermark-null --until --no-watermark-cap --max-pages --max-records --max-line --stats --dry-run --var --run-id --raw --progress --user --record --replay --allow-http --verbose --log --help --version
nq-load: --dry-run --run-id --probe --settings --var --user --netrc --token-url --client-id --client-secret --refresh-token --scope --audience --token-auth --retry-min --retry-max --max-wait --connect-timeout --max-time --max-redirs --user-agent --proxy --cacert --cert --cert-key --http1.1 --allow-http --verbose --log --help --version
nq-map: --from-rejects --check --explain --test --run-id --verbose --log --help --version
TEXT
}

@test "each key of a request and of a load becomes the option that it means" {
  local words
  cp -R "$ROOT/tests/examples/nq-sources.5/." .
  plan -c crm.yml --since 2026-05-01 crm/contacts
  status_is 0
  stdout_is "$(cat <<'TEXT'
# crm/contacts
nq-fetch --auth oauth2 --token-url https://api.example.com/oauth/token --client-id acme-client \
    --client-secret '${CRM_SECRET}' --scope contacts.read --audience crm --token-auth body \
    -H 'Accept: application/json' --paginate cursor:next=.paging.next.after,in=body:.after \
    --watermark .updatedAt:timestamp_utc --records .results --allow-missing-records \
    --allow-origin https://files.example.com --fail-if '.errors[0]' --retry-if .status=busy \
    --on 404=empty --on 5xx=fail --id .id --strict --rate 100/m --parallel 4 --deadline 2h \
    --max-time 5m --stall-time 1m --max-body 512M --connect-timeout 5 --max-redirs 0 \
    --user-agent 'acme-sync (ops@example.com)' --proxy http://proxy.example.com:3128 \
    --cacert ca.pem --cert client.pem --key client.pem --http1.1 --attempts 8 --retry-min 1 \
    --retry-max 60 --max-wait 10m --end-mark --env-file .env \
    -d \
    '{"limit":100,"sorts":["updatedAt"],"filterGroups":[{"filters":[{"propertyName":"updatedAt","operator":"GTE","value":"${var.since}"}]}]}' \
    --var since=2026-05-01T00:00:00Z https://api.example.com/crm/contacts/search |
nq-load --to nuntiq:https://api.example.com/nuntiq --customer-number 10000001 \
    --object supplier --full-load fullLoad --envelope suppliers --member source=crm \
    --member SupplierAddressInsertOnly=true --key supplier_number --auth 'bearer=${CRM_SECRET}' \
    --require-end --env-file .env
TEXT
)"
  # And nq-load takes them.
  mapfile -t words < <(nq-plan -c crm.yml --json crm/hooks | jq -r '.probe[]')
  [ "$(CRM_SECRET=hidden-here "${words[@]}" | jq -r .destination)" = 'https://api.example.com/ingest?source=crm&key=***' ]
  nq-plan -c crm.yml crm/calls crm/regions crm/hooks | sed -n '/^nq-load/,/^#/p' | grep -v '^#' | diff - <(cat <<'TEXT'
nq-load --to postgresql://nq@db.example.com/crm --table call --schema-contract freeze \
    --newer-by updated_at --delete-if .deleted --batch 5000 --batch-bytes 4M \
    --flush-interval 10 --busy-timeout 5 --meta --rejects refused.ndjson --max-rejects 10 \
    --column duration:integer --key id --require-end
nq-load --to duckdb:crm.duckdb --table regions --duckdb-memory 512M --allow-empty \
    --mode replace --require-end
nq-load --to https://api.example.com/ingest -X PUT --table hooks --body ndjson --results .rows \
    --on 500=fail --on 404=retry --stall-time 20 --max-body 1M --attempts 3 -H 'X-Team: ops' \
    --query source=crm --query 'key=${CRM_SECRET}' --key id --require-end --env-file .env
TEXT
)
}
