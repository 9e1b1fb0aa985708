#!/usr/bin/env bash
# One task of a job array checks one shard of the claims:
#
#     job=$(sbatch --parsable --array=1-8 array.sh claims --budget deep)
#     sbatch --dependency=afterok:"$job" merge.sh
#
# Arguments are those of `theoremcheck check`. RUN is the folder of the run, on a file system that all nodes share; THEOREMCHECK the program.
# A task that was killed or requeued goes on where its journal ends. Only some tasks again, of eight in all:
#
#     SHARDS=8 sbatch --array=3,5 array.sh claims --budget deep

#SBATCH --job-name=theoremcheck
#SBATCH --array=1-8
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%A-%a.log

set -euo pipefail

run=${RUN:-theoremcheck-run}
k=$SLURM_ARRAY_TASK_ID
n=${SHARDS:-$SLURM_ARRAY_TASK_MAX}
# A part of an array looks like a smaller array, whose shards would be others.
if [ -z "${SHARDS:-}" ] && { [ "$SLURM_ARRAY_TASK_MIN" -ne 1 ] || [ "$SLURM_ARRAY_TASK_COUNT" -ne "$SLURM_ARRAY_TASK_MAX" ]; }; then
    echo "the array is not 1-N: of how many shards are these tasks? SHARDS=8 sbatch --array=3,5 array.sh .." >&2
    exit 2
fi
report=$run/shard-$k.json
mkdir -p "$run"
rm -f "$report"

"${THEOREMCHECK:-theoremcheck}" check "$@" \
    --shard "$k/$n" \
    --jobs "${SLURM_CPUS_PER_TASK:-1}" \
    --resume "$run/shard-$k.jsonl" \
    --json "$report" || echo "status $?"

# A claim that is not as expected is an answer: the run's exit status is that of the merge. Only a shard without a report has failed.
[ -e "$report" ]
