# shellcheck shell=bash
# What the tests of nq-load into DuckDB share: load-common, with another database behind the same words. Loaded by
# `load load-duckdb`, after load-common.

export NQ_LIBDUCKDB=${NQ_LIBDUCKDB:-$ROOT/build/duckdb/libduckdb.so}

# The library itself is fetched once, and its absence is a failure.
setup_file() {
  "$ROOT/tests/duckdb.sh" >/dev/null
}

into() { nq-load --to duckdb:t.db --table t "$@"; }
sql() { "$BUILD/tests/tools/duckdb_query" "${DB:-t.db}" "$@"; }

# types: the columns of t
types() { sql "select column_name, data_type from duckdb_columns() where table_name = 't' and not internal order by column_index"; }
types_are() {
  local got
  got=$(types)
  [ "$got" = "$1" ] && return
  printf 'the columns are:\n%s\n' "$got"
  return 1
}
