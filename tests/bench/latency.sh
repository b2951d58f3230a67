#!/usr/bin/env bash
# nq-fetch over pages that answer 50 ms late: one after the other, and eight at a time.
# usage: tests/bench/latency.sh BUILD-DIRECTORY      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
# shellcheck source=tests/bench/common.bash
. "$(dirname "$0")/common.bash"

start_standin --suppliers $((slow_pages * 200))
control latency '{"ms":50}'
url=$API/v2/suppliers
export TOKEN
ours="'$build/nq-fetch' --auth bearer='\${TOKEN}' -q per_page=200 -r .data -p page:next=.next_page"

work latency $((slow_pages * 200)) "pull $slow_pages pages of 200 suppliers, each answered 50 ms late"
peer nq-fetch "$ours '$url'"
peer 'nq-fetch --parallel 8' "$ours --parallel 8 '$url'"
peer 'python3, requests' "$python '$here/peers/fetch.py' '$url'"
! can dlt "$pip_python" -c 'import dlt' ||
  peer 'dlt, deferred, 8 workers' "'$pip_python' '$here/peers/dlt_parallel.py' '$url' $slow_pages"
all_write $((slow_pages * 200))
all_take_turns "$rounds"
tell
