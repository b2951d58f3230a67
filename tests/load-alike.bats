#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # run sets status and output for the functions of the same test
# nq-load: what is the same in every database: rows, keys, modes, refusals, ends. load-alike-values.bats has values,
# types and names; load.bats, load-postgres.bats and load-duckdb.bats what is one database's own.

load helper
load load-common
load postgres
load load-databases

# --- merging -------------------------------------------------------------------------------------

@test "inserted, updated and unchanged are told apart in every database" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"a":"x","b":1,"j":{"k":1}}' '{"id":2,"a":"y"}' '{"id":3,"a":"z"}' | into --key id
    run --separate-stderr into --key id < <(rows '{"id":1,"a":"x","j":{"k":1}}' '{"id":2,"a":"Y"}' '{"id":4,"a":null}' '{"id":3}')
    counts_are "4 1 1 2 0 0 0"
    sql_is 'select * from t order by id' $'1|x|1|{"k":1}\n2|Y||\n3|z||\n4|||'
    run --separate-stderr into --key id < <(rows '{"id":1,"j":{"k":2}}' '{"id":2,"a":null}' '{"id":5,"a":"n"}')
    counts_are "3 1 2 0 0 0 0"
    sql_is 'select * from t order by id' $'1|x|1|{"k":2}\n2|||\n3|z||\n4|||\n5|n||'
  done
}

@test "absent is not null: only the members present are updated (S29)" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"optional":"a"}' '{"id":2}' '{"id":3,"optional":"c"}' '{"id":4}' | into --key id
    run --separate-stderr into --key id < <(rows '{"id":1}' '{"id":3,"optional":null}' '{"id":4,"optional":"d"}')
    counts_are "3 0 2 1 0 0 0"
    sql_is "select id, coalesce(optional, 'NULL') from t order by id" $'1|a\n2|NULL\n3|NULL\n4|d'
  done
}

@test "a NOT NULL column that a record leaves out stays, and a new key without it is rejected (O06)" {
  local -A why=([sqlite]='NOT NULL constraint failed: t.name' [duckdb]='NOT NULL constraint failed: t.name'
    [postgres]='null value in column "name" of relation "t" violates not-null constraint (SQLSTATE 23502)')
  for NAME in "${DATABASES[@]}"; do
    fresh
    sql "create table t(id integer primary key, name text not null, x text)" "insert into t values(1,'one','a')"
    run --separate-stderr into --key id --rejects r --max-rejects 1 < <(rows '{"id":1,"x":"b"}' '{"id":1,"x":"b"}' '{"id":2,"x":"c"}' '{"id":3,"name":"three"}')
    status_is 3
    counts_are "4 1 1 0 0 1 1"
    sql_is 'select * from t order by id' $'1|one|b\n3|three|'
    [ "$(jq -r '"\(.line) \(.error) \(.record)"' r)" = "3 the table refuses it: ${why[$NAME]} {\"id\":2,\"x\":\"c\"}" ]
    run --separate-stderr into --key id < <(rows '{"id":1,"x":"b"}')
    counts_are "1 0 0 1 0 0 0"
  done
}

@test "a new row gets the defaults of the columns that its record leaves out" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    sql "create table t(id integer primary key, a varchar(9) default 'A', b varchar(9) default 'B')"
    run --separate-stderr into --key id < <(rows '{"id":1,"a":"x"}' '{"id":2,"b":"y"}' '{"id":3}' '{"id":4,"a":null,"b":null}')
    counts_are "4 4 0 0 0 0 0"
    sql_is 'select * from t order by id' $'1|x|B\n2|A|y\n3|A|B\n4||'
  done
}

