#!/bin/sh
# What only the whole set of rows can tell is filled in, set by set, and doing it again changes
# nothing; what belongs to a row goes with it.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$here/../lib.sh"
# shellcheck source=tests/queue/lib.sh
. "$here/../queue/lib.sh"
trap 'postgresql_stop; rm -rf "$WORK"' EXIT
warehouse_start || {
    ok 1 'a warehouse'
    done_testing
    exit
}
ann=01000001-0000-0000-0000-000000000000
ben=01000002-0000-0000-0000-000000000000
pg "SELECT leat_ops.add_repositories('{github.com/o/r,gitlab.com/o/r}')" > added

# Of two repositories the same things: only the first is finished.
pg "INSERT INTO leat_data.pull_requests (pull_request_id, repo_id, platform_pr_id, pr_number, pr_state, merged_at)
    VALUES (1011, 1, 1, 7, 'open', NULL), (1021, 1, 2, 8, 'closed', now()), (1031, 1, 3, 9, 'closed', NULL),
        (2012, 2, 1, 7, 'open', NULL)" \
    "INSERT INTO leat_data.pull_request_events (pr_event_id, repo_id, platform_id, pr_number, action)
    VALUES (1, 1, 1, 7, 'closed'), (2, 1, 1, 99, 'closed'), (3, 2, 2, 7, 'closed')" \
    "INSERT INTO leat_data.issues (issue_id, repo_id, platform_issue_id, issue_number, issue_state, reporter_id, closed_by_id)
    VALUES (11, 1, 1, 1, 'closed', '$ann', NULL), (12, 1, 2, 2, 'open', '$ben', '$ann'),
        (13, 1, 3, 3, 'closed', '$ann', '$ann'), (14, 2, 4, 1, 'closed', '$ann', NULL)" \
    "INSERT INTO leat_data.issue_events (issue_event_id, issue_id, repo_id, platform_id, action, cntrb_id, created_at)
    VALUES (1, 11, 1, 1, 'closed', '$ann', '2024-01-01'), (2, 11, 1, 1, 'closed', '$ben', '2024-01-03'),
        (3, 11, 1, 1, 'reopened', '$ann', '2024-01-02'), (4, 12, 1, 1, 'closed', '$ann', '2024-01-01'),
        (5, 13, 1, 1, 'closed', NULL, '2024-01-01'), (6, 14, 2, 2, 'closed', '$ann', '2024-01-01')" \
    "INSERT INTO leat_data.commits (repo_id, cmt_commit_hash, cmt_filename, cmt_committer_email)
    VALUES (1, 'aa', 'f', 'a@x'), (1, 'aa', 'g', 'a@x'), (1, 'bb', 'f', 'b@x'), (2, 'aa', 'f', 'a@x')" \
    "INSERT INTO leat_data.commit_messages (repo_id, cmt_hash, cmt_msg) VALUES (1, 'aa', ''), (1, 'bb', ''), (1, 'cc', '')" \
    "INSERT INTO leat_data.commit_parents (repo_id, cmt_hash, parent_hash)
    VALUES (1, 'bb', 'aa'), (1, 'cc', 'bb'), (2, 'bb', 'aa')" \
    "INSERT INTO leat_data.repo_info (repo_id, pr_count, data_collection_date)
    VALUES (1, 40, '2024-01-01'), (2, 40, '2024-01-01')"

# version: of every row, so that one that is written again is seen.
version() {
    for table in pull_request_events issues commit_parents repo_info; do
        pg "SELECT '$table', xmin, x.* FROM leat_data.$table x ORDER BY 3, 4, 5"
    done
}

pg 'SELECT leat_ops.finish_repo(1)' > finished
is "$(pg 'SELECT pr_event_id, pull_request_id FROM leat_data.pull_request_events ORDER BY 1' | paste -sd,)" \
    '1|1011,2|,3|' 'events find their pull request, in their repository'
