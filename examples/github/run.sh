#!/usr/bin/env bash
# The issues of a GitHub repository as flat records. The next page is the rel="next" of the Link header (RFC 8288),
# which is followed as it stands, on this origin only; the last page has none.
#
#   examples/github/run.sh                                          against the stand-in server, after make
#   API=https://api.github.com GITHUB_TOKEN=… examples/github/run.sh OWNER/REPOSITORY      against the real one
# shellcheck disable=SC2016 # the tools fill in the references
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=examples/lib/standin.sh
. "$here/../lib/standin.sh"
export GITHUB_TOKEN=${GITHUB_TOKEN:-test-bearer-token-here}

nq-fetch --auth bearer='${GITHUB_TOKEN}' -H 'Accept: application/vnd.github+json' --id .number \
  --query state=all --query per_page=100 --paginate link "$API/repos/${1:-octo/hello}/issues" | nq-map -f "$here/issues.map"