@test "the same key again in a batch is folded, and over several batches gives the same table (S27)" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id < <(rows '{"id":1,"metric":1}' '{"id":2,"metric":2}' '{"id":1,"metric":10}' '{"id":2,"metric":20}' '{"id":1,"metric":100}' '{"id":1,"other":5}')
    counts_are "6 2 0 0 0 4 0"
    sql_is 'select * from t order by id' $'1|100|5\n2|20|'
    run --separate-stderr into --key id --batch 1 < <(rows '{"id":1,"metric":1}' '{"id":2,"metric":20}' '{"id":1,"metric":10}' '{"id":1,"other":6}')
    counts_are "4 0 3 1 0 0 0"
    [ "$(jq .batches <<<"$output")" = 4 ]
    sql_is 'select * from t order by id' $'1|10|6\n2|20|'
  done
}

@test "keys of equal value are one key: 7, 7.0 and 70e-1" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id < <(rows '{"id":7,"a":1}' '{"id":7.0,"b":2}' '{"id":70e-1,"c":3}')
    counts_are "3 1 0 0 0 2 0"
    sql_is 'select a, b, c from t' '1|2|3'
    run --separate-stderr into --key id < <(rows '{"id":7.00,"a":4}')
    counts_are "1 0 1 0 0 0 0"
  done
}

@test "a change that only the collation of its column does not see is one" {
  local -A ci=([sqlite]='text collate nocase' [duckdb]='varchar collate nocase' [postgres]='text collate ci')
  for NAME in "${DATABASES[@]}"; do
    fresh
    [ "$NAME" != postgres ] || sql "create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
    sql "create table t(id integer primary key, a ${ci[$NAME]})" "insert into t values (1, 'abc')"
    run --separate-stderr into --key id < <(rows '{"id":1,"a":"ABC"}')
    counts_are "1 0 1 0 0 0 0"
    sql_is 'select a from t' ABC
  done
}

@test "composite keys" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key org,id < <(rows '{"org":"a","id":1,"v":1}' '{"org":"b","id":1,"v":2}' '{"org":"a","id":1,"v":3}' '{"org":"a:1","id":1,"v":4}')
    counts_are "4 3 0 0 0 1 0"
    run --separate-stderr into --key org --key id < <(rows '{"id":1,"org":"b","v":9}')
    counts_are "1 0 1 0 0 0 0"
    sql_is 'select * from t order by org' $'a|1|3\na:1|1|4\nb|1|9'
  done
}

@test "--newer-by keeps a row from an older record, as instants and as numbers, in a batch and between" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"new","at":"2026-05-16T10:00:00Z"}' '{"id":1,"v":"old","at":"2026-05-16T11:00:00+02:00"}')
    counts_are "2 1 0 0 0 1 0"
    run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"older","at":"2026-05-16T11:59:59.9+02:00"}' '{"id":2,"v":"n","at":"2026-05-16T11:59:59.9+02:00"}')
    counts_are "2 1 0 1 0 0 0"
    run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"same","at":"2026-05-16T12:00:00+02:00"}')
    counts_are "1 0 1 0 0 0 0"
    sql_is 'select v from t where id = 1' same
    run --separate-stderr into --key id --newer-by at --delete-if .gone < <(rows '{"id":1,"gone":true,"at":"2026-05-16T09:00:00Z"}')
    counts_are "1 0 0 1 0 0 0"
    run --separate-stderr into --key id --newer-by at --delete-if .gone < <(rows '{"id":1,"gone":true,"at":"2026-05-16T10:00:00Z"}')
    counts_are "1 0 0 0 1 0 0"
    run --separate-stderr into --key id --newer-by n < <(rows '{"id":2,"n":10}' '{"id":2,"n":9,"v":"old"}')
    counts_are "2 0 1 0 0 1 0"
    run --separate-stderr into --key id --newer-by n < <(rows '{"id":2,"n":9,"v":"old"}')
    counts_are "1 0 0 1 0 0 0"
    run --separate-stderr into --key id --newer-by at < <(rows '{"id":1,"v":"none"}')
    status_is 1
    stderr_has "member 'at' is missing (--newer-by)"
  done
}

