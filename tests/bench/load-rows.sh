#!/usr/bin/env bash
# Mapped suppliers to load, in no order of their keys.
# usage: tests/bench/load-rows.sh ROWS
set -euo pipefail

rows=$1
seq 0 $((rows - 1)) | jq -c --argjson n "$rows" '{supplier_number: "S\(. * 7919 % $n + 1000000)",
  supplier_name: "Supplier é \(.) GmbH", is_active: (. % 3 != 0), vat_number: "DE\(. * 17 + 100000000)",
  rating: (. % 100 / 10), employees: (. % 5000),
  supplier_location: [{location_code: "MAIN", location_name: "Headquarters", is_active: true,
    supplier_address: [{street: "Main Street \(.)", city: "Berlin", country_code: "DE"}]}],
  updated_at: "2026-05-16T10:23:\(. % 50 + 10)Z"}'
