-- What rows owe to one another: links that only the whole set of rows can tell, and what follows
-- when a row changes or goes.

CREATE INDEX IF NOT EXISTS idx_pull_request_events_unlinked
    ON leat_data.pull_request_events (repo_id, pr_number) WHERE pull_request_id IS NULL;
CREATE INDEX IF NOT EXISTS idx_commit_parents_unlinked
    ON leat_data.commit_parents (repo_id) WHERE cmt_id IS NULL OR parent_id IS NULL;
CREATE INDEX IF NOT EXISTS idx_issue_events_closed
    ON leat_data.issue_events (repo_id, issue_id, created_at DESC) WHERE action = 'closed';

-- GitHub's events know the number of the pull request only.
CREATE OR REPLACE FUNCTION leat_ops.link_events(repository bigint) RETURNS void
LANGUAGE sql AS $$
    UPDATE leat_data.pull_request_events e SET pull_request_id = p.pull_request_id
    FROM leat_data.pull_requests p
    WHERE e.repo_id = repository AND e.pull_request_id IS NULL
        AND p.repo_id = repository AND p.pr_number = e.pr_number
$$;

-- A commit has a row a file; its number is that of the first. One without files has none.
CREATE OR REPLACE FUNCTION leat_ops.link_commits(repository bigint) RETURNS void
LANGUAGE sql AS $$
    WITH open AS MATERIALIZED (
        SELECT cmt_hash, parent_hash FROM leat_data.commit_parents
        WHERE repo_id = repository AND (cmt_id IS NULL OR parent_id IS NULL)
    ), first AS MATERIALIZED (
        SELECT cmt_commit_hash AS hash, min(cmt_id) AS cmt_id FROM leat_data.commits
        WHERE repo_id = repository
            AND cmt_commit_hash IN (SELECT cmt_hash FROM open UNION SELECT parent_hash FROM open)
        GROUP BY cmt_commit_hash
    ), link AS (
        SELECT o.cmt_hash, o.parent_hash, c.cmt_id, p.cmt_id AS parent_id
        FROM open o
        LEFT JOIN first c ON c.hash = o.cmt_hash
        LEFT JOIN first p ON p.hash = o.parent_hash
    )
    UPDATE leat_data.commit_parents t SET cmt_id = l.cmt_id, parent_id = l.parent_id
    FROM link l
    WHERE t.repo_id = repository AND t.cmt_hash = l.cmt_hash AND t.parent_hash = l.parent_hash
        AND (t.cmt_id, t.parent_id) IS DISTINCT FROM (l.cmt_id, l.parent_id)
$$;

-- Who closed an issue: who did so last. Nobody has closed one that is open again.
CREATE OR REPLACE FUNCTION leat_ops.link_closers(repository bigint) RETURNS void
LANGUAGE sql AS $$
    UPDATE leat_data.issues i SET closed_by_id = e.cntrb_id
    FROM (
        SELECT DISTINCT ON (issue_id) issue_id, cntrb_id FROM leat_data.issue_events
        WHERE repo_id = repository AND action = 'closed' AND cntrb_id IS NOT NULL
        ORDER BY issue_id, created_at DESC, issue_event_id DESC
    ) AS e
    WHERE i.repo_id = repository AND i.issue_id = e.issue_id AND i.issue_state = 'closed'
        AND i.closed_by_id IS DISTINCT FROM e.cntrb_id;
    UPDATE leat_data.issues SET closed_by_id = NULL
    WHERE repo_id = repository AND issue_state <> 'closed' AND closed_by_id IS NOT NULL
$$;