@test "--delete-if deletes by key, and a record after a deletion begins anew" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"a":1,"b":1}' '{"id":2,"a":2}' '{"id":3,"a":3}' | into --key id
    run --separate-stderr into --key id --delete-if .gone < <(rows '{"id":1,"gone":true,"why":"sold"}' '{"id":2,"gone":false}' '{"id":9,"gone":1}' '{"id":1,"a":7}' '{"id":3,"a":4}' '{"id":3,"gone":true}')
    status_is 0
    counts_are "6 1 1 1 2 1 0"
    sql_is 'select id,a,b from t order by id' $'1|7|\n2|2|'
    # What only came with a deletion makes no column.
    run ! sql 'select why from t'
  done
}

# --- the other modes -----------------------------------------------------------------------------

@test "append adds every record and is one transaction a run" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"a":1}' '{"a":1}' | into --mode append
    run --separate-stderr into --mode append --batch 1 < <(rows '{"a":2}' '{"a":3}' 'broken')
    status_is 1
    stdout_is ""
    stderr_has "line 3: byte 1: not JSON"
    sql_is 'select count(*) from t' 2
    run --separate-stderr into --mode append --batch 1 < <(rows '{"a":2}' '{"b":"x"}' '{"a":"four"}')
    counts_are "3 3 0 0 0 0 0"
    sql_is 'select a from t where b is null order by a' $'1\n1\n2\nfour'
    sql_is 'select a, b from t where b is not null' '|x'
  done
}

@test "insert leaves known keys alone, in a batch the first one counts" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"a":"old"}' | into --key id
    run --separate-stderr into --key id --mode insert < <(rows '{"id":1,"a":"new"}' '{"id":2,"a":"new"}' '{"id":2,"a":"newer"}')
    counts_are "3 1 0 2 0 0 0"
    sql_is 'select * from t order by id' $'1|old\n2|new'
    sql "create unique index ua on t(a)"
    run --separate-stderr into --key id --mode insert < <(rows '{"id":1,"a":"x"}' '{"id":3,"a":"third"}' '{"id":3,"a":"other"}')
    counts_are "3 1 0 2 0 0 0"
    sql_is 'select a from t where id = 3' 'third'
  done
}

@test "replace publishes the new rows and keeps keys, indexes and views" {
  local -A indexes=([sqlite]="select name from sqlite_schema where type = 'index' and sql is not null"
    [postgres]="select indexname from pg_indexes where tablename = 't' and indexname <> 't_pkey'"
    [duckdb]='select index_name from duckdb_indexes()')
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"a":"x"}' '{"id":2,"a":"y"}' | into --key id
    sql "create index t_a on t(a)" "create view v as select a from t"
    run --separate-stderr into --key id --mode replace --batch 1 < <(rows '{"id":2,"a":"z"}' '{"id":3,"b":1}' '{"id":2,"a":"zz"}')
    status_is 0
    counts_are "3 2 0 0 0 1 0"
    sql_is 'select * from t order by id' $'2|zz|\n3||1'
    sql_is 'select count(*), max(a) from v' '2|zz'
    sql_is "${indexes[$NAME]}" t_a
    run ! sql 'insert into t(id) values(2)'
  done
}

@test "replace makes a table that is not there, widens one that is, and works without a key" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --mode replace < <(rows '{"a":1}' '{"a":1}')
    status_is 0
    sql_is 'select count(*) from t' 2
    run --separate-stderr into --mode replace < <(rows '{"a":"text"}')
    status_is 0
    sql_is 'select a from t' 'text'
    run --separate-stderr nq-load --to "$DEST" --table made --key id --mode replace < <(rows '{"id":1,"j":{}}')
    status_is 0
    run --separate-stderr nq-load --to "$DEST" --table made --key id < <(rows '{"id":1,"j":{}}')
    counts_are "1 0 0 1 0 0 0"
  done
}

