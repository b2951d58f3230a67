#!/usr/bin/env bats
# nq-map: mappings, rejects, marks, and everything that can be wrong with a stream.
# shellcheck disable=SC2154 # stderr is set by run --separate-stderr

setup() {
  load helper
  # shellcheck source=tests/map/cases.bash
  source "$ROOT/tests/map/cases.bash"
  cd "$BATS_TEST_TMPDIR" || return
}

# lines LINE…: an input of these lines, as a file, for run.
lines() { printf '%s\n' "$@" >in; }
map() { run --separate-stderr nq-map "$@" <in; }

FAILED='{"_nq":"fail","tool":"nq-map","status":1}'

# === the language =============================================================================

@test "cases: paths, literals, absent, null and false" {
  run_cases "$ROOT/tests/map/values.case"
}

@test "cases: objects, arrays, spread, when, for, if, statements" {
  run_cases "$ROOT/tests/map/structure.case"
}

@test "cases: precedence, comparison, logic, arithmetic" {
  run_cases "$ROOT/tests/map/operators.case"
}

@test "cases: each function" {
  run_cases "$ROOT/tests/map/functions.case"
}

@test "cases: each message about a mapping" {
  run_cases "$ROOT/tests/map/errors.case"
}

@test "the SHA-256 of a text of any length is that of sha256sum" {
  awk 'BEGIN { for (n = 0; n <= 130; n++) { printf "{\"t\":\"%s\"}\n", t; printf "%s", t >("text" n); t = t "x" } }' >in
  nq-map -e '{d: .t | sha256}' <in | jq -r .d >got
  [ "$(wc -l <got)" -eq 131 ]
  sha256sum text{0..130} | cut -d' ' -f1 | diff - got
}

@test "cases: what is proven before any record" {
  run_cases "$ROOT/tests/map/before.case"
}

@test "every function of the program has a case and a line in nq-map(5)" {
  local name n=0
  while read -r name; do
    n=$((n + 1))
    grep -q "| $name\b" "$ROOT"/tests/map/{functions,before}.case || { echo "no case: $name" && false; }
  done < <(functions)
  ((n >= 40))
  diff <(forms | sort) <(sed -nE '/^\.Ss Functions/,/^\.Ss Grammar/s/^\.It Ic //p' "$ROOT/man/nq-map.5" |
    sed -E 's/ Ns Pq Ar (.*)/(\1)/; s/ , /, /g' | sort)
}

# The names of the functions, and how they are written, as the table of the program has them.
functions() { sed -n '/^const struct nq_function/,/^};/s/^    {"\([a-z0-9_]*\)".*/\1/p' "$ROOT/lib/map/func.c"; }
forms() { sed -n '/^const struct nq_function/,/^};/s/^    {"[a-z0-9_]*", "\([^"]*\)".*/\1/p' "$ROOT/lib/map/func.c"; }

