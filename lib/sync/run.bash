# shellcheck shell=bash
# nq-sync: the runs of one stream, each from begin to complete or fail. We hold its lock.
# shellcheck disable=SC2154,SC2034 # what the plan sets, what other parts read

# The folder of this run's files is the stream's own, beside the states: who holds the lock may clear what a killed
# run left. For a store that is no folder it is another one each time.
make_folder() {
  local state=${NQ_STATE:-${XDG_STATE_HOME:-${HOME:?}/.local/state}/nq}
  folder=$attended
  [[ -z $folder ]] || return 0
  if [[ $state == *://* || $state == nuntiq:* ]]; then
    folder=$(mktemp -d -- "${TMPDIR:-/tmp}/nq-sync.XXXXXXXX")
    return
  fi
  folder=$state/.run,$slug
  [[ ! -e $folder ]] || rm -rf -- "$folder"
  mkdir -p -- "$folder"
}

clear_folder() {
  rm -rf -- "$folder"
}

# note_run: what there is to tell of this run, for who attends it, should it not get to that.
note_run() {
  local pid=$$
  [[ -z $attended ]] || declare -p pid started run_id lower_bound committed window_end status >"$folder/run"
}

# fail_run WHY STATUS; where no run was begun there is none to fail. A signal that was for all who hold the lock means
# that it is lost: who attends knows.
fail_run() {
  [[ -z $attended || -z $caught || -e $folder/interrupted ]] || exit $((128 + caught))
  log ERROR "$connector/$stream: $1"
  [[ -z $run_id ]] || nq-cursor fail "$connector" "$stream" --run "$run_id" --error "$1" >/dev/null ||
    log ERROR "$connector/$stream: the failure could not be recorded; the next run will find it"
  result false
  clear_folder
  exit "$2"
}

# destination_in PROBE: the text of the member "destination", into $destination.
destination_in() {
  destination=
  [[ $1 =~ \"destination\":\"(([^\"\\]|\\.)*)\" ]] || return 0
  destination=${BASH_REMATCH[1]}
  [[ $destination == *\\* ]] || return 0
  destination=${destination//\\\\/\\x5c}
  destination=${destination//\\\"/\\x22}
  destination=${destination//\\\//\/}
  printf -v destination '%b' "$destination"
}

# What is wrong with the mapping or the destination is found before a run is begun.
ask_destination() {
  local answer
  [[ ${check[0]} == : ]] || "${check[@]}" || fail_run "nq-map --check ended with status $?; no run was begun" "$?"
  answer=$("${probe[@]}") || fail_run "nq-load --probe ended with status $?; no run was begun" "$?"
  destination_in "$answer"
  [[ -z $destination ]] || begin+=(--destination "$destination")
  missing=()
  [[ $answer != *'"table_exists":false'* ]] || missing=(--destination-missing)
}

begin_run() {
  local answer
  answer=$(nq-cursor begin "${begin[@]}" "${missing[@]}" --field run_id --field lower_bound \
    --field committed_cursor_value -- "$connector" "$stream") || fail_run 'no run was begun' "$?"
  { IFS= read -r run_id && IFS= read -r lower_bound && IFS= read -r committed; } <<<"$answer" || true
  note_run
  missing=() # what comes next is ours
  bound_window
  bounds "$lower_bound"
  [[ -z $window_end ]] || since+=("${until[@]}" --var "until=$window_end" --until "$window_end")
  [[ -z ${fetch_more[*]} ]] ||
    log INFO "$connector/$stream: recorded; to replay it: nq-sync --replay ${fetch_more[1]}${lower_bound:+ --since $lower_bound}"
  log INFO "$connector/$stream: pulling ${lower_bound:+what changed since }${lower_bound:-everything}${window_end:+ until $window_end}"
}

complete_run() {
  local s=0
  committed=$(nq-cursor complete "$connector" "$stream" --run "$run_id" --field committed_cursor_value \
    <"$folder/receipt" 2>"$folder/complete.err") || s=$?
  [[ ! -s $folder/complete.err ]] || cat -- "$folder/complete.err" >&2
  if ((s != 0)); then
    blame complete "$s"
    committed=''
    fail_run "$(describe_failure)" "$s"
  fi
  log INFO "$connector/$stream: done, cursor ${committed:-none}"
  result true
}

one_run() {
  started=${EPOCHREALTIME/./}
  run_id='' lower_bound='' committed='' window_end='' job=''
  begin_run
  exec {out}>"$folder/receipt"
  [[ -n $caught ]] || run_pipeline
  exec {out}>&-
  [[ -z $caught ]] || fail_run "interrupted by signal $caught" $((128 + caught))
  judge
  [[ -z $culprit ]] || fail_run "$(describe_failure)" "$status"
  complete_run
  ((status != 3)) || all_status=3
}

run_stream() {
  started=${EPOCHREALTIME/./}
  run_id='' lower_bound='' committed='' window_end='' status=0 all_status=0
  make_folder
  look_back
  note_run
  ask_destination
  one_run
  while more_windows; do
    rm -f -- "$folder"/*
    one_run
  done
  clear_folder
  exit "$all_status"
}
