#!/usr/bin/env bats
# nq-load into PostgreSQL: what is merged and how it is counted; the tables are looked at with psql.

load helper
load load-common
load postgres
load load-postgres-common

types() { sql "select attname || ' ' || format_type(atttypid, atttypmod) from pg_attribute where attrelid = '$1'::regclass and attnum > 0 and not attisdropped order by attnum"; }

# --- creating, merging ---------------------------------------------------------------------------

@test "a first load creates the table with types from the data" {
  run --separate-stderr into --key id < <(rows '{"id":"a","n":1,"d":0.1,"b":true,"j":[1],"s":"x"}')
  status_is 0
  stderr_is ""
  counts_are "1 1 0 0 0 0 0"
  [ "$(types t)" = $'id text\nn bigint\nd numeric\nb boolean\nj json\ns text' ]
  [ "$(jq -r .destination <<<"$output")" = "postgresql://127.0.0.1:$PG_PORT/nq#public.t" ]
  run --separate-stderr nq-load --to "postgres${PGURL#postgresql}" --table t --key id < <(rows '{"id":"a","n":1}')
  counts_are "1 0 0 1 0 0 0"
}

@test "inserted, updated and unchanged are told apart" {
  rows '{"id":1,"a":"x","b":1,"j":{"k":1}}' '{"id":2,"a":"y"}' '{"id":3,"a":"z"}' | into --key id
  run --separate-stderr into --key id < <(rows '{"id":1,"a":"x","j":{"k":1}}' '{"id":2,"a":"Y"}' '{"id":4,"a":null}' '{"id":3}')
  counts_are "4 1 1 2 0 0 0"
  sql_is 'select * from t order by id' $'1|x|1|{"k":1}\n2|Y||\n3|z||\n4|||'
  run --separate-stderr into --key id < <(rows '{"id":1,"j":{"k":2}}' '{"id":2,"a":null}' '{"id":5,"a":"n"}')
  counts_are "3 1 2 0 0 0 0"
  sql_is 'select * from t order by id' $'1|x|1|{"k":2}\n2|||\n3|z||\n4|||\n5|n||'
}

@test "absent is not null: only the members present are updated (S29)" {
  rows '{"id":1,"optional":"1"}' '{"id":2}' '{"id":3,"optional":"3"}' '{"id":4}' | into --key id
  run --separate-stderr into --key id < <(rows '{"id":1}' '{"id":3,"optional":null}')
  counts_are "2 0 1 1 0 0 0"
  sql_is "select id, coalesce(optional,'NULL') from t order by id" $'1|1\n2|NULL\n3|NULL\n4|NULL'
}

@test "a NOT NULL column that a record leaves out stays, and a new key without it is rejected (O06)" {
  sql "create table t(id integer primary key, name text not null, x text); insert into t values(1,'one','a')"
  run --separate-stderr into --key id --rejects r --max-rejects 1 < <(rows '{"id":1,"x":"b"}' '{"id":1,"x":"b"}' '{"id":2,"x":"c"}' '{"id":3,"name":"three"}')
  status_is 3
  counts_are "4 1 1 0 0 1 1"
  sql_is 'select * from t order by id' $'1|one|b\n3|three|'
  [ "$(jq -r '"\(.line) \(.error) \(.record)"' r)" = '3 the table refuses it: null value in column "name" of relation "t" violates not-null constraint (SQLSTATE 23502) {"id":2,"x":"c"}' ]
}

