# The results as one table for people, a line each program.
def pad($n): . + " " * ([$n - length, 0] | max);
def right($n): " " * ([$n - length, 0] | max) + .;
def digits($d): . * pow(10; $d) | round | tostring
  | if $d == 0 then . else ("0" * ([$d + 1 - length, 0] | max) + .) | .[:-$d] + "." + .[-$d:] end;
def short: if . >= 100 then digits(0) elif . >= 10 then digits(1) elif . >= 1 then digits(2) else digits(3) end;
def times: if . >= 100 then digits(0) elif . >= 10 then digits(1) else digits(2) end;
def lone: .work | startswith("growth");

def bar: if has("bar") | not then "" else
  (if .met then "met" else "MISSED" end)
  + (if .bar[:2] == "<=" then ": ours \(1 / ([.ratio.median, 0.001] | max) | times)x, at most "
    else ": \(.ratio.median | times)x, at least " end) + .bar[2:] + "x" end;

# The small ones that come with a shell are not worth a line; the largest of each name, largest first.
def memory: to_entries | sort_by(-.value) | ([.[] | select(.value >= 2.5)] | if length > 0 then . else null end) // .[:1]
  | map("\(.key) \(.value | times)") | join(", ");

def line($work): "  " + (.who | pad(28)) + (.seconds.median | short | right(8))
  + ("\(.seconds.min | short)–\(.seconds.max | short)" | right(14)) + (.cpu | short | right(8))
  + (if $work | lone then ("\(.seconds.median / $work.records * 1e6 | times)" | right(8)) + " " * 14
    elif .who == $work.programs[0].who then " " * 22
    else (.ratio.median | times | right(8)) + ("\(.ratio.min | times)–\(.ratio.max | times)" | right(14)) end)
  + "  " + (.mib | memory | pad(24)) + "  " + bar | sub(" +$"; "");

def heading: "\n\(.title)\n  " + ("" | pad(28)) + ("seconds" | right(8)) + ("min–max" | right(14)) + ("cpu s" | right(8))
  + (if lone then ("µs each" | right(8)) + " " * 14 else ("to ours" | right(8)) + ("min–max" | right(14)) end) + "  largest MiB";

# Bars, and the 32 MiB that each program of ours has.
def verdict: [.works[] | .title as $t | .programs[] | select(has("bar"))] as $bars
  | [.works[] | .work as $w | .programs[].mib | to_entries[] | select(.key | startswith("nq-")) | . + {work: $w}] as $ours
  | "\n\([$bars[] | select(.met)] | length) of \($bars | length) bars met",
    (if ([$ours[] | select(.value > 32)] | length) == 0 then "each process of nq within 32 MiB: the largest \($ours | max_by(.value).value | times)"
    else "over 32 MiB: " + ([$ours[] | select(.value > 32) | "\(.key) \(.value | times) (\(.work))"] | join(", ")) end);

"\(.date), size \(.size): \(.machine), \(.system)",
"seconds: median by the clock; to ours: how many times as long as ours, of the same round",
(.works[] | . as $work | heading, (.programs[] | line($work))),
verdict
