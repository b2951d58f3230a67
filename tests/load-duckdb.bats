#!/usr/bin/env bats
# nq-load into DuckDB: what is its own; what all databases promise is in load-alike.bats and load-alike-values.bats. The
# tables are looked at through the same library.

load helper
load load-common
load load-duckdb

# --- refused rows --------------------------------------------------------------------------------

@test "duckdb: many bad rows do not take for ever, and without rejects none of their batch is in" {
  sql "create table t(id bigint primary key, n integer check (n < 100))"
  jq -nc 'range(1; 2001) | {id: ., n: (if . % 40 == 0 then 100 else 1 end)}' >in
  run --separate-stderr into --key id <in
  status_is 1
  stderr_has "line 40: the table refuses it: CHECK constraint failed on table t"
  sql_is 'select count(*) from t' 0
  run --separate-stderr into --key id --rejects r --max-rejects 10% <in
  status_is 3
  counts_are "2000 1950 0 0 0 0 50"
  sql_is 'select count(*), max(n) from t' '1950|1'
}

@test "duckdb: rows that a constraint refuses are found by asking for them, so there are few pieces" {
  sql "create table t(id bigint primary key, n integer check (n < 100), name varchar not null)"
  jq -nc 'range(1; 2001) | {id: ., n: (if . % 80 == 0 then 100 else 1 end), name: (if . % 80 == 1 then null else "x" end)}' >in
  ASAN_OPTIONS=detect_leaks=0 run --separate-stderr strace -f -qq -e trace=fdatasync,fsync -o trace \
    nq-load --to duckdb:t.db --table t --key id --rejects r --max-rejects 10% <in
  status_is 3
  counts_are "2000 1950 0 0 0 0 50"
  [ "$(jq -r '.error' r | sort | uniq -c | awk '{print $1}' | tr '\n' ' ')" = "25 25 " ]
  # A piece before and behind each pair of them, and what opening and closing takes.
  [ "$(grep -c sync trace)" -lt 60 ]
}

@test "duckdb: a row that only looks refused is in, one that nobody suspects is found" {
  sql "create table t(id bigint primary key, n smallint check (n < 100), name varchar not null, u varchar unique, k varchar check (length(k) < 3))" \
    "insert into t select i, 0, 'old', null, 'a' from range(1, 101) x(i)"
  {
    jq -nc 'range(1; 101) | {id: ., n: 1} + if . % 2 == 0 then {name: "new"} else {} end'
    rows '{"id":200,"n":1}' '{"id":201,"n":99999}' '{"id":202,"n":1,"name":"a","u":"twice"}' '{"id":203,"n":1,"name":"b","u":"twice"}' \
      '{"id":204,"name":"c","k":"long"}' '{"id":205,"n":100,"name":"d"}' '{"id":50,"name":null}' '{"id":206,"name":"e"}'
  } >in
  run --separate-stderr into --key id --rejects r --max-rejects 9 <in
  status_is 3
  [ "$(jq -r .line r | sort -n | tr '\n' ' ')" = "101 102 104 105 106 107 " ]
  counts_are "108 2 100 0 0 0 6"
  sql_is "select count(*), count(*) filter (name = 'new'), sum(n) from t" '102|50|101'
}

@test "duckdb: a row taken apart because of one record is still there when a later row is refused" {
  sql "create table t(id bigint primary key, m decimal(10,2), n integer check (n < 100))"
  run --separate-stderr into --key id --rejects r --max-rejects 9 < <(rows '{"id":1,"m":1}' '{"id":1,"m":2}' '{"id":1,"m":1.005}' '{"id":2,"n":100}' '{"id":3,"n":1}')
  status_is 3
  [ "$(jq -r .line r)" = $'3\n4' ]
  sql_is 'select * from t order by id' $'1|2.00|\n3||1'
}

@test "duckdb: keys that only the database takes for one keep the order of their records" {
  sql "create table t(id uuid primary key, v integer)"
  run --separate-stderr into --key id < <(for i in {1..4}; do
    rows "{\"id\":\"AAAAAAAA-0000-0000-0000-00000000000$i\",\"v\":1}" "{\"id\":\"aaaaaaaa-0000-0000-0000-00000000000$i\",\"v\":2}"
  done)
  status_is 0
  counts_are "8 4 4 0 0 0 0"
  sql_is 'select count(*), sum(v) from t' '4|8'
  run --separate-stderr into --key id < <(for i in {1..4}; do
    rows "{\"id\":\"AAAAAAAA-0000-0000-0000-00000000000$i\",\"v\":3}" "{\"id\":\"aaaaaaaa-0000-0000-0000-00000000000$i\",\"v\":4}"
  done)
  counts_are "8 0 8 0 0 0 0"
  sql_is 'select count(*), sum(v) from t' '4|16'
}

