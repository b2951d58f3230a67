#!/usr/bin/env bats
# The state directory: what is in it, what may be planted in it, and what damage is answered with.

load helper

setup() {
  export NQ_STATE=$BATS_TEST_TMPDIR/state
  FILE=$NQ_STATE/acme/suppliers.json
}

start() { RUN=$(nq-cursor begin -t timestamp_utc -F run_id acme suppliers); }
commit() { start && nq-cursor complete --run "$RUN" -c "$1" acme suppliers >/dev/null; }
cursor() { nq-cursor get -F committed_cursor_value acme suppliers; }
files() { (cd "$NQ_STATE" && find . -type f | sort | paste -sd' '); }

@test "files are 0600 and directories 0700 whatever the umask" {
  (umask 000 && nq-cursor lock acme suppliers -- nq-cursor begin acme suppliers >/dev/null)
  (umask 777 && nq-cursor begin acme other >/dev/null)
  nq-cursor reset -t numeric_id -c 5 --reason x acme suppliers >/dev/null
  [ "$(find "$NQ_STATE" -type d -printf '%m\n' | sort -u)" = 700 ]
  [ "$(find "$NQ_STATE" -type f -printf '%m\n' | sort -u)" = 600 ]
  [ "$(files)" = './acme/other.json ./acme/suppliers.json ./acme/suppliers.lock ./acme/suppliers.runs.ndjson' ]
}

@test "the command under a lock keeps the umask of the caller" {
  umask 027
  [ "$(nq-cursor lock acme suppliers -- sh -c umask)" = 0027 ]
}

@test "the row is pretty-printed, one member a line" {
  commit 2026-05-16T10:00:00Z
  [ "$(sed -n 2p "$FILE")" = '  "version": 1,' ]
  [ "$(wc -l <"$FILE")" = 20 ]
  jq -e '.checksum | test("^fnv1a64:[0-9a-f]{16}$")' "$FILE"
}

@test "white space does not count for the checksum, a value does" {
  commit 2026-05-16T10:00:00Z
  jq -c . "$FILE" >"$BATS_TEST_TMPDIR/flat" && cp "$BATS_TEST_TMPDIR/flat" "$FILE"
  [ "$(cursor)" = 2026-05-16T10:00:00Z ]
  sed -i s/2026-05-16T10/2026-05-16T11/ "$FILE"
  run --separate-stderr nq-cursor get acme suppliers
  status_is 1
  stderr_has 'the checksum is not that of the content'
}

@test "names are safe in paths, and come back" {
  local name
  for name in ../x a/b . .. .hidden 'a b' 'ü' $'a\nb' 'a%2Fb' 's@2026-01-01T00:00:00Z..2026-02-01' -- '*'; do
    nq-cursor begin -t numeric_id -- "$name" "$name" >/dev/null
    [ "$(nq-cursor get -- "$name" "$name" | jq -r .stream_name)" = "$name" ]
  done
  [ "$(cd "$BATS_TEST_TMPDIR" && find . -mindepth 1 -maxdepth 1)" = ./state ]
  [ "$(find "$NQ_STATE" -mindepth 2 -type f | wc -l)" = 12 ]
  [ "$(find "$NQ_STATE" -mindepth 1 -name '.*')" = '' ]
  [ "$(nq-cursor list --json | jq -s 'map(.stream_name) | length, (unique | length)' | paste -sd' ')" = '12 12' ]
}

@test "names that cannot be are refused" {
  run --separate-stderr nq-cursor get '' suppliers
  status_is 2
  stderr_has 'the name of the connector is empty'
  run --separate-stderr nq-cursor get acme ''
  status_is 2
  run --separate-stderr nq-cursor get acme $'\xff'
  status_is 2
  stderr_has 'the name of the stream is not UTF-8'
  nq-cursor begin acme "$(printf 'x%.0s' {1..200})" >/dev/null
  run --separate-stderr nq-cursor begin acme "$(printf 'x%.0s' {1..201})"
  status_is 2
  stderr_has 'has 201 bytes when percent-encoded, at most 200 go'
}

