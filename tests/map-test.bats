#!/usr/bin/env bats
# nq-map --test: pairs of input and expected output. And lookup: tables in files.
# shellcheck disable=SC2154 # stderr is set by run --separate-stderr
# shellcheck disable=SC2016 # the dollars are the mapping's

setup() {
  load helper
  cd "$BATS_TEST_TMPDIR" || return
}

# lines LINE…: a test file of these lines, as a file, for try.
lines() { printf '%s\n' "$@" >t.ndjson; }
try() { run --separate-stderr nq-map --test t.ndjson "$@" </dev/null; }

# === --test ===================================================================================

@test "all pass: one line, status 0, standard input is not read" {
  lines '{"name":"one","input":{"a":1},"output":{"b":1.0}}' '' '{"input":{"a":[]},"output":[{"b":[]}]}' \
    '{"input":{"s":1},"output":[]}' '{"input":{},"reject":"is required"}'
  try -e 'skip if .s {b: .a!}'
  status_is 0
  stdout_is '4 passed, 0 failed'
  stderr_is ''
}

@test "what fails is told with its line, its name and each place that differs" {
  lines '{"name":"good","input":{"a":1},"output":{"b":1}}' \
    '{"name":"a \"b\"","input":{"a":1,"x":[1,2,{"y-z":3,"y":"\u00e9"}]},"output":{"b":2,"c":null,"x":[1,{"y-z":4},{"y-z":3,"y":"é","w":1}]}}'
  try -e '{b: .a, x: .x, more: true}'
  status_is 1
  stdout_is 'failed: t.ndjson:1: good
  .more: expected nothing, got true
failed: t.ndjson:2: a "b"
  .b: expected 2, got 1
  .c: expected null, got nothing
  .x[1]: expected {"y-z":4}, got 2
  .x[2].w: expected 1, got nothing
  .more: expected nothing, got true
0 passed, 2 failed'
  stderr_is ''
}

@test "a quoted key, an item too much and a whole record that differs" {
  lines '{"input":{"a":{"x-y":{"1":2}}},"output":{"a":{"x-y":{"1":3}}}}' \
    '{"input":{"l":[1,2]},"output":[{"v":1}]}' '{"input":{"l":[]},"output":{"v":1}}' \
    '{"input":{"l":[1,2]},"output":{"v":1}}'
  try -e 'for .l ?? [0] {v: ., a: $root.a}'
  status_is 2
  try -e 'for (.l ?? [0]) {v: if . == 0 then null else . end, a: $root.a}'
  status_is 1
  stdout_is 'failed: t.ndjson:1
  .a."x-y"."1": expected 3, got 2
  .v: expected nothing, got null
failed: t.ndjson:2
  [1]: expected nothing, got {"v":2}
failed: t.ndjson:3
  expected one record, got none: the mapping skips it
failed: t.ndjson:4
  expected one record, got [{"v":1},{"v":2}]
0 passed, 4 failed'
}

@test "rejects: one that is not expected, another one, and one that does not come" {
  lines '{"input":{},"output":{}}' '{"input":{},"reject":"too long"}' '{"input":{"a":1},"reject":"required"}' \
    '{"input":{"s":1},"reject":"required"}' '{"input":{"a":1,"a":2},"reject":"the member \"a\" stands twice in one object"}'
  try -e 'skip if .s {b: .a!}'
  status_is 1
  stdout_is 'failed: t.ndjson:1
  rejected: -e:1:16: '"'.a'"' is required, but it is absent
failed: t.ndjson:2
  expected the reject "too long", got: -e:1:16: '"'.a'"' is required, but it is absent
failed: t.ndjson:3
  expected a reject, got {"b":1}
failed: t.ndjson:4
  expected a reject, got no record: the mapping skips it
1 passed, 4 failed'
}

