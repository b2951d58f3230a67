#!/usr/bin/env bash
# All measurements, as one table, as JSON and as a chart: BUILD-DIRECTORY/bench/results.{txt,json,svg}.
# usage: tests/bench/run.sh BUILD-DIRECTORY [WORK…]      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
data=${BENCH_DATA:-$build/bench}
shift
works=("$@")
((${#works[@]} > 0)) || works=(fetch latency map load-sqlite load-postgres load-duckdb sync growth big)
mkdir -p "$data"
[[ ${BENCH_PEERS:-yes} == no ]] || "$here/venv.sh" "$data/venv"

export BENCH_OUT=$data/works.ndjson
: >"$BENCH_OUT"
began=$SECONDS
for work in "${works[@]}"; do "$here/$work.sh" "$build"; done

# version COMMAND…: the first line that it says, or null.
version() { "$@" 2>&1 </dev/null | head -n 1 | jq -R . || echo null; }
dlt_version() { "$data/venv/bin/python" -c 'import dlt; print(dlt.__version__)' 2>/dev/null; }
jq -s --arg date "$(date -u +%F)" --arg size "${BENCH_SIZE:-full}" --argjson seconds $((SECONDS - began)) \
  --arg machine "$(nproc) x $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" \
  --arg system "$(. /etc/os-release && echo "$PRETTY_NAME"), Linux $(uname -r)" \
  --argjson jq "$(version jq --version)" --argjson curl "$(version curl --version)" \
  --argjson python "$(version /usr/bin/python3 --version)" --arg dlt "$(dlt_version || true)" \
  '{date: $date, size: $size, seconds: $seconds, machine: $machine, system: $system,
    versions: {jq: $jq, curl: $curl, python: $python, dlt: (if $dlt == "" then null else $dlt end)}, works: .}' \
  "$BENCH_OUT" >"$data/results.json"
jq -r -f "$here/table.jq" "$data/results.json" >"$data/results.txt"
"$here/chart.sh" "$data/results.json" "$data/results.svg"
printf '\n=== %s\n' "$data/results.txt"
cat "$data/results.txt"
