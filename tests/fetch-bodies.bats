#!/usr/bin/env bats
# What a body may be and what it may not: lines, streams, sizes, damage in every wrapping, hazards of JSON.

# shellcheck disable=SC2030,SC2031,SC2154 # run sets its variables for the test that it is in
load helper

setup_file() {
  mkdir "$BATS_FILE_TMPDIR/data"
  start_standin --data-dir "$BATS_FILE_TMPDIR/data"
}

teardown_file() { stop_standin; }

setup() {
  cd "$BATS_FILE_TMPDIR/data" || return
  mend
  : >"$API_LOG"
}

FAIL_75='{"_nq":"fail","tool":"nq-fetch","status":75}'
FAIL_1='{"_nq":"fail","tool":"nq-fetch","status":1}'

# reads TEXT [OPTION…]: nq-fetch reads this text, printf escapes in it, as a file of JSON
reads() {
  # shellcheck disable=SC2059 # escapes in it
  printf "$1" >in.json
  shift
  run --separate-stderr nq-fetch "$@" in.json
}

# lines_of TEXT [OPTION…]: as lines of JSON
lines_of() { reads "$1" --format ndjson "${@:2}"; }

# refused WHY: nothing was written, and so it says
refused() {
  status_is 1
  stdout_is ''
  stderr_has "$1"
}

# answers BODY [MORE]: what /t answers; MORE are further members of the fault
answers() {
  fault "$(jq -nc --arg b "$1" '{match:"/t",kind:"status",status:200,body:$b}' | sed "s|}\$|${2:+,$2}}|")"
}

# small FILE: the program that /usr/bin/time measured into it stayed small; sanitizers need memory of their own
small() { [[ $BUILD == *address* ]] || [ "$(tail -n 1 "$1")" -lt 24576 ]; }

# --- lines of JSON -------------------------------------------------------------------------------

@test "lines: LF and CRLF, empty ones, a last one without its end" {
  local want='{"n":1}
{"n":2}' text
  for text in '{"n":1}\n{"n":2}\n' '{"n":1}\r\n{"n":2}\r\n' '{"n":1}\n\n \t\n{"n":2}' '\xef\xbb\xbf{"n":1}\r\n\r\n{"n":2}'; do
    lines_of "$text"
    status_is 0
    stdout_is "$want"
  done
}

@test "lines: one record each, and errors name the line" {
  lines_of '{"n":1}\n{"n":2}{"n":3}\n'
  refused "in.json: line 2: byte 8: more than one record on the line"
  lines_of '{"n":1}\n\n{"n":\n2}\n'
  refused "line 3: the record goes on behind the end of its line"
  lines_of '{"n":1}\n{"n":2},\n'
  refused "line 2: byte 8: not JSON"
  lines_of '{"n":1}\n5 6\n'
  refused "line 2: byte 1: a record must be an object"
  lines_of '{"n":1}\n{"n":"\xff"}\n'
  refused "line 2: byte 7: not valid UTF-8"
  lines_of '{"n":1}\n\xef\xbb\xbf{"n":2}\n'
  refused "line 2: byte 1: not JSON"
}

@test "lines: what is cut in the last one is no end, wherever it is cut" {
  local text='{"n":1}\n{"a":"x é","b":[1.5,true]}' whole at
  # shellcheck disable=SC2059
  printf "$text" >whole
  whole=$(wc -c <whole)
  for ((at = 9; at < whole; at++)); do
    head -c "$at" whole >cut.ndjson
    run --separate-stderr nq-fetch --end-mark cut.ndjson
    [ "$status" -eq 1 ] || { echo "cut at $at: $status $output"; return 1; }
    stdout_is "$FAIL_1"
    stderr_has "line 2: the body ends before its JSON is complete"
  done
  lines_of '{"n":1}\n"cut'
  refused "line 2: the body ends before its JSON is complete"
}

