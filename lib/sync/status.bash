# shellcheck shell=bash
# nq-sync status: where each stream of the connector file stands, as a table.
# shellcheck disable=SC2154 # the plan sets connectors and streams

# The fields of each row, a stream in each element; lag is filled in later.
collect_rows() {
  local i text
  statuses=() cursors=() types=() ended_at=() counts=() lags=()
  for i in "${!streams[@]}"; do
    text=$(nq-cursor get "${connectors[i]}" "${streams[i]}" --field status --field committed_cursor_value \
      --field cursor_type --field completed_at_utc --field started_at_utc --field records_processed) || {
      statuses+=(unreadable) cursors+=('') types+=('') ended_at+=('') counts+=('')
      unreadable=1
      continue
    }
    mapfile -t fields <<<"$text"
    [[ ${fields[0]} != idle || -n ${fields[3]:-} ]] || fields[0]='never ran'
    statuses+=("${fields[0]}") cursors+=("${fields[1]:-}") types+=("${fields[2]:-}")
    ended_at+=("${fields[3]:-${fields[4]:-}}") counts+=("${fields[5]:-}")
  done
}

# short SECONDS: as 45s, 12m, 3h or 4d, into $short.
short() {
  local s=$(($1 < 0 ? 0 : $1))
  if ((s < 120)); then
    short=${s}s
  elif ((s < 7200)); then
    short=$((s / 60))m
  elif ((s < 172800)); then
    short=$((s / 3600))h
  else
    short=$((s / 86400))d
  fi
}

# How far each timestamp lies behind now; date(1) reads all of them at once.
measure_lags() {
  local i k=0 now=$EPOCHSECONDS which=() seconds=() short
  for i in "${!cursors[@]}"; do
    lags[i]=''
    [[ ${types[i]} != timestamp_utc || -z ${cursors[i]} ]] || which+=("$i")
  done
  ((${#which[@]} > 0)) || return 0
  mapfile -t seconds < <(for i in "${which[@]}"; do echo "${cursors[i]/,/.}"; done | date -u -f - +%s 2>/dev/null)
  ((${#seconds[@]} == ${#which[@]})) || return 0
  for i in "${which[@]}"; do
    short $((now - seconds[k++]))
    lags[i]=$short
  done
}

# letters TEXT: how many characters of UTF-8 it has, where the locale counts bytes.
letters() {
  local first=${1//[$'\x80'-$'\xbf']/}
  letters=${#first}
}

# print_columns: the array cells, seven to a row, each column as wide as its widest.
print_columns() {
  local i c letters width=(0 0 0 0 0 0 0)
  for i in "${!cells[@]}"; do
    [[ -n ${cells[i]} ]] || cells[i]=-
    c=$((i % 7))
    letters "${cells[i]}"
    ((letters <= width[c])) || width[c]=$letters
  done
  for ((i = 0; i < ${#cells[@]}; i += 7)); do
    for ((c = 0; c < 6; c++)); do
      letters "${cells[i + c]}"
      printf '%s%*s' "${cells[i + c]}" $((width[c] - letters + 2)) ''
    done
    printf '%s\n' "${cells[i + 6]}"
  done
}

# Why the last run failed, below the table.
explain_failures() {
  local i why
  for i in "${!statuses[@]}"; do
    [[ ${statuses[i]} == failed ]] || continue
    why=$(nq-cursor get "${connectors[i]}" "${streams[i]}" --field error_summary 2>/dev/null) || why='see nq-cursor history'
    printf '%s/%s: %s\n' "${connectors[i]}" "${streams[i]}" "$why"
  done
}

show_status() {
  local i cells=(SOURCE STREAM STATUS CURSOR LAG 'LAST RUN' ROWS) unreadable=0
  collect_rows
  measure_lags
  for i in "${!streams[@]}"; do
    cells+=("${connectors[i]}" "${streams[i]}" "${statuses[i]}" "${cursors[i]}" "${lags[i]}" "${ended_at[i]}" "${counts[i]}")
  done
  print_columns
  explain_failures
  exit "$unreadable"
}
