#!/usr/bin/env bash
# The reports of all shards (array.sh) made into that of the single run, byte for byte. The job's exit status is that of the single run.
#
# Arguments are those of `theoremcheck merge`, `--baseline FILE` say. RUN and THEOREMCHECK are as for the array.

#SBATCH --job-name=theoremcheck-merge
#SBATCH --output=%x-%j.log

set -euo pipefail

run=${RUN:-theoremcheck-run}
exec "${THEOREMCHECK:-theoremcheck}" merge "$run"/shard-*.json --json "$run/report.json" "$@"
