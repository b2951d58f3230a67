# shellcheck shell=bash
# nq-sync doctor: looks whether all that a run needs is there, and says how to mend what is not. It begins no run,
# moves no cursor and loads nothing.
# shellcheck disable=SC2154,SC2034,SC2317 # what the command line and the plan set, what the parts read, functions that the plan calls

# found ok|look|FAIL WHAT TEXT [HOW TO MEND IT]
found() {
  printf '%-4s  %-*s  %s\n' "$1" "$column" "$2" "${3//[[:cntrl:]]/ }"
  [[ -z ${4:-} ]] || printf '      mend: %s\n' "$4"
  [[ $1 != FAIL ]] || sick=1
}

# said FILE: the first error that a program wrote there, without the time, or else its last line.
said() {
  local text=''
  [[ ! -s $1 ]] || text=$(grep -m 1 -E '\[ERROR\]|^nq-' -- "$1" || tail -n 1 -- "$1")
  [[ ! $text =~ UTC\ \[[A-Z]+\]\ (.*) ]] || text=${BASH_REMATCH[1]}
  printf '%s' "${text:-it says nothing}"
}

check_programs() {
  local tool other
  for tool in nq-fetch nq-map nq-load nq-cursor nq-plan; do
    if ! other=$("$tool" --version 2>&1); then
      found FAIL programs "$tool: ${other##*: }" "install all programs of nq into one folder of PATH"
      return
    fi
    if [[ $other != "$tool $version" ]]; then
      found FAIL programs "$(command -v "$tool") is '$other', not $version" 'install all programs of nq anew'
      return
    fi
  done
  found ok programs "$version in $(dirname -- "$(command -v nq-fetch)")"
}

check_config() {
  if (compile -- "${picked[@]}") 2>"$folder/plan"; then
    compile -- "${picked[@]}" 2>/dev/null
    found ok config "$config: $((${#streams[@]})) $( ((${#streams[@]} == 1)) && echo stream || echo streams)"
    return
  fi
  sed -i "/^try 'nq-/d" "$folder/plan"
  while IFS= read -r line; do
    found FAIL config "${line#nq-plan: }"
  done <"$folder/plan"
  printf '      mend: %s\n' "the place is in front of each; the keys are in nq-sources(5), values in the settings or the environment"
  return 1
}