@test "a new row gets the defaults of the columns that its record leaves out" {
  sql "create table t(id integer primary key, a text default 'A', b text default 'B', n serial)"
  run --separate-stderr into --key id < <(rows '{"id":1,"a":"x"}' '{"id":2,"b":"y"}' '{"id":3}' '{"id":4,"a":null,"b":null,"n":77}')
  counts_are "4 4 0 0 0 0 0"
  sql_is "select id, a, b, n = 77 from t order by id" $'1|x|B|f\n2|A|y|f\n3|A|B|f\n4|||t'
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

@test "keys that only the server takes for one keep the order of their records" {
  sql 'create table t(id uuid primary key, v int)'
  run --separate-stderr into --key id < <(rows '{"id":"AAAAAAAA-0000-0000-0000-000000000001","v":1}' '{"id":"aaaaaaaa-0000-0000-0000-000000000001","v":2}' '{"id":"bbbbbbbb-0000-0000-0000-000000000001","v":3}')
  counts_are "3 2 1 0 0 0 0"
  sql_is 'select v from t order by id' $'2\n3'
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
  [ "$(jq -r .line r)" = $'2\n3\n4' ]
}

# --- modes ---------------------------------------------------------------------------------------

@test "append adds every record and is one transaction a run" {
  rows '{"a":1}' '{"a":1}' | into --mode append
  run --separate-stderr into --mode append --batch 1 < <(rows '{"a":2}' '{"a":3}' 'broken')
  status_is 1
  stdout_is ""
  sql_is 'select count(*) from t' 2
  run --separate-stderr into --mode append --batch 1 < <(rows '{"a":2}' '{"a":3}' '{"a":"four"}')
  counts_are "3 3 0 0 0 0 0"
  sql_is 'select a from t order by a' $'1\n1\n2\n3\nfour'
}

@test "insert leaves known keys alone" {
  rows '{"id":1,"a":"old"}' | into --key id
  run --separate-stderr into --key id --mode insert < <(rows '{"id":1,"a":"new"}' '{"id":2,"a":"new"}' '{"id":2,"a":"newer"}')
  counts_are "3 1 0 2 0 0 0"
  sql_is 'select * from t order by id' $'1|old\n2|new'
}

@test "replace publishes the new rows and keeps views, indexes, grants, triggers and defaults" {
  sql "create table t(id int primary key, a text, made text default 'd', gen int generated always as (id * 2) stored); insert into t(id, a) values(1,'x'),(2,'y');
    create index t_a on t(a); create view v as select a from t; create table log(x int); create function f() returns trigger language plpgsql as 'begin insert into log values(new.id); return new; end';
    create trigger tr after insert on t for each row execute function f(); drop role if exists reader; create role reader; grant select on t to reader"
  run --separate-stderr into --key id --mode replace --batch 1 < <(rows '{"id":2,"a":"z"}' '{"id":3,"b":1}' '{"id":2,"a":"zz"}')
  status_is 0
  counts_are "3 2 0 0 0 1 0"
  sql_is 'select * from t order by id' $'2|zz|d|4|\n3||d|6|1'
  sql_is 'select count(*), max(a) from v' '2|zz'
  sql_is 'select count(*) from log' 2
  sql_is "select has_table_privilege('reader', 't', 'select')" t
  sql_is "select indexname from pg_indexes where tablename = 't' order by 1" $'t_a\nt_pkey'
  sql 'revoke all on t from reader; drop role reader'
}

@test "replace makes a table that is not there, and works without a key" {
  run --separate-stderr into --mode replace < <(rows '{"a":1}' '{"a":1}')
  status_is 0
  sql_is 'select count(*) from t' 2
  run --separate-stderr into --mode replace < <(rows '{"a":"text"}')
  status_is 0
  sql_is 'select a from t' 'text'
  run --separate-stderr nq-load --to "$PGURL" --table fresh --key id --mode replace < <(rows '{"id":1,"j":{}}')
  status_is 0
  run --separate-stderr nq-load --to "$PGURL" --table fresh --key id < <(rows '{"id":1,"j":{}}')
  counts_are "1 0 0 1 0 0 0"
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

@test "replace is never published from a cut stream, and does not lock the table while it comes in" {
  rows '{"id":1}' | into --key id
  run --separate-stderr into --key id --mode replace --require-end --batch 1 < <(rows '{"id":2}' '{"id":3}')
  status_is 1
  stdout_is ""
  sql_is 'select * from t' 1
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

@test "a replace that would take rows of other tables along is refused" {
  sql 'create table t(id int primary key); insert into t values(1); create table child(t int references t on delete cascade); insert into child values(1)'
  run --separate-stderr into --key id --mode replace < <(rows '{"id":1}')
  status_is 1
  stderr_has "refusing to replace table 't': 'child' refers to it ON DELETE CASCADE"
  sql_is 'select count(*) from child' 1
}

@test "--newer-by keeps a row from an older record, as instants and as numbers" {
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"new","at":"2026-05-16T10:00:00Z"}' '{"id":1,"v":"old","at":"2026-05-16T11:00:00+02:00"}')
  counts_are "2 1 0 0 0 1 0"
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"older","at":"2026-05-16T11:59:59.9+02:00"}' '{"id":2,"v":"n","at":"2026-05-16T11:59:59.9+02:00"}')
  counts_are "2 1 0 1 0 0 0"
  run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"same","at":"2026-05-16T12:00:00+02:00"}')
  counts_are "1 0 1 0 0 0 0"
  sql_is 'select v from t where id = 1' same
  sql "create table u(id int primary key, at timestamptz, n numeric); insert into u values(1, '2026-05-16T10:00:00Z', 10)"
  run --separate-stderr nq-load --to "$PGURL" --table u --key id --newer-by at < <(rows '{"id":1,"at":"2026-05-16T11:59:59+02:00","n":1}')
  counts_are "1 0 0 1 0 0 0"
  run --separate-stderr nq-load --to "$PGURL" --table u --key id --newer-by n < <(rows '{"id":1,"n":9}')
  counts_are "1 0 0 1 0 0 0"
  run --separate-stderr nq-load --to "$PGURL" --table u --key id --newer-by n --delete-if .gone < <(rows '{"id":1,"n":9,"gone":true}')
  counts_are "1 0 0 1 0 0 0"
  run --separate-stderr nq-load --to "$PGURL" --table u --key id --newer-by n --delete-if .gone < <(rows '{"id":1,"n":11,"gone":true}')
  counts_are "1 0 0 0 1 0 0"
}

