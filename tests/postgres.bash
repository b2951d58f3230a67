# shellcheck shell=bash
# A throwaway PostgreSQL server of a bats file. Loaded by `load postgres`.
#
#   setup_file() { start_postgres; }        sets PGURL, for psql and for nq: postgresql://nq@127.0.0.1:PORT/nq
#   teardown_file() { stop_postgres; }
#
# User nq owns everything and needs no password; the role "guarded" logs in with the password "open sesame" only.
# fsync is on. The server ends by itself after PG_MOST seconds, should nobody stop it.

PG_MOST=900

# The server does not run as root: then it runs as the user that Debian's package brings.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

pg_bindir() {
  local dirs=(/usr/lib/postgresql/*/bin)
  if [ -x "${dirs[-1]}/initdb" ]; then
    echo "${dirs[-1]}"
  else
    pg_config --bindir
  fi
}

pg_is_ready() { "$PG_BIN/pg_isready" -q -t 1 -h 127.0.0.1 -p "$PG_PORT"; }

# The server cannot be told to take any free port, so ports are tried.
pg_launch() {
  # Pipes of the test that the server inherited would never end.
  (
    exec 3>&- 8>&- 9>&-
    as_postgres timeout "$PG_MOST" "$PG_BIN/postgres" -D "$PG_DIR/data" -p "$PG_PORT" >>"$PG_DIR/log" 2>&1
  ) &
  local tries
  for tries in {1..200}; do
    pg_is_ready && [ -s "$PG_DIR/data/postmaster.pid" ] && return
    grep -q 'could not create any TCP/IP sockets' "$PG_DIR/log" && return 1
    sleep 0.05
  done
  echo "no PostgreSQL after $tries tries" >&2
  return 1
}

start_postgres() {
  local tries
  PG_BIN=$(pg_bindir)
  PG_DIR=$(mktemp -d /tmp/nq-pg.XXXXXX)
  [ "$(id -u)" != 0 ] || chown postgres "$PG_DIR"
  (cd "$PG_DIR" && as_postgres "$PG_BIN/initdb" -A trust -U nq -E UTF8 --locale=C --no-sync "$PG_DIR/data" >log 2>&1) || {
    cat "$PG_DIR/log" >&2
    return 1
  }
  cat >>"$PG_DIR/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$PG_DIR'
shared_buffers = 16MB
log_line_prefix = '%p '
CONF
  sed -i '1i host all guarded all scram-sha-256' "$PG_DIR/data/pg_hba.conf"
  for tries in {1..10}; do
    PG_PORT=$((20000 + RANDOM % 12000))
    : >"$PG_DIR/log"
    pg_launch && break
    ((tries < 10)) || return 1
  done
  export PG_BIN PG_DIR PG_PORT
  export PGURL=postgresql://nq@127.0.0.1:$PG_PORT/nq
  psql -qX "${PGURL%/*}/postgres" -c 'create database nq' -c "create role guarded login password 'open sesame'"
}

# Ends the server as a power cut would, and starts it again on the same data.
crash_postgres() { as_postgres "$PG_BIN/pg_ctl" -s -D "$PG_DIR/data" stop -m immediate; }
restart_postgres() { pg_launch; }

stop_postgres() {
  [ -n "${PG_DIR:-}" ] || return 0
  crash_postgres || true
  rm -rf "$PG_DIR"
}
