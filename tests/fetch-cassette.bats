#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch --record and --replay: the same run again without the network, and no secret on tape.

load helper

setup_file() {
  start_standin --suppliers 30 --gzip
  export ACME_TOKEN=test-bearer-token-here
}

setup() {
  mend
  : >"$API_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown_file() { stop_standin; }

fetch() { nq-fetch --end-mark --retry-min 1ms --retry-max 4ms "$@"; }

# Three pages of ten.
acme() { fetch --auth bearer='${ACME_TOKEN}' -q per_page=10 "$@" "$API/v2/suppliers"; }

# tape_of COMMAND…: records it on tape.tar.zst, its output in first, its status in first_status.
tape_of() {
  first_status=0
  "$@" --record tape.tar.zst >first 2>first.err || first_status=$?
  : >"$API_LOG"
}

# replays COMMAND…: the same output and status from the tape, and nobody was asked.
replays() {
  local now_status=0
  "$@" --replay "${TAPE:-tape.tar.zst}" >now 2>now.err || now_status=$?
  cat now.err
  cmp first now
  [ "$now_status" -eq "$first_status" ]
  [ ! -s "$API_LOG" ]
}

unpack() {
  mkdir unpacked
  tar -xf tape.tar.zst -C unpacked
}

entries() { tar -tf "${1:-tape.tar.zst}" | tr '\n' ' '; }

# clean SECRET…: in no spelling on the tape, nor in what was packed into it.
clean() {
  local secret spelling
  unpack
  for secret; do
    for spelling in "$secret" "$(jq -rn --arg s "$secret" '$s|@uri')" "$(printf %s "$secret" | base64 -w0)" \
      "$(jq -n --arg s "$secret" '$s' | sed 's/^"//; s/"$//')"; do
      run grep -rF -- "$spelling" unpacked tape.tar.zst
      [ "$status" -eq 1 ] || { echo "found: $spelling"; echo "$output"; return 1; }
    done
  done
}

# --- there and back ---------------------------------------------------------------------------

@test "a recorded pull replays to the same bytes, and asks nobody" {
  tape_of acme
  [ "$first_status" -eq 0 ]
  [ "$(tail -n 1 first)" = '{"_nq":"end","records":30,"pages":3}' ]
  replays acme
  [ ! -s now.err ]
}

@test "recording changes nothing of the output" {
  tape_of acme
  acme >plain
  cmp plain first
}

@test "a replay opens no socket" {
  tape_of acme
  # The look for leaks cannot be traced.
  ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=network -o calls nq-fetch --end-mark --auth bearer='${ACME_TOKEN}' -q per_page=10 \
    --replay tape.tar.zst "$API/v2/suppliers" >now
  cmp first now
  run -1 grep -E '^[0-9]+ +[a-z]+\(' calls
}

@test "a folder for each exchange, as tar lists it" {
  tape_of acme
  [ "$(entries)" = '0001/request 0001/headers 0001/body 0002/request 0002/headers 0002/body 0003/request 0003/headers 0003/body ' ]
  unpack
  [ "$(cat unpacked/0002/request)" = "GET $API/v2/suppliers?per_page=10&page=2
Authorization: ***
Accept: application/json
Accept-Encoding: gzip" ]
  [ "$(head -n 1 unpacked/0002/headers)" = 'HTTP/1.1 200 OK' ]
  grep -qx 'Content-Encoding: gzip' unpacked/0002/headers
  [ "$(jq '.data | length' unpacked/0002/body)" -eq 10 ]
}

@test ".tar, .tar.gz, .tgz and .tar.zst are what their names say" {
  local name magic
  for name in tape.tar tape.tar.gz tape.tgz tape.tar.zst; do
    acme --record $name >first
    acme --replay $name >now
    cmp first now
    [ "$(tar -tf $name | wc -l)" -eq 9 ]
    case $name in
    *.zst) magic=28b52ffd ;;
    *gz) magic=1f8b ;;
    *) magic=303030312f72 ;;
    esac
    [[ $(xxd -p -l 8 $name) == "$magic"* ]]
    [ "$(stat -c %a $name)" = 600 ]
  done
}

@test "a POST with its place in the body" {
  local ask=(fetch --paginate 'page:in=body:.page,next=.next_page' --json '{"q":"x"}' "$API/shapes/search")
  tape_of "${ask[@]}"
  [ "$first_status" -eq 0 ]
  unpack
  [ "$(tail -n 1 unpacked/0002/request)" = '{"q":"x","page":2}' ]
  [ "$(head -n 1 unpacked/0002/request)" = "POST $API/shapes/search" ]
  replays "${ask[@]}"
}

