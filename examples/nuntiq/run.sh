#!/usr/bin/env bash
# Organizations and suppliers into Nuntiq. A supplier names its organization by code, and is refused while that is not
# there: so the organizations go first, and && keeps the suppliers back when they fail. An upsert may be sent twice, so
# after a failure the whole script simply runs again.
#
#   examples/nuntiq/run.sh                                             against the stand-in server, after make
#   API=https://test-api.apreceiving.com NUNTIQ_TOKEN=… CUSTOMER=… examples/nuntiq/run.sh         against the real one
# shellcheck disable=SC2016 # the tools fill in the references
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=examples/lib/standin.sh
. "$here/../lib/standin.sh"
export NUNTIQ_TOKEN=${NUNTIQ_TOKEN:-job-token-here}

into() {
  nq-load --to "nuntiq:$API/api" --customer-number "${CUSTOMER:-10000001}" --auth bearer='${NUNTIQ_TOKEN}' --object "$@"
}
into organization <"$here/organizations.ndjson" && into supplier <"$here/suppliers.ndjson"
