# shellcheck shell=bash
# nq-sync init: a first connector file for a URL, by a look at its first page. What it cannot know stands there as a comment.
# shellcheck disable=SC2016,SC2034 # ${…} in single quotes are references of nq; what the parts read

init_usage() {
  cat <<'TEXT'
usage: nq-sync init [options] URL

Writes sources.yml, settings.json and a mapping by a look at the first page of URL.
What is there already stays as it is.

      --dir DIR                   write there (the current folder)
      --name NAME                 call the source NAME (from the host)
      --to DEST                   load into this destination (sqlite:nq.db)
      --auth KIND=REF             bearer= basic= header:NAME= query:NAME=, with a reference as in ${API_TOKEN}
  -H, --header LINE               send this header ('Name: value')
      --paginate KIND[:K=V,…]     how it goes from page to page (default: look)
      --records PATH              where the list of records is (default: look)
      --env-file FILE             look up ${NAME} here too, as NAME=VALUE lines
  -h, --help                      print this help and exit

The manual: man nq-sync
TEXT
}

set_init_option() {
  case $1 in
    --dir) dir=${2%/} ;;
    --name) source_name=$2 ;;
    --to) to=$2 ;;
    --auth)
      case $2 in
        bearer=* | basic=* | header:?*=* | query:?*=*) auth=$2 ;;
        *) misuse "--auth '$2': write bearer=, basic=, header:NAME= or query:NAME= and a reference as in \${API_TOKEN}" ;;
      esac
      fetch+=(--auth "$2")
      ;;
    --header) headers+=("$2") fetch+=(-H "$2") ;;
    --paginate) pager=$2 fetch+=(--paginate "$2") ;;
    --records) records=$2 fetch+=(--records "$2") ;;
    --env-file) fetch+=(--env-file "$2") ;;
  esac
}

