#!/bin/sh
# A batch script for Slurm: each task of the array collects one repository, the first that is due.
#
#   sbatch --export=ALL,LEAT_TARGET=service=warehouse slurm.sh
#
#SBATCH --job-name=leat
#SBATCH --array=1-1000%20
#SBATCH --cpus-per-task=2
#SBATCH --mem=1G
#SBATCH --time=04:00:00
#SBATCH --signal=B:TERM@300
#SBATCH --requeue
set -eu

# Five minutes before the time is up leat is told to stop; what it has goes on with the next task.
exec leat collect --next --quiet -j "${SLURM_CPUS_PER_TASK:-1}"
