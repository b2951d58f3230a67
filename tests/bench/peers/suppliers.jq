# examples/acme/suppliers.map, for jq and gojq.
select(.test_account != true) | {
  supplier_number: .number,
  supplier_name: (.name | if startswith(" ") or endswith(" ") then gsub("^\\s+|\\s+$"; "") else . end),
  is_active: (if .active == null then true else .active end),
  supplier_location: [
    if .address then {
      location_code: "MAIN",
      location_name: "Headquarters",
      is_active: true,
      supplier_address: [{
        street: (.address.street // ""),
        city: (.address.city // ""),
        country_code: (.address.country // "XX" | ascii_upcase)
      }]
    } else empty end
  ]
}
