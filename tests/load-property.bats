#!/usr/bin/env bats
# nq-load against a simple model: random streams (keys repeated, members missing, types flipping, deletions) in every
# mode, the same for every database. The accounts add up and the table is that of the model.

load helper
load load-common
load postgres
load load-databases

# What the table holds in the end, by mode; the long number as a string, for jq would round it.
model() {
  local rest='[.[]] | .[] | [.id,.a,.b,.c] | map(if . == null then "NULL" else tostring end) | join("|")'
  # shellcheck disable=SC2016 # jq's variables
  local fold='if $r.del then del(.[$r.id|tostring]) else .[$r.id|tostring] += ($r | del(.del)) end'
  case $1 in
    merge | replace) jq -rn "reduce (inputs | select(.id != null)) as \$r ({}; $fold) | $rest" ;;
    insert) jq -rn "reduce (inputs | select(.id != null)) as \$r ({}; .[\$r.id|tostring] //= \$r) | $rest" ;;
    append) jq -rn "[inputs] | $rest" ;;
  esac < <(sed 's/12345678901234567890123/"&"/g' "$2") | sort
}

# options MODE: of nq-load
options() {
  case $1 in
    merge | replace) echo "--key id --mode $1 --delete-if .del" ;;
    insert) echo '--key id --mode insert' ;;
    append) echo '--mode append' ;;
  esac
}

# holds DATABASE MODE SEED BATCH
holds() {
  local more
  "$ROOT/tests/load-random.sh" "$3" >stream
  "to_$1"
  # What a replace finds there goes.
  [ "$2" != replace ] || rows '{"id":1,"a":1}' '{"id":777,"b":"old"}' | nq-load --to "$DEST" --table t --key id >/dev/null
  read -ra more <<<"$(options "$2")"
  run --separate-stderr nq-load --to "$DEST" --table t --batch "$4" --rejects r --max-rejects 100% "${more[@]}" <stream
  printf '%s, seed %s, batch %s: status %s %s\n' "$2" "$3" "$4" "$status" "${stderr:-}"
  [ "$status" -eq 0 ] || [ "$status" -eq 3 ]
  jq -e '.records == 300 and .records == .inserted + .updated + .unchanged + .deleted + .folded + .rejected' <<<"$output" >/dev/null
  [ "$(jq .rejected <<<"$output")" = "$(wc -l <r)" ]
  model "$2" stream >want
  "look_$1" | sort >got
  diff want got
}

all_modes() {
  local mode seed=0
  for mode in merge insert append replace; do
    for batch in 7 60 1000; do
      holds "$1" $mode $((++seed)) $batch
    done
  done
}

@test "SQLite: random streams in every mode give the model's table, and the accounts add up" {
  all_modes sqlite
}

@test "PostgreSQL: random streams in every mode give the model's table, and the accounts add up" {
  all_modes postgres
}

@test "DuckDB: random streams in every mode give the model's table, and the accounts add up" {
  all_modes duckdb
}

@test "a row for every new key, none for a deleted one: inserted less deleted is what is there" {
  local db
  for db in sqlite postgres duckdb; do
    holds $db merge 99 13
    [ "$(jq '.inserted - .deleted' <<<"$output")" = "$("look_$db" | wc -l)" ]
  done
}
