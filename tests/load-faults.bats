#!/usr/bin/env bats
# nq-load into SQLite: streams that were cut, batches, locks, full disks, what is durable.

load helper
load load-common

# --- streams and marks ---------------------------------------------------------------------------

@test "an end mark is never loaded and its count is checked; of several the highest counts (S35)" {
  run --separate-stderr into --key id < <(rows '{"id":1}' '{"_nq":"end","records":2}')
  status_is 1
  stdout_is ""
  stderr_has "line 2: the end mark counts 2 records, but 1 came"
  run --separate-stderr into --key id --require-end < <(rows '{"id":1}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"9"}' '{"id":2}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"10"}')
  status_is 0
  [ "$(jq -r .watermark <<<"$output")" = 10 ]
}

@test "with --require-end a cut stream gives no receipt, also in mid-line" {
  run --separate-stderr into --key id --require-end < <(printf '{"id":1}\n{"id":2')
  status_is 1
  stdout_is ""
  run --separate-stderr into --key id --require-end </dev/null
  status_is 1
  stderr_has "no end mark"
}

@test "a fail mark coming in gives its status" {
  run --separate-stderr into --key id < <(rows '{"id":1}' '{"_nq":"fail","tool":"nq-fetch","status":75}')
  status_is 75
  stdout_is ""
  stderr_has "nq-fetch before this one failed with status 75"
  run --separate-stderr into --key id < <(rows '{"_nq":"fail","tool":"nq-fetch","status":2}')
  status_is 2
  stderr_has "[ERROR] nq-load: nq-fetch before this one failed with status 2"
  [[ $stderr != *--help* ]] # nothing is wrong with this command line
}

@test "a last line without a line feed is loaded" {
  run --separate-stderr into --key id < <(printf '{"id":1}\n{"id":2}')
  counts_are "2 2 0 0 0 0 0"
}

@test "--batch, --batch-bytes and --flush-interval decide when a batch ends" {
  run --separate-stderr into --key id --batch 2 < <(rows '{"id":1}' '{"id":2}' '{"id":3}')
  [ "$(jq .batches <<<"$output")" = 2 ]
  run --separate-stderr into --key id --batch-bytes 1 < <(rows '{"id":1}' '{"id":2}' '{"id":3}')
  [ "$(jq .batches <<<"$output")" = 3 ]
  mkfifo in
  into --key id --flush-interval 50ms <in >out 3>&- &
  local pid=$!
  exec 9>in
  rows '{"id":77}' >&9
  until_true 5 has_row 77
  exec 9>&-
  wait "$pid"
  [ "$(jq .records out)" = 1 ]
}

@test "a table that another program changes between two batches is looked at again" {
  mkfifo in
  into --key id --batch 1 <in >out 2>err 3>&- &
  local pid=$!
  exec 9>in
  rows '{"id":1}' >&9
  until_true 5 has_row 1
  sql 'alter table t add column z integer'
  rows '{"id":2,"z":7}' >&9
  exec 9>&-
  wait "$pid" || cat err
  sql_is 'select * from t order by id' $'1|\n2|7'
}

@test "a load that fails says what of earlier batches stays, where anything does" {
  run --separate-stderr into --key id --batch 1 < <(rows '{"id":1}' 'broken')
  status_is 1
  stderr_has "1 record of earlier batches stays in 'sqlite:$(pwd -P)/t.db#t'"
  run --separate-stderr into --mode append --batch 1 < <(rows '{"id":2}' 'broken')
  status_is 1
  [[ $stderr != *"earlier batches"* ]]
}

@test "a line beyond --max-line is an error that names the option" {
  run --separate-stderr into --key id --max-line 20 < <(rows '{"id":1,"a":"0123456789"}')
  status_is 1
  stderr_has "line 1: longer than 20 bytes (--max-line raises the limit)"
}

# --- faults --------------------------------------------------------------------------------------

