# shellcheck shell=bash disable=SC2034 # DEST is for the tests
# The databases that nq-load writes, behind the same words, for what has to be the same in all of them. Loaded by
# `load load-databases`, after load-common and postgres. A database is three functions:
#
#   to_NAME         an empty place: sets DEST
#   ask_NAME SQL    rows, their values with | between
#   look_NAME       the rows of t as id|a|b|c, null as NULL

export NQ_LIBDUCKDB=${NQ_LIBDUCKDB:-$ROOT/build/duckdb/libduckdb.so}

setup_file() {
  "$ROOT/tests/duckdb.sh" >/dev/null
  start_postgres
}
teardown_file() { stop_postgres; }

to_sqlite() {
  rm -f t.db
  DEST=sqlite:t.db
}
ask_sqlite() { sqlite3 t.db "$1"; }
look_sqlite() { ask_sqlite "select ifnull(id, 'NULL'), ifnull(a, 'NULL'), ifnull(b, 'NULL'), ifnull(c, 'NULL') from t"; }

to_postgres() {
  psql -qX "$PGURL" -c 'set client_min_messages = warning' -c 'drop table if exists t'
  DEST=$PGURL
}
ask_postgres() { psql -qXAt "$PGURL" -c "$1"; }
# A column of type json shows a text in quotes.
look_postgres() {
  local list
  list=$(ask_postgres "select string_agg('coalesce(' || attname || case atttypid when 'json'::regtype then ' #>> ''{}''' else '::text' end || ', ''NULL'')', ', ')
    from (select attname, atttypid from pg_attribute where attrelid = 't'::regclass and attname in ('id', 'a', 'b', 'c') order by attname = 'id' desc, attname) x")
  ask_postgres "select $list from t"
}

to_duckdb() {
  rm -f t.duckdb t.duckdb.wal
  DEST=duckdb:t.duckdb
}
ask_duckdb() { "$BUILD/tests/tools/duckdb_query" t.duckdb "$1"; }
look_duckdb() {
  ask_duckdb "select ifnull(id::varchar, 'NULL'), ifnull(a::varchar, 'NULL'), ifnull(b::varchar, 'NULL'), ifnull(c::varchar, 'NULL') from t"
}
