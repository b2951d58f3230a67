#!/usr/bin/env bash
# nq-fetch over pages of 200 suppliers, against the wire, the parse, jq and Python.
# usage: tests/bench/fetch.sh BUILD-DIRECTORY      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
# shellcheck source=tests/bench/common.bash
. "$(dirname "$0")/common.bash"

count=$((records / 200))
make_pages "$count"
serve "$pages" 1.json
all="'$url?per_page=200&page=[1-$count]'"

work fetch "$records" "pull $(thousands "$count") pages of 200 suppliers, $(du -sm --apparent-size "$pages" | cut -f1) MB, \
keep-alive on loopback"
peer nq-fetch "$on_first '$build/nq-fetch' '$url' -q per_page=200 -r .data -p page:next=.next_page -w .updated_at"
peer "curl | jq -c '.data[]'" "$on_first curl -s $all | jq -c '.data[]'"
peer 'python3, requests' "$on_first $python '$here/peers/fetch.py' '$url'"
! can dlt "$pip_python" -c 'import dlt' || slow_peer "dlt's RESTClient" "$on_first '$pip_python' '$here/peers/dlt_fetch.py' '$url'"
all_write "$records"
peer 'curl (the wire)' "$on_first curl -s $all"
peer 'curl | json_verify' "$on_first curl -s $all | json_verify -s -q"
warm_up
all_take_turns "$rounds"
tell
