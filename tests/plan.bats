#!/usr/bin/env bats
# nq-plan: the keys of a connector file, its faults, and what it is compiled into.

# shellcheck disable=SC2016 # ${…} and $(…) in single quotes are references and traps, not ours to expand
# shellcheck disable=SC2030,SC2031 # each test is a subshell, which is what we want
# shellcheck disable=SC1003,SC2034,SC2317 # evil text; what the sourced plan calls and reads
# shellcheck disable=SC2154 # stderr and output are set by run

bats_require_minimum_version 1.5.0

load helper
load plan-common

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  unset ACME_TOKEN MY_API_TOKEN
}

# The example of the manual, as the design has it.
acme() {
  cat >sources.yml <<'YAML'
sources:
  - name: ${config.connector_name}        # the connector of the delta-state row
    type: rest_api
    rest_api:
      base_url: ${config.api_url}
      headers: {Authorization: "Bearer ${secrets.acme_token}"}   # or auth: {type: bearer, token: …}
      retry: {attempts: 5, min: 2, max: 30}
      rate: 10/s
      resources:
        - name: suppliers                 # the stream
          endpoint: /suppliers
          params: {per_page: "${config.page_size}"}
          pagination: {type: page_number, param: page, start: 1, next: .next_page}
          records: .data
          incremental: {cursor: .updated_at, type: timestamp_utc, param: updated_after, lag: 0s}
          on: {404: empty}
          map: suppliers.map
          load: {to: "sqlite:nq.db", table: supplier, primary_key: supplier_number, write_disposition: merge}
YAML
  cat >settings.json <<'JSON'
{"customer_number": "10000001", "secrets": {"acme_token": "test-bearer-token-here"},
 "config": {"connector_name": "acme_eu", "api_url": "https://api.acme-erp.com/v2", "page_size": 200},
 "job_params": {"lookback_days": 7}}
JSON
  printf '{ supplier_number: .number! }\n' >suppliers.map
}

@test "the documented example becomes the documented pipeline" {
  acme
  plan --cursor 2026-05-16T10:23:14Z
  status_is 0
  stdout_is "$(cat <<'TEXT'
# acme_eu/suppliers
nq-fetch --auth 'bearer=${secrets.acme_token}' --query per_page=200 \
    --paginate page:param=page,start=1,next=.next_page --watermark .updated_at:timestamp_utc \
    --records .data --on 404=empty --rate 10/s --attempts 5 --retry-min 2 --retry-max 30 \
    --end-mark --settings settings.json --query 'updated_after=${var.since}' \
    --var since=2026-05-16T10:23:14Z https://api.acme-erp.com/v2/suppliers |
nq-map -f suppliers.map |
nq-load --to sqlite:nq.db --table supplier --key supplier_number --require-end
TEXT
)"
}

@test "Dango's tutorial file is read as it stands" {
  sources '# .dango/sources.yml
sources:
  - name: my_api
    type: rest_api
    enabled: true
    rest_api:
      base_url: "https://api.example.com"
      headers:
        Authorization: "Bearer ${MY_API_TOKEN}"
      resources:
        - name: users
          endpoint: /users
          pagination:
            type: page_number # or: offset, cursor
            param: page
            start: 1
        - name: orders
          endpoint: /orders
          method: GET
          params:
            status: completed'
  export MY_API_TOKEN=test-token-of-mine
  plan --to sqlite:x.db
  status_is 0
  stdout_is "$(cat <<'TEXT'
# my_api/users
nq-fetch --auth 'bearer=${MY_API_TOKEN}' --paginate page:param=page,start=1 \
    --end-mark https://api.example.com/users |
nq-load --to sqlite:x.db --table users --key id --require-end
# my_api/orders
nq-fetch --auth 'bearer=${MY_API_TOKEN}' --query status=completed \
    --end-mark https://api.example.com/orders |
nq-load --to sqlite:x.db --table orders --key id --require-end
TEXT
)"
}

