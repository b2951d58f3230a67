#!/usr/bin/env bats
# nq-load into DuckDB: what is merged and how it is counted; values, types, names; faults. The tables are looked at
# through the same library.

load helper
load load-common
load load-duckdb

# --- creating, merging ---------------------------------------------------------------------------

@test "duckdb: a first load creates the table with types from the data" {
  run --separate-stderr into --key id < <(rows '{"id":"a","n":1,"d":0.1,"b":true,"j":[1],"s":"x"}')
  status_is 0
  stderr_is ""
  counts_are "1 1 0 0 0 0 0"
  types_are $'id|VARCHAR\nn|BIGINT\nd|DOUBLE\nb|BOOLEAN\nj|JSON\ns|VARCHAR'
  sql_is "select constraint_text from duckdb_constraints() where table_name = 't' and constraint_type = 'PRIMARY KEY'" 'PRIMARY KEY(id)'
  sql_is 'select * from t' 'a|1|0.1|true|[1]|x'
  [ "$(stat -c %a t.db)" = 600 ]
  [ "$(jq -r .destination <<<"$output")" = "duckdb:$(pwd -P)/t.db#t" ]
}

@test "duckdb: inserted, updated and unchanged are told apart; absent is not null (S29)" {
  rows '{"id":1,"a":"x","b":1}' '{"id":2,"a":"y"}' '{"id":3,"a":"z"}' | into --key id
  run --separate-stderr into --key id < <(rows '{"id":1,"a":"x"}' '{"id":2,"a":"Y"}' '{"id":4,"a":null}' '{"id":3}')
  counts_are "4 1 1 2 0 0 0"
  sql_is 'select * from t order by id' $'1|x|1\n2|Y|\n3|z|\n4||'
  run --separate-stderr into --key id < <(rows '{"id":1}' '{"id":3,"a":null}')
  counts_are "2 0 1 1 0 0 0"
  sql_is 'select * from t order by id' $'1|x|1\n2|Y|\n3||\n4||'
}

@test "duckdb: a NOT NULL column that a record leaves out stays, and a new key without it is rejected (O06)" {
  sql "create table t(id integer primary key, name text not null, x text)" "insert into t values(1,'one','a')"
  run --separate-stderr into --key id --rejects r --max-rejects 1 < <(rows '{"id":1,"x":"b"}' '{"id":1,"x":"b"}' '{"id":2,"x":"c"}' '{"id":3,"name":"three"}')
  status_is 3
  counts_are "4 1 1 0 0 1 1"
  sql_is 'select * from t order by id' $'1|one|b\n3|three|'
  [ "$(jq -c '[.line,.error,.record]' r)" = '[3,"the table refuses it: NOT NULL constraint failed: t.name",{"id":2,"x":"c"}]' ]
  run --separate-stderr into --key id < <(rows '{"id":1,"x":"b"}')
  counts_are "1 0 0 1 0 0 0"
}

@test "duckdb: the bad rows of a batch are rejected and no others, wherever they stand" {
  sql "create table t(id bigint primary key, n integer check (n < 100), u varchar unique, d integer default 7)"
  {
    for i in {1..200}; do echo "{\"id\":$i,\"n\":$((i % 50 == 0 ? 100 : 1)),\"u\":\"u$((i == 77 ? 76 : i))\"}"; done
    rows '{"id":1,"n":2}' '{"id":1,"n":500}'
  } >in
  run --separate-stderr into --key id --batch 150 --rejects r --max-rejects 9 <in
  status_is 3
  counts_are "202 195 1 0 0 0 6"
  [ "$(jq -c .line r | sort -n | tr '\n' ' ')" = "50 77 100 150 200 202 " ]
  sql_is 'select count(*), sum(n), sum(d) from t' '195|196|1365'
}

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

