#!/usr/bin/env bats
# nq-load under failing system calls: success and all of the batch, or failure and none or all of it; the database
# stays sound and the next run mends it. NQ_FAULTS=long tries every call.
# shellcheck disable=SC2154 # output is set by run

load helper
load faults-common

# The leak checker does not work under a tracer.
export ASAN_OPTIONS=detect_leaks=0
export BATS_TEST_TIMEOUT=90
[ "${NQ_FAULTS:-short}" = short ] || export BATS_TEST_TIMEOUT=7200

CHECK=$ROOT/tests/faults/load-check.sh

setup_file() { plain_tools; }
setup() {
  in_memory
  a_database
  load=(nq-load --to "sqlite:$NQ_DB" --table t --key id)
  export NQ_SWEEP_INPUT=$NQ_ROWS
  [ "${NQ_FAULTS:-short}" != short ] || export NQ_SWEEP_MOST=4
}
teardown() { leave_memory; }

# in_wal_mode: the database from here on
in_wal_mode() {
  sqlite3 "$NQ_DB.kept" 'PRAGMA journal_mode=wal' >/dev/null
  "$CHECK" reset
}

sweep() {
  local fault
  for fault in "${@:2}"; do
    run timeout 1800 "$ROOT/tests/faults/sweep.sh" "$1" "error=$fault" "$CHECK" -- "${load[@]}"
    echo "# ${lines[-1]}" >&3
    status_is 0
  done
}

@test "writes that fail" {
  sweep pwrite64 ENOSPC EIO EINTR
  sweep write ENOSPC EIO EINTR
}

# Its syncs are all fdatasync(2).
@test "syncs that fail" {
  sweep fdatasync EIO ENOSPC EINTR
}

@test "opens, reads, locks and removals that fail" {
  sweep openat EMFILE ENOSPC EIO EINTR
  sweep read EIO EINTR
  sweep fcntl EIO
  sweep unlink EIO
}

@test "the same in WAL mode" {
  in_wal_mode
  sweep pwrite64 ENOSPC EIO EINTR
  sweep fdatasync EIO
  sweep ftruncate ENOSPC EIO EINTR
}

# short_write N: with the N-th write cut in half; says what it did by the report.
short_write() {
  rm -f report
  "$CHECK" reset
  status=0
  env LD_PRELOAD="$NQ_PRELOAD/short.so" NQ_SHORT="$1" NQ_SHORT_REPORT="$PWD/report" "${load[@]}" <"$NQ_ROWS" >out 2>err || status=$?
}

@test "writes that write half" {
  local n k step=1 tried=0
  use_plain_tools
  short_write 0
  status_is 0
  "$CHECK" verify 0
  n=$(<report)
  ((n > 5))
  [ "${NQ_FAULTS:-short}" != short ] || step=$((n / 6 + 1))
  for ((k = step; k <= n; k += step)); do
    short_write "$k"
    [ "$(<report)" = short ]
    "$CHECK" verify "$status" || { echo "write $k of $n: status $status: $(<err)" && return 1; }
    tried=$((tried + 1))
  done
  echo "# short: $n writes, $tried tried" >&3
}

@test "the check sees a batch that is half in, and a success that is none" {
  "$CHECK" verify 1
  "$CHECK" reset
  run "$CHECK" verify 0
  status_is 1
  stdout_is 'success, but nothing is in'
  "$CHECK" reset
  sqlite3 "$NQ_DB" 'DELETE FROM t WHERE id = 3'
  run "$CHECK" verify 1
  status_is 1
  stdout_is 'a part of the batch is in'
}
