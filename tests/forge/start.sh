# A forge for a test, stopped when the test ends. To be sourced, after tests/lib.sh.
#
#   forge_start ARGUMENTS...   starts one (see forge.js); sets FORGE_URL and FORGE_PID
#   forge_stop                 ends it before the test ends
#   forge_control METHOD NAME [BODY]   asks the forge itself: forge_control GET counts
#
# A test with a trap on EXIT of its own sets it after the first forge_start, and calls forge_stop in it.
# FORGE is the folder of the forge; it is tests/forge beside the folder of the test.
# shellcheck shell=sh

FORGE=${FORGE:-$(cd "$here/../forge" && pwd)}
FORGE_PID=
forge_trapped=

# Until it says where it listens; at once when it is gone.
forge_wait() {
    for _ in $(seq 300); do
        [ ! -s "$1" ] || return 0
        kill -0 "$FORGE_PID" 2> /dev/null || return 1
        sleep 0.1
    done
    return 1
}

forge_start() {
    forge_stop
    forge_out=$(mktemp "$WORK/forge.XXXXXX")
    node "$FORGE/forge.js" "$@" > "$forge_out" 2> "$forge_out.err" &
    FORGE_PID=$!
    if [ -z "$forge_trapped" ]; then
        # What tests/lib.sh does at the end, and ours.
        trap 'forge_stop; rm -rf "$WORK"' EXIT
        forge_trapped=yes
    fi
    if ! forge_wait "$forge_out"; then
        echo 'forge: it did not start:' >&2
        cat "$forge_out.err" >&2
        return 1
    fi
    FORGE_URL=$(cat "$forge_out")
    export FORGE_URL
}

forge_stop() {
    if [ -n "$FORGE_PID" ]; then
        kill "$FORGE_PID" 2> /dev/null || :
        wait "$FORGE_PID" 2> /dev/null || :
        FORGE_PID=
    fi
}

forge_control() {
    curl -sk -X "$1" ${3:+-d "$3"} "$FORGE_URL/_forge/$2"
}
