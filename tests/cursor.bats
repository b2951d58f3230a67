#!/usr/bin/env bats
# nq-cursor: the life of a run, verb by verb.

load helper

setup() {
  export NQ_STATE=$BATS_TEST_TMPDIR/state
}

# start [OPTION…]: begins a run of acme/suppliers by timestamp and leaves its id in RUN.
start() { RUN=$(nq-cursor begin -t timestamp_utc -F run_id "$@" acme suppliers); }
# receipt WATERMARK [TYPE] [DESTINATION]: what nq-load answers; - for none.
receipt() {
  local mark="\"$1\""
  [[ $1 != - ]] || mark=null
  printf '{"records":3,"watermark":%s,"cursor_type":"%s","destination":"%s"}\n' \
    "$mark" "${2:-timestamp_utc}" "${3:-sqlite:/nq.db#supplier}"
}
finish() { receipt "$@" | nq-cursor complete --run "$RUN" -F committed_cursor_value acme suppliers; }
cursor() { nq-cursor get -F committed_cursor_value acme suppliers; }
commit() { start && finish "$1" >/dev/null; }
events() { nq-cursor history --json acme suppliers | jq -r "$1"; }

@test "get of a stream that never ran gives the idle row, and makes nothing" {
  run --separate-stderr nq-cursor get acme suppliers
  status_is 0
  [ "$(jq -c '[.connector_name,.stream_name,.status,.committed_cursor_value,.run_id]' <<<"$output")" = \
    '["acme","suppliers","idle",null,null]' ]
  [ "$(jq 'keys|length' <<<"$output")" = 16 ]
  [ ! -e "$NQ_STATE" ]
}

@test "begin answers the row with a run id and the relative initial bound" {
  run --separate-stderr nq-cursor begin -t timestamp_utc --initial -7d acme suppliers
  status_is 0
  [[ $(jq -r .run_id <<<"$output") =~ ^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{32}$ ]]
  [ "$(jq -r .status <<<"$output")" = running ]
  local bound age
  bound=$(jq -r .lower_bound <<<"$output")
  [[ $bound =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$ ]]
  age=$(($(date +%s) - $(date -d "$bound" +%s) - 7 * 86400))
  ((age >= 0 && age <= 30))
}

@test "two run ids are never the same" {
  start
  local first=$RUN
  start
  [ "$first" != "$RUN" ]
}

@test "S21 an initial value is only for the first run" {
  start --initial 2020-01-01
  [ "$(nq-cursor get -F lower_bound acme suppliers)" = 2020-01-01 ]
  finish 2026-05-16T10:00:00Z
  start --initial 2020-01-01
  [ "$(nq-cursor get -F lower_bound acme suppliers)" = 2026-05-16T10:00:00Z ]
}

# [differ] The cursor wins over an initial value that is later: to leave rows out is said by a reset.
@test "S21 a cursor is what the next run begins at, in the form it has, an initial value above it or not" {
  start --initial 2021-01-01
  finish 2021-01-02T00:00:00-08:00
  start --initial 2022-01-01
  [ "$(nq-cursor get -F lower_bound acme suppliers)" = 2021-01-02T00:00:00-08:00 ]
  run --separate-stderr nq-cursor begin -t timestamp_utc --initial 1612137600 acme epoch
  status_is 2
}

@test "complete commits the watermark of the receipt and tells the row" {
  start
  run --separate-stderr nq-cursor complete --run "$RUN" --metadata '{"page_size": 200}' acme suppliers \
    < <(receipt 2026-05-16T10:23:14Z)
  status_is 0
  [ "$(jq -c '[.committed_cursor_value,.status,.records_processed,.metadata,.destination]' <<<"$output")" = \
    '["2026-05-16T10:23:14Z","succeeded",3,{"page_size":200},"sqlite:/nq.db#supplier"]' ]
  [ "$(cursor)" = 2026-05-16T10:23:14Z ]
}

@test "the values of --field come a line each, null as an empty line" {
  run --separate-stderr nq-cursor get -F status -F committed_cursor_value -F stream_name acme suppliers
  status_is 0
  stdout_is $'idle\n\nsuppliers'
}

