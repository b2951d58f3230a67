#!/usr/bin/env bash
# The state after a fault, for tests/faults/sweep.sh: what it may be, and that a clean run mends it.
# usage: cursor-check.sh reset | verify STATUS      NQ_STATE is where, NQ_VERB what is tried: begin or complete
set -euo pipefail

old=2026-05-16T10:00:00Z new=2026-05-17T10:00:00Z
say() {
  echo "$@"
  exit 1
}

if [[ $1 == reset ]]; then
  rm -rf "$NQ_STATE"
  cp -a "$NQ_STATE.$NQ_VERB" "$NQ_STATE"
  exit
fi

cursor=$(nq-cursor get -F committed_cursor_value acme suppliers) || say 'the state is damaged'
[[ $cursor == "$old" || $cursor == "$new" ]] || say "cursor '$cursor'"
[[ $NQ_VERB == complete || $cursor == "$old" ]] || say "begin moved the cursor to '$cursor'"
[[ $2 != 0 || $NQ_VERB == begin || $cursor == "$new" ]] || say 'success without the new cursor'
status=$(nq-cursor get -F status acme suppliers)
[[ $2 != 0 || $NQ_VERB == complete || $status == running ]] || say "success, but $status"
run=$(nq-cursor begin -F run_id acme suppliers 2>/dev/null) || say 'the next run cannot begin'
nq-cursor complete --run "$run" --cursor 2026-06-01T00:00:00Z acme suppliers >/dev/null || say 'nor complete'
[[ -z $(find "$NQ_STATE" -name '*.tmp') ]] || say 'a temporary file is left'
nq-cursor history --json acme suppliers | jq -es '(map(.run_id) | unique | length) == length' >/dev/null ||
  say 'a run is twice in the history'
[[ $cursor == "$old" ]] || nq-cursor history --json acme suppliers |
  jq -es "any(.committed_cursor_value == \"$new\" and .event == \"completed\")" >/dev/null ||
  say 'a run that committed is not in the history'