@test "--delete-if deletes by key, and a record after a deletion begins anew" {
  rows '{"id":1,"a":1,"b":1}' '{"id":2,"a":2}' '{"id":3,"a":3}' | into --key id
  run --separate-stderr into --key id --delete-if .gone < <(rows '{"id":1,"gone":true}' '{"id":2,"gone":false}' '{"id":9,"gone":1}' '{"id":1,"a":7}' '{"id":3,"a":4}' '{"id":3,"gone":true}')
  status_is 0
  counts_are "6 1 1 1 2 1 0"
  sql_is 'select id,a,b from t order by id' $'1|7|\n2|2|'
}

@test "--meta marks the rows of a run, and _nq_loads records each load" {
  rows '{"id":1,"a":1}' '{"id":2,"a":1}' | into --key id --meta --run-id r1
  run --separate-stderr into --key id --meta --run-id r2 < <(rows '{"id":1,"a":1}' '{"id":2,"a":2}' '{"_nq":"end","records":2,"cursor_type":"numeric_id","watermark":"2"}')
  counts_are "2 0 1 1 0 0 0"
  sql_is "select id, _nq_run_id, _nq_loaded_at > now() - interval '1 minute' from t order by id" $'1|r1|t\n2|r2|t'
  sql_is 'select run_id, table_name, mode, records, inserted, updated, unchanged, watermark from _nq_loads order by started_at' $'r1|t|merge|2|2|0|0|\nr2|t|merge|2|0|1|1|2'
}

