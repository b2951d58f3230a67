# shellcheck shell=bash
# What the tests of nq-load into SQLite share. Loaded by `load load-common`.

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
}

# into OPTION…: into table t of t.db
into() { nq-load --to sqlite:t.db --table t "$@"; }
rows() { printf '%s\n' "$@"; }
sql() { sqlite3 "${DB:-t.db}" "$@"; }

# counts: the numbers of the receipt, in order
counts() {
  jq -r '[.records,.inserted,.updated,.unchanged,.deleted,.folded,.rejected]|join(" ")' <<<"${output:-}"
}
counts_are() {
  [ "$(counts)" = "$1" ] && return
  printf 'counts %s instead of %s\n' "$(counts)" "$1"
  return 1
}
sql_is() {
  local got
  got=$(sql "$1")
  [ "$got" = "$2" ] && return
  printf 'the table holds:\n%s\n' "$got"
  return 1
}

# has_row ID: for until_true
has_row() { [ "$(sql "select count(*) from t where id = $1")" = 1 ]; }
