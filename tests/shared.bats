#!/usr/bin/env bats
# What all programs share: log lines for machines, and no secret on a command line.
# shellcheck disable=SC2016 # ${…} in single quotes are references, not ours to expand
# shellcheck disable=SC2154 # stderr is set by run

load helper

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# only_json STATUS COMMAND…: it ends so, and every line on stderr is a log line of the tool, in JSON. At least one is.
only_json() {
  local want=$1
  shift
  run --separate-stderr "$@" <<<'{"a":1}'
  status_is "$want"
  jq -e --arg tool "$1" -s 'length > 0 and all(.[];
    keys_unsorted == ["ts","level","tool","run_id","step","message","detail"] and .tool == $tool)' <<<"$stderr" >/dev/null && return
  printf '%s\nstderr: %s\n' "$*" "$stderr"
  return 1
}

@test "--log json: every line of every tool is JSON, whatever ends it" {
  only_json 0 nq-fetch --log json -vv - --paginate none
  only_json 1 nq-fetch --log json --records .none -
  only_json 2 nq-fetch --log json nowhere.json
  only_json 0 nq-map --log json -vv -e .
  only_json 1 nq-map --log json -e '{b: .b!}'
  only_json 2 nq-map --log json -e $'{\n  b: nope(.a) }'
  only_json 1 nq-load --log json --to sqlite:t.db --table t --key k
  only_json 1 nq-cursor complete --log json --run x acme suppliers
  only_json 2 nq-cursor list --log json --state /dev/null
  only_json 1 nq-cursor track --log json -- false
  printf 'sources:\n  - nme: x\n' >sources.yml
  only_json 2 nq-plan --log json
  only_json 2 nq-plan --log json -c nowhere.yml
}

@test "--log json holds for usage errors, wherever it stands" {
  local tool
  for tool in nq-fetch nq-map nq-load nq-plan nq-sync; do
    only_json 2 "$tool" --log json --no-such-option-here
    NQ_LOG=json only_json 2 "$tool" --no-such-option-here
  done
  only_json 2 nq-cursor list --log json --no-such-option-here
  only_json 2 nq-cursor --log json
  only_json 2 nq-load --log json
}

# doubts TOOL [ARGUMENT…]: it tells once of each of the two variables, in its own name, and does its work.
doubts() {
  NQ_LOG=xml NQ_LOG_LEVEL=loud run --separate-stderr "$@" <<<'{"a":1}'
  status_is 0
  stderr_has "[WARN] $1: NQ_LOG_LEVEL: 'loud' has no effect: write error, warn, info or debug" \
    "[WARN] $1: NQ_LOG: 'xml' has no effect: write text or json"
  [[ $(grep -c NQ_LOG <<<"$stderr") == 2 ]] && return
  printf '%s\nstderr: %s\n' "$*" "$stderr"
  return 1
}

@test "a log level or format of the environment that has no meaning is told once by every tool" {
  doubts nq-fetch -
  doubts nq-map -e .
  doubts nq-load --to sqlite:t.db --table t --key a
  doubts nq-cursor --state . list
  doubts nq-cursor track -- nq-map -e .
  printf 'sources: [{name: s, type: command, command: {resources: [{name: r, command: "cat", load: {to: "sqlite:x.db", primary_key: a}}]}}]\n' >sources.yml
  doubts nq-plan --shell
  doubts nq-sync --print
  doubts nq-sync -v status --state .
  # this one becomes another program
  NQ_LOG_LEVEL=loud run --separate-stderr nq-load --to http://127.0.0.1:1/ --mode append --attempts 1 <<<'{"a":1}'
  status_is 75
  [ "$(grep -c NQ_LOG <<<"$stderr")" = 1 ]
}

@test "what is told of the environment's log obeys --log, and levels are written in any case" {
  NQ_LOG_LEVEL=loud only_json 0 nq-fetch --log json -
  NQ_LOG_LEVEL=loud only_json 0 nq-cursor list --log json --state .
  NQ_LOG_LEVEL=Debug NQ_LOG='' run --separate-stderr nq-map -v -e . <<<'{"a":1}'
  stderr_has '[INFO] nq-map: read 1 record'
  [[ $stderr != *NQ_LOG* ]]
}

@test "a --var that is not NAME=VALUE is a usage error of every tool" {
  local tool value
  for tool in nq-fetch nq-load nq-plan nq-cursor 'nq-cursor track'; do
    for value in name =value; do
      # shellcheck disable=SC2086 # the verb is a word of its own
      run --separate-stderr $tool --var "$value" </dev/null
      status_is 2
      stderr_is "${tool%% *}: option '--var': '$value' is not NAME=VALUE
try '$tool --help'"
    done
  done
}

# refused HINT COMMAND…: status 2, the hint, nothing on stdout, and the secret is not said again.
refused() {
  local hint=$1
  shift
  run --separate-stderr "$@" </dev/null
  status_is 2
  stdout_is ""
  stderr_has "$hint"
  [[ $stderr != *s3cr3t* ]] && return
  printf '%s\nsays the secret: %s\n' "$*" "$stderr"
  return 1
}

@test "a literal secret on a command line is refused by every tool, and not repeated" {
  refused 'bearer='\''${ACME_TOKEN}'\' nq-fetch --auth bearer=s3cr3t http://127.0.0.1:9/
  refused 'write a reference' nq-fetch -H 'Authorization: Bearer s3cr3t' http://127.0.0.1:9/
  refused 'write --auth basic=' nq-fetch http://me:s3cr3t@127.0.0.1:9/
  refused 'bearer='\''${ACME_TOKEN}'\' nq-load --to nuntiq:http://127.0.0.1:9/ --object supplier --auth bearer=s3cr3t
  refused 'write --auth basic=' nq-load --to nuntiq:http://me:s3cr3t@127.0.0.1:9/ --object supplier
  refused 'write --auth basic=' nq-load --to https://me:s3cr3t@127.0.0.1:9/ --table t --key id
  refused 'write a reference' nq-load --to postgresql://me:s3cr3t@127.0.0.1/db --table t --key id
  refused 'write a reference' nq-cursor --state postgresql://me:s3cr3t@127.0.0.1/db list
}