# kill_at BYTES OPTION…: nq-load of file in, killed once the log of the database is longer than that.
kill_at() {
  local bytes=$1
  shift
  "$BUILD/nq-load" --to duckdb:t.db --table t --key id "$@" <in >out 2>/dev/null 3>&- &
  until_true 20 eval "[ -n \"\$(find t.db.wal -size +${bytes}c 2>/dev/null)\" ] || ! kill -0 $! 2>/dev/null"
  kill -KILL $! 2>/dev/null || true
  wait $! || true
}

@test "duckdb: killed with -9 among the pieces of a batch with bad rows, nothing is lost: a rerun repairs" {
  local i n at some=0
  for i in {1..600}; do echo "{\"id\":$i,\"n\":$((i % 30 == 0 ? 100 : 1))}"; done >in
  for at in 2 250; do
    rm -f t.db*
    sql "create table t(id bigint primary key, n integer check (n < 100))"
    kill_at $at --rejects r --max-rejects 10%
    n=$(sql 'select count(*) from t')
    sql_is 'select count(*) from t where n = 100 or id % 30 = 0' 0
    ((n == 0 || n == 580)) || some=$((some + 1))
    run --separate-stderr into --key id --rejects r --max-rejects 10% <in
    status_is 3
    counts_are "600 $((580 - n)) 0 $n 0 0 20"
    [ "$(wc -l <r)" -eq 20 ]
    sql_is 'select count(*), sum(n) from t' '580|580'
  done
  # Some of the kills did come in the middle.
  ((some > 0))
}

@test "duckdb: append under the constraints of the table rejects what these refuse" {
  sql "create table t(a integer not null check (a <> 5), b varchar default 'dflt')"
  run --separate-stderr into --mode append --rejects r --max-rejects 9 < <(rows '{"a":1}' '{"a":5}' '{"b":"x"}' '{"a":3,"b":null}' '{"a":99999999999}')
  status_is 3
  counts_are "5 2 0 0 0 0 3"
  sql_is 'select * from t order by a' $'1|dflt\n3|'
  [ "$(jq -r 'select(.line == 5).error' r)" = "column 'a' is INTEGER, which does not hold the value as it is" ]
}

# --- values --------------------------------------------------------------------------------------

@test "duckdb: numbers come back equal, each column of the narrowest type that keeps their digits" {
  rows '{"id":"mz","v":-0}' '{"id":"p53","v":9007199254740993}' '{"id":"m53","v":-9007199254740993}' \
    '{"id":"max","v":9223372036854775807}' '{"id":"min","v":-9223372036854775808}' '{"id":"yes","v":true}' '{"id":"null","v":null}' >whole.in
  rows '{"id":"tenth","v":0.1}' '{"id":"money","v":12345678901.23}' '{"id":"e22","v":1e22}' '{"id":"p53","v":9007199254740992}' '{"id":"tiny","v":1e-7}' '{"id":"yes","v":true}' >short.in
  rows '{"id":"over","v":9223372036854775808}' '{"id":"under","v":-9223372036854775809}' '{"id":"e30","v":1000000000000000000000000000000}' \
    '{"id":"long","v":0.1000000000000000055511151231257827}' '{"id":"huge","v":1e400}' '{"id":"tenth","v":0.10}' '{"id":"no","v":false}' >long.in
  for name in whole short long; do
    nq-load --to duckdb:t.db --table "$name" --key id <"$name.in"
    run --separate-stderr nq-load --to duckdb:t.db --table "$name" --key id <"$name.in"
    jq -e '.unchanged == .records' <<<"$output"
  done
  sql_is "select table_name, data_type from duckdb_columns() where column_name = 'v' order by 1" $'long|VARCHAR\nshort|DOUBLE\nwhole|BIGINT'
  sql_is "select id, v from whole order by rowid" 'mz|0
p53|9007199254740993
m53|-9007199254740993
max|9223372036854775807
min|-9223372036854775808
yes|1
null|'
  sql_is "select id, v from short order by rowid" 'tenth|0.1
money|12345678901.23
e22|1e+22
p53|9007199254740992.0
tiny|1e-07
yes|1.0'
  sql_is "select id, v from long order by rowid" 'over|9223372036854775808
under|-9223372036854775809
e30|1000000000000000000000000000000
long|0.1000000000000000055511151231257827
huge|1e400
tenth|0.10
no|false'
}

@test "duckdb: a table with foreign keys takes a merge, and says that the other modes cannot" {
  sql 'create table p(id integer primary key)' 'create table t(id integer primary key, p integer references p(id))' 'insert into p values (1)'
  run --separate-stderr into --key id --rejects r --max-rejects 1 < <(rows '{"id":1,"p":1}' '{"id":2,"p":7}')
  status_is 3
  counts_are "2 1 0 0 0 0 1"
  run --separate-stderr into --key id --mode replace < <(rows '{"id":3,"p":1}')
  status_is 1
  stderr_has "cannot collect rows for table 't', as append and replace do (--mode merge does not): "
  sql_is 'select * from t' '1|1'
}

