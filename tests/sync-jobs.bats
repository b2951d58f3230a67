#!/usr/bin/env bats
# nq-sync with several streams: --jobs, whole lines, the worst status, signals.
# shellcheck disable=SC2030,SC2031 # each test is a subshell, which is what we want
# shellcheck disable=SC2154 # stderr and output are set by run

bats_require_minimum_version 1.5.0

load helper
load sync-common

# streams N: as many, each of some suppliers, in a table of its own.
streams() {
  local i
  {
    cat <<'YAML'
sources:
  - name: many
    type: rest_api
    rest_api:
      base_url: ${config.api_url}
      auth: {token: "${secrets.acme_token}"}
      retry: {attempts: 2, min: 0.02, max: 0.05}
      resources:
YAML
    for ((i = 1; i <= $1; i++)); do
      echo "        - {name: s$i, endpoint: /suppliers, params: {n: s$i, per_page: \"200\"}, pagination: {next: .next_page}, records: .data,"
      echo "           incremental: {cursor: .updated_at, param: updated_after}, load: {to: \"sqlite:s$i.db\", table: t, primary_key: id}}"
    done
  } >sources.yml
}

# endpoint STREAM PATH: another path for it.
endpoint() { sed -i "/name: $1,/s#endpoint: [^,]*,#endpoint: $2,#" sources.yml; }
state_of() { nq-cursor get many "$1" --field status; }

@test "24 streams, four at a time: each once, every line whole" {
  streams 24
  sync --jobs 4
  status_is 0
  [ "$(jq -r .stream_name <<<"$output" | sort -V)" = "$(printf 's%s\n' {1..24})" ]
  [ "$(jq -c '[.success, .loaded]' <<<"$output" | sort -u)" = "[true,$SUPPLIERS]" ]
  [ "$(cat state/many/*.runs.ndjson | wc -l)" = 24 ]
  [ "$(asked 'select(.query.page == "1") | .query.n' | sort | uniq -d)" = "" ]
  run grep -vE '^[0-9-]{10} [0-9:]{8} UTC \[[A-Z]+\] nq-' <<<"$stderr"
  [ "$output" = "" ]
}