parse_init() {
  while (($# > 0)); do
    case $1 in
      -H) set -- --header "${@:2}" ;;
      --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    esac
    case $1 in
      --dir | --name | --to | --auth | --header | --paginate | --records | --env-file)
        (($# > 1)) || misuse "option '$1' needs a value"
        set_init_option "$1" "$2"
        shift
        ;;
      -h | --help) init_usage && exit ;;
      -?*) misuse "unknown option '$1'" ;;
      *)
        [[ -z $url ]] || misuse "one URL at a time: '$1' is one too many"
        url=$1
        ;;
    esac
    shift
  done
  [[ $url == http://?* || $url == https://?* ]] || misuse "write the URL of a list of records: nq-sync init https://api.example.com/v2/suppliers"
}

# === the URL ==================================================================================

# plain TEXT: as a name that needs no quotes anywhere, into $plain.
plain() {
  plain=${1//[^A-Za-z0-9]/_}
  while [[ $plain == _* ]]; do plain=${plain#_}; done
  while [[ $plain == *_ ]]; do plain=${plain%_}; done
}

# scalar TEXT: as YAML, into $scalar, in quotes where it needs them.
scalar() {
  scalar=$1
  [[ $1 =~ ^[A-Za-z./][A-Za-z0-9._/-]*$ && $1 != . && ! ${1,,} =~ ^(y|n|yes|no|on|off|true|false|null|\.nan|\.inf)$ ]] || {
    quote "$1"
    scalar=$quoted
  }
}

# decode TEXT: a name or value of the query as it is meant, into $decoded.
decode() {
  decoded=${1//+/ }
  decoded=${decoded//\\/\\\\}
  printf -v decoded '%b' "${decoded//%/\\x}"
}

# parameter NAME=VALUE: one of the query. A time in it is most likely a lower or upper bound.
parameter() {
  local name value='' decoded scalar quoted
  decode "${1%%=*}"
  name=$decoded
  [[ $1 != *=* ]] || {
    decode "${1#*=}"
    value=$decoded
  }
  if [[ $value =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2} ]]; then
    case ${name,,} in
      *after* | *since* | *from* | start* | *[_.]start* | *[_.]min | *[_.\[]gt*) since_param=$name initial=$value && return ;;
      *before* | *until* | to | *[_.]to | end* | *[_.]end* | *[_.]max | *[_.\[]lt*) until_param=$name && return ;;
    esac
  fi
  [[ $value == '${'* || ! ${name,,} =~ (token|secret|passw|api.?key|signature|^key$) ]] ||
    misuse "a secret in the URL can be read by everybody: leave '$name' out, and say --auth query:$name='\${API_KEY}'"
  scalar "$name"
  quote "$value"
  params+=("$scalar: $quoted")
}

split_url() {
  local address=${url%%[?#]*} query='' host plain pair
  [[ $url != *\?* ]] || query=${url#*\?}
  query=${query%%#*}
  while [[ $address == */ ]]; do address=${address%/}; done
  host=${address#*://}
  host=${host%%/*}
  base=$address endpoint=/
  if [[ ${address#*://} == */* ]]; then
    base=${address%/*} endpoint=/${address##*/}
  fi
  case $endpoint in
    *.json | *.ndjson | *.jsonl | *.csv) plain "${endpoint%.*}" ;;
    *) plain "$endpoint" ;;
  esac
  stream=${plain:-records}
  host=${host##*@}
  host=${host%%:*}
  host=${host#api.}
  host=${host#www.}
  [[ ! $host =~ [a-z] ]] || host=${host%.*}
  plain "$host"
  [[ $plain =~ ^[A-Za-z] ]] || plain=api
  : "${source_name:=$plain}"
  while IFS= read -r -d '&' pair; do [[ -z $pair ]] || parameter "$pair"; done <<<"$query&"
}

# === the look =================================================================================

look_at_page() {
  local word value s=0 line
  NQ_LOG=text NQ_LOG_LEVEL=info nq-fetch "${fetch[@]}" --max-pages 1 --attempts 2 -- "$url" >"$folder/page" 2>"$folder/log" || s=$?
  if ((s != 0)); then
    grep -vE '\[INFO\]|^try ' -- "$folder/log" >&2 || true
    [[ -n $auth ]] || ! grep -qE 'HTTP 40[13]' -- "$folder/log" ||
      log ERROR "it wants to know who asks: nq-sync init --auth bearer='\${API_TOKEN}' $url"
    exit "$s"
  fi
  while IFS= read -r line; do
    [[ ! $line =~ nq-fetch:\ records\ are\ at\ \'(.*)\'$ ]] || records=${BASH_REMATCH[1]}
    [[ ! $line =~ nq-fetch:\ pagination\ is\ \'([^\']*)\' ]] || pager=${BASH_REMATCH[1]}
  done <"$folder/log"
  nq-plan --sample <"$folder/page" >"$folder/sample" || exit
  while IFS=$'\t' read -r word value; do
    case $word in
      records) count=$value ;;
      id) ids+=("$value") ;;
      cursor) cursors+=("$value") ;;
      map) members+=("$value") ;;
    esac
  done <"$folder/sample"
  ((count > 0)) || {
    log ERROR "there are no records on the first page of $url: nothing to learn from"
    exit 1
  }
}

# === what is written ==========================================================================

# joined SEPARATOR WORD…: into $joined.
joined() {
  printf -v joined "%s$1" "${@:2}"
  joined=${joined%"$1"}
}

# nq-fetch's word for a pager, as the connector file says it, into $pagination.
spell_pager() {
  local kind=${pager%%:*} rest='' pair pairs=() scalar
  # A first page that is the last one as well tells nothing about the next time.
  [[ $kind != none || " ${fetch[*]} " == *" --paginate "* ]] || kind=auto
  [[ $pager != *:* ]] || rest=${pager#*:}
  pagination=${kind//-/_}
  [[ -n $rest ]] || return 0
  while IFS= read -r -d , pair; do
    scalar "${pair#*=}"
    pair=${pair%%=*}
    pairs+=("${pair//-/_}: $scalar")
  done <<<"$rest,"
  joined ', ' "type: $pagination" "${pairs[@]}"
  pagination="{$joined}"
}

auth_lines() {
  local ref=${auth#*=} kind=${auth%%=*} header scalar quoted all=()
  quote "$ref"
  case $kind in
    bearer | basic) printf '      auth: {type: %s, token: %s}\n' "$kind" "$quoted" ;;
    header:*)
      scalar "${kind#header:}"
      quote "$ref"
      printf '      auth: {type: header, name: %s, token: %s}\n' "$scalar" "$quoted"
      ;;
  esac
  for header in "${headers[@]}"; do
    scalar "${header%%:*}"
    header=${header#*:}
    quote "${header# }"
    all+=("$scalar: $quoted")
  done
  ((${#all[@]} == 0)) || { joined ', ' "${all[@]}" && printf '      headers: {%s}\n' "$joined"; }
}

bound_line() {
  local scalar
  scalar "$2"
  if [[ -n $2 ]]; then printf '            %s: %s\n' "$1" "$scalar"; else printf '            # %s: %s\n' "$1" "$3"; fi
}

incremental_lines() {
  local scalar others=("${cursors[@]:1}")
  if ((${#cursors[@]} == 0 || ${#ids[@]} == 0)); then
    cat <<'TEXT'
          # Nothing in the records tells reliably what changed since the last pull, so every pull is a whole one. If you know better:
          # incremental: {cursor: .updated_at, type: timestamp_utc, param: updated_after, lag: 5m}
TEXT
    return
  fi
  scalar "${cursors[0]}"
  printf '          incremental:\n            cursor: %s%s\n            type: timestamp_utc\n' \
    "$scalar" "${others[0]:+    # or ${others[*]}}"
  [[ -n $since_param ]] ||
    printf '            # What the API calls "changed since"; until this is said, every pull asks for everything:\n'
  bound_line param "$since_param" updated_after
  [[ -z $initial ]] || bound_line initial "$initial" ''
  [[ -z $since_param ]] || [[ -n $until_param ]] || printf '            # What it calls "changed before", for nq-sync --window:\n'
  [[ -z $since_param && -z $until_param ]] || bound_line until_param "$until_param" updated_before
  cat <<'TEXT'
            # A row shows when it is committed, which may be later than the time it carries: reach back so far behind the
            # cursor. What is read twice is upserted twice, which does no harm.
            lag: 5m
TEXT
}

load_line() {
  local scalar table=$stream where
  quote "$to"
  where=$quoted
  if ((${#ids[@]} > 0)); then
    scalar "${ids[0]#.}"
    [[ ${ids[0]} != .\"* ]] || scalar=${ids[0]#.}
    printf '          load: {to: %s, table: %s, primary_key: %s}' "$where" "$table" "$scalar"
    printf '%s\n' "${ids[1]:+    # or ${ids[*]:1:3}}"
  else
    printf '          # No member was seen that is another one in every record: each pull replaces the table.\n'
    printf '          load: {to: %s, table: %s, write_disposition: replace}\n' "$where" "$table"
  fi
}

sources_yml() {
  local scalar
  scalar "$source_name"
  cat <<TEXT
# $url
# as nq-sync init found it. Keys: nq-sources(5). Values in \${…} come from settings.json and the environment.
#
#   nq-sync doctor         looks whether all is in order
#   nq-sync --dry-run      shows the first request
#   nq-sync                runs it
sources:
  - name: $scalar
    type: rest_api
    rest_api:
      base_url: \${config.api_url}
$(auth_lines)
      retry: {attempts: 5, min: 2, max: 30}
      resources:
        - name: $stream
TEXT
  scalar "$endpoint"
  printf '          endpoint: %s\n' "$scalar"
  ((${#params[@]} == 0)) || { joined ', ' "${params[@]}" && printf '          params: {%s}\n' "$joined"; }
  printf '          pagination: %s\n' "$pagination"
  scalar "$records"
  printf '          records: %s\n' "$scalar"
  incremental_lines
  printf '          map: %s.map\n' "$stream"
  load_line
}

settings_json() {
  local quoted
  quote "$base"
  printf '{\n  "secrets": {},\n  "config": {\n    "api_url": %s\n  }\n}\n' "$quoted"
}

mapping() {
  printf '# A record of %s, passed on member by member. Leave out, rename and change what you like: nq-map(5).\n' "$stream"
  printf '# "!" rejects a record without it.\n{\n'
  printf '  %s\n' "${members[@]#  }"
  printf '}\n'
}

# write FILE FUNCTION: what FUNCTION prints, into a file that was not there.
write() {
  local text
  text=$("$2")
  (set -C && printf '%s\n' "$text" | sed '/^$/d' >"$dir/$1") || exit 1
  written+=("$1")
}

ignore() {
  local line
  for line in settings.json '*.db' '*.db-*'; do
    ! grep -qxF -- "$line" "$dir/.gitignore" 2>/dev/null || continue
    printf '%s\n' "$line" >>"$dir/.gitignore"
    [[ ${written[*]} == *.gitignore* ]] || written+=(.gitignore)
  done
}

write_files() {
  write sources.yml sources_yml
  write "$stream.map" mapping
  if [[ ! -e $dir/settings.json ]]; then
    (umask 077 && write settings.json settings_json)
    written+=(settings.json)
  fi
  ignore
}

tell() {
  printf 'records     %s, %s on the first page\n' "$records" "$count"
  printf 'pagination  %s\n' "$pagination"
  printf 'id          %s\n' "${ids[*]:-none found}"
  printf 'cursor      %s\n' "${cursors[*]:-none found}"
  printf 'wrote       %s\n' "${written[*]}"
  if ((${#cursors[@]} > 0)) && [[ -z $since_param ]]; then
    printf 'next        in sources.yml, say what the API calls "changed since"; then: nq-sync doctor\n'
  else
    printf 'next        nq-sync doctor, then nq-sync\n'
  fi
}

init() {
  local fetch=() headers=() params=() ids=() cursors=() members=() written=() count=0
  local url='' dir=. source_name='' to=sqlite:nq.db auth='' pager=auto records=. base endpoint stream
  local since_param='' until_param='' initial='' pagination joined plain quoted file
  parse_init "$@"
  split_url
  [[ ${auth%%=*} != query:* ]] || { quote "${auth#*=}" && params+=("${auth%%=*}: $quoted") && params[-1]=${params[-1]#query:}; }
  mkdir -p -- "$dir"
  for file in sources.yml "$stream.map"; do
    [[ ! -e $dir/$file ]] || misuse "'$dir/$file' is there already, and init overwrites nothing: say --dir"
  done
  [[ ! -e $dir/settings.json ]] || fetch+=(--settings "$dir/settings.json")
  folder=$(mktemp -d -- "${TMPDIR:-/tmp}/nq-sync.XXXXXXXX")
  trap 'rm -rf -- "$folder"' EXIT
  look_at_page
  spell_pager
  write_files
  tell
  exit 0
}
