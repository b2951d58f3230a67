#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch's credentials: each kind, what they are pinned to, and that nobody gets to see them.

load helper

setup_file() {
  cd "$BATS_FILE_TMPDIR" || return
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ca \
    -keyout ca.key -out ca.pem 2>/dev/null
  certificate server /CN=standin subjectAltName=IP:127.0.0.1,DNS:localhost
  certificate client /CN=us extendedKeyUsage=clientAuth
  start_standin --suppliers 3
  export OTHER=$API OTHER_LOG=$API_LOG OTHER_PID=$API_PID
  tls_standin
  export OTHER_TLS=$TLS OTHER_TLS_LOG=$TLS_LOG OTHER_TLS_PID=$TLS_PID
  tls_standin --suppliers 3
  export TLS TLS_LOG TLS_PID
  start_standin --suppliers 30 --log-bodies --gzip
  export SECRET=canary-5ca1ab1e-0ddba11/+ LOGIN=nora:canary-5ca1ab1e-0ddba11/+ ACME_TOKEN=test-bearer-token-here
  export CLIENT_SECRET=client-secret-here
  export CACERT=$PWD/ca.pem
}

teardown_file() {
  stop_standin
  kill "$OTHER_PID" "$OTHER_TLS_PID" "$TLS_PID"
}

setup() {
  mend
  control "$TLS" DELETE faults
  control "$OTHER" DELETE faults
  : >"$API_LOG"
  : >"$OTHER_LOG"
  : >"$OTHER_TLS_LOG"
  : >"$TLS_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

# certificate NAME SUBJECT EXTENSION: NAME.pem and NAME.key, signed by the CA
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile <(echo "$3") -out "$1.pem" 2>/dev/null
}

# tls_standin [OPTION…]: one more server; sets TLS (https://127.0.0.1:PORT), TLS_LOG and TLS_PID
tls_standin() {
  local dir
  dir=$(mktemp -d "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/tls.XXXX")
  TLS_LOG=$dir/log
  : >"$TLS_LOG"
  "$BUILD/tests/standin" --exit-with-parent --port-file "$dir/port" --log "$TLS_LOG" \
    --tls "$BATS_FILE_TMPDIR/server.pem" "$BATS_FILE_TMPDIR/server.key" "$@" >"$dir/out" 2>&1 3>&- &
  TLS_PID=$!
  until_true 10 test -s "$dir/port"
  TLS=https://127.0.0.1:$(<"$dir/port")
}

# control SERVER METHOD WHAT [JSON]
control() { curl -fsS --cacert "$CACERT" -o /dev/null -X "$2" "$1/_/$3" ${4:+-d "$4"}; }

# redirect FROM STATUS TO: what FROM answers under /start
redirect() {
  control "$1" DELETE faults
  control "$1" POST faults "{\"match\":\"/start\",\"kind\":\"redirect\",\"status\":$2,\"location\":\"$3\"}"
}

# says SERVER PATH BODY [HEADERS]
says() {
  control "$1" POST faults "$(jq -nc --arg m "$2" --arg b "$3" --argjson h "${4:-{\}}" '{match:$m,kind:"status",status:200,body:$b,headers:$h}')"
}

# secretly OPTION… URL: with a secret in every place that can hold one
secretly() {
  run --separate-stderr nq-fetch --cacert "$CACERT" --auth query:api_key='${SECRET}' -q other='${SECRET}' \
    -H 'X-Api-Key: ${SECRET}' -H 'Authorization: Bearer ${SECRET}' -H 'Cookie: sid=${SECRET}' -H 'X-Plain: of-the-origin' -p none "$@"
}

# bare LOG…: somebody was asked, without anything of ours
bare() {
  local log
  for log; do
    [ -s "$log" ] || { echo "$log is empty"; return 1; }
    run ! grep -E 'canary|ddba11|api_key|authorization|x-api-key|cookie|of-the-origin' "$log"
  done
}

# hidden: neither stream shows the secret in any spelling
hidden() {
  [[ ${output:-}${stderr:-} != *5ca1ab1e* ]] || { echo "seen: $output $stderr"; return 1; }
}

# --- pinning: redirects --------------------------------------------------------------------------

@test "pinned: 301, 302, 303, 307 and 308 within the origin keep the credentials" {
  local status_code
  for status_code in 301 302 303 307 308; do
    redirect "$API" "$status_code" /echo
    : >"$API_LOG"
    secretly "$API/start"
    status_is 0
    [ "$(asked '[.path, .headers.authorization, .query.api_key, .headers.cookie]' | tail -n 1)" = \
      "[\"/echo\",\"Bearer $SECRET\",\"$SECRET\",\"sid=$SECRET\"]" ]
  done
}

@test "pinned: 301, 302, 303, 307 and 308 to another port go bare" {
  local status_code
  for status_code in 301 302 303 307 308; do
    redirect "$API" "$status_code" "$OTHER/echo"
    : >"$OTHER_LOG"
    secretly "$API/start"
    status_is 0
    hidden
    bare "$OTHER_LOG"
  done
}

@test "pinned: to another host, on the same machine and port, it goes bare" {
  redirect "$API" 302 "http://localhost:${API##*:}/echo"
  secretly "$API/start"
  status_is 0
  hidden
  asked 'select(.path == "/echo")' >bare
  bare bare
  [ "$(jq -r .headers.host bare)" = "localhost:${API##*:}" ]
}

