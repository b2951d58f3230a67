#!/usr/bin/env bats
# The manuals say what the programs do: options, statuses, examples. And every program answers alike.

load helper

tools() { find "$ROOT/tools" -maxdepth 1 -type f | sed 's,.*/,,; s/\.c$//' | sort; }

# What is wrong is collected, so that one run tells all of it.
wrong() { printf '%s\n' "$*" >>"$BATS_TEST_TMPDIR/wrong"; }
nothing_wrong() {
  [ ! -s "$BATS_TEST_TMPDIR/wrong" ] && return
  cat "$BATS_TEST_TMPDIR/wrong"
  return 1
}

# -x and --name of each option that --help lists, that of the verbs included.
options_of_help() {
  local verb
  {
    "$1" --help
    for verb in $("$1" --help | sed -nE '/^verbs:/,/^$/s/^  ([a-z]+) .*/\1/p'); do
      "$1" "$verb" --help
    done
  } | sed -nE 's/^  (-[A-Za-z]), (--[a-z0-9.-]+).*/\1\n\2/p; s/^ +(--[a-z0-9.-]+).*/\1/p; s/^  (-[A-Za-z])  .*/\1/p' | sort -u
}

# -x and --name of each option that a list of the manual explains: ".It Fl v , Fl -verbose".
options_of_manual() {
  sed -n '/^\.It Fl /{s/^\.It //; s/\\//g; p}' "$1" | grep -oE 'Fl -?[A-Za-z0-9.-]+' | sed -E 's/^Fl (-?)/-\1/' | sort -u
}

examples() {
  run timeout 59 "$ROOT/tests/examples.sh" -v "$ROOT/man/$1"
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}

@test "each program has a manual, and each section 1 manual a program" {
  run diff <(tools) <(find "$ROOT/man" -name '*.1' | sed 's,.*/,,; s/\.1$//' | sort)
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}

@test "options in --help and in the manual are the same" {
  local tool
  for tool in $(tools); do
    diff <(options_of_help "$tool") <(options_of_manual "$ROOT/man/$tool.1") >"$BATS_TEST_TMPDIR/diff" && continue
    wrong "$tool: options only in --help (<) or only in the manual (>):"
    wrong "$(grep '^[<>]' "$BATS_TEST_TMPDIR/diff")"
  done
  nothing_wrong
}

@test "--help is on stdout, with status 0, and names the manual" {
  local tool
  for tool in $(tools); do
    run --separate-stderr "$tool" --help
    [ "$status" -eq 0 ] || wrong "$tool --help: status $status"
    [[ $output == "usage: $tool"* ]] || wrong "$tool --help does not start with 'usage: $tool'"
    [[ $output == *"man $tool"* ]] || wrong "$tool --help does not name its manual"
    [ -z "$stderr" ] || wrong "$tool --help wrote to stderr: $stderr"
  done
  nothing_wrong
}

@test "no line of --help is wider than a terminal" {
  local tool
  for tool in $(tools); do
    run awk -v tool="$tool" 'length($0) > 100 { print tool ": " $0 }' <("$tool" --help)
    [ -z "$output" ] || wrong "$output"
  done
  nothing_wrong
}

@test "what --help says of each option begins in one column" {
  local tool
  for tool in $(tools); do
    run env LC_ALL=C.UTF-8 grep -nE '^  (-.|  )[, ] --' <("$tool" --help)
    run env LC_ALL=C.UTF-8 grep -vE '^[0-9]+:.{33} [^ ]' <<<"$output"
    [ -z "$output" ] || wrong "$tool: $output"
  done
  nothing_wrong
}

@test "--version is the name and a version" {
  local tool
  for tool in $(tools); do
    run --separate-stderr "$tool" --version
    [ "$status" -eq 0 ] || wrong "$tool --version: status $status"
    [[ $output =~ ^"$tool "[0-9]+\.[0-9]+\.[0-9]+$ ]] || wrong "$tool --version: '$output'"
    [ -z "$stderr" ] || wrong "$tool --version wrote to stderr: $stderr"
  done
  nothing_wrong
}

@test "an unknown option is told on stderr, with status 2 and a hint" {
  local tool
  for tool in $(tools); do
    run --separate-stderr "$tool" --no-such-option-here </dev/null
    [ "$status" -eq 2 ] || wrong "$tool --no-such-option-here: status $status"
    [ -z "$output" ] || wrong "$tool --no-such-option-here wrote to stdout: $output"
    [[ $stderr == "$tool: unknown option '--no-such-option-here'"*"try '$tool --help'" ]] ||
      wrong "$tool --no-such-option-here: $stderr"
  done
  nothing_wrong
}

