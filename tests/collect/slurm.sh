# A Slurm of one node for a test: munged, slurmctld and slurmd on loopback, all this user's. To be
# sourced, after tests/lib.sh.
#
#   slurm_start FOLDER   starts it; sets SLURM_CONF for sbatch and squeue. 2: this machine lacks
#                        what slurmd wants, such as control groups; slurm_reason says what
#   slurm_stop           ends it
# shellcheck shell=sh
# shellcheck disable=SC2034 # slurm_reason is for the test

slurm_pids='' slurm_reason=''

slurm_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });'
}

slurm_start() {
    slurm_folder=$1/slurm
    slurm_path=$PATH
    PATH=$PATH:/usr/sbin:/sbin
    mkdir "$slurm_folder" "$slurm_folder/state" "$slurm_folder/spool" || return 1
    (umask 077 && head -c 1024 /dev/urandom > "$slurm_folder/munge.key")
    cat > "$slurm_folder/slurm.conf" << END
ClusterName=leat
SlurmctldHost=$(uname -n)(127.0.0.1)
SlurmctldPort=$(slurm_port)
SlurmdPort=$(slurm_port)
AuthType=auth/munge
AuthInfo=socket=$slurm_folder/munge.socket
CredType=cred/munge
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/linear
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,sched_min_interval=100000,sched_max_job_start=0
StateSaveLocation=$slurm_folder/state
SlurmdSpoolDir=$slurm_folder/spool
SlurmctldPidFile=$slurm_folder/slurmctld.pid
SlurmdPidFile=$slurm_folder/slurmd.pid
SlurmctldLogFile=$slurm_folder/slurmctld.log
SlurmdLogFile=$slurm_folder/slurmd.log
NodeName=$(uname -n) NodeAddr=127.0.0.1 CPUs=2
PartitionName=leat Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
END
    SLURM_CONF=$slurm_folder/slurm.conf
    export SLURM_CONF
    munged --force --foreground --key-file="$slurm_folder/munge.key" \
        --socket="$slurm_folder/munge.socket" --pid-file="$slurm_folder/munged.pid" \
        --seed-file="$slurm_folder/munged.seed" > "$slurm_folder/munged.out" 2>&1 &
    slurm_pids=$!
    for _ in $(seq 50); do
        [ ! -S "$slurm_folder/munge.socket" ] || break
        sleep 0.1
    done
    slurmctld -D > "$slurm_folder/slurmctld.out" 2>&1 &
    slurm_pids="$! $slurm_pids"
    slurmd -D -N "$(uname -n)" > "$slurm_folder/slurmd.out" 2>&1 &
    slurm_pids="$! $slurm_pids"
    for _ in $(seq 100); do
        if sinfo -h -o %t 2> /dev/null | grep -q idle; then
            return 0
        fi
        if grep -qs 'slurmd initialization failed' "$slurm_folder/slurmd.log"; then
            slurm_reason=$(grep error "$slurm_folder/slurmd.log" | tail -n 2 | head -n 1 | sed 's/.*error: //')
            return 2
        fi
        sleep 0.2
    done
    cat "$slurm_folder"/*.out "$slurm_folder"/*.log >&2
    return 1
}

slurm_stop() {
    for slurm_pid in $slurm_pids; do
        kill "$slurm_pid" 2> /dev/null || :
        wait "$slurm_pid" 2> /dev/null || :
    done
    slurm_pids=''
    PATH=${slurm_path:-$PATH}
}
