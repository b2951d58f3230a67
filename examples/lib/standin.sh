# shellcheck shell=bash
# Read by the examples: the programs that make has built are on the PATH, and API is the server to ask. Without an API
# in the environment that is the stand-in, started here on a free port of this machine and ended with the script.

build=${NQ_BUILD:-$(dirname "${BASH_SOURCE[0]}")/../../build}
if [[ ! -x $build/nq-fetch ]]; then
  echo "$0: the programs are not built yet: run make first" >&2
  exit 2
fi
build=$(cd "$build" && pwd)
PATH=$build:$PATH

start_standin() {
  local dir
  dir=$(mktemp -d)
  "$build/tests/standin" --exit-with-parent --port-file "$dir/port" >"$dir/log" 2>&1 &
  # shellcheck disable=SC2064 # the process and the directory of now
  trap "kill $! 2>/dev/null; rm -rf '$dir'" EXIT
  until [[ -s $dir/port ]]; do
    kill -0 $! || { cat "$dir/log" && exit 1; }
    sleep 0.02
  done
  API=http://127.0.0.1:$(<"$dir/port")
}
[[ -n ${API:-} ]] || start_standin
