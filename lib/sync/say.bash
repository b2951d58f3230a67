# shellcheck shell=bash
# nq-sync: what it says, as log lines and as JSON. Values come back in variables: a subshell costs a millisecond.

# quote TEXT: as a JSON string, into $quoted.
quote() {
  local s=$1 i c
  s=${s//\\/\\\\}
  s=${s//\"/\\\"}
  quoted=$s
  if [[ $s == *[[:cntrl:]]* ]]; then
    quoted=''
    for ((i = 0; i < ${#s}; i++)); do
      c=${s:i:1}
      [[ $c != [[:cntrl:]] ]] || printf -v c '\\u%04x' "'$c"
      quoted+=$c
    done
  fi
  quoted=\"$quoted\"
}

# quote_or_null TEXT: null for nothing.
quote_or_null() {
  quoted=null
  [[ -z $1 ]] || quote "$1"
}

# log LEVEL TEXT: Nuntiq's line, or an object with NQ_LOG=json, as the other tools write it.
log() {
  local quoted run
  case ${NQ_LOG_LEVEL:-info}:$1 in
    [Ee]*:INFO | [Ww]*:INFO | [Ee]*:WARN) return 0 ;;
  esac
  if [[ ${NQ_LOG:-text} != json ]]; then
    printf '%(%Y-%m-%d %H:%M:%S)T UTC [%s] nq-sync: %s\n' -1 "$1" "${2//[[:cntrl:]]/ }" >&2
    return
  fi
  quote_or_null "${run_id:-}"
  run=$quoted
  quote "$2"
  printf '{"ts":"%(%Y-%m-%dT%H:%M:%SZ)T","level":"%s","tool":"nq-sync","run_id":%s,"step":null,"message":%s,"detail":null}\n' \
    -1 "$1" "$run" "$quoted" >&2
}

# doubt_log: tells what the environment says of the log that has no meaning, and takes it away: no stage tells it again.
doubt_log() {
  local level=${NQ_LOG_LEVEL:-info} format=${NQ_LOG:-text}
  case ${level,,} in
    error | warn | info | debug) ;;
    *)
      unset NQ_LOG_LEVEL
      log WARN "NQ_LOG_LEVEL: '$level' has no effect: write error, warn, info or debug"
      ;;
  esac
  case $format in
    text | json) ;;
    *)
      unset NQ_LOG
      log WARN "NQ_LOG: '$format' has no effect: write text or json"
      ;;
  esac
}

misuse() {
  if [[ ${NQ_LOG:-text} == json ]]; then log ERROR "$1"; else printf 'nq-sync: %s\ntry '\''nq-sync --help'\''\n' "$1" >&2; fi
  exit 2
}
