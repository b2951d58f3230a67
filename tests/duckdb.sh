#!/usr/bin/env bash
# Fetches the libduckdb that the tests load into, and prints where it lies: build/duckdb/libduckdb.so. Debian has no
# package of it; the library is the one in the npm package of DuckDB's own bindings for Node, of a fixed version.
# usage: tests/duckdb.sh
set -euo pipefail

version=1.5.5-r.5
case $(uname -m) in
  x86_64) arch=x64 sum=fc23f12e376c47be520f75221288281906e7942e8fd6f6ce4849198ba60d0405 ;;
  aarch64) arch=arm64 sum=d00d007f3f7ca1f2896a5e4b89c2ce141bf0508506a9d6d56f9598b8e59d074e ;;
  *)
    echo "duckdb.sh: there is no libduckdb for $(uname -m)" >&2
    exit 1
    ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
dir=$root/build/duckdb
library=$dir/libduckdb.so

fetch() {
  local work
  work=$(mktemp -d "$dir/fetch.XXXXXX")
  # shellcheck disable=SC2064 # the directory of now
  trap "rm -rf '$work'" EXIT
  (cd "$work" && timeout 300 npm pack --loglevel=error "@duckdb/node-bindings-linux-$arch@$version" >/dev/null 2>log) || {
    echo "duckdb.sh: npm cannot fetch @duckdb/node-bindings-linux-$arch@$version: $(grep -m 1 . "$work/log")" >&2
    exit 1
  }
  tar -xzf "$work"/*.tgz -C "$work" package/libduckdb.so
  echo "$sum  $work/package/libduckdb.so" | sha256sum --quiet --check >&2
  mv "$work/package/libduckdb.so" "$library"
}

# Several test files may ask at once.
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
[[ -s $library ]] || fetch
echo "$library"
