#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # references are for the tool; variables are bats's
# nq-fetch from disk and standard input: the same records out of every wrapping, damage told.

load helper

setup_file() {
  cd "$BATS_FILE_TMPDIR" || return
  mkdir pages
  local n i
  for n in 1 2; do
    for i in 1 2 3; do
      printf '{"n":%d,"t":"é\\u00e9 \\" %d"}\n' "$((n * 10 + i))" "$n"
    done >"pages/$n.ndjson"
  done
  jq -sc '{data:.,next_page:9}' pages/1.ndjson >pages/1.json
  jq -s . pages/2.ndjson >pages/2.json
  rm pages/*.ndjson
  (cd pages && nq-fetch 1.json 2.json) >want
}

setup() { cd "$BATS_FILE_TMPDIR" || return; }

same() {
  run --separate-stderr nq-fetch "$@"
  status_is 0
  stderr_is ''
  stdout_is "$(<want)"
}

@test "files, several, in the order given; identical ones are no loop" {
  [ "$(wc -l <want)" -eq 6 ]
  [ "$(head -n 1 want)" = '{"n":11,"t":"éé \" 1"}' ]
  run --separate-stderr nq-fetch --end-mark pages/1.json pages/1.json pages/2.json
  status_is 0
  [ "${lines[9]}" = '{"_nq":"end","records":9,"pages":3}' ]
}

@test "a folder in the order of names, dot files passed over, others with a warning, links followed" {
  mkdir -p d/sub
  cp pages/2.json d/sub/
  cp pages/1.json d/a.json
  cp pages/1.json d/.hidden.json
  run --separate-stderr nq-fetch d
  status_is 0
  stdout_is "$(<want)"
  stderr_is ''
  echo x >d/readme.txt
  ln -s ../pages/1.json d/z.json
  run --separate-stderr nq-fetch d
  status_is 0
  [ "${#lines[@]}" -eq 9 ]
  stderr_has "passing over 'd/readme.txt', neither .json, .ndjson nor .csv"
  ln -s nowhere d/zz.json
  run --separate-stderr nq-fetch d
  status_is 1
  stderr_has "cannot read 'd/zz.json': No such file or directory"
}

@test "gzip, zstd and xz, whole and in several members" {
  cat pages/1.json >x.json
  gzip -k x.json
  zstd -q x.json
  xz -k x.json
  local packed
  for packed in gz zst xz; do
    run --separate-stderr nq-fetch "x.json.$packed"
    status_is 0
    stdout_is "$(head -n 3 want)"
    run --separate-stderr nq-fetch - <"x.json.$packed"
    status_is 0
    stdout_is "$(head -n 3 want)"
  done
  nq-fetch pages/1.json | gzip >m.ndjson.gz
  nq-fetch pages/2.json | gzip >>m.ndjson.gz
  same m.ndjson.gz
}

@test "tar and zip, plain and packed, from a file and from a pipe" {
  tar -C pages -cf a.tar 1.json 2.json
  tar -C pages -czf a.tar.gz 1.json 2.json
  tar -C pages --zstd -cf a.tar.zst 1.json 2.json
  tar -C pages -cJf a.tar.xz 1.json 2.json
  (cd pages && zip -q ../a.zip 1.json 2.json)
  local archive
  for archive in a.tar a.tar.gz a.tar.zst a.tar.xz a.zip; do
    same "$archive"
    run --separate-stderr bash -c "cat $archive | nq-fetch -"
    status_is 0
    stdout_is "$(<want)"
  done
}

@test "archives: other files are passed over, names beyond ASCII are names" {
  mkdir -p odd/é
  cp pages/1.json 'odd/é/Grüße.json'
  cp pages/2.json odd/é/z.json
  gzip -c pages/2.json >odd/é/packed.json.gz
  local names=('é/Grüße.json' é/z.json é/packed.json.gz)
  tar --format=pax -C odd -cf odd.tar "${names[@]}"
  (cd odd && zip -q ../odd.zip "${names[@]}")
  local archive
  for archive in odd.tar odd.zip; do
    run --separate-stderr nq-fetch "$archive"
    status_is 0
    stdout_is "$(<want)"
    stderr_has "passing over" "packed.json.gz"
  done
}

@test "an archive's entry is never written to disk" {
  mkdir -p evil/in
  cp pages/1.json evil/x.json
  tar -C evil/in -cPf evil.tar ../x.json
  rm evil/x.json
  cd evil/in || return
  run --separate-stderr nq-fetch ../../evil.tar
  status_is 0
  [ ! -e ../x.json ]
}

@test "cut archives and compressed files are failures that write no half page" {
  local archive size cut
  head -c 300000 /dev/urandom | base64 -w 100 | sed 's/.*/{"n":"&"}/' >big.ndjson
  gzip -k big.ndjson
  zstd -q big.ndjson
  xz -k big.ndjson
  tar -cf big.tar big.ndjson
  tar -czf big.tar.gz big.ndjson
  tar --zstd -cf big.tar.zst big.ndjson
  zip -q big.zip big.ndjson
  for archive in big.ndjson.gz big.ndjson.zst big.ndjson.xz big.tar big.tar.gz big.tar.zst big.zip; do
    size=$(stat -c %s "$archive")
    for cut in $((size / 2)) $((size * 3 / 4)); do
      head -c "$cut" "$archive" >short
      run --separate-stderr nq-fetch --end-mark --format ndjson short
      [ "$status" -eq 1 ] || { echo "$archive at $cut: status $status, ${#output} bytes"; false; }
      stdout_is '{"_nq":"fail","tool":"nq-fetch","status":1}'
      stderr_has short
    done
  done
  for archive in big.ndjson.gz big.ndjson.zst big.ndjson.xz big.tar.gz; do
    size=$(stat -c %s "$archive")
    head -c "$((size - 1))" "$archive" >short
    run --separate-stderr nq-fetch --end-mark --format ndjson short
    [ "$status" -eq 1 ] || { echo "$archive: status $status, ${#output} bytes"; false; }
    [ "${lines[-1]}" = '{"_nq":"fail","tool":"nq-fetch","status":1}' ]
  done
}

