#!/usr/bin/env bash
# nq-load into PostgreSQL, against psql with \copy and an upsert in one transaction, and psycopg2. The server has fsync on.
# usage: tests/bench/load-postgres.sh BUILD-DIRECTORY      BENCH_SIZE and BENCH_ROUNDS as in common.bash
set -euo pipefail

build=$(realpath "$1")
# shellcheck source=tests/bench/common.bash
. "$(dirname "$0")/common.bash"

# shellcheck source=tests/postgres.bash
. "$here/../postgres.bash"

make_all_rows "$records"
export PG_MOST=3600
trap 'stop_postgres; stop_server; rm -rf "$work"' EXIT
start_postgres
psql() { PGOPTIONS='-c client_min_messages=warning' command psql -qX -v ON_ERROR_STOP=1 "$PGURL" "$@"; }

# copy_sql SUFFIX: a script for psql.
copy_sql() {
  cat <<SQL
set client_min_messages = warning;
create table if not exists base(supplier_number text primary key, supplier_name text, is_active boolean, vat_number text,
  rating numeric, employees bigint, supplier_location json, updated_at text);
begin;
create temp table b (like base) on commit drop;
\\copy b from '$rows$1.tsv'
insert into base select * from b on conflict (supplier_number) do update set supplier_name = excluded.supplier_name,
  is_active = excluded.is_active, vat_number = excluded.vat_number, rating = excluded.rating, employees = excluded.employees,
  supplier_location = excluded.supplier_location, updated_at = excluded.updated_at;
commit;
SQL
}

# contenders SUFFIX: who loads rows$1 into a table of its own each.
contenders() {
  copy_sql "$1" >"$work/copy$1.sql"
  peer nq-load "'$build/nq-load' --to '$PGURL' --table s --key supplier_number" "$rows$1.ndjson"
  peer 'psql \copy + upsert' "psql -qX -v ON_ERROR_STOP=1 '$PGURL' -f '$work/copy$1.sql'"
  ! can psycopg2 "$python" -c 'import psycopg2' ||
    peer 'psycopg2 execute_values' "$python '$here/peers/postgres.py' '$PGURL' py" "$rows$1.ndjson"
}

empty() { psql -c 'drop table if exists s, base, py' -c checkpoint; }
# full: everyone has the unchanged rows, freshly written; what nq-load notes of its loads stays.
full() {
  local t
  for t in s base py; do
    ! psql -c "select from $t limit 1" >/dev/null 2>&1 ||
      psql -c "create table if not exists full_$t as select * from $t" -c "truncate $t" -c "insert into $t select * from full_$t"
  done
  psql -c 'vacuum analyze' -c checkpoint
}

load_works postgres PostgreSQL
