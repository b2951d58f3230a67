# shellcheck shell=bash
# nq-sync: stays beside a run whose lock is a lease. Should that be lost, all that hold it are killed, and who is left
# tells how the run ended.
# shellcheck disable=SC2154,SC2034 # what nq-sync and the plan set, what other parts read

# attend I: runs what is in $lock, with $choices and the plan, and ends as it does. The folder of the run is ours, and
# what is in its file "run" nobody has told yet.
attend() {
  local s job='' rang='' folder
  folder=$(mktemp -d -- "${TMPDIR:-/tmp}/nq-sync.XXXXXXXX")
  trap 'pass_on HUP' HUP
  trap 'pass_on INT' INT
  trap 'pass_on TERM' TERM
  set -m
  "${lock[@]}" <<<"$choices attended=${folder@Q}"$'\n'"${plans[$1]}" &
  job=$!
  set +m
  [[ -z $rang ]] || pass_on "$rang"
  until
    s=0 rang=''
    wait "$job" 2>/dev/null || s=$?
    [[ -z $rang ]]
  do :; done
  [[ ! -s $folder/run ]] || with_plan "${plans[$1]}" tell_end "$s"
  rm -rf -- "$folder"
  exit "$s"
}

# pass_on SIGNAL: with a note that it is meant for the run, which then tells so itself.
pass_on() {
  rang=$1
  [[ -n $job ]] || return 0
  { : >"$folder/interrupted"; } 2>/dev/null || true
  kill -"$1" "$job" 2>/dev/null || true
}

# tell_end STATUS: of a run that could not. One that lives is not over: it was nq-cursor that somebody killed.
tell_end() {
  local attended='' caught='' why="the run ended with status $1"
  part verdict
  part run
  # shellcheck source=/dev/null
  source "$folder/run"
  ! kill -0 "$pid" 2>/dev/null || exit "$1"
  case $1 in
    75) why='the lock was lost, and the run with it: the cursor stays, and the next run repeats the work' ;;
    129 | 130 | 143) why="interrupted by signal $(($1 - 128))" ;;
    1[3-9]?) why="the run was ended by signal $(($1 - 128))" ;;
  esac
  (($1 == 75)) || fail_run "$why" "$1"
  if [[ -e $folder/complete.err ]]; then
    committed='' why='the lock was lost while the run was completed: unless that was done, the next run repeats the work'
  fi
  log ERROR "$connector/$stream: $why"
  result false
}