@test "duckdb: killed with -9 among the pieces of a batch with bad rows, nothing is lost: a rerun repairs" {
  local i n at some=0
  for i in {1..600}; do echo "{\"id\":$i,\"n\":$((i % 30 == 0 ? 100 : 1))}"; done >in
  for at in 2 250; do
    rm -f t.db*
    sql "create table t(id bigint primary key, n integer check (n < 100))"
    "$BUILD/nq-load" --to duckdb:t.db --table t --key id --rejects r --max-rejects 10% <in >out 2>/dev/null 3>&- &
    # The first pieces are in the log of the database.
    until_true 20 eval "[ -n \"\$(find t.db.wal -size +${at}c 2>/dev/null)\" ] || ! kill -0 $! 2>/dev/null"
    kill -KILL $! 2>/dev/null || true
    wait $! || true
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

@test "duckdb: the same key again in a batch is folded, the last member wins (S27)" {
  run --separate-stderr into --key id < <(rows '{"id":1,"metric":1}' '{"id":2,"metric":2}' '{"id":1,"metric":10}' '{"id":2,"metric":20}' '{"id":1,"metric":100}' '{"id":1,"other":5}')
  counts_are "6 2 0 0 0 4 0"
  sql_is 'select * from t order by id' $'1|100|5\n2|20|'
  run --separate-stderr into --key id --batch 1 < <(rows '{"id":1,"metric":1}' '{"id":2,"metric":20}' '{"id":1,"metric":10}' '{"id":1,"other":6}')
  counts_are "4 0 3 1 0 0 0"
  sql_is 'select * from t order by id' $'1|10|6\n2|20|'
}

@test "duckdb: keys of equal value are one key, and composite keys" {
  run --separate-stderr into --key id < <(rows '{"id":7,"a":1}' '{"id":7.0,"b":2}' '{"id":70e-1,"c":3}')
  counts_are "3 1 0 0 0 2 0"
  sql_is 'select a,b,c from t' '1|2|3'
  run --separate-stderr nq-load --to duckdb:t.db --table two --key org,id < <(rows '{"org":"a","id":1,"v":1}' '{"org":"b","id":1,"v":2}' '{"org":"a","id":1,"v":3}' '{"org":"a:1","id":1,"v":4}')
  counts_are "4 3 0 0 0 1 0"
  run --separate-stderr nq-load --to duckdb:t.db --table two --key org --key id < <(rows '{"id":1,"org":"b","v":9}')
  counts_are "1 0 1 0 0 0 0"
  sql_is 'select * from two order by org' $'a|1|3\na:1|1|4\nb|1|9'
}

@test "duckdb: a record without its key, or with null for it, is rejected" {
  run --separate-stderr into --key id --rejects r --max-rejects 3 < <(rows '{"id":1}' '{"a":2}' '{"id":null}' '{"id":{"x":1}}')
  status_is 3
  counts_are "4 1 0 0 0 0 3"
  run --separate-stderr into --key id < <(rows '{"id":1,"a":2}' '{"a":2}')
  status_is 1
  stdout_is ""
  sql_is 'select count(*) from t' 1
}

# --- modes ---------------------------------------------------------------------------------------

@test "duckdb: append adds every record and is one transaction a run" {
  rows '{"a":1}' '{"a":1}' | into --mode append
  run --separate-stderr into --mode append --batch 1 < <(rows '{"a":2}' '{"a":3}' 'broken')
  status_is 1
  stdout_is ""
  stderr_has "line 3: byte 1: not JSON"
  sql_is 'select count(*) from t' 2
  run --separate-stderr into --mode append --batch 1 < <(rows '{"a":2}' '{"b":"x"}')
  counts_are "2 2 0 0 0 0 0"
  sql_is 'select a, b from t order by a' $'1|\n1|\n2|\n|x'
}

@test "duckdb: append under the constraints of the table rejects what these refuse" {
  sql "create table t(a integer not null check (a <> 5), b varchar default 'dflt')"
  run --separate-stderr into --mode append --rejects r --max-rejects 9 < <(rows '{"a":1}' '{"a":5}' '{"b":"x"}' '{"a":3,"b":null}' '{"a":99999999999}')
  status_is 3
  counts_are "5 2 0 0 0 0 3"
  sql_is 'select * from t order by a' $'1|dflt\n3|'
  [ "$(jq -r 'select(.line == 5).error' r)" = "column 'a' is INTEGER, which does not hold the value as it is" ]
}

@test "duckdb: insert leaves known keys alone, in a batch the first one counts" {
  rows '{"id":1,"a":"old"}' | into --key id
  run --separate-stderr into --key id --mode insert < <(rows '{"id":1,"a":"new"}' '{"id":2,"a":"new"}' '{"id":2,"a":"newer"}')
  counts_are "3 1 0 2 0 0 0"
  sql_is 'select * from t order by id' $'1|old\n2|new'
  sql "create unique index ua on t(a)"
  run --separate-stderr into --key id --mode insert < <(rows '{"id":1,"a":"x"}' '{"id":3,"a":"third"}' '{"id":3,"a":"other"}')
  counts_are "3 1 0 2 0 0 0"
  sql_is 'select a from t where id = 3' 'third'
}

@test "duckdb: replace publishes the new rows and keeps views and indexes" {
  rows '{"id":1,"a":"x"}' '{"id":2,"a":"y"}' | into --key id
  sql "create index t_a on t(a)" "create view v as select a from t"
  run --separate-stderr into --key id --mode replace --batch 1 < <(rows '{"id":2,"a":"z"}' '{"id":3,"b":1}' '{"id":2,"a":"zz"}')
  status_is 0
  counts_are "3 2 0 0 0 1 0"
  sql_is 'select * from t order by id' $'2|zz|\n3||1'
  sql_is 'select count(*) from v' 2
  sql_is "select index_name from duckdb_indexes()" t_a
  sql_is "select constraint_text from duckdb_constraints() where constraint_type = 'PRIMARY KEY' and table_name = 't'" 'PRIMARY KEY(id)'
}

@test "duckdb: replace makes a table that is not there, widens one that is, and works without a key" {
  run --separate-stderr into --mode replace < <(rows '{"a":1}' '{"a":1}')
  status_is 0
  sql_is 'select count(*) from t' 2
  run --separate-stderr into --mode replace < <(rows '{"a":"text"}')
  status_is 0
  sql_is 'select a from t' 'text'
}

@test "duckdb: an empty replace is refused unless --allow-empty" {
  rows '{"id":1}' | into --key id
  run --separate-stderr into --key id --mode replace </dev/null
  status_is 1
  stdout_is ""
  stderr_has "refusing to replace table 't' by nothing (--allow-empty allows it)"
  sql_is 'select * from t' 1
  run --separate-stderr into --key id --mode replace --allow-empty </dev/null
  status_is 0
  sql_is 'select count(*) from t' 0
}

@test "duckdb: replace is never published from a cut stream, and judged by the table's constraints" {
  sql "create table t(id integer primary key, n text not null, check(n <> 'bad'))" "insert into t values (1, 'one')"
  run --separate-stderr into --key id --mode replace --require-end --batch 1 < <(rows '{"id":2,"n":"a"}' '{"id":3,"n":"b"}')
  status_is 1
  stdout_is ""
  stderr_has "no end mark"
  sql_is 'select * from t' '1|one'
  run --separate-stderr into --key id --mode replace --rejects r --max-rejects 2 --require-end < <(rows '{"id":1,"n":"a"}' '{"id":2,"n":"bad"}' '{"id":3}' '{"_nq":"end","records":3}')
  status_is 3
  counts_are "3 1 0 0 0 0 2"
  sql_is 'select * from t' '1|a'
}

@test "duckdb: --newer-by keeps a row from an older record, as instants, in a batch and between" {
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"new","at":"2026-05-16T10:00:00Z"}' '{"id":1,"v":"old","at":"2026-05-16T11:00:00+02:00"}')
  counts_are "2 1 0 0 0 1 0"
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"older","at":"2026-05-16T11:59:59.9+02:00"}')
  counts_are "1 0 0 1 0 0 0"
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"same","at":"2026-05-16T12:00:00+02:00"}')
  counts_are "1 0 1 0 0 0 0"
  sql_is 'select v from t' same
  run --separate-stderr into --key id --newer-by at --delete-if .gone < <(rows '{"id":1,"gone":true,"at":"2026-05-16T09:00:00Z"}')
  counts_are "1 0 0 1 0 0 0"
  run --separate-stderr into --key id --newer-by at --delete-if .gone < <(rows '{"id":1,"gone":true,"at":"2026-05-16T10:00:00Z"}')
  counts_are "1 0 0 0 1 0 0"
}