@test "Dango's own spelling gives the same pipeline as the tutorial's" {
  sources 'sources:
  - name: my_api
    type: rest_api
    rest_api:
      base_url: https://api.example.com/
      auth_type: bearer
      auth_token_env: MY_API_TOKEN
      endpoints:
        - path: users
          data_selector: .data
          paginator: {type: page_number, page_param: p, base_page: 0, total_path: .pages}
        - {name: orders, endpoint: {path: orders, incremental: {cursor_path: .at, initial_value: "2024-01-01T00:00:00Z", start_param: since}}}
        - /v1/things'
  export MY_API_TOKEN=test-token-of-mine
  [ "$(argv fetch --to - my_api/users)" = '["nq-fetch","--auth","bearer=${MY_API_TOKEN}","--paginate","page:param=p,start=0,total-pages=.pages","--records",".data","--end-mark","https://api.example.com/users"]' ]
  [ "$(nq-plan --json --to - my_api/orders | jq -c '[.begin, .stages[0].since, .lower_bound]')" = '[["--cursor-type","timestamp_utc","--initial=2024-01-01T00:00:00Z"],["--query","since=${var.since}"],"2024-01-01T00:00:00Z"]' ]
  [ "$(argv fetch --to - my_api/v1_things | jq -r '.[-1]')" = https://api.example.com/v1/things ]
}

@test "every way to page is spelt our way, Dango's or dlt's" {
  while IFS='|' read -r yaml want; do
    resource "name: r, endpoint: /r, pagination: $yaml"
    [ "$(argv fetch --to - | jq -r '.[2]')" = "$want" ]
    # nq-fetch knows it: its first request can be shown.
    mapfile -t words < <(argv fetch --to - | jq -r '.[]')
    "${words[@]}" --dry-run >request
    grep -q '^GET https://api.example/v2/r' request
  done <<'TEXT'
link|link
{type: header_link}|link
{type: json_link, next_url_path: .links.next}|next-url:next=.links.next
{type: cursor, cursor_path: .meta.cursor, cursor_param: after}|cursor:param=after,next=.meta.cursor
{type: offset, limit: 100, limit_param: n, offset_param: skip, total_items: .total}|offset:param=skip,limit=100,limit-param=n,total-items=.total
{type: header, name: X-Next, param: p}|header:param=p,name=X-Next
{type: keyset, param: after_id, field: '."odd, id"'}|keyset:param=after_id,field=."odd, id"
{size: 50, size_param: n, more: .has_more}|page:size=50,size-param=n,more=.has_more
none|none
TEXT
}

@test "an API key goes into a header or the query, as a reference" {
  for where in header query; do
    sources "sources: [{name: a, type: rest_api, rest_api: {base_url: 'https://h', auth_type: api_key,
      auth_token_env: ACME_TOKEN, api_key_name: X-Key, api_key_location: $where, endpoints: [r]}}]"
    ACME_TOKEN=test-token-of-mine plan --json --to -
    status_is 0
    jq -r '.stages[0].argv[1:3] | join(" ")' <<<"$output" >>out
  done
  diff out - <<'TEXT'
--auth header:X-Key=${ACME_TOKEN}
--auth query:X-Key=${ACME_TOKEN}
TEXT
}

@test "many faults are told at once, each with its place and a hint" {
  sources 'sources:
  - name: a
    type: rest_api
    tpye: x
    rest_api:
      base_url: https://x.example
      records: .d
      auth: {type: oauth, token: literal-token}
      client_id_env: X
      resources:
        - name: r
          recods: .x
          records: data
          endpoint: {path: /x, data: {}}
          data_selector: .y
          paginator: cursr
          incremental: {cursor: .u, lag: soon, type: date}
          map: none.map
          load: {to: "sqlite:${NOPE}", batch: many, meta: yes, table: [x]}'
  plan
  status_is 2
  [ "$output" = "" ]
  stderr_is "$(cat <<'TEXT'
nq-plan: sources.yml:4:5: unknown key 'tpye', did you mean 'type'?
nq-plan: sources.yml:7:7: unknown key 'records' in rest_api; it belongs in a resource
nq-plan: sources.yml:8:20: unknown type 'oauth', did you mean 'oauth2'?
nq-plan: sources.yml:8:34: 'token' is written as a reference to a secret, for example ${secrets.token} or ${ACME_TOKEN}, never as the secret itself
nq-plan: sources.yml:12:11: unknown key 'recods', did you mean 'records'?
nq-plan: sources.yml:13:20: 'data' is not a path: column 1: a path starts with a dot (paths are written .a.b[0] or ."odd key")
nq-plan: sources.yml:14:32: 'data': a form cannot be sent, only 'json'
nq-plan: sources.yml:15:11: 'data_selector' is there already, as 'records' in line 13
nq-plan: sources.yml:16:22: unknown type 'cursr', did you mean 'cursor'?
nq-plan: sources.yml:17:42: 'lag' is a duration, not 'soon': write 30, 0.5, 250ms, 5m, 12h or 7d
nq-plan: sources.yml:17:54: type 'date' is not known to this version; it knows timestamp_utc, numeric_id, opaque_token
nq-plan: sources.yml:18:16: cannot read 'none.map': No such file or directory
nq-plan: sources.yml:19:22: '${NOPE}' is not set in the environment
nq-plan: sources.yml:19:47: 'batch' is a whole number, not 'many'
nq-plan: sources.yml:19:59: 'meta' is true or false, not 'yes'
nq-plan: sources.yml:19:71: 'table' is text here, not a list
TEXT
)"
}