# damaged SHELL: a state with two committed runs, after SHELL changed FILE, is told and not overwritten.
damaged() {
  rm -rf "$NQ_STATE"
  commit 2026-05-16T10:00:00Z
  commit 2026-05-17T10:00:00Z
  (cd "$NQ_STATE/acme" && eval "$1")
  cp "$FILE" "$BATS_TEST_TMPDIR/damaged"
  local verb
  for verb in get 'begin -t timestamp_utc' "complete -r $RUN -c 2026-05-18" "fail -r $RUN -e x"; do
    # shellcheck disable=SC2086 # options
    run --separate-stderr nq-cursor $verb acme suppliers
    status_is 1
    stdout_is ''
    stderr_has "'$FILE' is damaged (" \
      "nq-cursor reset --state $NQ_STATE --cursor-type timestamp_utc --cursor 2026-05-17T10:00:00Z --reason 'damaged state' -- acme suppliers"
    cmp "$FILE" "$BATS_TEST_TMPDIR/damaged"
  done
  run --separate-stderr nq-cursor list
  status_is 1
  # the remedy, as it is printed
  nq-cursor get acme suppliers 2>"$BATS_TEST_TMPDIR/said" || true
  eval "$(grep -o 'nq-cursor reset.*' "$BATS_TEST_TMPDIR/said")" >/dev/null
  [ "$(cursor)" = 2026-05-17T10:00:00Z ]
  start
  [ "$(nq-cursor get -F lower_bound acme suppliers)" = 2026-05-17T10:00:00Z ]
}

@test "an empty file is damage" { damaged ': >suppliers.json'; }
@test "a file cut in the middle is damage" { damaged 'truncate -s 300 suppliers.json'; }
@test "a file cut by one byte of its closing bracket is damage" { damaged 'truncate -s -2 suppliers.json'; }
@test "zeros, as after a crash of the file system, are damage" {
  damaged 'truncate -s 0 suppliers.json; truncate -s 600 suppliers.json'
}
@test "a flipped bit in the cursor is damage" { damaged 'sed -i s/-17T10:00:00Z/-17T10:00:01Z/ suppliers.json'; }
@test "an unknown version is damage" { damaged 'sed -i "s/version\": 1/version\": 2/" suppliers.json'; }
@test "no version is damage" { damaged 'sed -i /version/d suppliers.json'; }
@test "a missing member is damage" { damaged 'sed -i /error_summary/d suppliers.json'; }
@test "an unknown member is damage" { damaged 'sed -i "s/{/{\"x\":1,/" suppliers.json'; }
@test "a member twice is damage" { damaged 'sed -i "/run_id/p" suppliers.json'; }
@test "another JSON text is damage" { damaged 'echo "[1]" >suppliers.json'; }
@test "bytes that are not UTF-8 are damage" { damaged 'printf "{\"a\":\"\\xff\"}" >suppliers.json'; }
@test "a wrong type is damage" { damaged 'sed -i "s/\"status\": \"succeeded\"/\"status\": 7/" suppliers.json'; }
@test "an unknown status is damage" { damaged 'sed -i s/succeeded/done/ suppliers.json'; }
@test "a second value behind the row is damage" { damaged 'echo "{}" >>suppliers.json'; }
@test "the row of another stream is damage" {
  damaged 'nq-cursor begin acme other >/dev/null; cp other.json suppliers.json; rm other.json'
}

@test "damage without any history says how to begin anew" {
  start
  : >"$FILE"
  run --separate-stderr nq-cursor begin acme suppliers
  status_is 1
  stderr_has 'has no history' "--cursor '' --reason"
}

@test "a last history line that a crash cut is passed over, and taken away by the next" {
  commit 2026-05-16T10:00:00Z
  local runs=$NQ_STATE/acme/suppliers.runs.ndjson
  printf '{"event":"comp' >>"$runs"
  [ "$(nq-cursor history --json acme suppliers | wc -l)" = 1 ]
  commit 2026-05-17T10:00:00Z
  [ "$(nq-cursor history --json acme suppliers | jq -r .committed_cursor_value | paste -sd' ')" = \
    '2026-05-16T10:00:00Z 2026-05-17T10:00:00Z' ]
  [ "$(wc -l <"$runs")" = 2 ]
}

@test "a damaged line of the history is told, the others are shown" {
  commit 2026-05-16T10:00:00Z
  echo garbage >>"$NQ_STATE/acme/suppliers.runs.ndjson"
  commit 2026-05-17T10:00:00Z
  run --separate-stderr nq-cursor history --json acme suppliers
  status_is 1
  [ "${#lines[@]}" = 2 ]
  stderr_has '1 of 3 lines of the history is damaged'
}