@test "every message of the program stands in a test" {
  # shellcheck source=tests/map/messages.bash
  source "$ROOT/tests/map/messages.bash"
  (($(messages "$ROOT/lib/map" | wc -l) > 130))
  run untested "$ROOT/lib/map" "$ROOT"/tests/map/*.case "$ROOT"/tests/map*.bats
  stdout_is ''
}

@test "a mapping of very many names is refused, not slow" {
  run --separate-stderr nq-map -e "$(printf 'let a%d = 1\n' {1..1001}) {}" </dev/null
  status_is 2
  stderr_has '-e:1001:5: more than 1000 names are given by let'
  printf -- '--arg\na%d=1\n' {1..1001} >args
  run --separate-stderr xargs -a args nq-map -e '{}' </dev/null
  stderr_is "nq-map: option '--arg': more than 1000"
}

@test "a hundred thousand members are read at once, and one that stands twice is found" {
  { echo '{' && seq -f 'm%.0f: 1,' 100000 && echo '}'; } >wide.map
  # seconds of the processor, however busy the machine is
  run --separate-stderr bash -c 'ulimit -t 5 && nq-map --check -f wide.map'
  status_is 0
  sed -i 's/^}$/m7: 2 }/' wide.map
  run --separate-stderr bash -c 'ulimit -t 5 && nq-map --check -f wide.map'
  status_is 2
  stderr_has "wide.map:100002:1: the member 'm7' stands twice in this object"
}

@test "the Acme mapping gives Nuntiq suppliers" {
  lines '{"number":"S1","name":" Caf\u00e9 ","active":false,"vat_number":"DE1","address":{"street":"A 1","country":"de"}}' \
    '{"number":"S2","name":"B","address":null}' '{"number":"S3","name":"C","test_account":true}'
  map -f "$ROOT/examples/acme/suppliers.map" --schema supplier
  status_is 0
  stdout_is '{"supplier_number":"S1","supplier_name":"Café","is_active":false,"supplier_location":[{"location_code":"MAIN","location_name":"Headquarters","is_active":true,"supplier_address":[{"street":"A 1","city":"","country_code":"DE"}]}]}
{"supplier_number":"S2","supplier_name":"B","is_active":true,"supplier_location":[]}'
  stderr_is ''
}

@test "the other mappings of examples/ give what is expected of them" {
  diff <(nq-map -f "$ROOT/examples/hubspot/contacts.map" <"$ROOT/examples/hubspot/contacts.ndjson") \
    "$ROOT/examples/hubspot/expected.ndjson"
  diff <(nq-map -f "$ROOT/examples/lookup/customers.map" <"$ROOT/examples/lookup/customers.ndjson") \
    "$ROOT/examples/lookup/expected.ndjson"
  diff <(nq-map -f "$ROOT/examples/purchase-orders/lines.map" --schema purchaseorderline \
    <"$ROOT/examples/purchase-orders/orders.ndjson") "$ROOT/examples/purchase-orders/expected.ndjson"
}

@test "every mapping of examples/ has tests, and they pass" {
  local map n=0
  for map in "$ROOT"/examples/{acme,hubspot,lookup,purchase-orders}/*.map; do
    run --separate-stderr nq-map -f "$map" --test "${map%.map}.test.ndjson"
    status_is 0
    [[ $output =~ ^[1-9][0-9]*\ passed,\ 0\ failed$ ]]
    n=$((n + 1))
  done
  ((n == 4))
}

@test "an error in a mapping file shows the place, the line and a caret" {
  printf '{\n\tname: .name | trim,\n\tcity: .city | uppr,\n}\n' >m.map
  run --separate-stderr nq-map -f m.map </dev/null
  status_is 2
  stdout_is ''
  stderr_is $'nq-map: m.map:3:16: unknown function \'uppr\', did you mean \'upper\'?\n   city: .city | uppr,\n                 ^'
}

@test "twenty errors of a mapping are told, not more" {
  run --separate-stderr nq-map -e "{$(printf 'm%d: x,' {1..30})}" </dev/null
  status_is 2
  [[ $(grep -c '^nq-map: -e:1:' <<<"$stderr") -eq 20 ]]
}

@test "columns count characters, and the caret stands under its own" {
  run --separate-stderr nq-map -e '{a: "äöü", b: x}' </dev/null
  status_is 2
  stderr_has $'-e:1:15: expected a value' $'\n  {a: "äöü", b: x}\n                ^'
}

@test "of a long line the part around the place is shown" {
  local pad
  pad=$(printf 'é%.0s' {1..300})
  run --separate-stderr nq-map -e "{a: \"$pad\", b: x, c: \"$pad\"}" </dev/null
  status_is 2
  stderr_has 'nq-map: -e:1:312: expected a value' $'\n  …éé' 'é", b: x, c: "é' $'é…\n   '
  # The caret stands where the x is.
  [[ $(sed -n '3s/^\( *\)^$/\1/p' <<<"$stderr" | wc -c) -eq $(($(sed -n '2s/x.*//p' <<<"$stderr" | LC_ALL=C.UTF-8 wc -m))) ]]
  [[ ${#stderr} -lt 500 ]]
}

@test "a mapping that is not UTF-8 is refused" {
  printf '{a: "\xff"}' >m.map
  run --separate-stderr nq-map -f m.map </dev/null
  status_is 2
  stderr_is "nq-map: m.map: byte 6: not valid UTF-8"
}

@test "a mapping nested without end is refused, not a crash" {
  local c
  for c in '[' '(' '{a:' '-(' 'not ' 'if 1 then ' '"\('; do
    run --separate-stderr nq-map -e "$(repeat 5000 "$c")" </dev/null
    status_is 2
    stderr_has 'nested too deeply'
  done
  run --separate-stderr nq-map -e "if 1 then 1 $(repeat 5000 'elif 1 then 1 ')" </dev/null
  status_is 2
  stderr_has 'nested too deeply'
}

@test "a mapping of very many operators is refused, not a crash, and a thousand are good" {
  local c
  for c in '| trim ' '+ 1 ' '!' '?? 1 ' 'and 1 '; do
    run --separate-stderr nq-map -e "{a: .x $(repeat 1001 "$c")}" </dev/null
    status_is 2
    stderr_has 'more than 1000 operators in a row'
    run --separate-stderr nq-map -e "{a: .x $(repeat 980 "$c")}" <<<'{}'
    [[ $status -le 1 ]]
  done
  c=$(repeat 600 '!')
  run --separate-stderr nq-map -e "{a: (.x$c)$c}" </dev/null
  status_is 2
  stderr_has 'more than 1000 expressions in each other: give the inner ones names by let'
}

@test "--explain prints the compiled mapping and reads nothing" {
  run --separate-stderr nq-map --explain -e 'skip if .x {a: .b.c[1] ?? "d" | trim}' </dev/null
  status_is 0
  stdout_is '   0 skip
   1   path . "x"
   2 object
   3   member "a"
   4     call trim
   5       default
   6         path . "b" "c" [1]
   7         const "d"'
  stderr_is ''
}

# === usage ====================================================================================

@test "wrong usage is status 2, one line and where to get help" {
  local args
  : >in
  while IFS='|' read -r args want; do
    # shellcheck disable=SC2086 # the words are arguments
    map $args
    status_is 2
    stdout_is ''
    stderr_has "$want" "try 'nq-map --help'"
  done <<'END'
|one mapping is needed: -f FILE, or -e MAPPING
-e . -f x|one mapping is needed: -f FILE, or -e MAPPING
-e . in|'in' is one argument too many: records are read from standard input
-e . --max-line 0|option '--max-line': from 1 to 1G
-e . --max-line 2G|option '--max-line': from 1 to 1G
-e . --max-rejcts 5|unknown option '--max-rejcts', did you mean '--max-rejects'?
END
}

@test "configuration that cannot be is status 2 before anything is read" {
  local args
  lines '{"a":1}'
  while IFS='|' read -r args want; do
    # shellcheck disable=SC2046 # the words are arguments
    map $(printf %b "$args")
    status_is 2
    stdout_is ''
    stderr_is "nq-map: $want"
  done <<'END'
-f none.map|cannot open 'none.map': No such file or directory
-e . --arg x|option '--arg': 'x' is not NAME=VALUE
-e . --arg x=1 --arg x=2|option '--arg': 'x' has a value already
-e . --arg x=\xff|option '--arg': the value of 'x' is not UTF-8
-e . --arg root=1|option '--arg': 'root' has a value already
-e . --max-rejects 5|option '--max-rejects' above 0 needs '--rejects FILE', so that no record is lost
-e . --max-rejects 5x --rejects r|option '--max-rejects': '5x' is not a number or a share: write 100 or 5%
-e . --max-rejects 101% --rejects r|option '--max-rejects': '101%' is not a number or a share: write 100 or 5%
-e . --rejects none/r|cannot open 'none/r': No such file or directory
-e . --rejects in|option '--rejects': 'in' is the input itself: write to another file
-e . --schema none|'none' is no built-in schema (supplier, organization, purchaseorder, purchaseorderline, receipt, payment) and no file: cannot open 'none': No such file or directory
END
  diff in - <<<'{"a":1}'
}

@test "--help and the manual name the same options" {
  run --separate-stderr nq-map --help
  status_is 0
  stderr_is ''
  diff <(grep -oE -- '--[a-z-]+' <<<"$output" | sort -u) \
    <(grep -E '^\.It Fl' "$ROOT/man/nq-map.1" | grep -oE -- '-[a-z-]{3,}' | sed 's/^-*/--/' | sort -u)
}

@test "the examples of both manuals are true" {
  run "$ROOT/tests/examples.sh" "$ROOT/man/nq-map.1"
  [[ $status -eq 0 ]] || { echo "$output" && false; }
  run "$ROOT/tests/examples.sh" "$ROOT/man/nq-map.5"
  [[ $status -eq 0 ]] || { echo "$output" && false; }
}

# === records ==================================================================================

@test "blank lines are passed over, and the last line needs no line feed" {
  printf '\n{"a":1}\r\n \t\n{"a":2}' >in
  map -e '{b: .a}'
  status_is 0
  stdout_is $'{"b":1}\n{"b":2}'
  stderr_is ''
}

@test "no input is no output" {
  : >in
  map -e .
  status_is 0
  stdout_is ''
  stderr_is ''
}

@test "a line that is no record ends the run with its number, status 1, and a fail mark" {
  local line want
  while IFS='~' read -r line want; do
    printf '{"a":1}\n\n%b\n{"a":2}\n' "$line" >in
    map -e '{b: .a}'
    status_is 1
    stdout_is $'{"b":1}\n'"$FAILED"
    stderr_has "nq-map: line 3: $want"
  done <<'END'
{"a":~byte 5: not JSON: premature EOF
{"a":01}~byte
{"a":"\xff"}~byte 7: not valid UTF-8
{"a":"\x01"}~byte
{"a":1} {"a":2}~more than one JSON value
{"a":NaN}~byte
\xef\xbb\xbf{"a":1}~byte
[1]~a record must be an object
"text"~a record must be an object
null~a record must be an object
{"a":"\\x"}~byte
{'a':1}~byte
{"a":1,}~byte
END
}

@test "a record nested too deeply is an error, one at the limit is not" {
  local open close
  open=$(printf '[%.0s' {1..127}) close=$(printf ']%.0s' {1..127})
  lines "{\"a\":$open$close}"
  map -e '{b: .a}'
  status_is 0
  stdout_is "{\"b\":$open$close}"
  lines "{\"a\":[$open$close]}"
  map -e '{b: .a}'
  status_is 1
  stdout_is "$FAILED"
  stderr_has 'line 1: byte 133: nested too deeply'
}

@test "a line over the limit is an error that names the option" {
  lines '{"a":1}' "{\"a\":\"$(printf 'x%.0s' {1..100})\"}"
  map -e '{b: .a}' --max-line 50
  status_is 1
  stdout_is $'{"b":1}\n'"$FAILED"
  stderr_has 'line 2: longer than 50 bytes (--max-line raises the limit)'
}

@test "an output record over the limit is rejected" {
  lines '{"a":"xxxxxxxxxxxxxxxxxxxx"}'
  map -e '{b: .a, c: .a}' --max-line 30
  status_is 1
  stdout_is "$FAILED"
  stderr_has 'line 1: -e:1:1: the output record is longer than 30 bytes (--max-line raises the limit)'
}

@test "a text that grows without bound is rejected" {
  printf '{"a":"%s"}\n' "$(printf 'x%.0s' {1..20000})" >in
  # shellcheck disable=SC2016 # $root is the mapping's
  map -e '{b: .a | replace("x", $root.a) | replace("x", $root.a)}'
  status_is 1
  stdout_is "$FAILED"
  stderr_has 'line 1: -e:1:' 'more than 268435456 bytes of working memory'
}

@test "what is written comes out before the input blocks" {
  mkfifo pipe
  nq-map -e '{b: .a}' <pipe >out 3>&- &
  exec 7>pipe
  echo '{"a":1}' >&7
  until_true 5 grep -q '{"b":1}' out
  echo '{"a":2}' >&7
  exec 7>&-
  wait $!
  diff out - <<<$'{"b":1}\n{"b":2}'
}

@test "silent unless asked: -v sums up, -vv tells each reject" {
  lines '{"a":1}' '{"a":2}' '{}' '{"a":3}'
  map -e 'skip if .a == 2 {b: .a!}' --rejects no --max-rejects 1
  status_is 3
  stderr_is ""
  map -v -e 'skip if .a == 2 {b: .a!}' --rejects no --max-rejects 1
  [[ $stderr == *"UTC [INFO] nq-map: read 4 records: wrote 2, skipped 1, rejected 1" ]]
  map -vv -e 'skip if .a == 2 {b: .a!}' --rejects no --max-rejects 1
  stderr_has "UTC [DEBUG] nq-map: line 3: rejected: -e:1:21: '.a' is required, but it is absent"
}

@test "output that cannot be written is status 1" {
  lines '{"a":1}'
  run --separate-stderr bash -c "nq-map -e . <in >/dev/full"
  status_is 1
  stderr_has "nq-map: cannot write standard output: No space left on device"
}

@test "a reader that is gone ends it by SIGPIPE, silently" {
  run --separate-stderr bash -c "trap '' PIPE; yes '{\"a\":1}' | { nq-map -e . ; echo \$? >&2; } | head -n 1"
  stdout_is '{"a":1}'
  [[ $stderr == *141* && $stderr != *nq-map* ]]
}

@test "memory stays under 8 MiB with records of 64 KiB" {
  case $BUILD in *address*) return ;; esac
  yes "{\"a\":\"$(printf '%065000d' 0)\",\"l\":[1,2,3]}" | head -n 300 >in
  run --separate-stderr bash -c "ulimit -d 8192; nq-map -e '{a: .a | upper, l: .l | map(. + 1)}' <in | tail -n 1 | cut -c1-10"
  status_is 0
  stdout_is '{"a":"0000'
  stderr_is ''
}

# === rejects ==================================================================================

@test "without --max-rejects the first reject stops the run" {
  lines '{"n":1}' '{"x":1}' '{"n":2}'
  map -e '{n: .n!}'
  status_is 1
  stdout_is $'{"n":1}\n'"$FAILED"
  stderr_has "[ERROR] nq-map: line 2: -e:1:5: '.n' is required, but it is absent"
}

@test "rejects are kept with line, error and the record as it came; status 3" {
  lines '{"n":1}' '{"x" : 1.0}' '{"n":2}' '{"n":null,"s":"\u00e9"}'
  map -e '{n: .n!}' --rejects bad --max-rejects 2
  status_is 3
  stdout_is $'{"n":1}\n{"n":2}'
  stderr_is ''
  diff bad - <<'END'
{"line":2,"error":"-e:1:5: '.n' is required, but it is absent","record":{"x" : 1.0}}
{"line":4,"error":"-e:1:5: '.n' is required, but it is null","record":{"n":null,"s":"\u00e9"}}
END
  [[ $(stat -c %a bad) == 600 ]]
}

@test "one reject too many ends the run with 1, and is kept too" {
  lines '{"x":1}' '{"n":1}' '{"x":2}' '{"x":3}'
  map -e '{n: .n!}' --rejects bad --max-rejects 1
  status_is 1
  stdout_is $'{"n":1}\n'"$FAILED"
  stderr_has "line 3: more than 1 record rejected (--max-rejects), the last: -e:1:5: '.n' is required"
  [[ $(wc -l <bad) -eq 2 ]]
}

@test "a share of rejects is judged when all is read" {
  lines '{"x":1}' '{"n":1}' '{"n":2}' '{"n":3}'
  map -e '{n: .n!}' --rejects bad --max-rejects 25%
  status_is 3
  map -e '{n: .n!}' --rejects bad --max-rejects 24%
  status_is 1
  stdout_is $'{"n":1}\n{"n":2}\n{"n":3}\n'"$FAILED"
  stderr_has '1 of 4 records rejected, more than 24% (--max-rejects)'
}

@test "a mended rejects file is fed back with --from-rejects" {
  lines '{"n":1}' '{"x":1}' '{"x":2}'
  map -e '{n: .n!, x: .x}' --rejects bad --max-rejects 5
  status_is 3
  sed -i 's/"record":{/"record":{"n":7,/' bad
  run --separate-stderr nq-map -e '{n: .n!, x: .x}' --from-rejects <bad
  status_is 0
  stdout_is $'{"n":7,"x":1}\n{"n":7,"x":2}'
  stderr_is ''
}

@test "--from-rejects refuses other input" {
  lines '{"n":1}'
  map -e . --from-rejects
  status_is 1
  stdout_is "$FAILED"
  stderr_has "line 1: not a line of a rejects file: no member 'record' (--from-rejects)"
}

@test "a rejects file that takes nothing is a failure, and no end mark is written" {
  lines '{"x":1}' '{"_nq":"end","records":1}'
  map -e '{n: .n!}' --rejects /dev/full --max-rejects 5
  status_is 1
  stdout_is "$FAILED"
  stderr_has "cannot write '/dev/full': No space left on device"
}

@test "rejects are on disk before the end mark is written" {
  lines '{"x":1}' '{"n":1}' '{"_nq":"end","records":2}'
  ASAN_OPTIONS=detect_leaks=0 run -3 --separate-stderr strace -o trace -e trace=write,fsync nq-map -e '{n: .n!}' --rejects bad --max-rejects 5 <in
  [[ ${lines[-1]} == *'"_nq":"end"'* ]]
  local sync mark
  sync=$(grep -n '^fsync(.*= 0$' trace | cut -d: -f1)
  mark=$(grep -n '^write(1,' trace | tail -n 1 | cut -d: -f1)
  ((sync < mark))
}

# === marks ====================================================================================

@test "an end mark is checked and written anew, with counts and the watermark" {
  lines '{"n":1}' '{"skip":true}' '{"x":1}' '{"n":2}' \
    '{"_nq":"end","records":4,"pages":2,"cursor_type":"timestamp_utc","watermark":"2026-05-16T10:23:14Z"}'
  map -e 'skip if .skip {n: .n!}' --rejects bad --max-rejects 1
  status_is 3
  stdout_is '{"n":1}
{"n":2}
{"_nq":"end","records":2,"pages":2,"read":4,"skipped":1,"rejected":1,"cursor_type":"timestamp_utc","watermark":"2026-05-16T10:23:14Z"}'
}

@test "each segment is closed by its own mark" {
  lines '{"l":[1,2]}' '{"_nq":"end","records":1}' '{"_nq":"end","records":0}' '{"l":[3]}' '{"_nq":"end","records":1}'
  map -e 'for .l {v: .}'
  status_is 0
  stdout_is '{"v":1}
{"v":2}
{"_nq":"end","records":2,"read":1,"skipped":0,"rejected":0}
{"_nq":"end","records":0,"read":0,"skipped":0,"rejected":0}
{"v":3}
{"_nq":"end","records":1,"read":1,"skipped":0,"rejected":0}'
}

@test "a mark whose count is wrong is a failure" {
  lines '{"n":1}' '{"_nq":"end","records":2}'
  map -e .
  status_is 1
  stdout_is $'{"n":1}\n'"$FAILED"
  stderr_has 'line 2: the end mark counts 2 records, but 1 came'
}

@test "records after the last mark are a cut stream" {
  lines '{"n":1}' '{"_nq":"end","records":1}' '{"n":2}'
  map -e '{n: .n}'
  status_is 1
  [[ ${lines[-1]} == "$FAILED" ]]
  stderr_has '1 record after the last end mark: the stream was cut'
}

@test "a fail mark is passed on, and so is its status" {
  lines '{"n":1}' '{"_nq":"fail","tool":"nq-fetch","status":75}'
  map -e .
  status_is 75
  stdout_is $'{"n":1}\n{"_nq":"fail","tool":"nq-fetch","status":75}'
  stderr_has 'nq-fetch before this one failed with status 75'
}

@test "a record with the reserved name is refused" {
  lines '{"_nq":"other","n":1}'
  map -e .
  status_is 1
  stdout_is "$FAILED"
  stderr_has "line 1: the member '_nq' is reserved for control lines"
}

@test "too many rejects leave a fail mark instead of the end mark" {
  lines '{"x":1}' '{"n":1}' '{"_nq":"end","records":2}'
  map -e '{n: .n!}' --rejects bad --max-rejects 10%
  status_is 1
  stdout_is $'{"n":1}\n'"$FAILED"
}
