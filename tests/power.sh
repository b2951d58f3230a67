#!/usr/bin/env bash
# shellcheck disable=SC2317 # functions are called by the names that they get
# Cuts the power after a load and the commit of its cursor, and looks whether a cursor that has moved has its rows.
# The database lies on one file system and the cursor on another, both ext4 on loop devices; what has really been
# written is what a copy of their images holds. A loader that trusts SQLite's defaults must lose rows in the same run:
# else the test would prove nothing. Needs root and loop devices; without them it fails and says so.
# usage: tests/power.sh BUILD-DIRECTORY [CUTS]
set -euo pipefail

PATH=$(realpath "$1"):$PATH
cuts=${2:-10}
work=$(mktemp -d /dev/shm/nq-power.XXXXXX)
cd "$work"

clean() {
  local m
  for m in A B sA sB; do
    if mountpoint -q "$work/$m"; then umount "$work/$m"; fi
  done
  cd /
  rm -rf "$work"
}
trap clean EXIT

# fresh: two new file systems that write back as late as they may
fresh() {
  local d
  for d in A B; do
    if mountpoint -q $d; then umount $d; fi
    rm -f $d.img
    truncate -s 16M $d.img
    mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 $d.img
    mkdir -p $d s$d
    mount -o loop,commit=300 $d.img $d || {
      echo 'power.sh: cannot mount a loop device: run it as root where there are some' >&2
      exit 1
    }
  done
}

# cut: what the power cut left, in sA and sB
cut() {
  local d
  for d in A B; do
    cp $d.img $d.cut
    mount -o loop $d.cut s$d
  done
}
uncut() { umount sA sB; }

# The loads, each number one more row; the cursor is moved behind it.
by_nq() {
  local run
  run=$(nq-cursor --state B/state begin c s --cursor-type numeric_id | jq -r .run_id)
  printf '{"id":%d}\n{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"%d"}\n' "$1" "$1" |
    nq-load --to sqlite:A/t.db --table t --key id --require-end >receipt
  nq-cursor --state B/state complete c s --run "$run" <receipt >/dev/null
}
by_default() {
  sqlite3 A/t.db "insert into t values($1)"
  echo "$1" >B/cursor.new
  sync B/cursor.new
  mv B/cursor.new B/cursor
  sync B
}
cursor_nq() { nq-cursor --state sB/state get c s | jq -r '.committed_cursor_value // 0'; }
cursor_default() { cat sB/cursor 2>/dev/null || echo 0; }

# lost LOADER SETUP-SQL: how many of the cuts left a cursor without its row
lost() {
  local n lost=0 cursor rows
  fresh
  sqlite3 A/t.db "$2; create table t(id integer primary key)" >/dev/null
  sync -f A/t.db
  for ((n = 1; n <= cuts; n++)); do
    "by_$1" "$n"
    cut
    cursor=$("cursor_$1")
    rows=$(sqlite3 sA/t.db 'pragma integrity_check; select count(*) from t' | tr '\n' ' ')
    uncut
    [[ $rows == "ok "* ]] || {
      echo "power.sh: the database is damaged: $rows" >&2
      exit 1
    }
    rows=${rows#ok }
    ((rows >= cursor)) || lost=$((lost + 1))
    ((cursor == n)) || echo "power.sh: the cursor of cut $n is at $cursor" >&2
  done
  echo $lost
}

failed=0
# expect NAME WANTED LOST
expect() {
  printf '%s: %d of %d cuts lost rows that the cursor counts\n' "$1" "$3" "$cuts"
  if [[ $2 == none ]] && (($3 > 0)); then failed=1; fi
  if [[ $2 == some ]] && (($3 == 0)); then
    echo 'power.sh: the control lost nothing, so the cuts prove nothing' >&2
    failed=1
  fi
}
expect 'control, SQLite as it comes' some "$(lost default '')"
expect 'nq-load, rollback journal' none "$(lost nq '')"
expect 'nq-load, write-ahead log' none "$(lost nq 'pragma journal_mode=wal')"
exit $failed
