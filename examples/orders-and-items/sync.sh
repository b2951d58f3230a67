#!/usr/bin/env bash
# Orders, and the items of each, into two tables: an order knows nothing of its items, nor they of it.
# usage: sync.sh [API]       Offline: build/tests/standin --port-file port --data-dir examples/orders-and-items/api,
#                            and then sync.sh http://127.0.0.1:$(cat port)/files
set -euo pipefail

api=${1:-https://api.example.com/v1}

# The end mark goes along from stage to stage: what is loaded is whole, or the run has failed.
nq-fetch --records .orders --end-mark "$api/orders.json" |
  tee orders.ndjson |
  nq-fetch --records .items --keep .id=order_id --keep .customer.name=customer --end-mark \
    --each "$api/orders/\${record.id}/items.json" |
  nq-load --to sqlite:shop.db --table item --key order_id,line --require-end

nq-load --to sqlite:shop.db --table purchase --key id --require-end <orders.ndjson
