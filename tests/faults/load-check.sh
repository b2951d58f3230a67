#!/usr/bin/env bash
# The database after a fault in nq-load with one batch: as it was or as it should be, sound, and mended by a clean run.
# usage: load-check.sh reset | verify STATUS      NQ_DB is the database, NQ_DB.kept how it starts,
#   NQ_DB.old and NQ_DB.new its table as it was and as it should be, NQ_ROWS what is loaded
set -euo pipefail

say() {
  echo "$@"
  exit 1
}
# 127 is the loader's: a library that could not be opened.
table() { sqlite3 "$1" 'SELECT * FROM t ORDER BY id'; }

if [[ $1 == reset ]]; then
  rm -f "$NQ_DB"-*
  cp "$NQ_DB.kept" "$NQ_DB"
  exit
fi

# To look is to recover: a copy is looked at, so that the clean run finds what the fault left.
look=$NQ_DB.look
rm -f "$look" "$look"-*
cp "$NQ_DB" "$look"
for log in journal wal; do
  [[ ! -e $NQ_DB-$log ]] || cp "$NQ_DB-$log" "$look-$log"
done
[[ $(sqlite3 "$look" 'PRAGMA integrity_check') == ok ]] || say 'the database is damaged'
table "$look" >"$look-table"
if cmp -s "$look-table" "$NQ_DB.old"; then
  [[ $2 != 0 ]] || say 'success, but nothing is in'
else
  cmp -s "$look-table" "$NQ_DB.new" || say 'a part of the batch is in'
fi
[[ $2 == 0 || $2 == 1 || $2 == 75 || $2 == 127 ]] || say "status $2 is not for this"
nq-load --to "sqlite:$NQ_DB" --table t --key id <"$NQ_ROWS" >/dev/null || say 'a clean run fails'
table "$NQ_DB" | cmp -s - "$NQ_DB.new" || say 'a clean run does not mend it'
