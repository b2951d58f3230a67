# shellcheck shell=bash
# What the tests of nq-load into PostgreSQL share: the functions of load-common for a database of each test's own.
# Loaded by `load load-postgres-common`, after load-common and postgres.

setup_file() { start_postgres; }
teardown_file() { stop_postgres; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  sql 'drop schema if exists public cascade; create schema public; grant usage on schema public to public'
}

into() { nq-load --to "$PGURL" --table t "$@"; }
# What we look with is not to wait for a standby that a test invents.
sql() { PGOPTIONS='-c synchronous_commit=local -c client_min_messages=warning' psql -qXAt -v ON_ERROR_STOP=1 "$PGURL" -c "$1"; }
