#!/usr/bin/env bats
# A cursor that has moved has its rows, whatever the moment of a power cut. `make soak-power` cuts more often.

load helper

@test "the power is cut after a load and the commit of its cursor: no row that the cursor counts is lost" {
  run --separate-stderr "$ROOT/tests/power.sh" "$BUILD" 3
  status_is 0
  stderr_is ''
  stdout_is 'control, SQLite as it comes: 3 of 3 cuts lost rows that the cursor counts
nq-load, rollback journal: 0 of 3 cuts lost rows that the cursor counts
nq-load, write-ahead log: 0 of 3 cuts lost rows that the cursor counts'
}