@test "--field of what is not one line is refused, and a line of it is not given for the whole" {
  start
  nq-cursor fail --run "$RUN" --error $'first\nsecond' acme suppliers >/dev/null
  run --separate-stderr nq-cursor get -F error_summary acme suppliers
  status_is 1
  stdout_is ''
  stderr_has "--field: the value of 'error_summary' is not one line: read the JSON"
}

@test "an unknown --field is a usage error before anything is done" {
  run --separate-stderr nq-cursor begin -F runid acme suppliers
  status_is 2
  stderr_has "a row has no 'runid', did you mean 'run_id'?" "try 'nq-cursor begin --help'"
  run --separate-stderr nq-cursor begin -F cursor acme suppliers
  stderr_has "a row has no 'cursor': it has connector_name, stream_name, cursor_type, committed_cursor_value, "
  [ ! -e "$NQ_STATE" ]
}

@test "D93 instants are compared as instants, whatever offset and fraction" {
  local pair
  commit 2026-05-16T12:00:00+02:00
  # lower as an instant though higher as text: the cursor stays
  for pair in 2026-05-16T11:59:59.5+02:00 2026-05-16T10:00:00Z 2026-05-16T09:00:00-01:00 '2026-05-16 10:00:00'; do
    start
    [ "$(finish "$pair")" = 2026-05-16T12:00:00+02:00 ]
  done
  start
  [ "$(finish 2026-05-16T10:00:00.000000001Z)" = 2026-05-16T10:00:00.000000001Z ]
  start
  [ "$(finish 2026-05-16T10:00:00.0000000010Z)" = 2026-05-16T10:00:00.000000001Z ]
}

@test "numeric ids are numbers of any length" {
  local run
  run=$(nq-cursor begin -t numeric_id -F run_id acme items)
  receipt 9 numeric_id | nq-cursor complete -r "$run" acme items >/dev/null
  run=$(nq-cursor begin -F run_id acme items)
  receipt 10000000000000000000000001 numeric_id | nq-cursor complete -r "$run" acme items >/dev/null
  run=$(nq-cursor begin -F run_id acme items)
  receipt 10000000000000000000000000 numeric_id | nq-cursor complete -r "$run" acme items >/dev/null
  [ "$(nq-cursor get -F committed_cursor_value acme items)" = 10000000000000000000000001 ]
}

@test "S19 an opaque token is replaced by the next one" {
  local run
  run=$(nq-cursor begin -t opaque_token -F run_id acme items)
  receipt zzz opaque_token | nq-cursor complete -r "$run" acme items >/dev/null
  run=$(nq-cursor begin -F run_id acme items)
  receipt aaa opaque_token | nq-cursor complete -r "$run" acme items >/dev/null
  [ "$(nq-cursor get -F committed_cursor_value acme items)" = aaa ]
}

@test "an explicit cursor below the committed one is CURSOR_REGRESSION" {
  commit 2026-05-16T10:00:00Z
  start
  run --separate-stderr nq-cursor complete --run "$RUN" --cursor 2026-05-16T09:59:59.999Z acme suppliers
  status_is 1
  [ -z "$output" ]
  stderr_has CURSOR_REGRESSION "'2026-05-16T10:00:00Z'"
  [ "$(cursor)" = 2026-05-16T10:00:00Z ]
  nq-cursor complete --run "$RUN" --cursor 2026-05-16T10:00:00Z --records 0 acme suppliers
}

@test "an empty pull commits its lower bound when there was no cursor, else keeps it" {
  start --initial 2026-01-01
  [ "$(finish -)" = 2026-01-01 ]
  start --lag 1h
  [ "$(finish -)" = 2026-01-01 ]
}

@test "D82 a run with a lower bound above the cursor never moves it" {
  commit 2026-05-16T10:00:00Z
  start --since 2026-06-01
  run --separate-stderr finish 2026-06-02T00:00:00Z
  status_is 0
  stdout_is 2026-05-16T10:00:00Z
  stderr_has 'began above the committed cursor'
}

@test "D91 a run with a lower bound below the cursor raises it only" {
  commit 2026-05-16T10:00:00Z
  start --since 2026-01-01
  [ "$(finish 2026-03-01T00:00:00Z)" = 2026-05-16T10:00:00Z ]
  start --since 2026-01-01
  [ "$(finish 2026-07-01T00:00:00Z)" = 2026-07-01T00:00:00Z ]
}