@test "the history is rotated, and read over both files" {
  commit 2026-05-16T10:00:00Z
  local runs=$NQ_STATE/acme/suppliers.runs.ndjson
  while (($(stat -c %s "$runs") <= 4 << 20)); do
    cat "$runs" "$runs" "$runs" "$runs" >"$BATS_TEST_TMPDIR/more" && cat "$BATS_TEST_TMPDIR/more" >>"$runs"
  done
  local before
  before=$(wc -l <"$runs")
  commit 2026-05-17T10:00:00Z
  [ "$(wc -l <"$runs")" = 1 ]
  [ "$(nq-cursor history --json acme suppliers | wc -l)" = $((before + 1)) ]
}

@test "a lost history line of a run that ended is written by the next one" {
  commit 2026-05-16T10:00:00Z
  : >"$NQ_STATE/acme/suppliers.runs.ndjson"
  start
  [ "$(nq-cursor history --json acme suppliers | jq -r .event)" = completed ]
}

@test "a link in place of the row is neither read nor followed" {
  commit 2026-05-16T10:00:00Z
  mv "$FILE" "$BATS_TEST_TMPDIR/elsewhere.json"
  ln -s "$BATS_TEST_TMPDIR/elsewhere.json" "$FILE"
  cp "$BATS_TEST_TMPDIR/elsewhere.json" "$BATS_TEST_TMPDIR/copy"
  run --separate-stderr nq-cursor begin acme suppliers
  status_is 1
  stderr_has "cannot open '$FILE'"
  cmp "$BATS_TEST_TMPDIR/copy" "$BATS_TEST_TMPDIR/elsewhere.json"
}

@test "links in place of lock, history and temporary file are not followed" {
  commit 2026-05-16T10:00:00Z
  echo precious >"$BATS_TEST_TMPDIR/precious"
  ln -s "$BATS_TEST_TMPDIR/precious" "$NQ_STATE/acme/suppliers.lock"
  run --separate-stderr nq-cursor lock acme suppliers -- true
  status_is 1
  run --separate-stderr nq-cursor begin acme suppliers
  status_is 1
  rm "$NQ_STATE/acme/suppliers.lock" "$NQ_STATE/acme/suppliers.runs.ndjson"
  ln -s "$BATS_TEST_TMPDIR/precious" "$NQ_STATE/acme/suppliers.runs.ndjson"
  run --separate-stderr nq-cursor reset -c 2026-01-01 --reason x acme suppliers
  status_is 1
  rm "$NQ_STATE/acme/suppliers.runs.ndjson"
  ln -s "$BATS_TEST_TMPDIR/precious" "$FILE.1.tmp"
  start
  [ "$(cat "$BATS_TEST_TMPDIR/precious")" = precious ]
  [ ! -e "$FILE.1.tmp" ]
}

@test "a FIFO or a directory in place of the row does not hang" {
  mkdir -p "$NQ_STATE/acme" && mkfifo "$FILE"
  run --separate-stderr timeout 5 nq-cursor get acme suppliers
  status_is 1
  stderr_has 'is not a regular file'
  rm "$FILE" && mkdir "$FILE"
  run --separate-stderr timeout 5 nq-cursor begin acme suppliers
  status_is 1
}

@test "a read-only directory is read, and not written" {
  commit 2026-05-16T10:00:00Z
  if [ "$(id -u)" = 0 ]; then
    chown -R 65534 "$NQ_STATE" && chmod 500 "$NQ_STATE/acme" && chmod 755 "$BATS_TEST_TMPDIR"
    as() { setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ "$@"; }
    # the tree itself may lie where only root gets in
    install -m 755 "$BUILD/nq-cursor" "$BATS_TEST_TMPDIR/" && PATH=$BATS_TEST_TMPDIR:$PATH
    local up=$BATS_TEST_TMPDIR
    while [[ $up != / ]]; do chmod o+x "$up" && up=$(dirname "$up"); done
  else
    chmod 500 "$NQ_STATE/acme"
    as() { "$@"; }
  fi
  run --separate-stderr as nq-cursor get -F committed_cursor_value acme suppliers
  status_is 0
  stdout_is 2026-05-16T10:00:00Z
  run --separate-stderr as nq-cursor begin acme suppliers
  status_is 1
  stderr_has 'Permission denied'
  chmod 700 "$NQ_STATE/acme"
}

