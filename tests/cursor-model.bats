#!/usr/bin/env bats
# nq-cursor against a model of its rules. A seed that fails is printed with its commands; NQ_SEED tries one.

load helper

# In memory where there is some: what is judged is the rules, not the disk.
setup() {
  MEMORY=$BATS_TEST_TMPDIR
  [ ! -w /dev/shm ] || MEMORY=$(mktemp -d /dev/shm/nq-model.XXXXXX)
  export NQ_STATE=$MEMORY/state
  MANY=150
  [[ $BUILD != *address* ]] || MANY=30 # a sanitized program takes its time to start
}
teardown() { [ "$MEMORY" = "$BATS_TEST_TMPDIR" ] || rm -rf "$MEMORY"; }

@test "fixed sequences of commands agree with the model" {
  run "$ROOT/tests/faults/cursor-model.sh" "$MANY" 42
  status_is 0
}

@test "random sequences of commands agree with the model" {
  run "$ROOT/tests/faults/cursor-model.sh" "$MANY" "${NQ_SEED:-$RANDOM}"
  status_is 0
}
