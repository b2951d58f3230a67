#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # run sets status and output for the functions of the same test
# nq-load: what is the same in every database: values, types, names. load-alike.bats has rows, modes and ends.

load helper
load load-common
load postgres
load load-databases

# --- values --------------------------------------------------------------------------------------

# Column, JSON value, and how all databases show it.
values() {
  cat <<'END'
minus_zero|-0|0
above_2_53|9007199254740993|9007199254740993
below_2_53|9007199254740991|9007199254740991
minus_2_53|-9007199254740993|-9007199254740993
below_2_63|9223372036854775807|9223372036854775807
at_2_63|9223372036854775808|9223372036854775808
above_2_63|9223372036854775809|9223372036854775809
least_long|-9223372036854775808|-9223372036854775808
under_long|-9223372036854775809|-9223372036854775809
ten_to_30|1000000000000000000000000000000|1000000000000000000000000000000
tenth|0.1|0.1
digits|0.1000000000000000055511151231257827|0.1000000000000000055511151231257827
zeros|"007"|007
empty|""|
emoji|"\ud83d\ude00 \u00e9"|😀 é
escapes|"\" \\ \/ \t"|" \ / 	
null_text|"\\u0000"|\u0000
nested|{"a":[1.10,{"b":null}],"c":1e400}|{"a":[1.10,{"b":null}],"c":1e400}
list|[[],{}]|[[],{}]
END
}

come_back_equal() {
  local name
  while IFS='|' read -r name _ want; do
    # PostgreSQL's shell, like the others, shows JSON as it was stored.
    [ "$(sql "select $name from t")" = "$want" ] || {
      printf '%s is %s\n' "$name" "$(sql "select $name from t")"
      return 1
    }
  done < <(values)
}

@test "the table of values comes back equal from every database, and is unchanged when it comes again" {
  { printf '{"id":1' && values | awk -F'|' '{ printf ",\"%s\":%s", $1, $2 }' && printf '}\n'; } >record
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id <record
    status_is 0
    counts_are '1 1 0 0 0 0 0'
    come_back_equal
    run --separate-stderr into --key id <record
    counts_are '1 0 0 1 0 0 0'
  done
}

@test "1e400 comes back equal from every database" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id < <(rows '{"id":1,"v":1e400}')
    status_is 0
    case $NAME in
      postgres) sql_is 'select v = 1e400 from t' t ;;
      *) sql_is 'select v from t' 1e400 ;;
    esac
    run --separate-stderr into --key id < <(rows '{"id":1,"v":1e400}')
    counts_are '1 0 0 1 0 0 0'
  done
}

@test "a text of 1 MB comes back equal from every database" {
  head -c 1000000 /dev/urandom | base64 -w 0 | head -c 1000000 >text
  printf '{"id":1,"v":"%s"}\n' "$(<text)" >long
  printf '%s\n' "$(<text)" >want
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id <long
    status_is 0
    sql 'select v from t' | cmp - want
  done
}

@test "a NUL comes back from every database that can hold one, and PostgreSQL refuses it by name" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id --rejects r --max-rejects 2 < <(rows '{"id":1,"v":"a\u0000b"}' '{"id":2,"v":"x"}' '{"id":3,"v":"\u0000"}')
    if [ "$NAME" = postgres ]; then
      status_is 3
      [ "$(jq -r '"\(.line) \(.error)"' r)" = "1 member 'v' holds a NUL, which PostgreSQL cannot store
3 member 'v' holds a NUL, which PostgreSQL cannot store" ]
      sql_is 'select id from t' 2
    else
      status_is 0
      sql_is 'select hex(v) from t order by id' $'610062\n78\n00'
    fi
  done
}

@test "texts of all kinds stay what they are, also JSON among them (S31)" {
  local -A hex=([sqlite]='hex(v)' [duckdb]='hex(v)' [postgres]="upper(encode(convert_to(v, 'UTF8'), 'hex'))")
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"v":"Δοκιμή 中文 français"}' '{"id":2,"v":"\" \\ \/ \n"}' '{"id":3,"v":"\u006D\u0101\u0199"}' '{"id":4,"v":"\\u0000"}' \
      '{"id":5,"v":"a\tb\\c\nd\\N\re"}' '{"id":6,"v":{"a":[1.10,{"b":null}]}}' | into --key id
    sql_is "select id, ${hex[$NAME]} from t where id in (2, 4, 5) order by id" $'2|22205C202F200A\n4|5C7530303030\n5|6109625C630A645C4E0D65'
    sql_is 'select v from t where id in (1, 3, 6) order by id' $'Δοκιμή 中文 français\nmāƙ\n{"a":[1.10,{"b":null}]}'
  done
}