@test "duckdb: --delete-if deletes by key, and a record after a deletion begins anew" {
  rows '{"id":1,"a":1,"b":1}' '{"id":2,"a":2}' '{"id":3,"a":3}' | into --key id
  run --separate-stderr into --key id --delete-if .gone < <(rows '{"id":1,"gone":true}' '{"id":2,"gone":false}' '{"id":9,"gone":1}' '{"id":1,"a":7}' '{"id":3,"a":4}' '{"id":3,"gone":true}')
  status_is 0
  counts_are "6 1 1 1 2 1 0"
  sql_is 'select id,a,b from t order by id' $'1|7|\n2|2|'
}

# --- values --------------------------------------------------------------------------------------

@test "duckdb: the table of values comes back equal" {
  local big
  big=$(head -c 1000000 /dev/zero | tr '\0' x)
  rows '{"id":"mz","v":-0}' '{"id":"p53","v":9007199254740993}' '{"id":"m53","v":-9007199254740993}' \
    '{"id":"max","v":9223372036854775807}' '{"id":"min","v":-9223372036854775808}' '{"id":"yes","v":true}' '{"id":"null","v":null}' >whole.in
  rows '{"id":"tenth","v":0.1}' '{"id":"money","v":12345678901.23}' '{"id":"e22","v":1e22}' '{"id":"p53","v":9007199254740992}' '{"id":"tiny","v":1e-7}' >short.in
  rows '{"id":"over","v":9223372036854775808}' '{"id":"under","v":-9223372036854775809}' '{"id":"e30","v":1000000000000000000000000000000}' \
    '{"id":"long","v":0.1000000000000000055511151231257827}' '{"id":"huge","v":1e400}' '{"id":"tenth","v":0.10}' '{"id":"no","v":false}' >long.in
  rows '{"id":"empty","v":""}' '{"id":"nul","v":"a\u0000b"}' '{"id":"emoji","v":"\ud83d\ude00é"}' "{\"id\":\"mb\",\"v\":\"$big\"}" '{"id":"nested","v":{"a":[1.10,{"b":null}]}}' '{"id":"num","v":"007"}' >texts.in
  rows '{"id":"nested","v":{"a":[1.10,{"b":1e400}],"c":123456789012345678901234567890}}' >nested.in
  for name in whole short long texts nested; do
    nq-load --to duckdb:t.db --table "$name" --key id <"$name.in"
    run --separate-stderr nq-load --to duckdb:t.db --table "$name" --key id <"$name.in"
    jq -e '.unchanged == .records' <<<"$output"
  done
  sql_is "select table_name, data_type from duckdb_columns() where column_name = 'v' order by 1" $'long|VARCHAR\nnested|JSON\nshort|DOUBLE\ntexts|VARCHAR\nwhole|BIGINT'
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
tiny|1e-07'
  sql_is "select id, v from long order by rowid" 'over|9223372036854775808
under|-9223372036854775809
e30|1000000000000000000000000000000
long|0.1000000000000000055511151231257827
huge|1e400
tenth|0.10
no|false'
  sql_is "select id, strlen(v), case id when 'mb' then '' else hex(v) end from texts order by rowid" "empty|0|
nul|3|610062
emoji|6|F09F9880C3A9
mb|1000000|
nested|23|$(printf '{"a":[1.10,{"b":null}]}' | xxd -p | tr -d '\n' | tr a-f A-F)
num|3|303037"
  sql_is "select v from nested" '{"a":[1.10,{"b":1e400}],"c":123456789012345678901234567890}'
}

