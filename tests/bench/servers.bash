# shellcheck shell=bash disable=SC2034,SC2154 # common.bash sets build, data, work and here; the scripts read what is set here
# Who answers: nginx with pages that lie ready, at the price of a sendfile(2), or the stand-in for all that asks for thought.
# One at a time; its end comes with the end of the script.

server=
TOKEN=test-bearer-token-here

stop_server() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  [[ -z $server ]] || wait "$server" 2>/dev/null || true
  server=
}

# start_standin [OPTION…]: sets API, its address.
start_standin() {
  rm -f "$work/port"
  "$build/tests/standin" --exit-with-parent --port-file "$work/port" "$@" >"$work/standin.log" 2>&1 &
  server=$!
  until [[ -s $work/port ]]; do
    kill -0 "$server" || exit 1
    sleep 0.05
  done
  API=http://127.0.0.1:$(<"$work/port")
}

# control PATH JSON: what happens behind the API.
control() { curl -fsS -o /dev/null -d "$2" "$API/_/$1"; }

# Who asks and who answers take turns where pages are served, so they share a processor: what counts is their work, and
# not how long a virtual machine takes to wake the other processor 5000 times.
on_first="taskset -c $(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')"

# serve DIRECTORY FILE: $url answers /v2/suppliers?page=N with N.json of there, anything else with the file of that name;
# FILE is what is asked for to see that it is our server that answers.
serve() {
  local port user=()
  ((EUID > 0)) || user=(-g 'user root;') # else it may not read what is private to root
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    sed "s#@WORK@#$work#g; s#@PAGES@#$1#g; s#@PORT@#$port#g" "$here/nginx.conf" >"$work/nginx.conf"
    $on_first nginx -p "$work" -e "$work/nginx.log" -c "$work/nginx.conf" "${user[@]}" &
    server=$!
    url=http://127.0.0.1:$port/v2/suppliers
    for _ in {1..40}; do
      kill -0 "$server" 2>/dev/null || break
      if curl -fs -r 0-999 -o "$work/first" "http://127.0.0.1:$port/$2" && cmp -s -n 1000 "$work/first" "$1/$2"; then return; fi
      sleep 0.05
    done
    stop_server
  done
  tail -n 3 "$work/nginx.log" >&2
  exit 1
}
