#!/usr/bin/env bash
# nq-cursor against a model of its rules: random sequences of begin, complete, fail, reset, stale run ids and kills.
# usage: tests/faults/cursor-model.sh SEQUENCES SEED      NQ_STATE is where
# The model knows numbers only. After each command status, cursor, lower bound and exit status must agree.
set -euo pipefail

sequences=$1
RANDOM=$2
commands=0 accepted=0 refused=0

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

# One command through nq-cursor; a begin gives the model its run id.
play() {
  local rc=0 row
  log+=("${cmd[*]} <<<'$input' (expects $expect)")
  nq-cursor "${cmd[@]}" acme s >"$NQ_STATE.out" 2>"$NQ_STATE.err" <<<"$input" || rc=$?
  if [[ ${cmd[0]} == begin ]]; then
    run=$(<"$NQ_STATE.out")
    runs+=("$run")
  fi
  row=$(nq-cursor get -F status -F committed_cursor_value -F lower_bound acme s && echo .)
  if [[ $rc != "$expect" || $row != "$status"$'\n'"$cursor"$'\n'"$lower"$'\n.' ]]; then
    printf 'sequence %s of seed %s:\n' "$n" "$seed"
    printf '  %s\n' "${log[@]}"
    printf 'status %s; the row is\n%s\nthe model says %s, %s, %s\n' "$rc" "$row" "$status" "$cursor" "$lower"
    cat "$NQ_STATE.err"
    exit 1
  fi
  commands=$((commands + 1))
  if ((rc == 0)); then accepted=$((accepted + 1)); else refused=$((refused + 1)); fi
}

# A process that dies holding the lock, in the middle of a run or before it.
killed() {
  # shellcheck disable=SC2016 # the inner shell's
  (nq-cursor lock acme s -- sh -c 'kill -9 $$' || true) >/dev/null 2>&1
}

seed=$2
verbs=(begin begin begin complete_receipt complete_receipt complete_receipt complete_cursor fail reset)
for ((n = 1; n <= sequences; n++)); do
  rm -rf "$NQ_STATE"
  forget
  for ((step = RANDOM % 8 + 3; step > 0; step--)); do
    input=''
    ((RANDOM % 20)) || killed
    "${verbs[RANDOM % ${#verbs[@]}]}"
    play
  done
done
echo "$sequences sequences, $commands commands, $accepted accepted, $refused refused"
((accepted > sequences && refused > sequences / 2))
