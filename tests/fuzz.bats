#!/usr/bin/env bats
# The corpora of the fuzz targets, replayed without a fuzzer: what was found once stays found.

load helper

replay() {
  local files=("$ROOT/tests/fuzz/corpus/$1"/*)
  [ "$1" != doc ] || files+=("$ROOT"/tests/json/*/*)
  run timeout 50 "$BUILD/tests/fuzz/$1" "${files[@]}"
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
  [ "$output" = "${#files[@]} inputs" ]
}

@test "every fuzz target has its line here and a corpus" {
  local name
  for name in $(find "$ROOT/tests/fuzz" -name '*.c' -not -name replay.c | sed 's,.*/\(.*\)\.c,\1,'); do
    grep -qx "  replay $name" "$BATS_TEST_FILENAME"
    compgen -G "$ROOT/tests/fuzz/corpus/$name/*"
  done
}

@test "replay: JSON texts" {
  replay doc
}

@test "replay: control lines" {
  replay mark
}

@test "replay: mappings and records" {
  replay map
}

@test "replay: paths" {
  replay path
}

@test "replay: connector files" {
  replay plan
}

@test "replay: references" {
  replay ref
}

@test "replay: schemas and values" {
  replay schema
}

@test "replay: times" {
  replay time
}

@test "replay: UTF-8" {
  replay utf8
}

@test "replay: rows of the Nuntiq platform" {
  replay nuntiq
}
