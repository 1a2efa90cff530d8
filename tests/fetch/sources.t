#!/bin/sh
# The sources: they give exactly what the platforms have, in few requests.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"
folder=$(cd "$here/../../common/sources" && pwd)
export GITHUB_TOKEN=t GITLAB_TOKEN=t GITEA_TOKEN=t JIRA_TOKEN=ada@mill.example:t

# exact NAME PLATFORM TRUTH DATABASE: every row of every stream, and no other.
exact() {
    rm -rf rows
    forge_control GET "truth?platform=$3&repo=o/mill" > truth.json
    node "$here/sources.rows.js" "$2" truth.json "$4" rows > streams && [ -s streams ]
    ok $? "$1: rows to compare"
    while read -r stream; do
        [ -s "rows/$stream.expected" ] || echo "no $stream to expect" > "rows/$stream.got"
        same "rows/$stream.got" "rows/$stream.expected" "$1: $stream"
    done < streams
}

# from URL COMMAND...: of the forge, where a platform has its own base.
from() {
    base=$1
    shift
    "$@" --url "$FORGE_URL$base"
}

# What stands in the files.
node "$here/sources.schema.js" "$folder" "$FORGE" > wrong 2> checked
is "$(cat wrong)" '' "queries and paths are GitHub's"
like "$(cat checked)" '^[1-9][0-9]+ queries, [1-9][0-9]+ paths$' 'there are some'
mkdir spoilt
cp "$folder"/github* spoilt
sed -i 's/locked/lokced/' spoilt/github-issues.graphql
sed -i 's,/traffic/clones,/clones,' spoilt/github.json
node "$here/sources.schema.js" spoilt "$FORGE" > wrong 2> checked
is "$(grep -c lokced wrong) $(grep -c 'no such path' wrong)" '1 1' 'a slip of the pen is found'
streams='repository languages labels milestones branches tags releases contributors community_profile clones issues
    issue_comments issue_events pull_requests pull_request_reviews pull_request_reviewers pull_request_teams
    pull_request_commits pull_request_files pull_request_labels pull_request_assignees pull_request_meta
    pull_request_repos pull_request_comments pull_request_events review_comments commit_authors users user_search
    user_events org_repos'
for source in github gitlab; do
    "$LEAT" fetch --list "$source" > list
    for stream in $streams; do
        grep -qE "^$stream( |$)" list || echo "$stream"
    done > missing
    is "$(cat missing)" '' "$source has all streams"
done
jq -r '.streams[] | select(.unavailable) | .name' "$folder/gitlab.json" > unavailable
is "$(paste -sd' ' unavailable)" 'pull_request_teams clones' 'what GitLab does not give is said'

# GitHub, a repository of some size: all of it, and a day later.
forge_start --repo o/mill:issues=500,pulls=200
status 0 'GitHub: everything' into github.db github o/mill
exact 'GitHub' github github github.db
[ "$(counted .requests)" -le 150 ]
ok $? "GitHub: 500 issues and 200 pull requests in $(counted .requests) requests"
forge_control POST mutate '{"repo":"o/mill","issues":3,"pulls":2}' > /dev/null
forge_control POST counts/reset > /dev/null
status 0 'GitHub: a day later' into github.db github o/mill
exact 'GitHub, a day later' github github github.db
[ "$(counted .requests)" -le 10 ]
ok $? "GitHub: 5 changed items in $(counted .requests) requests"

# Lists of many pages. With pages of one and two records inside of others, most go on behind them.
forge_start --repo o/mill:issues=40,pulls=20,labels=120,milestones=110,releases=120,branches=130,tags=120
mkdir narrow
cp "$folder"/github* narrow
sed -i -E '/assignees/!s/\(first: [0-9]+/(first: 1/' narrow/github-pull-requests.graphql
sed -i -E 's/comments\(first: [0-9]+/comments(first: 2/' narrow/github-issues.graphql
status 0 'GitHub: long lists' into wide.db github o/mill
exact 'GitHub: long lists' github github wide.db
status 0 'GitHub: small pages' into narrow.db narrow/github.json o/mill
exact 'GitHub: small pages' github github narrow.db
rows wide.db > wide.rows
rows narrow.db > narrow.rows
same narrow.rows wide.rows 'GitHub: small pages: the other columns, too'

# The smaller ones.
forge_start --repo o/mill:issues=40,pulls=20
faults '[{"match":"POST","kind":"graphql-error"}]'
status 0 'GitHub without GraphQL' into rest.db github o/mill --attempts 1
forge_control DELETE faults > /dev/null
exact 'GitHub without GraphQL' github github rest.db

