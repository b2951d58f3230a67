#!/usr/bin/env bash
# One stream into three databases, and a look at each with its own shell: they answer the same.
#
#   examples/warehouse/run.sh                       SQLite and DuckDB; the files stay in the current directory
#   examples/warehouse/run.sh postgresql://…        and PostgreSQL, as psql would be told
#
# DuckDB needs its library (NQ_LIBDUCKDB=/where/it/is/libduckdb.so, where the system does not find it) and its shell.
# shellcheck disable=SC2016 # the tools fill in the references
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=examples/lib/standin.sh
. "$here/../lib/standin.sh"
export ACME_TOKEN=${ACME_TOKEN:-test-bearer-token-here}

nq-fetch --auth bearer='${ACME_TOKEN}' --records .data --paginate page --end-mark "$API/v2/suppliers" |
  nq-map -f "$here/../acme/suppliers.map" >suppliers.ndjson

for to in sqlite:warehouse.db duckdb:warehouse.duckdb "$@"; do
  nq-load --to "$to" --table supplier --key supplier_number --require-end <suppliers.ndjson >receipt.json
  echo "# ${to%%:*}: $(jq -r '"\(.inserted) inserted, \(.updated) updated, \(.unchanged) unchanged"' receipt.json)"
done

question="select supplier_number, supplier_name, case when is_active then 'active' else 'closed' end
  from supplier order by supplier_number"

echo '# what is in them, as the shell of each tells it'
sqlite3 warehouse.db "$question" | tee answer.sqlite
duckdb -list -noheader warehouse.duckdb "$question" | diff answer.sqlite -
for to; do
  psql -X -A -t -c "$question" "$to" | diff answer.sqlite -
done
echo '# they are the same'