@test "a lock gives the status of its command" {
  run -7 nq-cursor lock acme suppliers -- sh -c 'exit 7'
  # shellcheck disable=SC2016 # the inner shell's
  run bash -c "nq-cursor lock acme suppliers -- bash -c 'kill -9 \$\$'"
  status_is 137
  run --separate-stderr nq-cursor lock acme suppliers -- ./no-such-command
  status_is 1
  stderr_has "cannot run './no-such-command'"
  run --separate-stderr nq-cursor lock acme suppliers true
  status_is 2
  stderr_has "write '--' and the command"
}

# hold: a process that holds the lock until it is killed, in HOLDER.
hold() {
  nq-cursor lock acme suppliers -- sleep 60 3>&- &
  HOLDER=$!
  until_true 10 test -s "$NQ_STATE/acme/suppliers.lock"
}

@test "a lock held elsewhere is 75 and says by whom, for lock, begin and reset" {
  hold
  local verb
  for verb in 'begin acme suppliers' 'lock acme suppliers -- true' 'lock --wait 0.2 acme suppliers -- true' \
    'reset -t numeric_id -c 5 --reason x acme suppliers'; do
    # shellcheck disable=SC2086 # words
    run --separate-stderr nq-cursor $verb
    status_is 75
    stderr_has "another run of 'acme/suppliers' holds the lock (pid $HOLDER on $(uname -n), since "
  done
  nq-cursor begin acme other >/dev/null
  kill "$HOLDER"
}

@test "kill -9 frees the lock" {
  hold
  kill -9 "$HOLDER"
  nq-cursor lock --wait 5 acme suppliers -- nq-cursor begin acme suppliers
}

@test "the lock lives as long as anything that the command started" {
  nq-cursor lock acme suppliers -- sh -c 'sleep 60 3>&- >/dev/null 2>&1 & echo $!' >"$BATS_TEST_TMPDIR/pid"
  run nq-cursor begin acme suppliers
  status_is 75
  kill -9 "$(cat "$BATS_TEST_TMPDIR/pid")"
  nq-cursor lock --wait 5 acme suppliers -- true
}

@test "lock --wait gets the lock once it is free" {
  nq-cursor lock acme suppliers -- sleep 0.5 3>&- &
  until_true 10 test -s "$NQ_STATE/acme/suppliers.lock"
  nq-cursor lock --wait 10 acme suppliers -- true
}

@test "what runs under the lock may begin, even with all descriptors closed, and abandons the run before it" {
  start
  # shellcheck disable=SC2016 # the inner shell's
  nq-cursor lock acme suppliers -- bash -c '
    for fd in /proc/$$/fd/*; do fd=${fd##*/}; ((fd < 3)) || eval "exec $fd>&-"; done
    sleep 5 & nq-cursor begin acme suppliers >/dev/null 2>&1; s=$?; kill $!; exit $s'
  [ "$(nq-cursor history --json acme suppliers | jq -r .event)" = abandoned ]
}

@test "of many begins at once each gets a run of its own, and all but the last are abandoned" {
  local i pids=()
  for i in {1..12}; do
    nq-cursor begin -t numeric_id -F run_id acme suppliers >"$BATS_TEST_TMPDIR/$i.run" 2>/dev/null 3>&- &
    pids+=($!)
  done
  wait "${pids[@]}"
  [ "$(cat "$BATS_TEST_TMPDIR"/*.run | sort -u | wc -l)" = 12 ]
  [ "$(nq-cursor history --json acme suppliers | jq -r .run_id | sort -u | wc -l)" = 11 ]
  [ "$(nq-cursor history --json acme suppliers | wc -l)" = 11 ]
  grep -qx "$(nq-cursor get -F run_id acme suppliers)" "$BATS_TEST_TMPDIR"/*.run
}

@test "of many begins under the lock at once exactly one runs, the others are told 75" {
  local i pids=()
  for i in {1..8}; do
    {
      rc=0
      nq-cursor lock acme suppliers -- sh -c 'nq-cursor begin acme suppliers && sleep 1' >/dev/null 2>&1 || rc=$?
      echo "$rc" >"$BATS_TEST_TMPDIR/$i.rc"
    } 3>&- &
    pids+=($!)
  done
  wait "${pids[@]}"
  [ "$(cat "$BATS_TEST_TMPDIR"/*.rc | sort -n | uniq -c | awk '{print $2 ":" $1}' | paste -sd' ')" = '0:1 75:7' ]
}
