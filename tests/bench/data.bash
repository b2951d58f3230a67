# shellcheck shell=bash disable=SC2154 # build, data, work and here are set by common.bash
# Data that is made once and stays in $data.

# make_pages N: the directory $pages with N pages of 200 of Acme's suppliers each, as its API answers them.
make_pages() {
  pages=$data/pages-$1
  [[ ! -e $pages.done ]] || return 0
  rm -rf "$pages"
  mkdir -p "$pages"
  start_standin --suppliers $(($1 * 200))
  curl -fsS -H "Authorization: Bearer $TOKEN" -o "$pages/#1.json" "$API/v2/suppliers?page=[1-$1]&per_page=200"
  stop_server
  touch "$pages.done"
}

# make_suppliers N: the file $suppliers with N of Acme's records, a line each.
make_suppliers() {
  suppliers=$data/suppliers-$1.ndjson
  [[ ! -s $suppliers ]] || return 0
  make_pages $((($1 + 199) / 200))
  "$build/nq-fetch" --records .data --max-records "$1" "$pages" >"$suppliers.new"
  mv "$suppliers.new" "$suppliers"
}

# make_rows N: $rows.ndjson with N mapped records in no order of their keys.
make_rows() {
  rows=$data/rows-$1
  [[ ! -s $rows.ndjson ]] || return 0
  "$here/load-rows.sh" "$1" >"$rows.new"
  mv "$rows.new" "$rows.ndjson"
}

# make_all_rows N: beside them $rows.tsv with the same fields between tabs, and $rows-changed of both, where one member of
# each is another. For is_active and rating, the floor of SQLite has 0, 1 and tenths.
make_all_rows() {
  make_rows "$1"
  [[ ! -s $rows-changed.tsv ]] || return 0
  jq -r '[.supplier_number, .supplier_name, (if .is_active then 1 else 0 end), .vat_number, (.rating * 10 | round),
    .employees, (.supplier_location | tojson), .updated_at] | join("\t")' "$rows.ndjson" >"$rows.tsv"
  sed 's/","rating/ (changed)&/' "$rows.ndjson" >"$rows-changed.ndjson"
  awk -F '\t' -v OFS='\t' '{$4 = $4 " (changed)"} 1' "$rows.tsv" >"$rows-changed.new"
  mv "$rows-changed.new" "$rows-changed.tsv"
}

# make_big MIB: the file $big, one page of so many records of 256 bytes.
make_big() {
  big=$data/big-$1.json
  [[ ! -s $big ]] || return 0
  start_standin
  curl -fsS -o "$big.new" "$API/bulk?records=$(($1 * 4096))&format=json"
  stop_server
  mv "$big.new" "$big"
}