@test "--probe names the destination and creates nothing; --table takes a schema" {
  run --separate-stderr into --probe
  status_is 0
  stdout_is "{\"destination\":\"postgresql://127.0.0.1:$PG_PORT/nq#public.t\",\"table_exists\":false}"
  sql 'create schema if not exists app; drop table if exists app.t'
  run --separate-stderr nq-load --to "$PGURL" --table app.t --key id < <(rows '{"id":1}')
  status_is 0
  [ "$(jq -r .destination <<<"$output")" = "postgresql://127.0.0.1:$PG_PORT/nq#app.t" ]
  run --separate-stderr nq-load --to "$PGURL" --table app.t --probe
  [ "$(jq .table_exists <<<"$output")" = true ]
  run --separate-stderr nq-load --to "$PGURL" --table '"a.b"' --key id < <(rows '{"id":1}')
  status_is 0
  sql_is 'select * from public."a.b"' 1
  run --separate-stderr nq-load --to "$PGURL" --table a.b.c --key id </dev/null
  status_is 2
  stderr_has "write NAME or SCHEMA.NAME"
  run --separate-stderr nq-load --to "$PGURL" --table none.t --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has 'schema "none" does not exist'
}

# --- schema --------------------------------------------------------------------------------------

@test "integers widen to decimals and to text without losing digits, within one batch too" {
  rows '{"id":1,"v":9007199254740993}' '{"id":2,"v":7}' | into --key id
  rows '{"id":3,"v":0.25}' | into --key id
  [ "$(types t)" = $'id bigint\nv numeric' ]
  sql_is 'select id, v from t order by id' $'1|9007199254740993\n2|7\n3|0.25'
  rows '{"id":4,"v":"x"}' '{"id":5,"v":8.50}' '{"id":6,"v":true}' | into --key id
  sql_is 'select id, v from t order by id' $'1|9007199254740993\n2|7\n3|0.25\n4|x\n5|8.50\n6|true'
  rows '{"id":"seven","v":"y"}' '{"id":1,"v":"z"}' | into --key id
  sql_is "select id, v from t where id in ('1', 'seven') order by id" $'1|z\nseven|y'
  sql_is 'select count(*) from t' 7
  sql "create table f(id int primary key, r real, d double precision, b boolean); insert into f values(1, 0.1, 0.1, true)"
  nq-load --to "$PGURL" --table f --key id < <(rows '{"id":2,"r":0.30000000000000001,"d":1e300,"b":7}' '{"id":3,"r":1.5,"d":1e400}')
  sql_is 'select r, d = (case id when 1 then 0.1 when 2 then 1e300 else 1e400 end), b from f order by id' $'0.1|t|true\n0.30000000000000001|t|7\n1.5|t|'
}

@test "new members become columns; one that was only null waits for a value" {
  rows '{"id":1,"later":null}' | into --key id
  [ "$(types t)" = 'id bigint' ]
  run --separate-stderr into --key id < <(rows '{"id":1,"later":5}' '{"id":2,"more":"x"}')
  counts_are "2 1 1 0 0 0 0"
  sql_is 'select * from t order by id' $'1|5|\n2||x'
}

@test "an empty first load leaves an empty table, which then takes any key" {
  run --separate-stderr into --key id --require-end < <(rows '{"_nq":"end","records":0}')
  counts_are "0 0 0 0 0 0 0"
  run --separate-stderr into --key id --probe
  [ "$(jq .table_exists <<<"$output")" = true ]
  run --separate-stderr into --key id < <(rows '{"id":5,"a":1}')
  counts_are "1 1 0 0 0 0 0"
  [ "$(types t)" = $'id bigint\na bigint' ]
}

@test "a column that a view uses is not widened: status 1, nothing changed" {
  rows '{"id":1,"n":1}' | into --key id
  sql 'create view v as select n from t'
  run --separate-stderr into --key id < <(rows '{"id":1,"n":"x"}')
  status_is 1
  stdout_is ""
  stderr_has "batch 1: cannot make column 'n' of table 't' text: cannot alter type of a column used by a view or rule"
  sql_is 'select * from t' '1|1'
}

@test "names in camel case, reserved words and quotes are quoted and stable (S33)" {
  rows '{"supplierId":1,"select":"a","Order By":"b","x\"y":"c","rowid":"e","c0":"f"}' >in
  run --separate-stderr nq-load --to "$PGURL" --table 'group "by"; drop' --key supplierId <in
  status_is 0
  run --separate-stderr nq-load --to "$PGURL" --table 'group "by"; drop' --key supplierId <in
  counts_are "1 0 0 1 0 0 0"
  [ "$(types '"group ""by""; drop"' | sed 's/ [a-z]*$//')" = $'supplierId\nselect\nOrder By\nx"y\nrowid\nc0' ]
}

