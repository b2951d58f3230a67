#!/usr/bin/env bats
# nq-load, looked at in SQLite: the receipt, rejects, the command line; and what is SQLite's own. What all databases
# promise is in load-alike.bats and load-alike-values.bats.

load helper
load load-common

# --- receipts, rejects ---------------------------------------------------------------------------

@test "the receipt has its members in order and names the destination" {
  run --separate-stderr into --key id < <(rows '{"id":1}' '{"_nq":"end","records":1,"pages":1,"cursor_type":"timestamp_utc","watermark":"2026-05-16T10:23:14Z"}')
  status_is 0
  [ "$(jq -r 'keys_unsorted|join(" ")' <<<"$output")" = "records inserted updated unchanged deleted folded rejected batches bytes watermark cursor_type destination seconds" ]
  [ "$(jq -r '.watermark,.cursor_type,.destination' <<<"$output")" = "2026-05-16T10:23:14Z
timestamp_utc
sqlite:$(pwd -P)/t.db#t" ]
  [ "${#lines[@]}" -eq 1 ]
}

@test "--max-rejects counts, in numbers and per cent" {
  run --separate-stderr into --key id --max-rejects 1 --rejects r < <(rows '{"id":1}' '{}' '{}')
  status_is 1
  stderr_has "line 3: more than 1 record rejected (--max-rejects), the last:"
  run --separate-stderr into --key id --max-rejects 50% --rejects r < <(rows '{"id":1}' '{}')
  status_is 3
  run --separate-stderr into --key id --max-rejects 49% --rejects r < <(rows '{"id":1}' '{}')
  status_is 1
  stderr_has "1 of 2 records rejected, more than 49%"
  run --separate-stderr into --key id --max-rejects 5 < <(rows '{"id":1}')
  status_is 2
  stderr_has "above 0 needs '--rejects FILE'"
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

@test "with --meta a member of its name is an error" {
  run --separate-stderr into --key id --meta < <(rows '{"id":1,"_nq_x":1}')
  status_is 1
  stderr_has "line 1: the member '_nq_x': names in _nq_ are those of --meta"
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

# --- SQLite --------------------------------------------------------------------------------------

@test "a new table is STRICT, and a member without a name is a column of it" {
  run --separate-stderr into --key id < <(rows '{"id":1,"":"d"}')
  status_is 0
  run --separate-stderr into --key id < <(rows '{"id":1,"":"d"}')
  counts_are "1 0 0 1 0 0 0"
  sql_is "select '<' || name || '>' from pragma_table_info('t')" $'<id>\n<>'
  sql_is "select strict from pragma_table_list('t')" 1
}

@test "numbers of all kinds stand in one column, each in the class that keeps its digits" {
  rows '{"id":"mz","v":-0}' '{"id":"p53","v":9007199254740993}' '{"id":"m53","v":-9007199254740993}' \
    '{"id":"max","v":9223372036854775807}' '{"id":"min","v":-9223372036854775808}' '{"id":"over","v":9223372036854775808}' \
    '{"id":"under","v":-9223372036854775809}' '{"id":"e30","v":1000000000000000000000000000000}' '{"id":"tenth","v":0.1}' \
    '{"id":"long","v":0.1000000000000000055511151231257827}' '{"id":"huge","v":1e400}' '{"id":"money","v":12345678901.23}' '{"id":"o07","v":10000000000000000001}' \
    '{"id":"yes","v":true}' '{"id":"no","v":false}' '{"id":"null","v":null}' >numbers
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
  run --separate-stderr into --key id <numbers
  counts_are "16 0 0 16 0 0 0"
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

@test "a REAL that becomes text keeps all its digits" {
  sql 'create table t(id integer primary key, r real)' 'insert into t values (1, 0.1 + 0.2), (2, 0.1), (3, 1e300)'
  rows '{"id":4,"r":"x"}' | into --key id
  sql_is 'select id, r from t order by id' $'1|0.30000000000000004\n2|0.1\n3|1.0e+300\n4|x'
}

@test "dates and JSON stay in columns declared so" {
  sql "create table t(id int primary key, d datetime, j json, b boolean)"
  run --separate-stderr into --key id < <(rows '{"id":1,"d":"2026-05-16 10:00:00","j":[1],"b":true}')
  status_is 0
  sql_is 'select * from t' '1|2026-05-16 10:00:00|[1]|1'
  sql_is "select type from pragma_table_info('t') where name='d'" 'datetime'
}

@test "foreign keys are not enforced, as in the shell" {
  sql 'create table p(id integer primary key)' 'create table t(id integer primary key, p integer references p(id))'
  run --separate-stderr into --key id < <(rows '{"id":1,"p":7}')
  status_is 0
  sql_is 'select * from t' '1|7'
}

@test "replace keeps triggers, which see the new rows" {
  rows '{"id":1,"a":"x"}' | into --key id
  sql 'create table log(x)' 'create trigger tr after insert on t begin insert into log values(new.id); end'
  run --separate-stderr into --key id --mode replace < <(rows '{"id":2,"a":"z"}' '{"id":3,"a":"y"}')
  status_is 0
  sql_is "select name from sqlite_schema where type = 'trigger'" tr
  sql_is 'select x from log order by x' $'2\n3'
}

# --- the command line ----------------------------------------------------------------------------

@test "the dry run tells SQL that a shell takes, and gives no receipt" {
  sql 'create table t(id integer primary key, a text, b)'
  rows '{"id":1,"a":"it'"'"'s","b":[1]}' '{"id":2,"a":null}' '{"id":1,"a":"x"}' '{"id":2,"gone":1}' >in
  run --separate-stderr nq-load --to - --table t --key id --delete-if .gone <in
  status_is 0
  [ "${lines[0]}" = '-- batch 1: 4 records in 2 rows' ]
  [ "${lines[-1]}" = '-- 4 records, 2 folded, 0 rejected: nothing was done' ]
  sql <<<"$output"
  sql_is 'select * from t' '1|x|[1]'
}

@test "what is wrong with the command line is told plainly, status 2, nothing touched" {
  local want args
  while IFS='|' read -r want args; do
    # shellcheck disable=SC2086 # the arguments are words
    run --separate-stderr nq-load $args </dev/null
    status_is 2
    stdout_is ""
    stderr_has "nq-load: " "$want" "try 'nq-load --help'"
  done <<'EOF'
where to?|--table t
is no destination: write sqlite:FILE, |--to mysql:x --table t --key id
mode 'merge' needs a key|--to sqlite:t.db --table t
mode 'insert' needs a key|--to sqlite:t.db --table t --mode insert
which table?|--to sqlite:t.db --key id
names in 'sqlite_' are reserved|--to sqlite:t.db --table sqlite_x --key id
there is no 'replce', did you mean 'replace'?|--to sqlite:t.db --table t --mode replce
there is no 'x': write evolve, freeze, discard_row or discard_value|--to sqlite:t.db --table t --key id --schema-contract x
'id' is named twice|--to sqlite:t.db --table t --key id,id
names no file|--to sqlite: --table t --key id
option '--batch': write 1 to|--to sqlite:t.db --table t --key id --batch 0
does not go with --mode append|--to sqlite:t.db --table t --key id --mode append --delete-if .x
records come from standard input|--to sqlite:t.db --table t --key id records.ndjson
option '--column': 'zip:varchar': write NAME:TYPE|--to sqlite:t.db --table t --key id --column zip:varchar
which table?|--to duckdb:t.db --key id
names in '_nq_' are reserved|--to sqlite:t.db --table _nq_loads --key id
names in '_nq_' are reserved|--to postgresql://h/d --table app._nq_x --key id
names in '_nq_' are reserved|--to duckdb:t.db --table _nq_x --key id
names no file: write duckdb:|--to duckdb: --table t --key id
option '--delete-if':|--to sqlite:t.db --table t --key id --delete-if x[
which object?|--to nuntiq:https://h/api
leave out what follows '?' or '#'|--to nuntiq:https://h/api?a=b --object supplier
leave out what follows '?' or '#'|--to nuntiq:https://h/api#b --object supplier
EOF
  [ ! -e t.db ]
}
