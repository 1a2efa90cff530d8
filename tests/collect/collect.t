#!/bin/sh
# A repository from its address to rows: into SQLite, into a warehouse, in phases, renamed, gone.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/../queue/lib.sh"
# shellcheck source=tests/collect/lib.sh
. "$here/lib.sh"
forge_start --repo o/mill:issues=12,pulls=5,commits=20 --repo o/grist:issues=4,pulls=2,commits=5
trap 'forge_stop; postgresql_stop; rm -rf "$WORK"' EXIT
history o/mill 7
history o/grist 3

# --- once, without a server
once() {
    "$LEAT" collect --quiet --to sqlite:once.db --url "$FORGE_URL" --git "$WORK/git/" "$@" 2> err
}
once https://github.com/o/mill.git
is $? 0 'into SQLite'
is "$(sqlite3 once.db 'SELECT count(*) FROM issues' 'SELECT count(*) FROM pull_requests' \
    'SELECT count(*) FROM commit_messages' | paste -sd,)" 12,5,7 'issues, pull requests and commits'
forget
once https://github.com/o/mill
is "$?/$(sqlite3 once.db 'SELECT count(*) FROM issues')" 0/12 'again'
[ "$(asked)" -le 9 ]
ok $? 'goes on where it was: few requests'
forget
once --repo-id 2 -j 1 https://github.com/o/grist
is "$?/$(sqlite3 once.db 'SELECT repo_id, count(*) FROM issues GROUP BY 1' | paste -sd,)" '0/1|12,2|4' \
    'another repository in the same file'
is "$(forge_control GET counts | jq .max_concurrent)" 1 'one request at a time, when so told'
status 2 'an address of nobody knows what' "$LEAT" collect --to sqlite:x.db https://example.org/a/b
status 2 'no phases without a queue' "$LEAT" collect --to sqlite:x.db --phase git https://github.com/o/mill

# --- a warehouse
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}
both_platforms
collect() {
    "$LEAT" collect --quiet "$@" 2> err
}
collect https://github.com/o/mill
is $? 0 'into a warehouse'
is "$(counts)" "https://github.com/o/mill|12|5|$(pg 'SELECT count(*) FROM leat_data.messages')|$(truth github o/mill releases)|7" \
    'the rows are those of the forge'
is "$(pg 'SELECT core_status, secondary_status, facade_status, issue_pr_sum, commit_sum
    FROM leat_ops.collection_status')" 'Success|Success|Success|17|7' 'each phase came through'
is "$(pg 'SELECT status, attempts, locked_by, last_issues, last_prs, last_commits, last_duration_ms > 0
    FROM leat_ops.collection_queue')" 'waiting|0||12|5|7|t' 'the queue has its counts'
is "$(pg 'SELECT count(*) FROM leat_ops.staging')" 0 'staging is empty'
is "$(pg 'SELECT count(*) FROM leat_data.pull_request_events WHERE pull_request_id IS NULL')" 0 \
    'every event has its pull request'
is "$(pg 'SELECT count(*), count(cmt_id), count(parent_id) FROM leat_data.commit_parents')" '6|6|6' \
    'commits have their parents'
rows first
forget
collect https://github.com/o/mill
rows second
is "$?/$(pg 'SELECT count(*) FROM leat_data.repo_info_history')" 0/0 'again: nothing is new'
same second first 'the rows are the same'
[ "$(asked)" -le 9 ]
ok $? 'for few requests'

# --- everything again
collect --full-refresh https://github.com/o/mill
rows full
same full first 'everything again: the same rows'
collect --erase https://github.com/o/mill
is $? 0 'erased and collected anew'
rows erased
same erased first 'the same rows'

# --- both platforms, in phases
queue add --quiet gitlab.com/o/grist
collect --phase fetch --next
is "$?/$(pg 'SELECT count(*) > 0 FROM leat_ops.staging')" 0/t 'fetched into staging'
is "$(counts | grep gitlab)" 'https://gitlab.com/o/grist|0|0|0|0|0' 'no rows yet'
collect --phase load --next
is "$?/$(pg 'SELECT count(*) FROM leat_ops.staging')" 0/0 'loaded, later'
collect --phase git --next
is "$?/$(counts | grep gitlab | cut -d'|' -f2,3,6)" '0/4|2|3' 'and its history'
is "$("$LEAT" collect --next 2>&1)" 'collect: nothing is due' 'then nothing is due'
mkdir state
collect --state state https://github.com/o/grist
is "$?/$(find state -type f | wc -l)" 0/2 'state in a folder'
is "$(pg "SELECT count(*) FROM leat_ops.state WHERE state_key LIKE 'repo/3/%'")" 0 'is not in the database'

# --- what moves and goes
forge_control POST rename '{"repo": "o/grist", "to": "o/flour"}' > renamed
cp -r git/o/grist git/o/flour
collect https://github.com/o/grist
is "$?/$(pg "SELECT repo_git FROM leat_data.repos WHERE repo_id = 3")" 0/https://github.com/o/flour 'renamed: followed'
is "$(pg 'SELECT git_url FROM leat_data.historical_repo_urls')" https://github.com/o/grist 'the old address is kept'
collect --repo-id "$(queue add github.com/o/grist 2> out; pg "SELECT leat_ops.find_repository('github.com/o/grist')")"
is "$?/$(queue --json | jq -r .url | grep -c 'github.com/o/grist')" 0/0 'known under its new name: it leaves the queue'
collect https://github.com/o/gone
is "$?/$(pg "SELECT status, repo_archived FROM leat_ops.collection_queue JOIN leat_data.repos USING (repo_id)
    WHERE repo_name = 'gone'")" '0/gone|t' 'one that is gone is marked so'

# --- failures
rm -r git/o/mill
collect https://github.com/o/mill
is "$?/$(pg "SELECT core_status, secondary_status, facade_status FROM leat_ops.collection_status
    WHERE repo_id = 1")" '4/Success|Success|Error' 'without its history: the rest is collected'
is "$(pg 'SELECT attempts, locked_by, last_error ~ $$^facade: exit status$$ FROM leat_ops.collection_queue
    WHERE repo_id = 1')" '1||t' 'and it is tried again later'
queue --worker other claim 1 > claimed
status 4 'one that another is at' "$LEAT" collect --repo-id 1
status 2 'which one?' "$LEAT" collect
status 2 'only one' "$LEAT" collect --next --repo-id 1
done_testing