@test "duckdb: texts of all kinds stay what they are (S31)" {
  rows '{"id":1,"v":"Δοκιμή 中文 français"}' '{"id":2,"v":"\" \\ \/ \n"}' '{"id":3,"v":"\u006D\u0101\u0199"}' '{"id":4,"v":"\\u0000"}' '{"id":5,"v":"\u0000"}' | into --key id
  sql_is "select id, hex(v) from t where id in (2,4,5) order by id" $'2|22205C202F200A\n4|5C7530303030\n5|00'
  sql_is "select v from t where id in (1,3) order by id" $'Δοκιμή 中文 français\nmāƙ'
}

@test "duckdb: keys of every kind of text are found again" {
  rows '{"id":"","v":1}' '{"id":"a\u0000b","v":1}' '{"id":"a\u0000c","v":1}' '{"id":"it'"'"'s","v":1}' '{"id":"\ud83d\ude00","v":1}' >in
  into --key id <in
  run --separate-stderr into --key id < <(sed 's/"v":1/"v":2/' in)
  counts_are "5 0 5 0 0 0 0"
}

@test "duckdb: a nested object without declared members is kept whole as JSON (S37)" {
  rows '{"id":1,"object_store":{"id":1,"metric":1}}' | into --key id
  sql_is "select object_store, object_store->>'metric' from t" '{"id":1,"metric":1}|1'
  run --separate-stderr into --key id < <(rows '{"id":2,"object_store":"text"}' '{"id":1,"object_store":[1]}')
  counts_are "2 1 1 0 0 0 0"
  sql_is "select object_store from t order by id" $'[1]\ntext'
}