@test "pinned: to another scheme, http to https, it goes bare; https to http is not followed" {
  local status_code
  redirect "$API" 308 "$TLS/echo"
  secretly "$API/start"
  status_is 0
  bare "$TLS_LOG"
  for status_code in 301 302 303 307 308; do
    redirect "$TLS" "$status_code" "$OTHER/echo"
    secretly --end-mark "$TLS/start"
    status_is 1
    stderr_has "a redirect from https to http is not followed"
    hidden
    [ ! -s "$OTHER_LOG" ]
  done
}

@test "pinned: over TLS, to the same origin with credentials, to another port bare" {
  redirect "$TLS" 307 "$TLS/echo"
  secretly "$TLS/start"
  status_is 0
  [ "$(jq -r .headers.authorization "$TLS_LOG" | sort -u)" = "Bearer $SECRET" ]
  redirect "$TLS" 307 "$OTHER_TLS/echo"
  secretly "$TLS/start"
  status_is 0
  hidden
  bare "$OTHER_TLS_LOG"
}

@test "pinned: a redirect with user and password in it is not followed" {
  local to
  for to in "http://nora:pw@${API#http://}/echo" "http://${API#http://}@${OTHER#http://}/echo"; do
    redirect "$API" 302 "$to"
    : >"$API_LOG"
    secretly "$API/start"
    status_is 1
    stderr_has "redirect: the URL holds a user or password"
    hidden
    [ "$(wc -l <"$API_LOG")" -eq 1 ]
    [ ! -s "$OTHER_LOG" ]
  done
}

@test "pinned: a secret that the server puts into the URL of another origin does not go there" {
  local spelling
  for spelling in canary-5ca1ab1e-0ddba11/+ canary-5ca1ab1e-0ddba11%2F%2B canary-5ca1ab1e-0ddba11%2f%2b; do
    redirect "$API" 302 "$OTHER/echo?api_key=$spelling"
    secretly --end-mark "$API/start"
    status_is 1
    stderr_has "the server would have a secret carried to another origin, in a URL"
    hidden
    [ ! -s "$OTHER_LOG" ]
  done
}

@test "pinned: out of the origin and back again, only what is at home is told" {
  redirect "$API" 302 "$OTHER/start"
  control "$OTHER" POST faults "{\"match\":\"/start\",\"kind\":\"redirect\",\"location\":\"$API/echo\"}"
  secretly "$API/start"
  status_is 0
  bare "$OTHER_LOG"
  [ "$(asked .query.api_key | tail -n 1)" = "\"$SECRET\"" ]
}

@test "pinned: a POST goes on to the same origin by 307 and 308, never to another" {
  local status_code
  for status_code in 307 308; do
    redirect "$API" "$status_code" /echo
    run --separate-stderr nq-fetch --auth bearer='${SECRET}' -d '{"key":"${SECRET}"}' -p none "$API/start"
    status_is 0
    [ "$(asked .body | tail -n 1 | jq -r .)" = "{\"key\":\"$SECRET\"}" ]
    redirect "$API" "$status_code" "$OTHER/echo"
    run --separate-stderr nq-fetch --auth bearer='${SECRET}' -d '{"key":"${SECRET}"}' -p none "$API/start"
    status_is 1
    stderr_has "a redirect of a POST to another origin is not followed"
    hidden
    [ ! -s "$OTHER_LOG" ]
  done
}

# --- pinning: Link and next URLs -----------------------------------------------------------------

@test "pinned: a Link to another origin is an error; with --allow-origin it goes bare" {
  says "$API" /list '[{"n":1}]' "{\"Link\":\"<$OTHER/next>; rel=next\"}"
  says "$OTHER" /next '[{"n":2}]'
  secretly -p link "$API/list"
  status_is 1
  stderr_has "the next page is on another origin: '$OTHER/next'"
  hidden
  [ ! -s "$OTHER_LOG" ]
  secretly -p link --allow-origin "$OTHER" "$API/list"
  status_is 0
  stdout_is '{"n":1}
{"n":2}'
  bare "$OTHER_LOG"
}

@test "pinned: a next URL to another origin is an error; with --allow-origin it goes bare" {
  says "$API" /list "{\"data\":[{\"n\":1}],\"next\":\"$OTHER/next?api_keys=1\"}"
  says "$OTHER" /next '{"data":[{"n":2}],"next":null}'
  secretly -p next-url "$API/list"
  status_is 1
  stderr_has "the next page is on another origin: '$OTHER/next'"
  [ ! -s "$OTHER_LOG" ]
  secretly -p next-url --allow-origin "$OTHER" "$API/list"
  status_is 0
  hidden
  [ "$(jq -r .raw_query "$OTHER_LOG")" = api_keys=1 ]
  run ! grep -E 'canary|authorization|x-api-key|cookie|of-the-origin' "$OTHER_LOG"
}

@test "pinned: a next URL that takes the secret along to an allowed origin is not followed" {
  says "$API" /list "{\"data\":[{\"n\":1}],\"next\":\"$OTHER/next?k=canary-5ca1ab1e-0ddba11%2F%2B\"}"
  secretly -p next-url --allow-origin "$OTHER" "$API/list"
  status_is 1
  stderr_has "the server would have a secret carried to another origin, in a URL"
  hidden
  [ ! -s "$OTHER_LOG" ]
}

# --- redaction -----------------------------------------------------------------------------------

