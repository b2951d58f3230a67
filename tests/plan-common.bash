# shellcheck shell=bash disable=SC2154 # run sets what is looked at
# What the tests of nq-plan share: small connector files, and the words they become.

# sources TEXT: the connector file; resource TEXT: one with a single resource, its keys in flow form.
sources() { printf '%s\n' "$1" >sources.yml; }
resource() {
  sources "sources: [{name: acme, type: rest_api, rest_api: {base_url: 'https://api.example/v2', resources: [
    {$1}]}}]"
}

plan() { run --separate-stderr nq-plan "$@"; }

# The words of a stage as JSON.
argv() { nq-plan --json "${@:2}" | jq -c ".stages[] | select(.name == \"$1\") | .argv"; }
