#!/usr/bin/env bats
# nq-cursor track: foreign commands in a marked pipeline.

load helper

END='{"_nq":"end","records":3,"pages":2,"cursor_type":"timestamp_utc","watermark":"2026-05-16T10:23:14Z"}'
three() { printf '%s\n' '{"id":3,"on":true}' '{"id":1,"on":false}' '{"id":2,"on":true}'; }
marked() { three && echo "$END"; }
many() { seq -f '{"id":%.0f,"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}' 1 "$1" && echo "{\"_nq\":\"end\",\"records\":$1}"; }
mark() { printf '{"_nq":"end","records":%s,"pages":2,"cursor_type":"timestamp_utc","watermark":"2026-05-16T10:23:14Z"}' "$1"; }
gone() { ! kill -0 "$(cat "$1")" 2>/dev/null; }
# track ARGUMENT…: stdin is this function's; stderr and stdout apart.
track() { run --separate-stderr timeout 30 nq-cursor track "$@"; }

@test "a filter gets the records without the mark, and the mark counts what it left" {
  track -- jq -c 'select(.on)' < <(marked)
  status_is 0
  stdout_is $'{"id":3,"on":true}\n{"id":2,"on":true}\n'"$(mark 2)"
  stderr_is ''
}

@test "a filter that drops all still has a mark, with the watermark" {
  track -- grep -v . < <(marked)
  status_is 1
  track -- sh -c 'cat >/dev/null' < <(marked)
  status_is 0
  stdout_is "$(mark 0)"
}

@test "records pass byte for byte" {
  local odd='{ "n": 10000000000000000001, "f": 1.10, "z": -0, "e": 1E400, "u": "\u00e9é" }'
  track -- cat < <(echo "$odd" && echo '{"_nq":"end","records":1}')
  status_is 0
  stdout_is "$odd"$'\n''{"_nq":"end","records":1}'
}

@test "a command that buffers everything is waited for" {
  track -- sort < <(marked)
  status_is 0
  stdout_is $'{"id":1,"on":false}\n{"id":2,"on":true}\n{"id":3,"on":true}\n'"$(mark 3)"
}

@test "a command that stops reading early is a success when it says so" {
  track -- head -n 1 < <(many 200000)
  status_is 0
  stdout_is '{"id":1,"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}'$'\n''{"_nq":"end","records":1}'
}

@test "megabytes go through without a deadlock" {
  many 200000 | timeout 30 nq-cursor track -- cat >"$BATS_TEST_TMPDIR/out"
  cmp "$BATS_TEST_TMPDIR/out" <(many 200000)
  many 200000 | timeout 30 nq-cursor track -- sort -r | tail -n 1 | grep -qx '{"_nq":"end","records":200000}'
}

@test "a command that fails takes the mark with it" {
  track -- false < <(marked)
  status_is 1
  stdout_is '{"_nq":"fail","tool":"nq-cursor","status":1}'
  stderr_has "'false' ended with status 1"
}

@test "a failure at the end, after all records, still takes the mark with it" {
  track -- sh -c 'cat; exit 5' < <(marked)
  status_is 1
  [ "${lines[3]}" = '{"_nq":"fail","tool":"nq-cursor","status":1}' ]
  stderr_has "'sh' ended with status 5"
}

@test "statuses that mean something else here are 1, temporary ones stay" {
  local pair
  for pair in 1:1 2:1 3:1 42:1 75:75 126:1 127:1; do
    track -- sh -c "exit ${pair%:*}" < <(marked)
    status_is "${pair#*:}"
    stdout_is "{\"_nq\":\"fail\",\"tool\":\"nq-cursor\",\"status\":${pair#*:}}"
  done
}

@test "a killed command is 128 and its signal" {
  # shellcheck disable=SC2016 # the inner shell's
  track -- sh -c 'kill -9 $$' < <(marked)
  status_is 137
  stdout_is '{"_nq":"fail","tool":"nq-cursor","status":137}'
  stderr_has "'sh' was ended by signal 9 (Killed)"
}

@test "a command that is not there is told by name" {
  track -- ./no-such-command < <(marked)
  status_is 1
  stdout_is '{"_nq":"fail","tool":"nq-cursor","status":1}'
  stderr_has "cannot run './no-such-command': No such file or directory"
}

@test "a command that fails early does not wait for an endless input" {
  local start=$SECONDS
  run --separate-stderr bash -c 'yes "{}" | timeout 20 nq-cursor track -- false'
  status_is 1
  ((SECONDS - start < 10))
}

@test "the fail mark of an earlier stage is passed on with its status" {
  track -- cat < <(three && echo '{"_nq":"fail","tool":"nq-fetch","status":75}')
  status_is 75
  [ "${lines[3]}" = '{"_nq":"fail","tool":"nq-fetch","status":75}' ]
  stderr_has 'nq-fetch before this one failed with status 75'
}

