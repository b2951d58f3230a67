#!/usr/bin/env bats
# shellcheck disable=SC2154 # run sets status, output and stderr
# Several runs of one stream, one behind the other, from a feed through the cursor into a table: no record is missed at
# the edges, none comes twice, and only what is newer moves the cursor. The numbers are those of the list of cases.

load helper

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export NQ_STATE=$PWD/state
}

# run_from FEED TYPE [OPTION-OF-BEGIN…]: a run; the feed (a file with a list) gives what is at or above the lower bound
run_from() {
  local feed=$1 type=$2 run low
  shift 2
  { read -r run && read -r low; } < <(nq-cursor begin -t "$type" -F run_id -F lower_bound "$@" acme items)
  jq -c --arg low "$low" 'map(select($low == "" or (.t | tostring | if test("^[0-9]+$") then tonumber else . end) >=
    ($low | if test("^[0-9]+$") then tonumber else . end)))' "$feed" |
    nq-fetch --end-mark -w ".t:$type" - |
    nq-load --to sqlite:t.db --table t --key id --require-end |
    nq-cursor complete -r "$run" acme items >/dev/null
}

cursor() { nq-cursor get -F committed_cursor_value acme items; }
sql() { sqlite3 t.db "$@"; }

# row ID TIME TEXT
row() { printf '{"id":%s,"t":"2024-01-01T%sZ","v":"%s"}' "$1" "$2" "$3"; }

@test "D73 what is new at the edge is kept, what is known there does not come twice" {
  jq -nc '["1a","2b","3c","3d","3e"] | map({t: .[0:1] | tonumber, id: .[1:]})' >one
  jq -nc '["4g","3c","3d","3e","3f"] | map({t: .[0:1] | tonumber, id: .[1:]})' >two
  run_from one numeric_id
  [ "$(cursor)" = 3 ]
  run_from two numeric_id
  [ "$(cursor)" = 4 ]
  [ "$(sql 'SELECT group_concat(id, "") FROM (SELECT id FROM t ORDER BY id)')" = abcdefg ]
}

@test "D75 rows in any order: the next run begins at the newest and brings all that came since" {
  local order
  for order in . reverse 'sort_by(.t * 50 % 241)'; do
    rm -rf state t.db
    jq -nc "[range(0; 121) | {id: ., t: .}] | $order" >one
    jq -nc "[range(0; 241) | {id: ., t: .}] | $order" >two
    run_from one numeric_id
    [ "$(cursor)" = 120 ]
    run_from two numeric_id
    [ "$(cursor)" = 240 ]
    [ "$(sql 'SELECT count(*), count(DISTINCT id), max(t) FROM t')" = '241|241|240' ]
  done
}

@test "D82 D84 backfills between the runs fill their range and never move the cursor" {
  jq -nc '[range(40; 71) | {id: ., t: .}]' >live
  run_from live numeric_id
  [ "$(cursor)" = 70 ]
  jq -nc '[range(20; 30) | {id: ., t: .}]' >back
  run_from back numeric_id --since 20
  [ "$(cursor)" = 70 ]
  jq -nc '[range(70; 89) | {id: ., t: .}]' >live
  run_from live numeric_id
  [ "$(cursor)" = 88 ]
  jq -nc '[range(10; 20) | {id: ., t: .}]' >back
  run_from back numeric_id --since 10
  jq -nc '[range(88; 109) | {id: ., t: .}]' >live
  run_from live numeric_id
  [ "$(cursor)" = 108 ]
  diff <(seq 10 29; seq 40 108) <(sql 'SELECT id FROM t ORDER BY id')
}

# lagged TIME TEXTS: what three runs with this lag leave in the table
lagged() {
  rm -rf state t.db
  printf '[%s,%s,%s]' "$(row 1 01:00:00 1)" "$(row 2 01:00:01 2)" "$(row 3 02:00:01 3)" >one
  printf '[%s,%s,%s,%s]' "$(row 1 01:00:00 1_1)" "$(row 2 01:00:01 2_1)" "$(row 3 02:00:01 3_1)" "$(row 4 03:00:00 4)" >two
  printf '[%s,%s,%s,%s,%s]' "$(row 1 01:00:00 1_2)" "$(row 2 01:00:01 2_2)" "$(row 3 02:00:01 3_2)" "$(row 4 03:00:00 4_2)" \
    "$(row 5 03:00:00 5)" >three
  run_from one timestamp_utc --lag "$1"
  run_from two timestamp_utc --lag "$1"
  run_from three timestamp_utc --lag "$1"
  [ "$(sql 'SELECT group_concat(v, " ") FROM (SELECT v FROM t ORDER BY id)')" = "$2" ] || { sql 'SELECT v FROM t'; return 1; }
  [ "$(cursor)" = 2024-01-01T03:00:00Z ]
}