@test "D89 a lag goes back from the committed cursor, and only in time" {
  commit 2026-05-16T10:00:00.25+02:00
  start --lag 5m
  [ "$(nq-cursor get -F lower_bound acme suppliers)" = 2026-05-16T07:55:00.25Z ]
  run --separate-stderr nq-cursor begin -t numeric_id --lag 5m acme items
  status_is 2
  stderr_has '--lag: only a timestamp_utc cursor can go back by a time, not numeric_id'
}

@test "a bound must be of the cursor's type" {
  run --separate-stderr nq-cursor begin -t timestamp_utc --since yesterday acme suppliers
  status_is 2
  stderr_has "--since: 'yesterday' is not a timestamp: write 2026-05-16T10:23:14Z, 2026-05-16 or -7d"
  run --separate-stderr nq-cursor begin -t numeric_id --initial -7d acme suppliers
  status_is 2
  stderr_has "--initial: '-7d' is not a number"
  run --separate-stderr nq-cursor begin --since 5 acme suppliers
  status_is 2
  stderr_has '--since needs --cursor-type'
  run --separate-stderr nq-cursor begin -t date acme suppliers
  status_is 2
  stderr_has 'timestamp_utc, numeric_id or opaque_token'
}

@test "another cursor type than the committed cursor's is refused" {
  commit 2026-05-16T10:00:00Z
  run --separate-stderr nq-cursor begin -t numeric_id acme suppliers
  status_is 1
  stderr_has 'the committed cursor is a timestamp_utc, not a numeric_id'
}

@test "complete again to the same effect is harmless, to another one refused" {
  start
  [ "$(finish 2026-05-16T10:00:00Z)" = 2026-05-16T10:00:00Z ]
  [ "$(finish 2026-05-16T10:00:00Z)" = 2026-05-16T10:00:00Z ]
  run --separate-stderr finish 2026-05-16T11:00:00Z
  status_is 1
  stderr_has "has completed already, with cursor '2026-05-16T10:00:00Z'"
  [ "$(events .event)" = completed ]
}

@test "a superseded run can neither complete nor fail" {
  start
  local old=$RUN
  start
  run --separate-stderr nq-cursor complete --run "$old" acme suppliers < <(receipt 2026-05-16T10:00:00Z)
  status_is 1
  stderr_has "run '$old' is superseded by run '$RUN' (running)"
  run --separate-stderr nq-cursor fail --run "$old" --error late acme suppliers
  status_is 1
  [ "$(nq-cursor get -F status -F committed_cursor_value acme suppliers)" = $'running' ]
  finish 2026-05-16T09:00:00Z
}

@test "complete before any begin is refused" {
  run --separate-stderr nq-cursor complete --run x acme suppliers < <(receipt 2026-05-16T10:00:00Z)
  status_is 1
  stderr_has "run 'x' is not on"
}

@test "fail keeps the cursor, is harmless twice, and ends the run" {
  commit 2026-05-16T10:00:00Z
  start
  nq-cursor fail --run "$RUN" --error 'nq-fetch: HTTP 502' acme suppliers >/dev/null
  nq-cursor fail --run "$RUN" --error 'again' acme suppliers >/dev/null
  [ "$(nq-cursor get -F status -F error_summary -F committed_cursor_value acme suppliers)" = \
    $'failed\nnq-fetch: HTTP 502\n2026-05-16T10:00:00Z' ]
  run --separate-stderr finish 2026-05-17T10:00:00Z
  status_is 1
  stderr_has 'has failed already (nq-fetch: HTTP 502)'
  start
  [ "$(nq-cursor get -F error_summary -F lower_bound acme suppliers)" = $'\n2026-05-16T10:00:00Z' ]
}

@test "fail after complete is refused" {
  commit 2026-05-16T10:00:00Z
  run --separate-stderr nq-cursor fail --run "$RUN" --error x acme suppliers
  status_is 1
  stderr_has 'has completed already'
}

@test "an error text is kept as text, cut at its limit and at what is not UTF-8" {
  start
  nq-cursor fail -r "$RUN" -e $'a "b"\n\tc \xff d' acme suppliers | jq -e '.error_summary == "a \"b\"\n\tc "'
  start
  nq-cursor fail -r "$RUN" -e "$(printf 'é%.0s' {1..5000})" acme suppliers |
    jq -e '.error_summary | utf8bytelength == 4096'
}

