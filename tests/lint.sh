#!/usr/bin/env bash
# The style that a machine can judge.
# usage: tests/lint.sh quick | full        quick: seconds, part of `make check`; full: clang-format, cppcheck, clang-tidy too
# Prints one line a rule, and what breaks it. NQ_LINT_ROOT looks at another tree than this one.
# shellcheck disable=SC2016 # the dollars in single quotes are awk's
set -euo pipefail

cd "${NQ_LINT_ROOT:-$(dirname "$0")/..}"
cflags=(-std=c17 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 "-DNQ_VERSION=\"0\"" -Ilib)
longest_function=60
longest_file=500
bad=0

# The folders of the tree that exist.
dirs() { find "$@" -maxdepth 0 2>/dev/null || true; }
sources() { dirs lib tools tests | xargs -I{} find {} -name '*.[ch]' | sort; }
# The stand-in is judged by shape, not by what it calls: it is a witness of its own, not part of nq.
product() { sources | grep -v '^tests/standin/'; }
shell() {
  {
    dirs tests examples tools | xargs -I{} find {} -name '*.sh' -o -name '*.bash' -o -name '*.bats'
    find lib -name '*.bash'
    dirs tests examples tools lib .ci | xargs grep -rlIE '^#!.*[/ ](ba)?sh' || true
  } | sort -u
}
texts() { find . -path ./build -prune -o -path ./.git -prune -o -type f -print | grep -vE '/(corpus|data|accept|reject)/' | sort; }
manuals() { dirs man | xargs -I{} find {} -name '*.[1-9]' | sort; }

# rule NAME COMMAND…: what COMMAND prints is what is wrong.
rule() {
  local name=$1 found
  shift
  found=$("$@" 2>&1) || true
  if [[ -n $found ]]; then
    printf 'not ok  %s\n%s\n' "$name" "$found"
    bad=$((bad + 1))
  else
    printf 'ok      %s\n' "$name"
  fi
}

# file:first line:length of every function, C (KNF: braces in the first column), shell and bats.
functions() {
  { sources && shell; } | xargs -r awk '
    FNR == 1 { start = 0; c = FILENAME ~ /\.[ch]$/ }
    !start && (c ? /^\{$/ : /^[a-z_][A-Za-z0-9_]*\(\) *[{(]$|^@test .*\{$/) { start = FNR }
    start && (c ? /^\}/ : /^[})]/) { print FILENAME ":" start ":" FNR - start + 1; start = 0 }'
}

long_functions() {
  functions | awk -F: -v most="$longest_function" '
    $3 > most { printf "%s:%d: a function of %d lines, not over %d\n", $1, $2, $3, most }'
}

# A file of independent tests may be longer: nobody reads it from end to end.
long_files() {
  { sources && shell | grep -v '\.bats$'; } | xargs -r wc -l | awk -v most="$longest_file" '
    $2 != "total" && $1 >= most { printf "%s: %d lines, not over %d\n", $2, $1, most - 1 }'
}

shape() {
  functions | cut -d: -f3 | sort -n | awk '
    { v[NR] = $1 }
    END { if (NR) printf "        %d functions, median %d lines, nine of ten at most %d, longest %d\n", NR, \
      v[int((NR + 1) / 2)], v[int(NR * 0.9) + (NR < 10)], v[NR] }'
}

lone_headers() {
  find lib -name '*.h' | sort | while read -r header; do
    echo "#include \"${header#lib/}\"" |
      "${CC:-cc}" "${cflags[@]}" -Wall -fsyntax-only -x c - 2>&1 | sed "s|^|$header alone: |"
  done
}

# A folder may use itself and what lies on lower floors.
floors() {
  find lib -name '*.[ch]' | sort | xargs -r grep -nE '^# *include "' | awk -F'[/:"]' '
    BEGIN {
      floor["base"] = 1; floor["json"] = 2; floor["http"] = floor["map"] = floor["pg"] = 3
      floor["fetch"] = floor["load"] = floor["state"] = floor["plan"] = 4
    }
    {
      from = $2; to = $6
      if (!(from in floor)) print $0 ": lib/" from " has no floor: give it one in tests/lint.sh"
      else if (!(to in floor)) print $0 ": includes are written from lib/, as \"base/buf.h\""
      else if (from != to && floor[to] >= floor[from]) print $0 ": " from " is not above " to
    }'
}

# file:line:code of the given sources, without comments and with the inside of strings emptied.
code() {
  xargs -r awk '
    FNR == 1 { inside = 0 }
    {
      line = $0; out = ""
      while (line != "") {
        if (inside) {
          if (!(i = index(line, "*/"))) break
          line = substr(line, i + 2); inside = 0
        } else if (match(line, /\/\*|\/\/|"(\\.|[^"\\])*"|\047(\\.|[^\047\\])\047/)) {
          out = out substr(line, 1, RSTART - 1)
          piece = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH)
          if (piece == "//") break
          if (piece == "/*") inside = 1
          else out = out substr(piece, 1, 1) substr(piece, 1, 1)
        } else { out = out line; break }
      }
      if (out != "") print FILENAME ":" FNR ":" out
    }'
}