# A sqlite3 shell that holds a lock on t.db until its input is closed (descriptor 8).
hold_lock() {
  mkfifo lock
  sqlite3 t.db <lock >locked 2>&1 3>&- &
  LOCKER=$!
  exec 8>lock
  printf 'begin exclusive;\nselect 1;\n' >&8
  until_true 5 test -s locked
}
let_go() {
  exec 8>&-
  wait "$LOCKER"
}

@test "a locked database is status 75 after the busy timeout, and waited for until then" {
  rows '{"id":1}' | into --key id
  hold_lock
  run --separate-stderr into --key id --busy-timeout 100ms < <(rows '{"id":2}')
  status_is 75
  stdout_is ""
  stderr_has "is locked by another program, gave up after 0.1 s (--busy-timeout)"
  rows '{"id":3}' | into --key id >out 3>&- 8>&- &
  local pid=$!
  let_go
  wait "$pid"
  sql_is 'select * from t' $'1\n3'
}

@test "a full disk is status 1 with the reason, nothing of the batch in, and repaired by a rerun" {
  [ "$(id -u)" = 0 ]
  mkdir small
  mount -t tmpfs -o size=256k none small
  local big i
  big=$(head -c 100000 /dev/zero | tr '\0' x)
  export DB=small/t.db
  run --separate-stderr nq-load --to sqlite:small/t.db --table t --key id < <(rows '{"id":1,"a":"first"}')
  status_is 0
  run --separate-stderr nq-load --to sqlite:small/t.db --table t --key id < <(
    rows '{"id":2,"a":"second"}'
    for i in 3 4 5; do rows "{\"id\":$i,\"a\":\"$big\"}"; done
  )
  local st=$status out=$output said=$stderr table
  table=$(sql 'select * from t; pragma integrity_check')
  umount small
  status=$st output=$out stderr=$said
  status_is 1
  stdout_is ""
  stderr_has "database or disk is full"
  [ "$table" = $'1|first\nok' ]
}

@test "a read-only database is status 1 with the reason" {
  [ "$(id -u)" = 0 ]
  mkdir ro
  mount -t tmpfs none ro
  sqlite3 ro/t.db 'create table t(id integer primary key)'
  mount -o remount,ro ro
  run --separate-stderr nq-load --to sqlite:ro/t.db --table t --key id < <(rows '{"id":1}')
  umount ro
  status_is 1
  stdout_is ""
  stderr_has "attempt to write a readonly database"
}

@test "a row that cannot be read is none that is unchanged: a damaged page ends the load" {
  local page
  jq -nc 'range(200) | {id: "k\(.)", s: ("x" * 300)}' >in
  into --key id <in >receipt
  page=$(sql "select pageno from dbstat where name = 't' and pagetype = 'leaf' limit 1 offset 9")
  dd if=/dev/zero of=t.db bs=4096 seek=$((page - 1)) count=1 conv=notrunc status=none
  run --separate-stderr into --key id <in
  status_is 1
  stdout_is ""
  stderr_has "database disk image is malformed"
}

@test "a table that a batch without values did not make takes its first column under any contract" {
  run --separate-stderr into --mode append --batch 1 --max-rejects 1 --rejects r --schema-contract discard_row < <(rows '{"a":null}' '{"a":1}')
  status_is 3
  counts_are "2 1 0 0 0 0 1"
  [ "$(jq .line r)" = 1 ]
  sql_is 'select * from t' 1
}

@test "a receipt that cannot be written is a failure, and the rows stay" {
  run --separate-stderr bash -c 'echo "{\"id\":1}" | nq-load --to sqlite:t.db --table t --key id >/dev/full'
  status_is 1
  stderr_has "cannot write standard output: No space left on device"
  sql_is 'select * from t' 1
}

@test "rejects that cannot be written end the load without a receipt" {
  run --separate-stderr into --key id --rejects /dev/full --max-rejects 5 < <(rows '{"id":1}' '{}')
  status_is 1
  stdout_is ""
  stderr_has "cannot write '/dev/full': No space left on device"
}

