# Shared by the tests of collect and dispatch: a forge with repositories on both platforms, with
# histories to clone, and what a complete collection of them has. To be sourced after
# tests/queue/lib.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154 # of the test
. "$here/../forge/start.sh"
unset GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN
# Of more tokens each has limits of its own.
GITHUB_TOKENS=${FORGE_TOKENS:-t} GITLAB_TOKENS=${FORGE_TOKENS:-t}
export GITHUB_TOKENS GITLAB_TOKENS
export LSAN_OPTIONS="suppressions=$here/../facade/leaks.supp:print_suppressions=0"
export XDG_CACHE_HOME="$WORK/cache" XDG_STATE_HOME="$WORK/local-state"

# history OWNER/NAME COMMITS: a repository below $WORK/git.
history() {
    mkdir -p "$WORK/git/$1"
    git init -q "$WORK/git/$1"
    (
        cd "$WORK/git/$1" || exit 1
        for number in $(seq "$2"); do
            echo "$number" > "file$((number % 5))"
            git add .
            GIT_AUTHOR_DATE="2024-01-01T00:00:$number" GIT_COMMITTER_DATE="2024-01-01T00:00:$number" \
                git -c user.name=Ann -c user.email=ann@example.org commit -q -m "$1 $number"
        done
    )
}

# both_platforms: the platforms of the warehouse are the forge, their histories those below $WORK/git.
both_platforms() {
    queue platform GitHub github github.com "$FORGE_URL" "$WORK/git/"
    queue platform GitLab gitlab gitlab.com "$FORGE_URL/api/v4" "$WORK/git/"
}

# The forge counts requests from here.
forget() {
    forge_control POST counts/reset > forgotten
}

# asked: how many requests it has counted.
asked() {
    forge_control GET counts | jq .requests
}

# truth PLATFORM OWNER/NAME STREAM: how many rows of a stream the forge has.
truth() {
    forge_control GET "truth?platform=$1&repo=$2&stream=$3" | wc -l
}

# counts: of each repository in the queue, what the warehouse has.
counts() {
    pg "SELECT repo_git,
        (SELECT count(*) FROM leat_data.issues i WHERE i.repo_id = r.repo_id),
        (SELECT count(*) FROM leat_data.pull_requests p WHERE p.repo_id = r.repo_id),
        (SELECT count(*) FROM leat_data.messages m WHERE m.repo_id = r.repo_id),
        (SELECT count(*) FROM leat_data.releases e WHERE e.repo_id = r.repo_id),
        (SELECT count(*) FROM leat_data.commit_messages c WHERE c.repo_id = r.repo_id)
        FROM leat_data.repos r ORDER BY repo_git"
}

# rows FILE: every row of every table of the warehouse's data, without the database's own numbers
# and where and when it was collected.
rows() {
    pg "SELECT format('SELECT %L, %s FROM leat_data.%I x ORDER BY 2;', t.table_name,
            'to_jsonb(x) - ''{data_collection_date,tool_version,cntrb_last_enriched_at}''::text[]'
            || coalesce((SELECT string_agg(format(' - %L', c.column_name::text), '')
                FROM information_schema.columns c
                WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name
                    AND c.is_identity = 'YES'), ''), t.table_name)
        FROM information_schema.tables t
        WHERE t.table_schema = 'leat_data' AND t.table_type = 'BASE TABLE'
            AND t.table_name NOT IN ('repo_info_history', 'platforms', 'repo_groups')
        ORDER BY t.table_name" | psql -XqAt |
        # numbers that refer to the database's own
        sed -E 's/"(cmt_id|parent_id)": ([0-9]+)/"\1": "some"/g; s/, "cmt_date_attempted": "[^"]*"//' | sort > "$1"
}
