#!/usr/bin/env bash
# The results as a picture: how many times as long as ours each peer took, and what a record costs from small to large.
# usage: tests/bench/chart.sh RESULTS.json CHART.svg
set -euo pipefail

results=$1
chart=$2
command -v gnuplot >/dev/null || {
  echo 'chart.sh: gnuplot is not here; no chart' >&2
  exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Floors are no rivals, and have no bar.
jq -r '[.works[] | select(.work | startswith("growth") | not) | .work as $w | .programs[1:][]
    | select(.who | test("floor|parse|wire|json_verify|nq-fetch") | not) | [$w, .who, .ratio.median, .ratio.min, .ratio.max]]
  | reverse | to_entries[] | [.key] + .value | @tsv' "$results" >"$work/ratios"
jq -r '[.works[] | select(.work | startswith("growth")) | . as $w | .programs[]
    | {who, line: [$w.records, .seconds.median / $w.records * 1e6, ([.mib | to_entries[] | select(.key | startswith("nq-")) | .value] | max)]}]
  | group_by(.who)[] | "\"\(.[0].who)\"", (sort_by(.line[0])[].line | @tsv), "\n"' "$results" >"$work/growth"
[[ -s $work/ratios ]] || exit 0 # no peer, no picture
series=$(grep -c '^"' "$work/growth" || true)
bars=$(wc -l <"$work/ratios")
cat >"$work/plot" <<PLOT
set terminal svg size 900,$((bars * 18 + 450)) font "sans-serif,12" noenhanced background "white"
set output "$chart"
set multiplot
set style fill solid 0.8
set grid x
set datafile separator "\t"
set logscale x
set format x "%gx"
set title "times as long as nq took for the same work"
set size 1,$(awk -v b="$bars" 'BEGIN {print (b * 18 + 80) / (b * 18 + 450)}')
set origin 0,$(awk -v b="$bars" 'BEGIN {print 370 / (b * 18 + 450)}')
set lmargin 44
set xrange [0.1:*]
set yrange [-0.7:$bars]
unset key
set arrow from 1,-0.7 to 1,$bars nohead lc rgb "#a04040" front
plot "$work/ratios" using 4:1:(0.1):4:(\$1-0.35):(\$1+0.35):ytic(strcol(2)." | ".strcol(3)) with boxxyerror lc rgb "#4878a8", \\
  "" using 4:1:5:6 with xerrorbars lc rgb "#202020" pt 0, "" using (\$6*1.1):1:(sprintf("%.1f", \$4)) with labels left font ",10"
unset arrow
set lmargin 10
set format x "%.0s%c"
set size 0.5,$(awk -v b="$bars" 'BEGIN {print 360 / (b * 18 + 450)}')
set autoscale xy
set ytics auto
set grid y
set key below maxrows 2 font ",10"
set title "microseconds for a record, of so many"
set origin 0,0
$( ((series == 0)) || echo "set yrange [0:*]; plot for [i=0:$((series - 1))] \"$work/growth\" index i using 1:2 with linespoints lw 2 pt 7 ps 0.5 title columnheader(1)")
set title "MiB of the largest process, of so many"
set origin 0.5,0
$( ((series == 0)) || echo "set yrange [0:40]; plot for [i=0:$((series - 1))] \"$work/growth\" index i using 1:3 with linespoints lw 2 pt 7 ps 0.5 title columnheader(1), 32 with lines dt 2 lc rgb \"#a04040\" title \"the bar\"")
unset multiplot
PLOT
gnuplot "$work/plot"