@test "reset sets the cursor either way and is in the history" {
  commit 2026-05-16T10:00:00Z
  start
  run --separate-stderr nq-cursor reset --cursor 2026-01-01T00:00:00Z --reason 'backfill Q1' acme suppliers
  status_is 0
  [ "$(jq -c '[.status,.run_id,.committed_cursor_value]' <<<"$output")" = '["idle",null,"2026-01-01T00:00:00Z"]' ]
  [ "$(events '[.event,.old_cursor_value,.committed_cursor_value,.reason]|@tsv' | tail -n 1)" = \
    $'reset\t2026-05-16T10:00:00Z\t2026-01-01T00:00:00Z\tbackfill Q1' ]
  run --separate-stderr finish 2026-05-17T10:00:00Z
  status_is 1
  [ "$(cursor)" = 2026-01-01T00:00:00Z ]
}

@test "reset to nothing lets the next run begin at its initial value" {
  commit 2026-05-16T10:00:00Z
  nq-cursor reset --cursor '' --reason anew acme suppliers >/dev/null
  start --initial 2019-01-01
  [ "$(nq-cursor get -F lower_bound -F committed_cursor_value acme suppliers)" = 2019-01-01 ]
}

@test "reset wants a reason and a cursor of its type" {
  run --separate-stderr nq-cursor reset --cursor 5 acme suppliers
  status_is 2
  stderr_has "option '--reason' is missing"
  run --separate-stderr nq-cursor reset --cursor 5 --reason x acme suppliers
  status_is 2
  stderr_has '--cursor needs --cursor-type'
  run --separate-stderr nq-cursor reset -t numeric_id --cursor five --reason x acme suppliers
  status_is 2
  stderr_has "'five' is not a number"
  [ ! -e "$NQ_STATE/acme/suppliers.json" ]
}

@test "a new destination or a table that is gone is refused with the remedy" {
  start -d sqlite:/a.db#supplier
  finish 2026-05-16T10:00:00Z timestamp_utc sqlite:/a.db#supplier
  run --separate-stderr nq-cursor begin -d sqlite:/b.db#supplier acme suppliers
  status_is 1
  stderr_has "belongs to the destination 'sqlite:/a.db#supplier', not 'sqlite:/b.db#supplier'" 'nq-sync --full'
  run --separate-stderr nq-cursor begin -d sqlite:/a.db#supplier --destination-missing acme suppliers
  status_is 1
  stderr_has "the table of 'sqlite:/a.db#supplier' is gone" 'nq-sync --full'
  start -d sqlite:/a.db#supplier
}

@test "a first run may go anywhere, and without a cursor a failed one binds nothing" {
  start -d sqlite:/a.db#t --destination-missing
  nq-cursor fail -r "$RUN" -e x acme suppliers >/dev/null
  start -d sqlite:/b.db#t
  finish 2026-05-16T10:00:00Z timestamp_utc sqlite:/b.db#t
}

@test "--full into a new destination forgets the cursor first, into the same one keeps it" {
  start -d sqlite:/a.db#t
  finish 2026-05-16T10:00:00Z timestamp_utc sqlite:/a.db#t
  start --full -d sqlite:/a.db#t
  [ "$(nq-cursor get -F lower_bound -F committed_cursor_value acme suppliers)" = $'\n2026-05-16T10:00:00Z' ]
  start --full -d sqlite:/b.db#t
  [ -z "$(nq-cursor get -F committed_cursor_value -F lower_bound acme suppliers)" ]
  nq-cursor fail -r "$RUN" -e x acme suppliers >/dev/null
  start -d sqlite:/b.db#t
  [ -z "$(nq-cursor get -F lower_bound acme suppliers)" ]
  [ "$(events .event | paste -sd,)" = completed,abandoned,reset,failed ]
}

