#!/usr/bin/env bash
# One fault at the k-th call of a system call, for every k, with a check after each. NQ_SWEEP_MOST=N tries at most
# N of them, evenly spread; NQ_SWEEP_INPUT is what COMMAND reads.
# usage: tests/faults/sweep.sh CALL FAULT CHECK -- COMMAND…
#   CALL   one name: strace counts each call by itself
#   FAULT  as in strace -e inject: error=EIO, error=ENOSPC, retval=1 …
#   CHECK  a program: "CHECK reset" before each run, "CHECK verify STATUS" after it
# Prints "CALL FAULT: N calls, N tried, N fired, N broken". Fails when one is broken, when none was made, when one did not
# fire or hung, and when the run without any fault fails: a sweep that proves nothing is no success.
set -euo pipefail

call=$1 fault=$2 check=$3
shift 4
trace=$(mktemp)
trap 'rm -f "$trace"' EXIT
broken=0 fired=0 tried=0 input=${NQ_SWEEP_INPUT:-/dev/null}

"$check" reset
calls=0 status=0
strace -f -qq -e trace="$call" -o "$trace" "$@" <"$input" >/dev/null 2>&1 || status=$?
"$check" verify "$status"
((status == 0)) || { echo "the run without faults ended with $status"; exit 1; }
calls=$(grep -c "$call(" "$trace" || true)

most=${NQ_SWEEP_MOST:-$calls}
step=$((calls > most ? (calls + most - 1) / most : 1))
for ((k = (calls + step - 1) % step + 1; k <= calls; k += step)); do
  "$check" reset
  status=0
  timeout -s KILL 20 strace -f -qq -o "$trace" -e trace="$call" -e inject="$call:$fault:when=$k" "$@" \
    <"$input" >/dev/null 2>&1 || status=$?
  tried=$((tried + 1))
  if ((status == 124 || status == 137)); then
    echo "$call $fault at $k: hung"
    broken=$((broken + 1))
  fi
  if grep -q INJECTED "$trace"; then fired=$((fired + 1)); fi
  "$check" verify "$status" || { echo "$call $fault at $k: status $status"; broken=$((broken + 1)); }
done
echo "$call $fault: $calls calls, $tried tried, $fired fired, $broken broken"
((tried > 0 && fired == tried && broken == 0))