@test "pages by Link, and what auto finds out, come from the tape as well" {
  tape_of fetch "$API/shapes/github"
  [ "$(wc -l <first)" -eq 26 ]
  replays fetch "$API/shapes/github"
}

@test "redirects are exchanges" {
  fault "{\"match\":\"/v2/\",\"kind\":\"redirect\",\"status\":307,\"location\":\"$API/v2/suppliers?page=1&per_page=30\",\"count\":1}"
  tape_of acme
  [ "$first_status" -eq 0 ]
  unpack
  [ "$(head -n 1 unpacked/0001/headers)" = 'HTTP/1.1 307 Temporary Redirect' ]
  replays acme
}

# --- faults -----------------------------------------------------------------------------------

@test "attempts and their faults are on the tape, and are met again without waiting" {
  fault '{"match":"/v2/","kind":"status","status":503,"retry_after":"1","count":1}'
  fault '{"match":"/v2/","kind":"cut","after_bytes":700,"skip":1,"count":1}'
  fault '{"match":"/v2/","kind":"gzip_cut","after_bytes":700,"skip":2,"count":1}'
  tape_of acme --retry-min 1ms
  [ "$first_status" -eq 0 ]
  [ "$(tar -tf tape.tar.zst | grep -c /request)" -eq 6 ]
  unpack
  [[ $(cat unpacked/*/fault) == *temporary:* ]]
  SECONDS=0
  replays acme --retry-min 20s --retry-max 20s
  ((SECONDS < 5))
  [ "$(grep -c 'replayed without waiting' now.err)" -eq 3 ]
  diff <(sed 's/.*page \(.*\), attempt.*/\1/' first.err) <(sed 's/.*page \(.*\), attempt.*/\1/' now.err)
}

@test "a run that fails leaves a whole archive, which fails in the same way" {
  fault '{"match":"/v2/","kind":"status","status":401,"query":"page=2"}'
  tape_of acme
  [ "$first_status" -eq 1 ]
  [ "$(tail -n 1 first)" = '{"_nq":"fail","tool":"nq-fetch","status":1}' ]
  [ "$(entries)" = '0001/request 0001/headers 0001/body 0002/request 0002/headers 0002/body ' ]
  replays acme
  diff <(sed 's/^[^[]*//' first.err) <(sed 's/^[^[]*//' now.err)
}

@test "a server that nobody reaches" {
  tape_of fetch --attempts 2 http://127.0.0.1:1/
  [ "$first_status" -eq 75 ]
  [ "$(entries)" = '0001/request 0001/fault 0002/request 0002/fault ' ]
  unpack
  [[ $(cat unpacked/0001/fault) == 'temporary: '* ]]
  replays fetch --attempts 2 http://127.0.0.1:1/
}

@test "a wait that is too long ends the replay as it ended the run" {
  fault '{"match":"/v2/","kind":"status","status":429,"retry_after":"4000"}'
  tape_of acme
  [ "$first_status" -eq 75 ]
  replays acme
  grep -q 'longer than --max-wait' now.err
}

@test "what is no JSON, and judgements of a page, are found again" {
  fault '{"match":"/v2/","kind":"html"}'
  tape_of acme
  [ "$first_status" -eq 1 ]
  replays acme
  mend
  tape_of acme --fail-if .data
  [ "$first_status" -eq 1 ]
  replays acme --fail-if .data
  run tar -xOf tape.tar.zst 0001/fault
  [ "$status" -ne 0 ]
}

@test "ended by SIGTERM, the archive is whole as far as it went" {
  fault '{"match":"/v2/","kind":"stall","query":"page=3"}'
  acme --record tape.tar.zst >first &
  local pid=$!
  until_true 10 grep -q page=3 "$API_LOG"
  kill "$pid"
  wait "$pid" || [ $? -eq 143 ]
  [ "$(entries)" = '0001/request 0001/headers 0001/body 0002/request 0002/headers 0002/body ' ]
  [ "$(wc -l <first)" -eq 20 ]
  run --separate-stderr acme --replay tape.tar.zst
  status_is 1
  diff <(head -n 20 <<<"$output") first
  stderr_has "the cassette ends before the request 'GET $API/v2/suppliers?per_page=10&page=3'"
}

@test "even SIGKILL in a wait leaves what was heard" {
  fault '{"match":"/v2/","kind":"status","status":503,"retry_after":"60","query":"page=2"}'
  acme --record tape.tar.gz >first 2>err &
  local pid=$!
  until_true 10 grep -q waiting err
  kill -9 "$pid"
  wait "$pid" || [ $? -eq 137 ]
  [ "$(entries tape.tar.gz)" = '0001/request 0001/headers 0001/body 0002/request 0002/headers 0002/body ' ]
}

@test "a tape that cannot be written fails the run before its records count" {
  run --separate-stderr acme --record /nowhere/tape.tar
  status_is 2
  stderr_has "cannot create '/nowhere/tape.tar'"
  ln -s /dev/full full.tar
  run --separate-stderr acme --record full.tar
  status_is 1
  stderr_has "cannot write 'full.tar': No space left"
  stdout_is '{"_nq":"fail","tool":"nq-fetch","status":1}'
}

# --- secrets ----------------------------------------------------------------------------------

@test "no secret is on the tape, in no spelling, though the server repeats it" {
  export KEY='s3cr/et "quoted"+more' LOGIN='user:pass/word+1'
  tape_of fetch --paginate none --auth basic='${LOGIN}' -H 'X-Api-Key: ${KEY}' -q 'key=${KEY}' \
    --json '{"key":"${KEY}"}' "$API/echo"
  [ "$first_status" -eq 0 ]
  grep -q 's3cr/et' first
  clean "$KEY" "$LOGIN" 'pass/word+1'
  grep -q 'key=\*\*\*' unpacked/0001/request
  grep -q '^X-Api-Key: \*\*\*' unpacked/0001/request
  [ "$(tail -n 1 unpacked/0001/request)" = '{"key":"***"}' ]
  jq -e '.headers["x-api-key"] == "***"' unpacked/0001/body
}

@test "nor in a header, an error, or a redirect that repeats it" {
  fault "{\"match\":\"/v2/\",\"kind\":\"redirect\",\"status\":302,\"location\":\"$API/v2/suppliers?again=$ACME_TOKEN\",\"count\":1}"
  fault "{\"match\":\"/v2/\",\"kind\":\"status\",\"status\":403,\"body\":\"bad token $ACME_TOKEN\"}"
  tape_of acme
  [ "$first_status" -eq 1 ]
  clean "$ACME_TOKEN"
  grep -q 'again=\*\*\*' unpacked/0001/headers
  grep -q 'again=\*\*\*' unpacked/0002/request
  [ "$(cat unpacked/0002/body)" = 'bad token ***' ]
  replays acme
}

@test "a secret of digits leaves a number, and any other one replays" {
  local ask=(fetch --paginate none -q 'n=${NUMBER}' "$API/files/page.json")
  export NUMBER=4711471147
  fault '{"match":"/files","kind":"status","status":200,"body":"{\"data\":[{\"n\":4711471147,\"s\":\"-4711471147-\"}]}"}'
  tape_of "${ask[@]}"
  clean "$NUMBER"
  NUMBER=12345 run --separate-stderr "${ask[@]}" --replay tape.tar.zst
  status_is 0
  [ "${lines[0]}" = '{"n":999,"s":"-999-"}' ]
}

@test "oauth2: issued tokens are not on the tape, and a replay takes new ones where the run did, and keeps none" {
  local ask
  start_standin --oauth --suppliers 30
  curl -fsS -o /dev/null -d '{"expires_in":2,"refresh_token":"first-token-canary","rotate":true}' "$API/_/oauth"
  fault '{"match":"/v2/","query":"page=2","kind":"status","status":503,"retry_after":"1.2","count":1}'
  echo first-token-canary >token
  export CLIENT_SECRET=client-secret-here
  ask=(fetch --auth oauth2 --token-url "$API/oauth/token" --client-id acme-client --client-secret '${CLIENT_SECRET}'
    --refresh-token '${file:token}' -q per_page=10 "$API/v2/suppliers")
  tape_of "${ask[@]}"
  stop_standin
  [ "$first_status" -eq 0 ]
  cat token >kept
  clean "$CLIENT_SECRET" canary "$(cat token)"
  [ "$(grep -l '^POST' unpacked/*/request | wc -l)" -eq 2 ]
  grep -q '"access_token":"\*\*\*"' unpacked/0001/body
  replays "${ask[@]}"
  cmp token kept
}

@test "a pull for each parent" {
  local ask
  start_standin
  fault '{"match":"/c","query":"p=1","kind":"status","status":200,"body":"[{\"c\":1}]"}'
  fault '{"match":"/c","query":"p=2","kind":"status","status":200,"body":"[{\"c\":2},{\"c\":3}]"}'
  ask=(fetch --keep .id=parent --each "$API/c?p=\${record.id}")
  printf '{"id":1}\n{"id":2}\n' >parents
  tape_of "${ask[@]}" <parents
  stop_standin
  [ "$first_status" -eq 0 ]
  [ "$(grep -c parent first)" -eq 3 ]
  replays "${ask[@]}" <parents
}

# --- the tape is a tar ------------------------------------------------------------------------

@test "an edited tape replays as edited, packed in any order and below any folder" {
  tape_of acme
  unpack
  sed -i 's/"next_page":3/"next_page":null/' unpacked/0002/body
  tar -cf edited.tar unpacked/0002 unpacked/0001
  run --separate-stderr acme --replay edited.tar
  status_is 0
  [ "${lines[20]}" = '{"_nq":"end","records":20,"pages":2}' ]
  (cd unpacked && tar -czf ../edited.tar.gz .)
  run --separate-stderr acme --replay edited.tar.gz
  status_is 0
  [ "${lines[20]}" = '{"_nq":"end","records":20,"pages":2}' ]
  stderr_has 'nobody asked for the last 1 exchange of the cassette'
}

@test "a fault can be written by hand" {
  tape_of acme
  unpack
  echo 'temporary: the cable was cut' >unpacked/0002/fault
  tar -caf edited.tar.zst -C unpacked .
  run --separate-stderr acme --attempts 1 --replay edited.tar.zst
  status_is 75
  stderr_has 'page 2: the cable was cut'
  [ "${#lines[@]}" -eq 11 ]
}

@test "a request that is not next is an error that names both" {
  tape_of acme
  run --separate-stderr acme --replay tape.tar.zst -q x=1
  status_is 1
  stderr_has "page 1: the next request is 'GET $API/v2/suppliers?per_page=10&x=1'" \
    "but 0001 on the cassette is 'GET $API/v2/suppliers?per_page=10'"
  [ ! -s "$API_LOG" ]
  tape_of fetch --paginate none --json '{"a":1}' "$API/echo"
  run --separate-stderr fetch --paginate none --json '{"a":2}' --replay tape.tar.zst "$API/echo"
  status_is 1
  stderr_has "sends another body than 0001 on the cassette"
}

@test "what is no cassette is refused before anything is written" {
  local bad
  echo hello >text
  tar -cf other.tar text
  mkdir -p 0001
  echo 'GET http://127.0.0.1/' >0001/request
  tar -cf half.tar 0001
  for bad in text other.tar half.tar; do
    run --separate-stderr acme --replay $bad
    status_is 2
    stderr_has "--replay: '$bad': "
  done
  run --separate-stderr acme --replay missing.tar
  status_is 2
  stderr_has "--replay: cannot open 'missing.tar': No such file"
}

@test "wrong usage" {
  run --separate-stderr acme --record tape.zip
  status_is 2
  stderr_has "--record: let 'tape.zip' end in .tar.zst"
  run --separate-stderr acme --record a.tar --replay b.tar
  status_is 2
  echo '{}' >page.json
  run --separate-stderr nq-fetch --record a.tar page.json
  status_is 2
  stderr_has '--record and --replay are for URLs'
}

@test "a run that is wrongly configured leaves the old tape as it is" {
  tape_of acme
  cp tape.tar.zst old
  run --separate-stderr fetch --auth bearer='${NO_SUCH_TOKEN}' --record tape.tar.zst "$API/v2/suppliers"
  status_is 2
  cmp old tape.tar.zst
}

# --- the clock and memory ---------------------------------------------------------------------

@test "the watermark of a replay stops where that of the run stopped" {
  local ask=(acme --watermark .updated_at)
  curl -fsS -o /dev/null -d '{"numbers":["S000001"],"updated_at":"2099-01-01T00:00:00Z"}' "$API/_/acme/touch"
  tape_of "${ask[@]}"
  unpack
  sed -i '/^Date:/d' unpacked/*/headers # only the clock of the run is left
  tar -cf edited.tar -C unpacked .
  "${ask[@]}" --replay edited.tar >one 2>err
  sleep 1.1
  "${ask[@]}" --replay edited.tar >second 2>err
  cmp one second
  [[ $(tail -n 1 second) != *2099* ]]
  replays "${ask[@]}"
}

@test "bodies are streamed: 64 MiB of them need little memory, there and back" {
  (
    start_standin --data-dir "$PWD"
    jq -nc '{a: ("x" * 1000)}' | awk '{ for (i = 0; i < 64000; i++) print }' >big.ndjson
    local ask=(nq-fetch --paginate none --format ndjson "$API/files/big.ndjson")
    # A sanitizer takes terabytes of addresses for itself.
    [[ $BUILD == *address* ]] || ulimit -v 200000
    "${ask[@]}" --record big.tar.zst | cmp - big.ndjson
    stop_standin
    "${ask[@]}" --replay big.tar.zst | cmp - big.ndjson
  )
}
