# The works as one table for people, a line each program.
def pad($n): . + " " * ([$n - length, 0] | max);
def right($n): " " * ([$n - length, 0] | max) + .;
def digits($d): . * pow(10; $d) | round | tostring
  | if $d == 0 then . else ("0" * ([$d + 1 - length, 0] | max) + .) | .[:-$d] + "." + .[-$d:] end;
def short: if . >= 100 then digits(0) elif . >= 10 then digits(1) elif . >= 1 then digits(2) else digits(3) end;
def times: if . >= 100 then digits(0) elif . >= 10 then digits(1) else digits(2) end;

def bar: if has("bar") | not then "" else
  (.bar[:2] | if . == "<=" then "at most " else "at least " end) + .bar[2:] + "x: "
  + (if .met then "met" else "missed" end)
  + (if .bar[:2] == "<=" then ", \(1 / ([.ratio.median, 0.001] | max) | times)x" else "" end) end;

.[]
| .work as $work | .programs[0].who as $ours
| "\n\(.title)",
  ("  " + ("" | pad(30)) + ("seconds" | right(8)) + ("min–max" | right(16)) + ("cpu s" | right(8))
    + ("x ours" | right(8)) + ("min–max" | right(14)) + "  " + "MiB"),
  (.programs[] | . as $p
    | "  " + (.who | pad(30)) + (.seconds.median | short | right(8))
    + ("\(.seconds.min | short)–\(.seconds.max | short)" | right(16)) + (.cpu | short | right(8))
    + (if .who == $ours or ($work | startswith("growth")) then " " * 22 else
        ((.ratio.median | times) | right(8)) + ("\(.ratio.min | times)–\(.ratio.max | times)" | right(14)) end)
    + "  " + ([.mib | to_entries[] | "\(.key) \(.value | times)"] | join(", "))
    + (bar | if . == "" then "" else "   [" + . + "]" end))
