# shellcheck shell=bash
# What the tests of nq-load into PostgreSQL share: the functions of load-common for a database of each test's own.
# Loaded by `load load-postgres-common`, after load-common and postgres.

setup_file() { start_postgres; }
teardown_file() { stop_postgres; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  psql -qX "$PGURL" -c 'drop schema if exists public cascade' -c 'create schema public' 2>/dev/null
}

into() { nq-load --to "$PGURL" --table t "$@"; }
sql() { psql -qXAt -v ON_ERROR_STOP=1 "$PGURL" -c "$1"; }
