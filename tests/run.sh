#!/usr/bin/env bash
# Runs the bats files against a build, several files at a time, and ends with the line "N passed, N failed".
# usage: tests/run.sh BUILD-DIRECTORY [FILE.bats…]    NQ_TEST_JOBS=1 runs one file after the other
set -euo pipefail

cd "$(dirname "$0")/.."
NQ_BUILD=$(cd "$1" && pwd)
export NQ_BUILD
shift
files=("$@")

# The files that take longest, so that none of them runs alone at the end.
first=(load-alike load-duckdb load-alike-values fetch-parallel fetch-bodies sync standin fetch load-postgres fetch-auth fetch-faults cursor-stores faults-memory
  cursor-faults fleet fetch-rate sync-window cursor-postgresql sync-verbs sync-jobs fetch-progress load-postgres-faults)
if ((${#files[@]} == 0)); then
  mapfile -t files < <({ printf 'tests/%s.bats\n' "${first[@]}" && ls tests/*.bats; } | awk '!seen[$0]++')
fi

# Most of the time of a test is waiting, so there are more jobs than processors.
jobs=${NQ_TEST_JOBS:-$(($(nproc) + 1))}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
export results

# One file, its output shown when it is done, so that the lines of two files do not mix.
run_file() {
  local tap status=0
  tap=$results/$(basename "$1").tap
  bats --tap --timing "$1" >"$tap" 2>&1 || status=$?
  printf '%s\n' "$status" >"$tap.status"
  { printf '# %s\n' "$1" && cat "$tap"; }
}
export -f run_file
# shellcheck disable=SC2016 # the inner bash expands it
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$jobs" bash -c 'run_file "$0"'

# A file that did not run all it planned, or skipped something, or ended badly without a failed test, has failed.
passed=0 failed=0
for file in "${files[@]}"; do
  tap=$results/$(basename "$file").tap
  ok=$(grep -c '^ok ' "$tap" || true)
  bad=$(grep -c '^not ok ' "$tap" || true)
  skipped=$(grep -c '^ok .* # skip' "$tap" || true)
  planned=$(sed -n 's/^1\.\.//p' "$tap" | head -n 1)
  if ((bad == 0 && (skipped > 0 || ok != ${planned:-0} || $(cat "$tap.status") != 0))); then
    echo "run.sh: $file: $ok of ${planned:-0} planned tests ran, $skipped were skipped"
    bad=1
  fi
  if ((bad > 0)); then
    echo "failed in $file:"
    sed -n '/^not ok/,/^ok /p' "$tap" | grep -v '^ok ' | sed 's/^/  /' || tail -n 5 "$tap" | sed 's/^/  /'
  fi
  passed=$((passed + ok)) failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
((failed == 0))