@test "faults beyond the first twenty are counted" {
  resource "name: r, $(printf 'odd%s: x, ' {1..25}) endpoint: /r"
  plan
  status_is 2
  [ "$(grep -c 'unknown key' <<<"$stderr")" -eq 20 ]
  stderr_has "nq-plan: and 5 more"
}

@test "a missing variable is told with its place, before anything runs" {
  acme
  sed -i 's/secrets.acme_token/secrets.acme_tokn/; s/config.page_size/PAGE_SIZE/' sources.yml
  NQ_LOG_LEVEL=error plan --shell
  status_is 2
  [ "$output" = "" ]
  stderr_is "nq-plan: sources.yml:6:32: '\${secrets.acme_tokn}' is not set in the settings
nq-plan: sources.yml:12:30: '\${PAGE_SIZE}' is not set in the environment"
}

@test "what was not picked, or is off, need not be complete" {
  sources 'sources:
  - {name: a, type: rest_api, enabled: false, rest_api: {base_url: "${NOPE}", resources: [x]}}
  - {name: b, type: rest_api, rest_api: {base_url: "${NOPE}", resources: [x]}}
  - name: c
    type: rest_api
    rest_api:
      base_url: https://h
      resources: [{name: x, endpoint: /x}, {name: y, endpoint: /y, map: none.map}]'
  plan --list --to - c/x
  status_is 0
  stdout_is c/x
  plan --list --to - c
  status_is 2
  stderr_is "nq-plan: sources.yml:8:73: cannot read 'none.map': No such file or directory"
  plan --list --to - a
  status_is 2
  stderr_is "nq-plan: sources.yml: no source or resource 'a' is there and enabled; see nq-plan --list"
}

@test "a literal secret is refused wherever one belongs" {
  local header
  for header in 'Authorization: "Bearer abc"' 'Authorization: "Bearer ${config.x}"' 'x-api-key: abc' 'Cookie: "a=b"'; do
    printf '{"config": {"x": "not-secret"}}' >settings.json
    sources "sources: [{name: a, type: rest_api, rest_api: {base_url: 'https://h', headers: {$header}, resources: [r]}}]"
    plan --to -
    status_is 2
    [ "$output" = "" ]
    stderr_has "holds a secret as it is: write a reference"
  done
  sources "sources: [{name: a, type: rest_api, rest_api: {base_url: 'https://u:pw@h', resources: [r]}}]"
  plan --to -
  status_is 2
  stderr_has "sources.yml:1:58: a password in a URL can be read by everybody"
}

@test "no secret is in any output, and none can get into an option that shows it" {
  acme
  for form in --print --json --shell --list; do
    run nq-plan "$form"
    [ "$status" -eq 0 ]
    [[ $output != *test-bearer-token* ]]
  done
  sed -i 's/records: .data/records: "${secrets.acme_token}"/' sources.yml
  run nq-plan --print
  [ "$status" -eq 2 ]
  [[ $output == *"sources.yml:14:20: a secret has no place here"* ]]
  [[ $output != *test-bearer-token* ]]
}

