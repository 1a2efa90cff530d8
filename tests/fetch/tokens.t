#!/bin/sh
# Tokens and what they are granted, when some are refused, and when waiting would take too long.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
. "$here/canned.sh"
forge_start --repo o/mill:issues=12,pulls=5
export fetch_options=--no-cache

GITHUB_TOKEN=tok1 fetch github o/mill issues releases > whole
timeless whole > whole.timeless

# same_as_ever NAME
same_as_ever() {
    timeless out > out.timeless
    same out.timeless whole.timeless "$1"
}
# used: the tokens that were asked with.
used() {
    counted '.by_token | keys | join(" ")'
}

export GITHUB_TOKENS='bad1, good1
good2'
forget
status 0 'a token that is refused, beside good ones' fetch github o/mill issues releases
same_as_ever 'nothing is missing'
like "$(cat err)" '127.0.0.1:[0-9]+ does not accept a token: going on without it' 'it is told'
is "$(grep -c 'bad1\|good1' err)" 0 'but not which'
[ "$(counted '.by_token.bad1')" -le 2 ]
ok $? 'it is not used again'
export GITHUB_TOKENS='bad1 bad2'
forget
status 4 'none but refused ones: status 4' fetch github o/mill issues releases
like "$(cat err)" 'o/mill: releases: .*no token is accepted by 127' 'it says so'
[ "$(counted .requests)" -le 6 ]
ok $? 'each is tried once'
export GITHUB_TOKENS='tok1 tok2'
forge_control POST revoke '{"token":"tok1"}' > /dev/null
status 0 'a token that is revoked' fetch github o/mill issues releases
same_as_ever 'the other does'
export GITHUB_TOKENS=
forget
status 0 'no token' fetch github o/mill issues releases
is "$(records out)" "$(records whole)" 'GitHub gives the same by REST'
is "$(counted '.by_resource.graphql')" 1 'GraphQL is tried once'
forget
status 0 'no token, again' timeout 30 "$LEAT" fetch --url "$FORGE_URL" --no-cache github o/mill issues releases
is "$(records out)" "$(records whole)" 'is as good: there was no budget to remember'
status 3 'no token where nothing goes without: status 3' fetch jira MILL issues
like "$(cat err)" 'jira answers nothing without a token \(set JIRA_TOKEN' 'it says where from'

# Where tokens come from.
(umask 077 && printf '# ours\nfile1\n\nfile2\n' > tokens)
forget
status 0 '--token-file' fetch --token-file tokens github o/mill releases
like "$(used)" '^file[12]$' 'its tokens are used'
forget
status 0 '--token-command' fetch --token-command 'echo from-command' github o/mill releases
is "$(used)" from-command 'what it prints is used'
forget
GITHUB_TOKENS=env1 fetch --token-command 'echo from-command' --token-file tokens -j 1 github o/mill > out
is "$(used)" 'file1 file2 from-command' 'both together, and not the environment'
status 3 'a command that fails: status 3' fetch --token-command 'exit 7' github o/mill releases
like "$(cat err)" 'the token command: exit status 7' 'it says so'
for mode in 644 640 604 700; do
    chmod $mode tokens
    forget
    status 3 "a file of mode $mode: status 3" fetch --token-file tokens github o/mill releases
    like "$(cat err)" '^fetch: tokens: others have access \(chmod 600 it\)' 'it says what to do'
    is "$(counted .requests)" 0 'nothing is asked'
done
status 3 'a file that is not there: status 3' fetch --token-file nosuch github o/mill releases

# Limits.
export GITHUB_TOKENS=limited
forge_control POST budget '{"token":"limited","resource":"core","remaining":0,"window_seconds":3000}' > /dev/null
begin=$(date +%s)
status 4 '--max-wait: status 4' fetch --max-wait 5 github o/mill releases
like "$(cat err)" "o/mill: releases: .*the rate limit 'core' asks to wait [0-9]{3,4} s \(see --max-wait\)" 'it says how long and what to do'
[ $(($(date +%s) - begin)) -lt 5 ]
ok $? 'it does not wait first'
forget
status 4 'another run' fetch --max-wait 5 github o/mill releases
is "$(counted .requests)" 0 'knows by the budget book'
forge_control POST budget '{"token":"short","resource":"core","remaining":0,"window_seconds":2}' > /dev/null
export GITHUB_TOKENS=short
status 0 'a shorter one' fetch github o/mill releases
is "$(records out)" 'releases=12 ' 'is waited for'
like "$(cat err)" "waiting [123] s for the rate limit 'core'" 'which is told'
export GITHUB_TOKENS='limited other'
forget
status 0 'a token without budget, beside one with' fetch github o/mill releases
is "$(used)" other 'the other is asked with'

# A limit that nobody described.
canned_start
printf '{"name":"own","base_url":"http://127.0.0.1","streams":[{"name":"all","key":["id"],"request":{"path":"/x"}}],
    "authentication":{"header":"X-Key: {token}","environment":["OWN_KEY"]}}\n' > own.json
for key in '' secret; do
    export OWN_KEY=$key
    answer /x '{}' 429 '{"retry-after":"2"}'
    : > requests
    "$LEAT" fetch --url "$CANNED_URL" --no-cache ./own.json > out 2> err &
    pid=$!
    wait_for requests
    answer /x '[{"id":1}]'
    wait $pid && got=0 || got=$?
    is "$got $(records out)$(wc -l < requests)" '0 all=1 2' "429${key:+ with a token}: is waited out, without asking meanwhile"
    like "$(cat err)" "waiting [12] s for the rate limit 'core'" 'which is told'
    answer /x '{}' 429 '{"retry-after":"100"}'
    rm -f err
    "$LEAT" fetch --url "$CANNED_URL" --no-cache ./own.json > out 2> err &
    pid=$!
    wait_for err
    begin=$(date +%s)
    kill -TERM $pid
    wait $pid && got=0 || got=$?
    is "$got" 4 'SIGTERM while it waits: status 4'
    [ $(($(date +%s) - begin)) -lt 3 ]
    ok $? 'at once'
    rm -rf "$XDG_STATE_HOME"
done
done_testing
