#!/usr/bin/env bash
# One huge page: what it costs, and how much of it lies in memory.
# usage: tests/bench/big.sh BUILD-DIRECTORY      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
# shellcheck source=tests/bench/common.bash
. "$(dirname "$0")/common.bash"

make_big "$big"
name=${big##*/}
serve "$data" "$name"
page=${url%/v2/suppliers}/$name

work big $((${name//[!0-9]/} * 4096)) "one page of ${name//[!0-9]/} MiB"
peer nq-fetch "'$build/nq-fetch' --max-body 4G --max-time 600 -p none -r .data '$page'"
slow_peer "curl | jq -c '.data[]'" "curl -s '$page' | jq -c '.data[]'"
slow_peer 'python3, requests' "$python '$here/peers/big.py' '$page'"
slow_peer 'curl | jq --stream' "curl -s '$page' | jq -cn --stream 'fromstream(2 | truncate_stream(inputs | select(.[0][0] == \"data\")))'"
warm_up
all_take_turns 1
tell
