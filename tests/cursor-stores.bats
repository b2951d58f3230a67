#!/usr/bin/env bats
# What every store of nq-cursor must do alike: a directory, PostgreSQL, the Nuntiq platform. What only one of them
# does is in cursor-file, cursor-postgresql and cursor-nuntiq.
# shellcheck disable=SC2317,SC2030,SC2031 # each test is a subshell; scenarios are called by name

load helper
load postgres
load stores

setup_file() { start_stores; }
teardown_file() { stop_stores; }

@test "a stream that never ran is idle, and makes no row" {
  scenario() {
    [ "$(row status run_id committed_cursor_value)" = idle ]
    [ "$(nq-cursor get acme "$S" | jq 'keys | length')" = 16 ]
    run nq-cursor list --json acme "$S"
    stdout_is ''
  }
  on_each_store scenario
}

@test "a run begins at its initial value, and the next one at what it committed" {
  scenario() {
    begin --initial 5
    [ "$(row status lower_bound committed_cursor_value)" = $'running\n5' ]
    [ "$(complete 7 --records 3 --metadata '{"page_size": 200}')" = 7 ]
    [ "$(nq-cursor get acme "$S" | jq -c '[.status,.committed_cursor_value,.records_processed,.metadata,.run_id]')" = \
      "[\"succeeded\",\"7\",3,{\"page_size\":200},\"$RUN\"]" ]
    begin --initial 5
    [ "$(row lower_bound metadata)" = $'7\n{"page_size":200}' ]
  }
  on_each_store scenario
}

@test "a receipt commits the higher of cursor and watermark" {
  scenario() {
    begin
    [ "$(finish 10)" = 10 ]
    begin
    [ "$(finish 9)" = 10 ]
    begin
    [ "$(finish -)" = 10 ]
    begin --since 20
    [ "$(finish 30)" = 10 ]
    begin --since 1
    [ "$(finish 11)" = 11 ]
    [ "$(row destination)" = d ]
  }
  on_each_store scenario
}

@test "a first pull that brings nothing leaves no cursor, and the next begins at its initial value again" {
  scenario() {
    begin
    [ -z "$(finish -)" ]
    [ "$(row status committed_cursor_value)" = succeeded ]
    begin --initial 5
    [ "$(row lower_bound)" = 5 ]
    [ "$(finish -)" = 5 ]
  }
  on_each_store scenario
}

@test "a stream without a cursor runs without one" {
  scenario() {
    local i
    for i in 1 2; do
      RUN=$(nq-cursor begin -F run_id acme "$S")
      receipt - | jq -c '.cursor_type = null' | nq-cursor complete -r "$RUN" acme "$S" |
        jq -e '.status == "succeeded" and .cursor_type == null and .committed_cursor_value == null'
      [ -z "$(row cursor_type)" ]
    done
  }
  on_each_store scenario
}

@test "fail keeps the cursor, is harmless twice, and ends the run" {
  scenario() {
    begin
    complete 7
    begin
    nq-cursor fail --run "$RUN" --error $'HTTP 502 "x"\n\tü' acme "$S"
    nq-cursor fail --run "$RUN" --error again acme "$S"
    nq-cursor get acme "$S" | jq -e '[.status,.error_summary,.committed_cursor_value] == ["failed","HTTP 502 \"x\"\n\tü","7"]'
    run --separate-stderr complete 8
    status_is 1
    begin
    [ "$(row error_summary lower_bound)" = $'\n7' ]
    [ "$(events)" = completed,failed ]
  }
  on_each_store scenario
}

@test "a superseded run can neither complete nor fail" {
  scenario() {
    begin
    local old=$RUN
    begin
    run --separate-stderr nq-cursor complete --run "$old" --cursor 9 acme "$S"
    status_is 1
    stderr_has "run '$old' is superseded by run '$RUN'"
    run --separate-stderr nq-cursor fail --run "$old" --error late acme "$S"
    status_is 1
    [ "$(row status committed_cursor_value)" = running ]
    [ "$(complete 7)" = 7 ]
    [ "$(events)" = abandoned,completed ]
  }
  on_each_store scenario
}

@test "complete again to the same effect is harmless, to another one refused" {
  scenario() {
    begin
    [ "$(complete 7)$(complete 7)" = 77 ]
    run --separate-stderr complete 8
    status_is 1
    [ "$(row committed_cursor_value)" = 7 ]
    [ "$(events)" = completed ]
  }
  on_each_store scenario
}

@test "a cursor below the committed one is CURSOR_REGRESSION" {
  scenario() {
    begin
    complete 7
    begin
    run --separate-stderr complete 6
    status_is 1
    stderr_has CURSOR_REGRESSION
    [ "$(row status committed_cursor_value)" = $'running\n7' ]
  }
  on_each_store scenario
}

@test "complete without any run is refused" {
  scenario() {
    RUN=x
    run --separate-stderr complete 7
    status_is 1
    stderr_has "run 'x' is not on"
  }
  on_each_store scenario
}

