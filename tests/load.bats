#!/usr/bin/env bats
# nq-load into SQLite: what is merged and how it is counted; the tables are looked at with the sqlite3 shell.

load helper
load load-common

# --- creating, merging ---------------------------------------------------------------------------

@test "a first load creates the table with types from the data" {
  run --separate-stderr into --key id < <(rows '{"id":"a","n":1,"d":0.1,"b":true,"j":[1],"s":"x"}')
  status_is 0
  stderr_is ""
  counts_are "1 1 0 0 0 0 0"
  sql_is "select name, type, pk from pragma_table_info('t')" \
    $'id|TEXT|1\nn|INTEGER|0\nd|ANY|0\nb|INTEGER|0\nj|TEXT|0\ns|TEXT|0'
  [ "$(stat -c %a t.db)" = 600 ]
}

@test "the receipt has its members in order and names the destination" {
  run --separate-stderr into --key id < <(rows '{"id":1}' '{"_nq":"end","records":1,"pages":1,"cursor_type":"timestamp_utc","watermark":"2026-05-16T10:23:14Z"}')
  status_is 0
  [ "$(jq -r 'keys_unsorted|join(" ")' <<<"$output")" = "records inserted updated unchanged deleted folded rejected batches bytes watermark cursor_type destination seconds" ]
  [ "$(jq -r '.watermark,.cursor_type,.destination' <<<"$output")" = "2026-05-16T10:23:14Z
timestamp_utc
sqlite:$(pwd -P)/t.db#t" ]
  [ "${#lines[@]}" -eq 1 ]
}

@test "inserted, updated and unchanged are told apart" {
  rows '{"id":1,"a":"x","b":1}' '{"id":2,"a":"y"}' '{"id":3,"a":"z"}' | into --key id
  run --separate-stderr into --key id < <(rows '{"id":1,"a":"x"}' '{"id":2,"a":"Y"}' '{"id":4,"a":null}' '{"id":3}')
  counts_are "4 1 1 2 0 0 0"
  sql_is 'select * from t order by id' $'1|x|1\n2|Y|\n3|z|\n4||'
}

@test "absent is not null: only the members present are updated (S29)" {
  rows '{"id":1,"optional":"1"}' '{"id":2}' '{"id":3,"optional":"3"}' '{"id":4}' | into --key id
  run --separate-stderr into --key id < <(rows '{"id":1}' '{"id":3,"optional":null}')
  counts_are "2 0 1 1 0 0 0"
  sql_is "select id, ifnull(optional,'NULL') from t order by id" $'1|1\n2|NULL\n3|NULL\n4|NULL'
}

@test "a NOT NULL column that a record leaves out stays, and a new key without it is rejected (O06)" {
  sql "create table t(id integer primary key, name text not null, x text); insert into t values(1,'one','a')"
  run --separate-stderr into --key id --rejects r --max-rejects 1 < <(rows '{"id":1,"x":"b"}' '{"id":1,"x":"b"}' '{"id":2,"x":"c"}')
  status_is 3
  counts_are "3 0 1 0 0 1 1"
  sql_is 'select * from t' '1|one|b'
  [ "$(jq -c '[.line,.error,.record]' r)" = '[3,"the table refuses it: NOT NULL constraint failed: t.name",{"id":2,"x":"c"}]' ]
  run --separate-stderr into --key id < <(rows '{"id":1,"x":"b"}')
  counts_are "1 0 0 1 0 0 0"
}

@test "the same key again in a batch is folded, the last member wins (S27)" {
  run --separate-stderr into --key id < <(rows '{"id":1,"metric":1}' '{"id":2,"metric":2}' '{"id":1,"metric":10}' '{"id":2,"metric":20}' '{"id":1,"metric":100}' '{"id":1,"other":5}')
  counts_are "6 2 0 0 0 4 0"
  sql_is 'select * from t order by id' $'1|100|5\n2|20|'
}

@test "the same keys over several batches give the same table" {
  run --separate-stderr into --key id --batch 1 < <(rows '{"id":1,"metric":1}' '{"id":2,"metric":2}' '{"id":1,"metric":10}' '{"id":1,"other":5}')
  counts_are "4 2 2 0 0 0 0"
  sql_is 'select * from t order by id' $'1|10|5\n2|2|'
  [ "$(jq .batches <<<"$output")" = 4 ]
}

@test "keys of equal value are one key: 7, 7.0 and 70e-1" {
  run --separate-stderr into --key id < <(rows '{"id":7,"a":1}' '{"id":7.0,"b":2}' '{"id":70e-1,"c":3}')
  counts_are "3 1 0 0 0 2 0"
  sql_is 'select a,b,c from t' '1|2|3'
}

@test "composite keys" {
  run --separate-stderr into --key org,id < <(rows '{"org":"a","id":1,"v":1}' '{"org":"b","id":1,"v":2}' '{"org":"a","id":1,"v":3}' '{"org":"a:1","id":1,"v":4}')
  counts_are "4 3 0 0 0 1 0"
  run --separate-stderr into --key org --key id < <(rows '{"id":1,"org":"b","v":9}')
  counts_are "1 0 1 0 0 0 0"
  sql_is 'select * from t order by org' $'a|1|3\na:1|1|4\nb|1|9'
}

@test "a record without its key, or with null for it, is rejected with its line" {
  run --separate-stderr into --key id --rejects r --max-rejects 3 < <(rows '{"id":1}' '{"a":2}' '{"id":null}' '{"id":{"x":1}}')
  status_is 3
  counts_are "4 1 0 0 0 0 3"
  [ "$(jq -r '"\(.line) \(.error)"' r)" = "2 member 'id' is missing, and it is a key
3 member 'id' is null, and it is a key
4 member 'id' is an object or array, and cannot be a key" ]
}

@test "without --max-rejects the first rejected record ends the load and nothing of its batch is in" {
  rows '{"id":1,"a":1}' | into --key id
  run --separate-stderr into --key id < <(rows '{"id":1,"a":2}' '{"a":2}')
  status_is 1
  stdout_is ""
  stderr_has "line 2: member 'id' is missing, and it is a key"
  sql_is 'select * from t' '1|1'
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

# --- modes ---------------------------------------------------------------------------------------

@test "append adds every record and is one transaction a run" {
  rows '{"a":1}' '{"a":1}' | into --mode append
  run --separate-stderr into --mode append --batch 1 < <(rows '{"a":2}' '{"a":3}' 'broken')
  status_is 1
  stdout_is ""
  stderr_has "line 3: byte 1: not JSON"
  sql_is 'select count(*) from t' 2
}

@test "insert leaves known keys alone" {
  rows '{"id":1,"a":"old"}' | into --key id
  run --separate-stderr into --key id --mode insert < <(rows '{"id":1,"a":"new"}' '{"id":2,"a":"new"}' '{"id":2,"a":"newer"}')
  counts_are "3 1 0 2 0 0 0"
  sql_is 'select * from t order by id' $'1|old\n2|new'
}

@test "replace publishes the new rows and keeps views, indexes and triggers" {
  rows '{"id":1,"a":"x"}' '{"id":2,"a":"y"}' | into --key id
  sql "create index t_a on t(a); create view v as select a from t; create table log(x); create trigger tr after insert on t begin insert into log values(new.id); end"
  run --separate-stderr into --key id --mode replace --batch 1 < <(rows '{"id":2,"a":"z"}' '{"id":3,"b":1}' '{"id":2,"a":"zz"}')
  status_is 0
  counts_are "3 2 0 0 0 1 0"
  sql_is 'select * from t order by id' $'2|zz|\n3||1'
  sql_is 'select count(*) from v' 2
  sql_is "select name from sqlite_schema where name in ('t_a','tr','v') order by 1" $'t_a\ntr\nv'
  sql_is 'select count(*) from log' 2
}

@test "replace makes a table that is not there, and works without a key" {
  run --separate-stderr into --mode replace < <(rows '{"a":1}' '{"a":1}')
  status_is 0
  sql_is 'select count(*) from t' 2
  run --separate-stderr into --mode replace < <(rows '{"a":"text"}')
  status_is 0
  sql_is 'select a, typeof(a) from t' 'text|text'
}

@test "an empty replace is refused unless --allow-empty" {
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

@test "replace is never published from a cut stream" {
  rows '{"id":1}' | into --key id
  run --separate-stderr into --key id --mode replace --require-end --batch 1 < <(rows '{"id":2}' '{"id":3}')
  status_is 1
  stdout_is ""
  stderr_has "no end mark"
  sql_is 'select * from t' 1
  run --separate-stderr into --key id --mode replace --require-end < <(rows '{"id":2}' '{"_nq":"end","records":2}')
  status_is 1
  sql_is 'select * from t' 1
  run --separate-stderr into --key id --mode replace --require-end < <(rows '{"id":2}' '{"_nq":"end","records":1}' '{"id":3}')
  status_is 1
  sql_is 'select * from t' 1
  run --separate-stderr into --key id --mode replace --require-end < <(rows '{"id":2}' '{"_nq":"end","records":1}')
  status_is 0
  sql_is 'select * from t' 2
}

@test "a replace does not lock the database while its stream comes in" {
  rows '{"id":1}' | into --key id
  mkfifo in
  into --key id --mode replace --batch 1 <in >out 2>err 3>&- &
  local pid=$!
  exec 9>in
  rows '{"id":2}' '{"id":3}' >&9
  sql 'insert into t values(9)'
  exec 9>&-
  wait "$pid"
  sql_is 'select * from t order by id' $'2\n3'
}

@test "the constraints of the table judge each row of a replace" {
  sql "create table t(id integer primary key, n text not null, check(n <> 'bad'))"
  run --separate-stderr into --key id --mode replace --rejects r --max-rejects 2 < <(rows '{"id":1,"n":"a"}' '{"id":2,"n":"bad"}' '{"id":3}')
  status_is 3
  counts_are "3 1 0 0 0 0 2"
  sql_is 'select * from t' '1|a'
}

@test "--newer-by keeps a row from an older record, as instants, in a batch and between" {
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"new","at":"2026-05-16T10:00:00Z"}' '{"id":1,"v":"old","at":"2026-05-16T11:00:00+02:00"}')
  counts_are "2 1 0 0 0 1 0"
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"older","at":"2026-05-16T11:59:59.9+02:00"}')
  counts_are "1 0 0 1 0 0 0"
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"same","at":"2026-05-16T12:00:00+02:00"}')
  counts_are "1 0 1 0 0 0 0"
  sql_is 'select v from t' same
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"none"}')
  status_is 1
  stderr_has "member 'at' is missing (--newer-by)"
}