@test "a misspelt option is corrected" {
  local tool
  for tool in $(tools); do
    [ "$tool" != nq-sync ] || continue # a shell script, which keeps no table of names
    run --separate-stderr "$tool" --verison </dev/null
    [ "$status" -eq 2 ] || wrong "$tool --verison: status $status"
    [[ $stderr == *"did you mean '--version'?"* ]] || wrong "$tool --verison: $stderr"
  done
  nothing_wrong
}

@test "output that cannot be written is a failure" {
  local tool
  for tool in $(tools); do
    run bash -c '"$1" --help >/dev/full' bash "$tool"
    [ "$status" -ne 0 ] || wrong "$tool --help >/dev/full: status 0"
  done
  nothing_wrong
}

@test "manuals are clean under mandoc -T lint" {
  run mandoc -T lint -W warning "$ROOT"/man/*
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}

@test "manuals keep the order of sections" {
  local manual
  local order=(NAME SYNOPSIS DESCRIPTION '' ENVIRONMENT FILES 'EXIT STATUS' EXAMPLES DIAGNOSTICS 'SEE ALSO' STANDARDS)
  for manual in "$ROOT"/man/*.[1-9]; do
    run awk -v list="$(IFS=,; printf '%s' "${order[*]}")" '
      BEGIN { n = split(list, name, ","); for (i = 1; i <= n; i++) place[name[i]] = i }
      /^\.Sh / { s = substr($0, 5); gsub(/"/, "", s); at = s in place ? place[s] : 4
        if (at < last) print s " comes too late"; last = at }' "$manual"
    [ -z "$output" ] || wrong "${manual##*/}: $output"
  done
  nothing_wrong
}

@test "manuals of programs tell the exit statuses, the environment and examples" {
  local manual section
  for manual in "$ROOT"/man/*.1; do
    for section in SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
      grep -qxE "\.Sh \"?$section\"?" "$manual" || wrong "${manual##*/}: no $section"
    done
  done
  nothing_wrong
}

@test "manuals have one sentence on a line" {
  local manual
  for manual in "$ROOT"/man/*.[1-9]; do
    # shellcheck disable=SC2016 # awk's
    run awk '/^\.Bd/ { lit = 1 } /^\.Ed/ { lit = 0 } !lit && !/^\./ && /[a-z][.!?] +[A-Z][a-z]/ { print FNR ": " $0 }' "$manual"
    [ -z "$output" ] || wrong "${manual##*/}:$output"
  done
  nothing_wrong
}

@test "what a manual refers to is there" {
  local manual name section
  for manual in "$ROOT"/man/*.[1-9]; do
    while read -r name section; do
      [[ $name == nq* ]] || continue
      [ -e "$ROOT/man/$name.$section" ] || wrong "${manual##*/}: refers to $name($section)"
    done < <(sed -nE 's/^(\.It )?\.?Xr ([^ ]+) ([0-9]).*/\2 \3/p' "$manual")
  done
  nothing_wrong
}

@test "every manual with EXAMPLES has its line here" {
  run diff <(grep -lE '^\.Sh EXAMPLES' "$ROOT"/man/* | sed 's,.*/,,' | sort) \
    <(sed -nE 's/^  examples (nq[a-z-]*\.[0-9])$/\1/p' "$BATS_TEST_FILENAME" | sort)
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}

@test "examples: nq-cursor(1)" {
  examples nq-cursor.1
}

@test "examples: nq-fetch(1)" {
  examples nq-fetch.1
}

@test "examples: nq-load(1)" {
  examples nq-load.1
}

@test "examples: nq-map(1)" {
  examples nq-map.1
}

@test "examples: nq-plan(1)" {
  examples nq-plan.1
}

@test "examples: nq-sync(1)" {
  examples nq-sync.1
}

@test "examples: nq-map(5)" {
  examples nq-map.5
}

@test "examples: nq-sources(5)" {
  examples nq-sources.5
}

@test "examples: nq(7)" {
  examples nq.7
}

# The lines of README.md between two headings that stand four columns in.
commands_of_readme() { sed -n "/^## $1/,/^## $2/s/^    //p" "$ROOT/README.md"; }

@test "the commands of README.md work as they stand, against the stand-in" {
  cd "$BATS_TEST_TMPDIR"
  start_standin --suppliers 30 --age-days 6
  cp -R "$ROOT/examples" .
  echo "${API##*:}" >port
  {
    commands_of_readme 'By hand' 'As a job' | sed "/^make /d; s/=…/=test-bearer-token-here/; s#https://api.acme-erp.com#$API#"
    commands_of_readme 'As a job' 'The programs' | grep '^sed '
    echo cp settings.json examples/acme/
    commands_of_readme 'As a job' 'The programs' | grep '^nq-sync -c '
  } >commands
  NQ_STATE=$PWD/state run --separate-stderr bash -euo pipefail commands
  stop_standin
  status_is 0
  [ "$(jq -c '[.inserted, .loaded > 0, .success]' <<<"$output")" = $'[30,false,null]\n[null,true,true]\n[null,false,true]' ]
}
