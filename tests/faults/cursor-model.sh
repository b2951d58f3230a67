#!/usr/bin/env bash
# nq-cursor against a model of its rules: random sequences of begin, complete, fail, reset, stale run ids and kills.
# usage: tests/faults/cursor-model.sh SEQUENCES SEED [MAX-STEPS]      NQ_STATE is where, any store
# The model knows numbers only. After each command status, cursor, lower bound and exit status must agree; one that
# was killed has done its work as a whole or not at all.
set -euo pipefail

sequences=$1
RANDOM=$2
steps=${3:-8}
commands=0 accepted=0 refused=0
prefix=model-$$
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The model: what the row must say.
forget() { cursor='' lower='' status=idle run=none runs=(none) log=(); }

# next VALUE: what a run that ends with this value (empty: none) leaves as the cursor.
next() {
  want=$cursor
  if [[ -n $lower && -n $cursor ]] && ((lower > cursor)); then return; fi
  if [[ -n $1 ]]; then
    [[ -n $cursor ]] && (($1 <= cursor)) || want=$1
  else
    want=${cursor:-$lower}
  fi
}

# Each sets cmd, the input and the expected exit status, and moves the model.
begin() {
  local since='' initial=$((RANDOM % 50))
  ((RANDOM % 4)) || since=$((RANDOM % 100))
  cmd=(begin -t numeric_id --initial "$initial" -F run_id)
  [[ -z $since ]] || cmd+=(--since "$since")
  lower=${since:-${cursor:-$initial}} status=running expect=0
}

pick_run() {
  id=$run
  ((RANDOM % 5)) || id=${runs[RANDOM % ${#runs[@]}]}
}

# end VALUE: completes the model's run when it may.
end() {
  next "$1"
  expect=1
  [[ $id == "$run" && $run != none && $status != failed ]] || return 0
  [[ $status == running || $want == "$cursor" ]] || return 0
  cursor=$want status=succeeded expect=0
}

complete_receipt() {
  local mark=''
  ((RANDOM % 4 == 0)) || mark=$((RANDOM % 100))
  pick_run
  cmd=(complete -r "$id")
  input="{\"records\":1,\"destination\":\"d\",\"cursor_type\":\"numeric_id\",\"watermark\":${mark:+\"}${mark:-null}${mark:+\"}}"
  end "$mark"
}

complete_cursor() {
  local value=$((RANDOM % 100)) before=$cursor was=$status
  pick_run
  cmd=(complete -r "$id" -c "$value")
  end "$value"
  if [[ -n $before ]] && ((value < before)); then cursor=$before status=$was expect=1; fi
}

fail() {
  pick_run
  cmd=(fail -r "$id" -e broken)
  expect=1
  [[ $id == "$run" && $run != none && $status != succeeded ]] || return 0
  status=failed expect=0
}

reset() {
  cursor='' lower='' status=idle run=none expect=0
  ((RANDOM % 3 == 0)) || cursor=$((RANDOM % 100))
  cmd=(reset -t numeric_id -c "$cursor" -R model)
}

row() { nq-cursor get -F status -F committed_cursor_value -F lower_bound acme "$stream" && echo .; }

disagree() {
  printf 'sequence %s of seed %s:\n' "$n" "$seed"
  printf '  %s\n' "${log[@]}"
  printf 'status %s; the row is\n%s\nthe model says %s, %s, %s\n' "$1" "$2" "$status" "$cursor" "$lower"
  cat "$work/err"
  exit 1
}

# One command through nq-cursor; a begin gives the model its run id.
play() {
  local rc=0 row
  log+=("${cmd[*]} <<<'$input' (expects $expect)")
  nq-cursor "${cmd[@]}" acme "$stream" >"$work/out" 2>"$work/err" <<<"$input" || rc=$?
  if [[ ${cmd[0]} == begin ]]; then
    run=$(<"$work/out")
    runs+=("$run")
  fi
  row=$(row)
  [[ $rc == "$expect" && $row == "$status"$'\n'"$cursor"$'\n'"$lower"$'\n.' ]] || disagree "$rc" "$row"
  commands=$((commands + 1))
  if ((rc == 0)); then accepted=$((accepted + 1)); else refused=$((refused + 1)); fi
}

# The same, killed somewhere on its way: what the model moved it has moved back when the row did not move.
play_killed() {
  local pid row old
  log+=("${cmd[*]} <<<'$input' (killed)")
  nq-cursor "${cmd[@]}" acme "$stream" >"$work/out" 2>"$work/err" <<<"$input" &
  pid=$!
  sleep "0.00$((RANDOM % 10))"
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  row=$(row)
  if [[ $row != "$status"$'\n'"$cursor"$'\n'"$lower"$'\n.' ]]; then
    IFS=, read -r status cursor lower run <<<"$before"
    [[ $row == "$status"$'\n'"$cursor"$'\n'"$lower"$'\n.' ]] || disagree killed "$row"
  fi
  old=$run
  run=$(nq-cursor get -F run_id acme "$stream")
  run=${run:-none}
  [[ $run == "$old" ]] || runs+=("$run")
  killed=$((killed + 1))
}

# A process that dies holding the lock, in the middle of a run or before it.
lock_and_die() {
  # shellcheck disable=SC2016 # the inner shell's
  (nq-cursor lock acme "$stream" -- sh -c 'kill -9 $$' || true) >/dev/null 2>&1
}

seed=$2
verbs=(begin begin begin complete_receipt complete_receipt complete_receipt complete_cursor fail reset)
killed=0
for ((n = 1; n <= sequences; n++)); do
  stream=$prefix-$n
  forget
  for ((step = RANDOM % steps + 3; step > 0; step--)); do
    input=''
    ((RANDOM % 20)) || lock_and_die
    before=$status,$cursor,$lower,$run
    "${verbs[RANDOM % ${#verbs[@]}]}"
    if ((RANDOM % 12)); then play; else play_killed; fi
  done
done
echo "$sequences sequences, $commands commands, $accepted accepted, $refused refused, $killed killed"
((accepted > sequences && refused > sequences / 2))
