#!/usr/bin/env bash
# The last results against the committed ones, by the ratios of ours to the peers; the worst first. Figures are no tests:
# the status is 0 whatever it finds.
# usage: tests/bench/compare.sh RESULTS.json [BASE.json]
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
results=$1
base=${2:-$here/results.json}
printf 'change\twas\tis\twork: peer (how many times as long as ours it took)\n'
jq -r --slurpfile base "$base" -f "$here/compare.jq" "$results"