@test "a member meets a column that differs in case only; two such members are an error" {
  sql 'create table t(supplier_id int primary key, name text)'
  run --separate-stderr into --key Supplier_ID < <(rows '{"Supplier_ID":1,"Name":"a"}')
  status_is 0
  sql_is 'select * from t' '1|a'
  run --separate-stderr into --key Supplier_ID < <(rows '{"Supplier_ID":1,"Name":"a"}' '{"Supplier_ID":2,"name":"b"}')
  status_is 1
  stderr_has "line 2: the members 'Name' and 'name' fold to one column: rename one of them"
}

@test "a name beyond 63 bytes is an error, never cut" {
  local long
  long=$(printf 'é%.0s' {1..32})
  run --separate-stderr into --key id < <(rows "{\"id\":1,\"$long\":1}")
  status_is 1
  stderr_has "the name of the column '$long' has 64 bytes, and PostgreSQL takes 63: rename it (nq-map)"
  run --separate-stderr into --key id < <(rows "{\"id\":1,\"${long%é}a\":1}")
  status_is 0
  run --separate-stderr nq-load --to "$PGURL" --table "$long" --key id </dev/null
  status_is 2
}

@test "--column gives a new column its type" {
  rows '{"zip":"1","id":1}' | into --key id --column zip:text --column amount:decimal --column flag:boolean --column doc:json
  [ "$(types t | sort)" = $'amount numeric\ndoc json\nflag boolean\nid bigint\nzip text' ]
  run --separate-stderr into --key id < <(rows '{"id":2,"zip":1234,"doc":"text"}')
  sql_is 'select zip, doc from t where id = 2' '1234|"text"'
}

@test "--schema-contract: freeze, discard_row, discard_value" {
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
  run --separate-stderr nq-load --to "$PGURL" --table none --key id --schema-contract freeze < <(rows '{"id":1}')
  status_is 1
  stderr_has "there is no table 'none'"
}

@test "a key without a unique index, a key that is no column, and a view are told" {
  sql "create table t(a int, b int); create view v as select 1 as id; create unique index on t(b) where a > 0"
  run --separate-stderr into --key a < <(rows '{"a":1}')
  status_is 1
  stderr_has "table 't' has no primary key or unique index on (\"a\"): create one"
  run --separate-stderr into --key b < <(rows '{"b":1}')
  status_is 1
  run --separate-stderr into --key c < <(rows '{"c":1}')
  status_is 1
  stderr_has "table 't' has no column 'c' (--key)"
  run --separate-stderr nq-load --to "$PGURL" --table v --key id < <(rows '{"id":1}')
  status_is 1
  stderr_has "'v' is a view, not a table"
}

@test "100 records of 20 to 300 members fit (O06)" {
  wide_records >wide
  run --separate-stderr into --key id <wide
  counts_are "100 100 0 0 0 0 0"
  run --separate-stderr into --key id <wide
  counts_are "100 0 0 100 0 0 0"
  sql_is 'select sum(c219), sum(c0) from t' '100|5050'
}

# --- refused rows --------------------------------------------------------------------------------

