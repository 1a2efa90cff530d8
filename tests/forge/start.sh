# A forge for a test, stopped when the test ends. To be sourced, after tests/lib.sh.
#
#   forge_start ARGUMENTS...   starts one (see forge.js); sets FORGE_URL and FORGE_PID
#   forge_stop                 ends it before the test ends
#   forge_control METHOD PATH [BODY]   asks the forge itself: forge_control GET counts
#
# FORGE is the folder of the forge; it is tests/forge beside the folder of the test.
# shellcheck shell=sh

FORGE=${FORGE:-$(cd "$here/../forge" && pwd)}
FORGE_PID=

forge_start() {
    forge_out=$(mktemp "$WORK/forge.XXXXXX")
    node "$FORGE/forge.js" "$@" > "$forge_out" 2> "$forge_out.err" &
    FORGE_PID=$!
    # Both that of tests/lib.sh and ours.
    trap 'forge_stop; rm -rf "$WORK"' EXIT
    if ! wait_for "$forge_out" || ! kill -0 "$FORGE_PID" 2> /dev/null; then
        echo "forge: it did not start:" >&2
        cat "$forge_out.err" >&2
        return 1
    fi
    FORGE_URL=$(cat "$forge_out")
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