@test "so many at the same time, and no more" {
  streams 6
  slowly 100
  sync -j 3
  status_is 0
  local most
  # Requests of different streams between a first and a last page, by the order of the log.
  most=$(asked '.query | [.n, .page] | @tsv' | jq -r . | awk -F'\t' '
    $2 == 1 { on++; if (on > most) most = on }
    $2 == 6 { on-- }
    END { print most }')
  [ "$most" = 3 ]
}

@test "one at a time unless said otherwise, in the order of the file" {
  streams 3
  sync
  status_is 0
  [ "$(jq -r .stream_name <<<"$output" | xargs)" = "s1 s2 s3" ]
}

@test "sources with streams of the same name, all of one source, and one alone" {
  streams 2
  sed '1d; s/name: many/name: other/; s/sqlite:/sqlite:other-/' sources.yml >>sources.yml.more
  cat sources.yml.more >>sources.yml
  sync -j 4
  status_is 0
  [ "$(jq -r '.connector_name + "/" + .stream_name' <<<"$output" | sort | xargs)" = "many/s1 many/s2 other/s1 other/s2" ]
  sync -j 4 other
  status_is 0
  [ "$(jq -r '.connector_name + "/" + .stream_name' <<<"$output" | sort | xargs)" = "other/s1 other/s2" ]
  sync many/s2
  status_is 0
  is '[.connector_name, .stream_name, .loaded]' '["many","s2",0]'
}

@test "a stream that fails does not stop the others" {
  streams 5
  endpoint s1 /nothing
  endpoint s3 /nothing
  sync --jobs 2
  status_is 1
  [ "$(jq -r 'select(.success).stream_name' <<<"$output" | sort | xargs)" = "s2 s4 s5" ]
  [ "$(jq -r 'select(.success | not).stream_name' <<<"$output" | sort | xargs)" = "s1 s3" ]
}

@test "the status is the worst: refused before a signal, before try again, before rejected, before done" {
  streams 4
  fault '{"match":"/v2/temporary","kind":"status","status":503}'
  endpoint s2 /temporary
  sync --jobs 4
  status_is 75
  endpoint s4 /nothing
  sync --jobs 4
  status_is 1
  sync many/s1 many/s2
  status_is 75
  sync many/s1 many/s3
  status_is 0
  # A mapping that is wrong is found when the stream begins.
  printf '{ a: .a | }\n' >bad.map
  sed -i '/name: s3,/s/endpoint/map: bad.map, endpoint/' sources.yml
  sync --jobs 4
  status_is 2
  printf 'reject if .active == false, "no"\n{ id: .id }\n' >some.map
  sed -i '/name: s3,/s/map: bad.map/map: {file: some.map, rejects: no.ndjson, max_rejects: 100%}/' sources.yml
  sync --jobs 4 many/s1 many/s3
  status_is 3
  sync --jobs 4 many/s2 many/s3
  status_is 75
}

@test "of all statuses the worst counts, and of equally bad ones the first" {
  local worse ends=()
  # shellcheck source=/dev/null
  source "$BUILD/sync/jobs.bash"
  for worse in 0 3 75 137 1 2; do
    ends=("$worse" "${ends[@]}" 0)
    worst_end
    status_is "$worse"
  done
  ends=(0 143 75 137)
  worst_end
  status_is 143
}

@test "a stream that another run holds is 75, and the others run" {
  streams 3
  nq-cursor lock many s2 --wait 10 -- sleep 30 3>&- &
  local holder=$!
  until_true 10 held
  sync --jobs 3
  kill "$holder"
  status_is 75
  stderr_has "many/s2"
  [ "$(jq -r 'select(.success).stream_name' <<<"$output" | sort | xargs)" = "s1 s3" ]
}

held() { ! nq-cursor lock many s2 -- true 2>/dev/null; }

@test "TERM, INT and HUP end all streams, each run has failed, and no further one begins" {
  local signal number
  streams 5
  for signal in TERM:15 INT:2 HUP:1; do
    number=${signal#*:}
    rm -rf state
    fault '{"match":"/v2/","kind":"stall"}'
    start --jobs 3
    until_true 10 three_run
    kill -"${signal%:*}" "$sync_pid"
    finish
    mend
    status_is $((128 + number))
    [ "$(jq -c .success out | sort | uniq -c | xargs)" = "3 false" ]
    [ "$(state_of s1) $(state_of s2) $(state_of s3) $(state_of s4)" = "failed failed failed idle" ]
    [ "$(nq-cursor get many s1 --field error_summary)" = "interrupted by signal $number" ]
    for s in s1 s2 s3; do nq-cursor lock many "$s" -- true; done
  done
}

three_run() { [ "$(state_of s1) $(state_of s2) $(state_of s3)" = "running running running" ]; }

@test "kill -9 of nq-sync leaves its streams to end by themselves, and the next run has nothing lost" {
  streams 3
  slowly 500
  start --jobs 3
  until_true 10 three_run
  kill -9 "$sync_pid"
  finish
  status_is 137
  slowly 0
  for s in s1 s2 s3; do
    nq-cursor lock --wait 20 many "$s" -- true
    [ "$(state_of "$s")" = succeeded ]
  done
  sync --jobs 3
  status_is 0
  [ "$(jq -c .loaded <<<"$output" | sort -u)" = 0 ]
}

@test "usage of --jobs" {
  local wrong
  for wrong in 0 -1 x 1000 ''; do
    sync --jobs "$wrong"
    status_is 2
    stderr_has "option '--jobs': '$wrong' is not a number from 1 to 999"
  done
  streams 2
  for wrong in '--keep k' '--record r.tar' '--replay r.tar'; do
    # shellcheck disable=SC2086 # two words
    sync $wrong
    status_is 2
    stderr_has "${wrong% *} is for one stream: name it"
  done
  [ ! -e state ]
}
