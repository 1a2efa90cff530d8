#!/bin/sh
# What is asked about: subjects that are gone, blocked, empty or called otherwise now, and many of them from
# a file.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
forge_start --repo o/mill:issues=12,pulls=5
export GITHUB_TOKEN=push1

# notices FILE STREAM: what was told, a line each, without the time.
notices() {
    grep "\"type\":\"RECORD\",\"stream\":\"$2\"" "$1" | jq -c '.record | del(.seen_at, .source)' | sort
}
# probed NAME STATUS: what --probe says of o/NAME.
probed() {
    forget
    status 0 "--probe of o/$1" fetch --probe github "o/$1"
    is "$(jq -r '"\(.source) \(.subject) \(.status) \(.http_status) \(.name)"' out)" "github o/$1 $2" 'says what it is'
    is "$(wc -l < out) $(counted '.requests <= 2')" '1 true' 'in one record, by one request for it'
}

# --- one subject
probed mill 'ok 200 o/mill'
is "$(jq -r .id out)" "$(forge_control GET 'truth?platform=github&repo=o/mill&stream=repository' | jq -r .row.id)" 'with its id'
probed renamed 'renamed 200 o/mill'
probed gone 'gone 404 null'
probed private 'gone 404 null'
probed blocked 'blocked 451 null'
probed empty 'ok 200 o/empty'
faults '[{"match":".","kind":"5xx"}]'
status 4 '--probe of a server that fails: status 4' fetch --attempts 2 --probe github o/mill
is "$(cat out)" '' 'no record'
like "$(cat err)" '^fetch: o/mill: http.*502' 'it says why'
faults '[]'

status 0 'a repository that is called otherwise' fetch --no-cache github o/renamed releases
is "$(notices out renames)" "$(printf '{"subject":"o/renamed","renamed_to":"o/mill","id":"%s"}' \
    "$(fetch --probe github o/mill | jq -r .id)")" 'a record says what it is called now'
is "$(records out)" 'releases=12 renames=1 ' 'and its records are there'
like "$(cat err)" 'o/renamed is called o/mill now' 'people are told'
status 0 'the same by GraphQL' fetch --no-cache github o/renamed repository
is "$(records out)" 'renames=1 repository=1 ' 'a record says so'
status 0 'one that is called what was asked for' fetch --no-cache github O/Mill repository
is "$(records out)" 'repository=1 ' 'is no news, small or capital'

for answer in gone:gone:404 private:gone:404 blocked:blocked:451; do
    subject=o/${answer%%:*} meaning=${answer#*:}
    status 0 "$subject is no error" fetch --no-cache github "$subject" releases issues
    is "$(notices out status)" "$(printf '{"subject":"%s","stream":"%s","status":"%s","http_status":%s}\n' \
        "$subject" issues "${meaning%:*}" "${meaning#*:}" "$subject" releases "${meaning%:*}" "${meaning#*:}")" 'a record of each stream says so'
    is "$(records out)" 'status=2 ' 'there are no others'
done
status 0 'an empty repository is no error' fetch --no-cache github o/empty
is "$(records out)" 'clones=14 community_profile=1 repository=1 ' 'it has what an empty repository has'
status 0 'a repository without issues is no error' fetch --no-cache github o/no-issues issues issue_comments pull_requests
is "$(records out | grep -c 'issues=')$(records out | grep -o 'pull_requests=3')" '0pull_requests=3' 'it has the rest'
jq '(.streams[] | select(.name == "issues")) |= (.request = .otherwise | del(.otherwise))' \
    "$here/../../common/sources/github.json" > rest.json
cp "$here"/../../common/sources/github*.graphql .
status 0 'the same by REST is no error' fetch --no-cache ./rest.json o/no-issues issues
is "$(notices out status)" '{"subject":"o/no-issues","stream":"issues","status":"disabled","http_status":410}' 'it is told'

# --- back again
export GITHUB_TOKEN=tok1
fetch --state place github o/mill clones > out
is "$(notices out status | jq -r .status)" forbidden 'what the token may not see is told'
tail -1 out > place
fetch --state place github o/mill clones > out
is "$(notices out status | jq -r .status)" forbidden 'as long as it may not'
tail -1 out > place
export GITHUB_TOKEN=push1
fetch --state place github o/mill clones > out
is "$(notices out status | jq -r '"\(.status) \(.http_status)"')" 'ok 200' 'once it may, that it is well again'
tail -1 out > place
fetch --state place github o/mill clones > out
is "$(notices out status)" '' 'which is said once'

# --- many, from a file
forge_control GET 'truth?platform=github&repo=o/mill&stream=users' |
    jq -c 'select(.row.type == "User" and .row.login != "ghost") | {login: .row.login}' > logins
users=$(wc -l < logins)
forget
status 0 '--parameters' fetch --no-cache --parameters logins github users
is "$(records out)" "users=$users " "a record for each of $users lines"
[ "$(counted .requests)" -le $((users / 100 + 2)) ]
ok $? "a hundred in a request: $(counted .requests)"
grep '^{"type":"RECORD"' out | jq -r .record.login > got
jq -r .login logins > expected
same got expected 'in the order of the lines'
fetch --no-cache --parameters - github users < logins > piped
grep -v '^{"type":"STATE"' out > out.rest
grep -v '^{"type":"STATE"' piped > piped.rest
same piped.rest out.rest 'from standard input'
printf '%s\n' 'no json' '[1]' '{"login":["a"]}' '{}' '{"login":null}' '' '{"login":"nobody-at-all"}' > bad
head -1 logins >> bad
status 1 'lines that are no parameters: status 1' fetch --no-cache --parameters bad --rejects rejects github users
is "$(records out)" 'status=1 users=1 ' 'the others are fetched; who is not there is told'
is "$(jq -c '[.line, .reason]' rejects | paste -sd' ')" "$(for line in 1 2 3 4 5; do
    printf '[%s,"not an object of parameters"] ' $line
done | sed 's/ $//')" 'the lines are rejected'
is "$(head -1 rejects | jq -r .original)" 'no json' 'as they were'
status 3 'no such file: status 3' fetch --parameters nosuch github users
like "$(cat err)" 'nosuch: No such file' 'it says so'
status 0 'more parameters beside the subject' fetch --no-cache --parameters /dev/null github o/mill releases
is "$(records out)" '' 'no line, no record'
echo '{"repo":"mill"}' > repositories
status 0 'a parameter of the operands' fetch --no-cache --parameters repositories github owner=o releases
is "$(records out)" 'releases=12 ' 'goes with those of each line'
done_testing
