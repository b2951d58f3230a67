#!/usr/bin/env bash
# All streams of ./sources.yml, so many at a time, by GNU parallel; on this host, or on several over ssh.
# usage: parallel.sh [JOBS [parallel's own options…]]      parallel.sh 8 --sshlogin one,two --env NQ_STATE
set -euo pipefail

jobs=${1:-4}
log=${NQ_JOBLOG:-parallel.log}
rm -f -- "$log"

# Status 3 (some records rejected) and 75 (on elsewhere, or later) are no reason to stop; the log has them all.
nq-plan --json | jq -r '.connector_name + "/" + .stream_name' |
  parallel --jobs "$jobs" --joblog "$log" --line-buffer "${@:2}" nq-sync {} || true
worst=$(awk 'NR > 1 && $7 != 3 && $7 != 75 && $7 > worst { worst = $7 } END { print worst + 0 }' "$log")
exit "$worst"
