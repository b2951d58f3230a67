#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch on other ways than straight to 127.0.0.1 by HTTP/1.1: proxies, IPv6, HTTP/2.

load helper

setup_file() {
  start_standin --suppliers 30 --gzip
  export ACME_TOKEN=test-bearer-token-here
  cd "$BATS_FILE_TMPDIR" || return
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=standin \
    -addext 'subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost' -keyout key.pem -out cert.pem 2>/dev/null
  start_nginx
  start_tinyproxy
}

setup() {
  mend
  : >"$API_LOG"
  cd "$BATS_FILE_TMPDIR" || return
  : >access.log
  : >proxy.log
  unset http_proxy https_proxy no_proxy HTTPS_PROXY ALL_PROXY all_proxy
}

teardown_file() {
  stop_standin
  kill "$NGINX_PID" "$PROXY_PID"
}

# listening PORT
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# serve LOG COMMAND…: runs a server that cannot choose a port itself, with PORT set to one that is free; sets SERVED
# (its process) and PORT.
serve() {
  local try log=$1
  shift
  for try in 1 2 3 4 5; do
    PORT=$((20000 + (RANDOM + try) % 12000))
    ! listening "$PORT" || continue
    "$@" >"$log" 2>&1 3>&- &
    SERVED=$!
    until_true 5 eval 'listening "$PORT" || ! kill -0 "$SERVED" 2>/dev/null'
    ! kill -0 "$SERVED" 2>/dev/null || return 0
  done
  cat "$log"
  return 1
}

# nginx with TLS and HTTP/2 in front of the stand-in, at $H2.
nginx() {
  cat >nginx.conf <<EOT
daemon off;
pid $PWD/nginx.pid;
error_log stderr warn;
events {}
http {
  log_format protocol '\$server_protocol \$request_uri \$connection';
  access_log $PWD/access.log protocol;
  client_body_temp_path $PWD/t1; proxy_temp_path $PWD/t2; fastcgi_temp_path $PWD/t3;
  uwsgi_temp_path $PWD/t4; scgi_temp_path $PWD/t5;
  server {
    listen 127.0.0.1:$PORT ssl http2;
    ssl_certificate $PWD/cert.pem;
    ssl_certificate_key $PWD/key.pem;
    location / { proxy_pass $API; proxy_pass_header Date; }
  }
}
EOT
  exec env PATH="$PATH:/usr/sbin" nginx -p "$PWD" -c "$PWD/nginx.conf"
}

start_nginx() {
  serve nginx.out nginx
  export H2=https://127.0.0.1:$PORT NGINX_PID=$SERVED
}

tinyproxy() {
  printf '%s\n' "Port $PORT" 'Listen 127.0.0.1' 'Timeout 20' "LogFile \"$PWD/proxy.log\"" 'LogLevel Connect' \
    'DisableViaHeader Yes' >proxy.conf
  exec env tinyproxy -d -c proxy.conf
}

start_tinyproxy() {
  serve proxy.out tinyproxy
  export PROXY=http://127.0.0.1:$PORT PROXY_PID=$SERVED
}

# acme ORIGIN [OPTION…]: three pages of ten.
acme() {
  local origin=$1
  shift
  nq-fetch --auth bearer='${ACME_TOKEN}' -q per_page=10 --end-mark --retry-min 1ms --retry-max 4ms "$@" "$origin/v2/suppliers"
}

complete() {
  status_is 0
  stderr_is ''
  [ "${lines[30]}" = '{"_nq":"end","records":30,"pages":3}' ]
  [ "$(head -n 30 <<<"$output" | jq .id | sort -u | wc -l)" -eq 30 ]
}

# --- HTTP/2 -----------------------------------------------------------------------------------

@test "HTTP/2 where the server offers it, on one connection" {
  run --separate-stderr acme "$H2" --cacert cert.pem
  complete
  until_true 5 grep -q page=3 access.log
  [ "$(cut -d' ' -f1 access.log | sort -u)" = HTTP/2.0 ]
  [ "$(cut -d' ' -f3 access.log | sort -u | wc -l)" -eq 1 ]
}

@test "HTTP/2: --parallel has them all on one connection" {
  run --separate-stderr acme "$H2" --cacert cert.pem --parallel 4
  complete
  until_true 5 grep -q page=3 access.log
  [ "$(cut -d' ' -f1 access.log | sort -u)" = HTTP/2.0 ]
  [ "$(cut -d' ' -f3 access.log | sort -u | wc -l)" -eq 1 ]
}

@test "--http1.1 keeps to HTTP/1.1" {
  run --separate-stderr acme "$H2" --cacert cert.pem --http1.1
  complete
  until_true 5 grep -q page=3 access.log
  [ "$(cut -d' ' -f1 access.log | sort -u)" = HTTP/1.1 ]
}

@test "HTTP/2: a body that breaks off is tried again, and always breaking it is 75" {
  fault '{"kind":"cut","query":"page=2","count":2}'
  run --separate-stderr acme "$H2" --cacert cert.pem
  status_is 0
  [ "${lines[30]}" = '{"_nq":"end","records":30,"pages":3}' ]
  stderr_has 'page 2: ' 'attempt 2 of 5'
  fault '{"kind":"cut","query":"page=2"}'
  run --separate-stderr acme "$H2" --cacert cert.pem --attempts 2
  status_is 75
  [ "${lines[10]}" = '{"_nq":"fail","tool":"nq-fetch","status":75}' ]
}

