#!/usr/bin/env bats
# nq-map --schema: what is proven before any data, and what each record must keep.
# shellcheck disable=SC2154 # stderr is set by run --separate-stderr

setup() {
  load helper
  cd "$BATS_TEST_TMPDIR" || return
}

# lines LINE…: an input of these lines, as a file, for map.
lines() { printf '%s\n' "$@" >in; }
map() { run --separate-stderr nq-map "$@" <in; }

FAILED='{"_nq":"fail","tool":"nq-map","status":1}'

@test "--check tells everything it can prove, and reads nothing" {
  run --separate-stderr nq-map --check --schema supplier -e '{
  supplier_nam: .name,
  is_active: "yes",
  supplier_location: [{location_code: 5, vat_number: .vat, supplier_address: {}}],
}' </dev/null
  status_is 2
  stdout_is ''
  diff <(grep -o "schema 'supplier'.*" <<<"$stderr") - <<'END'
schema 'supplier': the required member "supplier_number" is missing
schema 'supplier': the required member "supplier_name" is missing
schema 'supplier': unknown member 'supplier_nam', did you mean 'supplier_name'?
schema 'supplier': this value must be null or boolean, and is a string
schema 'supplier': this value must be null or string, and is a number
schema 'supplier': unknown member 'vat_number', did you mean 'duns_number'?
schema 'supplier': this value must be null or array, and is an object
END
  stderr_has '-e:2:3: ' $'\n    supplier_nam: .name,' '-e:4:39: '
}

@test "--check looks into branches, and only at what is certain" {
  run --separate-stderr nq-map --check --schema supplier -e '{
    supplier_number: if .a then 1 else .b end, supplier_name: .n ?? 2, is_deleted: .x == 1,
    custom_field_1: "\(.a)", supplier_type: .a + 1, organization_code: not .a, supplier_location: [when .x {}, for .l {a: 1}] }' </dev/null
  status_is 2
  [[ $(grep -c "schema 'supplier'" <<<"$stderr") -eq 5 ]]
  run --separate-stderr nq-map --check --schema supplier -e '{...., supplier_name: .x | trim, is_active: .y}' </dev/null
  status_is 0
  stderr_is ''
}

@test "--check knows what functions give, and tells mapping and schema faults at once" {
  run --separate-stderr nq-map --check --schema supplier -e '{
    supplier_number: .n | length,
    supplier_name: .x | trim,
    is_active: .a | lower,
    custom_field_1: .t | split(","),
    supplier_type: .t | default(5),
    organization_code: if .x then .y | length else true end,
    custom_field_2: .d | lookup({a: "x"}, 7),
    supplier_location: .l | map({location_code: .c | bool}) }' </dev/null
  status_is 2
  diff <(grep -o "^nq-map: .*" <<<"$stderr") - <<'END'
nq-map: -e:2:27: schema 'supplier': this value must be string, and is a number
nq-map: -e:4:21: schema 'supplier': this value must be null or boolean, and is a string
nq-map: -e:5:26: schema 'supplier': this value must be null or string, and is an array
nq-map: -e:6:33: schema 'supplier': this value must be null or string, and is a number
nq-map: -e:7:40: schema 'supplier': this value must be null or string, and is a number
nq-map: -e:7:52: schema 'supplier': this value must be null or string, and is a boolean
nq-map: -e:8:43: schema 'supplier': this value must be null or string, and is a number
nq-map: -e:9:54: schema 'supplier': this value must be null or string, and is a boolean
END
  run --separate-stderr nq-map --check --schema none.json -e '{a: x, b: .y | trm}' </dev/null
  status_is 2
  [[ $(grep -c '^nq-map: ' <<<"$stderr") -eq 3 ]]
  stderr_has "expected a value, got 'x'" "did you mean 'trim'" "'none.json' is no built-in schema"
}

@test "every built-in schema opens, and refuses an empty record where it must" {
  local name
  echo '{}' >in
  for name in supplier organization purchaseorder purchaseorderline receipt payment; do
    map -e . --schema "$name"
    status_is 1
    stderr_has "line 1: schema '$name': the record: the member '" "is required"
  done
}