forbidden() {
  local code
  code=$(product | code)
  # no_calls REASON REGEX [FILES WHERE IT MAY STAND]
  no_calls() {
    grep -E "(^|[^[:alnum:]_])(${2//\\(/ *\\(})" <<<"$code" | grep -vE "^(${3:-none}):" | sed "s|\$|    <- $1|" || true
  }
  no_calls 'starts a shell' '(system|popen)\('
  no_calls 'knows no bounds' '(v?sprintf|strcpy|strcat|stpcpy|gets|alloca)\('
  no_calls 'keeps hidden state' '(strtok|setlocale)\('
  no_calls 'cannot tell an error' '(atoi|atol|atoll|atof)\('
  no_calls 'rounds' '(strtod|strtof|yajl_gen_double)([^[:alnum:]_]|$)'
  no_calls 'can be raced' '(mktemp|tmpnam|tempnam)\('
  no_calls 'loses lengths and duplicate keys' 'yajl_tree'
  no_calls 'takes formats that nobody asked for' 'archive_read_support_[a-z]+_all'
  no_calls 'writes secrets to stderr' 'CURLOPT_VERBOSE'
  no_calls 'depends on the connection: use parameters' 'PQescapeString'
  code=$(grep -E '^(lib|tools)/' <<<"$code")
  no_calls 'may return NULL: use base/alloc' '(malloc|calloc|realloc|reallocarray|strn?dup|v?asprintf)\(' 'lib/base/alloc\.c'
  code=$(grep '^lib/' <<<"$code")
  no_calls 'a library does not end the program' '(exit|_exit|abort)\(' 'lib/(base/alloc|state/(child|keeper))\.c'
  no_calls 'a library does not print' '(v?printf|puts|putchar|perror)\(' 'lib/base/cli\.c'
}

words() { texts | xargs -r -d '\n' grep -nIwE 'TOD[O]|FIXM[E]|XX[X]|HAC[K]' || true; }

guards() {
  find lib -name '*.h' | sort | while read -r header; do
    want=NQ_$(echo "${header#lib/}" | tr 'a-z/.-' 'A-Z___')
    grep -q "^#ifndef $want\$" "$header" || echo "$header: the include guard is not $want"
  done
}

manual_lint() { manuals | xargs -r mandoc -T lint -W warning; }
shell_lint() { shell | xargs -r -P 2 -n 4 shellcheck -x; }
format() { sources | xargs -r clang-format --dry-run -Werror; }

check_cpp() {
  dirs lib tools tests/unit tests/fuzz tests/faults tests/preload tests/tools | xargs cppcheck --quiet --std=c11 --language=c --enable=warning,style,performance,portability --inline-suppr \
    --suppressions-list=tests/cppcheck.txt --error-exitcode=1 -j 2 \
    "${cflags[@]:1}" --template='{file}:{line}: {severity}: {message} [{id}]'
}

check_tidy() {
  product | grep '\.c$' |
    xargs -r -P 2 -n 4 clang-tidy --quiet --warnings-as-errors='*' "${cflags[@]/#/--extra-arg=}" 2>/dev/null
}

quick() {
  rule "functions up to $longest_function lines" long_functions
  rule "files under $longest_file lines" long_files
  shape
  rule 'headers compile alone' lone_headers
  rule 'include guards' guards
  rule 'floors' floors
  rule 'forbidden calls' forbidden
  rule 'words of unfinished work' words
  rule 'manuals (mandoc -T lint)' manual_lint
  rule 'shell (shellcheck)' shell_lint
}

full() {
  quick
  rule 'layout (clang-format)' format
  rule 'cppcheck' check_cpp
  rule 'clang-tidy' check_tidy
}

case ${1:-} in
  quick | full) "$1" ;;
  *)
    echo 'usage: tests/lint.sh quick | full' >&2
    exit 2
    ;;
esac
((bad == 0))
