# shellcheck shell=bash
# Mapping cases as data. A case is a block of lines, blocks are parted by an empty line:
#
#   map: MAPPING        may repeat, each is a line of the mapping
#   arg: NAME=VALUE     may repeat
#   in: RECORD          may repeat, each is a record
#   out: RECORD         what is written, in order; or none
#   reject: TEXT        the record is refused, and this is the error in the rejects file
#   error: TEXT         the mapping is refused with this message; repeats when there are several
#
# run_cases FILE runs them all and fails when one differs, telling which.

case_nr=0 bad_cases=0

differs() {
  printf 'case %d: %s\n  wanted: %s\n  got:    %s\n' "$case_nr" "$1" "$2" "$3"
  bad_cases=$((bad_cases + 1))
}

# The error in a line of a rejects file; jq would stumble over the records that are tested here.
told() { sed -n 's/^{"line":[0-9]*,"error":"\(.*\)","record":.*/\1/p' "$1" | sed 's/\\\(["\\]\)/\1/g'; }

# The case that the arrays hold: runs it in one call of nq-map.
run_case() {
  local status=0 rejects=$BATS_TEST_TMPDIR/rejects errors=$BATS_TEST_TMPDIR/errors got mapping told
  mapping=$(printf '%s\n' "${map[@]}")
  : >"$rejects"
  got=$(printf '%s\n' "${in[@]}" |
    nq-map -e "$mapping" "${args[@]}" --rejects "$rejects" --max-rejects 100 2>"$errors") || status=$?
  if [[ -n $error ]]; then
    told=$(sed -n 's/^nq-map: -e://p' "$errors")
    [[ $status -eq 2 && $told == "$error" && -z $got ]] ||
      differs "$mapping" "2 $error" "$status $told $got"
  elif [[ -n $reject ]]; then
    [[ $status -eq 3 && $(told "$rejects") == "$reject" && -z $got ]] ||
      differs "$mapping" "3 $reject" "$status $(cat "$errors" "$rejects") $got"
  else
    [[ $status -eq 0 && $got == "$out" && ! -s $errors ]] ||
      differs "$mapping" "0 $out" "$status $(cat "$errors" "$rejects") $got"
  fi
}

run_cases() {
  local line map=() in=() args=() out='' reject='' error='' nl=$'\n'
  while IFS= read -r line || [[ -n $line ]]; do
    case $line in
      '#'*) ;;
      'map: '*) map+=("${line#map: }") ;;
      'arg: '*) args+=(--arg "${line#arg: }") ;;
      'in: '*) in+=("${line#in: }") ;;
      'out: '*) out+=${out:+$nl}${line#out: } ;;
      'reject: '*) reject=${line#reject: } ;;
      'error: '*) error+=${error:+$nl}${line#error: } ;;
      '')
        ((${#map[@]} == 0)) && continue
        case_nr=$((case_nr + 1))
        run_case
        map=() in=() args=() out='' reject='' error=''
        ;;
      *) differs "$line" 'a line of a case' 'something else' ;;
    esac
  done < <(cat "$1" && echo)
  echo "$case_nr cases, $bad_cases differ"
  ((case_nr > 0 && bad_cases == 0))
}
