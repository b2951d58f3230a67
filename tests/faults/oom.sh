#!/usr/bin/env bash
# Requests for memory refused: for each seeded point, the one request or that and all after it.
# usage: tests/faults/oom.sh POINTS SEED CHECK INPUT -- COMMAND…       POINTS 0: every request, both ways
#   CHECK  a program: "CHECK reset" before each run, "CHECK verify STATUS" after it
# Each run must end with status 0 and the output of the undisturbed one, or with status 75 and "out of memory".
# Prints "COMMAND: N requests, seed S, N tried, N refused, N complete, N broken". Fails when one is broken, when
# not every one that was tried was refused, and when there is nothing that could be.
set -euo pipefail

points=$1 seed=$2 check=$3 input=$4
shift 5
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tried=0 fired=0 complete=0 broken=0

# refuse WHEN: one run; sets status. bash itself must not be hit, so env loads the library.
refuse() {
  rm -f "$folder/report"
  "$check" reset
  status=0
  timeout -s KILL 20 env LD_PRELOAD="$NQ_PRELOAD/oom.so" NQ_OOM="$1" NQ_OOM_REPORT="$folder/report" "${command[@]}" \
    <"$input" >"$folder/out" 2>"$folder/err" || status=$?
}

# A receipt tells how long it took.
timeless() { sed 's/"seconds":[0-9.]*//' "$1"; }

# why WHEN: says what is wrong with that run, if anything.
why() {
  case $status in
    0) cmp -s <(timeless "$folder/out") <(timeless "$folder/want") || echo 'success with another output' ;;
    75) grep -qi 'out of memory' "$folder/err" || echo 'no word about memory' ;;
    *) echo "status $status" ;;
  esac
  "$check" verify "$status" 2>&1 || true
}

try() {
  local found
  refuse "$1"
  tried=$((tried + 1))
  [[ ! -e $folder/report || $(<"$folder/report") != refused ]] || fired=$((fired + 1))
  ((status != 0)) || complete=$((complete + 1))
  found=$(why "$1")
  [[ -n $found ]] || return 0
  broken=$((broken + 1))
  printf '%s: request %s: %s: %s\n' "${command[0]}" "$1" "$found" "$(head -c 300 "$folder/err")"
}

command=("$@")
refuse 0
((status == 0)) || { echo "the run without faults ended with $status: $(<"$folder/err")" && exit 1; }
"$check" verify 0
mv "$folder/out" "$folder/want"
requests=$(<"$folder/report")

RANDOM=$seed
if ((points == 0)); then
  for ((k = 1; k <= requests; k++)); do
    try "$k"
    try "$k+"
  done
else
  for ((i = 0; i < points; i++)); do
    k=$(((RANDOM * 32768 + RANDOM) % requests + 1))
    try "$k$( ((i % 2)) && echo +)"
  done
fi
echo "${command[0]##*/}: $requests requests, seed $seed, $tried tried, $fired refused, $complete complete, $broken broken"
((requests > 0 && fired == tried && complete < tried && broken == 0))