@test "D90 a lag brings again what changed within it, to the second, and nothing older" {
  lagged 0 '1 2 3_1 4_2 5'
  lagged 60s '1 2 3_1 4_2 5'
  lagged 3600s '1 2_1 3_2 4_2 5'
  lagged 3601s '1_1 2_1 3_2 4_2 5'
  lagged 2h '1_2 2_2 3_2 4_2 5'
}

@test "D91 a lag that brings older rows alone does not take the cursor back" {
  printf '[%s]' "$(row 1 03:00:00 1)" >one
  printf '[%s]' "$(row 2 02:30:00 2)" >two
  run_from one timestamp_utc
  run_from two timestamp_utc --lag 1h
  [ "$(cursor)" = 2024-01-01T03:00:00Z ]
  [ "$(sql 'SELECT count(*) FROM t')" = 2 ]
}

# --- what the API cannot filter, nq-map does ------------------------------------------------------

# kept MAPPING-CONDITION: the ids of the records on standard input that it leaves
kept() { nq-map -e "skip if $1
{id: .id}" | jq .id | paste -sd ' '; }

@test "A27 a condition leaves what it is true of, and on a member that is not there loses nothing" {
  [ "$(seq 11 15 | jq -c '{id: .}' | kept '.id < 14')" = '14 15' ]
  [ "$(seq 11 15 | jq -c '{id: .}' | kept '.idd < 14')" = '11 12 13 14 15' ]
  local rows='[{"id":1,"t":"2020-01-03"},{"id":2,"t":"2021-01-03"},{"id":3,"t":"2021-01-04"},{"id":4,"t":"2021-02-01"},{"id":5,"t":"2021-01-02"}]'
  [ "$(jq -c '.[]' <<<"$rows" | kept '.t < "2021-01-01" or .t > "2021-01-05"')" = '2 3 5' ]
  [ "$(jq -c '.[]' <<<"$rows" | kept '.t < "2021-01-01"')" = '2 3 4 5' ]
}

# [differ] Every time is written in UTC; what it was written with does not come back.
@test "A29 what a time may be written as, none of its digits lost" {
  as() { [ "$(jq -nc "{t: $1}" | nq-map -e "{t: .t | to_timestamp$2}" | jq -r .t)" = "$3" ]; }
  as 1609459200 '("epoch")' 2021-01-01T00:00:00Z
  as '"1675092508.873709"' '("epoch")' 2023-01-30T15:28:28.873709Z
  as 1675092508.873709 '("epoch")' 2023-01-30T15:28:28.873709Z
  as 1609459200001 '("epoch_ms")' 2021-01-01T00:00:00.001Z
  as '"20210101"' '("%Y%m%d")' 2021-01-01T00:00:00Z
  as '"2021-11-22T08:41:55.640Z"' '' 2021-11-22T08:41:55.64Z
  as '"2021-11-22T08:41:55.640000+0400"' '' 2021-11-22T04:41:55.64Z
}

@test "A39 below the bar is dropped, on it and without the member is kept" {
  local rows='{"id":1,"t":10}{"id":2,"t":9}{"id":3,"t":11}{"id":4}'
  [ "$(jq -c . <<<"$rows" | kept '.t < 10')" = '1 3 4' ]
}

@test "D87 D88 ranges, open and closed at either end, whatever the order" {
  [ "$(seq 1 11 | jq -c '{id: .}' | kept '.id < 5')" = '5 6 7 8 9 10 11' ]
  [ "$(seq 1 11 | jq -c '{id: .}' | kept '.id <= 5')" = '6 7 8 9 10 11' ]
  [ "$(seq 5 10 | jq -c '{id: .}' | kept '.id >= 10')" = '5 6 7 8 9' ]
  [ "$(seq 5 10 | jq -c '{id: .}' | kept '.id > 10')" = '5 6 7 8 9 10' ]
  [ "$(jq -nc '0, 0, 1, 1, 2.1, 1.5, 1.5, 2, 2 | {id: .}' | kept '.id >= 2')" = '0 0 1 1 1.5 1.5' ]
  [ "$(jq -nc '0, 0, 1, 1, 2.1, 1.5, 1.5, 2, 2 | {id: .}' | kept '.id > 2')" = '0 0 1 1 1.5 1.5 2 2' ]
}
