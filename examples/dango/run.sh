#!/usr/bin/env bash
# A project of Dango as it stands: its .dango/sources.yml, in the spelling of the tutorial and in that of the code, and
# its .env. Only the host is another one here: that of the stand-in server.
#
#   examples/dango/run.sh                    after make
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=examples/lib/standin.sh
. "$here/../lib/standin.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' ERR
cp -R "$here/project/." "$work"
cd "$work"
sed -i "s#https://api.example.com#$API#" .dango/sources.yml
export NQ_STATE=state NQ_LOG_LEVEL=error
unset MY_API_TOKEN

nq-sync --to sqlite:warehouse.db my_api helpdesk | grep -o '"stream_name":"[^"]*"\|"loaded":[0-9]*' | paste - -
for table in users orders tickets agents labels; do
  echo "$table: $(sqlite3 warehouse.db "SELECT count(*) FROM $table") rows"
done
echo 'The rest is refused by name:'
nq-sync --to sqlite:warehouse.db my_custom_api 2>&1 || :
rm -rf "$work"
