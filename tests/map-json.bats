#!/usr/bin/env bats
# The corpus of JSON texts in tests/json through nq-map: each ends in output or in a clean refusal.
# shellcheck disable=SC2154 # stderr is set by run --separate-stderr

setup() {
  load helper
  cd "$BATS_TEST_TMPDIR" || return
}

FAILED='{"_nq":"fail","tool":"nq-map","status":1}'

# member FILE: the text as a member of a record, as a line in the file in.
member() { { printf '{"v":' && cat "$1" && printf '}\n'; } >in; }

# What RFC 8259 leaves open, and what becomes of it here.
declare -gA OPEN=(
  [string-lone-high]='the string holds a lone surrogate' [string-lone-low]='the string holds a lone surrogate'
  [string-swapped-pair]='the string holds a lone surrogate' [string-two-high]='the string holds a lone surrogate'
  [string-high-then-char]='the string holds a lone surrogate'
  [duplicate-key]='the member "a" stands twice in one object' [duplicate-key-escaped]='the member "\u0061" stands twice in one object'
  [depth-128]='nested too deeply' [depth-128-objects]='nested too deeply'
)

@test "what is accepted is passed on byte for byte" {
  local file name n=0
  for file in "$ROOT"/tests/json/accept/*.json; do
    name=${file##*/} name=${name%.json}
    [ -z "${OPEN[$name]:-}" ] || continue
    tr '\r\n' '  ' <"$file" >text
    member text
    nq-map -e '{v: .v}' <in >out || { echo "$file" && false; }
    sed -E 's/^\{"v":[ \t]*/{"v":/; s/[ \t]*\}$/}/' in | cmp - out || { echo "$file" && false; }
    n=$((n + 1))
  done
  ((n >= 65))
}

@test "what RFC 8259 leaves open is refused where it is looked into, and says why" {
  local name
  ((${#OPEN[@]} == 9))
  for name in "${!OPEN[@]}"; do
    member "$ROOT/tests/json/accept/$name.json"
    run --separate-stderr nq-map -e '{v: .v}' <in
    status_is 1
    stdout_is "$FAILED"
    stderr_has "line 1: " "${OPEN[$name]}"
  done
}

@test "what is refused is refused as a member: one line, its place, a fail mark" {
  local file n=0
  for file in "$ROOT"/tests/json/reject/*.json; do
    member "$file"
    run --separate-stderr nq-map -e '{v: .v}' <in
    [[ $status -eq 1 && $output == "$FAILED" && $stderr =~ ^[^$'\n']*\ nq-map:\ line\ 1:\ (byte\ [0-9]+:|more)[^$'\n']*$ ]] ||
      { echo "$file: $status $output $stderr" && false; }
    n=$((n + 1))
  done
  ((n >= 120))
}

@test "as a whole input, nothing of it ends other than well or with status 1" {
  local file
  for file in "$ROOT"/tests/json/{accept,reject}/*.json; do
    run --separate-stderr nq-map -e '{v: .v}' <"$file"
    case $status in
      0) [ -z "$stderr" ] ;;
      1) [[ ${lines[-1]} == "$FAILED" && $stderr == *' nq-map: line '* && $stderr != *$'\n'* ]] ;;
      *) false ;;
    esac || { echo "$file: $status $output $stderr" && false; }
  done
}

@test "a record that is cut anywhere is refused, and nothing of it comes out" {
  local record='{"a":[1.5e3,true,{"k\"":"\u00e9 \\"}],"b":null,"c":"é"}' n
  for ((n = 1; n < ${#record}; n++)); do
    run --separate-stderr nq-map -e . <<<"${record:0:n}"
    [[ $status -eq 1 && $output == "$FAILED" && $stderr == *'line 1: byte '* ]] || { echo "${record:0:n}: $status $output $stderr" && false; }
  done
  run --separate-stderr nq-map -e . <<<"$record"
  status_is 0
  stdout_is "$record"
}