@test "replace with incremental, and append with a lag, are refused" {
  resource "name: r, endpoint: /r, incremental: {cursor: .u}, load: {to: 'sqlite:a', write_disposition: replace}"
  plan
  status_is 2
  stderr_has "sources.yml:2:98: replace and incremental exclude each other"
  resource "name: r, endpoint: /r, incremental: {cursor: .u, lag: 5m}, load: {to: 'sqlite:a', write_disposition: append}"
  plan
  status_is 2
  stderr_has "append and a lag exclude each other"
  resource "name: r, endpoint: /r, incremental: {cursor: .u}, load: {to: 'sqlite:a', write_disposition: append}"
  [ "$(argv load)" = '["nq-load","--to","sqlite:a","--table","r","--mode","append","--require-end"]' ]
}

@test "the first pull starts where since, since_override, initial, then lookback days say" {
  acme
  begin() { nq-plan --json "$@" 2>/dev/null | jq -r '.begin[2:] | join(" ")'; }
  [ "$(begin)" = --initial=-7d ]
  [ "$(begin --param lookback_days=30)" = --initial=-30d ]
  [ "$(begin --param since_override=2024-01-01T00:00:00Z)" = "--initial=-7d --since=2024-01-01T00:00:00Z" ]
  [ "$(begin --param since_override=2024-01-01 --since 2025-02-03)" = "--initial=-7d --since=2025-02-03T00:00:00Z" ]
  sed -i 's/lag: 0s/lag: 5m, initial: "2020-01-01T00:00:00Z"/' sources.yml
  [ "$(begin)" = "--lag 5m --initial=2020-01-01T00:00:00Z" ]
  printf '{"secrets": {"acme_token": "tttt"}, "config": {"connector_name": "c", "api_url": "https://h", "page_size": 2}}' >settings.json
  sed -i 's/, initial: "[^"]*"//' sources.yml
  [ "$(begin)" = "--lag 5m" ]
  NQ_LOG_LEVEL=error plan --since yesterday
  status_is 2
  stderr_is "nq-plan: sources.yml:15:24: the lower bound 'yesterday' is not a time: write 2026-05-16, 2026-05-16T10:00:00Z or -7d"
  [[ $(nq-plan --json --since -12h 2>/dev/null | jq -r .lower_bound) == 20*Z ]]
}

@test "a lower bound to show takes the lag off the cursor" {
  acme
  sed -i 's/lag: 0s/lag: 5m/' sources.yml
  [ "$(nq-plan --json --cursor 2026-05-16T10:02:00Z 2>/dev/null | jq -r .lower_bound)" = 2026-05-16T09:57:00Z ]
}

@test "a --param that nothing asks for is refused, not passed over" {
  cat >param.yml <<'END'
sources: [{name: a, type: rest_api, rest_api: {base_url: "http://127.0.0.1:9", resources: [
  {name: r, endpoint: "/${job_params.folder}", load: {to: "sqlite:x.db"}}]}}]
END
  echo '{"job_params": {"page": 7}}' >param.json
  plan -c param.yml --settings param.json --param folder=x --param page=8
  status_is 0
  plan -c param.yml --settings param.json --param folder=x --param since_overide=2024-01-01
  status_is 2
  [[ $stderr == *"option '--param': 'since_overide' is neither since_override nor lookback_days, and nothing in 'param.yml' asks for"* ]]
}

@test "words that need a lower bound are kept apart" {
  resource "name: r, endpoint: /r, params: {q: 'at > \${var.since}', n: 1}, incremental: {cursor: .u}"
  plan --json --to -
  status_is 0
  [ "$(jq -c '.stages[0].since' <<<"$output")" = '["--query","q=at > ${var.since}"]' ]
  [[ $(jq -c '.stages[0].argv' <<<"$output") != *var.since* ]]
  resource "name: r, endpoint: /r, params: {q: '\${var.since}'}"
  plan --to -
  status_is 2
  stderr_has "'\${var.since}' is not set in --var"
}

@test "files are relative to the connector file" {
  mkdir -p deep/er
  acme
  mv sources.yml settings.json suppliers.map deep/er/
  printf 'tok-of-file\n' >deep/er/token
  sed -i 's/${secrets.acme_token}/${file:token}/; s/suppliers.map$/{file: suppliers.map, rejects: no.ndjson, max_rejects: 5}/' deep/er/sources.yml
  NQ_LOG_LEVEL=error plan -c deep/er/sources.yml --json
  status_is 0
  [ "$(jq -r '.stages[0].argv[2]' <<<"$output")" = 'bearer=${file:deep/er/token}' ]
  [ "$(jq -r '.stages[1].argv | join(" ")' <<<"$output")" = 'nq-map -f deep/er/suppliers.map --rejects deep/er/no.ndjson --max-rejects 5' ]
  [ "$(jq -r '.stages[2].argv[2]' <<<"$output")" = sqlite:deep/er/nq.db ]
}

