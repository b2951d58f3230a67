# shellcheck shell=bash
# nq-sync: runs the stages of a pipeline side by side, and ends them together.
# shellcheck disable=SC2154 # what the plan and the run set

# stage NAME WORD…: runs one stage of the pipeline, with a copy of its stderr, and of its stdout for --keep.
stage() {
  local name=$1 ends kept
  shift
  trap : HUP INT TERM # they are for the program; we stay and see how it ends
  case $name in
    fetch) set -- "$@" "${fetch_more[@]}" --run-id "$run_id" --stats "$folder/stats" ;;
    map | load | *parents | ancestors) set -- "$@" --run-id "$run_id" ;;
  esac
  if [[ -z $keep ]]; then
    watched "$name" "$@"
    return
  fi
  kept=$keep/$name.ndjson
  [[ $name != load ]] || kept=$keep/receipt.json
  watched "$name" "$@" | tee -- "$kept"
  ends=("${PIPESTATUS[@]}")
  ((ends[0] != 0 && ends[0] != 3)) || ends[0]=$((ends[1] != 0 ? ends[1] : ends[0]))
  return "${ends[0]}"
}

# Our own stderr is closed meanwhile: bash would tell how the program died, and so do we.
watched() {
  local name=$1 s
  shift
  {
    { echo "$BASHPID" >"$folder/$name.pid" && exec "$@"; } 2>&1 >&3 3>&- 4>&- | tee -- "$folder/$name.err" >&4 3>&-
  } 3>&1 4>&2 2>/dev/null
  s=${PIPESTATUS[0]}
  : >"$folder/$name.ended"
  ((s == 0 || s == 3 || s == 141)) || let_go "$name" $((s > 128 ? 20 : 0))
  return "$s"
}

# let_go STAGE WAITED: who writes to a dead stage would learn it with its next write, which may be long in coming. After
# a second (20 waits) to end by themselves, by SIGTERM, as libcurl ignores SIGPIPE while it waits; the nearest first, so that none
# takes the end of another for that of its input. Of several that want to tell the same writer, the one that moves its file
# does.
let_go() {
  local name writer i=$2 writers=()
  exec >&- # our reader need not wait for this
  for name in "${stages[@]}"; do
    [[ $name != "$1" ]] || break
    writers=("$folder/$name" "${writers[@]}")
  done
  for writer in "${writers[@]}"; do
    while [[ -e $writer.pid && ! -e $writer.ended ]] && ((i++ < 20)); do sleep 0.05; done
    [[ ! -e $writer.ended ]] || continue
    mv -- "$writer.pid" "$writer.told" || continue
    if [[ -e $writer.ended ]]; then rm -f -- "$writer.told"; else kill -TERM "$(<"$writer.told")"; fi
  done 2>/dev/null
}

# The pipeline is a process group of its own, so that it can be ended as a whole. What its last stage writes goes to
# the descriptor $out.
run_pipeline() {
  set -m
  {
    set +e
    trap : HUP INT TERM
    pipeline
    printf '%s\n' "${ended[*]}" >"$folder/ended"
  } </dev/null >&"$out" {out}>&- &
  job=$!
  set +m
  while [[ -z $caught ]] && kill -0 "$job" 2>/dev/null; do
    wait "$job" 2>/dev/null || true
  done
  [[ -z $caught ]] || end_pipeline
}

end_pipeline() {
  local end=$((SECONDS + 3))
  kill -TERM -- "-$job" 2>/dev/null || true
  while ((SECONDS <= end)) && kill -0 -- "-$job" 2>/dev/null; do
    sleep 0.05
  done
  kill -KILL -- "-$job" 2>/dev/null || true
  wait "$job" 2>/dev/null || true
}
