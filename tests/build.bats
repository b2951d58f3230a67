#!/usr/bin/env bats
# The Makefile and deps.sh: what is built where, what a change rebuilds, what is installed and taken away again.
# shellcheck disable=SC2154 # stderr is set by run

load helper

# A copy of the tree with all that is built, times kept, so that nothing has to be built again.
setup_file() {
  TREE=$BATS_FILE_TMPDIR/tree
  export TREE
  mkdir "$TREE"
  (cd "$ROOT" && tar -cf - --exclude=./.git --exclude=./build/demo .) | tar -xf - -C "$TREE"
  again all >/dev/null
}

# again TARGET…: make as a person calls it; what a make above us set is no business of it, but for the variables.
again() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -C "$TREE" --no-print-directory -j2 "$@"; }

files() { (cd "$TREE" && find . -path ./build -prune -o -type f -print | sort); }

@test "make writes to build/ only, and has nothing to do the second time" {
  local before
  before=$(files)
  touch "$TREE/tools/nq-map.c"
  run again
  status_is 0
  [[ $output == *"build/nq-map"* ]]
  [ "$(files)" = "$before" ]
  run again
  status_is 0
  stdout_is ""
}

@test "a changed header rebuilds what includes it, and no more" {
  touch "$TREE/lib/map/lex.h"
  run again
  status_is 0
  [[ $output == *"lib/map/lex.c"* ]]
  [[ $output == *"build/nq-map"* ]]
  [[ $output != *"lib/http/"* ]]
}

@test "SANITIZE builds beside the ordinary objects" {
  run again -n SANITIZE=address,undefined build/address-undefined/nq-map
  status_is 0
  [[ $output == *"-fsanitize=address,undefined"*" -o build/address-undefined/nq-map "* ]]
  [[ $output != *" build/nq-map "* ]]
  run again -n SANITIZE=
  [[ $output != *-fsanitize* ]]
}

@test "each program links what it needs, hardened" {
  local tool needs
  needs() { readelf -d "$TREE/build/$1" | sed -n 's/.*(NEEDED).*\[lib\([a-z0-9]*\).*/\1/p'; }
  for tool in nq-fetch nq-map nq-load nq-cursor nq-plan; do
    needs=$(readelf -hd "$TREE/build/$tool")
    [[ $needs == *DYN* ]]
    [[ $needs == *BIND_NOW* || $needs == *NOW* ]]
  done
  for tool in nq-map nq-cursor nq-plan; do
    run needs "$tool"
    [[ $output != *curl* && $output != *sqlite* && $output != *archive* ]]
  done
  run needs nq-cursor-nuntiq
  [[ $output == *curl* ]]
  run needs nq-load
  [[ $output == *sqlite3* && $output != *curl* && $output != *archive* ]]
  run needs nq-load-http
  [[ $output == *curl* && $output != *sqlite3* ]]
}

@test "make install puts programs and manuals in their places, make uninstall leaves nothing" {
  local dest=$BATS_TEST_TMPDIR/dest
  run again install DESTDIR="$dest" PREFIX=/usr
  status_is 0
  run bash -c 'cd "$1" && find . -type f | sort' bash "$dest"
  stdout_is "$(
    {
      printf '%s\n' ./usr/bin/nq-cursor-nuntiq ./usr/bin/nq-load-http
      for f in "$ROOT"/tools/nq-*; do basename "$f" .c; done | sed 's,^,./usr/bin/,'
      for f in "$ROOT"/lib/sync/*; do echo "./usr/lib/nq/${f##*/}"; done
      for f in "$ROOT"/man/*; do echo "./usr/share/man/man${f##*.}/$(basename "$f")"; done
    } | sort
  )"
  [ "$("$dest/usr/bin/nq-map" --version)" = "$("$dest/usr/bin/nq-sync" --version | sed s/sync/map/)" ]
  [ -z "$(find "$dest" -type f -path '*/bin/*' ! -perm 755)" ]
  [ -z "$(find "$dest" -type f -path '*/man/*' ! -perm 644)" ]
  [ -z "$(find "$dest" -type f -name '*.bash' ! -perm 644)" ]
  [ -x "$dest/usr/lib/nq/nq-sync-stream" ]
  run again uninstall DESTDIR="$dest" PREFIX=/usr
  status_is 0
  [ -z "$(find "$dest" -type f)" ]
}

@test "make clean takes build/ and nothing else" {
  local before
  before=$(files)
  cp -a "$TREE" "$BATS_TEST_TMPDIR/tree"
  TREE=$BATS_TEST_TMPDIR/tree
  again clean
  [ ! -e "$TREE/build" ]
  [ "$(files)" = "$before" ]
}

# === deps.sh ==================================================================================

# A machine that has nothing but these programs; apt-get and sudo write down how they are called.
bare_machine() {
  local p
  mkdir bin
  for p in bash env; do ln -s "$(command -v "$p")" bin/; done
  for p in apt-get sudo; do
    # shellcheck disable=SC2016 # the script expands it
    printf '#!%s\necho "%s $*" >>"$CALLS"\n' "$(command -v bash)" "$p" >"bin/$p"
  done
  printf '#!%s\necho %s\n' "$(command -v bash)" "$1" >bin/id
  chmod 755 bin/apt-get bin/sudo bin/id
  export CALLS=$PWD/calls
  : >calls
}

deps() { run --separate-stderr env PATH="$PWD/bin" "$@"; }

@test "deps.sh names what is missing; NQ_NO_DEPS=1 prints the line and installs nothing" {
  cd "$BATS_TEST_TMPDIR"
  bare_machine 0
  deps NQ_NO_DEPS=1 "$ROOT/tests/deps.sh" demo
  status_is 1
  stdout_is ""
  stderr_has "missing: program pkg-config" "missing: module libcurl" "missing: program sqlite3"
  stderr_has "deps.sh: install these, on Debian: apt-get install -y --no-install-recommends " libyajl-dev
  [[ $stderr != *bats* ]]
  [ ! -s calls ]
}

@test "deps.sh installs by apt, with sudo only where not root, and says what is still missing" {
  cd "$BATS_TEST_TMPDIR"
  bare_machine 0
  deps "$ROOT/tests/deps.sh" check
  status_is 1
  stderr_has "deps.sh: still missing after the installation:"
  [ "$(sed -n 1p calls)" = "apt-get update -q" ]
  [[ $(sed -n 2p calls) == "apt-get install -q -y --no-install-recommends "*libcurl4-openssl-dev*bats* ]]
  rm -r bin
  bare_machine 1000
  deps "$ROOT/tests/deps.sh" demo
  status_is 1
  [ "$(sed -n 1p calls)" = "sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q" ]
}

@test "deps.sh is silent where nothing is missing, and refuses a purpose that it does not know" {
  run --separate-stderr "$ROOT/tests/deps.sh" demo
  status_is 0
  stdout_is ""
  [ "$stderr" = "" ]
  run --separate-stderr -2 "$ROOT/tests/deps.sh" nonsense
  stderr_has "usage: tests/deps.sh"
}
