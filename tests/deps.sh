#!/usr/bin/env bash
# Looks whether everything is there that a purpose needs. On Debian and its kin it installs what is missing with
# apt-get; elsewhere, and with NQ_NO_DEPS=1, it says what to install and fails.
# usage: tests/deps.sh [demo | check | bench | lint | fuzz]
# check includes demo, bench and lint include check, fuzz includes lint; the default is fuzz.
set -euo pipefail

# purpose | kind of test and what it looks for | Debian package
table='
demo  program  cc                                                gcc
demo  header   stdio.h                                           libc6-dev
demo  program  pkg-config                                        pkg-config
demo  module   libcurl                                           libcurl4-openssl-dev
demo  module   yajl                                              libyajl-dev
demo  module   libarchive                                        libarchive-dev
demo  module   zlib                                              zlib1g-dev
demo  module   sqlite3                                           libsqlite3-dev
demo  module   libpq                                             libpq-dev
demo  module   yaml-0.1                                          libyaml-dev
demo  module   libmicrohttpd                                     libmicrohttpd-dev
demo  module   gnutls                                            libgnutls28-dev
demo  program  curl                                              curl
demo  program  jq                                                jq
demo  program  sqlite3                                           sqlite3
check program  bats                                              bats
check file     /usr/lib/bats/bats-support/load.bash              bats-support
check file     /usr/lib/bats/bats-assert/load.bash               bats-assert
check file     /usr/lib/bats/bats-file/load.bash                 bats-file
check program  mandoc                                            mandoc
check program  shellcheck                                        shellcheck
check program  strace                                            strace
check program  openssl                                           openssl
check program  ps                                                procps
check program  xxd                                               xxd
check file     /usr/bin/time                                     time
check program  tar                                               tar
check program  xz                                                xz-utils
check program  zip                                               zip
check program  zstd                                              zstd
check program  script                                            bsdutils
check glob     /usr/lib/postgresql/*/bin/initdb                  postgresql
check program  psql                                              postgresql-client
check program  runuser                                           util-linux
check file     /usr/sbin/nginx                                   nginx-light
check file     /usr/sbin/clickhouse-server                       clickhouse-server
check program  tinyproxy                                         tinyproxy-bin
check program  npm                                               npm
check program  parallel                                          parallel
bench program  json_verify                                       yajl-tools
bench program  gojq                                              gojq
bench program  mlr                                               miller
bench program  sqlite-utils                                      sqlite-utils
bench program  gnuplot                                           gnuplot-nox
bench program  taskset                                           util-linux
bench file     /usr/bin/python3                                  python3
bench file     /usr/lib/python3/dist-packages/requests/__init__.py python3-requests
bench file     /usr/lib/python3/dist-packages/tenacity/__init__.py python3-tenacity
bench file     /usr/lib/python3/dist-packages/psycopg2/__init__.py python3-psycopg2
bench glob     /usr/lib/python3.*/ensurepip/__init__.py          python3-venv
fuzz  program  mkfs.ext4                                         e2fsprogs
lint  program  clang-format                                      clang-format
lint  program  clang-tidy                                        clang-tidy
lint  program  cppcheck                                          cppcheck
fuzz  program  clang                                             clang
fuzz  glob     /usr/lib/llvm-*/lib/clang/*/lib/*/*fuzzer*.a      libclang-rt-14-dev
'

has_header() {
  [[ -e /usr/include/$1 ]] || echo "#include <$1>" | cc -E - >/dev/null 2>&1
}

has() {
  case $1 in
    program) command -v "$2" >/dev/null ;;
    header) has_header "$2" ;;
    module) pkg-config --exists "$2" 2>/dev/null ;;
    file) [[ -e $2 ]] ;;
    glob) compgen -G "$2" >/dev/null ;;
  esac
}

# Fills the lists of what is missing and of the packages that bring it.
look() {
  local purpose kind what package
  missing=() packages=()
  while read -r purpose kind what package; do
    [[ $purpose != "" && $wanted == *" $purpose "* ]] || continue
    has "$kind" "$what" && continue
    missing+=("$kind $what")
    packages+=("$package")
  done <<<"$table"
}

install_line() {
  echo "$([[ $(id -u) == 0 ]] || echo 'sudo ')apt-get install -y --no-install-recommends ${packages[*]}"
}

install() {
  local as_root=()
  [[ $(id -u) == 0 ]] || as_root=(sudo)
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" apt-get install -q -y --no-install-recommends "${packages[@]}"
}

case ${1:-fuzz} in
  demo) wanted=' demo ' ;;
  check) wanted=' demo check ' ;;
  bench) wanted=' demo check bench ' ;;
  lint) wanted=' demo check lint ' ;;
  fuzz) wanted=' demo check lint fuzz ' ;;
  *)
    echo "usage: tests/deps.sh [demo | check | bench | lint | fuzz]" >&2
    exit 2
    ;;
esac

look
((${#missing[@]} > 0)) || exit 0
printf 'missing: %s\n' "${missing[@]}" >&2
if [[ ${NQ_NO_DEPS:-} == 1 ]] || ! command -v apt-get >/dev/null; then
  echo "deps.sh: install these, on Debian: $(install_line)" >&2
  exit 1
fi
install
look
((${#missing[@]} == 0)) || {
  printf 'deps.sh: still missing after the installation: %s\n' "${missing[@]}" >&2
  exit 1
}