@test "duckdb: keys of every kind of text are found again" {
  rows '{"id":"","v":1}' '{"id":"a\u0000b","v":1}' '{"id":"a\u0000c","v":1}' '{"id":"it'"'"'s","v":1}' '{"id":"\ud83d\ude00","v":1}' >in
  into --key id <in
  run --separate-stderr into --key id < <(sed 's/"v":1/"v":2/' in)
  counts_are "5 0 5 0 0 0 0"
}

# --- schema --------------------------------------------------------------------------------------

@test "duckdb: columns widen from boolean over whole numbers and decimals to text, a step that loses digits left out" {
  rows '{"id":1,"v":true,"w":9007199254740993}' | into --key id
  rows '{"id":2,"v":7}' | into --key id
  types_are $'id|BIGINT\nv|BIGINT\nw|BIGINT'
  rows '{"id":3,"v":0.25,"w":0.5}' | into --key id
  types_are $'id|BIGINT\nv|DOUBLE\nw|VARCHAR'
  sql_is 'select id, v, w from t order by id' $'1|1.0|9007199254740993\n2|7.0|\n3|0.25|0.5'
  rows '{"id":4,"v":"x"}' | into --key id
  sql_is 'select id, v from t order by id' $'1|1\n2|7\n3|0.25\n4|x'
}

@test "duckdb: columns of other types widen to text, not to a number that would lose digits" {
  sql "create table t(id integer primary key, h hugeint, d date)" "insert into t values (1, 12345678901234567890123, '2026-05-16')"
  rows '{"id":2,"h":0.5,"d":7}' | into --key id
  sql_is 'select * from t order by id' $'1|12345678901234567890123|2026-05-16\n2|0.5|7'
}

@test "duckdb: widening keeps constraints, defaults, indexes and views of a table that is not ours" {
  sql "create table t(id integer primary key, \"a b\" decimal(10, 2) default 5 check(\"a b\" <> 3), n INT NOT NULL DEFAULT 1, s varchar(20), u varchar unique)" \
    "create index i on t(n)" "create view v as select n, \"a b\" from t" "insert into t(id, \"a b\") values(1, 2.5)"
  run --separate-stderr into --key id < <(rows '{"id":1,"n":"many"}' '{"id":2,"u":"x"}')
  status_is 0
  sql_is 'select * from t order by id' $'1|2.50|many||\n2|5.00|1||x'
  sql_is 'select * from v' $'many|2.50\n1|5.00'
  run sql "insert into t(id, \"a b\") values(9, 3)"
  [ "$status" -ne 0 ]
  run sql "insert into t(id, u) values(9, 'x')"
  [ "$status" -ne 0 ]
  sql_is "select index_name from duckdb_indexes()" i
}

@test "duckdb: columns of other types take what they hold as it is, and the rest is rejected" {
  sql "create table t(id integer primary key, d date, ts timestamp, tz timestamptz, m decimal(10,2), f float, h hugeint, u uuid, e enum('a','b'), l integer[], st struct(x integer))"
  run --separate-stderr into --key id --rejects r --max-rejects 20 < <(rows \
    '{"id":1,"d":"2026-05-16","ts":"2026-05-16T10:00:00Z","tz":"2026-05-16T10:00:00+02:00","m":12.5,"f":0.1,"h":12345678901234567890123,"u":"00000000-0000-0000-0000-00000000000A","e":"a","l":[1,2],"st":{"x":5}}' \
    '{"id":2,"m":12.345}' '{"id":3,"ts":"2026-05-16T10:00:00+02:00"}' '{"id":4,"d":"soon"}' '{"id":5,"e":"c"}' '{"id":6,"f":123456789.123}' '{"id":7,"ts":"2026-05-16T10:00:00.123456789Z"}' '{"id":8,"m":true}')
  status_is 3
  counts_are "8 2 0 0 0 0 6"
  sql_is "select * from t where id = 1" "1|2026-05-16|2026-05-16 10:00:00|2026-05-16 08:00:00+00|12.50|0.1|12345678901234567890123|00000000-0000-0000-0000-00000000000a|a|[1, 2]|{'x': 5}"
  sql_is "select id from t order by id" $'1\n8'
  [ "$(jq -r .line r | tr '\n' ' ')" = "2 3 4 5 6 7 " ]
  run --separate-stderr into --key id < <(rows '{"id":1,"d":"2026-05-16","ts":"2026-05-16T10:00:00Z","tz":"2026-05-16T08:00:00Z","m":12.50,"l":[1,2],"st":{"x":5}}')
  counts_are "1 0 0 1 0 0 0"
  run --separate-stderr into --key id < <(rows '{"id":1,"l":"no list"}')
  status_is 1
  stderr_has "column 'l' of table 't' is of a type that cannot take it"
}

