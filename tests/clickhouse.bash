# shellcheck shell=bash
# A throwaway ClickHouse of a bats file: its own ports, users and directory. Loaded by `load clickhouse`.

# free_port: one that nobody listens on.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

write_config() {
  local dir=$1 port=$2
  cat >"$dir/config.xml" <<END
<yandex>
  <logger><level>warning</level><console>1</console></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>$port</http_port>
  <path>$dir/data/</path>
  <tmp_path>$dir/data/tmp/</tmp_path>
  <user_files_path>$dir/data/files/</user_files_path>
  <format_schema_path>$dir/data/schemas/</format_schema_path>
  <mark_cache_size>16777216</mark_cache_size>
  <users_config>$dir/users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <timezone>UTC</timezone>
</yandex>
END
  cat >"$dir/users.xml" <<'END'
<yandex>
  <profiles><default></default></profiles>
  <users><nora>
    <password>password-here</password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota>
  </nora></users>
  <quotas><default><interval>
    <duration>3600</duration><queries>0</queries><errors>0</errors>
    <result_rows>0</result_rows><read_rows>0</read_rows><execution_time>0</execution_time>
  </interval></default></quotas>
</yandex>
END
}

answers() { curl -fs -o /dev/null "$1/"; }

# start_clickhouse: sets CH (http://127.0.0.1:PORT) and CH_PID. A port that somebody else took meanwhile is given up.
start_clickhouse() {
  local dir try
  dir=$(mktemp -d "$BATS_FILE_TMPDIR/clickhouse.XXXX")
  mkdir "$dir/data"
  for try in 1 2 3; do
    CH=http://127.0.0.1:$(free_port)
    write_config "$dir" "${CH##*:}"
    setpriv --pdeathsig KILL clickhouse-server --config-file="$dir/config.xml" >"$dir/log" 2>&1 3>&- &
    CH_PID=$!
    if until_true 30 answers "$CH" && kill -0 "$CH_PID" 2>/dev/null; then
      export CH CH_PID
      return
    fi
    kill "$CH_PID" 2>/dev/null || true
    echo "clickhouse-server did not start ($try): $(tail -n 5 "$dir/log")" >&2
  done
  return 1
}

stop_clickhouse() {
  [ -z "${CH_PID:-}" ] || { kill "$CH_PID" && wait "$CH_PID"; } 2>/dev/null || true
}

# ch SQL: as its own user, by curl.
ch() { curl -fsS -u nora:password-here "$CH/" --data-binary "$1"; }
