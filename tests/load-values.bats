#!/usr/bin/env bats
# nq-load into SQLite: values, types, names.

load helper
load load-common

# --- values --------------------------------------------------------------------------------------

@test "the table of values comes back equal" {
  local big
  big=$(head -c 1000000 /dev/zero | tr '\0' x)
  {
    rows '{"id":"mz","v":-0}' '{"id":"p53","v":9007199254740993}' '{"id":"m53","v":-9007199254740993}' \
      '{"id":"max","v":9223372036854775807}' '{"id":"min","v":-9223372036854775808}' '{"id":"over","v":9223372036854775808}' \
      '{"id":"under","v":-9223372036854775809}' '{"id":"e30","v":1000000000000000000000000000000}' '{"id":"tenth","v":0.1}' \
      '{"id":"long","v":0.1000000000000000055511151231257827}' '{"id":"huge","v":1e400}' '{"id":"money","v":12345678901.23}' '{"id":"o07","v":10000000000000000001}' \
      '{"id":"yes","v":true}' '{"id":"no","v":false}' '{"id":"null","v":null}'
  } >numbers
  run --separate-stderr into --key id <numbers
  status_is 0
  sql_is "select id, typeof(v), v from t order by rowid" 'mz|integer|0
p53|integer|9007199254740993
m53|integer|-9007199254740993
max|integer|9223372036854775807
min|integer|-9223372036854775808
over|text|9223372036854775808
under|text|-9223372036854775809
e30|text|1000000000000000000000000000000
tenth|real|0.1
long|text|0.1000000000000000055511151231257827
huge|text|1e400
money|real|12345678901.23
o07|text|10000000000000000001
yes|integer|1
no|integer|0
null|null|'
  rows '{"id":"empty","w":""}' '{"id":"nul","w":"a\u0000b"}' '{"id":"emoji","w":"\ud83d\ude00é"}' "{\"id\":\"mb\",\"w\":\"$big\"}" '{"id":"nested","w":{"a":[1.10,{"b":null}]}}' '{"id":"num","w":"007"}' >texts
  run --separate-stderr into --key id <texts
  status_is 0
  sql_is "select id, typeof(w), length(cast(w as blob)), iif(id='mb','',hex(w)) from t where w is not null order by rowid" "empty|text|0|
nul|text|3|610062
emoji|text|6|F09F9880C3A9
mb|text|1000000|
nested|text|23|$(printf '{"a":[1.10,{"b":null}]}' | xxd -p | tr -d '\n' | tr a-f A-F)
num|text|3|303037"
  run --separate-stderr into --key id <numbers
  counts_are "16 0 0 16 0 0 0"
  run --separate-stderr into --key id <texts
  counts_are "6 0 0 6 0 0 0"
}

@test "texts of all kinds stay what they are (S31)" {
  rows '{"id":1,"v":"Δοκιμή 中文 français"}' '{"id":2,"v":"\" \\ \/ \n"}' '{"id":3,"v":"\u006D\u0101\u0199"}' '{"id":4,"v":"\\u0000"}' '{"id":5,"v":"\u0000"}' | into --key id
  sql_is "select id, hex(v) from t where id in (2,4,5)" $'2|22205C202F200A\n4|5C7530303030\n5|00'
  sql_is "select v from t where id in (1,3)" $'Δοκιμή 中文 français\nmāƙ'
}

@test "a nested object without declared members is kept whole as JSON (S37)" {
  rows '{"id":1,"object_store":{"id":1,"metric":1}}' | into --key id
  sql_is "select object_store, json_extract(object_store,'\$.metric') from t" '{"id":1,"metric":1}|1'
}

