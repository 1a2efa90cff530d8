#!/bin/sh
# Every column of the warehouse is filled from what the forge and git have, for both platforms, or
# it is among those that leat-model(5) lists with a reason; and none is listed that is filled.
# Prints what is covered.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/../queue/lib.sh"
# shellcheck source=tests/fetch/lib.sh
. "$here/../fetch/lib.sh"
page=$(cd "$here/../../man" && pwd)/leat-model.5
forge_start --repo o/mill:issues=60,pulls=40 || exit 1
trap 'forge_stop; postgresql_stop; rm -rf "$WORK"' EXIT
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}
# load_model MODEL ID: what comes in, into the warehouse.
load_model() {
    "$LEAT" flatten --model "$1" --set repo_id="$2" --rejects "$WORK/rejects" |
        "$LEAT" load -q --schema-name leat_data --contract freeze --rejects "$WORK/rejects" \
            "$LEAT_TARGET" > "$WORK/state"
}

"$LEAT" queue -q add https://github.com/o/mill https://gitlab.com/o/mill
id_of() {
    pg "SELECT repo_id FROM leat_data.repos WHERE repo_git = '$1'"
}
github=$(id_of https://github.com/o/mill) gitlab=$(id_of https://gitlab.com/o/mill)

# ---- all that is to be had

export GITHUB_TOKEN=push-1 GITLAB_TOKEN=member-1
# shellcheck disable=SC2034 # of tests/fetch/lib.sh
fetch_options=--no-cache
fetch github o/mill | load_model github "$github"
pg "SELECT json_build_object('login', gh_login) FROM leat_data.contributors WHERE gh_login !~ '\[bot\]|^ghost$'" |
    head -40 > logins
fetch --parameters logins github users | load_model github 0
fetch --parameters logins github user_events | load_model github 0
FORGE_API=$FORGE_URL FORGE_URL=$FORGE_URL/api/v4
fetch gitlab o/mill | load_model gitlab "$gitlab"
fetch gitlab o/mill issues issue_label_events issue_state_events issue_milestone_events \
    pull_requests pull_request_label_events | load_model gitlab "$gitlab"
pg "SELECT json_build_object('login', gl_username) FROM leat_data.contributors WHERE gl_username <> 'ghost'" |
    head -20 > logins
fetch --parameters logins gitlab users | load_model gitlab 0
pg "SELECT json_build_object('login', gl_id::text) FROM leat_data.contributors WHERE gl_username <> 'ghost'" |
    head -20 > logins
fetch --parameters logins gitlab user_events | load_model gitlab 0
FORGE_URL=$FORGE_API

# What the forge's repository has nothing of: a fork, a change log, a comment on several lines.
record() {
    printf '{"type":"RECORD","stream":"%s","record":%s}\n' "$1" "$2"
}
{
    record repository '{"id":1,"name":"f","full_name":"p/f","owner":{"id":9,"login":"p"},"html_url":"https://github.com/p/f","fork":true,"parent":{"full_name":"o/f"},"root_entries":[{"name":"CHANGELOG.md","type":"blob"}]}'
    record review_comments '{"id":1,"user":null,"body":"b","start_line":1,"original_start_line":1,"start_side":"RIGHT"}'
} | load_model github 901
{
    record repository '{"id":1,"path":"f","path_with_namespace":"p/f","namespace":{"full_path":"p"},"web_url":"https://gitlab.com/p/f","pages_access_level":"enabled","forked_from_project":{"path_with_namespace":"o/f"}}'
    record community_profile '{"repository_id":1,"name":"CHANGELOG.md"}'
    record review_comments '{"id":1,"author":null,"body":"b","position":{"old_path":"a","old_line":3}}'
} | load_model gitlab 902

history=$WORK/history
git init -q -b main "$history"
commit() {
    git -C "$history" -c user.name=Ada -c user.email=ada@example.org commit -q --allow-empty -m "$1"
}
echo one > "$history/a"
git -C "$history" add a
commit one
git -C "$history" checkout -q -b side
commit two
git -C "$history" checkout -q main
echo two > "$history/a"
git -C "$history" commit -q -a -m 'three

with a body' 2> /dev/null || { git -C "$history" add a && commit three; }
git -C "$history" -c user.name=Ada -c user.email=ada@example.org merge -q --no-ff -m merge side
"$LEAT" facade "$history" | load_model git "$github"
pg "SELECT leat_ops.finish_repo($github), leat_ops.finish_repo($gitlab)" > finished
is "$(cat rejects 2> /dev/null | wc -l)" 0 'no record is rejected'

# ---- column by column

# TABLE SOURCE: the tables that each model fills.
for model in github gitlab git; do
    jq -r --arg m "$model" '[.streams[], .contributor?] | .[] | objects | .rows[] | (.table // .into) + " " + $m' \
        "$here/../../common/models/$model.json"
done | sort -u > modelled
"$here/filled.sh" < modelled > filled

# .It Sy TABLE Pq WHERE : Va COLUMN , COLUMN   of the page, as TABLE SOURCE COLUMN
awk '$1 == ".It" && $2 == "Sy" && $4 == "Pq" {
    table = $3
    where = ""
    for (i = 5; i <= NF && $i != ":"; i++) where = where " " $i
    for (i++; i <= NF; i++) {
        if ($i == "Va" || $i == ",") continue
        if (where ~ /GitHub/) print table, "github", $i
        if (where ~ /GitLab/) print table, "gitlab", $i
        if (where ~ /git$/) print table, "git", $i
    }
}' "$page" | sort > listed

while read -r table source; do
    grep "^$table $source " filled > these || :
    total=$(wc -l < these) with=$(awk '$4 > 0' these | wc -l)
    awk '$4 == 0 { print $1, $2, $3 }' these | sort > empty
    grep "^$table $source " listed | sort > expected || :
    echo "# $table, $source: $with of $total columns"
    same empty expected "$table, $source: every other column is listed with its reason"
done < modelled
is "$(cut -d' ' -f1,2 listed | sort -u | grep -vxF -f modelled)" '' 'no table is listed that a model does not fill'
awk '{ all++; if ($4 > 0) with++ } END { printf "# in all: %d of %d columns\n", with, all }' filled
is "$(pg 'SELECT count(*) > 0 FROM leat_data.repo_groups')/$(pg 'SELECT count(*) FROM leat_ops.collection_queue')" t/2 \
    'the queue knows the repositories and their group'
done_testing
