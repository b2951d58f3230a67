#!/usr/bin/env bats
# nq-cursor under faults: every failing system call and every moment to be killed leaves the old state or the new.
# NQ_FAULTS=long tries every system call instead of some, evenly spread.

load helper

# strace and ptrace cannot look into a sanitized program at its end (the leak checker traces itself).
export ASAN_OPTIONS=detect_leaks=0

export BATS_TEST_TIMEOUT=180
[ "${NQ_FAULTS:-short}" = short ] || export BATS_TEST_TIMEOUT=7200

# Two starting points: a stream with a cursor, and one with a run on top of it.
setup() {
  # In memory where there is some: faults come from strace and ptrace, not from the disk.
  MEMORY=$BATS_TEST_TMPDIR
  [ ! -w /dev/shm ] || MEMORY=$(mktemp -d /dev/shm/nq-faults.XXXXXX)
  export NQ_STATE=$MEMORY/state CHECK=$ROOT/tests/faults/cursor-check.sh
  local run
  run=$(nq-cursor begin -t timestamp_utc -F run_id acme suppliers)
  nq-cursor complete -r "$run" -c 2026-05-16T10:00:00Z acme suppliers >/dev/null
  cp -a "$NQ_STATE" "$NQ_STATE.begin"
  RUN=$(nq-cursor begin -F run_id acme suppliers)
  cp -a "$NQ_STATE" "$NQ_STATE.complete"
}

teardown() { [ "$MEMORY" = "$BATS_TEST_TMPDIR" ] || rm -rf "$MEMORY"; }

try_begin=(nq-cursor begin acme suppliers)
sweep() {
  export NQ_VERB=$1
  [ "${NQ_FAULTS:-short}" != short ] || export NQ_SWEEP_MOST=8
  local command=("${try_begin[@]}")
  [[ $1 == begin ]] || command=(nq-cursor complete --run "$RUN" -c 2026-05-17T10:00:00Z acme suppliers)
  run timeout 120 "$ROOT/tests/faults/sweep.sh" "$2" "$3" "$CHECK" -- "${command[@]}"
  status_is 0
}

@test "begin survives every failing write, fsync and rename" {
  sweep begin write error=ENOSPC
  sweep begin write error=EIO
  sweep begin fsync error=EIO
  sweep begin fsync error=ENOSPC
  sweep begin rename error=EIO
  sweep begin rename error=ENOSPC
}

@test "complete survives every failing write, fsync and rename" {
  sweep complete write error=ENOSPC
  sweep complete write error=EIO
  sweep complete fsync error=EIO
  sweep complete fsync error=EDQUOT
  sweep complete rename error=EIO
  sweep complete rename error=ENOSPC
}

@test "complete survives failing reads, opens, locks and closes, begin a lack of random bits" {
  sweep complete openat error=EMFILE
  sweep complete read error=EIO
  sweep complete flock error=EIO
  sweep complete flock error=EINTR
  sweep complete close error=EIO
  sweep complete lseek error=EIO
  sweep begin getrandom error=EINTR
}

@test "complete survives interrupted and short writes" {
  sweep complete write error=EINTR
}

@test "the state is on the disk before it gets its name, and its name before begin is done" {
  strace -f -qq -y -e trace=fsync,fdatasync,rename,exit_group -o "$MEMORY/trace" "${try_begin[@]}" >/dev/null
  grep -q 'exited\|exit_group(0)' "$MEMORY/trace"
  # The new file, its rename, the folder: nothing of this may be missing or come in another order.
  sed -nE 's/.*(fsync|fdatasync)\([0-9]+<.*\.json\.[0-9]+\.tmp>.*/file/p; s/.*rename\(.*\.json".*/name/p; s/.*(fsync|fdatasync)\([0-9]+<.*acme>.*/folder/p' \
    "$MEMORY/trace" >"$MEMORY/order"
  [ "$(tail -n 3 "$MEMORY/order" | xargs)" = 'file name folder' ] || { cat "$MEMORY/trace" && return 1; }
}

# at_every_call VERB COMMAND…: kills it at its system calls but those of the loader.
at_every_call() {
  export NQ_VERB=$1
  shift
  local killat=$BUILD/tests/faults/killat calls first k step=1 status
  "$CHECK" reset
  calls=$("$killat" 0 "$@" 2>&1 >/dev/null)
  first=$("$killat" 0 nq-cursor --version 2>&1 >/dev/null)
  "$CHECK" verify 0
  ((calls > 50))
  [ "${NQ_FAULTS:-short}" != short ] || step=$(((calls - first / 2) / 40 + 1))
  for ((k = first / 2; k <= calls; k += step)); do
    "$CHECK" reset
    status=0
    "$killat" "$k" "$@" >/dev/null 2>&1 || status=$?
    ((status == 137))
    "$CHECK" verify 137 || { echo "killed at call $k of $calls"; return 1; }
  done
}

@test "begin killed at any system call leaves the old state or the new" {
  at_every_call begin "${try_begin[@]}"
}

@test "complete killed at any system call leaves the old state or the new" {
  at_every_call complete nq-cursor complete --run "$RUN" -c 2026-05-17T10:00:00Z acme suppliers
}

@test "a file size limit ends a begin, and the state is as it was" {
  run bash -c "ulimit -f 0; nq-cursor --state '$NQ_STATE' begin acme suppliers"
  [ "$status" -ne 0 ]
  [ "$(nq-cursor get -F run_id acme suppliers)" = "$RUN" ]
}
