#!/usr/bin/env bats
# nq-map against jq, where both mean the same: generated mappings over generated records.
# shellcheck disable=SC2154 # stderr is set by run --separate-stderr

setup() {
  load helper
  cd "$BATS_TEST_TMPDIR" || return
}

# same SEED MEMBERS RECORDS: the mapping of that seed and its jq program write the same; adds to $values.
values=0
same() {
  "$BUILD/tests/jq/generate" "$1" "$2" "$3" .
  nq-map -f map <in >nq.out
  jq -c -f jq in >jq.out
  cmp -s nq.out jq.out || {
    echo "seed $1 ($2 members, $3 records): line, member, value of nq-map (<) and of jq (>)"
    diff <(by_member nq.out) <(by_member jq.out) | head -n 20
    grep -hE "^  ($(diff <(by_member nq.out) <(by_member jq.out) | grep -oE '"m[0-9]+"' | tr -d '"' | sort -u | head -n 5 | paste -sd'|')):" map jq
    return 1
  }
  values=$((values + $2 * $(wc -l <nq.out)))
}
by_member() { jq -c '[input_line_number] as $line | to_entries[] | $line + [.key, .value]' "$1"; }

@test "thousands of generated expressions give what jq gives" {
  local seed
  for seed in {1..12}; do
    same "$seed" 150 40
  done
  echo "$values values"
  ((values > 50000))
}

@test "small mappings over many records give what jq gives" {
  local seed
  for seed in {101..104}; do
    same "$seed" 3 2000
  done
  ((values > 15000))
}
