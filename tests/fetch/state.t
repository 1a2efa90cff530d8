#!/bin/sh
# Going on from the STATE: little is asked, what has changed is seen, nothing else is lost.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
forge_start --repo o/mill:issues=40,pulls=8
export GITHUB_TOKEN=tok1

# again NAME ARGUMENTS...: goes on from the STATE in the file place; its output in out.
again() {
    name=$1
    shift
    forget
    status 0 "$name" fetch --state place "$@"
    grep '^{"type":"STATE"' out | tail -1 > place
}
# mutate CHANGE...
mutate() {
    forge_control POST mutate "$1" > /dev/null
}

# --- pages that have not changed
again 'a first run' github o/mill releases contributors community_profile
like "$(records out)" 'contributors=19 releases=12 ' 'fetches everything'
is "$(grep -v '"type":"SCHEMA"' out | sed -n '1p;$p' | jq -c '[.type, .value == {}]' | paste -sd,)" \
    '["STATE",true],["STATE",false]' 'from the STATE it starts from to the one it earned'
cp place before
again 'a second' github o/mill releases contributors community_profile
is "$(counted '"\(.requests) \(.not_modified) \(.by_status | keys | join(" "))"')" '3 3 304' 'asks only whether it has changed'
is "$(records out)" '' 'and emits nothing'
same "$(grep '"type":"STATE"' out | head -1 > begun && echo begun)" before 'but the STATE it starts from'
curl -s -H 'Authorization: Bearer tok1' -D headers -o page "$FORGE_URL/repos/o/mill/releases?per_page=100"
left=$(sed -n 's/^x-ratelimit-remaining: //Ip' headers | tr -d '\r')
again 'a third' github o/mill releases contributors community_profile
curl -s -H 'Authorization: Bearer tok1' -D headers -o page "$FORGE_URL/repos/o/mill/releases?per_page=100"
is "$(sed -n 's/^x-ratelimit-remaining: //Ip' headers | tr -d '\r')" $((left - 1)) 'it costs nothing of the budget'
rm -rf "$XDG_CACHE_HOME"
again 'without its cache' github o/mill releases
is "$(records out)" 'releases=12 ' 'it fetches again'
again 'after that' github o/mill releases
is "$(records out)" '' 'it has what to ask about again'
again '--no-cache' --no-cache github o/mill releases
is "$(records out)$(counted .not_modified)" 'releases=12 0' 'asks for all of it'
again '--cache' --cache there github o/mill releases
[ "$(find there -type f | wc -l)" -eq 1 ]
ok $? 'keeps responses there'
is "$(find there -perm /077 | wc -l)" 0 'for nobody else'

# --- what has changed
rm -f place
again 'issues' github o/mill issues issue_comments
is "$(records out | grep -o ' issues=[0-9]*')" ' issues=40' 'all'
again 'again' github o/mill issues issue_comments
[ "$(records out | grep -o ' issues=[0-9]*' | grep -o '[0-9]*')" -lt 5 ]
ok $? 'only those of the last minutes'
is "$(counted .requests)" 1 'by one request'
mutate '{"repo":"o/mill","do":"update","what":"issue","number":3}'
again 'one is edited' github o/mill issues issue_comments
like "$(grep '"stream":"issues"' out)" '"number":3,' 'it is there'
mutate '{"repo":"o/mill","do":"insert","what":"issue"}'
again 'one is new' github o/mill issues issue_comments
is "$(grep -c '"type":"RECORD","stream":"issues"' out)" 2 'it is there, and those of the last minutes'
again '--full-refresh' --full-refresh github o/mill issues
is "$(records out)" 'issues=41 ' 'has everything'
again 'after that' github o/mill issues
[ "$(records out | grep -o '[0-9]*')" -lt 5 ]
ok $? 'it goes on from there'

# --- where to begin
status 0 '--since a day' fetch --no-cache --since 2025-12-01 github o/mill issues
some=$(records out | grep -o '[0-9]*')
[ "$some" -gt 0 ] && [ "$some" -lt 40 ]
ok $? "has the issues since then: $some"
is "$(sed 's/.*"updated_at":"//; s/T.*//' out | grep ^20 | awk '$0 < "2025-12-01"')" '' 'and none before'
status 0 '--since a duration' fetch --no-cache --since 1h github o/mill issues
is "$(records out)" 'issues=2 ' 'has those of the last hour'
rm -f place
again 'with a STATE' --since 2025-12-01 github o/mill issues
again '--since does not count' --since 2000-01-01 github o/mill issues
[ "$(records out | grep -o '[0-9]*')" -lt 5 ]
ok $? 'the STATE does'

# --- the STATE of others
rm -f place
again 'a repository' github o/mill releases
again 'another' github o/archived releases
is "$(jq -c '[.value.bookmarks.github | keys[]]' place)" '["o/archived","o/mill"]' 'both are in the STATE'
echo '{"type":"STATE","value":{"bookmarks":{"github":{"o/mill":{"issues":{"scan":"first","value":"2025-12-31T00:00:00Z"}}},
    "other":{"x":1}},"more":[1.50,"\u00e9"]}}' | tr -d '\n' > place
again 'what another tool put there' github o/mill releases
is "$(jq -c '[.value.more, .value.bookmarks.other, .value.bookmarks.github["o/mill"].issues.value]' place)" \
    '[[1.5,"é"],{"x":1},"2025-12-31T00:00:00Z"]' 'is kept'

# --- what is no STATE
for text in garbage '{"type":"STATE"' '[1]' '{"type":"STATE","value":7}'; do
    echo "$text" > broken
    forget
    status 3 "'$text' as STATE: status 3" fetch --state broken github o/mill issues
    like "$(cat err)" '^fetch: broken: .*STATE' 'it says so'
    is "$(counted .requests)" 0 'nothing is asked'
done
status 3 'a STATE that cannot be read: status 3' fetch --state . github o/mill issues
like "$(cat err)" 'cannot read the state: Is a directory' 'it says why'
status 0 'no STATE yet' fetch --state notyet github o/mill releases
for text in '{"bookmarks":7}' '{"bookmarks":{"github":{"o/mill":{"issues":[1,2]}}}}' \
    '{"bookmarks":{"github":{"o/mill":{"issues":{"value":"soon","resume":{"position":{"type":"graphql","cursor":"nosuch"}}}}}}}'; do
    echo "$text" > odd
    status 0 "a STATE of another shape: $text" fetch --no-cache --state odd github o/mill issues
    is "$(records out)" 'issues=41 ' 'begins at the beginning'
done
done_testing