@test "reset sets the cursor either way, ends the claim of a run, and is in the history with its reason" {
  scenario() {
    begin
    complete 7
    begin
    nq-cursor reset --cursor 3 --reason 'reload May' acme "$S"
    [ "$(row status committed_cursor_value run_id)" = $'idle\n3' ]
    run --separate-stderr complete 9
    status_is 1
    [ "$(events 'last | [.event,.old_cursor_value,.committed_cursor_value,.reason] | @tsv')" = $'reset\t7\t3\treload May' ]
    nq-cursor reset --cursor '' --reason anew acme "$S"
    begin --initial 1
    [ "$(row lower_bound committed_cursor_value)" = 1 ]
  }
  on_each_store scenario
}

@test "instants compare as instants, numbers as numbers of any length, tokens not at all" {
  scenario() {
    RUN=$(nq-cursor begin -t timestamp_utc -F run_id acme "$S-t")
    receipt 2026-05-16T12:00:00+02:00 timestamp_utc | nq-cursor complete -r "$RUN" acme "$S-t"
    RUN=$(nq-cursor begin -F run_id --lag 5m acme "$S-t")
    [ "$(nq-cursor get -F lower_bound acme "$S-t")" = 2026-05-16T09:55:00Z ]
    receipt 2026-05-16T11:59:59.5+02:00 timestamp_utc | nq-cursor complete -r "$RUN" acme "$S-t"
    [ "$(nq-cursor get -F committed_cursor_value acme "$S-t")" = 2026-05-16T12:00:00+02:00 ]
    begin
    finish 9
    begin
    finish 10000000000000000000000001
    begin
    [ "$(finish 10000000000000000000000000)" = 10000000000000000000000001 ]
    RUN=$(nq-cursor begin -t opaque_token -F run_id acme "$S-o")
    receipt zzz opaque_token | nq-cursor complete -r "$RUN" acme "$S-o"
    RUN=$(nq-cursor begin -F run_id acme "$S-o")
    receipt aaa opaque_token | nq-cursor complete -r "$RUN" acme "$S-o"
    [ "$(nq-cursor get -F committed_cursor_value acme "$S-o")" = aaa ]
  }
  on_each_store scenario
}

@test "a new destination is refused, and --full into it forgets the cursor first" {
  scenario() {
    begin -d a
    finish 7 numeric_id a
    run --separate-stderr nq-cursor begin -d b acme "$S"
    status_is 1
    stderr_has "belongs to the destination 'a', not 'b'" 'nq-sync --full'
    begin --full -d b
    [ -z "$(row lower_bound committed_cursor_value)" ]
    finish 2 numeric_id b
    [ "$(row committed_cursor_value destination)" = $'2\nb' ]
    [ "$(events)" = completed,reset,completed ]
  }
  on_each_store scenario
}

@test "names may be any text" {
  scenario() {
    local name
    for name in ../x a/b .. .hidden 'a b' "ü'\"" $'a\nb' 'a%2Fb' '*'; do
      RUN=$(nq-cursor begin -t numeric_id -F run_id -- "$S" "$name")
      nq-cursor complete --run "$RUN" --cursor 7 -- "$S" "$name"
      [ "$(nq-cursor get -- "$S" "$name" | jq -r .stream_name)" = "$name" ]
      nq-cursor history --json -- "$S" "$name" | jq -e --arg n "$name" '.stream_name == $n'
    done
    [ "$(nq-cursor list --json "$S" | jq -s 'length, (map(.stream_name) | unique | length)' | paste -sd' ')" = '9 9' ]
  }
  on_each_store scenario
}