@test "--settings, --env-file, --var and --to mean what they mean elsewhere" {
  resource "name: '\${var.name}', endpoint: '/\${config.p}', headers: {X-T: '\${TOK}', X-S: '\${secrets.s}'}"
  printf '{"config": {"p": "a b/c"}, "secrets": {"s": "hidden-thing"}}' >other.json
  printf 'TOK=hidden-token\n' >token.env
  plan --json --settings other.json --env-file token.env --var name=n1 --to sqlite:/x.db
  status_is 0
  [ "$(jq -r .stream_name <<<"$output")" = n1 ]
  [ "$(jq -c '.stages[0].argv' <<<"$output")" = '["nq-fetch","-H","X-T: ${TOK}","-H","X-S: ${secrets.s}","--end-mark","--settings","other.json","--env-file","token.env","https://api.example/v2/a%20b%2Fc"]' ]
  [ "$(jq -r '.stages[1].argv[2]' <<<"$output")" = sqlite:/x.db ]
}

@test "a Nuntiq destination gets the customer number of the settings" {
  printf '{"customer_number": "10000001", "secrets": {"job": "job-token-here"}}' >settings.json
  resource "name: r, endpoint: /r, load: {to: 'nuntiq:https://n/api', object: supplier, auth: {token: '\${secrets.job}'}, primary_key: [a, b]}"
  [ "$(argv load)" = '["nq-load","--to","nuntiq:https://n/api","--customer-number","10000001","--object","supplier","--key","a,b","--auth","bearer=${secrets.job}","--require-end","--settings","settings.json"]' ]
}

@test "a filter is a shell command that runs under track" {
  resource "name: r, endpoint: /r, filter: \"jq -c 'select(.is_active)' | grep -v \${HOME}\""
  [ "$(argv filter --to -)" = '["nq-cursor","track","--","bash","-o","pipefail","-c","jq -c '"'select(.is_active)'"' | grep -v ${HOME}"]' ]
}

