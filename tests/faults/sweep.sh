#!/usr/bin/env bash
# One fault at the k-th call of a system call, for every k, with a check after each.
# usage: tests/faults/sweep.sh CALL FAULT CHECK -- COMMAND…
#   CALL   one name: strace counts each call by itself
#   FAULT  as in strace -e inject: error=EIO, error=ENOSPC, retval=1 …
#   CHECK  a program: "CHECK reset" before each run, "CHECK verify STATUS" after it
# Prints "CALL FAULT: N calls, N fired, N broken". Fails when one is broken, when none was made, when one did not
# fire or hung, and when the run without any fault fails: a sweep that proves nothing is no success.
set -euo pipefail

call=$1 fault=$2 check=$3
shift 4
trace=$(mktemp)
trap 'rm -f "$trace"' EXIT
broken=0 fired=0

"$check" reset
calls=0 status=0
strace -f -qq -e trace="$call" -o "$trace" "$@" >/dev/null 2>&1 || status=$?
"$check" verify "$status"
((status == 0)) || { echo "the run without faults ended with $status"; exit 1; }
calls=$(grep -c "$call(" "$trace" || true)

for ((k = 1; k <= calls; k++)); do
  "$check" reset
  status=0
  timeout -s KILL 20 strace -f -qq -o "$trace" -e trace="$call" -e inject="$call:$fault:when=$k" "$@" \
    >/dev/null 2>&1 || status=$?
  if ((status == 124 || status == 137)); then
    echo "$call $fault at $k: hung"
    broken=$((broken + 1))
  fi
  if grep -q INJECTED "$trace"; then fired=$((fired + 1)); fi
  "$check" verify "$status" || { echo "$call $fault at $k: status $status"; broken=$((broken + 1)); }
done
echo "$call $fault: $calls calls, $fired fired, $broken broken"
((calls > 0 && fired == calls && broken == 0))