# Files with secrets are their owner's alone.
check_secrets() {
  local file mode where=$config
  where=${where%"${where##*/}"}
  [[ $where != .dango/ && $where != */.dango/ ]] || where=${where%.dango/}
  for file in "${settings:-${where}settings.json}" "${env_file:-${where}.env}"; do
    [[ -n $file && -e $file ]] || continue
    mode=$(stat -c %a -- "$file")
    if (((8#$mode & 8#077) != 0)); then
      found look secrets "'$file' can be read by others (mode $mode)" "chmod 600 '$file'"
    else
      found ok secrets "'$file' is its owner's alone"
    fi
  done
}

# can_write DIR HINT: by writing something there, for rights and full disks show only then. If not, how to mend it is
# in $hint: the HINT, or that there is no room.
can_write() {
  local probe written=0
  hint=$2
  probe=$(mktemp -d -- "$1/.nq-doctor.XXXXXXXX" 2>/dev/null) || return
  { printf '%16384s' '' >"$probe/full"; } 2>/dev/null || written=1 hint='the disk is full: make room there'
  rm -rf -- "$probe"
  return "$written"
}

check_state() {
  local state=${NQ_STATE:-${XDG_STATE_HOME:-${HOME:-}/.local/state}/nq} at hint
  if ! nq-cursor list >/dev/null 2>"$folder/state"; then
    found FAIL state "$(said "$folder/state")" "as it says; nq-cursor list tells of all"
    return
  fi
  if [[ $state != *://* && $state != nuntiq:* ]]; then
    at=$state
    while [[ ! -e $at && $at == */* && ${at%/*} != '' ]]; do at=${at%/*}; done
    [[ -e $at ]] || at=.
    if ! can_write "$at" "give it to $(id -un), or say --state or NQ_STATE"; then
      found FAIL state "'$at' cannot be written" "$hint"
      return
    fi
  fi
  [[ $state != *:* ]] || state="the store ${state%%:*}" # the rest may hold a password
  found ok state "$state"
}

# === one stream ===============================================================================

check_row() {
  local status why
  status=$(nq-cursor get "$connector" "$stream" --field status 2>/dev/null) || return 0 # told already
  if [[ $status == failed ]]; then
    why=$(nq-cursor get "$connector" "$stream" --field error_summary 2>/dev/null) || why='see nq-cursor history'
    found look "$name" "the last run failed: $why" "the next one repairs it, once the reason is gone"
  fi
}

check_mapping() {
  [[ ${check[0]} != : ]] || return 0
  if "${check[@]}" >/dev/null 2>"$folder/map"; then
    found ok "$name" 'mapping'
  else
    found FAIL "$name" "mapping: $(said "$folder/map")" 'the place is in front; the language is in nq-map(5)'
  fi
}

# One record is asked for, once, with the lower bound of the next run. Who asks by a program must try it himself.
check_api() {
  local s hint
  if [[ ${stages[0]} == command ]]; then
    found look "$name" 'the command was not run' "try it: nq-sync --dry-run '$name' shows it"
    return
  fi
  stage() {
    if [[ $1 != "${stages[0]}" ]]; then
      cat >/dev/null
    else
      "${@:2}" --max-records 1 --max-pages 1 --attempts 1 --max-time 30 2>"$folder/fetch" >/dev/null
    fi
  }
  bounds "$lower"
  pipeline || true
  s=${ended[0]}
  case $s in
    0) found ok "$name" 'API' ;;
    75) found FAIL "$name" "API: $(said "$folder/fetch")" 'the network, or the API is down: try again later' ;;
    2) found FAIL "$name" "API: $(said "$folder/fetch")" "what it says, in $config" ;;
    *)
      hint="look at what is asked: nq-sync --dry-run '$name'"
      ! grep -qE 'HTTP 40[13]' -- "$folder/fetch" || hint="the credentials: 'auth' and 'headers' in $config, and the secrets they refer to"
      found FAIL "$name" "API: $(said "$folder/fetch")" "$hint"
      ;;
  esac
}

check_destination() {
  local s=0 file hint
  hint="give it and its folder to $(id -un)"
  "${probe[@]}" >"$folder/probed" 2>"$folder/probe" || s=$?
  if ((s != 0)); then
    found FAIL "$name" "destination: $(said "$folder/probe")" \
      "$( ((s == 75)) && echo 'it is down or busy: try again later' || echo "'to' of 'load' in $config, and the rights of $(id -un) there")"
    return
  fi
  file=$(sed -nE 's/.*"destination":"(sqlite|duckdb):([^#"\\]*).*/\2/p' "$folder/probed")
  if [[ -n $file ]] && { [[ -e $file && ! -w $file ]] || ! can_write "${file%/*}" "$hint"; }; then
    found FAIL "$name" "destination: '$file' cannot be written" "$hint"
  elif grep -q '"table_exists":false' "$folder/probed"; then
    found ok "$name" 'destination; the table comes with the first run'
  else
    found ok "$name" 'destination'
  fi
}

check_stream() {
  name=$connector/$stream
  check_row
  check_mapping
  check_api
  check_destination
}

doctor() {
  local sick=0 column=11 name line i cursor c=() s=()
  plan_level=error
  folder=$(mktemp -d -- "${TMPDIR:-/tmp}/nq-sync.XXXXXXXX")
  trap 'rm -rf -- "$folder"' EXIT
  check_programs
  ((sick == 0)) || exit 1
  check_state
  check_secrets
  check_config || exit 1
  c=("${connectors[@]}") s=("${streams[@]}")
  for i in "${!s[@]}"; do
    name=${c[i]}/${s[i]}
    ((${#name} <= column)) || column=${#name}
  done
  for i in "${!s[@]}"; do
    cursor=$(nq-cursor get "${c[i]}" "${s[i]}" --field committed_cursor_value 2>/dev/null) || cursor=''
    compile --cursor "$cursor" -- "${c[i]}/${s[i]}"
    with_plan "${plans[0]}" check_stream
  done
  exit "$sick"
}
