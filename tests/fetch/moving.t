#!/bin/sh
# Lists that move while they are paged: nothing that was there all the time is lost, and once the
# changes are over, one more run makes everything equal to what the forge has.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"

patient github
github="$WORK/sources/github.json"
export GITHUB_TOKEN=tok1
forge_start --repo o/mill:issues=250,pulls=60

streams='issues pull_requests issue_comments pull_request_comments issue_events review_comments'

# The ids of what truth and database have.
truth() {
    forge_control GET "truth?platform=github&repo=o/mill&stream=$1" | sed -E 's/^[^}]*"row":[{]("[a-z_]*":[0-9]+,)*"id":([0-9]+).*/\2/' | sort
}
had() {
    sqlite3 "$1" "SELECT id FROM $2" | sort
}

# moves NAME FAULTS: what was there before and after must be in the tables after one run; after a
# second, exactly what is there.
moves() {
    rm -f moving.db*
    for stream in $streams; do
        truth $stream > before.$stream
    done
    faults "$2"
    status 0 "$1: ends well" into moving.db "$github" o/mill --full-refresh
    [ "$(counted '[.by_fault[]] | add // 0')" -gt 0 ]
    ok $? "$1: it moved"
    forge_control POST counts/reset > /dev/null
    faults '[]'
    for stream in $streams; do
        truth $stream > after.$stream
        comm -12 before.$stream after.$stream > stayed
        had moving.db $stream > have
        is "$(comm -23 stayed have | wc -l)" 0 "$1: $stream: what stayed is there"
    done
    status 0 "$1: the next run" into moving.db "$github" o/mill
    for stream in $streams; do
        had moving.db $stream > have
        is "$(comm -23 after.$stream have | wc -l)" 0 "$1: $stream: and what came with the next run"
    done
}

for change in 'update issue' 'update pull' 'update comment' 'insert issue' 'insert pull' 'insert comment' \
    'insert event' 'insert review_comment' 'delete issue' 'delete comment' 'delete event'; do
    moves "$change" "[{\"match\":\".\",\"skip\":2,\"times\":12,\"kind\":\"mutate\",\"repo\":\"o/mill\",
        \"do\":\"${change% *}\",\"what\":\"${change#* }\"}]"
done
done_testing
