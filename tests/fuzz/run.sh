#!/usr/bin/env bash
# Runs each fuzz target for some time, from the kept corpus; what it finds is left in build/findings.
# usage: tests/fuzz/run.sh DIRECTORY-OF-TARGETS SECONDS
set -euo pipefail

cd "$(dirname "$0")/../.."
findings=build/findings
mkdir -p "$findings"
status=0
for target in "$1"/*; do
  [[ -x $target && -f $target ]] || continue
  name=$(basename "$target")
  corpus=build/corpus/$name seeds=(tests/fuzz/corpus/"$name")
  mkdir -p "$corpus"
  [[ $name != doc ]] || seeds+=(tests/json/accept tests/json/reject)
  printf '%s for %s s\n' "$name" "$2"
  "$target" -max_total_time="$2" -timeout=5 -rss_limit_mb=512 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$findings/$name-" "$corpus" "${seeds[@]}" >"build/corpus/$name.log" 2>&1 || {
    status=1
    tail -n 40 "build/corpus/$name.log"
  }
  sed -n 's/^stat::number_of_executed_units: */  inputs tried: /p' "build/corpus/$name.log"
done
((status == 0)) || echo "run.sh: findings are in $findings: add them to tests/fuzz/corpus, with a test"
exit "$status"
