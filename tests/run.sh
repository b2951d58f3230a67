#!/usr/bin/env bash
# Runs the bats files against a build and ends with the line "N passed, N failed".
# usage: tests/run.sh BUILD-DIRECTORY [FILE.bats…]
set -euo pipefail

cd "$(dirname "$0")/.."
NQ_BUILD=$(cd "$1" && pwd)
export NQ_BUILD
shift
files=("$@")
((${#files[@]} > 0)) || files=(tests/*.bats)

tap=$(mktemp)
trap 'rm -f "$tap"' EXIT
status=0
bats --tap --timing "${files[@]}" 2>&1 | tee "$tap" || status=$?

passed=$(grep -c '^ok ' "$tap" || true)
failed=$(grep -c '^not ok ' "$tap" || true)
skipped=$(grep -c '^ok .* # skip' "$tap" || true)
planned=$(sed -n 's/^1\.\.//p' "$tap" | head -n 1)
if ((failed == 0 && (skipped > 0 || passed != ${planned:-0} || status != 0))); then
  echo "run.sh: $passed of ${planned:-0} planned tests ran, $skipped were skipped, bats ended with $status"
  failed=1
fi
((failed == 0)) || sed -n '/^not ok/,/^ok /p' "$tap" | grep -v '^ok ' | sed 's/^/  /' || true
echo "$passed passed, $failed failed"
((failed == 0))
