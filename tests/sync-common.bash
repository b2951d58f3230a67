# shellcheck shell=bash disable=SC2154,SC2034 # run sets status, output and stderr; the tests read the rest
# What the tests of nq-sync share: Acme's suppliers from a stand-in of the test's own, into SQLite.

SUPPLIERS=1003 # on 11 pages

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  start_standin --suppliers "$SUPPLIERS" --age-days 6
  export NQ_STATE=$PWD/state
  cp "$ROOT"/examples/acme/{sources.yml,nuntiq.yml,suppliers.map,settings.json} .
  sed -i -e "s#https://api.acme-erp.com#$API#; s#https://test-api.apreceiving.com#$API#; s/: 200/: 100/" settings.json
  sed -i -e 's/min: 0.2, max: 2/min: 0.02, max: 0.05/' ./*.yml
}

teardown() {
  stop_standin
  ! mountpoint -q state || umount -l state
  ! mountpoint -q small || umount -l small
}

sync() { run --separate-stderr nq-sync "$@"; }
is() { [ "$(jq -c "$1" <<<"$output")" = "$2" ] || { printf '%s of %s\nstderr: %s\n' "$1" "$output" "$stderr" && return 1; }; }
cursor() { nq-cursor get acme_eu suppliers --field committed_cursor_value; }
field() { nq-cursor get acme_eu suppliers --field "$1"; }
rows() { sqlite3 "${1:-nq.db}" 'SELECT * FROM supplier ORDER BY supplier_number'; }
requests() { wc -l <"$API_LOG"; }
control() { curl -fsS -o /dev/null -d "$2" "$API/_/$1"; }
touch_suppliers() { control acme/touch "{\"count\":$1,\"seconds_ago\":2,\"seed\":${2:-1}}"; }
slowly() { control latency "{\"ms\":$1}"; }
asked_at_least() { (($(requests) >= $1)); }

# start [OPTION…]: nq-sync in the background; sync_pid is its number, for it becomes the one that runs the stream.
# Background jobs of a script ignore SIGINT unless told otherwise.
start() {
  env --default-signal=INT,QUIT nq-sync "$@" >out 2>err 3>&- &
  sync_pid=$!
}

# kill9_all: the running sync and all it started, at one blow.
kill9_all() {
  local all=("$sync_pid") i child
  for ((i = 0; i < ${#all[@]}; i++)); do
    for child in $(pgrep -P "${all[i]}"); do all+=("$child"); done
  done
  kill -9 "${all[@]}" 2>/dev/null || true
}

# finish: its status, as run has it.
finish() {
  status=0
  wait "$sync_pid" || status=$?
  output=$(<out)
  stderr=$(<err)
}

# descendant PID NAME: the first process below PID whose program is NAME.
descendant() {
  local child
  for child in $(pgrep -P "$1"); do
    if [ "$(cat "/proc/$child/comm" 2>/dev/null)" = "$2" ]; then
      echo "$child"
      return
    fi
    descendant "$child" "$2" && return
  done
  return 1
}

# kill9 NAME: that stage of the running sync.
kill9() {
  local victim
  victim=$(descendant "$sync_pid" "$1") && kill -9 "$victim"
}

nobody_runs() { ! nq-cursor lock acme_eu suppliers -- true 2>/dev/null || return 0; return 1; }

# as_undisturbed: the table is what a run into a fresh database makes of the API as it is now.
as_undisturbed() {
  rm -rf fresh.db fresh-state
  nq-sync --full --to sqlite:fresh.db --state fresh-state >/dev/null 2>&1
  diff <(rows) <(rows fresh.db)
}
