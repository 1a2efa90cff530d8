# A server of canned answers (canned.js). To be sourced after lib.sh of the same folder.
#
#   canned_start        starts it: CANNED_URL; its answers are in the file answers, what it was
#                       asked in the file requests
#   answer PATH BODY [STATUS [HEADERS]]   what it says from now on; HEADERS is a JSON object
#   answers_none        forgets all
# shellcheck shell=sh disable=SC2034,SC2154 # variables of those that source it, and theirs

canned_start() {
    answers_none
    : > requests
    node "$here/canned.js" answers requests > canned.out &
    CANNED_PID=$!
    # What lib.sh and the forge do at the end, and ours.
    trap 'kill "$CANNED_PID" 2> /dev/null; forge_stop; rm -rf "$WORK"' EXIT
    forge_trapped=yes
    wait_for canned.out
    CANNED_URL=$(cat canned.out)
    export CANNED_URL
}

answers_none() {
    echo '{}' > answers
}

answer() {
    jq --arg path "$1" --arg body "$2" --argjson status "${3:-200}" --argjson headers "${4-{\}}" \
        '.[$path] = {status: $status, headers: $headers, body: $body}' answers > answers.new
    mv answers.new answers
}