# --- schema --------------------------------------------------------------------------------------

@test "duckdb: columns widen from boolean over whole numbers and decimals to text without losing digits" {
  rows '{"id":1,"v":true,"w":9007199254740993}' | into --key id
  rows '{"id":2,"v":7}' | into --key id
  types_are $'id|BIGINT\nv|BIGINT\nw|BIGINT'
  rows '{"id":3,"v":0.25,"w":0.5}' | into --key id
  types_are $'id|BIGINT\nv|DOUBLE\nw|VARCHAR'
  sql_is 'select id, v, w from t order by id' $'1|1.0|9007199254740993\n2|7.0|\n3|0.25|0.5'
  run --separate-stderr into --key id < <(rows '{"id":4,"v":"x"}' '{"id":5,"v":8.50}' '{"id":6,"v":true}')
  counts_are "3 3 0 0 0 0 0"
  sql_is 'select id, v from t order by id' $'1|1\n2|7\n3|0.25\n4|x\n5|8.50\n6|true'
  rows '{"id":"seven","v":"y"}' '{"id":1,"v":"z"}' | into --key id
  sql_is "select id, v from t where id in ('1', 'seven') order by id" $'1|z\nseven|y'
  sql_is 'select count(*) from t' 7
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

@test "duckdb: new members become columns, also under a view; one that was only null waits for a value" {
  rows '{"id":1,"later":null}' | into --key id
  types_are 'id|BIGINT'
  sql "create view v as select * from t"
  run --separate-stderr into --key id < <(rows '{"id":1,"later":5}' '{"id":2,"more":"x"}')
  counts_are "2 1 1 0 0 0 0"
  sql_is 'select * from t order by id' $'1|5|\n2||x'
  sql_is 'select id from v order by id' $'1\n2'
}

@test "duckdb: records without any value are rejected" {
  run --separate-stderr into --mode append --rejects r --max-rejects 2 < <(rows '{"a":null}' '{"b":1}' '{"c":null}')
  status_is 3
  counts_are "3 1 0 0 0 0 2"
  [ "$(jq -r .error r | sort -u)" = "the record has no member with a value" ]
}

@test "duckdb: 100 records of 20 to 300 members fit (O06)" {
  wide_records >wide
  run --separate-stderr into --key id <wide
  counts_are "100 100 0 0 0 0 0"
  sql_is 'select sum(c219), sum(c0) from t' '100|5050'
  run --separate-stderr into --key id <wide
  counts_are "100 0 0 100 0 0 0"
}

@test "duckdb: names in camel case, reserved words and quotes are quoted and stable (S33)" {
  rows '{"supplierId":1,"select":"a","Order By":"b","x\"y":"c","rowid":"e"}' >in
  run --separate-stderr nq-load --to duckdb:t.db --table 'group "by"; drop' --key supplierId <in
  status_is 0
  run --separate-stderr nq-load --to duckdb:t.db --table 'group "by"; drop' --key supplierId <in
  counts_are "1 0 0 1 0 0 0"
  sql_is "select column_name from duckdb_columns() where table_name = 'group \"by\"; drop'" $'supplierId\nselect\nOrder By\nx"y\nrowid'
  run --separate-stderr into --key id < <(rows '{"id":1,"Name":"a"}' '{"id":2,"name":"b"}')
  status_is 1
  stderr_has "line 2: the members 'Name' and 'name' fold to one column: rename one of them"
}

@test "duckdb: --column gives a new column its type" {
  rows '{"zip":"1","id":1,"amount":5}' | into --key id --column zip:text --column amount:decimal --column flag:boolean --column j:json
  types_are $'id|BIGINT\nzip|VARCHAR\namount|DECIMAL(38,10)\nflag|BOOLEAN\nj|JSON'
  run --separate-stderr into --key id < <(rows '{"id":2,"zip":1234,"amount":1234567890123456.5}')
  status_is 0
  sql_is 'select zip, amount from t where id=2' '1234|1234567890123456.5000000000'
}

@test "duckdb: --schema-contract: freeze, discard_row, discard_value" {
  rows '{"id":1,"a":1}' | into --key id
  run --separate-stderr into --key id --schema-contract freeze < <(rows '{"id":2,"a":2}' '{"id":3,"b":2}')
  status_is 1
  stderr_has "line 2: there is no column 'b'"
  run --separate-stderr into --key id --schema-contract discard_row --rejects r < <(rows '{"id":2,"a":2}' '{"id":3,"b":2}' '{"id":4,"a":"x"}')
  status_is 3
  counts_are "3 1 0 0 0 0 2"
  run --separate-stderr into --key id --schema-contract discard_value < <(rows '{"id":3,"b":2}' '{"id":4,"a":"x"}' '{"id":5,"b":2,"a":5}')
  status_is 0
  sql_is 'select * from t order by id' $'1|1\n2|2\n3|\n4|\n5|5'
  run --separate-stderr nq-load --to duckdb:t.db --table none --key id --schema-contract freeze < <(rows '{"id":1}')
  status_is 1
  stderr_has "there is no table 'none'"
}

@test "duckdb: a key without a unique index, a key that is no column and a view are told" {
  sql "create table t(a integer, b integer)" "create view v as select 1 as id"
  run --separate-stderr into --key a < <(rows '{"a":1}')
  status_is 1
  stderr_has "table 't' has no primary key or unique index on (\"a\"): create one"
  run --separate-stderr into --key c < <(rows '{"c":1}')
  status_is 1
  stderr_has "table 't' has no column 'c' (--key)"
  run --separate-stderr nq-load --to duckdb:t.db --table v --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "'v' is a view, not a table"
  sql "create unique index u on t(a)"
  run --separate-stderr into --key a < <(rows '{"a":1,"b":1}' '{"a":2}')
  counts_are "2 2 0 0 0 0 0"
  run --separate-stderr into --key a < <(rows '{"a":1,"b":2}' '{"a":2}')
  counts_are "2 0 1 1 0 0 0"
}

@test "duckdb: --meta marks the rows of a run, and _nq_loads records each load" {
  rows '{"id":1,"a":1}' '{"id":2,"a":1}' | into --key id --meta --run-id r1
  run --separate-stderr into --key id --meta --run-id r2 < <(rows '{"id":1,"a":1}' '{"id":2,"a":2}' '{"_nq":"end","records":2,"cursor_type":"numeric_id","watermark":"2"}')
  counts_are "2 0 1 1 0 0 0"
  sql_is "select id, _nq_run_id, _nq_loaded_at like '2%Z' from t order by id" $'1|r1|true\n2|r2|true'
  sql_is "select run_id, table_name, mode, records, inserted, updated, unchanged, cursor_type, watermark from _nq_loads order by 1" $'r1|t|merge|2|2|0|0||\nr2|t|merge|2|0|1|1|numeric_id|2'
}

@test "duckdb: an empty first load leaves an empty table, which then takes any key" {
  run --separate-stderr into --key id </dev/null
  status_is 0
  sql_is 'select count(*) from t' 0
  rows '{"id":"a"}' | into --key id
  sql_is 'select * from t' a
}

# --- faults --------------------------------------------------------------------------------------

@test "duckdb: --probe names the destination, creates nothing and needs no key" {
  run --separate-stderr into --probe
  status_is 0
  stdout_is "{\"destination\":\"duckdb:$(pwd -P)/t.db#t\",\"table_exists\":false}"
  [ ! -e t.db ]
  rows '{"id":1}' | into --key id
  run --separate-stderr into --probe
  stdout_is "{\"destination\":\"duckdb:$(pwd -P)/t.db#t\",\"table_exists\":true}"
}

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

@test "duckdb: killed with -9 in mid-batch the database is whole, and whole batches stay (S39)" {
  rows '{"id":1,"a":"x"}' | into --key id
  mkfifo in
  nq-load -v --to duckdb:t.db --table t --key id --batch 2 <in >out 2>err 3>&- &
  local pid=$!
  exec 9>in
  rows '{"id":2,"a":"y"}' '{"id":1,"a":"z"}' '{"id":3,"a":"half"}' >&9
  until_true 10 grep -q 'batch 1: 2 records' err
  kill -9 "$pid"
  wait "$pid" || [ $? -eq 137 ]
  exec 9>&-
  [ ! -s out ]
  sql_is 'select * from t order by id' $'1|z\n2|y'
  run --separate-stderr into --key id < <(rows '{"id":2,"a":"y"}' '{"id":1,"a":"z"}' '{"id":3,"a":"half"}')
  counts_are "3 1 0 2 0 0 0"
}

@test "duckdb: killed with -9 while it merges, at any time, the table is that of some whole batch" {
  local i n at
  jq -nc 'range(1; 3001) | {id: ., a: "some text to make it longer"}' >in
  for at in 0.06 0.08 0.1 0.13 0.17; do
    rm -rf t.db*
    timeout -s KILL "$at" "$BUILD/nq-load" --to duckdb:t.db --table t --key id --batch 20 <in >out || true
    [ -e t.db ] || continue
    n=$(sql "select count(*) from t" 2>err) || n=0
    [ $((n % 20)) -eq 0 ]
    run --separate-stderr into --key id <in
    counts_are "3000 $((3000 - n)) 0 $n 0 0 0"
  done
}

@test "duckdb: SIGTERM and SIGINT roll back what is not committed, say so, and end it by the signal" {
  local sig
  for sig in TERM INT; do
    rm -f t.db in
    mkfifo in
    # A background job of this shell would ignore SIGINT.
    (trap - INT; exec env --default-signal=INT nq-load -v --to duckdb:t.db --table t --key id --batch 2 <in >out 2>err 3>&-) &
    local pid=$! rc=0
    exec 9>in
    rows '{"id":1}' '{"id":2}' '{"id":3}' >&9
    until_true 10 grep -q 'batch 1: 2 records' err
    kill -s "$sig" "$pid"
    wait "$pid" || rc=$?
    exec 9>&-
    [ "$rc" -gt 128 ]
    [ "$(kill -l "$rc")" = "$sig" ]
    [ ! -s out ]
    grep -q "interrupted: what is not committed is rolled back, 2 of . records are in 'duckdb:" err
    sql_is 'select count(*) from t' 2
  done
}

@test "duckdb: each batch is durable: the log is synced before the next one is read" {
  rows '{"id":1}' '{"id":2}' | ASAN_OPTIONS=detect_leaks=0 strace -f -y -e trace=fsync,fdatasync,read -o trace "$BUILD/nq-load" --to duckdb:t.db --table t --key id --batch 1
  [ "$(grep -cE 'f(data)?sync\([0-9]+<[^>]*t\.db\.wal>' trace)" -ge 2 ]
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

@test "duckdb: what is wrong with the command line is told plainly, status 2, nothing touched" {
  local want args
  while IFS='|' read -r want args; do
    # shellcheck disable=SC2086 # the arguments are words
    run --separate-stderr nq-load $args </dev/null
    status_is 2
    stdout_is ""
    stderr_has "nq-load: " "$want" "try 'nq-load --help'"
  done <<'EOT'
mode 'merge' needs a key|--to duckdb:t.db --table t
which table?|--to duckdb:t.db --key id
names in '_nq_' are reserved|--to duckdb:t.db --table _nq_x --key id
names no file: write duckdb:|--to duckdb: --table t --key id
EOT
  [ ! -e t.db ]
}