@test "gzip: a wrong checksum and trailing junk are damage" {
  gzip -c pages/1.json >bad.json.gz
  local size
  size=$(stat -c %s bad.json.gz)
  printf '\1\2\3\4' | dd of=bad.json.gz bs=1 seek=$((size - 8)) conv=notrunc status=none
  run --separate-stderr nq-fetch bad.json.gz
  status_is 1
  stdout_is ''
  stderr_has "bad.json.gz" "incorrect data check"
  (gzip -c pages/1.json && echo junk) >junk.json.gz
  run --separate-stderr nq-fetch junk.json.gz
  status_is 1
  stdout_is ''
  stderr_has "the compressed body is damaged"
}

@test "an encrypted zip says that it is" {
  (cd pages && zip -q -P secret ../locked.zip 1.json)
  run --separate-stderr nq-fetch locked.zip
  status_is 1
  stdout_is ''
  stderr_has "'1.json' in 'locked.zip' is encrypted"
}

@test "an empty file is no page, unless it holds lines" {
  : >empty.json
  : >empty.ndjson
  gzip -c empty.json >empty.json.gz
  : | zstd -q >empty.json.zst
  local file
  for file in empty.json empty.json.gz empty.json.zst -; do
    run --separate-stderr nq-fetch --end-mark "$file" </dev/null
    status_is 1
    stdout_is '{"_nq":"fail","tool":"nq-fetch","status":1}'
    stderr_has "the file is empty, not JSON"
  done
  run --separate-stderr nq-fetch --end-mark empty.ndjson
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":1}'
  run --separate-stderr nq-fetch --format ndjson --end-mark - </dev/null
  status_is 0
}

