# shellcheck shell=bash disable=SC2034 # RUN is for the tests
# What the tests of faults share: tools to preload into, and places where a fault can do its worst.

# A sanitizer wants its own memory functions: where there is one, ordinary tools are built for what is preloaded.
# plain_tools in setup_file, use_plain_tools in setup; NQ_PRELOAD is where the libraries are.
plain_tools() {
  export PLAIN=$BUILD
  if nm "$BUILD/nq-map" | grep -q __asan_init; then
    PLAIN=$BATS_FILE_TMPDIR/plain
    make -s -j2 -C "$ROOT" B="$PLAIN" SANITIZE= all >&2
  fi
}
use_plain_tools() {
  PATH=$PLAIN:$PATH
  export NQ_PRELOAD=$BUILD/tests/preload
}

# In memory where there is some: these faults do not come from the disk.
in_memory() {
  MEMORY=$BATS_TEST_TMPDIR
  [ ! -w /dev/shm ] || MEMORY=$(mktemp -d /dev/shm/nq-faults.XXXXXX)
  cd "$MEMORY" || return
}
leave_memory() {
  cd / || return
  [ "$MEMORY" = "$BATS_TEST_TMPDIR" ] || rm -rf "$MEMORY"
}

# a_database: with a table t, and rows that change half of it and double it; for tests/faults/load-check.sh.
a_database() {
  export NQ_DB=$PWD/t.db NQ_ROWS=$PWD/rows
  local load=(nq-load --to "sqlite:$NQ_DB" --table t --key id)
  jq -cn 'range(100) | {id: ., a: "old", b: ("x" * 100)}' | "${load[@]}" >/dev/null
  sqlite3 "$NQ_DB" 'SELECT * FROM t ORDER BY id' >"$NQ_DB.old"
  mv "$NQ_DB" "$NQ_DB.kept"
  jq -cn 'range(50; 200) | {id: ., a: "new", b: ("y" * 150), n: (. / 2)}' >"$NQ_ROWS"
  "$ROOT/tests/faults/load-check.sh" reset
  "${load[@]}" <"$NQ_ROWS" >/dev/null
  sqlite3 "$NQ_DB" 'SELECT * FROM t ORDER BY id' >"$NQ_DB.new"
}

# a_run: a stream with a cursor and a run on top of it; for tests/faults/cursor-check.sh.
a_run() {
  export NQ_STATE=$PWD/state NQ_VERB=complete
  RUN=$(nq-cursor begin -t timestamp_utc -F run_id acme suppliers)
  nq-cursor complete -r "$RUN" -c 2026-05-16T10:00:00Z acme suppliers >/dev/null
  RUN=$(nq-cursor begin -F run_id acme suppliers)
  cp -a "$NQ_STATE" "$NQ_STATE.complete"
}
