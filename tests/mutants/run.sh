#!/usr/bin/env bash
# Are the tests awake? Each patch here plants one fault in a copy of the tree, and the tests that it names must fail.
# usage: tests/mutants/run.sh [PATCH…]
# A patch says in the line "Test: " what bats is to run. It runs on the tree as it is first, where it must pass.
# Prints a line for each; fails when one lives, does not apply or does not build.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
patches=("$@")
((${#patches[@]} > 0)) || patches=("$root"/tests/mutants/*.patch)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
alive=0

# tests WORD…: 0 when they pass
tests() {
  (cd "$copy" && NQ_BUILD=$copy/build NQ_FAULTS=short timeout 900 bats "$@") >"$copy/log" 2>&1
}
build() { make -s -j2 -C "$copy" SANITIZE= all helpers >"$copy/log" 2>&1; }

# judge PATCH: sets verdict
judge() {
  local words
  read -ra words < <(sed -n 's/^Test: //p' "$1")
  verdict='alive: its test passes'
  if ! tests "${words[@]}"; then
    verdict='unknown: its test fails without it'
  elif ! patch -s -p0 -d "$copy" <"$1" >"$copy/log" 2>&1; then
    verdict='unknown: it does not apply'
  elif ! build; then
    verdict='unknown: it does not build'
  elif ! tests "${words[@]}" && grep -q '^not ok' "$copy/log"; then
    verdict=$(printf 'killed by "%s"' "$(sed -n 's/^not ok [0-9]* //p' "$copy/log" | head -n 1)")
  fi
}

# What make built lies beside, with its times, so that a mutant costs one file.
tar -C "$root" --exclude=./.git --exclude=./build/address-undefined --exclude='./build/fuzzer*' --exclude=./build/corpus -c . | tar -C "$copy" -x
build
for patch in "${patches[@]}"; do
  judge "$patch"
  printf '%-22s %s\n' "$(basename "$patch" .patch)" "$verdict"
  [[ $verdict == killed* ]] || alive=$((alive + 1))
  # A file put back is newer than what was made of it.
  sed -n 's/^+++ \([^[:space:]]*\).*/\1/p' "$patch" | while read -r file; do
    cp "$root/$file" "$copy/$file"
  done
  build
done
((alive == 0))