grep '"stream":"users"' truth.json | jq -c 'select(.row.type == "User" and .row.login != "ghost") | {login: .row.login}' > logins
status 0 'GitHub: users' into users.db github --parameters logins users
is "$(sqlite3 users.db 'SELECT count(*), count(created_at) FROM users')" "$(awk 'END {print NR "|" NR}' logins)" 'as many'
grep '"stream":"users"' truth.json | jq -r 'select(.row.type == "User" and .row.login != "ghost") | .row |
    [.id, .login, .name, .email, .company, .location, .followers] | map(. // "") | join("|")' | sort > expected
sqlite3 users.db 'SELECT id, login, name, email, company, location, followers FROM users' | sort > got
same got expected 'and as they are'
forge_control POST counts/reset > /dev/null
fetch --no-cache github --parameters logins users > /dev/null
[ "$(counted .requests)" -le $(($(wc -l < logins) / 100 + 1)) ]
ok $? 'a hundred a request'
login=$(sqlite3 users.db "SELECT login FROM users WHERE email LIKE '%@%' ORDER BY id LIMIT 1")
email=$(sqlite3 users.db "SELECT email FROM users WHERE login = '$login'")
status 0 'GitHub: search' into users.db github user_search query="$email in:email"
is "$(sqlite3 users.db 'SELECT login FROM user_search')" "$login" 'an e-mail address has an account'
status 0 'GitHub: events of a user' into users.db github user_events login="$login"
[ "$(sqlite3 users.db "SELECT count(*) FROM user_events WHERE actor__login = '$login'")" -gt 0 ]
ok $? 'there are some'
status 0 'GitHub: repositories of an owner' into users.db github o org_repos
like "$(sqlite3 users.db 'SELECT full_name FROM org_repos')" '^o/mill$' 'there they are'
status 0 'GitHub: an empty repository' into empty.db github o/empty
is "$(sqlite3 empty.db 'SELECT full_name, commits_count FROM repository')" 'o/empty|' 'is one all the same'

events='issue_label_events issue_state_events issue_milestone_events pull_request_label_events
    pull_request_state_events pull_request_milestone_events'
forge_control POST counts/reset > /dev/null
status 0 'GitLab: everything' from /api/v4 into gitlab.db gitlab o/mill
echo "# GitLab: 40 issues and 20 merge requests in $(counted .requests) requests"
[ "$(sqlite3 gitlab.db 'SELECT count(*) FROM pull_request_events')" -gt 20 ]
ok $? 'its events are there'
# shellcheck disable=SC2086 # a list of streams
status 0 'GitLab: events one by one' from /api/v4 into gitlab.db gitlab o/mill --full-refresh $events
exact 'GitLab' gitlab gitlab gitlab.db
forge_control POST mutate '{"repo":"o/mill","issues":3,"pulls":2}' > /dev/null
forge_control POST counts/reset > /dev/null
status 0 'GitLab: a day later' from /api/v4 into gitlab.db gitlab o/mill
[ "$(counted .requests)" -le 40 ]
ok $? "GitLab: 5 changed items in $(counted .requests) requests"
# shellcheck disable=SC2086 # a list of streams
from /api/v4 into gitlab.db gitlab o/mill $events 2> /dev/null
exact 'GitLab, a day later' gitlab gitlab gitlab.db
status 0 'GitLab: an empty project' from /api/v4 into empty-gitlab.db gitlab o/empty
is "$(sqlite3 empty-gitlab.db 'SELECT path_with_namespace FROM repository')" o/empty 'is one all the same'
status 0 'GitLab: projects of a group' from /api/v4 into users-gitlab.db gitlab o org_repos
like "$(sqlite3 users-gitlab.db 'SELECT path_with_namespace FROM org_repos')" '^o/mill$' 'there they are'

status 0 'Gitea: everything' from /api/v1 into gitea.db gitea o/mill
exact 'Gitea' gitea github gitea.db
status 0 'Jira: everything' into jira.db jira MILL
exact 'Jira' jira github jira.db
for source in gitea:/api/v1:o/mill jira::MILL; do
    platform=${source%%:*}
    rest=${source#*:}
    forge_control POST mutate '{"repo":"o/mill","issues":2,"pulls":1}' > /dev/null
    status 0 "$platform: a day later" from "${rest%%:*}" into "$platform.db" "$platform" "${rest#*:}"
    exact "$platform, a day later" "$platform" github "$platform.db"
done
done_testing
