#!/usr/bin/env bats
# The measurements measure: no figure is a test, but that there is one for each work is.

# shellcheck disable=SC2154 # status, output and stderr are set by run
bats_require_minimum_version 1.5.0

load helper

setup() { cd "$BATS_TEST_TMPDIR" || return; }

measure() { "$BUILD/tests/bench/measure" "$@"; }
bench() { "$ROOT/tests/bench/$1" "${@:2}"; }

# results SECONDS…: those of a run in which nq-map took a second, and jq so many in three rounds
results() {
  jq -n '{date: "2026-05-16", size: "full", machine: "m", system: "s", works: [{work: "map", title: "map", records: 10, programs: [
      {who: "nq-map", seconds: {median: 1, min: 1, max: 1}, cpu: 1, mib: {"nq-map": 1.5}, ratio: {median: 1, min: 1, max: 1}},
      {who: "jq", seconds: $ARGS.positional[1] | {median: ., min: ., max: .}, cpu: 1, mib: {jq: 3},
        ratio: {min: $ARGS.positional[0], median: $ARGS.positional[1], max: $ARGS.positional[2]},
        bar: ">=12", met: ($ARGS.positional[1] >= 12)}]}]}' --jsonargs "$@"
}

@test "measure: the largest of each process, by name, and the status of the command" {
  run --separate-stderr -7 measure out sh -c 'head -c 40000000 /dev/zero | tail -c 30000000 | wc -c & wait; exit 7'
  [ "$output" = 30000000 ]
  jq -e '.status == 7 and .seconds > 0 and .cpu > 0 and .peaks.tail > 28 and .peaks.wc < 10' out
}

@test "measure: signals reach whom they are for" {
  run -143 measure out sh -c 'kill -TERM $$; sleep 5'
  jq -e '.status == 143 and .seconds < 4' out
  # shellcheck disable=SC2016 # that shell expands it
  run -0 measure out bash -c 'trap "exit 0" USR1; kill -USR1 $$; sleep 5; exit 1'
}

@test "each work gives figures" {
  export BENCH_SIZE=small BENCH_PEERS=no BENCH_DATA=$PWD/data
  export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 # whose look for leaks cannot be traced
  run --separate-stderr bench run.sh "$BUILD"
  status_is 0
  jq -e '[.works[].work] == ["fetch", "latency", "map", "load-sqlite-fresh", "load-sqlite-changed", "load-postgres-fresh",
      "load-postgres-changed", "load-duckdb-fresh", "load-duckdb-changed", "sync-first", "sync-delta", "sync-empty",
      "growth-1000", "growth-2000", "big"]
    and all(.works[].programs[0]; .seconds.median > 0 and ([.mib[]] | max) > 1)' data/results.json
}

@test "the table names the bars that are missed" {
  results 9 11.5 15 | jq -r -f "$ROOT/tests/bench/table.jq" >table
  grep -E '  jq +11\.5 .* MISSED: 11\.5x, at least 12x$' table
  grep -Fx '0 of 1 bars met' table
}

@test "bench-compare: slower is what lies a fifth below and outside of what both runs saw" {
  results 20 21 22 >base.json
  results 14 15 16 >slower.json
  results 14 15 20.5 >scattered.json
  run --separate-stderr bench compare.sh slower.json base.json
  status_is 0
  [[ $output == *'0.71'$'\t21\t15\tmap: jq\tSLOWER'* ]]
  [[ $output == *'1 slower, 0 faster, of 1' ]]
  run --separate-stderr bench compare.sh scattered.json base.json
  status_is 0
  [[ $output == *'0 slower, 0 faster, of 1' ]]
}