# --- faults --------------------------------------------------------------------------------------

@test "duckdb: a library that is not there, or is another one, is told with what to do" {
  NQ_LIBDUCKDB=/nowhere/libduckdb.so run --separate-stderr into --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "cannot load libduckdb: /nowhere/libduckdb.so: " "install it, or set NQ_LIBDUCKDB to its file"
  NQ_LIBDUCKDB=/nowhere/libduckdb.so run --separate-stderr into --probe
  status_is 1
  stdout_is ''
  stderr_has "cannot load libduckdb: /nowhere/libduckdb.so: "
  NQ_LIBDUCKDB=libc.so.6 run --separate-stderr into --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "'libc.so.6' has no duckdb_" "it is not libduckdb, or older than"
  [ ! -e t.db ]
}

@test "duckdb: a database that another process has open is status 75 after the busy timeout, and waited for until then" {
  rows '{"id":1}' | into --key id
  mkfifo in
  nq-load -v --to duckdb:t.db --table t --key id --batch 1 <in >out 2>err 3>&- &
  local pid=$!
  exec 9>in
  rows '{"id":2}' >&9
  until_true 10 grep -q 'batch 1: 1 record' err
  [ "$(stat -c %a t.db t.db.wal)" = $'600\n600' ]
  run --separate-stderr into --key id --busy-timeout 0.2s < <(rows '{"id":3}')
  status_is 75
  stdout_is ""
  stderr_has "t.db' is locked by another program, gave up after 0.2 s (--busy-timeout)"
  into --key id --busy-timeout 20s < <(rows '{"id":3}') >late 3>&- 9>&- &
  local late=$!
  exec 9>&-
  wait "$pid"
  wait "$late"
  sql_is 'select * from t order by id' $'1\n2\n3'
}

@test "duckdb: killed with -9 while it merges, the table is that of some whole batch" {
  local n at some=0
  jq -nc 'range(1; 3001) | {id: ., a: "some text to make it longer"}' >in
  for at in 2 15000 30000 45000; do
    rm -rf t.db*
    kill_at $at --batch 20
    n=$(sql 'select count(*) from t' 2>err || echo 0)
    [ $((n % 20)) -eq 0 ]
    ((n == 0 || n == 3000)) || some=$((some + 1))
    run --separate-stderr into --key id <in
    counts_are "3000 $((3000 - n)) 0 $n 0 0 0"
  done
  # Some of the kills did come in the middle.
  ((some > 0))
}

@test "duckdb: each batch is durable: the log is synced before the next one is read" {
  mkfifo in
  ASAN_OPTIONS=detect_leaks=0 strace -f -y -e trace=fsync,fdatasync,read -o trace \
    "$BUILD/nq-load" -v --to duckdb:t.db --table t --key id --batch 1 <in >out 2>err 3>&- &
  local pid=$!
  exec 9>in
  rows '{"id":1}' >&9
  until_true 20 grep -q 'batch 1: 1 record' err
  rows '{"id":2}' >&9
  exec 9>&-
  wait "$pid"
  # What is synced between the two reads of a record.
  awk '/read\(.*id.*:1/ { first = 1 } /read\(.*id.*:2/ { exit !synced } first && /f(data)?sync\([0-9]+<[^>]*t\.db\.wal>/ { synced = 1 }' trace
  grep -q 'read(.*id.*:2' trace
}

@test "duckdb: no network, and no file is written but the database and what lies beside it" {
  rows '{"id":1}' >in
  ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=openat,connect,socket -o trace "$BUILD/nq-load" --to duckdb:t.db --table t --key id <in
  run ! grep -E 'connect\(|socket\(' trace
  grep -qE 't\.db.*O_(WRONLY|RDWR)' trace
  run ! grep -E 'O_(WRONLY|RDWR)' <(grep -v 't\.db' trace)
}

@test "duckdb: a symbolic link, a directory and a file that is no database are refused" {
  ln -s real.db t.db
  run --separate-stderr into --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "cannot open '$(pwd -P)/t.db': it is a symbolic link; name the file"
  rm t.db
  mkdir t.db
  run --separate-stderr into --key id < <(rows '{"id":1}')
  status_is 1
  rmdir t.db
  echo 'this is a text, and no database' >t.db
  run --separate-stderr into --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "it is not a valid DuckDB database file"
  [ "$(cat t.db)" = 'this is a text, and no database' ]
}

@test "duckdb: too little memory is status 75 and names the option" {
  run --separate-stderr into --key id --duckdb-memory 1M < <(rows '{"id":1}')
  status_is 75
  stderr_has "DuckDB needs more memory than 1 MiB (--duckdb-memory)"
}
