# shellcheck shell=bash
# nq-sync: has nq-plan compile the connector file, and keeps what it prints for each stream.
# shellcheck disable=SC2154 # the command line sets plan_options and plan_level

# compile OPTION…: fills connectors, streams, lives and plans. A plan is lines of bash that end by calling nq_stream;
# no word of them holds a line feed, whatever is in the file.
compile() {
  local text line plan='' connector='' stream='' live=''
  connectors=() streams=() lives=() plans=()
  text=$(NQ_LOG_LEVEL=${plan_level:-${NQ_LOG_LEVEL:-warn}} nq-plan --shell "${plan_options[@]}" "$@") || exit
  while IFS= read -r line; do
    plan+=$line$'\n'
    case $line in
      connector=* | stream=* | live=*) eval "$line" ;;
      nq_stream)
        connectors+=("$connector") streams+=("$stream") lives+=("$live") plans+=("$plan")
        plan=''
        ;;
    esac
  done <<<"$text"
}

# with_plan PLAN FUNCTION…: calls the function with what the plan sets.
with_plan() {
  nq_stream_is=("${@:2}")
  eval "$1"
}

nq_stream() { "${nq_stream_is[@]}"; }