# breaks SCHEMA RECORD WANT: the record breaks the schema with this message.
breaks() {
  printf '%s\n' "$1" >s.json
  lines "$2"
  map -e . --schema s.json
  status_is 1
  stdout_is "$FAILED"
  stderr_has "line 1: schema 's.json': $3"
}
keeps() {
  printf '%s\n' "$1" >s.json
  lines "$2"
  map -e . --schema s.json
  status_is 0
  stderr_is ''
}

@test "each keyword of a schema file is kept" {
  local p='{"properties":{"v":'
  breaks "$p{\"type\":\"integer\"}}}" '{"v":1.5}' '.v: must be integer, and is a number'
  keeps "$p{\"type\":\"integer\"}}}" '{"v":1.50e2}'
  breaks "$p{\"type\":[\"string\",\"null\"]}}}" '{"v":true}' '.v: must be null or string, and is a boolean'
  keeps "$p{\"type\":[\"string\",\"null\"]}}}" '{"v":null}'
  breaks '{"required":["v","x"]}' '{"v":1}' "the record: the member 'x' is required"
  breaks '{"properties":{"w":{}},"additionalProperties":false}' '{"v":1}' 'the record: has no member "v" in the schema'
  breaks '{"additionalProperties":{"type":"number"}}' '{"v":"x"}' '.v: must be number, and is a string'
  breaks "$p{\"items\":{\"items\":{\"type\":\"null\"}}}}}" '{"v":[[],[null,1]]}' '.v[1][1]: must be null, and is a number'
  breaks "$p{\"enum\":[1,\"a\",null]}}}" '{"v":"b"}' '.v: must be one of [1,"a",null]'
  keeps "$p{\"enum\":[1,\"a\",{\"x\":[1]}]}}}" '{"v":{"x":[1.0]}}'
  breaks "$p{\"const\":{\"x\":1}}}}" '{"v":{"x":2}}' '.v: must be exactly {"x":1}'
  breaks "$p{\"pattern\":\"^S[0-9]+\$\"}}}" '{"v":"T1"}' '.v: must be like "^S[0-9]+$"'
  keeps "$p{\"pattern\":\"^S[0-9]+\$\"}}}" '{"v":"S12"}'
  breaks "$p{\"minLength\":2}}}" '{"v":"ñ"}' '.v: is beyond minLength 2'
  breaks "$p{\"maxLength\":2}}}" '{"v":"abc"}' '.v: is beyond maxLength 2'
  keeps "$p{\"maxLength\":2,\"minLength\":2}}}" '{"v":"ññ"}'
  breaks "$p{\"minItems\":1}}}" '{"v":[]}' '.v: is beyond minItems 1'
  breaks "$p{\"maxItems\":1}}}" '{"v":[1,2]}' '.v: is beyond maxItems 1'
  breaks "$p{\"minimum\":1}}}" '{"v":0.999}' '.v: is beyond minimum 1'
  breaks "$p{\"maximum\":1}}}" '{"v":1.001}' '.v: is beyond maximum 1'
  breaks "$p{\"exclusiveMinimum\":1}}}" '{"v":1.0}' '.v: is beyond exclusiveMinimum 1'
  breaks "$p{\"exclusiveMaximum\":1}}}" '{"v":1}' '.v: is beyond exclusiveMaximum 1'
  keeps "$p{\"minimum\":1,\"maximum\":1}}}" '{"v":1.0}'
}

@test "formats of a schema file are checked" {
  local format good bad
  while read -r format good bad; do
    keeps "{\"properties\":{\"v\":{\"format\":\"$format\"}}}" "{\"v\":\"$good\"}"
    breaks "{\"properties\":{\"v\":{\"format\":\"$format\"}}}" "{\"v\":\"$bad\"}" ".v: is not a $format"
  done <<'END'
date-time 2026-05-16T10:23:14Z 2026-05-16
date-time 2026-05-16T10:23:14.5+02:00 2026-02-30T00:00:00Z
date 2026-05-16 2026-13-01
email a@b.example a@b@c
uri https://x/y nocolon
uuid 123e4567-e89b-12d3-a456-426614174000 123e4567e89b12d3a456426614174000
END
}

