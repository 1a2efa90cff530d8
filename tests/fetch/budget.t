#!/bin/sh
# Rate limits: what the tokens grant is used up before anything waits, and never run over, however
# many processes share them.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"

# Many small requests: the comments of each issue, one by one.
cat > many.json << 'END'
{"name": "many", "base_url": "https://api.github.com", "subjects": ["{owner}/{repo}"],
 "authentication": {"header": "Authorization: Bearer {token}", "environment": ["TOKENS"]},
 "limits": {"core": {"limit": "x-ratelimit-limit", "remaining": "x-ratelimit-remaining", "reset": "x-ratelimit-reset"}},
 "streams": [
  {"name": "issues", "key": ["id"], "request": {"path": "/repos/{owner}/{repo}/issues",
    "parameters": {"state": "all", "per_page": "100"}, "pagination": {"type": "link"}}, "fields": {"id": "integer", "number": "integer"}},
  {"name": "comments", "key": ["id"], "parent": "issues", "parent_key": {"issue_id": "id"},
    "request": {"path": "/repos/{owner}/{repo}/issues/{number}/comments", "pagination": {"type": "link"}}, "fields": {"id": "integer"}}]}
END
export TOKENS='tok1 tok2,tok3'
forge_start --repo o/mill:issues=500,pulls=20 --limit core=100 --window 3600

# What was granted: 3 x 100 an hour.
status 4 'a limit that would have us wait too long' fetch --max-wait 5 ./many.json o/mill
like "$(cat err)" "the rate limit 'core' asks to wait" 'it says so'
used=$(counted '[.by_token[]] | add')
[ "$used" -ge 297 ] && [ "$used" -le 300 ]
ok $? "three tokens used to 99 %: $used of 300"
is "$(counted .over_limit)" 0 'and not run over'
is "$(counted '.by_token | to_entries | map(select(.value >= 97)) | length')" 3 'all three of them'
forge_stop

# Four processes, three tokens, windows of two seconds: all get through.
rm -rf "$XDG_STATE_HOME"
forge_start --repo o/mill:issues=150,pulls=20 --limit core=100 --window 2
fetch ./many.json o/mill | grep '"RECORD"' | sort > expected
for i in 1 2 3 4; do
    fetch -j 8 ./many.json o/mill > out$i 2> err$i &
    eval "pid$i=\$!"
done
for i in 1 2 3 4; do
    eval "wait \$pid$i"
    ok $? "process $i gets through"
    grep '"RECORD"' out$i | sort > got
    same got expected "process $i has everything"
done
is "$(counted .over_limit)" 0 'together they never run over'
like "$(cat err1 err2 err3 err4)" "waiting [0-9]+ s for the rate limit 'core'" 'a wait is told'
forge_stop

# A token that is not accepted is left out; the others do its work.
rm -rf "$XDG_STATE_HOME"
forge_start --repo o/mill:issues=20,pulls=5
TOKENS='bad1 tok1' status 0 'a bad token beside a good one' fetch ./many.json o/mill
like "$(cat err)" 'does not accept a token' 'it is told'
TOKENS='bad1 bad2' status 4 'only bad ones' fetch ./many.json o/mill
like "$(cat err)" 'no token is accepted' 'that is told too'

# GraphQL is counted in points of its own.
export GITHUB_TOKENS='tok4 tok5'
forge_control POST budget '{"resource":"graphql","limit":30,"window_seconds":2}' > /dev/null
status 0 'GraphQL points run out and come back' fetch --no-cache github o/mill issues pull_requests
is "$(counted .over_limit)" 0 'never run over'
done_testing
