#!/usr/bin/env bash
# A random stream of records for nq-load: keys repeated, members missing, types flipping, deletions.
# usage: tests/load-random.sh SEED
set -euo pipefail

RANDOM=$1
values=('1' '"x"' 'null' '2.5' '"007"' '[1,2]' '{"k":null}' '""' '12345678901234567890123' '-3')
for ((i = 0; i < 300; i++)); do
  line="{\"id\":$((RANDOM % 40))"
  ((RANDOM % 50)) || line='{"id":null'
  for name in a b c; do
    ((RANDOM % 3)) || continue
    line+=",\"$name\":${values[RANDOM % ${#values[@]}]}"
  done
  ((RANDOM % 12)) || line+=',"del":true'
  printf '%s}\n' "$line"
done