@test "a schema that cannot be kept is refused with its place" {
  local schema want
  lines '{}'
  while IFS='~' read -r schema want; do
    printf '%s' "$schema" >s.json
    map -e . --schema s.json
    status_is 2
    stdout_is ''
    stderr_is "nq-map: s.json: $want"
  done <<'END'
{"oneOf":[]}~byte 2: "oneOf": this keyword of JSON Schema is not supported: see nq-map(1)
{"properties":{"a":{"$ref":"x"}}}~byte 21: "$ref": this keyword of JSON Schema is not supported: see nq-map(1)
{"type":"text"}~byte 9: "text": not a type of JSON Schema
{"format":"ipv4"}~byte 11: "ipv4": this format is not known: date, date-time, email, uri, uuid are
{"pattern":"("}~byte 12: "(": '(' is not a pattern: Unmatched ( or \(
{"pattern":5}~byte 12: 5: must be a pattern
{"pattern":"\ud800"}~byte 12: "\ud800": must be a pattern
{"pattern":"(a)\\1"}~byte 12: "(a)\\1": '(a)\1' is not a pattern: POSIX extended patterns have no back-references
{"type":"string","type":"null"}~byte 18: "type": stands twice in one object
{"minimum":"1"}~byte 2: "minimum": must be a number
{"required":"a"}~byte 13: "a": must be an array of names
{"required":[1]}~byte 14: 1: must be a name
{"properties":[]}~byte 15: []: must be an object
{"enum":1}~byte 9: 1: must be an array of values
{"items":[]}~byte 10: []: a schema must be an object
[]~byte 1: []: a schema must be an object
{~byte 1: not JSON: premature EOF
END
}

@test "a record that breaks the schema is a reject like others" {
  lines '{"number":"S1","name":"A"}' '{"number":5,"name":"B"}'
  map -e '{supplier_number: .number, supplier_name: .name}' --schema supplier --rejects bad --max-rejects 1
  status_is 3
  stdout_is '{"supplier_number":"S1","supplier_name":"A"}'
  diff bad - <<'END'
{"line":2,"error":"schema 'supplier': .supplier_number: must be string, and is a number","record":{"number":5,"name":"B"}}
END
}

@test "a name that is no text breaks the schema" {
  breaks '{"additionalProperties":{"type":"number"}}' '{"\ud800":1}' 'the record: a name holds a lone surrogate'
  breaks '{"properties":{"v":{"minLength":1}}}' '{"v":"\udc00"}' '.v: holds a lone surrogate'
}

@test "members in any order are held against their own rules" {
  local order record p
  jq -cn '{additionalProperties: false, required: ["p7", "p0", "p3"],
    properties: ([range(9) | {key: "p\(.)", value: {const: .}}] | from_entries)}' >s.json
  for order in 'p0 p3 p7' 'p7 p3 p0' 'p3 p8 p0 p1 p7 p2' 'p7 p8 p0 p1 p2 p3'; do
    record=$(for p in $order; do printf '"%s":%s,' "$p" "${p#p}"; done)
    run --separate-stderr nq-map -e . --schema s.json <<<"{${record%,}}"
    status_is 0
    run --separate-stderr nq-map -e . --schema s.json <<<"{${record%,},\"p9\":9}"
    stderr_has 'has no member "p9" in the schema'
    run --separate-stderr nq-map -e . --schema s.json <<<"{${record/'"p0":0'/'"p0":1'}\"p4\":4}"
    stderr_has '.p0: must be exactly 0'
    run --separate-stderr nq-map -e . --schema s.json <<<"{${record/'"p3":3,'/}\"p4\":4}"
    stderr_has "the member 'p3' is required"
  done
}

@test "a schema of forty thousand properties is held in time" {
  seq -f '"m%.0f"' 40000 >names
  { printf '{"required":[' && paste -sd, names && printf '],"properties":{' &&
    sed 's/$/:{"type":"number"}/' names | paste -sd, && printf '}}'; } >s.json
  { printf '{' && sed 's/$/:1/' names | paste -sd, | tr -d '\n' && printf '}\n'; } >in.ndjson
  # seconds of the processor, however busy the machine is
  run --separate-stderr bash -c 'ulimit -t 5 && nq-map -e . --schema s.json <in.ndjson | cmp - in.ndjson'
  status_is 0
}
