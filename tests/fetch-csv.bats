#!/usr/bin/env bats
# CSV: the same records out of every spelling of the same table, and no row that is read askew.

load helper

setup_file() {
  mkdir "$BATS_FILE_TMPDIR/data"
  start_standin --data-dir "$BATS_FILE_TMPDIR/data"
}

teardown_file() { stop_standin; }

setup() {
  cd "$BATS_FILE_TMPDIR/data" || return
  mend
  : >"$API_LOG"
  printf 'id,name,note\r\n1,Zoë,"a, b"\r\n2,"He said ""no""","two\r\nlines"\r\n3,,\r\n' >t.csv
  printf '%s\n' '{"id":"1","name":"Zoë","note":"a, b"}' '{"id":"2","name":"He said \"no\"","note":"two\r\nlines"}' \
    '{"id":"3","name":"","note":""}' >want
}

# from TEXT [OPTION…]: reads this text, printf escapes in it
from() {
  # shellcheck disable=SC2059 # escapes in it
  printf "$1" >in.csv
  shift
  run --separate-stderr nq-fetch "$@" in.csv
}

# refused TEXT WHY: it is, with nothing written
refused() {
  from "$1"
  status_is 1
  stdout_is ''
  stderr_has "in.csv: $2"
}

# --- what comes out ------------------------------------------------------------------------------

@test "a row is an object of strings with the names of the header" {
  run --separate-stderr nq-fetch t.csv
  status_is 0
  stdout_is "$(<want)"
  stderr_is ''
}

@test "CRLF and LF, a last line without its end, a byte order mark, empty lines: the same records" {
  local text='id,name\n1,a\n2,"b"'
  local want='{"id":"1","name":"a"}
{"id":"2","name":"b"}'
  local spelling
  for spelling in "$text" "$text\\n" "${text//\\n/\\r\\n}" "${text//\\n/\\r\\n}\\r\\n" "\\xef\\xbb\\xbf$text" "$text\\n\\n\\r\\n" "\\n$text"; do
    from "$spelling"
    status_is 0
    stdout_is "$want"
  done
}

@test "values stay texts, whatever they look like" {
  from 'a,b,c,d,e\n007,1.50,true,null," x "\n'
  stdout_is '{"a":"007","b":"1.50","c":"true","d":"null","e":" x "}'
}

@test "what JSON must escape is escaped, and nothing else" {
  from 'a,b\n"tab\there \\\\ back","\x01\x0b\x0c\x00 \xe2\x80\xa8 é"\n'
  status_is 0
  stdout_is "{\"a\":\"tab\\there \\\\\\\\ back\",\"b\":\"\\u0001\\u000b\\f\\u0000 "$'\xe2\x80\xa8'" é\"}"
}

@test "a file with its header alone, and one of nothing, have no records" {
  from 'a,b\n' --end-mark
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":1}'
  from '' --end-mark
  status_is 0
  stdout_is '{"_nq":"end","records":0,"pages":1}'
}

@test "in a single column an empty line is an empty value" {
  from 'a\n1\n\n2\n'
  stdout_is '{"a":"1"}
{"a":""}
{"a":"2"}'
}

@test "another delimiter: a semicolon, a tab" {
  from 'a;b\n1,5;"x;y"\n' --csv-delimiter ';'
  stdout_is '{"a":"1,5","b":"x;y"}'
  from 'a\tb\n1\t"x\ty"\n' --csv-delimiter tab
  stdout_is '{"a":"1","b":"x\ty"}'
  from 'a\tb\n1\t2\n' --csv-delimiter $'\t'
  stdout_is '{"a":"1","b":"2"}'
  local bad
  # shellcheck disable=SC1003 # a lone backslash
  for bad in '' ';;' '"' $'\n' é '\'; do
    from 'a\n' --csv-delimiter "$bad"
    status_is 2
    stderr_has "--csv-delimiter: write one character"
  done
}

@test "watermark, id and the limits look into rows as into any record" {
  from 'id,t\n1,2026-05-01T00:00:00Z\n1,2026-06-01T00:00:00Z\n' -w .t --id .id --end-mark
  status_is 0
  [ "$(tail -n 1 <<<"$output" | jq -r .watermark)" = 2026-06-01T00:00:00Z ]
  stderr_has "1 record with an id that came before"
  from 'id,t\n1,2026-05-01T00:00:00Z\n2,\n' -w .t
  status_is 1
  stderr_has "line 3: " "watermark"
  from 'id\n1\n2\n3\n' --max-records 2
  stdout_is '{"id":"1"}
{"id":"2"}'
}

# --- what is refused -----------------------------------------------------------------------------

@test "rows with too many or too few fields are named by their line, quoted line breaks counted" {
  refused 'a,b\n"1\n",2\n3\n4,5\n' "line 4: the row has 1 field, the header 2"
  refused 'a,b\n1,2\n\n3,4,5\n' "line 4: the row has more fields than the header, which has 2"
  refused 'a,b\n1,2,\n' "line 2: the row has more fields than the header, which has 2"
}