# Names and values that would mean something to a shell, a printf, a terminal or an option parser.
evil=("a'b" 'a"b' "\$(touch pwned)" "\`touch pwned\`" 'a b' '-rf' '--help' '*' '~' '{a,b}' 'a;touch pwned' 'a|b'
  '!!' 'x[$(touch pwned)]=1' '\' "\\'" '%s%n' '#no' 'a&b' '<x' '>x' "$'x'" 'é€😀' '=' '()' '@' '^a' '[z]=y' '$x' '$$' 'a\nb')

evil_sources() {
  local v yaml='sources: [{name: "it''s; $(touch pwned)", type: rest_api, rest_api: {base_url: "https://h/a b''c", resources: [{name: "r`touch pwned`", endpoint: "/$(touch pwned)", params: {'
  for v in "${evil[@]}"; do yaml+="$(jq -cn --arg v "p $v" '$v | gsub("=";"_")'): $(jq -cn --arg v "$v" '$v'), "; done
  yaml+='nl: "a\nb\tc\u0001\u007f\e[31m", hi: "\xff"}, headers: {X-A: "$(touch pwned)"}, filter: "touch ''p q'' $x", load: {to: "sqlite:$(touch pwned).db", table: "t''\";--", primary_key: ["k''1", "-k"]}}]}}]'
  printf '%s\n' "$yaml" >sources.yml
}

# What a shell makes of a plan: each stage's words, ended by NULs.
stage() { printf '%s\0' "${@:2}"; }
words_of_json() { jq -j '.stages[].argv[] | . + "\u0000"' plan.json; }

@test "--shell is read back as it was meant, whatever the values hold" {
  evil_sources
  nq-plan --json >plan.json
  nq-plan --shell >plan.sh
  (
    since=()
    nq_stream() {
      [ "$connector" = "$(jq -j .connector_name plan.json)" ]
      [ "$stream" = "$(jq -j .stream_name plan.json)" ]
      printf '%s\0' "${probe[@]}" >probe.words
    }
    stage() { printf '%s\0' "${@:2}" >"stage.$1"; }
    # shellcheck source=/dev/null
    source ./plan.sh
    pipeline
    [ "${#ended[@]}" -eq 3 ]
  )
  words_of_json >want
  cat stage.fetch stage.filter stage.load | cmp - want
  jq -j '.probe[] | . + "\u0000"' plan.json | cmp - probe.words
  [ ! -e pwned ]
}

@test "--print can be pasted into a shell, whatever the values hold" {
  evil_sources
  nq-plan --json >plan.json
  nq-plan --print >plan.sh
  mkdir bin
  for tool in nq-fetch nq-cursor nq-load; do
    printf '#!/bin/bash\nprintf "%%s\\0" %s "$@" >%s/words.%s\n' "$tool" "$PWD" "$tool" >"bin/$tool"
    chmod +x "bin/$tool"
  done
  PATH=$PWD/bin:$PATH bash ./plan.sh
  words_of_json >want
  cat words.nq-fetch words.nq-cursor words.nq-load | cmp - want
  [ ! -e pwned ]
}

@test "a value that looks like a reference stays a value" {
  printf '{"config": {"v": "a${HOME}b"}}' >settings.json
  resource "name: r, endpoint: /r, params: {a: '\${config.v}', b: '\$\${x}'}, load: {to: 'sqlite:a', table: '\$\${t}'}"
  [ "$(argv fetch | jq -c '.[1:5]')" = '["--query","a=a$${HOME}b","--query","b=$${x}"]' ]
  [ "$(argv load | jq -r '.[4]')" = '${t}' ]
}

@test "what is no connector file is told so" {
  sources 'sources: [{name: a'
  plan
  status_is 2
  stderr_has "sources.yml:2:1: while parsing a flow mapping: did not find expected"
  printf 'sources: \xff' >sources.yml
  plan
  status_is 2
  stderr_is "nq-plan: sources.yml:1: not a text file: invalid leading UTF-8 octet"
  : >sources.yml
  plan
  status_is 2
  stderr_is "nq-plan: sources.yml:1:1: the file is empty"
  sources 'sources: 5'
  plan
  status_is 2
  stderr_is "nq-plan: sources.yml:1:10: 'sources' is a list here, not a text"
  sources $'sources: []\n---\nb: 1'
  plan
  status_is 2
  stderr_is "nq-plan: sources.yml:3:1: a second document: one file holds one list of sources"
  plan -c none.yml
  status_is 2
  stderr_is "nq-plan: cannot open 'none.yml': No such file or directory"
  mkdir empty
  run --separate-stderr env -C empty nq-plan
  status_is 2
  stderr_is "nq-plan: no 'sources.yml' here: name the connector file with -c FILE
try 'nq-plan --help'"
}

@test "an anchor that contains itself ends in an error, not in a loop" {
  sources 'sources: &s [{name: a, type: rest_api, rest_api: &r {base_url: x, resources: *s, retry: *r}}]'
  run --separate-stderr timeout 5 nq-plan
  status_is 2
  [ "$output" = "" ]
}

@test "settings that cannot be read are a configuration error" {
  acme
  printf '{"secrets": ' >settings.json
  NQ_LOG_LEVEL=error plan
  status_is 2
  [ "$output" = "" ]
  stderr_has "nq-plan: settings.json: "
}

@test "usage errors are told with a hint, and standard output is data" {
  plan --jsn
  status_is 2
  stderr_is "nq-plan: unknown option '--jsn', did you mean '--json'?
try 'nq-plan --help'"
  plan --json --list
  status_is 2
  acme
  run bash -c 'NQ_LOG_LEVEL=error nq-plan >/dev/full'
  [ "$status" -eq 1 ]
  [[ $output == *"cannot write standard output: No space left on device"* ]]
}

@test "the manual nq-sources(5) names every key, and no other" {
  nq-plan --keys | cut -f 1,2 | sort >table
  mandoc -T markdown "$ROOT/man/nq-sources.5" >/dev/null
  # Each key is an item ".It Cm KEY" below a section heading that names its map.
  awk '/^\.S[hs] /{sub(/^\.S[hs] /, ""); at = tolower($0)} /^\.It Cm /{print at "\t" $3}' "$ROOT/man/nq-sources.5" |
    sort >manual
  diff table manual
}
