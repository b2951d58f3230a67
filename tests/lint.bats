#!/usr/bin/env bats
# The gates themselves: each finds the fault that it is there for, and lets a clean tree pass.

load helper

setup() {
  TREE=$BATS_TEST_TMPDIR/tree
  mkdir -p "$TREE"/{lib/base,lib/json,lib/http,tools,tests,man}
  printf '#ifndef NQ_BASE_A_H\n#define NQ_BASE_A_H\n\n#include <stddef.h>\n\nsize_t nq_a(void);\n\n#endif\n' >"$TREE/lib/base/a.h"
  # what must not be found: words in comments and strings, longer names
  cat >"$TREE/lib/base/a.c" <<'EOF'
#include "base/a.h"

/* unlike strcpy() or system(), and never
 * atoi() */
size_t
nq_a(void)
{
	const char *text = "system(\"x\") /* ", quote = '"';

	my_system(text, quote); // sprintf(
	nq_strdup_all(text);
	return sizeof(text);
}
EOF
}

lint() {
  run env NQ_LINT_ROOT="$TREE" timeout 50 "$ROOT/tests/lint.sh" quick
  printf '%s\n' "$output"
}

# finds RULE TEXT: the rule fails, and says so; all others hold.
finds() {
  lint
  [ "$status" -eq 1 ]
  [[ $output == *"not ok  $1"* ]]
  [[ $output == *"$2"* ]]
  [ "$(grep -c '^not ok' <<<"$output")" -eq 1 ]
}

@test "a clean tree passes" {
  lint
  [ "$status" -eq 0 ]
  [[ $output == *"1 functions, median 7 lines"* ]]
}

@test "a long function is found, in C and in shell" {
  { printf 'int\nf(void)\n{\n' && yes '	g();' | head -n 59 && printf '}\n'; } >"$TREE/lib/base/b.c"
  finds 'functions up to 60 lines' 'lib/base/b.c:3: a function of 61 lines, not over 60'
  rm "$TREE/lib/base/b.c"
  { printf '#!/bin/bash\nf() {\n' && yes '  g' | head -n 59 && printf '}\nf\n'; } >"$TREE/tests/b.sh"
  finds 'functions up to 60 lines' 'tests/b.sh:2: a function of 61 lines'
}

@test "a long file is found" {
  yes 'int x;' | head -n 500 >"$TREE/lib/base/b.c"
  finds 'files under 500 lines' 'lib/base/b.c: 500 lines'
}

@test "a header that needs another one is found" {
  printf '#ifndef NQ_BASE_B_H\n#define NQ_BASE_B_H\nsize_t f(void);\n#endif\n' >"$TREE/lib/base/b.h"
  finds 'headers compile alone' "lib/base/b.h alone: "
}

@test "a wrong include guard is found" {
  printf '#ifndef B_H\n#define B_H\n#endif\n' >"$TREE/lib/base/b.h"
  finds 'include guards' 'lib/base/b.h: the include guard is not NQ_BASE_B_H'
}

@test "an include from a floor above is found" {
  printf '#include "json/doc.h"\n' >"$TREE/lib/base/b.c"
  finds 'floors' 'base is not above json'
  printf '#include "base/a.h"\n#include "http/client.h"\n' >"$TREE/lib/base/b.c"
  finds 'floors' 'lib/base/b.c:2:#include "http/client.h": base is not above http'
  printf '#include "doc.h"\n' >"$TREE/lib/base/b.c"
  finds 'floors' 'includes are written from lib/'
  rm "$TREE/lib/base/b.c"
  mkdir "$TREE/lib/new"
  printf '#include "base/a.h"\n' >"$TREE/lib/new/b.c"
  finds 'floors' 'lib/new has no floor'
}

@test "each forbidden call is found" {
  local n=0 call calls=('system(x)' 'popen(x, y)' 'sprintf(x, y)' 'vsprintf (x, y)' 'strcpy(x, y)' 'strcat(x, y)'
    'strtok(x, y)' 'atoi(x)' 'setlocale(x, y)' 'strtod(x, y)' 'yajl_gen_double(x, y)' 'gets(x)' 'mktemp(x)'
    'yajl_tree_parse(x)' 'archive_read_support_filter_all(x)' 'f(CURLOPT_VERBOSE)' 'PQescapeStringConn(x)' 'malloc(x)'
    'strdup(x)' 'exit(1)' 'printf(x)')
  {
    printf 'int\nf(void)\n{\n'
    printf '\t%s;\n' "${calls[@]}"
    printf '}\n'
  } >"$TREE/lib/base/b.c"
  finds 'forbidden calls' 'lib/base/b.c:4:'
  for call in "${calls[@]}"; do
    grep -qF "lib/base/b.c:$((4 + n)):	$call;" <<<"$output"
    n=$((n + 1))
  done
}

@test "a word of unfinished work is found" {
  printf '# TO''DO: later\n' >"$TREE/Makefile"
  finds 'words of unfinished work' './Makefile:1:'
}

@test "a careless manual is found" {
  printf '.Dd May 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd y\n.Sh NOPE\n.Nope\n' >"$TREE/man/x.1"
  finds 'manuals (mandoc -T lint)' 'x.1'
}

@test "careless shell is found, also without a suffix" {
  # shellcheck disable=SC2016 # it is the fault
  printf '#!/usr/bin/env bash\nrm $1\n' >"$TREE/tools/x"
  finds 'shell (shellcheck)' 'tools/x line 2'
}

@test "wrong usage" {
  run --separate-stderr "$ROOT/tests/lint.sh"
  [ "$status" -eq 2 ]
  stderr_is 'usage: tests/lint.sh quick | full'
}

@test "no two modules give the same name to different things" {
  # shellcheck disable=SC2016 # the inner bash expands them
  run --separate-stderr bash -c 'nm -g --defined-only "$0" | awk "NF == 3 { print \$3 }" | sort | uniq -d' "$BUILD/libnq.a"
  stdout_is ''
  # shellcheck disable=SC2016
  run --separate-stderr bash -c 'grep -hoE "^struct nq_[a-z_]+ \{" "$0"/lib/*/*.h | sort | uniq -d' "$ROOT"
  stdout_is ''
}