is "$(pg 'SELECT repo_id, cmt_hash, cmt_id, parent_id FROM leat_data.commit_parents ORDER BY 1, 2' | paste -sd,)" \
    '1|bb|3|1,1|cc||3,2|bb||' 'commits find the first row of theirs and of their parent'
is "$(pg 'SELECT issue_id, closed_by_id FROM leat_data.issues ORDER BY 1' | paste -sd,)" \
    "11|$ben,12|,13|$ann,14|" 'who closed an issue last; nobody, when it is open'
is "$(pg 'SELECT committer_count, commit_count, issues_count, pr_count, prs_open, prs_closed, prs_merged,
    issue_contributors_count FROM leat_data.repo_info WHERE repo_id = 1')" '2|3|3|40|1|1|1|2' \
    'counts; the one that the platform gave stays'
version > before
pg 'SELECT leat_ops.finish_repo(1)' > finished
version > after
same after before 'doing it again writes nothing'
pg 'SELECT leat_ops.finish_repo(2)' > finished
is "$(pg 'SELECT pr_count, commit_count FROM leat_data.repo_info WHERE repo_id = 2')" '1|0' \
    'GitLab counts no pull requests: ours count'
pg "INSERT INTO leat_data.commits (repo_id, cmt_commit_hash, cmt_filename) VALUES (1, 'cc', 'f')" \
    'SELECT leat_ops.finish_repo(1)' > finished
is "$(pg "SELECT cmt_id, parent_id FROM leat_data.commit_parents WHERE cmt_hash = 'cc'")" '5|3' 'what comes later is linked later'

# --- history of repo_info
is "$(pg 'SELECT count(*) FROM leat_data.repo_info_history')" 0 'counting is no collection'
pg "UPDATE leat_data.repo_info SET star_count = 5, data_collection_date = '2024-01-02' WHERE repo_id = 1" \
    "UPDATE leat_data.repo_info SET star_count = 6, data_collection_date = '2024-01-03' WHERE repo_id = 1"
is "$(pg 'SELECT repo_id, star_count, pr_count, data_collection_date::date FROM leat_data.repo_info_history
    ORDER BY repo_info_id' | paste -sd,)" '1||40|2024-01-01,1|5|40|2024-01-02' 'what it said at earlier ones is kept'

# --- messages
pg "INSERT INTO leat_data.messages (msg_id, repo_id, platform_msg_id, platform_id)
    VALUES (1, 1, 1, 1), (2, 1, 2, 1), (3, 1, 3, 1), (4, 1, 4, 1)" \
    "INSERT INTO leat_data.issue_message_ref (issue_id, repo_id, msg_id) VALUES (11, 1, 1), (11, 1, 2), (12, 1, 2)" \
    "INSERT INTO leat_data.pull_request_message_ref (pull_request_id, repo_id, msg_id) VALUES (1011, 1, 3)" \
    'DELETE FROM leat_data.issue_message_ref WHERE issue_id = 11' \
    'DELETE FROM leat_data.pull_request_message_ref WHERE msg_id = 3'
is "$(pg 'SELECT msg_id FROM leat_data.messages ORDER BY 1' | paste -sd,)" 2,4 \
    'a comment goes with the last item that has it'

# --- erasing
pg 'SELECT leat_ops.erase_repo(1)' > erased
is "$(pg "SELECT string_agg(table_name || n, ',' ORDER BY table_name) FROM (
    SELECT c.table_name, (xpath('//n/text()', query_to_xml(format('SELECT count(*) AS n FROM leat_data.%I
        WHERE repo_id = 1', c.table_name), false, true, '')))[1]::text::integer AS n
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'leat_data' AND c.column_name = 'repo_id' AND t.table_type = 'BASE TABLE') AS x
    WHERE n > 0")" repos1 'erased: only the repository itself is left'
is "$(pg 'SELECT count(*) FROM leat_data.commits WHERE repo_id = 2' 'SELECT count(*) FROM leat_data.issues' | paste -sd,)" 1,1 \
    'and what is another'\''s'
done_testing