@test "D61 hidden: a secret in the query, a header and the path, echoed under any name, in every message" {
  local spelling
  for spelling in 'canary-5ca1ab1e-0ddba11/+' 'canary-5ca1ab1e-0ddba11%2F%2B' 'canary-5ca1ab1e-0ddba11\\/+' Y2FuYXJ5LTVjYTFhYjFlLTBkZGJhMTEvKw==; do
    mend
    fault "{\"match\":\"/t\",\"kind\":\"status\",\"status\":400,\"body\":\"no such thing: api_key=$spelling; custom: $spelling\"}"
    secretly -vv --log json --stats stats.json "$API/t/\${SECRET}"
    status_is 1
    stderr_has "no such thing: api_key=***; custom: ***"
    hidden
    run ! grep -q 5ca1ab1e stats.json
  done
}

@test "hidden: --dry-run shows every secret as a reference or not at all, and asks nothing" {
  secretly --dry-run "$API/t/\${SECRET}"
  status_is 0
  hidden
  stderr_is ''
  [ ! -s "$API_LOG" ]
}

@test "hidden: a user and password as base64" {
  fault "{\"match\":\"/t\",\"kind\":\"status\",\"status\":400,\"body\":\"you said $(printf %s "$LOGIN" | base64 -w0)\"}"
  run --separate-stderr nq-fetch -u '${LOGIN}' "$API/t"
  status_is 1
  stderr_has 'you said ***'
}

# --- query ---------------------------------------------------------------------------------------

@test "query: the pair goes with every request, is encoded and is seen nowhere" {
  run --separate-stderr nq-fetch --auth query:'api key'='${SECRET}' -vv --stats stats.json \
    -H 'Authorization: Bearer ${ACME_TOKEN}' -p page:size-param=per_page,size=10,next=.next_page "$API/v2/suppliers"
  status_is 0
  [ "${#lines[@]}" -eq 30 ]
  [ "$(asked .raw_query | grep -c 'api%20key=canary-5ca1ab1e-0ddba11%2F%2B')" -eq 3 ]
  hidden
  [[ $stderr != *"api key"* ]]
  run ! grep -q 5ca1ab1e stats.json
}

