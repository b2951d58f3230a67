# What the measurements share: data that is made once, a server of static pages, and programs that run in turn.
# A script that sources this has set build and here.

data=${BENCH_DATA:-${build:?}/bench}
mkdir -p "$data"
work=$(mktemp -d)
server=
trap 'stop_server; rm -rf "$work"' EXIT

# need PROGRAM PACKAGE …: pairs of what is looked for and the Debian package that has it.
need() {
  for (( ; $#; )); do
    [[ -n $(PATH=$PATH:/usr/sbin type -P "$1") ]] || {
      echo "${0##*/}: $1 is missing (apt-get install $2)" >&2
      exit 1
    }
    shift 2
  done
}

stop_server() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  [[ -z $server ]] || wait "$server" 2>/dev/null || true
  server=
}

# === data ==============================================================================================================

# make_pages N: the directory $pages with N pages of 200 of Acme's suppliers each, as its API answers them.
make_pages() {
  pages=$data/pages-$1
  [[ ! -e $pages/done ]] || return 0
  rm -rf "$pages"
  mkdir -p "$pages"
  "$build/tests/standin" --exit-with-parent --suppliers $(($1 * 200)) --port-file "$work/port" >"$work/standin.log" 2>&1 &
  server=$!
  until [[ -s $work/port ]]; do
    kill -0 "$server" || exit 1
    sleep 0.05
  done
  curl -fsS -H 'Authorization: Bearer test-bearer-token-here' -o "$pages/#1.json" \
    "http://127.0.0.1:$(<"$work/port")/v2/suppliers?page=[1-$1]&per_page=200"
  stop_server
  touch "$pages/done"
}

# make_suppliers N: the file $suppliers with N records, a line each.
make_suppliers() {
  suppliers=$data/suppliers-$1.ndjson
  [[ ! -s $suppliers ]] || return 0
  make_pages $((($1 + 199) / 200))
  "$build/nq-fetch" --records .data --max-records "$1" "$pages"/*.json >"$suppliers.new"
  mv "$suppliers.new" "$suppliers"
}

# serve_pages: $url answers the pages of $pages, at the price of a sendfile(2).
serve_pages() {
  local port
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    sed "s#@WORK@#$work#g; s#@PAGES@#$pages#g; s#@PORT@#$port#g" "${here:?}/nginx.conf" >"$work/nginx.conf"
    PATH=$PATH:/usr/sbin $on_first nginx -p "$work" -e "$work/nginx.log" -c "$work/nginx.conf" &
    server=$!
    url=http://127.0.0.1:$port/v2/suppliers
    for _ in {1..40}; do
      kill -0 "$server" 2>/dev/null || break
      if curl -fs -o "$work/first" "$url?page=1" && cmp -s "$work/first" "$pages/1.json"; then return; fi
      sleep 0.05
    done
    stop_server
  done
  cat "$work/nginx.log" >&2
  exit 1
}

# === programs in turn ==================================================================================================

# Who asks and who answers take turns, so they share a processor: what counts is their work, and not how long a virtual
# machine takes to wake the other processor 5000 times.
on_first="taskset -c $(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')"

names=() commands=() inputs=()

# peer NAME COMMAND [INPUT]: a shell command, which runs with that file as standard input.
peer() {
  names+=("$1")
  commands+=("$2")
  inputs+=("${3:-/dev/null}")
}

# nobody: forgets the programs and their figures, for another round of others.
nobody() {
  rm -f "$work"/times.*
  names=() commands=() inputs=()
}

# run_in_turn ROUNDS: each once a round, for seconds, those of the processor, and the memory of its largest process.
run_in_turn() {
  local round i
  for ((round = 0; round < $1; round++)); do
    for i in "${!names[@]}"; do
      /usr/bin/time -o "$work/time" -f '%e %U %S %M' sh -c "${commands[i]}" <"${inputs[i]}" >/dev/null
      tail -n 1 "$work/time" >>"$work/times.$i"
    done
  done
}

# column I N: the N-th figure of program I, sorted.
column() { cut -d' ' -f"$2" "$work/times.$1" | sort -n; }

# median: the middle one of the sorted lines.
median() { awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

# ratio A B
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {print (b > 0 ? a / b : 0)}'; }

# table: medians, and how many times as long as the first one each took, by the clock and by the processor.
table() {
  local i wall cpu first_wall first_cpu
  printf '%-28s %8s %17s %8s %8s %7s %9s %9s\n' what seconds 'min–max' user system MiB 'to ours' 'by cpu'
  for i in "${!names[@]}"; do
    wall=$(column "$i" 1 | median)
    cpu=$(awk '{print $2 + $3}' "$work/times.$i" | sort -n | median)
    ((i > 0)) || first_wall=$wall first_cpu=$cpu
    printf '%-28s %8.2f %17s %8.2f %8.2f %7.1f %8.2fx %8.2fx\n' "${names[i]}" "$wall" \
      "$(column "$i" 1 | sed -n '1p;$p' | paste -sd- | sed 's/-/–/')" "$(column "$i" 2 | median)" \
      "$(column "$i" 3 | median)" "$(column "$i" 4 | awk 'END {print $1 / 1024}')" \
      "$(ratio "$wall" "$first_wall")" "$(ratio "$cpu" "$first_cpu")"
  done
}
