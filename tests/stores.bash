# shellcheck shell=bash
# The three stores of nq-cursor, for tests that each of them must pass. Loaded by `load stores`, after helper and
# postgres.
#
#   setup_file() { start_stores; }      teardown_file() { stop_stores; }
#   @test "…" { on_each_store scenario; }
#
# A scenario runs once for each store, with NQ_STATE and all it needs set; ITS stream is acme/$S, which nobody used.

STORES=(file postgresql nuntiq)

start_stores() {
  start_postgres
  start_standin --job-token-may-reset
}

stop_stores() {
  stop_postgres
  stop_standin
}

# use_store NAME: points the environment at it.
use_store() {
  export XDG_STATE_HOME=$BATS_TEST_TMPDIR/xdg-$1
  export NUNTIQ_TOKEN=job-token-here
  # shellcheck disable=SC2016 # a reference of ours
  export NQ_STATE_AUTH='bearer=${NUNTIQ_TOKEN}' NQ_STATE_CUSTOMER_NUMBER=10000001
  S=$1-$BATS_TEST_NUMBER
  case $1 in
    file) export NQ_STATE=$XDG_STATE_HOME/nq ;;
    postgresql) export NQ_STATE=$PGURL ;;
    nuntiq) export NQ_STATE=nuntiq:$API/api ;;
  esac
}

# on_each_store SCENARIO…: bats shows the name of the one that failed.
on_each_store() {
  local store
  for store in "${STORES[@]}"; do
    echo "store: $store"
    use_store "$store"
    "$@"
  done
}

# begin [OPTION…]: a run by number, its id in RUN; complete VALUE…, row FIELD…, events [JQ-FILTER].
begin() { RUN=$(nq-cursor begin -t numeric_id -F run_id "$@" acme "$S"); }
complete() { nq-cursor complete --run "$RUN" --cursor "$@" -F committed_cursor_value acme "$S"; }
row() {
  local fields=() f
  for f; do fields+=(-F "$f"); done
  nq-cursor get "${fields[@]}" acme "$S"
}
events() { nq-cursor history --json acme "$S" | jq -rs "${1:-map(.event) | join(\",\")}"; }

# receipt WATERMARK [TYPE] [DESTINATION]: what nq-load answers; - for no watermark.
receipt() {
  local mark="\"$1\""
  [[ $1 != - ]] || mark=null
  printf '{"records":3,"watermark":%s,"cursor_type":"%s","destination":"%s"}\n' "$mark" "${2:-numeric_id}" "${3:-d}"
}
finish() { receipt "$@" | nq-cursor complete --run "$RUN" -F committed_cursor_value acme "$S"; }
