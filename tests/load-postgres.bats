#!/usr/bin/env bats
# nq-load into PostgreSQL: what is its own; what all databases promise is in load-alike.bats and load-alike-values.bats.

load helper
load load-common
load postgres
load load-postgres-common

# --- creating, merging ---------------------------------------------------------------------------

@test "a new row gets the defaults of the columns that its record leaves out" {
  sql "create table t(id integer primary key, a text default 'A', b text default 'B', n serial)"
  run --separate-stderr into --key id < <(rows '{"id":1,"a":"x"}' '{"id":2,"b":"y"}' '{"id":3}' '{"id":4,"a":null,"b":null,"n":77}')
  counts_are "4 4 0 0 0 0 0"
  sql_is "select id, a, b, n = 77 from t order by id" $'1|x|B|f\n2|A|y|f\n3|A|B|f\n4|||t'
}

@test "keys that only the server takes for one keep the order of their records" {
  sql 'create table t(id uuid primary key, v int)'
  run --separate-stderr into --key id < <(rows '{"id":"AAAAAAAA-0000-0000-0000-000000000001","v":1}' '{"id":"aaaaaaaa-0000-0000-0000-000000000001","v":2}' '{"id":"bbbbbbbb-0000-0000-0000-000000000001","v":3}')
  counts_are "3 2 1 0 0 0 0"
  sql_is 'select v from t order by id' $'2\n3'
}

# --- modes ---------------------------------------------------------------------------------------

@test "replace publishes the new rows and keeps views, indexes, grants, triggers and defaults" {
  sql "create table t(id int primary key, a text, made text default 'd', gen int generated always as (id * 2) stored, k int generated always as identity (start 10)); insert into t(id, a) values(1,'x'),(2,'y');
    create index t_a on t(a); create view v as select a from t; create table log(x int); create function f() returns trigger language plpgsql as 'begin insert into log values(new.id); return new; end';
    create trigger tr after insert on t for each row execute function f(); drop role if exists reader; create role reader; grant select on t to reader"
  run --separate-stderr into --key id --mode replace --batch 1 < <(rows '{"id":2,"a":"z"}' '{"id":3,"b":1}' '{"id":2,"a":"zz"}')
  status_is 0
  counts_are "3 2 0 0 0 1 0"
  sql_is 'select id, a, made, gen, k > 10, b from t order by id' $'2|zz|d|4|t|\n3||d|6|t|1'
  sql_is 'select count(*), max(a) from v' '2|zz'
  sql_is 'select count(*) from log' 2
  sql_is "select has_table_privilege('reader', 't', 'select')" t
  sql_is "select indexname from pg_indexes where tablename = 't' order by 1" $'t_a\nt_pkey'
  sql 'revoke all on t from reader; drop role reader'
}

@test "a replace that would take rows of other tables along is refused" {
  sql 'create table t(id int primary key); insert into t values(1); create table child(t int references t on delete cascade); insert into child values(1)'
  run --separate-stderr into --key id --mode replace < <(rows '{"id":1}')
  status_is 1
  stderr_has "refusing to replace table 't': 'child' refers to it ON DELETE CASCADE"
  sql_is 'select count(*) from child' 1
}

@test "--newer-by looks at a timestamptz as an instant, and at a numeric as a number" {
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

@test "--table takes a schema, and a part with a dot in it in double quotes; postgres:// is the same" {
  sql 'create schema if not exists app; drop table if exists app.t'
  run --separate-stderr nq-load --to "$PGURL" --table app.t --key id < <(rows '{"id":1}')
  status_is 0
  [ "$(jq -r .destination <<<"$output")" = "postgresql://127.0.0.1:$PG_PORT/nq#app.t" ]
  run --separate-stderr nq-load --to "postgres${PGURL#postgresql}" --table app.t --key id < <(rows '{"id":1}')
  counts_are "1 0 0 1 0 0 0"
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

@test "real, double precision and boolean widen to what keeps all digits" {
  sql "create table f(id int primary key, r real, d double precision, b boolean); insert into f values(1, 0.1, 0.1, true), (4, 0.1, 0.1::float8 + 0.2::float8, true)"
  nq-load --to "$PGURL" --table f --key id < <(rows '{"id":2,"r":0.30000000000000001,"d":1e300,"b":7}' '{"id":3,"r":1.5,"d":1e400}')
  sql_is 'select r, d = (case id when 1 then 0.1 when 2 then 1e300 when 3 then 1e400 else 0.30000000000000004 end), b from f order by id' $'0.1|t|true\n0.30000000000000001|t|7\n1.5|t|\n0.1|t|true'
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
  rows '{"id":"nested","j":{"a":[1.10,{"b":null}],"z":1,"a2":1E400}}' '{"id":"lone","j":["\ud800","\u0000"]}' '{"id":"yes","b":true}' '{"id":"no","b":false}' >others
  run --separate-stderr into --key id <others
  status_is 0
  rows '{"id":"text","j":"a\u0000b"}' | into --key id
  sql_is "select id, j, b from t where id in ('nested', 'lone', 'text', 'yes', 'no') order by 1" 'lone|["\ud800","\u0000"]|
nested|{"a":[1.10,{"b":null}],"z":1,"a2":1E400}|
no||f
text|"a\u0000b"|
yes||t'
  local file
  for file in numbers others; do
    run --separate-stderr into --key id <$file
    [ "$(jq -c '[.inserted,.updated]' <<<"$output")" = '[0,0]' ]
  done
  run --separate-stderr into --key id --rejects r --max-rejects 9 < <(rows '{"id":"big","v":1e200000}' '{"id":"small","v":1e-20000}')
  status_is 3
  [ "$(jq -r .rejected <<<"$output")" = 2 ]
}

@test "json, jsonb, dates and other types of somebody's table take what they can" {
  sql "create table t(id int primary key, j jsonb, d date, ts timestamptz, u uuid, e inet, a text[], naive timestamp, p point)"
  run --separate-stderr into --key id --rejects r --max-rejects 9 < <(rows '{"id":1,"j":{"b":1,"a":1.10},"d":"2026-05-16","ts":"2026-05-16T10:00:00+02:00","naive":"2026-05-16T10:00:00+02:00","u":"AAAAAAAA-0000-0000-0000-000000000001","e":"10.0.0.1"}' '{"id":2,"a":[1]}' '{"id":3,"j":"\u0000"}' '{"id":4,"j":"x"}')
  status_is 3
  counts_are "4 2 0 0 0 0 2"
  sql_is "select id, j, d, ts at time zone 'utc', naive, u, e from t order by id" '1|{"a": 1.10, "b": 1}|2026-05-16|2026-05-16 08:00:00|2026-05-16 10:00:00|aaaaaaaa-0000-0000-0000-000000000001|10.0.0.1
4|"x"|||||'
  run --separate-stderr into --key id < <(rows '{"id":1,"j":{"a":1.10,"b":1},"ts":"2026-05-16T08:00:00Z"}')
  counts_are "1 0 0 1 0 0 0"
  # A type that has no equality.
  run --separate-stderr into --key id < <(rows '{"id":1,"p":"(1,2)"}' '{"id":1,"p":"(1, 2)"}')
  counts_are "2 0 1 0 0 1 0"
  run --separate-stderr into --key id < <(rows '{"id":1,"p":"(1,2)"}')
  counts_are "1 0 0 1 0 0 0"
  # Equal to the server, but with another number of digits.
  run --separate-stderr into --key id < <(rows '{"id":1,"j":{"a":1.100,"b":1}}')
  counts_are "1 0 1 0 0 0 0"
}
