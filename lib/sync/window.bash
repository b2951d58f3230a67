# shellcheck shell=bash
# nq-sync: a long pull cut into windows, each a run of its own, so that what is done stays done.
# shellcheck disable=SC2154 # what the plan and the run set

# seconds_of TIME: since 1970, without the fraction, into $seconds.
seconds_of() {
  seconds=$(date -u -d "${1/,/.}" +%s)
}

# The option to get at the same state from wherever; nothing where the default is meant, or what may hold a password.
quoted_state() {
  case ${NQ_STATE:-} in
    '' | *:*) ;;
    /*) printf '%s ' "--state ${NQ_STATE@Q}" ;;
    *) printf '%s ' "--state $(printf '%q' "$PWD/$NQ_STATE")" ;;
  esac
}

# Before the first run of windows: what is done already.
look_back() {
  local seconds end
  [[ -n $upper || -n $start ]] || return 0
  committed=$(nq-cursor get "$connector" "$stream" --field committed_cursor_value) || exit
  [[ -n $committed ]] || return 0
  if [[ -z $upper ]]; then
    log WARN "$connector/$stream: the cursor is at $committed already: going on from there, not from $start (a backfill needs --until)"
    return
  fi
  seconds_of "$upper"
  end=$seconds
  seconds_of "$committed"
  ((seconds >= end)) || return 0
  log INFO "$connector/$stream: this backfill is complete; for another one: nq-cursor reset $(quoted_state)--cursor '' --reason again -- ${connector@Q} ${stream@Q}"
  clear_folder
  exit 0
}

# Where the run ends that goes on from the cursor, into $window_end; nothing for the last one of a live pull, which
# is open. A lag reaches back from the cursor, and must not make the window end before it.
bound_window() {
  local seconds limit=$EPOCHSECONDS
  window_end=''
  [[ -n $upper || $window != 0 ]] || return 0
  [[ -n $lower_bound ]] ||
    fail_run "--window needs a start for the first pull: say --since 2024-01-01, or 'initial' in 'incremental'" 2
  if [[ -n $upper ]]; then
    seconds_of "$upper"
    limit=$seconds
  fi
  seconds_of "${committed:-$lower_bound}"
  window_seconds=$((window > 0 ? seconds + window : limit))
  if ((window_seconds >= limit)); then
    window_end=$upper window_seconds=$limit
  else
    printf -v window_end '%(%Y-%m-%dT%H:%M:%SZ)T' "$window_seconds"
  fi
}

# Whether another run follows the one that has just completed.
more_windows() {
  local seconds
  [[ -n $window_end ]] || return 1
  seconds_of "$committed"
  if ((seconds < window_seconds)); then
    log WARN "$connector/$stream: the server's clock has not passed $window_end: the next run goes on from $committed"
    return 1
  fi
  [[ $window_end != "$upper" ]]
}
