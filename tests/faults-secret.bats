#!/usr/bin/env bats
# A secret that would be known again anywhere: in no command line, environment, log, state, temporary or kept file,
# whatever becomes of the run.
# shellcheck disable=SC2154 # output, stderr and status are set by run
# shellcheck disable=SC2016 # ${…} in single quotes are references, not ours to expand

load helper

CANARY='nqCANARY+Secret/4711=z'

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  start_standin --suppliers 300 --age-days 6 --token "$CANARY"
  export NQ_STATE=$PWD/state TMPDIR=$PWD/tmp
  mkdir tmp logs kept
  cp "$ROOT"/examples/acme/{sources.yml,suppliers.map,settings.json} .
  sed -i "s#test-bearer-token-here#$CANARY#; s/: 200/: 50/" settings.json
  sed -i 's/attempts: 5, min: 0.2, max: 2/attempts: 2, min: 0.02, max: 0.02/' sources.yml
  sed -i 's|sqlite:nq.db|sqlite:tmp/nq.db|' sources.yml
  aim "$API/v2"
  # As it is, base64, percent-encoded in both cases, escaped for JSON.
  printf '%s\n' "$CANARY" "$(printf %s "$CANARY" | base64 -w0 | cut -c1-24)" 'nqCANARY%2BSecret%2F4711' \
    'nqCANARY%2bSecret%2f4711' 'nqCANARY+Secret\/4711' >needles
}

teardown() {
  stop_standin
  [ -z "${TLS_PID:-}" ] || kill "$TLS_PID" 2>/dev/null || true
}

# aim URL: where the API is
aim() { jq --arg u "$1" '.config.api_url = $u' settings.json >s && mv s settings.json; }

# The stand-in itself is told its token; of the others nobody is.
watch() {
  mkfifo hold
  "$BUILD/tests/faults/watch" needles <hold >seen 3>&- &
  WATCHER=$!
  exec 7>hold
}
unwatch() {
  exec 7>&-
  wait "$WATCHER"
  local looks
  looks=$(sed -n 's/^looks //p' seen)
  ((looks > 10))
  grep -av -e "^[a-z]* $API_PID " -e '^looks ' seen >hits || true
}

# Nobody was seen with it, and it is in nothing that is left.
nowhere() {
  unwatch
  [ ! -s hits ] || { sort -u hits | head && return 1; }
  run -1 grep -raF -f needles logs state tmp kept
}

# go NAME STATUS OPTION…: one run, with all that it says kept
go() {
  local name=$1 want=$2 rc=0
  shift 2
  nq-sync "$@" >"logs/$name.out" 2>"logs/$name.err" 7>&- || rc=$?
  [ "$rc" = "$want" ] || { echo "$name: status $rc" && cat "logs/$name.err" && return 1; }
}

@test "in a run that succeeds, at its most talkative, with all kept" {
  watch
  go quiet 0
  go talkative 0 -vv --full --keep kept
  go json 0 -vv --full --log json
  go print 0 --print
  go request 0 --dry-run
  nowhere
  [ -s kept/fetch.ndjson ]
  grep -q '"success":true' logs/talkative.out
}

@test "in a trace of nq-sync" {
  watch
  bash -x "$(command -v nq-sync)" -vv >logs/out 2>logs/trace 7>&-
  nowhere
  grep -q '"success":true' logs/out
  grep -q '^+' logs/trace
}

@test "when the API refuses it, even where it says it back" {
  fault "{\"match\":\"/v2/\",\"kind\":\"status\",\"status\":401,\"count\":1,\"body\":\"{\\\"error\\\":\\\"Bearer $CANARY is not welcome\\\"}\"}"
  fault "{\"match\":\"/v2/\",\"kind\":\"status\",\"status\":500,\"body\":\"$CANARY\"}"
  watch
  go refused 1 -vv --keep kept
  grep -q 401 logs/refused.err
  go broken 75 -vv
  grep -q 500 logs/broken.err
  nowhere
  [ "$(nq-cursor get acme_eu suppliers --field status)" = failed ]
}

@test "when the answer is garbage, or is cut" {
  watch
  fault "{\"match\":\"/v2/\",\"kind\":\"garbage\",\"count\":9}"
  go garbage 1 -vv --keep kept
  mend
  fault "{\"match\":\"/v2/\",\"kind\":\"cut\",\"count\":9}"
  go cut 75 -vv
  nowhere
}

@test "when nobody answers, and when the certificate is nobody's" {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 1 -subj /CN=nobody 2>/dev/null
  "$BUILD/tests/standin" --exit-with-parent --port-file tls --tls cert.pem key.pem >/dev/null 2>&1 3>&- &
  TLS_PID=$!
  until_true 10 test -s tls
  watch
  aim "https://127.0.0.1:$(<tls)/v2"
  go tls 1 -vv
  aim "http://127.0.0.1:1/v2"
  go nobody 75 -vv
  aim "https://${API#http://}/v2"
  go plain 1 -vv || go plain 75 -vv
  nowhere
}

@test "the environment is for references only: no command line has what is there" {
  sed -i 's/${secrets.acme_token}/${ACME_CANARY}/' sources.yml
  jq '.secrets.acme_token = "elsewhere"' settings.json >s && mv s settings.json
  watch
  ACME_CANARY=$CANARY go environment 0 -vv
  unwatch
  grep -aq '^environ' hits
  run ! grep -a '^cmdline' hits
  run -1 grep -raF -f needles logs state tmp kept
}

@test "the watcher and the search see a planted one" {
  watch
  sh -c 'sleep 0.3; true' sh "$CANARY" 7>&-
  env "PLANTED=$CANARY" sleep 0.3 7>&-
  unwatch
  grep -aq '^cmdline' hits
  grep -aq '^environ' hits
  jq -cn --arg s "$CANARY" '{$s}' >logs/planted
  run grep -raF -f needles logs state tmp kept
  [ "$output" != "" ]
}
