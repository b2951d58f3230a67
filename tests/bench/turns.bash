# shellcheck shell=bash disable=SC2154 # build, data, work and here are set by common.bash
# Programs that run in turn, each once a round, so that what the machine does meanwhile strikes them alike; and the table
# of it. The first program is ours, and what the others are compared to.

# work NAME RECORDS TITLE: a new table.
work() {
  rm -f "$work"/turn.*
  names=() commands=() inputs=() seldom=()
  work_name=$1 work_records=$2 work_title=$3
  before_each=true
}

# peer NAME COMMAND [INPUT]: a shell command, which runs with that file as standard input. BENCH_PEERS=no leaves ours only.
peer() {
  [[ ${BENCH_PEERS:-yes} == yes || ${#names[@]} == 0 ]] || return 0
  names+=("$1")
  commands+=("$2")
  inputs+=("${3:-/dev/null}")
  seldom+=(no)
}

# slow_peer NAME COMMAND [INPUT]: one that takes long, and runs in the first round only.
slow_peer() {
  peer "$@"
  [[ ${names[-1]} != "$1" ]] || seldom[-1]=yes
}

# turn I ROUND: program I runs; round 0 is to make ready and not counted.
turn() {
  local status=0
  "$build/tests/bench/measure" "$work/figures" bash -o pipefail -c "${commands[$1]}" \
    <"${inputs[$1]}" >/dev/null 2>"$work/err" || status=$?
  if ((status != 0)); then
    echo "${0##*/}: ${names[$1]} ended with status $status: $(tail -n 3 "$work/err")" >&2
    exit 1
  fi
  (($2 == 0)) || tail -n 1 "$work/figures" | jq -c --argjson i "$1" --argjson round "$2" '. + {i: $i, round: $round}' >>"$work/turn.all"
}

# warm_up: ours once, not counted, so that nobody has to read the data from the disk.
warm_up() {
  "$before_each"
  turn 0 0
}

# sits_out I: whether it is one that has had its only turn.
sits_out() { [[ ${seldom[$1]} == yes && $round -gt 1 ]]; }

# all_take_turns ROUNDS: each once a round; before each round, what before_each names.
all_take_turns() {
  local i
  for ((round = 1; round <= $1; round++)); do
    "$before_each"
    for i in "${!names[@]}"; do sits_out "$i" || turn "$i" "$round"; done
  done
}

# lines I: how many lines program I writes, run for that alone.
lines() { bash -o pipefail -c "${commands[$1]}" <"${inputs[$1]}" 2>"$work/err" | wc -l; }

# all_write LINES: every program so far does the whole work, or there is no comparison. Seen where it is quickly seen.
all_write() {
  local i n
  [[ $size == small || $size == medium ]] || return 0
  for i in "${!names[@]}"; do
    n=$(lines "$i")
    ((n == $1)) || {
      echo "${0##*/}: ${names[i]} wrote $n lines, not $1: $(tail -n 3 "$work/err")" >&2
      exit 1
    }
  done
}

# tell: the figures, as a line for people and a line of JSON for the table of all.
tell() {
  printf '%s\n' "${names[@]}" | jq -R . | jq -sc --slurpfile turns "$work/turn.all" --slurpfile bars "$here/bars.json" \
    --arg work "$work_name" --arg title "$work_title" --argjson records "$work_records" \
    -f "$here/figures.jq" >"$work/figures.json"
  echo "$work_title:$(jq -r '.programs[] | " \(.who) \(.seconds.median) s,"' "$work/figures.json" | tr -d '\n')" | sed 's/,$//'
  cat "$work/figures.json" >>"${BENCH_OUT:-/dev/null}"
}

# load_works NAME DATABASE: rows into an empty table, and then each of them changed. The script's own empty and full make the
# tables so, contenders '' and contenders -changed name who loads.
load_works() {
  local i
  work "load-$1-fresh" "$records" "load $(thousands "$records") rows into $2: an empty table"
  contenders ''
  before_each=empty
  warm_up
  all_take_turns "$rounds"
  tell

  empty
  for i in "${!names[@]}"; do turn "$i" 0; done # everyone has a table
  work "load-$1-changed" "$records" "load $(thousands "$records") rows into $2: each of them changed"
  contenders -changed
  before_each=full
  all_take_turns "$rounds"
  tell
}
