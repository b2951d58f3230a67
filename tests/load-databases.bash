# shellcheck shell=bash disable=SC2034 # DEST and PLACE are for the tests
# The databases that nq-load writes, behind the same words, for what has to be the same in all of them. Loaded by
# `load load-databases`, after load-common and postgres. A test goes through them:
#
#   for NAME in "${DATABASES[@]}"; do
#     fresh         # an empty place in the database NAME, which into, sql and types then mean
#     …
#   done
#
# A database is four functions:
#
#   to_NAME         an empty place: sets DEST, and PLACE, which is how a receipt names table t there
#   ask_NAME SQL…   rows, their values with | between
#   types_NAME      the columns of t as name|type
#   look_NAME       the rows of t as id|a|b|c, null as NULL

export NQ_LIBDUCKDB=${NQ_LIBDUCKDB:-$ROOT/build/duckdb/libduckdb.so}

DATABASES=(sqlite postgres duckdb)

setup_file() {
  "$ROOT/tests/duckdb.sh" >/dev/null
  start_postgres
}
teardown_file() { stop_postgres; }

fresh() {
  echo "$NAME"
  "to_$NAME"
}
into() { nq-load --to "$DEST" --table t "$@"; }
sql() { "ask_$NAME" "$@"; }
types_are() {
  local got
  got=$("types_$NAME")
  [ "$got" = "$1" ] && return
  printf 'the columns are:\n%s\n' "$got"
  return 1
}

to_sqlite() {
  rm -f t.db
  DEST=sqlite:t.db PLACE=sqlite:$(pwd -P)/t.db#t
}
ask_sqlite() { sqlite3 t.db "$@"; }
types_sqlite() { ask_sqlite "select name, type from pragma_table_info('t')"; }
look_sqlite() { ask_sqlite "select ifnull(id, 'NULL'), ifnull(a, 'NULL'), ifnull(b, 'NULL'), ifnull(c, 'NULL') from t"; }

to_postgres() {
  ask_postgres 'drop schema if exists public cascade' 'create schema public' >/dev/null
  DEST=$PGURL PLACE=postgresql://127.0.0.1:$PG_PORT/nq#public.t
}
ask_postgres() {
  local each says=()
  for each; do says+=(-c "$each"); done
  PGOPTIONS='-c client_min_messages=warning' psql -qXAt -v ON_ERROR_STOP=1 "$PGURL" "${says[@]}"
}
types_postgres() {
  ask_postgres "select attname, format_type(atttypid, atttypmod) from pg_attribute
    where attrelid = 't'::regclass and attnum > 0 and not attisdropped order by attnum"
}
# A column of type json shows a text in quotes.
look_postgres() {
  local list
  list=$(ask_postgres "select string_agg('coalesce(' || attname || case atttypid when 'json'::regtype then ' #>> ''{}''' else '::text' end || ', ''NULL'')', ', ')
    from (select attname, atttypid from pg_attribute where attrelid = 't'::regclass and attname in ('id', 'a', 'b', 'c') order by attname = 'id' desc, attname) x")
  ask_postgres "select $list from t"
}

to_duckdb() {
  rm -rf t.duckdb*
  DEST=duckdb:t.duckdb PLACE=duckdb:$(pwd -P)/t.duckdb#t
}
ask_duckdb() { "$BUILD/tests/tools/duckdb_query" t.duckdb "$@"; }
types_duckdb() {
  ask_duckdb "select column_name, data_type from duckdb_columns() where table_name = 't' and not internal order by column_index"
}
look_duckdb() {
  ask_duckdb "select ifnull(id::varchar, 'NULL'), ifnull(a::varchar, 'NULL'), ifnull(b::varchar, 'NULL'), ifnull(c::varchar, 'NULL') from t"
}