@test "the earlier fail mark wins over the command's own failure" {
  track -- sh -c 'cat >/dev/null; exit 9' < <(echo '{"_nq":"fail","tool":"nq-fetch","status":75}')
  status_is 75
  stdout_is '{"_nq":"fail","tool":"nq-fetch","status":75}'
}

@test "a stream that was cut after a mark, or lost records, is a failure" {
  track -- cat < <(marked && three)
  status_is 1
  stderr_has '3 records after the last end mark'
  [ "${lines[-1]}" = '{"_nq":"fail","tool":"nq-cursor","status":1}' ]
  track -- cat < <(three | head -n 2 && echo "$END")
  status_is 1
  stderr_has 'the end mark counts 3 records, but 2 came'
}

@test "no mark in, no mark out: a pipe that was cut is never called complete" {
  track -- cat < <(three)
  status_is 0
  stdout_is "$(three)"
  track -- cat < <(true)
  status_is 0
  stdout_is ''
}

@test "several segments become one, with the highest watermark" {
  track -- cat < <(marked && echo '{"id":9}' &&
    echo '{"_nq":"end","records":1,"pages":1,"cursor_type":"timestamp_utc","watermark":"2026-05-16T11:23:14+02:00"}')
  status_is 0
  [ "${lines[-1]}" = '{"_nq":"end","records":4,"pages":3,"cursor_type":"timestamp_utc","watermark":"2026-05-16T10:23:14Z"}' ]
}

@test "a member _nq that is no control line is refused on both sides" {
  track -- cat < <(echo '{"_nq":1}')
  status_is 1
  stderr_has "line 1: the member '_nq' is reserved"
  track -- echo '{"a":1,"\u005fnq":"x"}' </dev/null
  status_is 1
  stderr_has "line 1 of 'echo': the member '_nq' is reserved"
}

@test "what is not one record a line is told with the line and the command" {
  track -- jq . < <(marked)
  status_is 1
  stderr_has "line 1 of 'jq': not one JSON record a line"
  track -- echo 5 </dev/null
  status_is 1
  stderr_has "line 1 of 'echo': a record must be an object"
  [ "${lines[-1]}" = '{"_nq":"fail","tool":"nq-cursor","status":1}' ]
}

@test "a command that goes on after a bad line is ended" {
  local start=$SECONDS
  track -- sh -c 'echo bad; exec sleep 30' </dev/null
  status_is 1
  ((SECONDS - start < 10))
}

@test "a producer gets a mark when it ended with 0" {
  track -- printf '{"a":1}\n{"a":2}' </dev/null
  status_is 0
  stdout_is $'{"a":1}\n{"a":2}\n{"_nq":"end","records":2}'
  run bash -c 'exec <&-; nq-cursor track -- true'
  status_is 0
  stdout_is '{"_nq":"end","records":0}'
}

@test "a path tracks the watermark of a producer by its type" {
  track .v.id:numeric_id -- printf '{"v":{"id":9}}\n{"v":{"id":"10"}}\n{"v":{"id":-3}}\n' </dev/null
  status_is 0
  [ "${lines[-1]}" = '{"_nq":"end","records":3,"cursor_type":"numeric_id","watermark":"10"}' ]
  track '."at:x"' -- printf '{"at:x":"2026-05-16T12:00:00+02:00"}\n{"at:x":"2026-05-16T11:00:00Z"}\n' </dev/null
  status_is 0
  [ "${lines[-1]}" = '{"_nq":"end","records":2,"cursor_type":"timestamp_utc","watermark":"2026-05-16T11:00:00Z"}' ]
  track .t:opaque_token -- printf '{"t":"b"}\n{"t":"a"}\n' </dev/null
  [ "${lines[-1]}" = '{"_nq":"end","records":2,"cursor_type":"opaque_token","watermark":"a"}' ]
  track .t -- true </dev/null
  stdout_is '{"_nq":"end","records":0,"cursor_type":"timestamp_utc","watermark":null}'
}

@test "half of a surrogate pair is no watermark" {
  track .t:opaque_token -- printf '%s\n' '{"t":"\ud800"}' </dev/null
  status_is 1
  stderr_has "the value at '.t:opaque_token' is no text and no number"
  [[ $output != *'"_nq":"end"'* ]]
}

@test "a record without a watermark fails, or is passed over when that is said" {
  track .t -- printf '{"t":"2026-01-01"}\n{"t":null}\n' </dev/null
  status_is 1
  stderr_has "line 2 of 'printf': no value at '.t' (--watermark-null skip"
  track --watermark-null skip .t -- printf '{"t":"2026-01-01"}\n{}\n' </dev/null
  status_is 0
  [ "${lines[-1]}" = '{"_nq":"end","records":2,"cursor_type":"timestamp_utc","watermark":"2026-01-01"}' ]
  track .t -- printf '{"t":"soon"}\n' </dev/null
  status_is 1
  stderr_has "'soon' is not a timestamp"
  track .t -- printf '{"t":[1]}\n' </dev/null
  status_is 1
  stderr_has "the value at '.t' is no text and no number"
}