@test "query: what the URL or an answer has under that name is replaced, not doubled" {
  redirect "$API" 302 '/echo?api_key=old&x=1'
  run --separate-stderr nq-fetch --auth query:api_key='${SECRET}' -p none "$API/start?a=b"
  status_is 0
  [ "$(jq -r .raw_query "$API_LOG")" = 'a=b&api_key=canary-5ca1ab1e-0ddba11%2F%2B
x=1&api_key=canary-5ca1ab1e-0ddba11%2F%2B' ]
}

@test "query: a literal and a nameless one are refused" {
  run --separate-stderr nq-fetch --auth query:api_key=abcdef "$API/echo"
  status_is 2
  stderr_has "--auth: write a reference, for example query:api_key='\${ACME_KEY}', never the secret itself"
  run --separate-stderr nq-fetch --auth query:='${SECRET}' "$API/echo"
  status_is 2
  stderr_has "--auth: 'query' is not a kind of credential: write"
  [ ! -s "$API_LOG" ]
}

@test "query, netrc, oauth2 and signatures are refused over plain http to other hosts" {
  local auth
  echo 'default login nora password canary-5ca1ab1e' >netrc
  for auth in query:k='${SECRET}' 'netrc --netrc netrc' 'oauth2 --token-url https://example.com/t --client-id a --client-secret ${SECRET}' \
    aws-sigv4:eu/es='${LOGIN}'; do
    # shellcheck disable=SC2086 # words
    run --separate-stderr nq-fetch --auth $auth http://192.0.2.1/v2
    status_is 2
    stderr_has "would travel in plain text to '192.0.2.1'"
  done
  run --separate-stderr nq-fetch --auth oauth2 --token-url http://192.0.2.1/t --client-id a --client-secret '${SECRET}' "$API/v2"
  status_is 2
  stderr_has "would travel in plain text to '192.0.2.1'"
}

@test "query: a cassette has it not, and plays" {
  run --separate-stderr nq-fetch --auth query:api_key='${SECRET}' --record query.tar -p none "$API/echo"
  status_is 0
  run ! grep -aE '5ca1ab1e' query.tar
  grep -aq 'api_key=\*\*\*' query.tar
  run --separate-stderr nq-fetch --auth query:api_key='${SECRET}' --replay query.tar -p none "$API/echo"
  status_is 0
}

# --- user, netrc ---------------------------------------------------------------------------------

@test "D59 user: a reference is taken, a literal refused, and not both -u and --auth" {
  local user
  for user in '${LOGIN}' 'nora:${SECRET}'; do
    : >"$API_LOG"
    run --separate-stderr nq-fetch -u "$user" -p none "$API/echo"
    status_is 0
    [ "$(jq -r .headers.authorization "$API_LOG")" = "Basic $(printf %s "$LOGIN" | base64 -w0)" ]
  done
  run --separate-stderr nq-fetch -u nora:secret "$API/echo"
  status_is 2
  stderr_has "--user: write a reference, for example basic='\${ACME_LOGIN}'"
  [[ $stderr != *nora* ]]
  run --separate-stderr nq-fetch -u '${LOGIN}' --auth bearer='${SECRET}' "$API/echo"
  status_is 2
  stderr_has "--user and --auth do not go together"
  run --separate-stderr nq-fetch -u '${SECRET}' "$API/echo"
  status_is 2
  stderr_has "has no ':' between user and password"
}

@test "netrc: the entry of the host, in every way to write it, from ~/.netrc unless told" {
  local text
  export HOME=$PWD
  for text in 'machine 127.0.0.1 login nora password canary-5ca1ab1e' \
    'machine a.example.com login x password y1234567
machine 127.0.0.1
    login nora
    password canary-5ca1ab1e
machine 127.0.0.1 login z password z1234567' \
    '# machine 127.0.0.1 login x password y
macdef init
machine 127.0.0.1 login x password y

default login "nora" password "canary-5ca1ab1e"' \
    'machine 127.0.0.1 account a password "canary\-5ca1ab1e" login nora default login x password y'; do
    printf '%s\n' "$text" >.netrc
    printf '%s\n' "$text" >other
    for option in '' '--netrc other'; do
      : >"$API_LOG"
      # shellcheck disable=SC2086 # words
      run --separate-stderr nq-fetch --auth netrc $option -p none "$API/echo"
      status_is 0
      [ "$(jq -r .headers.authorization "$API_LOG")" = "Basic $(printf %s nora:canary-5ca1ab1e | base64 -w0)" ]
    done
  done
}

@test "netrc: the password is for the origin alone, and hidden" {
  printf 'machine 127.0.0.1 login nora password canary-5ca1ab1e\nmachine localhost login nora password canary-5ca1ab1e\n' >netrc
  redirect "$API" 302 "$OTHER/echo"
  run --separate-stderr nq-fetch --auth netrc --netrc netrc -p none "$API/start"
  status_is 0
  [ -s "$OTHER_LOG" ]
  [ "$(jq -r '.headers | has("authorization")' "$OTHER_LOG")" = false ]
  fault '{"match":"/t","kind":"status","status":400,"body":"canary-5ca1ab1e"}'
  run --separate-stderr nq-fetch --auth netrc --netrc netrc -p none "$API/t"
  status_is 1
  hidden
}

@test "netrc: without file, without entry and without --auth netrc it is a usage error" {
  run --separate-stderr nq-fetch --auth netrc --netrc none-such "$API/echo"
  status_is 2
  stderr_has "--auth netrc: " "none-such"
  echo 'machine example.com login nora password canary-5ca1ab1e' >netrc
  run --separate-stderr nq-fetch --auth netrc --netrc netrc "$API/echo"
  status_is 2
  stderr_has "--auth netrc: 'netrc' has no login and password for '127.0.0.1'"
  run --separate-stderr nq-fetch --netrc netrc "$API/echo"
  status_is 2
  stderr_has "--netrc goes with --auth netrc"
  [ ! -s "$API_LOG" ]
}

# --- oauth2 --------------------------------------------------------------------------------------

# oauth_standin [JSON]: a server of this test that takes issued tokens only
oauth_standin() {
  start_standin --oauth --suppliers 30 --log-bodies
  curl -fsS -o /dev/null -d "${1:-{\}}" "$API/_/oauth"
}
oauth_end() { stop_standin; }
oauth_state() { curl -fsS "$API/_/oauth" | jq -r ".$1"; }

# oauth [OPTION…]: three pages
oauth() {
  run --separate-stderr nq-fetch --auth oauth2 --token-url "$API/oauth/token" --client-id acme-client \
    --retry-min 10ms -p page:size-param=per_page,size=10,next=.next_page --end-mark "$@" "$API/v2/suppliers"
}
by_secret() { oauth --client-secret '${CLIENT_SECRET}' "$@"; }

complete() {
  status_is 0
  [ "${lines[-1]}" = '{"_nq":"end","records":30,"pages":3}' ]
  no_token
}
no_token() {
  [[ $output$stderr != *canary* && $output$stderr != *client-secret-here* ]] || { echo "seen: $stderr"; return 1; }
}

# requests: METHOD PATH of each, and the token
requests() { jq -r '[.method, .path, .status, (.headers.authorization // "" | sub("-canary"; ""))] | join(" ")' "$API_LOG"; }

@test "oauth2: client credentials, one token for the whole pull, shown as basic" {
  oauth_standin
  by_secret -vv --scope 'read write' --audience https://api.example.com/ --stats stats.json
  oauth_end
  complete
  [ "$(requests)" = "POST /oauth/token 200 Basic $(printf %s acme-client:client-secret-here | base64 -w0)
GET /v2/suppliers 200 Bearer issued-token-1
GET /v2/suppliers 200 Bearer issued-token-1
GET /v2/suppliers 200 Bearer issued-token-1" ]
  [ "$(asked .body | head -n 1)" = '"grant_type=client_credentials&scope=read%20write&audience=https%3A%2F%2Fapi.example.com%2F"' ]
  [ "$(asked '.headers["content-type"]' | head -n 1)" = '"application/x-www-form-urlencoded"' ]
  run ! grep -E 'canary|client-secret' stats.json
}

@test "oauth2: the client secret in the body" {
  oauth_standin
  by_secret --token-auth body
  oauth_end
  complete
  [ "$(asked '[.headers.authorization, .body]' | head -n 1)" = \
    '[null,"grant_type=client_credentials&client_id=acme-client&client_secret=client-secret-here"]' ]
}

@test "A45 oauth2: a token is taken anew before it expires, and no request meets a 401" {
  oauth_standin '{"expires_in":2}'
  fault '{"match":"/v2/","query":"page=2","kind":"status","status":503,"retry_after":"1.2","count":2}'
  by_secret
  oauth_end
  status_is 0
  [ "${lines[-1]}" = '{"_nq":"end","records":30,"pages":3}' ]
  no_token
  run ! grep -q '"status":401' "$API_LOG"
  [ "$(requests | grep -c /oauth/token)" -ge 3 ]
  # each attempt at page 2 had a token of its own
  [ "$(jq -r 'select(.query.page == "2") | .headers.authorization' "$API_LOG" | sort -u | wc -l)" -eq 3 ]
}

@test "A45 oauth2: a token that is void in the middle is replaced, once, and the page asked for again" {
  oauth_standin '{"expires_in":null}'
  fault '{"match":"/v2/","query":"page=2","kind":"status","status":401,"count":1}'
  by_secret -v
  oauth_end
  complete
  [ "$(requests | cut -d' ' -f2-)" = "/oauth/token 200 Basic $(printf %s acme-client:client-secret-here | base64 -w0)
/v2/suppliers 200 Bearer issued-token-1
/v2/suppliers 401 Bearer issued-token-1
/oauth/token 200 Basic $(printf %s acme-client:client-secret-here | base64 -w0)
/v2/suppliers 200 Bearer issued-token-2
/v2/suppliers 200 Bearer issued-token-2" ]
  stderr_has "HTTP 401: taking a new token"
}

@test "oauth2: a second 401 is the end, also with --attempts 1 and 5" {
  local attempts
  oauth_standin
  fault '{"match":"/v2/","kind":"status","status":401,"body":"not you"}'
  for attempts in 1 5; do
    : >"$API_LOG"
    by_secret --attempts "$attempts"
    status_is 1
    stderr_has "page 1: HTTP 401: not you"
    [[ $stderr != *'--auth missing'* ]]
    no_token
    [ "$(requests | cut -d' ' -f2,3 | tr '\n' ,)" = '/oauth/token 200,/v2/suppliers 401,/oauth/token 200,/v2/suppliers 401,' ]
  done
  oauth_end
}

@test "oauth2: 429 and 5xx at the token endpoint are tried again, and in vain is status 75" {
  oauth_standin
  fault '{"match":"/oauth/","kind":"status","status":429,"retry_after":"0.1","count":1,"body":"canary-1"}'
  fault '{"match":"/oauth/","kind":"status","status":503,"count":1,"body":"canary-2"}'
  fault '{"match":"/oauth/","kind":"reset","count":1}'
  by_secret
  complete
  stderr_has "the token endpoint: HTTP 429, attempt 1 of 5" "the token endpoint: HTTP 503, attempt 2 of 5"
  mend
  : >"$API_LOG"
  fault '{"match":"/oauth/","kind":"status","status":500,"body":"{\"access_token\":\"canary-3\"}"}'
  by_secret --attempts 3
  oauth_end
  status_is 75
  stdout_is '{"_nq":"fail","tool":"nq-fetch","status":75}'
  stderr_has "page 1: the token endpoint: HTTP 500, after 3 attempts"
  no_token
  [ "$(wc -l <"$API_LOG")" -eq 3 ]
}

@test "oauth2: a wrong secret is a configuration error before anything was written, a failure after" {
  oauth_standin
  CLIENT_SECRET=canary-wrong by_secret
  status_is 2
  stderr_has "the token endpoint: HTTP 401: invalid_client (see to --client-id, --client-secret and --token-auth)"
  no_token
  [ "$(wc -l <"$API_LOG")" -eq 1 ]
  fault '{"match":"/v2/","query":"page=2","kind":"status","status":401}'
  fault '{"match":"/oauth/","skip":1,"kind":"status","status":400,"body":"{\"error\":\"invalid_grant\",\"error_description\":\"canary\"}"}'
  by_secret
  oauth_end
  status_is 1
  stderr_has "page 2: the token endpoint: HTTP 400: invalid_grant (the refresh token is no longer good: log in again for a new one)"
  no_token
  [ "${lines[-1]}" = '{"_nq":"fail","tool":"nq-fetch","status":1}' ]
}

@test "oauth2: other codes of RFC 6749 have their hint; what is no code is not quoted" {
  local code
  oauth_standin
  for code in unauthorized_client unsupported_grant_type invalid_scope invalid_request; do
    mend
    fault "{\"match\":\"/oauth/\",\"kind\":\"status\",\"status\":400,\"body\":\"{\\\"error\\\":\\\"$code\\\"}\"}"
    by_secret
    status_is 2
    stderr_has "the token endpoint: HTTP 400: $code ("
  done
  for code in '{\"error\":\"canary\"}' 'canary' '[\"canary\"]' '{\"error\":[\"canary\"]}' '{\"access_token\":\"canary\"}'; do
    mend
    fault "{\"match\":\"/oauth/\",\"kind\":\"status\",\"status\":400,\"body\":\"$code\"}"
    by_secret
    status_is 2
    stderr_has "the token endpoint: HTTP 400"
    no_token
  done
  oauth_end
}

@test "oauth2: an answer that is no token is a failure, and is not quoted" {
  local answer
  oauth_standin
  for answer in '{"token":"canary"}' '{"access_token":""}' '{"access_token":["canary"]}' '{"access_token":"canary\r\nX: y"}' \
    '{"access_token":"canary one"}' '{"access_token":"canary","token_type":"mac"}' '{"access_token":"canary","refresh_token":7}' '{"access_token":null}'; do
    curl -fsS -o /dev/null -d "{\"answer\":$answer}" "$API/_/oauth"
    by_secret
    status_is 1
    stderr_has "the token endpoint"
    no_token
  done
  fault '{"match":"/oauth/","kind":"html","body":"<p>canary</p>"}'
  by_secret
  oauth_end
  status_is 1
  stderr_has "the token endpoint gave no JSON object"
  no_token
  run ! grep -q /v2/ "$API_LOG"
}

@test "oauth2: expires_in as text, whole, with fraction, absurd and absent" {
  local expires
  oauth_standin
  for expires in '"3600"' 3600.5 1e400 99999999999999999999999999 '"soon"' -5 0 null; do
    curl -fsS -o /dev/null -d '{"answer":null}' "$API/_/oauth"
    curl -fsS -o token -d 'grant_type=client_credentials&client_id=acme-client&client_secret=client-secret-here' "$API/oauth/token"
    curl -fsS -o /dev/null -d "{\"answer\":$(jq -c '.expires_in = "@"' token | sed "s/\"@\"/$expires/")}" "$API/_/oauth"
    by_secret
    complete
  done
  oauth_end
}

@test "oauth2: issued tokens are hidden, wherever the API echoes them" {
  oauth_standin
  fault '{"match":"/v2/","kind":"status","status":403,"body":"issued-token-1-canary may not"}'
  by_secret -vv
  oauth_end
  status_is 1
  stderr_has "page 1: HTTP 403: *** may not"
  no_token
}

@test "oauth2: the client secret goes to the token URL's origin only, the token to the API's" {
  oauth_standin
  fault "{\"match\":\"/oauth/\",\"kind\":\"redirect\",\"status\":307,\"location\":\"$OTHER/oauth/token\"}"
  for how in basic body; do
    by_secret --token-auth "$how"
    status_is 1
    stderr_has "the token endpoint: a redirect of a POST to another origin is not followed"
    no_token
  done
  mend
  fault '{"match":"/oauth/","kind":"redirect","status":302,"location":"/echo"}'
  by_secret
  status_is 1
  stderr_has "the token endpoint: HTTP 302 would turn a POST into a GET"
  mend
  fault "{\"match\":\"/v2/\",\"kind\":\"redirect\",\"location\":\"$OTHER/shapes/bare\"}"
  by_secret -p none -r .
  oauth_end
  run ! grep -E 'authorization|canary|client-secret' "$OTHER_LOG"
  [ -s "$OTHER_LOG" ]
  run ! grep -q '/v2/.*Basic' "$API_LOG"
}

@test "oauth2: a 401 of another origin does not take a new token" {
  oauth_standin
  fault "{\"match\":\"/v2/\",\"kind\":\"redirect\",\"location\":\"$OTHER/v2/suppliers\"}"
  by_secret
  oauth_end
  status_is 1
  stderr_has "page 1: HTTP 401"
  [ "$(wc -l <"$API_LOG")" -eq 2 ]
}

@test "oauth2: a refresh token from a variable; a rotated one is told to be lost" {
  oauth_standin '{"refresh_token":"first-token-canary","rotate":true}'
  export FIRST=first-token-canary
  fault '{"match":"/v2/","query":"page=2","kind":"status","status":401,"count":1}'
  oauth --client-secret '${CLIENT_SECRET}' --refresh-token '${FIRST}'
  oauth_end
  complete
  stderr_has "[WARN] nq-fetch: the token endpoint gave a new refresh token, which is lost when this run ends: only --refresh-token '\${file:PATH}' can be kept up to date"
  [ "$(jq -r 'select(.path == "/oauth/token") | .body' "$API_LOG")" = 'grant_type=refresh_token&refresh_token=first-token-canary
grant_type=refresh_token&refresh_token=rotated-token-1-canary' ]
}

@test "oauth2: a rotated refresh token is in its file, mode 0600, before the access token is used" {
  oauth_standin '{"refresh_token":"first-token-canary","rotate":true}'
  printf 'first-token-canary\n' >token
  chmod 600 token
  ln -s token link
  fault '{"match":"/v2/","kind":"stall","count":1}'
  nq-fetch --auth oauth2 --token-url "$API/oauth/token" --client-id acme-client --client-secret '${CLIENT_SECRET}' \
    --refresh-token '${file:link}' "$API/v2/suppliers" 3>&- &
  local pid=$!
  until_true 5 grep -q /v2/ "$API_LOG"
  [ "$(cat token)" = rotated-token-1-canary ]
  [ "$(stat -c %a token)" = 600 ]
  [ -L link ]
  kill -KILL "$pid"
  oauth --client-secret '${CLIENT_SECRET}' --refresh-token '${file:link}'
  complete
  stderr_is ''
  [ "$(cat token)" = "$(oauth_state refresh_token)" ]
  oauth_end
}

@test "oauth2: a refresh token that does not rotate leaves its file alone" {
  oauth_standin '{"refresh_token":"first-token-canary"}'
  printf 'first-token-canary' >token
  chmod 640 token
  touch -d 2020-01-01 token
  oauth --client-secret '${CLIENT_SECRET}' --refresh-token '${file:token}'
  oauth_end
  complete
  stderr_is ''
  [ "$(stat -c '%Y %a' token)" = "$(date -d 2020-01-01 +%s) 640" ]
}

@test "oauth2: a rotated refresh token that cannot be kept is a failure, and the access token is not used" {
  oauth_standin '{"refresh_token":"first-token-canary","rotate":true}'
  printf 'first-token-canary\n' >token
  run --separate-stderr bash -c '(trap "" XFSZ; ulimit -f 0
    nq-fetch --auth oauth2 --token-url "$API/oauth/token" --client-id acme-client --client-secret "\${CLIENT_SECRET}" \
      --refresh-token "\${file:token}" "$API/v2/suppliers" 2>&1) | cat >&2; exit "${PIPESTATUS[0]}"'
  oauth_end
  status_is 1
  stderr_has "cannot keep the new refresh token, and the old one is void: "
  no_token
  [ "$(cat token)" = first-token-canary ]
  run ! grep -q /v2/ "$API_LOG"
}

@test "oauth2: a refresh token that is no longer good" {
  oauth_standin '{"refresh_token":"another"}'
  printf 'first-token-canary\n' >token
  oauth --client-secret '${CLIENT_SECRET}' --refresh-token '${file:token}'
  oauth_end
  status_is 2
  stderr_has "the token endpoint: HTTP 400: invalid_grant (the refresh token is no longer good: log in again for a new one)"
  no_token
}

@test "oauth2: usage" {
  local options
  for options in '--client-id a --client-secret ${SECRET}' "--token-url $API/t --client-secret \${SECRET}" "--token-url $API/t --client-id a" \
    "--token-url $API/t --client-id a --client-secret literal" "--token-url $API/t --client-id a --refresh-token literal" \
    "--token-url $API/t --client-id a --client-secret \${SECRET} --token-auth jwt" "--token-url nowhere --client-id a --client-secret \${SECRET}" \
    "--token-url http://u:p@127.0.0.1/ --client-id a --client-secret \${SECRET}" "--token-url $API/t --client-id a --refresh-token \${file:none-such}"; do
    # shellcheck disable=SC2086 # words
    run --separate-stderr nq-fetch --auth oauth2 $options "$API/echo"
    status_is 2
    stderr_has "--"
    [[ $stderr != *literal* ]]
  done
  run --separate-stderr nq-fetch --auth bearer='${SECRET}' --scope x "$API/echo"
  status_is 2
  stderr_has "--scope goes with --auth oauth2"
  [ ! -s "$API_LOG" ]
}

@test "oauth2: a recorded pull plays without the servers, keeps its file, and the cassette has no secret" {
  local url how
  for how in basic body; do
    oauth_standin '{"refresh_token":"first-token-canary","rotate":true,"expires_in":3600}'
    url=$API
    printf 'first-token-canary\n' >token
    fault '{"match":"/v2/","query":"page=2","kind":"status","status":401,"count":1,"body":"issued-token-1-canary is void"}'
    oauth --client-secret '${CLIENT_SECRET}' --token-auth "$how" --refresh-token '${file:token}' --record "$how.tar.zst"
    complete
    printf '%s\n' "${lines[@]}" >first
    oauth_end
    [ "$(cat token)" = rotated-token-2-canary ]
    zstd -dc "$how.tar.zst" >cassette.tar
    tar -tf cassette.tar | grep -q 0006/
    run ! grep -aE 'canary|client-secret-here' cassette.tar
    printf 'first-token-canary\n' >token
    until_true 5 bash -c "! kill -0 $API_PID 2>/dev/null"
    API=$url oauth --client-secret '${CLIENT_SECRET}' --token-auth "$how" --refresh-token '${file:token}' --replay "$how.tar.zst"
    complete
    diff first <(printf '%s\n' "${lines[@]}")
    [ "$(cat token)" = first-token-canary ]
  done
}

@test "oauth2: --on is for the API, not for the token endpoint; --rate as well" {
  oauth_standin
  fault '{"match":"/oauth/","kind":"status","status":400,"count":1}'
  by_secret --on 400=empty --on 401=retry
  status_is 2
  stderr_has "the token endpoint: HTTP 400"
  : >"$API_LOG"
  fault '{"match":"/v2/","query":"page=2","kind":"status","status":401,"count":1}'
  by_secret --on 401=retry --rate 1000/s
  oauth_end
  complete
  [ "$(requests | grep -c /oauth/token)" -eq 2 ]
}

@test "oauth2: --deadline holds for the token endpoint too" {
  oauth_standin
  fault '{"match":"/oauth/","kind":"status","status":503,"retry_after":"30"}'
  by_secret --deadline 1
  oauth_end
  status_is 75
  stderr_has "the token endpoint: HTTP 503" "deadline"
}

@test "oauth2: one token serves all parents of --each" {
  oauth_standin
  printf '{"n":%s}\n' 1 2 3 >parents
  run --separate-stderr bash -c 'nq-fetch --each --auth oauth2 --token-url "$API/oauth/token" --client-id acme-client \
    --client-secret "\${CLIENT_SECRET}" -p none "$API/v2/suppliers?per_page=2&page=\${record.n}" <parents'
  oauth_end
  status_is 0
  [ "${#lines[@]}" -eq 6 ]
  [ "$(requests | cut -d' ' -f2 | tr '\n' ' ')" = '/oauth/token /v2/suppliers /v2/suppliers /v2/suppliers ' ]
}

# --- signatures ----------------------------------------------------------------------------------

sha256() { openssl dgst -sha256 -r | cut -d' ' -f1; }
# hmac HEX-KEY TEXT: in hexadecimal
hmac() { printf %s "$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -r | cut -d' ' -f1; }

# signed_right SECRET REGION SERVICE QUERY: whether the last request has the signature that is due to it, by AWS's
# description of version 4, with this canonical query.
signed_right() {
  local request key given names canonical name stamp scope to_sign
  request=$(tail -n 1 "$API_LOG")
  given=$(jq -r .headers.authorization <<<"$request")
  names=${given#*SignedHeaders=}
  names=${names%%,*}
  canonical=$(jq -r '.method, .path' <<<"$request")
  canonical+=$'\n'$4$'\n'
  for name in ${names//;/ }; do
    canonical+=$name:$(jq -r --arg n "$name" '.headers[$n]' <<<"$request")$'\n'
  done
  canonical+=$'\n'$names$'\n'$(jq -rj '.body // ""' <<<"$request" | sha256)
  stamp=$(jq -r '.headers["x-amz-date"]' <<<"$request")
  scope=${stamp%T*}/$2/$3/aws4_request
  to_sign=AWS4-HMAC-SHA256$'\n'$stamp$'\n'$scope$'\n'$(printf %s "$canonical" | sha256)
  key=$(printf %s "AWS4$1" | xxd -p -c 256)
  for name in "${stamp%T*}" "$2" "$3" aws4_request; do
    key=$(hmac "$key" "$name")
  done
  [ "$given" = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/$scope, SignedHeaders=$names, Signature=$(hmac "$key" "$to_sign")" ] && return
  printf 'given: %s\ncanonical: %s\n' "$given" "$canonical"
  return 1
}

aws() {
  AWS_KEYS=AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY \
    run --separate-stderr nq-fetch --auth aws-sigv4:eu-west-1/es='${AWS_KEYS}' -vv -p none "$@"
  [[ ${output:-}$stderr != *wJalr* ]]
}

@test "aws-sigv4: the signature is that of the request, whatever the order and spelling of the query" {
  aws "$API/echo"
  status_is 0
  signed_right wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY eu-west-1 es ''
  aws -q b=2 -q a='x y/+' -q a-b=1 "$API/echo?z&Z=%c3%a4&c=d:e,f&m=n+o"
  status_is 0
  signed_right wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY eu-west-1 es 'Z=%C3%A4&a=x%20y%2F%2B&a-b=1&b=2&c=d%3Ae%2Cf&m=n%20o&z='
  [ "$(asked .raw_query | tail -n 1)" = '"Z=%C3%A4&a=x%20y%2F%2B&a-b=1&b=2&c=d%3Ae%2Cf&m=n%20o&z="' ]
  [ "$(asked '.headers["accept-encoding"]' | sort -u)" = '"gzip"' ]
  run ! grep -q wJalr "$API_LOG"
}

@test "aws-sigv4: a body and headers of ours are signed as well, on every attempt" {
  fault '{"match":"/echo","kind":"status","status":503,"retry_after":"1.1","count":1}'
  aws -H 'X-Mine: 1' -d '{"size":10}' "$API/echo"
  status_is 0
  signed_right wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY eu-west-1 es ''
  [ "$(asked '.headers["x-amz-date"]' | sort -u | wc -l)" -eq 2 ]
}

@test "aws-sigv4: every page is signed, and a session token goes along" {
  AWS_KEYS=AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY:session-token-canary \
    run --separate-stderr nq-fetch --auth aws-sigv4:eu-west-1/es='${AWS_KEYS}' "$API/shapes/pages"
  [ "$(asked '.headers["x-amz-security-token"]' | sort -u)" = '"session-token-canary"' ]
  signed_right wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY eu-west-1 es "$(jq -r .raw_query "$API_LOG" | tail -n 1)"
}

@test "aws-sigv4: no signature and no session token for another origin" {
  redirect "$API" 302 "$OTHER/echo"
  AWS_KEYS=AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY:session-token-canary \
    run --separate-stderr nq-fetch --auth aws-sigv4:eu-west-1/es='${AWS_KEYS}' -p none "$API/start"
  status_is 0
  [ -s "$OTHER_LOG" ]
  run ! grep -iE 'x-amz|AKID|authorization|canary' "$OTHER_LOG"
}

@test "aws-sigv4: usage" {
  local spec
  for spec in aws-sigv4:eu-west-1='${LOGIN}' aws-sigv4:/es='${LOGIN}' aws-sigv4:eu/='${LOGIN}' aws-sigv4='${LOGIN}' aws-sigv4 \
    aws-sigv4:eu/es=a:b aws-sigv4:eu/es='${SECRET}' aws-sigv4:e:u/es='${LOGIN}'; do
    run --separate-stderr nq-fetch --auth "$spec" "$API/echo"
    status_is 2
    stderr_has "--auth"
    hidden
  done
  [ ! -s "$API_LOG" ]
}

# --- client certificates -------------------------------------------------------------------------

@test "a client certificate is shown to the origin, and to it alone" {
  local there there_log there_pid
  tls_standin --client-ca "$CACERT" --suppliers 3
  there=$TLS there_log=$TLS_LOG there_pid=$TLS_PID
  tls_standin --client-ca "$CACERT"
  cert=(--cacert "$CACERT" --cert "$BATS_FILE_TMPDIR/client.pem" --key "$BATS_FILE_TMPDIR/client.key")
  run --separate-stderr nq-fetch "${cert[@]}" --auth bearer='${ACME_TOKEN}' "$there/v2/suppliers"
  status_is 0
  [ "${#lines[@]}" -eq 3 ]
  run --separate-stderr nq-fetch --cacert "$CACERT" --auth bearer='${ACME_TOKEN}' "$there/v2/suppliers"
  status_is 1
  stderr_has "HTTP 403: " "no client certificate that we know"
  redirect "$there" 302 "$TLS/echo"
  run --separate-stderr nq-fetch "${cert[@]}" -p none "$there/start"
  kill "$there_pid" "$TLS_PID"
  status_is 1
  stderr_has "HTTP 403: " "no client certificate that we know"
  [ "$(jq -r .path "$TLS_LOG")" = /echo ]
  [ "$(jq -r .status "$there_log" | tail -n 1)" -eq 302 ]
}
