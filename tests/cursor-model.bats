#!/usr/bin/env bats
# nq-cursor against a model of its rules. A seed that fails is printed with its commands; NQ_SEED tries one.

load helper

# In memory where there is some: what is judged is the rules, not the disk.
setup() {
  MEMORY=$BATS_TEST_TMPDIR
  [ ! -w /dev/shm ] || MEMORY=$(mktemp -d /dev/shm/nq-model.XXXXXX)
  export NQ_STATE=$MEMORY/state
}
teardown() { [ "$MEMORY" = "$BATS_TEST_TMPDIR" ] || rm -rf "$MEMORY"; }

@test "150 fixed sequences of commands agree with the model" {
  run "$ROOT/tests/faults/cursor-model.sh" 150 42
  status_is 0
}

@test "150 random sequences of commands agree with the model" {
  run "$ROOT/tests/faults/cursor-model.sh" 150 "${NQ_SEED:-$RANDOM}"
  status_is 0
}