@test "an empty replace is refused unless --allow-empty" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1}' | into --key id
    run --separate-stderr into --key id --mode replace </dev/null
    status_is 1
    stdout_is ""
    stderr_has "refusing to replace table 't' by nothing (--allow-empty allows it)"
    run --separate-stderr into --key id --mode replace --batch 1 --delete-if .gone < <(rows '{"id":2}' '{"id":2,"gone":true}')
    status_is 1
    stderr_has "refusing to replace table 't' by nothing (--allow-empty allows it)"
    sql_is 'select * from t' 1
    run --separate-stderr into --key id --mode replace --allow-empty </dev/null
    status_is 0
    sql_is 'select count(*) from t' 0
  done
}

@test "replace is never published from a cut stream" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1}' | into --key id
    run --separate-stderr into --key id --mode replace --require-end --batch 1 < <(rows '{"id":2}' '{"id":3}')
    status_is 1
    stdout_is ""
    stderr_has "no end mark"
    run --separate-stderr into --key id --mode replace --require-end < <(rows '{"id":2}' '{"_nq":"end","records":2}')
    status_is 1
    run --separate-stderr into --key id --mode replace --require-end < <(rows '{"id":2}' '{"_nq":"end","records":1}' '{"id":3}')
    status_is 1
    sql_is 'select * from t' 1
    run --separate-stderr into --key id --mode replace --require-end < <(rows '{"id":2}' '{"_nq":"end","records":1}')
    status_is 0
    sql_is 'select * from t' 2
  done
}

@test "the unique keys of the table and that of --key hold in a replace over all batches" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    sql 'create table t(id integer primary key, a integer, b integer)' 'create unique index b on t(b)'
    run --separate-stderr into --key a --mode replace --batch 1 < <(rows '{"a":1,"id":1}' '{"a":1,"id":2}' '{"a":2,"id":3,"b":7}')
    status_is 0
    counts_are "3 2 0 0 0 1 0"
    sql_is 'select * from t order by id' $'2|1|\n3|2|7'
    run --separate-stderr into --key a --mode replace --rejects r --max-rejects 2 < <(rows '{"a":1,"id":1,"b":7}' '{"a":2,"id":2,"b":7}' '{"a":3,"id":1}')
    status_is 3
    [ "$(jq .line r | sort)" = $'2\n3' ]
    sql_is 'select * from t' '1|1|7'
  done
}

@test "replace is not published when more is rejected than --max-rejects allows" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1}' | into --key id
    run --separate-stderr into --key id --mode replace --rejects r --max-rejects 49% < <(rows '{"id":2}' '{"a":1}')
    status_is 1
    stderr_has "1 of 2 records rejected, more than 49%"
    sql_is 'select * from t' 1
  done
}

# DuckDB lets no other process in.
@test "a replace does not lock the database while its stream comes in" {
  for NAME in sqlite postgres; do
    fresh
    rows '{"id":1}' | into --key id
    rm -f in err
    mkfifo in
    into -v --key id --mode replace --batch 1 <in >out 2>err 3>&- &
    local pid=$!
    exec 9>in
    rows '{"id":2}' '{"id":3}' >&9
    until_true 10 grep -qs 'batch 2: 1 record' err
    sql 'insert into t values(9)'
    exec 9>&-
    wait "$pid"
    sql_is 'select * from t order by id' $'2\n3'
  done
}

@test "the constraints of the table judge each row of a replace" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    sql "create table t(id integer primary key, n text not null, check(n <> 'bad'))" "insert into t values (1, 'one')"
    run --separate-stderr into --key id --mode replace --rejects r --max-rejects 2 < <(rows '{"id":1,"n":"a"}' '{"id":2,"n":"bad"}' '{"id":3}')
    status_is 3
    counts_are "3 1 0 0 0 0 2"
    sql_is 'select * from t' '1|a'
  done
}

# --- refusals ------------------------------------------------------------------------------------

