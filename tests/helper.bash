# shellcheck shell=bash disable=SC2154 # run sets status, output and stderr
# What all test files share: paths, the stand-in server, a poller. Loaded by `load helper`.

bats_require_minimum_version 1.5.0

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${NQ_BUILD:-$ROOT/build}
PATH=$BUILD:$PATH
export ROOT BUILD PATH
export TZ=UTC LC_ALL=C
export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-60}
unset NQ_LOG NQ_LOG_LEVEL NQ_STATE

# until_true SECONDS COMMAND…: polls, and fails when the time is up.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.02
  done
}

# start_standin [OPTION…]: a stand-in server of this file or test; sets API (http://127.0.0.1:PORT), API_LOG,
# API_PID. Call stop_standin in teardown.
start_standin() {
  local dir
  dir=$(mktemp -d "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/api.XXXX")
  API_LOG=$dir/log
  : >"$API_LOG"
  "$BUILD/tests/standin" --exit-with-parent --port-file "$dir/port" --log "$API_LOG" "$@" \
    >"$dir/out" 2>&1 3>&- &
  API_PID=$!
  until_true 10 test -s "$dir/port"
  API=http://127.0.0.1:$(cat "$dir/port")
  export API API_LOG API_PID
}

stop_standin() {
  [ -z "${API_PID:-}" ] || kill "$API_PID" 2>/dev/null || true
}

# fault JSON: adds a fault rule; asked [JQ-FILTER]: what the API was asked, by the request log.
fault() { curl -fsS -o /dev/null -d "$1" "$API/_/faults"; }
mend() { curl -fsS -o /dev/null -X DELETE "$API/_/faults"; }
asked() { jq -c "${1:-.}" "$API_LOG"; }

# repeat N TEXT: in one step, for bats looks at each of a loop and is slow at it.
repeat() {
  local row
  printf -v row '%*s' "$1" ''
  printf '%s' "${row// /"$2"}"
}

# wide_records: a hundred of them, of 22 to 220 members c0, c1, … that hold the id.
wide_records() {
  awk 'BEGIN {
    for (i = 1; i <= 100; i++) {
      printf "{\"id\":%d", i
      for (j = 0; j < 20 + 2 * i; j++) printf ",\"c%d\":%d", j, i
      print "}"
    }
  }'
}

# status_is N / stdout_is TEXT / stderr_has TEXT…: say what was there instead when they fail.
status_is() {
  [ "$status" -eq "$1" ] && return
  printf 'status %s instead of %s\nstdout: %s\nstderr: %s\n' "$status" "$1" "$output" "${stderr:-}"
  return 1
}
stdout_is() {
  [ "$output" = "$1" ] && return
  diff <(printf '%s\n' "$1") <(printf '%s\n' "$output") || true
  return 1
}
stderr_is() {
  [ "${stderr:-}" = "$1" ] && return
  diff <(printf '%s\n' "$1") <(printf '%s\n' "${stderr:-}") || true
  return 1
}
stderr_has() {
  local want
  for want; do
    [[ ${stderr:-} == *"$want"* ]] && continue
    printf 'stderr lacks: %s\nstderr: %s\n' "$want" "${stderr:-}"
    return 1
  done
}