@test "a nested object without declared members is kept whole as JSON (S37)" {
  local -A text=([sqlite]=text [duckdb]=text [postgres]='"text"')
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"object_store":{"id":1,"metric":1}}' | into --key id
    sql_is "select object_store, object_store->>'metric' from t" '{"id":1,"metric":1}|1'
    run --separate-stderr into --key id < <(rows '{"id":2,"object_store":"text"}' '{"id":1,"object_store":[1]}')
    counts_are "2 1 1 0 0 0 0"
    sql_is 'select object_store from t order by id' "[1]"$'\n'"${text[$NAME]}"
  done
}

# --- types and columns ---------------------------------------------------------------------------

@test "a first load creates the table with types from the data" {
  local -A types=([sqlite]=$'id|TEXT\nn|INTEGER\nd|ANY\nb|INTEGER\nj|TEXT\ns|TEXT'
    [postgres]=$'id|text\nn|bigint\nd|numeric\nb|boolean\nj|json\ns|text'
    [duckdb]=$'id|VARCHAR\nn|BIGINT\nd|DOUBLE\nb|BOOLEAN\nj|JSON\ns|VARCHAR')
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id < <(rows '{"id":"a","n":1,"d":0.1,"b":true,"j":[1],"s":"x"}')
    status_is 0
    stderr_is ""
    counts_are "1 1 0 0 0 0 0"
    types_are "${types[$NAME]}"
    [ "$(jq -r .destination <<<"$output")" = "$PLACE" ]
    [ "$NAME" = postgres ] || [ "$(stat -c %a "${DEST#*:}")" = 600 ]
    run ! sql "insert into t(id) values('a')"
  done
}

@test "integers widen to decimals and to text without losing digits, within one batch too" {
  local -A wide=([sqlite]=ANY [postgres]=numeric [duckdb]=VARCHAR) yes=([sqlite]=1 [postgres]=true [duckdb]=true)
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"v":9007199254740993}' '{"id":2,"v":7}' | into --key id
    rows '{"id":3,"v":0.25}' | into --key id
    "types_$NAME" | grep -qx "v|${wide[$NAME]}"
    sql_is 'select id, v from t order by id' $'1|9007199254740993\n2|7\n3|0.25'
    rows '{"id":4,"v":"x"}' '{"id":5,"v":8.50}' '{"id":6,"v":true}' | into --key id
    sql_is 'select id, v from t order by id' $'1|9007199254740993\n2|7\n3|0.25\n4|x\n5|8.50\n6|'"${yes[$NAME]}"
    rows '{"id":"seven","v":"y"}' '{"id":1,"v":"z"}' | into --key id
    sql_is "select id, v from t where id in ('1', 'seven') order by id" $'1|z\nseven|y'
    sql_is 'select count(*) from t' 7
  done
}

@test "new members become columns, also under a view; one that was only null waits for a value" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1,"later":null}' | into --key id
    [ "$("types_$NAME" | cut -d '|' -f 1)" = id ]
    sql 'create view v as select * from t'
    run --separate-stderr into --key id < <(rows '{"id":1,"later":5}' '{"id":2,"more":"x"}')
    counts_are "2 1 1 0 0 0 0"
    sql_is 'select * from t order by id' $'1|5|\n2||x'
    sql_is 'select id from v order by id' $'1\n2'
  done
}

@test "100 records of 20 to 300 members fit, whatever the limit on variables (O06)" {
  wide_records >wide
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id <wide
    counts_are "100 100 0 0 0 0 0"
    run --separate-stderr into --key id <wide
    counts_are "100 0 0 100 0 0 0"
    sql_is 'select sum(c219), sum(c0) from t' '100|5050'
  done
}

@test "--column gives a new column its type" {
  local -A types=([sqlite]=$'amount|ANY\ndoc|TEXT\nflag|INTEGER\nid|INTEGER\nzip|TEXT'
    [postgres]=$'amount|numeric\ndoc|json\nflag|boolean\nid|bigint\nzip|text'
    [duckdb]=$'amount|DECIMAL(38,10)\ndoc|JSON\nflag|BOOLEAN\nid|BIGINT\nzip|VARCHAR')
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"zip":"1","id":1}' | into --key id --column zip:text --column amount:decimal --column flag:boolean --column doc:json
    [ "$("types_$NAME" | sort)" = "${types[$NAME]}" ]
    run --separate-stderr into --key id < <(rows '{"id":2,"zip":1234,"doc":[1],"flag":true}')
    status_is 0
    [ "$("types_$NAME" | sort)" = "${types[$NAME]}" ]
    sql_is 'select zip, doc from t where id = 2' '1234|[1]'
  done
}