@test "a record without its key, or with null for it, is rejected with its line" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id --rejects r --max-rejects 3 < <(rows '{"id":1}' '{"a":2}' '{"id":null}' '{"id":{"x":1}}')
    status_is 3
    counts_are "4 1 0 0 0 0 3"
    [ "$(jq -r '"\(.line) \(.error)"' r)" = "2 member 'id' is missing, and it is a key
3 member 'id' is null, and it is a key
4 member 'id' is an object or array, and cannot be a key" ]
  done
}

@test "without --max-rejects the first rejected record ends the load and nothing of its batch is in" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"a":1}' | into --key id
    run --separate-stderr into --key id < <(rows '{"id":1,"a":2}' '{"a":2}')
    status_is 1
    stdout_is ""
    stderr_has "line 2: member 'id' is missing, and it is a key"
    sql_is 'select * from t' '1|1'
  done
}

@test "the bad rows of a batch are rejected and no others, wherever they stand" {
  {
    for i in {1..200}; do echo "{\"id\":$i,\"n\":$((i % 50 == 0 ? 100 : 1)),\"u\":\"u$((i == 77 ? 76 : i))\"}"; done
    rows '{"id":1,"n":2}' '{"id":1,"n":500}'
  } >in
  for NAME in "${DATABASES[@]}"; do
    fresh
    sql "create table t(id integer primary key, n integer check (n < 100), u varchar(20) unique, d integer default 7)"
    run --separate-stderr into --key id --batch 150 --rejects r --max-rejects 9 <in
    status_is 3
    counts_are "202 195 1 0 0 0 6"
    [ "$(jq -c .line r | sort -n | tr '\n' ' ')" = "50 77 100 150 200 202 " ]
    sql_is 'select count(*), sum(n), sum(d) from t' '195|196|1365'
  done
}

@test "records without any value are rejected, and a first batch of them waits with the table" {
  local mode
  for NAME in "${DATABASES[@]}"; do
    for mode in append replace; do
      fresh
      run --separate-stderr into --mode $mode --batch 1 --rejects r --max-rejects 9 < <(rows '{"a":null}' '{"a":null,"b":null}' '{"a":1}' '{"b":"x"}' '{"c":null}' '{"a":null}')
      status_is 3
      counts_are '6 3 0 0 0 0 3'
      [ "$(jq -r '"\(.line) \(.error)"' r)" = '1 the record has no member with a value
2 the record has no member with a value
5 the record has no member with a value' ]
      [ "$(sql 'select a, b from t' | LC_ALL=C sort)" = $'1|\n|\n|x' ]
    done
  done
}

@test "a stream without any value makes no table, and says so" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --mode append --max-rejects 1 --rejects r < <(rows '{"a":null}')
    status_is 3
    counts_are '1 0 0 0 0 0 1'
    run --separate-stderr into --mode append < <(rows '{"a":null}')
    status_is 1
    stderr_has 'line 1: the record has no member with a value'
    run ! sql 'select * from t'
    run --separate-stderr into --mode append < <(rows '{"a":null,"b":2}')
    status_is 0
    sql_is 'select b from t' 2
  done
}

# --- beginnings and ends -------------------------------------------------------------------------

@test "--probe names the destination, creates nothing and needs no key" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --probe
    status_is 0
    stdout_is "{\"destination\":\"$PLACE\",\"table_exists\":false}"
    [ "$NAME" = postgres ] || [ ! -e "${DEST#*:}" ]
    rows '{"id":1}' | into --key id
    run --separate-stderr into --probe
    stdout_is "{\"destination\":\"$PLACE\",\"table_exists\":true}"
  done
}

@test "an empty first load leaves an empty table, which then takes any key" {
  local id
  for NAME in "${DATABASES[@]}"; do
    for id in 5 '"five"'; do
      fresh
      run --separate-stderr into --key id --require-end < <(rows '{"_nq":"end","records":0}')
      counts_are "0 0 0 0 0 0 0"
      sql_is 'select count(*) from t' 0
      run --separate-stderr into --key id < <(rows "{\"id\":$id,\"a\":1}")
      counts_are "1 1 0 0 0 0 0"
      sql_is 'select * from t' "${id//\"/}|1"
    done
  done
}