@test "HTTP/2: header names in lower case are understood" {
  fault '{"kind":"status","status":429,"query":"page=2","count":1,"retry_after":"0.3"}'
  run --separate-stderr acme "$H2" --cacert cert.pem --stats s.json
  status_is 0
  jq -e '.waited_seconds >= 0.3 and .waited_seconds < 1' s.json
  fault '{"kind":"status","status":200,"match":"/l","count":1,"body":"[{\"n\":1}]","headers":{"Link":"</l2>; rel=next"}}'
  fault '{"kind":"status","status":200,"match":"/l2","body":"[{\"n\":2}]"}'
  run --separate-stderr nq-fetch --cacert cert.pem "$H2/l"
  stdout_is '{"n":1}
{"n":2}'
}

@test "HTTP/2: a stranger's certificate is refused, once" {
  run --separate-stderr acme "$H2"
  status_is 1
  stderr_has 'page 1: SSL certificate problem'
  [ ! -s access.log ]
}

# --- a proxy ----------------------------------------------------------------------------------

@test "--proxy: plain requests go through it" {
  run --separate-stderr acme "$API" --proxy "$PROXY"
  complete
  grep -q "Request (file descriptor [0-9]*): GET $API/v2/suppliers?per_page=10" proxy.log
}

@test "--proxy: https goes through it as a tunnel that sees no secret, with HTTP/2 inside" {
  run --separate-stderr acme "$H2" --cacert cert.pem --proxy "$PROXY"
  complete
  grep -q "Request (file descriptor [0-9]*): CONNECT ${H2#https://} HTTP/1.1" proxy.log
  run ! grep -qE 'suppliers|Bearer' proxy.log
  until_true 5 grep -q page=3 access.log
  [ "$(cut -d' ' -f1 access.log | sort -u)" = HTTP/2.0 ]
}

@test "--proxy: one that is not there is tried again, then 75" {
  run --separate-stderr acme "$API" --proxy http://127.0.0.1:1 --attempts 2
  status_is 75
  stderr_has 'page 1: ' 'after 2 attempts'
  [ ! -s "$API_LOG" ]
}

@test "--proxy: a password has no place on a command line" {
  run --separate-stderr acme "$API" --proxy http://u:secret@127.0.0.1:1
  status_is 2
  stderr_has 'set https_proxy in the environment'
  [[ $stderr != *secret* ]]
}

@test "https_proxy and http_proxy are for other hosts than this one" {
  http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 run --separate-stderr acme "$API"
  complete
  http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 run --separate-stderr acme "$H2" --cacert cert.pem
  complete
}

@test "http_proxy of the environment is used, and no_proxy obeyed" {
  http_proxy=$PROXY run --separate-stderr nq-fetch --attempts 1 http://nobody.invalid/t
  stderr_has 'page 1: HTTP 5'
  grep -q 'GET http://nobody.invalid/t' proxy.log
  : >proxy.log
  http_proxy=$PROXY no_proxy=.invalid run --separate-stderr nq-fetch --attempts 1 http://nobody.invalid/t
  status_is 75
  stderr_has 'Could not resolve host: nobody.invalid'
  [ ! -s proxy.log ]
}

@test "https_proxy of the environment is used" {
  https_proxy=$PROXY run --separate-stderr nq-fetch --attempts 1 https://nobody.invalid/t
  [ "$status" -ne 0 ]
  grep -q 'CONNECT nobody.invalid:443' proxy.log
}

# --- IPv6 -------------------------------------------------------------------------------------

@test "IPv6: pages, secrets, next URLs and redirects on [::1]" {
  local pid log=$BATS_TEST_TMPDIR/log six
  "$BUILD/tests/standin" --exit-with-parent --bind ::1 --suppliers 30 --port-file six --log "$log" >/dev/null 2>&1 3>&- &
  pid=$!
  until_true 10 test -s six
  six="http://[::1]:$(cat six)"
  run --separate-stderr acme "$six"
  complete
  [ "$(jq -r .headers.host "$log" | sort -u)" = "${six#http://}" ]
  curl -gfsS -o /dev/null -d "{\"kind\":\"status\",\"status\":200,\"match\":\"/n1\",\"body\":\"{\\\"next\\\":\\\"$six/n2\\\",\\\"data\\\":[{\\\"n\\\":1}]}\"}" "$six/_/faults"
  curl -gfsS -o /dev/null -d '{"kind":"redirect","match":"/n2","location":"/n3"}' "$six/_/faults"
  curl -gfsS -o /dev/null -d '{"kind":"status","status":200,"match":"/n3","body":"{\"next\":null,\"data\":[{\"n\":2}]}"}' "$six/_/faults"
  run --separate-stderr nq-fetch --auth bearer='${ACME_TOKEN}' -r .data "$six/n1"
  status_is 0
  stdout_is '{"n":1}
{"n":2}'
  [ "$(tail -n 1 "$log" | jq -r .headers.authorization)" = "Bearer $ACME_TOKEN" ]
  kill "$pid"
}
