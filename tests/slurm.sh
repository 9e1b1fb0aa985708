#!/usr/bin/env bash
# The job array of examples/slurm on a real Slurm: a single node on the loopback interface, as root and without cgroups, started here and
# ended here. Eight shards, merged by a job that depends on the array, must be the single run's report, byte for byte, and its exit status.
#
#     tests/slurm.sh target/release/theoremcheck
#
# Needs Debian's slurm-wlm and munge; `--install` before the program installs them.

set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --install ]; then
    shift
    missing=()
    # Of several names `command -v` is content with one.
    for command in slurmctld slurmd munged sbatch; do
        command -v "$command" >/dev/null || missing+=("$command")
    done
    if [ "${#missing[@]}" -gt 0 ]; then
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends slurm-wlm munge
    fi
fi
program=$(realpath "${1:?which program?}")
claims=(tests/fixtures/claims tests/planted)
options=(--budget quick)

work=$(mktemp -d)
daemons=()
finish() {
    status=$?
    for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${daemons[@]}"; do wait "$pid" 2>/dev/null || true; done
    if [ "$status" -ne 0 ]; then
        tail -n 20 "$work"/*.log || true
    fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT

# A port that nothing listens at.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

host=$(hostname -s)
mkdir -p "$work"/{munge,spool,state}
chmod 755 "$work"
chmod 700 "$work/munge"
dd if=/dev/urandom of="$work/munge/key" bs=128 count=8 status=none
chmod 400 "$work/munge/key"
cat >"$work/slurm.conf" <<CONF
ClusterName=theoremcheck
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
SlurmdSpoolDir=$work/spool
StateSaveLocation=$work/state
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf

munged --force --foreground --socket="$work/munge.socket" --key-file="$work/munge/key" --pid-file="$work/munge/pid" \
    --seed-file="$work/munge/seed" --log-file="$work/munge/log" >"$work/munged.log" 2>&1 &
daemons+=($!)
for _ in $(seq 100); do [ -S "$work/munge.socket" ] && break; sleep 0.1; done
slurmctld -D -f "$SLURM_CONF" >"$work/slurmctld.out.log" 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" -N "$host" >"$work/slurmd.out.log" 2>&1 &
daemons+=($!)
for _ in $(seq 300); do
    if [ "$(sinfo -h -o %t 2>/dev/null)" = idle ]; then break; fi
    sleep 0.2
done
state=$(sinfo -h -o %t)
if [ "$state" != idle ]; then
    echo "the node is not idle: $state"
    exit 1
fi

single=0
"$program" check "${claims[@]}" "${options[@]}" --jobs 1 --json "$work/single.json" --quiet >/dev/null 2>&1 || single=$?

export RUN=$work/run THEOREMCHECK=$program
log=(--output "$work/job-%A-%a.log" --chdir "$PWD")
array=$(sbatch --parsable "${log[@]}" --array=1-8 examples/slurm/array.sh "${claims[@]}" "${options[@]}")
merged=0
# It exits as the job does.
timeout 900 sbatch --wait "${log[@]}" --dependency="afterok:$array" --kill-on-invalid-dep=yes examples/slurm/merge.sh || merged=$?

for k in $(seq 8); do
    if [ ! -s "$RUN/shard-$k.json" ]; then
        echo "shard $k has no report"
        exit 1
    fi
done
cmp "$work/single.json" "$RUN/report.json"
# Some tasks again are the same shards, if it is said of how many, and refused if not.
rm "$RUN/shard-3.json"
timeout 300 sbatch --wait "${log[@]}" --array=3,5 examples/slurm/array.sh "${claims[@]}" "${options[@]}" && refused=0 || refused=$?
if [ "$refused" -eq 0 ] || [ -e "$RUN/shard-3.json" ]; then
    echo "a part of an array was taken for an array"
    exit 1
fi
SHARDS=8 timeout 300 sbatch --wait "${log[@]}" --array=3,5 examples/slurm/array.sh "${claims[@]}" "${options[@]}"
again=0
"$program" merge "$RUN"/shard-*.json --json "$work/again.json" --quiet >/dev/null 2>&1 || again=$?
cmp "$work/single.json" "$work/again.json"
if [ "$again" -ne "$single" ]; then
    echo "with two tasks run again the merge exits with $again, the single run with $single"
    exit 1
fi
if [ "$merged" -ne "$single" ]; then
    echo "the merge exits with $merged, the single run with $single"
    exit 1
fi
echo "8 shards as an array on Slurm, and their merge: the single run's report, status $single"