@test "--meta marks the rows of a run, and _nq_loads records each load" {
  local -A recent=([sqlite]="_nq_loaded_at like '2%Z'" [duckdb]="_nq_loaded_at like '2%Z'" [postgres]="_nq_loaded_at > now() - interval '1 minute'")
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"a":1}' '{"id":2,"a":1}' | into --key id --meta --run-id r1
    run --separate-stderr into --key id --meta --run-id r2 < <(rows '{"id":1,"a":1}' '{"id":2,"a":2}' '{"_nq":"end","records":2,"cursor_type":"numeric_id","watermark":"2"}')
    counts_are "2 0 1 1 0 0 0"
    run ! into --key id --meta < <(rows '{"id":1,"_nq_run_id":"mine"}')
    sql_is "select id, _nq_run_id from t where ${recent[$NAME]} order by id" $'1|r1\n2|r2'
    sql_is 'select run_id, table_name, mode, records, inserted, updated, unchanged, cursor_type, watermark from _nq_loads order by run_id' \
      $'r1|t|merge|2|2|0|0||\nr2|t|merge|2|0|1|1|numeric_id|2'
  done
}

@test "state never comes before its rows, whatever the database (S35)" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id --batch 1 --require-end < <(rows '{"id":1}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"9"}' '{"id":2}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"10"}')
    status_is 0
    [ "$(jq -r .watermark <<<"$output")" = 10 ]
    sql_is 'select count(*) from t' 2
    run --separate-stderr into --key id --batch 1 --require-end < <(rows '{"id":3}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"11"}' '{"id":4}')
    status_is 1
    stdout_is ''
  done
}

# feed OPTION…: nq-load of fifo "in" (descriptor 9) in the background, its receipt in out, its log in err. A background
# job of this shell would ignore SIGINT.
feed() {
  rm -f in out err
  mkfifo in
  (trap - INT; exec env --default-signal=INT nq-load -v --to "$DEST" --table t --key id "$@" <in >out 2>err 3>&-) &
  LOADER=$!
  exec 9>in
}

@test "killed with -9 between reading and commit the table has whole batches, and a rerun repairs (S39)" {
  for i in {1..25}; do rows "{\"id\":$i,\"a\":\"x\"}"; done >again
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"a":"old"}' | into --key id
    feed --batch 10
    cat again >&9
    until_true 10 grep -qs 'batch 2: 10 records' err
    kill -9 "$LOADER"
    wait "$LOADER" || [ $? -eq 137 ]
    exec 9>&-
    [ ! -s out ]
    sql_is "select count(*), max(id) from t where a = 'x'" '20|20'
    [ "$NAME" != sqlite ] || sql_is 'pragma integrity_check' ok
    run --separate-stderr into --key id <again
    counts_are "25 5 0 20 0 0 0"
  done
}

@test "SIGTERM and SIGINT roll back what is not committed, say so, and end it by the signal" {
  local sig rc
  for NAME in "${DATABASES[@]}"; do
    for sig in TERM INT; do
      fresh
      feed --batch 2
      rows '{"id":1}' '{"id":2}' '{"id":3}' >&9
      until_true 10 grep -qs 'batch 1: 2 records' err
      rc=0
      kill -s "$sig" "$LOADER"
      wait "$LOADER" || rc=$?
      exec 9>&-
      [ "$rc" -gt 128 ]
      [ "$(kill -l "$rc")" = "$sig" ]
      [ ! -s out ]
      grep -q "interrupted: what is not committed is rolled back, 2 of [23] records are in '$PLACE'" err
      sql_is 'select count(*) from t' 2
    done
  done
}
