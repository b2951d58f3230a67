#!/usr/bin/env bash
# dlt for the comparison, in a folder of its own: Debian has no package of it. Without pip's index the measurements go
# without dlt, and say so.
# usage: tests/bench/venv.sh DIRECTORY
set -euo pipefail

directory=$1
wanted='dlt[duckdb,sqlalchemy]==1.31.0'
if "$directory/bin/python" -c 'import dlt' 2>/dev/null; then exit 0; fi

echo "venv.sh: $wanted goes into $directory"
mkdir -p "$directory"
if ! {
  timeout 60 /usr/bin/python3 -m venv "$directory" &&
    timeout 300 "$directory/bin/python" -m pip install -q --disable-pip-version-check "$wanted"
}; then
  echo "venv.sh: pip cannot bring $wanted; the measurements go without it" >&2
fi
