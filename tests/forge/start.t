#!/bin/sh
# start.sh: a forge for shell tests begins, answers and ends.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/start.sh"

forge_start --repo o/mill:issues=3,pulls=2
ok $? 'it starts'
like "$FORGE_URL" '^http://127\.0\.0\.1:[0-9]+$' 'and says where'
is "$(curl -s -H 'Authorization: Bearer t' "$FORGE_URL/repos/o/mill/topics" | cut -c1-9)" '{"names":' 'it answers'
like "$(forge_control GET counts)" '"requests":1,' 'and counts'
like "$(forge_control POST mutate '{"repo":"o/mill","issues":1}')" '"number":' 'it changes on demand'
first=$FORGE_PID
forge_start --repo o/grist:issues=3,pulls=2
is "$(curl -s -H 'Authorization: Bearer t' -o out -w '%{http_code}' "$FORGE_URL/repos/o/grist")" 200 'another takes its place'
status 1 'the first is gone' kill -0 "$first"
second=$FORGE_PID
forge_stop
status 1 'and the second when it is stopped' kill -0 "$second"
status 1 'one that cannot start says so' forge_start --nosuch
like "$(cat "$WORK/err")" 'no such option' 'and why'
child=$(sh -c 'here=$1; . "$here/../lib.sh"; . "$here/start.sh"; forge_start; echo "$FORGE_PID"; exit 3' - "$here")
status 1 'it ends with the test, however that ends' kill -0 "$child"
done_testing