@test "a receipt must be one, and fit the run" {
  local bad
  commit 2026-05-16T10:00:00Z
  start
  for bad in '' ' ' '{' '[]' '3' '{}' '{"records":1}' '{"records":-1,"destination":"d"}' '{"records":1,"destination":null}' \
    '{"records":1,"records":2,"destination":"sqlite:/nq.db#supplier"}' \
    '{"records":1,"destination":"elsewhere"}' \
    '{"records":1,"destination":"sqlite:/nq.db#supplier","watermark":"2027-01-01"}' \
    '{"records":1,"destination":"sqlite:/nq.db#supplier","cursor_type":"timestamp_utc","watermark":"x"}' \
    '{"records":1,"destination":"sqlite:/nq.db#supplier","cursor_type":"numeric_id","watermark":"5"}' \
    '{"records":1,"destination":"sqlite:/nq.db#supplier","cursor_type":"date","watermark":null}' \
    "$(receipt 2027-01-01)$(receipt 2027-01-01)" "$(receipt 2027-01-01) x" "$(receipt 2027-01-01 | tr '"' "'")"; do
    run --separate-stderr nq-cursor complete -r "$RUN" acme suppliers <<<"$bad"
    [ "$status" -eq 1 ] || { echo "status $status for $bad"; false; }
    [ -z "$output" ]
    [ "$(nq-cursor get -F status -F committed_cursor_value acme suppliers)" = $'running\n2026-05-16T10:00:00Z' ]
  done
  run --separate-stderr nq-cursor complete -r "$RUN" acme suppliers </dev/null
  status_is 1
  stderr_has 'no receipt: the load did not succeed'
}

@test "metadata must be an object" {
  local bad
  start
  for bad in 'x' '[1]' '{"a":1,"a":2}' '{"a":1}{}' '"s"'; do
    run --separate-stderr nq-cursor complete -r "$RUN" -c 2026-01-01 -m "$bad" acme suppliers
    status_is 2
    stderr_has '--metadata'
  done
  [ "$(nq-cursor get -F status acme suppliers)" = running ]
}

@test "a stream without a cursor type runs without one" {
  local run
  run=$(nq-cursor begin -F run_id acme countries)
  receipt - | jq -c '.cursor_type = null' | nq-cursor complete -r "$run" acme countries |
    jq -e '.status == "succeeded" and .cursor_type == null and .committed_cursor_value == null'
}

@test "list shows all streams as a table or as JSON, sorted" {
  nq-cursor begin -t numeric_id b two >/dev/null
  nq-cursor begin -t numeric_id b one >/dev/null
  nq-cursor begin -t numeric_id a one >/dev/null
  run --separate-stderr nq-cursor list
  status_is 0
  [[ ${lines[0]} =~ ^CONNECTOR\ +STREAM\ +STATUS\ +CURSOR ]]
  [[ ${lines[1]} =~ ^a\ +one\ +running\ +- ]]
  [ "$(nq-cursor list --json | jq -r '.connector_name + "/" + .stream_name' | paste -sd' ')" = 'a/one b/one b/two' ]
  [ "$(nq-cursor list --json b | wc -l)" = 2 ]
  [ "$(nq-cursor list --json b one | wc -l)" = 1 ]
}

@test "list and history of nothing are headlines, and nothing as JSON" {
  [ "$(nq-cursor list | wc -l)" = 1 ]
  [ -z "$(nq-cursor list --json)" ]
  [ "$(nq-cursor history acme suppliers | wc -l)" = 1 ]
  [ ! -e "$NQ_STATE" ]
}

@test "a table cannot drive the terminal" {
  start
  nq-cursor fail -r "$RUN" -e $'\e[2Jgone\nx' acme suppliers >/dev/null
  nq-cursor list | grep -F '\x1b[2Jgone\x0ax'
  nq-cursor history acme suppliers | grep -F '\x1b[2Jgone\x0ax'
}

@test "the history has a line for each ended run, and who did it" {
  export NQ_UPDATED_BY='ci "42"'
  commit 2026-05-16T10:00:00Z
  start
  nq-cursor fail -r "$RUN" -e broken acme suppliers >/dev/null
  start
  start
  [ "$(events '[.event,.error_summary // "",.updated_by]|join("/")')" = \
    $'completed//ci "42"\nfailed/broken/ci "42"\nabandoned/abandoned/ci "42"' ]
}

@test "updated_by is user@host without NQ_UPDATED_BY" {
  unset NQ_UPDATED_BY
  start
  [ "$(nq-cursor get -F updated_by acme suppliers)" = "$(id -un)@$(uname -n)" ]
}

