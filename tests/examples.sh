#!/usr/bin/env bash
# Runs the EXAMPLES of a manual.
# usage: tests/examples.sh [-v] man/NAME.SECTION      (NQ_BUILD names the build directory)
#
# What counts is the text that `mandoc -T ascii` shows in the section EXAMPLES:
#
#  - A displayed line (.Bd -literal -offset indent, or .Dl) that starts with "$ " is a command. It goes on in
#    the next line after a final backslash (\e in mdoc), or where the next line starts with "> ".
#  - All commands of a manual run in order, in one bash with pipefail, in one scratch directory. Each must
#    end with 0 and leave stderr empty, unless the next command is "echo $?": so does a manual show a failure.
#  - Displayed lines after a command are its whole stdout; "..." in them stands for any text. Without such
#    lines stdout is not looked at. A blank line or the end of the display ends the example.
#  - The hosts https://api.acme-erp.com, https://test-api.apreceiving.com and https://api.example.com are the
#    stand-in's, in commands and in fixtures.
#  - The scratch directory holds the files of examples/acme (no scripts), then of tests/examples/common, then of
#    tests/examples/NAME.SECTION. A file "standin" in the last one holds other options for the stand-in.
#  - ACME_TOKEN, ACME_CLIENT_SECRET, NUNTIQ_TOKEN and NQ_STATE are set.
set -euo pipefail

verbose=false
if [[ ${1:-} == -v ]]; then
  verbose=true
  shift
fi
manual=$(realpath "$1")
name=$(basename "$manual")
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${NQ_BUILD:-$root/build}" && pwd)
work=$(mktemp -d)
api_pid=
cleanup() {
  [[ -z $api_pid ]] || kill "$api_pid" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
mkdir "$work/steps" "$work/dir"

# Writes each command to steps/NNN.cmd, and to steps/NNN.out what the manual says that it prints.
extract() {
  mandoc -T ascii -O width=1000 "$manual" | sed 's/.\x08//g' | awk -v dir="$work/steps" '
    /^[A-Z]/ { on = $0 == "EXAMPLES"; step = "" }
    !on { next }
    { match($0, /^ */); indent = RLENGTH; text = substr($0, indent + 1) }
    step != "" && NF > 0 && more { print substr($0, column + 1) > (step ".cmd"); more = /\\$/; next }
    step != "" && NF > 0 && indent == column && text ~ /^> / {
      print substr(text, 3) > (step ".cmd"); more = /\\$/; next
    }
    text ~ /^\$ / {
      step = sprintf("%s/%03d", dir, ++n); column = indent; more = /\\$/
      print substr(text, 3) > (step ".cmd"); next
    }
    NF == 0 || indent < column { step = ""; next }
    step != "" { print substr($0, column + 1) > (step ".out") }'
}

start_standin() {
  local options=(--suppliers 20) own=$root/tests/examples/$name/standin
  [[ ! -f $own ]] || read -ra options <"$own"
  "$build/tests/standin" --exit-with-parent --port-file "$work/port" --log "$work/api.log" \
    --data-dir "$work/dir" "${options[@]}" >"$work/standin.out" 2>&1 3>&- &
  api_pid=$!
  for _ in {1..500}; do
    [[ ! -s $work/port ]] || break
    sleep 0.02
  done
  API=http://127.0.0.1:$(cat "$work/port")
}

fixtures() {
  local from
  for from in examples/acme tests/examples/common "tests/examples/$name"; do
    [[ ! -d $root/$from ]] || cp -R "$root/$from/." "$work/dir/"
  done
  find "$work/dir" -name '*.sh' -delete
  find "$work/dir" -type f -exec sed -i -E "$hosts" {} +
}

# The text as a pattern: everything literal but "...".
pattern() {
  sed -e 's/[^[:alnum:]. ]/\\&/g' -e 's/\.\.\./*/g' "$1"
}

# The status, both streams and the expected text of one step that has run.
judge() {
  local step=$1 status=$2 next=$3
  if [[ $next != "echo \$?" ]]; then
    ((status == 0)) || echo "ended with status $status"
    [[ ! -s $step.stderr ]] || sed 's/^/wrote to stderr: /' "$step.stderr"
  fi
  [[ -f $step.out ]] || return 0
  # shellcheck disable=SC2053 # the right side is a pattern
  [[ $(cat "$step.stdout") == $(pattern "$step.out") ]] ||
    diff "$step.out" "$step.stdout" | sed 's/^/stdout: /'
}

# Every step runs in this one shell, so that files, variables and functions live on.
run_steps() {
  local status=0 failed=0 step next verdict i
  local steps=("$work"/steps/*.cmd)
  cd "$work/dir"
  for i in "${!steps[@]}"; do
    step=${steps[i]%.cmd}
    next=$(cat "${steps[i + 1]:-/dev/null}")
    (exit "$status")
    # shellcheck disable=SC1090 # it comes out of the manual
    . "$step.cmd" >"$step.stdout" 2>"$step.stderr" </dev/null
    status=$?
    verdict=$(judge "$step" "$status" "$next")
    if [[ -n $verdict ]]; then
      failed=1
      printf '%s: example %s failed: %s\n%s\n' "$name" "${step##*/}" "$(cat "$step.cmd")" "$verdict"
    elif $verbose; then
      printf 'ok %s: %s\n' "${step##*/}" "$(cat "$step.cmd")"
    fi
  done
  return "$failed"
}

extract
compgen -G "$work/steps/*.cmd" >/dev/null || {
  echo "$name: no example to run"
  exit 1
}
start_standin
export API
hosts="s#https://(api\.acme-erp\.com|test-api\.apreceiving\.com|api\.example\.com)#$API#g"
fixtures
sed -i -E "$hosts" "$work"/steps/*
export PATH="$build:$PATH" NQ_STATE=$work/dir/state TZ=UTC LC_ALL=C
! grep -q 'duckdb:' "$manual" || NQ_LIBDUCKDB=$("$root/tests/duckdb.sh")
export NQ_LIBDUCKDB=${NQ_LIBDUCKDB:-}
export ACME_TOKEN=test-bearer-token-here NUNTIQ_TOKEN=job-token-here ACME_CLIENT_SECRET=client-secret-here
export -f run_steps judge pattern
export work name verbose
timeout 60 bash -o pipefail -c run_steps
