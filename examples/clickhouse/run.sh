#!/usr/bin/env bash
# Suppliers into a table of ClickHouse, delta after delta. A table of the engine ReplacingMergeTree keeps one row of each
# key, the newest, as soon as its parts are merged, and FINAL reads it so at any time: what is sent twice does no harm.
#
#   examples/clickhouse/run.sh                          into the server of this machine; the state stays in ./state
#   CLICKHOUSE=https://ch.example.com:8443/ CH_LOGIN=nora:… examples/clickhouse/run.sh             into another one
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=examples/lib/standin.sh
. "$here/../lib/standin.sh"
export ACME_TOKEN=${ACME_TOKEN:-test-bearer-token-here} CH_LOGIN=${CH_LOGIN:-default:} NQ_STATE=${NQ_STATE:-state}
export NQ_LOG_LEVEL=${NQ_LOG_LEVEL:-warn}
clickhouse=${CLICKHOUSE:-http://127.0.0.1:8123/}

# ask SQL: the login goes by a pipe, as everybody can read command lines.
ask() { curl -fsS -K <(printf 'user = "%s"\n' "$CH_LOGIN") "$clickhouse" --data-binary "$1"; }

ask 'CREATE TABLE IF NOT EXISTS supplier (number String, name String, active UInt8, updated_at DateTime)
  ENGINE = ReplacingMergeTree(updated_at) ORDER BY number'
sync() { nq-sync -c "$here/sources.yml" --var api="$API" --var clickhouse="$clickhouse" "$@" | jq -r '"\(.loaded) loaded"'; }
echo "# what changed: $(sync)"
echo "# all of it, once more: $(sync --full)"
echo "# rows and keys: $(ask 'SELECT count(), uniqExact(number) FROM supplier FINAL' | tr '\t' ' ')"
