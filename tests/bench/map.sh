#!/usr/bin/env bash
# nq-map with Acme's mapping against the parse alone and other programs with the same mapping.
# usage: tests/bench/map.sh BUILD-DIRECTORY      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
# shellcheck source=tests/bench/common.bash
. "$(dirname "$0")/common.bash"

make_suppliers "$records"
same="$here/../../examples/acme/suppliers.map"

work map "$records" "map $(thousands "$records") suppliers, $(du -m --apparent-size "$suppliers" | cut -f1) MB"
peer nq-map "'$build/nq-map' -f '$same'" "$suppliers"
peer python3 "$python '$here/peers/suppliers.py'" "$suppliers"
slow_peer jq "jq -c -f '$here/peers/suppliers.jq'" "$suppliers"
! can gojq gojq -n 1 || peer gojq "gojq -c -f '$here/peers/suppliers.jq'" "$suppliers"
! can Miller mlr --version || slow_peer Miller "mlr --ijsonl --ojsonl --records-per-batch 500 put -q -f '$here/peers/suppliers.mlr'" "$suppliers"

# sample I: what program I makes of the first of them, whatever the order of members.
sample() { head -n 20000 "$suppliers" | bash -o pipefail -c "${commands[$1]}" | jq -cS .; }
sample 0 >"$work/ours"
for i in "${!names[@]}"; do
  sample "$i" | cmp -s - "$work/ours" || {
    echo "map.sh: ${names[i]} gave something else" >&2
    exit 1
  }
done
peer 'json_verify (the parse)' 'json_verify -s -q' "$suppliers"
warm_up
all_take_turns "$rounds"
tell