@test "lone surrogates and duplicate members are rejected" {
  run --separate-stderr into --key id --rejects r --max-rejects 9 < <(rows '{"id":1,"a":"\ud800"}' '{"id":2,"a":1,"a":2}' '{"id":3,"a":{"b":1,"b":2}}' '{"id":4,"\udc00":1}' '{"id":5,"a\u0000b":1}' '{"id":6}')
  status_is 3
  counts_are "6 1 0 0 0 0 5"
  # jq refuses the records themselves.
  [ "$(sed 's/^.*"error":"\([^"]*\)".*$/\1/' r)" = "member 'a' holds a lone surrogate
the same member twice in one object
the same member twice in one object
a member's name holds a lone surrogate
a member's name holds a NUL" ]
}

@test "a line that is not JSON, no object, or ours is an error with its number" {
  local line
  for line in 'nope' '[1]' '{"id":1' '{"_nq":1}' '"x"'; do
    run --separate-stderr into --key id < <(rows '{"id":1}' "$line")
    status_is 1
    stdout_is ""
    stderr_has "line 2: "
  done
}

# --- schema --------------------------------------------------------------------------------------

@test "integers widen to decimals and to text without losing digits, within one batch too" {
  rows '{"id":1,"v":9007199254740993}' '{"id":2,"v":7}' | into --key id
  rows '{"id":3,"v":0.25}' | into --key id
  sql_is 'select id, typeof(v), v from t' $'1|integer|9007199254740993\n2|integer|7\n3|real|0.25'
  rows '{"id":4,"v":"x"}' '{"id":5,"v":8.50}' '{"id":6,"v":true}' | into --key id
  sql_is 'select id, typeof(v), v from t' $'1|text|9007199254740993\n2|text|7\n3|text|0.25\n4|text|x\n5|text|8.50\n6|text|1'
  rows '{"id":"seven","v":"y"}' '{"id":1,"v":"z"}' | into --key id
  sql_is 'select id, v from t order by id limit 1' '1|z'
  sql_is 'select count(*) from t' 7
}

@test "widening keeps constraints, indexes, triggers and views of a table that is not ours" {
  sql "create table t(id integer primary key, /* note, (x) */ \"a b\" decimal(10, 2) default 5 check(\"a b\" <> 3), n INT NOT NULL DEFAULT 1, s varchar(20) collate nocase);
    create index i on t(n); create view v as select n, \"a b\" from t; create trigger tr after insert on t begin update t set s = 'tr' where id = new.id; end;
    insert into t(id, \"a b\") values(1, 2.5)"
  run --separate-stderr into --key id < <(rows '{"id":1,"n":"many"}' '{"id":2,"a b":"007"}')
  status_is 0
  sql_is 'select * from t' $'1|2.5|many|tr\n2|007|1|tr'
  sql_is 'select * from v' $'many|2.5\n1|007'
  run sql "insert into t(id, \"a b\") values(9, '3')"
  [ "$status" -ne 0 ]
  sql_is "select count(*) from sqlite_schema where name in ('i','v','tr')" 3
  sql_is "select sql from sqlite_schema where name = 't'" 'CREATE TABLE "t" (id integer primary key, /* note, (x) */ "a b" TEXT default 5 check("a b" <> 3), n TEXT NOT NULL DEFAULT 1, s varchar(20) collate nocase)'
}

@test "dates and JSON stay in columns declared so" {
  sql "create table t(id int primary key, d datetime, j json, b boolean)"
  run --separate-stderr into --key id < <(rows '{"id":1,"d":"2026-05-16 10:00:00","j":[1],"b":true}')
  status_is 0
  sql_is 'select * from t' '1|2026-05-16 10:00:00|[1]|1'
  sql_is "select type from pragma_table_info('t') where name='d'" 'datetime'
}

@test "new members become columns; one that was only null waits for a value" {
  rows '{"id":1,"later":null}' | into --key id
  sql_is "select count(*) from pragma_table_info('t')" 1
  run --separate-stderr into --key id < <(rows '{"id":1,"later":5}' '{"id":2,"more":"x"}')
  counts_are "2 1 1 0 0 0 0"
  sql_is 'select * from t' $'1|5|\n2||x'
}

@test "100 records of 20 to 300 members fit, whatever the limit on variables (O06)" {
  wide_records >wide
  run --separate-stderr into --key id <wide
  counts_are "100 100 0 0 0 0 0"
  sql_is 'select sum(c219), sum(c0) from t' '100|5050'
}

@test "names in camel case, reserved words and quotes are quoted and stable (S33)" {
  rows '{"supplierId":1,"select":"a","Order By":"b","x\"y":"c","":"d","rowid":"e"}' >in
  run --separate-stderr nq-load --to sqlite:t.db --table 'group "by"; drop' --key supplierId <in
  status_is 0
  run --separate-stderr nq-load --to sqlite:t.db --table 'group "by"; drop' --key supplierId <in
  counts_are "1 0 0 1 0 0 0"
  sql_is "select name from pragma_table_info('group \"by\"; drop')" $'supplierId\nselect\nOrder By\nx"y\n\nrowid'
}

@test "two members that fold to one column are an error" {
  run --separate-stderr into --key id < <(rows '{"id":1,"Name":"a"}' '{"id":2,"name":"b"}')
  status_is 1
  stderr_has "line 2: the members 'Name' and 'name' fold to one column: rename one of them"
  [ ! -s t.db ] || sql_is "select count(*) from sqlite_schema" 0
}

@test "--column gives a new column its type" {
  rows '{"zip":"1","id":1}' | into --key id --column zip:text --column amount:decimal --column flag:boolean
  sql_is "select name, type from pragma_table_info('t') order by name" $'amount|ANY\nflag|INTEGER\nid|INTEGER\nzip|TEXT'
  run --separate-stderr into --key id < <(rows '{"id":2,"zip":1234}')
  sql_is 'select typeof(zip), zip from t where id=2' 'text|1234'
  run --separate-stderr into --key id --column zip:varchar </dev/null
  status_is 2
}

@test "--schema-contract: freeze, discard_row, discard_value" {
  rows '{"id":1,"a":1}' | into --key id
  run --separate-stderr into --key id --schema-contract freeze < <(rows '{"id":2,"a":2}' '{"id":3,"b":2}')
  status_is 1
  stderr_has "line 2: there is no column 'b'"
  run --separate-stderr into --key id --schema-contract discard_row --rejects r < <(rows '{"id":2,"a":2}' '{"id":3,"b":2}' '{"id":4,"a":"x"}')
  status_is 3
  counts_are "3 1 0 0 0 0 2"
  [ "$(jq -r .error r)" = "there is no column 'b'
column 'a' does not hold a text" ]
  run --separate-stderr into --key id --schema-contract discard_value < <(rows '{"id":3,"b":2}' '{"id":4,"a":"x"}' '{"id":5,"b":2,"a":5}')
  status_is 0
  stderr_has "there is no column 'b': its values are discarded" "column 'a' does not hold a text"
  sql_is 'select * from t' $'1|1\n2|2\n3|\n4|\n5|5'
  run --separate-stderr nq-load --to sqlite:t.db --table none --key id --schema-contract freeze < <(rows '{"id":1}')
  status_is 1
  stderr_has "there is no table 'none'"
}

@test "a key without a unique index, a key that is no column and a view are told" {
  sql "create table t(a, b); create view v as select 1 as id"
  run --separate-stderr into --key a < <(rows '{"a":1}')
  status_is 1
  stderr_has "table 't' has no primary key or unique index on (\"a\")"
  run --separate-stderr into --key c < <(rows '{"c":1}')
  status_is 1
  stderr_has "table 't' has no column 'c' (--key)"
  run --separate-stderr nq-load --to sqlite:t.db --table v --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "'v' is a view, not a table"
}

@test "--meta marks the rows of a run, and _nq_loads records each load" {
  rows '{"id":1,"a":1}' '{"id":2,"a":1}' | into --key id --meta --run-id r1
  run --separate-stderr into --key id --meta --run-id r2 < <(rows '{"id":1,"a":1}' '{"id":2,"a":2}' '{"_nq":"end","records":2,"cursor_type":"numeric_id","watermark":"2"}')
  counts_are "2 0 1 1 0 0 0"
  sql_is "select id, _nq_run_id, _nq_loaded_at like '2%Z' from t" $'1|r1|1\n2|r2|1'
  sql_is "select run_id, table_name, mode, records, inserted, updated, unchanged, cursor_type, watermark from _nq_loads" $'r1|t|merge|2|2|0|0||\nr2|t|merge|2|0|1|1|numeric_id|2'
}

@test "discard_value on a table that is not there yet: the first batch makes it" {
  run --separate-stderr into --key id --schema-contract discard_value --batch 2 < <(rows '{"id":1,"a":1}' '{"id":2,"a":2}' '{"id":3,"a":3,"b":3}')
  status_is 0
  sql_is 'select * from t order by id' $'1|1\n2|2\n3|3'
}
