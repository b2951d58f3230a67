# shellcheck shell=bash
# nq-sync: how a pipeline ended, which of its stages is to blame, and what came of it.
# shellcheck disable=SC2154 # what the plan and the run set

# number_in FILE MEMBER: a count out of one of our own one-line objects, into $number; nothing when it is not there. A
# quote inside a JSON string is escaped, so that "member": can only be a member.
number_in() {
  local text=''
  number=''
  [[ ! -f $1 ]] || read -r text <"$1" || true
  [[ ! $text =~ \"$2\":([0-9]+)[,}] ]] || number=${BASH_REMATCH[1]}
}

# tail_of STAGE: why it failed, in one line: its last line if that is an error of ours, else the last three.
tail_of() {
  local text=''
  [[ ! -s $folder/$1.err ]] || text=$(tail -n 3 -- "$folder/$1.err")
  [[ ! ${text##*$'\n'} =~ UTC\ \[ERROR\]\ (.*) ]] || text=${BASH_REMATCH[1]}
  text=${text//$'\n'/; }
  printf '%s' "${text:0:1500}"
}

# A stage whose reader is gone ends by SIGPIPE, by us, or, where the signal is ignored, with an error that says so.
reader_was_gone() {
  local i=$1 s
  ((i + 1 < ${#ended[@]})) || return 1
  ((ended[i] != 141)) && [[ ! -e $folder/${stages[i]}.told ]] || return 0
  grep -qi 'broken pipe' -- "$folder/${stages[i]}.err" 2>/dev/null || return 1
  for s in "${ended[@]:i+1}"; do
    ((s == 0 || s == 3 || s == 141)) || return 0
  done
  return 1
}

# Which stage is to blame: the leftmost that failed. Sets culprit (empty when all is well), status and how.
judge() {
  local i s line=''
  culprit='' how='' status=0
  [[ ! -s $folder/ended ]] || read -r line <"$folder/ended"
  read -ra ended <<<"$line"
  if ((${#ended[@]} != ${#stages[@]})); then
    culprit=pipeline status=1 how='was killed'
    return
  fi
  for i in "${!ended[@]}"; do
    s=${ended[i]}
    ((s != 3)) || status=3
    if ((s != 0 && s != 3)) && ! reader_was_gone "$i"; then
      blame "${stages[i]}" "$s"
      return
    fi
  done
  [[ ! -e $folder/receipt || -s $folder/receipt ]] || culprit=load status=1 how='gave no receipt'
}

# blame STAGE STATUS
blame() {
  culprit=$1 status=$2 how="ended with status $2"
  ((status <= 128)) || how="was ended by signal $((status - 128))"
}

describe_failure() {
  local said
  said=$(tail_of "$culprit")
  printf '%s %s%s' "$culprit" "$how" "${said:+: $said}"
}

# loaded_by RECEIPT: what came in anew or changed, into $loaded: all but what was rejected, folded or there already.
loaded_by() {
  local member
  number_in "$1" records
  loaded=$number
  [[ -n $loaded ]] || return 0
  for member in rejected folded unchanged; do
    number_in "$1" "$member"
    loaded=$((loaded - ${number:-0}))
  done
}

# rejected_by RECEIPT SUCCESS: what the destination refused, and the mapping, into $rejected.
rejected_by() {
  number_in "$1" rejected
  rejected=$number
  [[ $2 == false || $status != 3 || ! -f $rejects ]] || rejected=$((rejected + $(grep -c '' -- "$rejects" || true)))
}

# result true|false: the one line on stdout, in one piece, so that those of several streams do not mix.
result() {
  local success=$1 text quoted number loaded rejected now=$EPOCHREALTIME
  quote "$connector"
  text="{\"connector_name\":$quoted"
  quote "$stream"
  text+=",\"stream_name\":$quoted"
  quote_or_null "$run_id"
  text+=",\"run_id\":$quoted,\"success\":$success"
  number_in "$folder/stats" records
  text+=",\"fetched\":${number:-null}"
  loaded_by "$folder/receipt"
  rejected_by "$folder/receipt" "$success"
  quote_or_null "$lower_bound"
  text+=",\"loaded\":${loaded:-null},\"rejected\":${rejected:-null},\"lower_bound\":$quoted"
  quote_or_null "$window_end"
  [[ -z $window_end ]] || text+=",\"upper_bound\":$quoted"
  quote_or_null "$committed"
  printf '%s,"cursor_committed":%s,"seconds":%d.%03d}\n' "$text" "$quoted" \
    $(((${now/./} - started) / 1000000)) $(((${now/./} - started) / 1000 % 1000))
  [[ -z ${attended:-} ]] || : >"$folder/run"
}