# syncs COMMAND…: what it syncs and removes, in order, into the file trace. LeakSanitizer does not work under a tracer.
syncs() {
  ASAN_OPTIONS=detect_leaks=0 run --separate-stderr strace -y -f -qq -e trace=fsync,fdatasync,unlink -o trace "$@"
}

@test "each batch is durable: synchronous=EXTRA, the journal is gone before the next one is read" {
  syncs nq-load --to sqlite:t.db --table t --key id --batch 1 < <(rows '{"id":1}' '{"id":2}')
  status_is 0
  local removed
  removed=$(grep -c 'unlink(.*t.db-journal' trace)
  ((removed >= 2))
  # EXTRA is what syncs the directory after the journal was unlinked, each time.
  [ "$(grep -A1 'unlink(.*t.db-journal' trace | grep -cE "(fsync|fdatasync)\([0-9]+<$(pwd -P)>\)")" = "$removed" ]
}

# commits COMMAND…: how many transactions it syncs, into the variable of that name
commits() {
  syncs "$@"
  status_is 0
  commits=$(grep -c 'unlink(.*t.db-journal' trace)
}

@test "batches that come one upon the other share a transaction, where nobody told how large a batch is" {
  seq 25000 | sed 's/.*/{"id":&}/' >in
  commits nq-load --to sqlite:t.db --table t --key id <in
  [ "$(jq -c '[.inserted, .batches]' <<<"$output")" = '[25000,3]' ]
  ((commits <= 2))
  rm t.db
  commits nq-load --to sqlite:t.db --table t --key id --batch 10000 <in
  ((commits >= 3))
}

@test "a transaction does not wait for more batches for ever" {
  mkfifo in
  nq-load --to sqlite:t.db --table t --key id <in >out 3>&- &
  local pid=$!
  exec 9>in
  seq 10001 | sed 's/.*/{"id":&}/' >&9
  until_true 10 has_row 10000
  sql_is 'select count(*) from t' 10000
  kill -s KILL "$pid"
  run ! wait "$pid"
  exec 9>&-
  sql_is 'select count(*) from t' 10000
}

@test "a record that is one reject too many takes back its whole transaction, and what was committed stays" {
  seq 30000 | sed 's/.*/{"id":&}/; 25000s/.*/{"id":null}/' >in
  run --separate-stderr into --key id <in
  status_is 1
  sql_is "select count(*) from sqlite_schema where name = 't'" 0
  run --separate-stderr into --key id --batch 10000 <in
  status_is 1
  sql_is 'select count(*) from t' 20000
  stderr_has '20000 records of earlier batches stay'
}

@test "a database in WAL mode stays in it, and the log is synced with each batch" {
  sql 'pragma journal_mode=wal; create table t(id integer primary key)' >/dev/null
  syncs nq-load --to sqlite:t.db --table t --key id --batch 1 < <(rows '{"id":1}' '{"id":2}' '{"id":3}')
  status_is 0
  (($(grep -cE '(fsync|fdatasync)\([0-9]+<.*t.db-wal>' trace) > 3))
  sql_is 'pragma journal_mode' wal
}

@test "a symbolic link, a directory and a file that is no database are refused" {
  sql 'create table t(id integer primary key)'
  ln -s t.db link.db
  run --separate-stderr nq-load --to sqlite:link.db --table t --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "it is a symbolic link"
  echo 'this is no database, but text of some length, so that it is looked into' >text.db
  run --separate-stderr nq-load --to sqlite:text.db --table t --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "file is not a database"
  run --separate-stderr nq-load --to sqlite:none/t.db --table t --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "No such file or directory"
  run --separate-stderr nq-load --to sqlite:/ --table t --key id </dev/null
  status_is 2
}

@test "a directory reached by a link is fine, and the destination is the real one" {
  mkdir real
  ln -s real way
  run --separate-stderr nq-load --to sqlite:way/t.db --table t --key id < <(rows '{"id":1}')
  status_is 0
  [ "$(jq -r .destination <<<"$output")" = "sqlite:$(pwd -P)/real/t.db#t" ]
}
