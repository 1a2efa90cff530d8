#!/bin/sh
# Whatever goes wrong on the way, the rows are those of an undisturbed run.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
. "$here/lib.sh"

forge_start --repo o/mill:issues=60,pulls=30
patient github
patient gitlab
github="$WORK/sources/github.json"
export GITHUB_TOKEN=tok1 GITLAB_TOKEN=tok2
export fetch_options=--no-cache
status 0 'an undisturbed run' into good.db "$github" o/mill
rows good.db > good.rows
[ "$(sqlite3 good.db 'SELECT count(*) FROM issues')" -eq 60 ]
ok $? 'it has the issues'

# survives NAME FAULTS: a run under faults gives the same rows.
survives() {
    rm -f bad.db*
    faults "$2"
    status 0 "$1: ends well" into bad.db "$github" o/mill
    # shellcheck disable=SC2154 # set by status
    [ "$got" -eq 0 ] || tail -5 bad.db.err | sed 's/^/# /'
    rows bad.db > bad.rows
    same bad.rows good.rows "$1: the rows"
    [ "$(counted '[.by_fault[]] | add // 0')" -gt 0 ]
    ok $? "$1: it did strike"
    forge_control POST counts/reset > /dev/null
}

for kind in '"429","retry_after":1' '"429"' '"403-primary","window":1' '"403-secondary","retry_after":1' \
    '"403-secondary"'; do
    survives "limit $kind" "[{\"match\":\"GET\",\"skip\":3,\"times\":1,\"kind\":$kind},
        {\"match\":\"POST\",\"skip\":2,\"times\":1,\"kind\":$kind}]"
done
for kind in '"5xx"' '"5xx","status":503' '"truncate"' '"truncate","chunked":true' '"close"' '"reset"' '"html-200"' \
    '"empty-body"' '"invalid-json"' '"bad-encoding"' '"bad-encoding","utf8":true'; do
    survives "broken $kind" "[{\"match\":\".\",\"skip\":1,\"probability\":0.2,\"kind\":$kind}]"
done
survives 'GraphQL errors' '[{"match":"POST","probability":0.3,"kind":"graphql-error"}]'
survives 'GraphQL with a part missing' '[{"match":"POST","probability":0.3,"kind":"graphql-partial"}]'
survives 'slow' '[{"match":".","times":3,"kind":"slow","bytes_per_second":400000}]'
survives 'late' '[{"match":".","probability":0.1,"kind":"delay","seconds":0.3}]'

# A silent server is left in time.
export fetch_options='--no-cache --timeout 1'
survives 'silent' '[{"match":".","skip":2,"times":2,"kind":"delay","seconds":4}]'
export fetch_options=--no-cache

# GitLab, which has no GraphQL here.
rm -f bad.db* gitlab.db*
faults '[]'
status 0 'GitLab: an undisturbed run' into gitlab.db "$WORK/sources/gitlab.json" --url "$FORGE_URL/api/v4" o/mill
rows gitlab.db > gitlab.rows
for kind in '"429","retry_after":1' '"5xx","status":503' '"truncate"' '"close"' '"reset"' '"html-200"' '"empty-body"' \
    '"invalid-json"' '"bad-encoding"'; do
    rm -f bad.db*
    faults "[{\"match\":\".\",\"skip\":3,\"probability\":0.1,\"times\":4,\"kind\":$kind}]"
    status 0 "GitLab: broken $kind: ends well" into bad.db "$WORK/sources/gitlab.json" --url "$FORGE_URL/api/v4" o/mill
    rows bad.db > bad.rows
    same bad.rows gitlab.rows "GitLab: broken $kind: the rows"
    [ "$(counted '[.by_fault[]] | add // 0')" -gt 0 ]
    ok $? "GitLab: broken $kind: it did strike"
    forge_control POST counts/reset > /dev/null
done

# Without GraphQL the other way gives the same, but for what only GraphQL counts, and the accounts
# of bots, which it does not link to commits (and the order of labels).
differ='issues__labels repository repository__root_entries commit_authors pull_request_commits'
rm -f bad.db*
faults '[{"match":"POST","kind":"graphql-error"}]'
status 0 'GraphQL never answers' into bad.db "$github" o/mill --attempts 2
# shellcheck disable=SC2086 # a list of tables
rows bad.db $differ > bad.rows
# shellcheck disable=SC2086
rows good.db $differ > good.common
same bad.rows good.common 'GraphQL never answers: the rows'

# What is not survived says so, and the next run makes it whole.
rm -f bad.db*
export fetch_options=""
faults '[{"match":"pulls/comments","kind":"5xx"}]'
status 4 'one stream fails: status 4' into bad.db "$github" o/mill --attempts 2
like "$(cat bad.db.err)" 'review_comments: .*502' 'it says which and why'
is "$(sqlite3 bad.db 'SELECT count(*) FROM issues')" 60 'the others are there'
faults '[]'
forge_control POST counts/reset > /dev/null
status 0 'the next run' into bad.db "$github" o/mill
rows bad.db > bad.rows
same bad.rows good.rows 'makes it whole'
[ "$(counted .requests)" -lt 15 ]
ok $? "by few requests: $(counted .requests)"

# A host that is down is not asked for ever.
faults '[{"match":".","kind":"5xx"}]'
forge_control POST counts/reset > /dev/null
status 4 'everything fails: status 4' fetch --no-cache -j 8 "$github" o/mill
like "$(cat err)" 'failed 10 times in a row' 'it says that it asks no more'
[ "$(counted .requests)" -lt 30 ]
ok $? "after $(counted .requests) requests"

# Answers that are too large, or would have us go elsewhere.
faults '[{"match":"contributors","kind":"huge-body"}]'
status 4 'a huge answer' fetch --no-cache --max-body 1M "$github" o/mill contributors
like "$(cat err)" 'contributors: .*too large|larger than' 'a huge answer is refused'
faults '[{"match":"contributors","kind":"redirect-elsewhere"}]'
forge_control POST counts/reset > /dev/null
status 4 'a redirect to another host' fetch --no-cache "$github" o/mill contributors
like "$(cat err)" 'redirected to another host' 'it says so'
is "$(counted .requests)" 1 'and is not followed'
done_testing
