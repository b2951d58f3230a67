#!/usr/bin/env bash
# Times nq-load into PostgreSQL against psql: \copy into a temporary table and the same INSERT … ON CONFLICT, all in one
# transaction. On a server of its own with fsync on; "server" is the processor time of its sessions.
# usage: tests/bench/load-postgres.sh BUILD-DIRECTORY [ROWS]
set -euo pipefail

build=$(realpath "$1")
rows=${2:-500000}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
# shellcheck source=tests/postgres.bash
. "$here/../postgres.bash"
PG_MOST=3600
trap 'stop_postgres; rm -rf "$work"' EXIT
start_postgres

"$here/load-rows.sh" "$rows" >"$work/rows.ndjson"
jq -r '[.supplier_number, .supplier_name, .is_active, .vat_number, .rating, .employees,
  (.supplier_location | tojson), .updated_at] | join("\t")' "$work/rows.ndjson" >"$work/rows.tsv"
cat >"$work/base.sql" <<SQL
create table if not exists base(supplier_number text primary key, supplier_name text, is_active boolean, vat_number text,
  rating numeric, employees bigint, supplier_location json, updated_at text);
create temp table b (like base);
\\copy b from '$work/rows.tsv'
insert into base select * from b on conflict (supplier_number) do update set supplier_name = excluded.supplier_name,
  is_active = excluded.is_active, vat_number = excluded.vat_number, rating = excluded.rating, employees = excluded.employees,
  supplier_location = excluded.supplier_location, updated_at = excluded.updated_at;
SQL

# The processor time of all sessions that have ended, in hundredths of a second.
server_time() { sed 's/.*) //' "/proc/$(head -n 1 "$PG_DIR/data/postmaster.pid")/stat" | awk '{ print $14 + $15 }'; }
# timed NAME COMMAND…
timed() {
  local name=$1 before
  shift
  before=$(server_time)
  /usr/bin/time -f "$name: %e s, %U s user, %S s system, %M KiB" "$@"
  sleep 0.5
  echo "  server $(($(server_time) - before))0 ms"
}
for run in 1 2; do
  echo "run $run: into an empty table, then the same again"
  psql -qX "$PGURL" -c 'set client_min_messages = warning' -c 'drop table if exists base, s'
  for pass in empty again; do
    timed "psql, $pass" psql -qX -v client_min_messages=warning "$PGURL" -f "$work/base.sql" 2>&1 | grep -v NOTICE
    timed "nq-load, $pass" "$build/nq-load" --to "$PGURL" --table s --key supplier_number <"$work/rows.ndjson" \
      2>&1 | jq -rR 'fromjson? // . | if type == "object" then [.inserted, .updated, .unchanged] | tojson else . end'
  done
done
