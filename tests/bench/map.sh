#!/usr/bin/env bash
# Times nq-map with Acme's mapping against the parse alone and other programs with the same mapping.
# usage: tests/bench/map.sh BUILD-DIRECTORY [RECORDS [ROUNDS]]      (500000 records, 3 rounds)
set -euo pipefail

build=$(realpath "$1")
count=${2:-500000}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/common.bash
. "$here/common.bash"

need json_verify yajl-tools jq jq gojq gojq python3 python3
make_suppliers "$count"

peer nq-map "'$build/nq-map' -f '$here/../../examples/acme/suppliers.map'" "$suppliers"
peer 'json_verify (the parse)' 'json_verify -s -q' "$suppliers"
peer python3 "python3 '$here/peers/suppliers.py'" "$suppliers"
peer gojq "gojq -c -f '$here/peers/suppliers.jq'" "$suppliers"
peer jq "jq -c -f '$here/peers/suppliers.jq'" "$suppliers"
for i in 2 3 4; do
  cmp -s <(head -n 20000 "$suppliers" | sh -c "${commands[0]}" | jq -cS .) \
    <(head -n 20000 "$suppliers" | sh -c "${commands[i]}" | jq -cS .) || {
    echo "map.sh: ${names[i]} gave something else" >&2
    exit 1
  }
done
run_in_turn "${3:-3}"
echo "$count suppliers, $(du -m --apparent-size "$suppliers" | cut -f1) MB of NDJSON, Acme's mapping"
table
