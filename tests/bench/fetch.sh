#!/usr/bin/env bash
# Times nq-fetch over pages of 200 suppliers against what else reads them: the wire, the parse, jq.
# usage: tests/bench/fetch.sh BUILD-DIRECTORY [PAGES [ROUNDS]]      (2500 pages, 5 rounds)
set -euo pipefail

build=$(realpath "$1")
count=${2:-2500}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/common.bash
. "$here/common.bash"

need curl curl json_verify yajl-tools jq jq nginx nginx-light taskset util-linux
make_pages "$count"
serve_pages
all="'$url?per_page=200&page=[1-$count]'"

ours="$on_first '$build/nq-fetch' '$url' -q per_page=200 -r .data -p page:next=.next_page -w .updated_at"

[[ $(sh -c "$ours" | wc -l) == $((count * 200)) ]] || {
  echo "fetch.sh: not every record came" >&2
  exit 1
}
peer nq-fetch "$ours"
peer 'curl (the wire)' "$on_first curl -s $all"
peer 'curl | json_verify' "$on_first curl -s $all | json_verify -s -q"
peer "curl | jq -c '.data[]'" "$on_first curl -s $all | jq -c '.data[]'"
run_in_turn "${3:-5}"
echo "$count pages of 200 suppliers, $(du -sm --apparent-size "$pages" | cut -f1) MB, keep-alive on loopback"
table
