-- Forgetting what was collected of a repository, so that it can be collected anew. The repository
-- itself, its place in the queue and people stay.

CREATE OR REPLACE FUNCTION leat_ops.erase_repo(repository bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    -- Children are found by their parents, for which they have an index.
    FOREACH name IN ARRAY ARRAY['issue_labels', 'issue_assignees', 'issue_message_ref'] LOOP
        EXECUTE format('DELETE FROM leat_data.%I c USING leat_data.issues i
            WHERE i.repo_id = $1 AND c.issue_id = i.issue_id', name) USING repository;
    END LOOP;
    DELETE FROM leat_data.pull_request_repo c
    USING leat_data.pull_request_meta m, leat_data.pull_requests p
    WHERE p.repo_id = repository AND m.pull_request_id = p.pull_request_id
        AND c.pr_repo_meta_id = m.pr_meta_id;
    FOREACH name IN ARRAY ARRAY['pull_request_labels', 'pull_request_assignees',
        'pull_request_reviewers', 'pull_request_teams', 'pull_request_commits',
        'pull_request_files', 'pull_request_meta', 'pull_request_reviews',
        'pull_request_message_ref'] LOOP
        EXECUTE format('DELETE FROM leat_data.%I c USING leat_data.pull_requests p
            WHERE p.repo_id = $1 AND c.pull_request_id = p.pull_request_id', name) USING repository;
    END LOOP;
    FOREACH name IN ARRAY ARRAY['review_comments', 'pull_request_review_message_ref',
        'issue_events', 'pull_request_events', 'messages', 'issues', 'pull_requests', 'releases',
        'repo_info', 'repo_info_history', 'repo_clones', 'commits', 'commit_messages', 'commit_parents'] LOOP
        EXECUTE format('DELETE FROM leat_data.%I WHERE repo_id = $1', name) USING repository;
    END LOOP;
    DELETE FROM leat_ops.staging WHERE repo_id = repository;
    DELETE FROM leat_ops.staging_runs WHERE repo_id = repository;
    DELETE FROM leat_ops.staging_rejects WHERE repo_id = repository;
    DELETE FROM leat_ops.state
    WHERE state_key IN ('repo/' || repository || '/api', 'repo/' || repository || '/git');
END $$;
