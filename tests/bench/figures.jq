# The names of programs in, the first of them ours; out come the figures of one work. $turns are the lines of measure,
# with i, the program, and round. ratio is how many times as long as ours one took, of the same round; a bar that begins
# with "<=" speaks of ours against the peer, one with ">=" of the peer against ours.
def median: sort | .[(length - 1) / 2 | floor];
def spread: {median: median, min: min, max: max};
def hundredths: . * 100 | round / 100;

. as $names
| (reduce $turns[] as $t ({}; .[$t.round | tostring][$t.i | tostring] = $t)) as $rounds
| {
  work: $work, title: $title, records: $records,
  programs: [
    range($names | length) as $i
    | [$rounds[] | select(has($i | tostring)) | {mine: .[$i | tostring], ours: .["0"]}] as $turns
    | ([$turns[] | .mine.seconds / .ours.seconds | hundredths] | spread) as $ratio
    | ($bars[0][$work] // {})[$names[$i]] as $bar
    | {
      who: $names[$i], rounds: ($turns | length),
      seconds: ([$turns[].mine.seconds] | spread),
      cpu: ([$turns[].mine.cpu] | median),
      mib: (reduce $turns[].mine.peaks as $p ({}; reduce ($p | to_entries[]) as $e (.; .[$e.key] = ([.[$e.key], $e.value] | max)))
        | with_entries(select(.key | IN("sh", "bash", "taskset") | not))),
      ratio: $ratio
    }
    + if $bar then
      ($bar | startswith("<=")) as $most | ($bar[2:] | tonumber) as $figure
      | {bar: $bar, met: (if $most then 1 / ([$ratio.median, 0.001] | max) <= $figure else $ratio.median >= $figure end)}
    else {} end
  ]
}
