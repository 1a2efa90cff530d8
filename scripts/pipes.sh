# Pipes of which every stage is seen to its end. To be sourced; $work is a folder of the script's.
#
#   pipe_begin                    starts a pipe, with nothing to read
#   pipe_through NAME COMMAND...  its next stage
#   pipe_end FILE NAME COMMAND... its last stage, whose output goes to FILE
#   pipe_wait                     until all have ended; sets pipe_status, the worst exit status, and
#                                 pipe_reason, what the stage behind it said at last
#   pipe_stop                     asks all to end (SIGTERM); for a trap, which sets $stopped too
#
# A stage is a child of the shell and dies with it, even when it is killed. What stages say goes to
# standard error, and is kept in $work/NAME.said.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # of the script

pipe_stages=''
pipe_status=0
pipe_reason=''

pipe_begin() {
    pipe_stages=''
    rm -f "$work/pipe"
    mkfifo "$work/pipe"
    exec 3< /dev/null
}

# Descriptor 3 is what the next stage reads. Both ends are open before a stage starts, so that none
# waits for one that has died; 6 is open only so long that opening them does not wait.
pipe_through() {
    pipe_name=$1
    shift
    exec 6<> "$work/pipe" 4< "$work/pipe" 5> "$work/pipe" 6>&-
    rm "$work/pipe"
    setpriv --pdeathsig KILL -- "$@" <&3 >&5 2> "$work/$pipe_name.said" 3<&- 4<&- 5>&- &
    pipe_stages="$pipe_stages $pipe_name:$!"
    mkfifo "$work/pipe"
    exec 3<&4 4<&- 5>&-
}

pipe_end() {
    pipe_out=$1 pipe_name=$2
    shift 2
    setpriv --pdeathsig KILL -- "$@" <&3 > "$pipe_out" 2> "$work/$pipe_name.said" 3<&- &
    pipe_stages="$pipe_stages $pipe_name:$!"
    exec 3<&-
}

# A wait that a signal interrupts is gone on with, for as long as the process is there.
pipe_wait_for() {
    while :; do
        pipe_got=0
        wait "$1" || pipe_got=$?
        [ $pipe_got -gt 128 ] && kill -0 "$1" 2> /dev/null || return 0
    done
}

# The stage that is last in the pipe knows best: those before it fail when it does.
pipe_wait() {
    pipe_status=0 pipe_reason=''
    # The signal may have come between two stages' starts.
    [ -z "${stopped-}" ] || pipe_stop
    for pipe_stage in $pipe_stages; do
        pipe_name=${pipe_stage%:*}
        pipe_wait_for "${pipe_stage##*:}"
        cat "$work/$pipe_name.said" >&2
        case $pipe_got in
        0 | 141) continue ;; # SIGPIPE: the reader says why
        esac
        [ $pipe_status -gt 1 ] && [ $pipe_got -eq 1 ] || pipe_status=$pipe_got
        pipe_reason="$pipe_name: exit status $pipe_got: $(tail -n 1 "$work/$pipe_name.said" | cut -c1-300)"
    done
    pipe_stages=''
}

pipe_stop() {
    for pipe_stage in $pipe_stages; do
        kill -TERM "${pipe_stage##*:}" 2> /dev/null || :
    done
}
