# shellcheck shell=bash
# The messages of lib/map: each must stand in a test.

# messages DIRECTORY: the formats of the messages in its C files, one a line.
messages() {
  cat "$1"/*.c | tr '\n\t' '  ' | sed 's/\\"/\x01/g' |
    grep -oE '(nq_lex_error|nq_eval_reject|nq_err_set|nq_prog_fault|find|bad|refuse|unfit|nq_parse_expect)\([^";]*("[^"]*" *)+' |
    sed -E 's/^[a-z_]*\([^"]*"//; s/" *"//g; s/" *$//; s/\x01/"/g; s/\\\\/\\/g' | sort -u
}

# piece FORMAT: the longest part of it that is always the same.
piece() {
  sed -E 's/%(-?[0-9]*|\.\*)?(ll|z)?[a-z]/\n/g; s/^: //' <<<"$1" | awk '{ if (length($0) > length(best)) best = $0 } END { print best }'
}

# untested DIRECTORY FILE…: the messages of which nothing stands in the files.
untested() {
  local directory=$1 format part
  shift
  messages "$directory" | while IFS= read -r format; do
    part=$(piece "$format")
    ((${#part} < 8)) || grep -qF -- "$part" "$@" || printf '%s\n' "$format"
  done
}
