#!/usr/bin/env bash
# A connection of a GraphQL API, walked to its end: the query asks for pageInfo, whose endCursor goes into the variables
# of the next POST, until hasNextPage is false. GraphQL tells errors under a 200: --fail-if sees them.
#
#   examples/graphql/run.sh                                         against the stand-in server, after make
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=examples/lib/standin.sh
. "$here/../lib/standin.sh"
page=.data.posts.pageInfo

nq-fetch --json @"$here/posts.json" --records .data.posts.edges --fail-if .errors \
  --paginate "cursor:in=body:.variables.after,next=$page.endCursor,more=$page.hasNextPage" "$API/graphql" |
  nq-map -e '{id: .node.id!, title: .node.title}'