@test "headers without a name, with one twice, with the one that is reserved" {
  refused 'a,,c\n1,2,3\n' "line 1: column 2 of the header has no name"
  refused 'a,b,a\n1,2,3\n' "line 1: columns 1 and 3 of the header have the same name 'a'"
  refused 'a,b,"a"' "line 1: columns 1 and 3 of the header have the same name 'a'"
  refused '_nq\n1\n' "line 2: the member '_nq' is reserved for control lines"
}

@test "quotes stand around a field or are doubled, and line ends are whole" {
  refused 'a,b\n1,x"y\n' "line 2: a quote inside a field that does not begin with one"
  refused 'a,b\n1,"x" \n' "line 2: something follows the quote that ends a field"
  refused 'a,b\n1,2\r3,4\r' "line 2: a carriage return without a line feed"
}

@test "a text cut inside quotes or in a row is no shorter table" {
  refused 'a,b\n1,"2' "line 2: the body ends inside a quoted field"
  refused 'a,b\n1,"2\n3,4\n' "line 2: the body ends inside a quoted field"
  refused 'a,b\n1,2\n3' "line 3: the body ends in the middle of a row"
}

@test "bad UTF-8 is named by its line" {
  refused 'a,b\n1,2\n3,\xc3\n' "line 3: not valid UTF-8"
  refused 'a,\xff\n1,2\n' "line 1: the name of column 2 is not valid UTF-8"
}

@test "a row has the bound of a record, and a header that of columns" {
  printf 'a\n%0300d\n' 1 >in.csv
  run --separate-stderr nq-fetch --max-line 200 in.csv
  status_is 1
  stderr_has "line 2: the row is larger than 200 bytes (--max-line raises the limit)"
  seq -s, 1 2001 >in.csv
  run --separate-stderr nq-fetch in.csv
  status_is 1
  stderr_has "line 1: more than 2000 columns"
}

@test "one endless quoted field takes no endless memory" {
  local kb
  run --separate-stderr bash -c '{ printf "a\n\""; head -c 200000000 /dev/zero | tr "\0" x; } |
    /usr/bin/time -f %M -o kb nq-fetch --format csv -'
  status_is 1
  stderr_has "--max-line"
  kb=$(tail -n 1 kb)
  [[ $BUILD == *address* ]] || [ "$kb" -lt 100000 ]
}

# --- where it comes from -------------------------------------------------------------------------

@test "over HTTP by its type, without a look for records or pages" {
  run --separate-stderr nq-fetch --end-mark "$API/files/t.csv"
  status_is 0
  stdout_is "$(<want)
{\"_nq\":\"end\",\"records\":3,\"pages\":1}"
  [ "$(wc -l <"$API_LOG")" -eq 1 ]
}

@test "--format csv and --format json win over type and name" {
  cp t.csv t.txt
  run --separate-stderr nq-fetch --format csv "$API/files/t.txt"
  status_is 0
  stdout_is "$(<want)"
  run --separate-stderr nq-fetch --format csv t.txt
  stdout_is "$(<want)"
  echo '[{"n":1}]' >j.csv
  run --separate-stderr nq-fetch --format json j.csv
  stdout_is '{"n":1}'
}

@test "gz, zst, xz, zip and tar, and a folder beside JSON" {
  mkdir -p dir
  cp t.csv dir/b.csv
  echo '[{"n":1}]' >dir/a.json
  gzip -kf t.csv && zstd -qf t.csv && xz -kf t.csv
  rm -f t.zip && zip -q t.zip t.csv
  tar -cf t.tar t.csv && tar --zstd -cf t.tar.zst t.csv
  local file
  for file in t.csv.gz t.csv.zst t.csv.xz t.zip t.tar t.tar.zst; do
    run --separate-stderr nq-fetch "$file"
    status_is 0
    stdout_is "$(<want)"
    stderr_is ''
  done
  run --separate-stderr nq-fetch dir
  stdout_is '{"n":1}
'"$(<want)"
}

@test "a body without a told end is not trusted, one cut inside quotes is tried again" {
  fault '{"kind":"close_delimited_cut","match":"/files","after_bytes":30}'
  run --separate-stderr nq-fetch --attempts 1 --end-mark "$API/files/t.csv"
  status_is 75
  stdout_is '{"_nq":"fail","tool":"nq-fetch","status":75}'
  stderr_has "the server gave no length"
  mend
  fault '{"kind":"status","status":200,"content_type":"text/csv","count":1,"match":"/files","body":"id,name,note\n1,\"a"}'
  run --separate-stderr nq-fetch --retry-min 1ms "$API/files/t.csv"
  status_is 0
  stdout_is "$(<want)"
  stderr_has "line 2: the body ends inside a quoted field, attempt 1"
}

@test "a table of 200 MB takes less than 24 MiB" {
  local kb block
  block=$(for i in {1..500}; do printf '%d,"Muster ""%d"", GmbH",%0180d\n' "$i" "$i" "$i"; done)
  { echo id,name,text && yes "$block" | head -n 1000000; } |
    /usr/bin/time -f %M -o kb nq-fetch --format csv --end-mark - | tail -n 1 >last
  [ "$(<last)" = '{"_nq":"end","records":1000000,"pages":1}' ]
  kb=$(tail -n 1 kb)
  [[ $BUILD == *address* ]] || [ "$kb" -lt 24576 ]
}
