#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # run sets status and output for the functions of the same test
# nq-load: what is the same in every database. load.bats, load-postgres.bats and load-duckdb.bats have the rest.

load helper
load load-common
load postgres
load load-databases

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

# each FUNCTION: for every database, in an empty place
each() {
  local db
  for db in sqlite postgres duckdb; do
    echo "$db"
    "to_$db"
    "$1" $db
  done
}
load_it() { run --separate-stderr nq-load --to "$DEST" --table t "$@"; }

come_back_equal() {
  local name
  while IFS='|' read -r name _ want; do
    # PostgreSQL's shell, like the others, shows JSON as it was stored.
    [ "$("ask_$1" "select $name from t")" = "$want" ] || {
      printf '%s is %s\n' "$name" "$("ask_$1" "select $name from t")"
      return 1
    }
  done < <(values)
}

table_of_values() {
  load_it --key id <record
  status_is 0
  counts_are '1 1 0 0 0 0 0'
  come_back_equal "$1"
  load_it --key id <record
  counts_are '1 0 0 1 0 0 0'
}

@test "the table of values comes back equal from every database, and is unchanged when it comes again" {
  { printf '{"id":1' && values | awk -F'|' '{ printf ",\"%s\":%s", $1, $2 }' && printf '}\n'; } >record
  each table_of_values
}

huge_number() {
  load_it --key id < <(rows '{"id":1,"v":1e400}')
  status_is 0
  case $1 in
    postgres) [ "$(ask_postgres 'select v = 1e400 from t')" = t ] ;;
    *) [ "$("ask_$1" 'select v from t')" = 1e400 ] ;;
  esac
  load_it --key id < <(rows '{"id":1,"v":1e400}')
  counts_are '1 0 0 1 0 0 0'
}

@test "1e400 comes back equal from every database" {
  each huge_number
}

long_text() {
  load_it --key id <long
  status_is 0
  "ask_$1" 'select v from t' | cmp - want
}

@test "a text of 1 MB comes back equal from every database" {
  head -c 1000000 /dev/urandom | base64 -w 0 | head -c 1000000 >text
  printf '{"id":1,"v":"%s"}\n' "$(<text)" >long
  printf '%s\n' "$(<text)" >want
  each long_text
}

nul() {
  load_it --key id --rejects r --max-rejects 1 < <(rows '{"id":1,"v":"a\u0000b"}' '{"id":2,"v":"x"}')
  if [ "$1" = postgres ]; then
    status_is 3
    [ "$(jq -r '"\(.line) \(.error)"' r)" = "1 member 'v' holds a NUL, which PostgreSQL cannot store" ]
    [ "$(ask_postgres 'select id from t')" = 2 ]
  else
    status_is 0
    [ "$("ask_$1" 'select hex(v) from t where id = 1')" = 610062 ]
  fi
}

@test "a NUL comes back from every database that can hold one, and PostgreSQL refuses it by name" {
  each nul
}

only_null() {
  local mode
  for mode in append replace; do
    "to_$1"
    load_it --mode $mode --batch 1 --rejects r --max-rejects 9 < <(rows '{"a":null}' '{"a":null,"b":null}' '{"a":1}' '{"b":"x"}' '{"c":null}' '{"a":null}')
    status_is 3
    counts_are '6 3 0 0 0 0 3'
    [ "$(jq -r '"\(.line) \(.error)"' r)" = '1 the record has no member with a value
2 the record has no member with a value
5 the record has no member with a value' ]
    [ "$("ask_$1" 'select a, b from t' | LC_ALL=C sort)" = $'1|\n|\n|x' ]
  done
}

@test "a first batch without any value waits with the table, and its records are rejected" {
  each only_null
}

nothing_but_null() {
  load_it --mode append --max-rejects 1 --rejects r < <(rows '{"a":null}')
  status_is 3
  counts_are '1 0 0 0 0 0 1'
  load_it --mode append < <(rows '{"a":null}')
  status_is 1
  stderr_has 'line 1: the record has no member with a value'
  run ! "ask_$1" 'select * from t'
  load_it --mode append < <(rows '{"a":null,"b":2}')
  status_is 0
  [ "$("ask_$1" 'select b from t')" = 2 ]
}

@test "a stream without any value makes no table, and says so" {
  each nothing_but_null
}

last_wins() {
  load_it --key id < <(rows '{"id":1,"metric":1}' '{"id":2,"metric":2}' '{"id":1,"metric":10}' '{"id":2,"metric":20}' '{"id":1,"metric":100}')
  counts_are '5 2 0 0 0 3 0'
  [ "$("ask_$1" 'select id, metric from t order by id')" = $'1|100\n2|20' ]
}

@test "a key that comes again in a batch: the last one wins in every database (S27)" {
  each last_wins
}

absent() {
  load_it --key id < <(rows '{"id":1,"optional":"a"}' '{"id":2}' '{"id":3,"optional":"c"}' '{"id":4}')
  load_it --key id < <(rows '{"id":1}' '{"id":3,"optional":null}' '{"id":4,"optional":"d"}')
  counts_are '3 0 2 1 0 0 0'
  [ "$("ask_$1" 'select id, optional from t order by id')" = $'1|a\n2|\n3|\n4|d' ]
}

@test "absent is not null in every database (S29)" {
  each absent
}

marks() {
  load_it --key id --batch 1 --require-end < <(rows '{"id":1}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"9"}' '{"id":2}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"10"}')
  status_is 0
  [ "$(jq -r .watermark <<<"$output")" = 10 ]
  [ "$("ask_$1" 'select count(*) from t')" = 2 ]
  load_it --key id --batch 1 --require-end < <(rows '{"id":3}' '{"_nq":"end","records":1,"cursor_type":"numeric_id","watermark":"11"}' '{"id":4}')
  status_is 1
  stdout_is ''
}

@test "state never comes before its rows, whatever the database (S35)" {
  each marks
}