@test "list, metrics and history tell of each stream" {
  scenario() {
    RUN=$(nq-cursor begin -t numeric_id -F run_id "$S" b)
    nq-cursor begin -t numeric_id "$S" a
    nq-cursor complete --run "$RUN" --cursor 7 --records 3 "$S" b
    run --separate-stderr nq-cursor list "$S"
    [[ ${lines[0]} =~ ^CONNECTOR\ +STREAM\ +STATUS ]]
    [[ ${lines[1]} =~ ^$S\ +a\ +running\ +- ]]
    [[ ${lines[2]} =~ ^$S\ +b\ +succeeded\ +7\ +3 ]]
    [ "$(nq-cursor metrics "$S" b | grep -c "stream=\"b\"")" -gt 3 ]
    run nq-cursor history "$S" b
    [[ ${lines[1]} == *completed* && ${#lines[@]} -eq 2 ]]
  }
  on_each_store scenario
}

@test "a lock gives the status of its command, and is free when it has ended" {
  scenario() {
    local i
    run -7 nq-cursor lock acme "$S" -- sh -c 'exit 7'
    # shellcheck disable=SC2016 # the inner shell's
    run nq-cursor lock acme "$S" -- sh -c 'kill -9 $$'
    status_is 137
    run --separate-stderr nq-cursor lock acme "$S" -- ./no-such-command
    status_is 1
    stderr_has "cannot run './no-such-command'"
    [ "$(umask 027 && nq-cursor lock acme "$S" -- sh -c umask)" = 0027 ]
    for i in 1 2 3; do nq-cursor lock acme "$S" -- true; done
    [ "$(echo in | nq-cursor lock acme "$S" -- cat)" = in ]
  }
  on_each_store scenario
}

@test "a lock held elsewhere is 75 and says by whom, for lock, begin and reset" {
  scenario() {
    local holder verb
    nq-cursor lock acme "$S" -- sh -c "touch $BATS_TEST_TMPDIR/$S; exec sleep 60" 3>&- &
    holder=$!
    until_true 10 test -e "$BATS_TEST_TMPDIR/$S"
    for verb in "begin acme $S" "lock acme $S -- true" "lock --wait 0.2 acme $S -- true" "reset -t numeric_id -c 5 --reason x acme $S"; do
      # shellcheck disable=SC2086 # words
      run --separate-stderr nq-cursor $verb
      status_is 75
      stderr_has "another run of 'acme/$S' holds the lock (pid $holder on $(uname -n), since "
    done
    nq-cursor begin acme "$S-other"
    kill "$holder"
    wait "$holder" || true
    nq-cursor lock --wait 5 acme "$S" -- nq-cursor begin acme "$S"
  }
  on_each_store scenario
}

@test "a signal for the lock is one for its command" {
  scenario() {
    local holder status=0
    # shellcheck disable=SC2016 # the inner shell's
    nq-cursor lock acme "$S" -- bash -c 'trap "exit 9" TERM; touch "$0"; while :; do sleep 0.02; done' "$BATS_TEST_TMPDIR/$S" 3>&- &
    holder=$!
    until_true 10 test -e "$BATS_TEST_TMPDIR/$S"
    kill -TERM "$holder"
    wait "$holder" || status=$?
    [ "$status" -eq 9 ]
    nq-cursor lock acme "$S" -- true
  }
  on_each_store scenario
}

@test "the lock lives as long as anything that the command started" {
  scenario() {
    local pid
    # shellcheck disable=SC2016 # the inner shell's
    pid=$(nq-cursor lock acme "$S" -- sh -c 'sleep 60 3>&- >/dev/null 2>&1 & echo $!' 2>/dev/null)
    run -75 --separate-stderr nq-cursor begin acme "$S"
    kill -9 "$pid"
    nq-cursor lock --wait 5 acme "$S" -- true
  }
  on_each_store scenario
}

@test "what runs under the lock may begin, complete, and abandons the run before it" {
  scenario() {
    begin
    # shellcheck disable=SC2016 # the inner shell's
    nq-cursor lock acme "$S" -- sh -ec 'run=$(nq-cursor begin -F run_id acme "$0"); nq-cursor complete --run "$run" -c 7 acme "$0"' "$S"
    [ "$(row status committed_cursor_value)" = $'succeeded\n7' ]
    [ "$(events)" = abandoned,completed ]
  }
  on_each_store scenario
}

@test "a run begun under a lock that was given back may complete by hand" {
  scenario() {
    RUN=$(nq-cursor lock acme "$S" -- nq-cursor begin -t numeric_id -F run_id acme "$S")
    [ "$(complete 7)" = 7 ]
  }
  on_each_store scenario
}

@test "of many begins at once each gets a run of its own, and all but the last are abandoned" {
  scenario() {
    local i pids=()
    for i in {1..8}; do
      nq-cursor begin -t numeric_id -F run_id acme "$S" >"$BATS_TEST_TMPDIR/$S.$i.run" 2>/dev/null 3>&- &
      pids+=($!)
    done
    wait "${pids[@]}"
    [ "$(sort -u "$BATS_TEST_TMPDIR/$S".*.run | wc -l)" = 8 ]
    [ "$(events 'map(.run_id) | length, (unique | length)' | paste -sd' ')" = '7 7' ]
    grep -qx "$(row run_id)" "$BATS_TEST_TMPDIR/$S".*.run
  }
  on_each_store scenario
}

@test "of many begins under the lock at once exactly one runs, the others are told 75" {
  scenario() {
    local i pids=()
    for i in {1..6}; do
      {
        rc=0
        nq-cursor lock acme "$S" -- sh -c "nq-cursor begin acme $S && sleep 1" >/dev/null 2>&1 || rc=$?
        echo "$rc" >"$BATS_TEST_TMPDIR/$S.$i.rc"
      } 3>&- &
      pids+=($!)
    done
    wait "${pids[@]}"
    [ "$(sort -n "$BATS_TEST_TMPDIR/$S".*.rc | uniq -c | awk '{print $2 ":" $1}' | paste -sd' ')" = '0:1 75:5' ]
  }
  on_each_store scenario
}

@test "random sequences of commands, some of them killed, agree with the model" {
  scenario() {
    local seed=${NQ_SEED:-$RANDOM}
    echo "seed $seed"
    "$ROOT/tests/faults/cursor-model.sh" 8 "$seed"
  }
  on_each_store scenario
}