@test "the reason of a reject is the one of a run" {
  local record why
  for record in '{"a":1,"a":2}' '{"a":{"b":1,"\u0062":2}}' '{"b":"x"}' '{"a":"x"}'; do
    run --separate-stderr nq-map -e '{n: .a! + 1}' <<<"$record"
    why=${stderr#*line 1: }
    lines "{\"input\":$record,\"reject\":$(jq -n --arg why "$why" '$why')}"
    try -e '{n: .a! + 1}'
    stdout_is '1 passed, 0 failed'
  done
}

@test "the schema is kept in tests too, and --arg is given" {
  lines '{"input":{"n":"S"},"output":{"supplier_number":"S","supplier_name":"x"}}' \
    '{"input":{"n":5},"reject":".supplier_number: must be string"}'
  try -e '{supplier_number: .n, supplier_name: $x}' --arg x=x --schema supplier
  status_is 0
  stdout_is '2 passed, 0 failed'
}

@test "of many differences twenty are told" {
  lines "{\"input\":{\"l\":[$(printf '%d,' {1..29})30]},\"output\":{\"l\":[$(printf '%d,' {101..129})130]}}"
  try -e '{l: .l}'
  status_is 1
  [ "${#lines[@]}" -eq 23 ]
  [ "${lines[21]}" = '  and 10 more' ]
}

@test "a test file that is none is refused with its line, status 2" {
  local line want
  while IFS='~' read -r line want; do
    lines '{"input":{},"output":{}}' "$line"
    try -e .
    status_is 2
    stdout_is ''
    stderr_is "nq-map: t.ndjson:2: $want"
  done <<'END'
[]~a test must be an object: {"input": {…}, "output": {…}}
{"output":{}}~'input' must be a record, an object
{"input":[],"output":{}}~'input' must be a record, an object
{"input":{}}~one of 'output' and 'reject' must say what is expected
{"input":{},"output":{},"reject":"x"}~one of 'output' and 'reject' must say what is expected
{"input":{},"output":1}~'output' must be a record or an array of records
{"input":{},"reject":true}~'reject' must be a text of the reason
{"input":{},"ouput":{}}~unknown member 'ouput', did you mean 'output'?
{"input":{},"output":{},"because":1}~unknown member 'because'
{"input":{},"input":{},"output":{}}~'input' stands twice
{"input":{}~byte 11: not JSON: premature EOF
END
  : >t.ndjson
  try -e .
  status_is 2
  stderr_is "nq-map: 't.ndjson' holds no test"
  rm t.ndjson
  try -e .
  status_is 2
  stderr_is "nq-map: cannot open 't.ndjson': No such file or directory"
}

# === lookup ===================================================================================

@test "a lookup table is looked for beside the mapping, and a default beside it" {
  mkdir -p maps/tables
  printf '%b\n' '{\n"de": "Germany", "\\u00e9": [1,\n 2], "7": null\n}' >maps/tables/c.json
  echo '{a: .c | lookup("tables/c.json"), b: .c | lookup("tables/c.json", "?")}' >maps/m.map
  printf '%s\n' '{"c":"de"}' '{"c":"é"}' '{"c":7}' '{"c":"x"}' '{"c":null}' '{}' >in
  run --separate-stderr nq-map -f maps/m.map <in
  status_is 0
  stdout_is '{"a":"Germany","b":"Germany"}
{"a":[1,2],"b":[1,2]}
{"a":null,"b":null}
{"b":"?"}
{"b":"?"}
{"b":"?"}'
  stderr_is ''
  cd maps
  run --separate-stderr nq-map -e '{a: .c | lookup("tables/c.json")}' <../in
  [ "${lines[0]}" = '{"a":"Germany"}' ]
  run --separate-stderr nq-map -e "{a: .c | lookup(\"$PWD/tables/c.json\")}" <../in
  [ "${lines[0]}" = '{"a":"Germany"}' ]
}

@test "a large table is read once, and answers as fast as a small one" {
  awk 'BEGIN { printf "{"; for (i = 0; i < 20000; i++) printf "%s\"k%d\":%d", i ? "," : "", i, i; print "}" }' >t.json
  awk 'BEGIN { for (i = 0; i < 20000; i++) printf "{\"k\":\"k%d\"}\n", i }' >in
  run --separate-stderr bash -c 'timeout 5 nq-map -e "{v: .k | lookup(\"t.json\")}" <in | tail -n 1'
  status_is 0
  stdout_is '{"v":19999}'
  run --separate-stderr strace -f -o trace -e trace=openat nq-map -e '{v: .k | lookup("t.json"), w: .k | slice(1)}' <in
  [ "$(grep -c '"t.json"' trace)" -eq 1 ]
}

@test "a table that is none is refused before any record" {
  local text want
  while IFS='~' read -r text want; do
    printf '%s' "$text" >t.json
    run --separate-stderr nq-map -e '{a: .x | lookup("t.json")}' <<<'{"x":1}'
    status_is 2
    stdout_is ''
    [ "${stderr%%$'\n'*}" = "nq-map: -e:1:17: t.json: $want" ]
  done <<'END'
[]~a lookup table must be one object: {"key": value, …}
{"a":1,"b":2,"\u0061":3}~the key 'a' stands twice
{"a":1} {"b":2}~more than one JSON value
{"\ud800":1}~a key holds a lone surrogate
{"a":1~byte 6: not JSON: premature EOF
END
  run --separate-stderr nq-map -e '{a: .x | lookup("none.json"), b: .y | lookup("x\u0000y")}' </dev/null
  status_is 2
  stderr_has "-e:1:17: cannot open 'none.json': No such file or directory" '-e:1:46: a file name with a NUL in it'
}

@test "--explain shows where a table is, not what is in it" {
  echo '{"a":"secret"}' >t.json
  run --separate-stderr nq-map --explain -e '{a: .x | lookup("t.json")}' </dev/null
  status_is 0
  stdout_is '   0 object
   1   member "a"
   2     call lookup
   3       path . "x"
   4       const "t.json"'
}
