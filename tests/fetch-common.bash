# shellcheck shell=bash disable=SC2154 # run sets status, output and stderr
# What the files of cases share: a server that answers /t as it is told, and how a pull of it ended.

setup_file() {
  mkdir -p "$BATS_FILE_TMPDIR/data"
  start_standin --suppliers 30 --log-bodies --data-dir "$BATS_FILE_TMPDIR/data"
  export ACME_TOKEN=test-bearer-token-here
}

teardown_file() { stop_standin; }

setup() {
  mend
  : >"$API_LOG"
  cd "$BATS_TEST_TMPDIR" || return
}

# fetch [OPTION…] PATH: runs nq-fetch on our API, with an end mark and waits that no test waits for
fetch() {
  run --separate-stderr nq-fetch --end-mark --retry-min 1ms --retry-max 4ms "${@:1:$#-1}" "$API${*: -1}"
}

# page QUERY BODY [MORE MEMBERS]: what /t answers when its query holds QUERY.
page() {
  fault "$(jq -nc --arg q "$1" --arg b "$2" '{match:"/t",query:$q,kind:"status",status:200,body:$b}' | sed "s/}\$/${3:-}}/")"
}

# answers STATUS [MORE MEMBERS]: what /t answers with this status.
answers() { fault "{\"match\":\"/t\",\"kind\":\"status\",\"status\":$1${2:-}}"; }

requests() {
  [ "$(wc -l <"$API_LOG")" -eq "$1" ] || { echo "requests: $(asked '[.method,.path,.raw_query]')"; return 1; }
}

queries() { diff <(printf '%s\n' "$@") <(jq -r .raw_query "$API_LOG"); }

# ended RECORDS PAGES: whole, with its mark.
ended() {
  status_is 0
  [ "${lines[-1]}" = "{\"_nq\":\"end\",\"records\":$1,\"pages\":$2}" ] || { echo "${lines[-1]}"; return 1; }
  [ "${#lines[@]}" -eq $(($1 + 1)) ]
}

# failed STATUS RECORDS REQUESTS
failed() {
  status_is "$1"
  [ "${lines[-1]}" = "{\"_nq\":\"fail\",\"tool\":\"nq-fetch\",\"status\":$1}" ]
  [ "${#lines[@]}" -eq $(($2 + 1)) ]
  requests "$3"
}
