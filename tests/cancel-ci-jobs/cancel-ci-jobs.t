#!/bin/sh
# Jobs that are stuck are told, and cancelled only when that is asked for.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/forge/start.sh
. "$here/../forge/start.sh"
unset GITLAB_TOKENS
export XDG_CACHE_HOME="$WORK/cache" XDG_STATE_HOME="$WORK/local-state" GITLAB_TOKEN=member-1
forge_start --repo o/mill:issues=1,pulls=1 --repo o/weir:issues=1,pulls=1 || exit 1

stuck() {
    "$LEAT" cancel-ci-jobs --url "$FORGE_URL/api/v4" "$@" 2> err
}

posts() {
    forge_control GET counts | jq '[.by_status["201"], .byStatus["201"], 0] | map(select(. != null)) | first'
}

stuck o/mill > got
is "$?/$(awk '{ print $1, $NF }' got | tr '\n' ' ')" '0/running deploy pending arm64 ' 'jobs beyond a day are told, the oldest first'
is "$(cat err)/$(posts)" 'cancel-ci-jobs: 2 would be cancelled with --cancel/0' 'and nothing is changed'
is "$(stuck --limit 60h --json o/mill | jq -r '.name + " " + .status + " " + .project')" 'deploy running o/mill' 'a limit, as NDJSON'
is "$(stuck --limit 90m o/mill | wc -l)" 3 'a limit in minutes'
is "$(stuck --limit 7d o/mill | wc -l)" 0 'nothing beyond a week'
is "$(stuck --group o | grep -c -e /mill/ -e /weir/)" 4 'all projects of a group'
GITLAB_TOKEN=reader stuck --cancel o/mill > got
is "$?/$(grep -c 'HTTP 403' err)" 4/2 'a token that may not cancel'
stuck --cancel o/mill > got
is "$?/$(cat err)" '0/cancel-ci-jobs: 2 of 2 cancelled' 'they are cancelled'
is "$(stuck o/mill | wc -l)/$(stuck o/weir | wc -l)" 0/2 'those, and no others'
is "$(stuck --quiet --cancel o/weir | wc -l)/$(cat err)" 0/ 'quietly'
stuck o/nowhere o/mill > got
is "$?/$(grep -c nowhere err)" 4/1 'a project that is not there'
status 2 'no project' "$LEAT" cancel-ci-jobs
status 2 'a limit that is none' "$LEAT" cancel-ci-jobs --limit soon o/mill
(
    # the token is in no argument while it is used
    echo member-secret > secret
    while :; do
        cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\0' '\n' | grep -c -f secret
    done > seen 2> /dev/null &
    watcher=$!
    GITLAB_TOKEN=member-secret stuck --cancel --limit 1h o/mill > /dev/null
    kill $watcher
)
is "$(grep -vc '^0$' seen)" 0 'nobody sees the token'
done_testing