@test "--delete-if deletes by key, and a record after a deletion begins anew" {
  rows '{"id":1,"a":1,"b":1}' '{"id":2,"a":2}' '{"id":3,"a":3}' | into --key id
  run --separate-stderr into --key id --delete-if .gone < <(rows '{"id":1,"gone":true}' '{"id":2,"gone":false}' '{"id":9,"gone":1}' '{"id":1,"a":7}' '{"id":3,"a":4}' '{"id":3,"gone":true}')
  status_is 0
  counts_are "6 1 1 1 2 1 0"
  sql_is 'select id,a,b from t order by id' $'1|7|\n2|2|'
}

# --- looking -------------------------------------------------------------------------------------

@test "--probe names the destination, creates nothing and needs no key" {
  run --separate-stderr into --probe
  status_is 0
  stdout_is "{\"destination\":\"sqlite:$(pwd -P)/t.db#t\",\"table_exists\":false}"
  [ ! -e t.db ]
  rows '{"id":1}' | into --key id
  run --separate-stderr into --probe
  stdout_is "{\"destination\":\"sqlite:$(pwd -P)/t.db#t\",\"table_exists\":true}"
}

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
option '--delete-if':|--to sqlite:t.db --table t --key id --delete-if x[
which object?|--to nuntiq:https://h/api
leave out what follows '?' or '#'|--to nuntiq:https://h/api?a=b --object supplier
leave out what follows '?' or '#'|--to nuntiq:https://h/api#b --object supplier
EOF
  [ ! -e t.db ]
}