@test "--column counts in a replace, too, where the table lacks the column" {
  local -A types=([sqlite]=$'id|INTEGER\namount|ANY\nflag|INTEGER' [postgres]=$'id|bigint\namount|numeric\nflag|boolean'
    [duckdb]=$'id|BIGINT\namount|DECIMAL(38,10)\nflag|BOOLEAN')
  for NAME in "${DATABASES[@]}"; do
    fresh
    rows '{"id":1}' | into --key id
    run --separate-stderr into --key id --mode replace --column amount:decimal --column flag:boolean < <(rows '{"id":1,"amount":5}' '{"id":2,"flag":true}')
    status_is 0
    types_are "${types[$NAME]}"
  done
}

@test "--schema-contract: freeze, discard_row, discard_value" {
  for NAME in "${DATABASES[@]}"; do
    fresh
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
    sql_is 'select * from t order by id' $'1|1\n2|2\n3|\n4|\n5|5'
    run --separate-stderr nq-load --to "$DEST" --table none --key id --schema-contract freeze < <(rows '{"id":1}')
    status_is 1
    stderr_has "there is no table 'none'"
  done
}

@test "discard_value on a table that is not there yet: the first batch makes it" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id --schema-contract discard_value --batch 2 < <(rows '{"id":1,"a":1}' '{"id":2,"a":2}' '{"id":3,"a":3,"b":3}')
    status_is 0
    sql_is 'select * from t order by id' $'1|1\n2|2\n3|3'
  done
}

@test "a key without a unique index, a key that is no column and a view are told; a unique index is a key" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    sql 'create table t(a integer, b integer)' 'create view v as select 1 as id'
    # DuckDB has no partial indexes.
    [ "$NAME" = duckdb ] || sql 'create unique index p on t(a) where b > 0'
    run --separate-stderr into --key a < <(rows '{"a":1}')
    status_is 1
    stderr_has "table 't' has no primary key or unique index on (\"a\"): create one"
    run --separate-stderr into --key c < <(rows '{"c":1}')
    status_is 1
    stderr_has "table 't' has no column 'c' (--key)"
    run --separate-stderr into --key c --mode replace < <(rows '{"c":1}')
    status_is 1
    stderr_has "table 't' has no column 'c' (--key)"
    run --separate-stderr nq-load --to "$DEST" --table v --key id < <(rows '{"id":1}')
    status_is 1
    stderr_has "'v' is a view, not a table"
    sql 'create unique index u on t(a)'
    run --separate-stderr into --key a < <(rows '{"a":1,"b":1}' '{"a":2}')
    counts_are "2 2 0 0 0 0 0"
    run --separate-stderr into --key a < <(rows '{"a":1,"b":2}' '{"a":2}')
    counts_are "2 0 1 1 0 0 0"
  done
}

# --- names ---------------------------------------------------------------------------------------

@test "names in camel case, reserved words and quotes are quoted and stable (S33)" {
  local name='group "by"; drop'
  rows '{"supplierId":1,"select":"a","Order By":"b","x\"y":"c","rowid":"e","c0":"f"}' >in
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr nq-load --to "$DEST" --table "$name" --key supplierId <in
    status_is 0
    run --separate-stderr nq-load --to "$DEST" --table "$name" --key supplierId <in
    counts_are "1 0 0 1 0 0 0"
    sql_is 'select "supplierId", "select", "Order By", "x""y", "rowid", "c0" from "group ""by""; drop"' '1|a|b|c|e|f'
  done
}

@test "a member meets a column that differs in case only; two such members are an error" {
  for NAME in "${DATABASES[@]}"; do
    fresh
    run --separate-stderr into --key id < <(rows '{"id":1,"Name":"a"}' '{"id":2,"name":"b"}')
    status_is 1
    stderr_has "line 2: the members 'Name' and 'name' fold to one column: rename one of them"
    run ! sql 'select * from t'
    sql 'create table t(supplier_id integer primary key, name text)'
    run --separate-stderr into --key Supplier_ID < <(rows '{"Supplier_ID":1,"Name":"a"}')
    status_is 0
    sql_is 'select * from t' '1|a'
  done
}