-- Numbers of a repository that its platform does not give, from the rows. GitHub counts for itself;
-- GitLab does not, or late.
CREATE OR REPLACE FUNCTION leat_ops.count_repo(repository bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    pulls record;
    issues record;
    commits bigint;
    committers bigint;
    people bigint;
    own boolean;
BEGIN
    SELECT count(*) AS every, count(*) FILTER (WHERE merged_at IS NOT NULL) AS merged,
        count(*) FILTER (WHERE pr_state = 'open') AS open,
        count(*) FILTER (WHERE merged_at IS NULL AND pr_state <> 'open') AS closed
    INTO pulls FROM leat_data.pull_requests WHERE repo_id = repository;
    SELECT count(*) AS every, count(*) FILTER (WHERE issue_state = 'closed') AS closed
    INTO issues FROM leat_data.issues WHERE repo_id = repository;
    SELECT count(*) INTO commits FROM leat_data.commit_messages WHERE repo_id = repository;
    SELECT count(DISTINCT cmt_committer_email) INTO committers
    FROM leat_data.commits WHERE repo_id = repository;
    SELECT count(DISTINCT cntrb_id) INTO people FROM (
        SELECT reporter_id FROM leat_data.issues WHERE repo_id = repository
        UNION ALL
        SELECT m.cntrb_id FROM leat_data.messages m
        JOIN leat_data.issue_message_ref r ON r.msg_id = m.msg_id
        WHERE m.repo_id = repository
    ) AS p (cntrb_id);
    SELECT source = 'github' INTO own
    FROM leat_data.repos JOIN leat_data.platforms USING (platform_id) WHERE repo_id = repository;

    UPDATE leat_data.repo_info i
    SET committer_count = n.committer_count, issue_contributors_count = n.issue_contributors_count,
        issues_count = n.issues_count, issues_closed = n.issues_closed, pr_count = n.pr_count, prs_open = n.prs_open,
        prs_closed = n.prs_closed, prs_merged = n.prs_merged, commit_count = n.commit_count
    FROM (
        SELECT repo_info_id, committers::integer AS committer_count,
            people::text AS issue_contributors_count,
            CASE WHEN own AND issues_count IS NOT NULL THEN issues_count ELSE issues.every END
                AS issues_count,
            CASE WHEN own AND issues_closed IS NOT NULL THEN issues_closed ELSE issues.closed END
                AS issues_closed,
            CASE WHEN own AND pr_count IS NOT NULL THEN pr_count ELSE pulls.every END AS pr_count,
            CASE WHEN own AND prs_open IS NOT NULL THEN prs_open ELSE pulls.open END AS prs_open,
            CASE WHEN own AND prs_closed IS NOT NULL THEN prs_closed ELSE pulls.closed END
                AS prs_closed,
            CASE WHEN own AND prs_merged IS NOT NULL THEN prs_merged ELSE pulls.merged END
                AS prs_merged,
            CASE WHEN own AND commit_count IS NOT NULL THEN commit_count ELSE commits END
                AS commit_count
        FROM leat_data.repo_info WHERE repo_id = repository
    ) AS n
    WHERE i.repo_info_id = n.repo_info_id
        AND (i.committer_count, i.issue_contributors_count, i.issues_count, i.issues_closed,
            i.pr_count, i.prs_open, i.prs_closed, i.prs_merged, i.commit_count)
        IS DISTINCT FROM (n.committer_count, n.issue_contributors_count, n.issues_count,
            n.issues_closed, n.pr_count, n.prs_open, n.prs_closed, n.prs_merged, n.commit_count);
END $$;

-- Everything a repository needs when its rows are in. Only rows that change are written, so doing
-- it again costs little and changes nothing.
CREATE OR REPLACE FUNCTION leat_ops.finish_repo(repository bigint) RETURNS void
LANGUAGE sql AS $$
    SELECT leat_ops.link_events(repository);
    SELECT leat_ops.link_commits(repository);
    SELECT leat_ops.link_closers(repository);
    SELECT leat_ops.count_repo(repository)
$$;

-- -------------------- What follows from a change

-- A comment that an issue or a pull request has no longer is gone.
CREATE OR REPLACE FUNCTION leat_data.delete_messages() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM leat_data.messages m USING gone
    WHERE m.msg_id = gone.msg_id
        AND NOT EXISTS (SELECT FROM leat_data.issue_message_ref r WHERE r.msg_id = m.msg_id)
        AND NOT EXISTS (SELECT FROM leat_data.pull_request_message_ref r WHERE r.msg_id = m.msg_id)
        AND NOT EXISTS
            (SELECT FROM leat_data.pull_request_review_message_ref r WHERE r.msg_id = m.msg_id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER delete_messages AFTER DELETE ON leat_data.issue_message_ref
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION leat_data.delete_messages();
CREATE OR REPLACE TRIGGER delete_messages AFTER DELETE ON leat_data.pull_request_message_ref
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION leat_data.delete_messages();

-- What repo_info said at an earlier collection is kept.
CREATE OR REPLACE FUNCTION leat_data.keep_repo_info() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leat_data.repo_info_history
    SELECT (jsonb_populate_record(NULL::leat_data.repo_info_history, to_jsonb(OLD)
        || jsonb_build_object('repo_info_id',
            nextval(pg_get_serial_sequence('leat_data.repo_info_history', 'repo_info_id'))))).*;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER keep_repo_info BEFORE UPDATE ON leat_data.repo_info
    FOR EACH ROW WHEN (OLD.data_collection_date IS DISTINCT FROM NEW.data_collection_date)
    EXECUTE FUNCTION leat_data.keep_repo_info();
