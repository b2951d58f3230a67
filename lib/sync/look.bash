# shellcheck shell=bash
# nq-sync: looks at streams without running them, and replays what was recorded of one.
# shellcheck disable=SC2154,SC2034,SC2317 # what the plan sets, what the parts read, functions that the plan calls

# look FUNCTION: calls it for each stream, with the lower bound that its next run would have.
look() {
  local i cursor c=("${connectors[@]}") s=("${streams[@]}") l=("${lives[@]}")
  exec {out}>&1
  for i in "${!s[@]}"; do
    cursor=$(nq-cursor get "${c[i]}" "${s[i]}" --field committed_cursor_value) || exit
    "$1" --cursor "$cursor" -- "${c[i]}/${l[i]:-${s[i]}}"
  done
}

print_pipeline() {
  NQ_LOG_LEVEL=error nq-plan --print "${plan_options[@]}" "$@" || exit
}

# A plan that was compiled for a look knows the bounds.
with_bounds() {
  bounds "$lower"
  [[ -z $window_end ]] || since+=("${until[@]}" --var "until=$window_end")
}

show_request() {
  compile "$@"
  with_plan "${plans[0]}" request_of
}

request_of() {
  stage() {
    case $1 in
      command) printf '%s\n' "${*: -1}" >&"$out" ;;
      "${stages[0]}") "${@:2}" --dry-run >&"$out" ;;
    esac
  }
  with_bounds
  printf '# %s/%s\n' "$connector" "$stream"
  pipeline
  ((ended[0] == 0)) || exit "${ended[0]}"
}

# replay: runs the pipeline on a cassette. No run is begun, and whatever comes out of it, the cursor stays.
replay() {
  compile "$@"
  with_plan "${plans[0]}" replay_stream
}

replay_stream() {
  caught='' job='' run_id='' lower_bound=$lower committed='' window_end='' started=${EPOCHREALTIME/./}
  trap 'caught=1' HUP
  trap 'caught=2' INT
  trap 'caught=15' TERM
  folder=$(mktemp -d -- "${TMPDIR:-/tmp}/nq-sync.XXXXXXXX")
  trap 'rm -rf -- "$folder"' EXIT
  with_bounds
  [[ $replay_to == - ]] || exec {out}>"$folder/receipt"
  run_pipeline
  [[ -z $caught ]] || exit $((128 + caught))
  judge
  if [[ -n $culprit ]]; then
    log ERROR "$connector/$stream: $(describe_failure)"
    [[ $status != 1 || $culprit != fetch || $(tail_of fetch) != *"on the cassette is"* ]] ||
      log INFO "$connector/$stream: a replay asks what was asked when it was recorded: say --since as that run's lower_bound"
  fi
  [[ $replay_to == - ]] || result "$([[ -z $culprit ]] && echo true || echo false)"
  exit "$status"
}
