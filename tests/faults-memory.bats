#!/usr/bin/env bats
# No memory: any request may be refused, and a tool still does all of its work, or none and says so.
# NQ_FAULTS=long refuses every one of them.
# shellcheck disable=SC2154 # output is set by run

load helper
load faults-common

export BATS_TEST_TIMEOUT=90
[ "${NQ_FAULTS:-short}" = short ] || export BATS_TEST_TIMEOUT=7200

setup_file() { plain_tools; }
setup() {
  use_plain_tools
  in_memory
}
teardown() { leave_memory; }

# refuse CHECK INPUT COMMAND…
refuse() {
  local points=40 seed=20261
  [ "${NQ_FAULTS:-short}" = short ] || points=0
  run "$ROOT/tests/faults/oom.sh" "$points" "$seed" "$1" "$2" -- "${@:3}"
  echo "# ${lines[-1]}" >&3
  status_is 0
}

@test "nq-map maps all or says that memory is out" {
  refuse true "$ROOT/examples/hubspot/contacts.ndjson" nq-map -f "$ROOT/examples/hubspot/contacts.map"
}

@test "nq-load loads all or nothing when memory is out" {
  a_database
  refuse "$ROOT/tests/faults/load-check.sh" "$NQ_ROWS" nq-load --to "sqlite:$NQ_DB" --table t --key id
}

@test "nq-cursor completes or leaves the cursor when memory is out" {
  a_run
  refuse "$ROOT/tests/faults/cursor-check.sh" /dev/null \
    nq-cursor complete --run "$RUN" -c 2026-05-17T10:00:00Z --field committed_cursor_value acme suppliers
}

@test "nq-plan compiles all or says that memory is out" {
  cp "$ROOT"/examples/acme/{sources.yml,suppliers.map,settings.json} .
  refuse true /dev/null nq-plan --print --cursor 2026-05-16T10:00:00Z
}

@test "nq-fetch reads all of a file or says that memory is out" {
  jq -cn '{data: [range(300) | {id: ., updated_at: "2026-05-16T10:00:00Z", text: "abcdefghij"}]}' >page.json
  # libarchive 3.6 uses what it did not get, or ends the program by itself.
  export NQ_OOM_SPARE=libarchive
  refuse true /dev/null nq-fetch --records .data --watermark .updated_at --end-mark page.json
}