@test "standard input: from where it stands, and closed" {
  printf 'skip me\n{"n":1}\n' >offset.json
  run --separate-stderr bash -c '{ read -r line; nq-fetch -; } <offset.json'
  status_is 0
  stdout_is '{"n":1}'
  run --separate-stderr bash -c 'nq-fetch - <&-'
  status_is 1
  stdout_is ''
}

@test "a missing operand stops before anything is written" {
  run --separate-stderr nq-fetch pages/1.json missing.json
  status_is 2
  stdout_is ''
  stderr_has "cannot open 'missing.json': No such file or directory"
  run --separate-stderr nq-fetch pages/1.json https://localhost/
  status_is 2
  stdout_is ''
  stderr_has "a URL and files do not go together"
}

@test "a body that ends too early is a failure that does not mend itself" {
  printf '{"data":[{"n":1},{"n":2}' >half.json
  run --separate-stderr nq-fetch --end-mark pages/1.json half.json
  status_is 1
  [ "${#lines[@]}" -eq 4 ]
  [ "${lines[3]}" = '{"_nq":"fail","tool":"nq-fetch","status":1}' ]
  stderr_has "half.json: the body ends before its JSON is complete"
}

@test "the watermark of files is not capped" {
  echo '[{"t":"2099-01-01T00:00:00Z"}]' >t.json
  run --separate-stderr nq-fetch -w .t --end-mark t.json
  [ "$(tail -n 1 <<<"$output" | jq -r .watermark)" = 2099-01-01T00:00:00Z ]
  stderr_is ''
}

@test "--stats, --max-pages and --max-records hold for files too" {
  run --separate-stderr nq-fetch --stats s.json pages
  [ "$(jq -c '[.pages,.records,.requests,.stop_reason]' s.json)" = '[2,6,0,"all files read"]' ]
  run --separate-stderr nq-fetch --end-mark --max-records 2 pages
  status_is 0
  [ "${#lines[@]}" -eq 2 ]
  run --separate-stderr nq-fetch --end-mark --max-pages 1 pages/1.json pages/2.json
  status_is 0
  [ "${#lines[@]}" -eq 3 ]
}

# --- size -------------------------------------------------------------------------------------

# small KB: within the bound, which a sanitizer's own memory is not part of.
small() { [[ $BUILD == *address* ]] || [ "$1" -lt 24576 ]; }

# big_page N: a page of N times 100 KB.
big_page() {
  local block
  block=$(for i in {1..250}; do printf '{"id":%d,"text":"%0370d é"},\n' "$i" "$i"; done)
  printf '{"data":['
  yes "$block" | head -n $((250 * $1))
  printf '{"id":0}],"next":null}'
}

@test "a page of 200 MB takes less than 24 MiB, packed" {
  big_page 2000 | gzip -1 >huge.json.gz
  local used
  /usr/bin/time -f %M -o kb nq-fetch --end-mark -r .data huge.json.gz | tail -n 1 >last
  [ "$(<last)" = '{"_nq":"end","records":500001,"pages":1}' ]
  read -r used <kb
  small "$used"
}

@test "a large page whose records are looked for goes through a file as well" {
  big_page 200 | /usr/bin/time -f %M -o kb nq-fetch --end-mark - | tail -n 1 >last
  [ "$(<last)" = '{"_nq":"end","records":50001,"pages":1}' ]
  local used
  read -r used <kb
  small "$used"
}

@test "one endless string takes no endless memory" {
  local used
  run --separate-stderr bash -c '(printf "{\"data\":[],\"x\":\""; head -c 20000000 /dev/zero | tr "\0" x) |
    /usr/bin/time -f %M -o kb nq-fetch -r .data -'
  status_is 1
  stderr_has "--max-line"
  read -r used < <(tail -n 1 kb)
  [[ $BUILD == *address* ]] || [ "$used" -lt 100000 ]
}