@test "metrics are Prometheus text" {
  commit 2020-01-01T00:00:00Z
  nq-cursor begin -t numeric_id "od\"d\\" items >/dev/null
  run --separate-stderr nq-cursor metrics
  status_is 0
  grep -qx 'nq_stream_last_run_success{connector="acme",stream="suppliers"} 1' <<<"$output"
  grep -qx 'nq_stream_last_run_records{connector="acme",stream="suppliers"} 3' <<<"$output"
  grep -qxE 'nq_stream_lag_seconds\{connector="acme",stream="suppliers"\} [0-9]{9}' <<<"$output"
  grep -qxF 'nq_stream_running{connector="od\"d\\",stream="items"} 1' <<<"$output"
  run ! grep -vE '^(# (HELP|TYPE) nq_[a-z_]+ .*|nq_[a-z_]+\{connector="[^"]*(\\"[^"]*)?",stream="[^"]*"\} -?[0-9]+)$' <<<"$output"
}

@test "verbs and names are checked, with what to write instead" {
  run --separate-stderr nq-cursor
  status_is 2
  stderr_has 'no verb: write what to do first, for example nq-cursor list'
  run --separate-stderr nq-cursor compleet acme suppliers
  status_is 2
  stderr_has "did you mean 'complete'?"
  run --separate-stderr nq-cursor get acme
  status_is 2
  stderr_has 'the name of the stream is missing'
  run --separate-stderr nq-cursor get acme suppliers more
  status_is 2
  stderr_has "one operand too many: 'more'"
  run --separate-stderr nq-cursor complete acme suppliers
  status_is 2
  stderr_has "option '--run' is missing"
}

@test "every verb has its own help, and the manual names the same options" {
  local verb options manual
  manual=$(mandoc -T ascii "$ROOT/man/nq-cursor.1" | sed 's/.\x08//g')
  for verb in '' get begin complete fail reset list history lock track metrics; do
    run --separate-stderr nq-cursor ${verb:+"$verb"} --help
    status_is 0
    [[ $output == "usage: nq-cursor ${verb:-[--state WHERE]} "* ]]
    options+=$(grep -oE '^  (-[A-Za-z],|   ) --[a-z-]+' <<<"$output" | grep -oE -- '--[a-z-]+')$'\n'
  done
  diff <(sort -u <<<"$options" | grep .) \
    <(grep -oE '^ {5,8}(-[A-Za-z], )?--[a-z-]+' <<<"$manual" | grep -oE -- '--[a-z-]+' | sort -u)
}

@test "the examples of the manual run" {
  run "$ROOT/tests/examples.sh" "$ROOT/man/nq-cursor.1"
  status_is 0
}

@test "a place that is no directory is refused" {
  run --separate-stderr nq-cursor --state ftp://u:geheim@h/db get acme suppliers
  status_is 2
  stderr_has "there is no store for 'ftp:'"
  [[ ${stderr:?} != *geheim* ]]
  : >"$BATS_TEST_TMPDIR/file"
  run --separate-stderr nq-cursor --state "$BATS_TEST_TMPDIR/file" get acme suppliers
  status_is 2
  stderr_has 'is a file, not a directory'
  run --separate-stderr env -u NQ_STATE -u HOME -u XDG_STATE_HOME nq-cursor get acme suppliers
  status_is 2
  stderr_has '--state DIRECTORY'
}

@test "the state is where XDG says, else in the home directory" {
  unset NQ_STATE
  XDG_STATE_HOME=$BATS_TEST_TMPDIR/x nq-cursor begin a b >/dev/null
  [ -f "$BATS_TEST_TMPDIR/x/nq/a/b.json" ]
  HOME=$BATS_TEST_TMPDIR/h XDG_STATE_HOME='' nq-cursor begin a b >/dev/null
  [ -f "$BATS_TEST_TMPDIR/h/.local/state/nq/a/b.json" ]
}

@test "a full standard output is a failure" {
  run --separate-stderr bash -c 'nq-cursor get acme suppliers >/dev/full'
  status_is 1
  stderr_has 'cannot write standard output: No space left on device'
  run --separate-stderr bash -c 'nq-cursor begin acme suppliers >/dev/full'
  status_is 1
}