@test "lines: over HTTP a cut one is tried again" {
  answers '{"n":1}
{"n":' '"content_type":"application/x-ndjson","count":1'
  answers '{"n":1}
{"n":2}' '"content_type":"application/x-ndjson"'
  run --separate-stderr nq-fetch --retry-min 1ms --end-mark "$API/t"
  status_is 0
  stdout_is '{"n":1}
{"n":2}
{"_nq":"end","records":2,"pages":1}'
}

# --- as a stream ---------------------------------------------------------------------------------

@test "--stream: the same records as a page, of JSON, lines and CSV, files too" {
  local format
  for format in json ndjson csv; do
    nq-fetch -r .data --end-mark "$API/bulk?format=$format&records=3000" >want
    run --separate-stderr nq-fetch --stream -r .data --end-mark "$API/bulk?format=$format&records=3000"
    status_is 0
    [ "${#lines[@]}" -ge 3001 ]
    stdout_is "$(<want)"
    curl -fsS "$API/bulk?format=$format&records=3000" | gzip >"s.$format.gz"
    run --separate-stderr nq-fetch --stream -r .data --end-mark "s.$format.gz"
    stdout_is "$(<want)"
  done
}

# sends KIND BYTES BODY: /files/feed.ndjson is so many bytes of this body, and then what KIND says
sends() {
  printf '%s\n' "$3" >feed.ndjson
  fault "{\"match\":\"/files\",\"kind\":\"$1\",\"after_bytes\":$2}"
}

@test "--stream: a record is out while its body still comes, and no page is" {
  local pid
  sends stall 20 '{"n":1}
{"n":2}
{"n":3}'
  nq-fetch --stream "$API/files/feed.ndjson" >out 2>&1 3>&- &
  pid=$!
  until_true 10 grep -q '"n":2' out
  [ "$(<out)" = '{"n":1}
{"n":2}' ]
  kill "$pid"
  wait "$pid" || true
}

@test "--stream: JSON needs --records, and there is no walking on" {
  run --separate-stderr nq-fetch --stream "$API/bulk?records=1"
  status_is 2
  stdout_is ''
  stderr_has "--stream: say by --records where in the body the list is"
  run --separate-stderr nq-fetch --stream -r .data -p page "$API/bulk?records=1"
  status_is 2
  stderr_has "--stream reads one body"
  reads '[{"n":1},{"n":2}]' --stream -r .
  status_is 0
  stdout_is '{"n":1}
{"n":2}'
}

@test "--stream: a body that breaks before its first record is tried again, one after it is not" {
  fault '{"match":"/bulk","kind":"status","status":503,"count":1}'
  run --separate-stderr nq-fetch --stream --retry-min 1ms -r .data --end-mark "$API/bulk?records=2"
  status_is 0
  [ "${#lines[@]}" -eq 4 ]
  mend
  : >"$API_LOG"
  sends cut 20 '{"data":[{"n":1},{"n":2},{"n":3}]}'
  run --separate-stderr nq-fetch --stream --format json --retry-min 1ms -r .data --end-mark "$API/files/feed.ndjson"
  status_is 75
  stdout_is '{"n":1}
'"$FAIL_75"
  [ "$(wc -l <"$API_LOG")" -eq 1 ]
}

@test "--stream: what ends without a told end has no end mark" {
  sends close_delimited_cut 8 '{"n":1}
{"n":2}'
  run --separate-stderr nq-fetch --stream --end-mark "$API/files/feed.ndjson"
  status_is 75
  stdout_is '{"n":1}
'"$FAIL_75"
  stderr_has "the server gave no length"
}

@test "--stream: an endless body, up to --max-records, beyond --max-time, and one that stalls" {
  run --separate-stderr nq-fetch --stream --max-records 10000 --end-mark "$API/bulk?format=ndjson&records=0"
  status_is 0
  stderr_is ''
  [ "${#lines[@]}" -eq 10000 ]
  sends drip 99 '{"n":1}'
  run --separate-stderr nq-fetch --stream --max-time 0.3 --end-mark "$API/files/feed.ndjson"
  status_is 0
  mend
  sends stall 8 '{"n":1}
{}'
  run --separate-stderr nq-fetch --stream --stall-time 1 --end-mark "$API/files/feed.ndjson"
  status_is 75
  stdout_is '{"n":1}
'"$FAIL_75"
}

@test "--stream: watermark, id and statistics as for pages" {
  printf '%s\n' '{"id":1,"t":"2026-05-01T00:00:00Z"}' '{"id":1,"t":"2026-04-01T00:00:00Z"}' >s.ndjson
  run --separate-stderr nq-fetch --stream -w .t --id .id --end-mark --stats stats.json "$API/t" s.ndjson
  status_is 2
  run --separate-stderr nq-fetch --stream -w .t --id .id --end-mark --stats stats.json s.ndjson
  status_is 0
  stderr_has "1 record with an id that came before"
  [ "$(tail -n 1 <<<"$output" | jq -r .watermark)" = 2026-05-01T00:00:00Z ]
  [ "$(jq -c '[.pages,.records,.bytes]' stats.json)" = "[1,2,$(wc -c <s.ndjson)]" ]
}

@test "--each with CSV, as pages and as streams" {
  printf 'id,of\n7,a\n8,b\n' >rows.csv
  local how
  for how in '' --stream; do
    # shellcheck disable=SC2016,SC2086 # a reference of ours; an option or none
    run --separate-stderr nq-fetch $how --each --keep .p=parent "$API"'/files/${record.f}' <<<'{"p":1,"f":"rows.csv"}
{"p":2,"f":"rows.csv"}'
    status_is 0
    stdout_is '{"id":"7","of":"a","parent":1}
{"id":"8","of":"b","parent":1}
{"id":"7","of":"a","parent":2}
{"id":"8","of":"b","parent":2}'
  done
}

# --- size ----------------------------------------------------------------------------------------

# many: how many records of 256 bytes make 128 MiB, or 1 GiB
many() { echo $((${NQ_SOAK:+8*}524288)); }

@test "a body of 128 MiB, or of 1 GiB under NQ_SOAK, takes less than 24 MiB, as page and as stream" {
  local how format
  for format in json ndjson csv; do
    for how in --page --stream; do
      # shellcheck disable=SC2046 # an option or none
      /usr/bin/time -f %M -o kb nq-fetch $([ $how = --page ] || echo $how) -r .data --end-mark \
        "$API/bulk?format=$format&records=$(many)" | tail -n 1 >last
      [ "$(jq .records last)" -ge "$(many)" ] || { echo "$format $how: $(<last)"; return 1; }
      small kb || { echo "$format $how: $(<kb) KB"; return 1; }
    done
  done
}

@test "a body of 128 MiB whose records are looked for, too" {
  /usr/bin/time -f %M -o kb nq-fetch --end-mark "$API/bulk?records=$(many)" | tail -n 1 >last
  [ "$(jq .records last)" -ge "$(many)" ]
  small kb
}

# --- gzip on the way -----------------------------------------------------------------------------

# gunzips FILE: what comes of this file, sent as a body that is told to be packed
gunzips() {
  run --separate-stderr nq-fetch --attempts 1 -r .data --end-mark "$API/files/$1"
}

# packs: a small body, packed by hand, into z; each file is sent as one
packs() {
  printf '{"data":[{"n":1},{"n":2,"t":"é"}]}' | gzip -9n >z
  fault '{"match":"/files","kind":"headers","headers":{"Content-Encoding":"gzip"}}'
  gunzips z
  status_is 0
  [ "${#lines[@]}" -eq 3 ]
}

# flip FILE AT: another byte stands there
flip() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  printf '%b' "\\x$(printf %02x $((byte ^ 0xff)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# damaged [SAYING]: the body in y is refused as one that may come whole the next time
damaged() {
  gunzips y
  [ "$status" -eq 75 ] && [ "$output" = "$FAIL_75" ] && [[ $stderr == *"${1:-compressed}"* ]] && return
  printf '%s\nstatus %s\n%s\n%s\n' "$(wc -c <y) bytes" "$status" "$output" "$stderr"
  return 1
}

@test "gzip cut at every byte is temporary and writes nothing" {
  packs
  local size at
  size=$(wc -c <z)
  for ((at = 1; at < size; at++)); do
    head -c "$at" z >y
    damaged "the compressed body was cut"
  done
}

@test "gzip cut at every byte in a file is a failure and writes nothing" {
  printf '{"data":[{"n":1},{"n":2}]}' | gzip -9n >z
  local size at
  size=$(wc -c <z)
  for ((at = 2; at < size; at++)); do
    head -c "$at" z >y
    run --separate-stderr nq-fetch --end-mark -r .data y
    [ "$status" -eq 1 ] || { echo "cut at $at: $status"; return 1; }
    stdout_is "$FAIL_1"
    stderr_has "the compressed body was cut"
  done
}

@test "gzip with a bad checksum, length, first bytes or something behind it" {
  packs
  local size at
  size=$(wc -c <z)
  for at in 0 1 2 $((size - 8)) $((size - 5)) $((size - 4)) $((size - 1)); do
    cp z y
    flip y "$at"
    damaged
  done
  { cat z && printf junk; } >y
  damaged
  { cat z && printf '\0\0\0\0'; } >y
  damaged
}

@test "gzip in several members is one body" {
  packs
  { printf '{"data":[{"n":1},' | gzip && printf '{"n":2}]}' | gzip; } >y
  gunzips y
  status_is 0
  [ "${#lines[@]}" -eq 3 ]
}

@test "a bomb is refused in short time and little memory, as a page and as a stream" {
  { printf '{"data":[' && yes '{"n":1},' | head -n 30000000 && printf '{}]}'; } | gzip -1 >bomb.gz
  fault '{"match":"/files","kind":"headers","headers":{"Content-Encoding":"gzip"}}'
  local how start=$SECONDS
  for how in '' --stream; do
    # shellcheck disable=SC2016 # the inner bash expands them
    run --separate-stderr bash -c '/usr/bin/time -f %M -o kb nq-fetch $0 --max-body 50M -r .data "$API/files/bomb.gz" >out' "$how"
    status_is 1
    stderr_has "the body is larger than 52428800 bytes (--max-body raises the limit)"
    small kb
    [ -n "$how" ] || [ ! -s out ]
  done
  ((SECONDS - start < 20))
}

@test "a bomb of one string is refused at the size of a record" {
  { printf '{"data":[{"a":"' && head -c 500000000 /dev/zero | tr '\0' x; } | gzip -1 >bomb
  [ "$(wc -c <bomb)" -lt 4000000 ]
  run --separate-stderr /usr/bin/time -f %M -o kb nq-fetch -r .data bomb
  status_is 1
  stderr_has "record 1 is larger than 16777216 bytes (--max-line raises the limit)"
  [[ $BUILD == *address* ]] || [ "$(tail -n 1 kb)" -lt 100000 ]
}

# --- archives that look whole --------------------------------------------------------------------

# tarred: a.tar of two pages of one block each, with its end mark behind 2048 bytes
tarred() {
  echo '[{"n":1}]' >1.json
  echo '[{"n":2}]' >2.json
  tar -b 1 -cf a.tar 1.json 2.json
  run --separate-stderr nq-fetch a.tar
  status_is 0
  [ "$(wc -c <a.tar)" -eq 3072 ]
}

@test "a tar archive cut between two entries, or before or in its end mark, is cut" {
  tarred
  local at
  for at in 1024 2048 2560; do
    head -c "$at" a.tar >b.tar
    run --separate-stderr nq-fetch --end-mark b.tar
    [ "$status" -eq 1 ] || { echo "at $at: $status $output"; return 1; }
    [ "$(tail -n 1 <<<"$output")" = "$FAIL_1" ]
    stderr_has "'b.tar': the archive was cut: it has no end mark"
    gzip -kf b.tar && zstd -qf b.tar && xz -kf b.tar
    local packed
    for packed in gz zst xz; do
      run --separate-stderr nq-fetch "b.tar.$packed"
      status_is 1
      stderr_has "the archive was cut: it has no end mark"
    done
  done
}

@test "what follows the end of a tar archive is not passed over in silence" {
  tarred
  tar -b 1 -cf c.tar 2.json
  cat a.tar c.tar >b.tar
  run --separate-stderr nq-fetch --end-mark b.tar
  status_is 1
  [ "$(tail -n 1 <<<"$output")" = "$FAIL_1" ]
  stderr_has "'b.tar': something follows the end of the archive"
  { cat a.tar && head -c 20000 /dev/zero; } >b.tar
  run --separate-stderr nq-fetch b.tar
  status_is 0
}

@test "the checksum behind a packed archive or file is looked at" {
  tarred
  local packed size at
  cp 1.json p.json
  tar -b 20 -cf p.tar 1.json 2.json
  gzip -kf p.tar && zstd -q --check -f p.tar && xz -kf p.tar
  gzip -kf p.json && zstd -q --check -f p.json && xz -kf p.json
  for packed in p.tar.gz p.tar.zst p.tar.xz p.json.gz p.json.zst p.json.xz; do
    run --separate-stderr nq-fetch "$packed"
    status_is 0
    size=$(wc -c <"$packed")
    for at in 1 2 3 4; do
      head -c $((size - at)) "$packed" >q
      run --separate-stderr nq-fetch --end-mark q
      [ "$status" -eq 1 ] || { echo "$packed less $at: $status"; return 1; }
      cp "$packed" q
      flip q $((size - at))
      run --separate-stderr nq-fetch --end-mark q
      [ "$status" -eq 1 ] || { echo "$packed bad at -$at: $status"; return 1; }
    done
    { cat "$packed" && echo junk; } >q
    run --separate-stderr nq-fetch --end-mark q
    [ "$status" -eq 1 ] || { echo "$packed and junk: $status"; return 1; }
  done
}

@test "a zip archive cut between its entries is cut" {
  tarred
  rm -f a.zip && zip -q0 a.zip 1.json 2.json
  local second
  second=$(grep -abo 'PK..' a.zip | cut -d: -f1 | sed -n 2p)
  head -c "$second" a.zip >b.zip
  run --separate-stderr nq-fetch --end-mark b.zip
  status_is 1
  run --separate-stderr nq-fetch --end-mark - <b.zip
  status_is 1
  [ "$(tail -n 1 <<<"$output")" = "$FAIL_1" ]
}

# --- hazards of JSON -----------------------------------------------------------------------------

@test "one byte order mark at the very start is passed over, with records found and given" {
  reads '\xef\xbb\xbf{"data":[{"n":1}],"next":null}'
  status_is 0
  stdout_is '{"n":1}'
  reads '\xef\xbb\xbf{"data":[{"n":1}],"next":null}' -r .data
  stdout_is '{"n":1}'
  answers $'\xef\xbb\xbf[{"n":1}]'
  run --separate-stderr nq-fetch "$API/t"
  status_is 0
  stdout_is '{"n":1}'
  reads '\xef\xbb\xbf\xef\xbb\xbf[]'
  refused "the body is not JSON"
  reads '[{"n":1}\xef\xbb\xbf]'
  refused "byte 9: not JSON"
  reads '\xff\xfe[\0]\0'
  refused "the body is not JSON"
}

@test "what is not UTF-8 is named by its byte, the mark at the start counted" {
  reads '[{"a":"\xc3("}]'
  refused "in.json: byte 9: not valid UTF-8"
  reads '\xef\xbb\xbf[{"a":"\xff"}]'
  refused "byte 11: not valid UTF-8"
  reads '[{"a":"\xed\xa0\x80"}]'
  refused "byte 9: not valid UTF-8"
  reads '[{"\xf5":1}]'
  refused "byte 4: not valid UTF-8"
}

@test "members that come twice pass as they came" {
  reads '[{"a":1,"a":2,"b":{"c":1,"c":1}}]'
  status_is 0
  stdout_is '{"a":1,"a":2,"b":{"c":1,"c":1}}'
}

@test "halves of surrogates, escaped NUL and odd escapes pass as they came" {
  cat >in.json <<<'[{"a":"\ud800","b":"\udc00\ud800","c":"\u0000","d":"\/\u00E9\uD83D\uDE00","\u0000":""}]'
  run --separate-stderr nq-fetch in.json
  status_is 0
  stdout_is '{"a":"\ud800","b":"\udc00\ud800","c":"\u0000","d":"\/\u00E9\uD83D\uDE00","\u0000":""}'
}

@test "a raw NUL is no JSON, in a string and beside" {
  reads '[{"a":"x\0y"}]'
  refused "byte 9: not JSON"
  reads '[{"a":1}\0]'
  refused "not JSON: invalid char"
  reads '[{"a":1}]\0'
  refused "not JSON"
}

@test "nesting to 128 passes, one more does not" {
  local depth open close
  for depth in 127 128 129; do
    open=$(printf '[%.0s' $(seq $((depth - 2))))
    close=${open//\[/\]}
    reads "[{\"a\":$open$close}]"
    if ((depth > 128)); then
      refused "nested too deeply"
    else
      status_is 0
      stdout_is "{\"a\":$open$close}"
    fi
    lines_of "{\"a\":${open}[]$close}"
    [ "$status" -eq $((depth > 128)) ]
  done
}

@test "ten million brackets are refused at once" {
  { printf '[{"a":' && head -c 10000000 /dev/zero | tr '\0' '['; } >in.json
  run --separate-stderr /usr/bin/time -f %M -o kb nq-fetch in.json
  refused "nested too deeply"
  small kb
}

@test "numbers of any size and spelling pass as they came" {
  local big
  big=$(printf '9%.0s' {1..5000})
  reads "[{\"a\":$big,\"b\":1e400,\"c\":-0,\"d\":1E-5000,\"e\":0.10,\"f\":18446744073709551616}]"
  status_is 0
  stdout_is "{\"a\":$big,\"b\":1e400,\"c\":-0,\"d\":1E-5000,\"e\":0.10,\"f\":18446744073709551616}"
  reads '[{"a":01}]'
  refused "not JSON"
  reads '[{"a":-Infinity}]'
  refused "not JSON"
}

@test "a string of nearly 16 MiB passes, one of more does not, unless --max-line says so" {
  { printf '[{"a":"' && head -c 16777000 /dev/zero | tr '\0' x && printf '"}]'; } >in.json
  run --separate-stderr /usr/bin/time -f %M -o kb bash -c 'nq-fetch -r . in.json | wc -c'
  stdout_is 16777009
  [[ $BUILD == *address* ]] || [ "$(tail -n 1 kb)" -lt 131072 ]
  { printf '[{"a":"' && head -c 16777300 /dev/zero | tr '\0' x && printf '"}]'; } >in.json
  run --separate-stderr nq-fetch -r . in.json
  refused "record 1 is larger than 16777216 bytes (--max-line raises the limit)"
  run --separate-stderr bash -c 'nq-fetch --max-line 17M -r . in.json | wc -c'
  stdout_is 16777309
}
