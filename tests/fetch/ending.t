#!/bin/sh
# How fetch ends, and what it says: by signals, with nobody reading, on full disks; statistics, quiet and verbose.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
export GITHUB_TOKEN=tok1 fetch_options=--no-cache
forge_start --repo o/mill:issues=120,pulls=40 --latency 100

# What it says.
status 0 'without options' fetch github o/mill releases
is "$(cat err)" '' 'it says nothing of what goes well'
status 0 '--stats' fetch --stats github o/mill releases
is "$(wc -l < err)" 1 'one line'
is "$(jq -r '"\(.tool) \(.records_out) \(.bytes_out)"' err)" "fetch 12 $(wc -c < out)" 'of statistics'
status 0 '-v' fetch -v github o/mill releases
like "$(cat err)" '^fetch: 12 records by 1 requests? \(0 unchanged' 'how many requests were made'
faults '[{"match":"releases","times":1,"kind":"5xx"}]'
status 0 '-v, when something is tried again' fetch -v github o/mill releases
like "$(cat err)" 'releases.*: 502 Server Error: trying again' 'says so'
faults '[{"match":"releases","times":1,"kind":"5xx"}]'
status 0 'without -v' fetch github o/mill releases
is "$(cat err)" '' 'it does not'
status 0 'what people should know' fetch github o/renamed releases
like "$(cat err)" 'is called o/mill now' 'is said'
status 0 '-q' fetch -q github o/renamed releases
is "$(cat err)" '' 'is not'
faults '[{"match":"releases","kind":"5xx"}]'
status 4 '-q and a failure' fetch -q --attempts 1 github o/mill releases
like "$(cat err)" 'o/mill: releases: .*502' 'errors are'
faults '[]'

# SIGTERM in the middle: what is earned is told, and the next run goes on from there.
fetch github o/mill > whole
"$LEAT" fetch --url "$FORGE_URL" --no-cache --state place github o/mill > part 2> err &
pid=$!
for _ in $(seq 100); do
    grep -q '"type":"STATE".*"issues":' part && break
    sleep 0.05
done
kill -TERM $pid
wait $pid && got=0 || got=$?
is "$got" 4 'SIGTERM: status 4'
like "$(tail -1 part)" '^{"type":"STATE",.*}$' 'the last line is a whole STATE'
[ "$(wc -l < part)" -lt "$(wc -l < whole)" ]
ok $? 'it was in the middle'
tail -1 part > place
status 0 'the next run' fetch --state place github o/mill
cat part out | grep '^{"type":"RECORD"' | grep -v '"stream":"status"' | sort -u > got
grep '^{"type":"RECORD"' whole | grep -v '"stream":"status"' | sort -u > expected
same got expected 'has the rest'
[ "$(grep -c '"type":"RECORD","stream":"issue' out)" -lt "$(grep -c '"type":"RECORD","stream":"issue' whole)" ]
ok $? 'and not all of it again'

# Nobody reads.
{
    fetch github o/mill 2> err
    echo $? > ended
} | head -1 > first
is "$(cat err)" '' 'a reader that has enough: nothing is said'
is "$(cat ended)" 141 'it ends by SIGPIPE, as any filter'
like "$(cat first)" '^{"type":"SCHEMA"' 'it had its line'
status 70 'a full disk: status 70' sh -c 'exec "$LEAT" fetch --url "$1" --no-cache github o/mill issues > /dev/full' - "$FORGE_URL"
like "$(cat err)" 'No space left' 'it says so'
status 2 'rejects that cannot be written: status 2' fetch --rejects /nosuch/rejects github o/mill releases
status 3 'an archive that cannot be written: status 3' fetch --archive /dev/null/archive github o/mill releases
done_testing
