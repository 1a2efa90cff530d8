#!/bin/sh
# A Slurm array whose tasks are collect: the batch script that is installed as an example, on a
# Slurm of one node.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/../queue/lib.sh"
# shellcheck source=tests/collect/lib.sh
. "$here/../collect/lib.sh"
# shellcheck source=tests/collect/slurm.sh
. "$here/slurm.sh"
forge_start --repo o/r1:issues=5,pulls=2,commits=5 --repo o/r2:issues=3,pulls=1,commits=5
trap 'slurm_stop; forge_stop; postgresql_stop; rm -rf "$WORK"' EXIT
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}
both_platforms
for repository in o/r1 o/r2; do
    history "$repository" 2
    queue add --quiet "github.com/$repository" "gitlab.com/$repository"
done
slurm_start "$WORK"
slurm_started=$?
if [ $slurm_started -eq 2 ]; then
    skip "slurmd does not start on this machine: $slurm_reason"
    done_testing
    exit
fi
ok $slurm_started 'a Slurm of one node'

# Six tasks, two at once; two of them find nothing to do.
# (sbatch --wait would look ever more rarely.)
PATH=$(dirname "$LEAT"):$PATH sbatch --quiet --array=1-6%2 --cpus-per-task=1 --mem=0 \
    --output="$WORK/task.%a" "$here/../../common/examples/slurm.sh"
for _ in $(seq 240); do
    [ -n "$(squeue -h)" ] || break
    sleep 0.25
done
is "$(scontrol -o show job | grep -c 'JobState=COMPLETED .*ExitCode=0:0')" 6 'every task of the array ends well'
cat task.* > said
is "$(queue --json | jq -r 'select(.last_collected != null and .attempts == 0) | .url' | wc -l)" 4 'every repository is collected'
is "$(pg 'SELECT count(DISTINCT worker), count(*) FROM leat_ops.collection_runs')" '4|4' 'once, by a task each'
is "$(pg 'SELECT count(*) FROM leat_data.issues')" \
    "$(($(truth github o/r1 issues) + $(truth github o/r2 issues) + $(truth gitlab o/r1 issues) + $(truth gitlab o/r2 issues)))" \
    'all issues are in the warehouse'
done_testing
