#!/usr/bin/env bash
# HubSpot's contacts as flat records: all of them by GET, and those that changed by the search POST.
#
# A page comes as {"results": […], "paging": {"next": {"after": "…"}}}. The token goes into the query of the GET, and
# into the body of the POST, whose other members stay as search.json has them; ${var.since} is filled in.
#
#   examples/hubspot/run.sh                                         against the stand-in server, after make
#   API=https://api.hubapi.com HUBSPOT_TOKEN=… examples/hubspot/run.sh      against the real one
# shellcheck disable=SC2016 # the tools fill in the references
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=examples/lib/standin.sh
. "$here/../lib/standin.sh"
export HUBSPOT_TOKEN=${HUBSPOT_TOKEN:-test-bearer-token-here}

echo '# all contacts'
nq-fetch --auth bearer='${HUBSPOT_TOKEN}' --records .results --id .id \
  --query limit=100 --query 'properties=email,firstname,lastname,company,hubspotscore' \
  --paginate cursor:param=after,next=.paging.next.after "$API/crm/v3/objects/contacts" | nq-map -f "$here/contacts.map"

echo '# those that changed'
nq-fetch --auth bearer='${HUBSPOT_TOKEN}' --records .results --id .id \
  --json @"$here/search.json" --var since="${1:-2026-05-16T00:00:00Z}" \
  --paginate cursor:in=body:.after,next=.paging.next.after "$API/crm/v3/objects/contacts/search" | nq-map -f "$here/contacts.map"