@test "of a refused batch only the bad rows are rejected, each with the reason" {
  sql "create table t(id int primary key, at timestamptz, amount numeric(8,2), who varchar(3), check(id <> 7))"
  {
    for i in {1..40}; do rows "{\"id\":$i,\"at\":\"2026-05-16\",\"amount\":1.50,\"who\":\"abc\"}"; done
    rows '{"id":41,"at":"soon"}' '{"id":42,"amount":1.005}' '{"id":43,"who":"four"}' '{"id":3000000000}' '{"id":44,"who":"ok"}' '{"id":45,"who":"a\u0000"}' '{"id":44,"who":"bad4"}'
  } >in
  run --separate-stderr into --key id --rejects r --max-rejects 99 <in
  status_is 3
  counts_are "47 40 0 0 0 0 7"
  [ "$(jq -r '"\(.line) \(.error)"' r | sort -n)" = "7 the table refuses it: new row for relation \"t\" violates check constraint \"t_id_check\" (SQLSTATE 23514)
41 the table refuses it: invalid input syntax for type timestamp with time zone: \"soon\" (SQLSTATE 22007)
42 column 'amount' (numeric(8,2)) would round it
43 the table refuses it: value too long for type character varying(3) (SQLSTATE 22001)
44 the table refuses it: value \"3000000000\" is out of range for type integer (SQLSTATE 22003)
46 member 'who' holds a NUL, which PostgreSQL cannot store
47 the table refuses it: value too long for type character varying(3) (SQLSTATE 22001)" ]
  sql_is 'select count(*), max(id) from t' '40|44'
}

@test "a trigger that refuses, and one that changes, are obeyed and counted right" {
  sql "create table t(id int primary key, a text);
    create function f() returns trigger language plpgsql as 'begin if new.a = ''bad'' then raise exception ''not this one''; end if; new.a := upper(new.a); return new; end';
    create trigger tr before insert or update on t for each row execute function f()"
  run --separate-stderr into --key id --rejects r --max-rejects 9 < <(rows '{"id":1,"a":"x"}' '{"id":2,"a":"bad"}' '{"id":3,"a":"z"}')
  counts_are "3 2 0 0 0 0 1"
  [ "$(jq -r .error r)" = "the table refuses it: not this one (SQLSTATE P0001)" ]
  run --separate-stderr into --key id < <(rows '{"id":1,"a":"X"}' '{"id":4,"a":"new"}')
  counts_are "2 1 0 1 0 0 0"
  sql_is 'select * from t order by id' $'1|X\n3|Z\n4|NEW'
}

# --- values --------------------------------------------------------------------------------------

@test "the table of values comes back equal, or is refused with the reason" {
  local big
  big=$(head -c 1000000 /dev/zero | tr '\0' x)
  rows '{"id":"mz","v":-0}' '{"id":"p53","v":9007199254740993}' '{"id":"m53","v":-9007199254740993}' \
    '{"id":"max","v":9223372036854775807}' '{"id":"min","v":-9223372036854775808}' '{"id":"over","v":9223372036854775808}' \
    '{"id":"under","v":-9223372036854775809}' '{"id":"e30","v":1000000000000000000000000000000}' '{"id":"tenth","v":0.1}' \
    '{"id":"long","v":0.1000000000000000055511151231257827}' '{"id":"huge","v":1e400}' '{"id":"tiny","v":1e-400}' '{"id":"money","v":12345678901.20}' '{"id":"null","v":null}' >numbers
  run --separate-stderr into --key id <numbers
  status_is 0
  counts_are "14 14 0 0 0 0 0"
  sql_is "select id, v from t where id not in ('huge', 'tiny') order by 1" 'e30|1000000000000000000000000000000
long|0.1000000000000000055511151231257827
m53|-9007199254740993
max|9223372036854775807
min|-9223372036854775808
money|12345678901.20
mz|0
null|
over|9223372036854775808
p53|9007199254740993
tenth|0.1
under|-9223372036854775809'
  sql_is "select bool_and(v = case id when 'huge' then 1e400 else 1e-400 end) from t where id in ('huge', 'tiny')" t
  rows '{"id":"empty","w":""}' '{"id":"esc","w":"a\tb\\c\nd\\N\re"}' '{"id":"emoji","w":"\ud83d\ude00é"}' "{\"id\":\"mb\",\"w\":\"$big\"}" '{"id":"num","w":"007"}' '{"id":"nul","w":"a\u0000b"}' >texts
  run --separate-stderr into --key id --rejects r --max-rejects 1 <texts
  status_is 3
  [ "$(jq -r '.error' r)" = "member 'w' holds a NUL, which PostgreSQL cannot store" ]
  sql_is "select id, octet_length(w), case id when 'mb' then md5(w) else encode(convert_to(w, 'UTF8'), 'hex') end from t where w is not null order by 1" "emoji|6|f09f9880c3a9
empty|0|
esc|11|6109625c630a645c4e0d65
mb|1000000|$(printf '%s' "$big" | md5sum | cut -d' ' -f1)
num|3|303037"
  rows '{"id":"nested","j":{"a":[1.10,{"b":null}],"z":1,"a2":1E400}}' '{"id":"lone","j":["\ud800","\u0000"]}' '{"id":"yes","b":true}' '{"id":"no","b":false}' >others
  run --separate-stderr into --key id <others
  status_is 0
  sql_is "select id, j, b from t where id in ('nested', 'lone', 'yes', 'no') order by 1" 'lone|["\ud800","\u0000"]|
nested|{"a":[1.10,{"b":null}],"z":1,"a2":1E400}|
no||f
yes||t'
  local file
  for file in numbers texts others; do
    run --separate-stderr into --key id --rejects r --max-rejects 1 <$file
    [ "$(jq -c '[.inserted,.updated]' <<<"$output")" = '[0,0]' ]
  done
  run --separate-stderr into --key id --rejects r --max-rejects 9 < <(rows '{"id":"big","v":1e200000}' '{"id":"small","v":1e-20000}')
  status_is 3
  [ "$(jq -r .rejected <<<"$output")" = 2 ]
}

@test "texts of all kinds stay what they are, a NUL is refused (S31)" {
  run --separate-stderr into --key id --rejects r --max-rejects 1 < <(rows '{"id":1,"v":"Δοκιμή 中文 français"}' '{"id":2,"v":"\" \\ \/ \n"}' '{"id":3,"v":"\u006D\u0101\u0199"}' '{"id":4,"v":"\\u0000"}' '{"id":5,"v":"\u0000"}')
  status_is 3
  [ "$(jq -r '"\(.line) \(.error)"' r)" = "5 member 'v' holds a NUL, which PostgreSQL cannot store" ]
  sql_is "select encode(convert_to(v, 'UTF8'), 'hex') from t where id in (2, 4) order by id" $'22205c202f200a\n5c7530303030'
  sql_is "select v from t where id in (1, 3) order by id" $'Δοκιμή 中文 français\nmāƙ'
}

@test "a nested object without declared members is kept whole as JSON (S37)" {
  rows '{"id":1,"object_store":{"id":1,"metric":1}}' | into --key id
  sql_is "select object_store, object_store->>'metric' from t" '{"id":1,"metric":1}|1'
}

@test "the receipt counts after the last mark, and state is never ahead of the rows (S35)" {
  run --separate-stderr into --key id --batch 1 --require-end < <(rows '{"id":1}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"9"}' '{"id":2}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"10"}')
  status_is 0
  [ "$(jq -r .watermark <<<"$output")" = 10 ]
  sql_is 'select count(*) from t' 2
}

@test "json, jsonb, dates and other types of somebody's table take what they can" {
  sql "create table t(id int primary key, j jsonb, d date, ts timestamptz, u uuid, e inet, a text[])"
  run --separate-stderr into --key id --rejects r --max-rejects 9 < <(rows '{"id":1,"j":{"b":1,"a":1.10},"d":"2026-05-16","ts":"2026-05-16T10:00:00+02:00","u":"AAAAAAAA-0000-0000-0000-000000000001","e":"10.0.0.1"}' '{"id":2,"a":[1]}' '{"id":3,"j":"\u0000"}' '{"id":4,"j":"x"}')
  status_is 3
  counts_are "4 2 0 0 0 0 2"
  sql_is "select id, j, d, ts at time zone 'utc', u, e from t order by id" '1|{"a": 1.10, "b": 1}|2026-05-16|2026-05-16 08:00:00|aaaaaaaa-0000-0000-0000-000000000001|10.0.0.1
4|"x"||||'
  run --separate-stderr into --key id < <(rows '{"id":1,"j":{"a":1.10,"b":1},"ts":"2026-05-16T08:00:00Z"}')
  counts_are "1 0 0 1 0 0 0"
}
