# shellcheck shell=bash
# nq-sync: the streams, so many at a time, each in a process and a process group of its own.
# shellcheck disable=SC2154 # what the command line and the plan set

# lock_and_run I: becomes nq-cursor, which becomes nq-sync-stream, holding the lock, or attends both. A backfill holds that of the live stream
# as well, unless a newer row is safe from an older one: else what the one has read would undo what the other has written.
lock_and_run() {
  local c=${connectors[$1]} lock=() choices
  [[ -z ${lives[$1]} || ${plans[$1]} == *" --newer-by "* ]] || lock=(nq-cursor lock "$c" "${lives[$1]}" --)
  lock+=(nq-cursor lock "$c" "${streams[$1]}" -- "$parts/nq-sync-stream")
  choices="keep=${keep@Q} fetch_more=(${fetch_more[*]@Q})"
  if [[ ${NQ_STATE:-} == postgres*://* ]]; then
    part attend
    attend "$1"
  fi
  exec "${lock[@]}" <<<"$choices attended=''"$'\n'"${plans[$1]}"
}

# reap: waits for one of the children in job_of, and keeps its status.
reap() {
  local pid='' s=0
  wait -n -p pid "${!job_of[@]}" 2>/dev/null || s=$?
  if [[ -z ${pid:-} ]]; then # a signal came, or bash has forgotten one
    ((s == 127)) || return 0
    pid=${!job_of[*]} pid=${pid%% *} s=0
    wait "$pid" 2>/dev/null || s=$?
  fi
  ends[${job_of[$pid]}]=$s
  unset "job_of[$pid]"
}

# rank STATUS: how bad it is, into $rank. Wrong configuration, what will not help to run again, a signal, what will.
rank() {
  case $1 in
    0) rank=0 ;;
    3) rank=1 ;;
    75) rank=2 ;;
    2) rank=5 ;;
    *) rank=$(($1 < 128 ? 4 : 3)) ;;
  esac
}

# The worst status of all streams, and of equally bad ones that of the first.
worst_end() {
  local i rank worst=0
  status=0
  for i in "${!ends[@]}"; do
    rank "${ends[i]}"
    ((rank <= worst)) || worst=$rank status=${ends[i]}
  done
}

# Each stream gets its turn, however others end.
run_all() {
  local i status
  local -A job_of=()
  local -a ends=()
  ((${#streams[@]} > 1)) || lock_and_run 0
  stopped=''
  trap 'stop 1' HUP
  trap 'stop 2' INT
  trap 'stop 15' TERM
  for i in "${!streams[@]}"; do
    while ((${#job_of[@]} >= jobs)); do reap; done
    [[ -z $stopped ]] || break
    set -m
    lock_and_run "$i" &
    job_of[$!]=$i
    set +m
  done
  while ((${#job_of[@]} > 0)); do reap; done
  [[ -z $stopped ]] || exit $((128 + stopped))
  worst_end
  exit "$status"
}

stop() {
  stopped=$1
  kill -"$1" "${!job_of[@]}" 2>/dev/null || true
}