@test "a watermark of the future is capped at the start of the run" {
  local now
  now=$(date +%s)
  track .t -- printf '{"t":"2099-01-01"}\n' </dev/null
  status_is 0
  stderr_has "the watermark '2099-01-01' is in the future"
  (($(date -d "$(jq -r .watermark <<<"${lines[-1]}")" +%s) - now <= 30))
  track --no-watermark-cap .t -- printf '{"t":"2099-01-01"}\n' </dev/null
  [ "$(jq -r .watermark <<<"${lines[-1]}")" = 2099-01-01 ]
}

@test "a producer that writes marks itself is held to them" {
  track -- printf '%s\n' '{"a":1}' '{"_nq":"end","records":1,"pages":1}' '{"a":2}' '{"_nq":"end","records":1,"pages":1}' </dev/null
  status_is 0
  [ "${lines[-1]}" = '{"_nq":"end","records":2,"pages":2}' ]
  track -- printf '%s\n' '{"a":1}' '{"_nq":"end","records":1}' '{"a":2}' </dev/null
  status_is 1
  stderr_has "in what 'printf' wrote: 1 record after the last end mark"
}

@test "a closed standard output ends the tool by SIGPIPE, and the command with it" {
  run bash -c "{ nq-cursor track -- sh -c 'echo \$\$ >$BATS_TEST_TMPDIR/pid; yes {}' </dev/null; echo \$? >$BATS_TEST_TMPDIR/rc; } | head -n 1"
  stdout_is '{}'
  [ "$(cat "$BATS_TEST_TMPDIR/rc")" = 141 ]
  until_true 10 gone "$BATS_TEST_TMPDIR/pid"
}

@test "kill -9 of track ends the command, and no mark goes out" {
  nq-cursor track -- sh -c "echo '{}'; echo \$\$ >$BATS_TEST_TMPDIR/pid; exec sleep 60" </dev/null >"$BATS_TEST_TMPDIR/out" 3>&- &
  local pid=$!
  until_true 10 test -s "$BATS_TEST_TMPDIR/pid"
  kill -9 "$pid"
  until_true 10 gone "$BATS_TEST_TMPDIR/pid"
  run ! grep -q _nq "$BATS_TEST_TMPDIR/out"
}

@test "a full standard output is a failure" {
  run --separate-stderr bash -c 'nq-cursor track -- echo "{}" </dev/null >/dev/full'
  status_is 1
  stderr_has 'cannot write standard output: No space left on device'
}

@test "records come out while they come in" {
  mkfifo "$BATS_TEST_TMPDIR/in"
  nq-cursor track -- cat <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
  local pid=$!
  exec 9>"$BATS_TEST_TMPDIR/in"
  printf '{"a":1}\n{"a"' >&9
  until_true 10 grep -q '"a":1' "$BATS_TEST_TMPDIR/out"
  printf ':2}\n{"_nq":"end","records":2}\n' >&9
  exec 9>&-
  wait "$pid"
  [ "$(tail -n 1 "$BATS_TEST_TMPDIR/out")" = '{"_nq":"end","records":2}' ]
}

@test "the command line is checked" {
  track .a:number -- true </dev/null
  status_is 2
  track true </dev/null
  status_is 2
  stderr_has "write '--' and the command"
  track -- </dev/null
  status_is 2
  track --watermark-null maybe -- true </dev/null
  status_is 2
  stderr_has '--watermark-null: write fail or skip'
  track --max-line 10 -- echo '{"long":"0123456789"}' </dev/null
  status_is 1
  stderr_has 'longer than 10 bytes (--max-line raises the limit)'
}

# --- the environment of the command ------------------------------------------------------------------

@test "--env: values with references and without are in the environment of the command, and not in its words" {
  export TOKEN=of-the-environment
  # shellcheck disable=SC2016 # the dollars are for nq-cursor and for sh
  track --env A='${TOKEN}' --env B='b = c' --env C= -- sh -c 'cat >/dev/null; echo "{\"a\":\"$A\",\"b\":\"$B\",\"c\":\"${C-unset}\"}"' < <(marked)
  status_is 0
  stdout_is '{"a":"of-the-environment","b":"b = c","c":""}'$'\n'"$(mark 1)"
  track --env =x -- cat < <(marked)
  status_is 2
  stdout_is ''
  stderr_has "--env: write NAME=VALUE, not '=x'"
}
