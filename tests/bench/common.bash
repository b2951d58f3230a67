# shellcheck shell=bash disable=SC2034 # the scripts read what is set here
# What the measurements share. A script that sources this has set build, and nothing else.
#
# BENCH_SIZE is the one knob: small (seconds, to see that everything runs), medium, full (the default, the sizes of the
# published table), huge (growth to ten million records). BENCH_ROUNDS is for the impatient and the thorough.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${BENCH_DATA:-${build:?}/bench}
size=${BENCH_SIZE:-full}
mkdir -p "$data"
work=$(mktemp -d "$data/run.XXXXXX")
trap 'stop_server; rm -rf "$work"' EXIT

# records: suppliers in pulls, maps and loads; slow_pages: those that answer late; big: MiB of the one page; tiny: suppliers
# of the start-up; growth: numbers of records; rounds: how often each program runs.
case $size in
  small) records=2000 slow_pages=4 big=1 tiny=200 growth=(1000 2000) rounds=1 ;;
  medium) records=50000 slow_pages=40 big=64 tiny=1000 growth=(10000 100000) rounds=3 ;;
  full) records=500000 slow_pages=200 big=1024 tiny=1000 growth=(10000 100000 1000000) rounds=3 ;;
  huge) records=500000 slow_pages=200 big=1024 tiny=1000 growth=(10000 100000 1000000 10000000) rounds=3 ;;
  *)
    echo "BENCH_SIZE is small, medium, full or huge, not '$size'" >&2
    exit 2
    ;;
esac
rounds=${BENCH_ROUNDS:-$rounds}

# The interpreter with Debian's modules, whatever else is first in the path; and the one with those of pip.
python=/usr/bin/python3
pip_python=$data/venv/bin/python
export PYTHONDONTWRITEBYTECODE=1 RUNTIME__DLTHUB_TELEMETRY=false PATH=$PATH:/usr/sbin
unset NQ_LOG NQ_LOG_LEVEL

# can WHAT COMMAND…: whether a peer can run here, by a command that tries; says so when not.
can() {
  "${@:2}" >/dev/null 2>&1 </dev/null && return
  echo "${0##*/}: $1 is not here, and left out" >&2
  return 1
}

# thousands N: 500,000
thousands() { sed -E ':again; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; t again' <<<"$1"; }

# shellcheck source=tests/bench/servers.bash
. "$here/servers.bash"
# shellcheck source=tests/bench/data.bash
. "$here/data.bash"
# shellcheck source=tests/bench/turns.bash
. "$here/turns.bash"
