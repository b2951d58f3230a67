#!/usr/bin/env bats
# The unit tests in C, one program each; what they print is TAP.

load helper

unit() {
  run timeout 50 "$BUILD/tests/unit/$1" "$ROOT/tests"
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
  [[ $output == *$'\n'1..[1-9]* ]]
  [[ $'\n'$output != *$'\n'"not ok"* ]]
}

@test "every unit test has its line here" {
  run diff <(find "$ROOT/tests/unit" -name '*.c' | sed 's,.*/\(.*\)\.c,\1,' | sort) \
    <(sed -n 's/^  unit \([a-z0-9_]*\)$/\1/p' "$BATS_TEST_FILENAME" | sort)
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}

@test "unit: buffers and secrets" {
  unit buf
}

@test "unit: what cassettes mask and how they spell" {
  unit cassette
}

@test "unit: command lines and logs" {
  unit cli
}

@test "unit: JSON texts, duplicate keys and paths" {
  unit doc
}

@test "unit: members of a JSON body" {
  unit edit
}

@test "unit: files" {
  unit io
}

@test "unit: lines" {
  unit lines
}

@test "unit: Link fields" {
  unit link
}

@test "unit: control lines" {
  unit mark
}

@test "unit: numbers and watermarks" {
  unit num
}

@test "unit: references" {
  unit ref
}

@test "unit: settings" {
  unit settings
}

@test "unit: strings and UTF-8" {
  unit text
}

@test "unit: times and durations" {
  unit time
}

@test "unit: origins" {
  unit origin
}

@test "unit: pages in every cut" {
  unit page
}

@test "unit: what is tried again, and when" {
  unit retry
}

@test "unit: queries" {
  unit url
}
