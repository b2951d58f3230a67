# What is slower than in the committed results: ratios to the peers of the same run, so that the machine does not matter.
# Ours and theirs may both scatter: beyond a fifth and outside of what both runs saw, it is worth a look.
# huge is full, with more growth, which is not compared.
def work_size: if . == "huge" then "full" else . end;
def digits: . * 100 | round / 100;
def rows: [.works[] | select(.work | startswith("growth") | not) | . as $w | .programs[1:][] | {key: "\($w.work): \(.who)", value: .ratio}]
  | from_entries;
.size as $size | ($base[0] | rows) as $was
| [rows | to_entries[] | select($was[.key]) | {name: .key, is: .value, was: $was[.key]}
  | . + {change: (.is.median / ([.was.median, 0.001] | max))}
  | . + {word: (if .change < 0.8 and .is.max < .was.min then "SLOWER" elif .change > 1.25 and .is.min > .was.max then "faster" else "" end)}]
| sort_by(.change)
| (if ($base[0].size | work_size) != ($size | work_size) then "note: the committed results are of size \($base[0].size), these of size \($size)" else empty end),
  (.[] | "\(.change | digits)\t\(.was.median | digits)\t\(.is.median | digits)\t\(.name)\t\(.word)"),
  "\([.[] | select(.word == "SLOWER")] | length) slower, \([.[] | select(.word == "faster")] | length) faster, of \(length)"
