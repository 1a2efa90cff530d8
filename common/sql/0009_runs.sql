-- What became of each collection, and which of them deserve a look: leat stability.

CREATE TABLE IF NOT EXISTS leat_ops.collection_runs (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repo_id bigint NOT NULL,
    worker text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    outcome text NOT NULL, -- done, failed, gone, or released before it was done
    error text
);
CREATE INDEX IF NOT EXISTS idx_collection_runs_repo
    ON leat_ops.collection_runs (repo_id, ended_at);
INSERT INTO leat_ops.config (section_name, setting_name, value, type)
VALUES ('queue', 'runs_kept', '90 days', 'interval')
ON CONFLICT (section_name, setting_name) DO NOTHING;

-- A worker that gives its lock up, or loses it, has ended a run.
CREATE OR REPLACE FUNCTION leat_ops.note_run() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leat_ops.collection_runs (repo_id, worker, started_at, ended_at, outcome, error)
    VALUES (NEW.repo_id, OLD.locked_by, OLD.locked_at, clock_timestamp(),
        CASE WHEN NEW.attempts > OLD.attempts THEN 'failed'
            WHEN NEW.status = 'gone' THEN 'gone'
            WHEN NEW.last_collected IS DISTINCT FROM OLD.last_collected
                OR NEW.last_duration_ms IS DISTINCT FROM OLD.last_duration_ms THEN 'done'
            ELSE 'released' END,
        CASE WHEN NEW.attempts > OLD.attempts OR NEW.status = 'gone' THEN NEW.last_error END);
    DELETE FROM leat_ops.collection_runs
    WHERE repo_id = NEW.repo_id
        AND ended_at < now() - leat_ops.setting('runs_kept')::interval;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER note_run AFTER UPDATE OF locked_by ON leat_ops.collection_queue
    FOR EACH ROW
    WHEN (OLD.locked_by IS NOT NULL AND OLD.locked_at IS NOT NULL
        AND NEW.locked_by IS DISTINCT FROM OLD.locked_by)
    EXECUTE FUNCTION leat_ops.note_run();

-- How long a repository usually takes: the median of its runs that came to their end, before a
-- moment; null where there are not three of them.
CREATE OR REPLACE FUNCTION leat_ops.usual_time(repository bigint, before timestamptz)
RETURNS interval
LANGUAGE sql STABLE AS $$
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ended_at - started_at)
    FROM leat_ops.collection_runs
    WHERE repo_id = repository AND outcome = 'done' AND ended_at < before
    HAVING count(*) >= 3
$$;

-- Collections that deserve a look, the oldest trouble first:
--   failed   the last attempt did; there will be another
--   parked   it kept failing, or somebody said so: there will be none
--   stalled  its worker is silent, or it is due for long and nobody takes it
--   slow     it runs, or its last run ran, `factor` times as long as usual and `margin` longer;
--            or it runs for `longest`, whatever is usual
CREATE OR REPLACE FUNCTION leat_ops.unstable(factor numeric, margin interval, longest interval,
    overdue interval)
RETURNS TABLE (repo_id bigint, repository text, trouble text, since timestamptz, took interval,
    usual interval, reason text)
LANGUAGE sql STABLE AS $$
    WITH seen AS (
        SELECT q.*, r.repo_git, last.started_at, last.ended_at,
            leat_ops.usual_time(q.repo_id, coalesce(q.locked_at, last.started_at)) AS usual
        FROM leat_ops.collection_queue q
        JOIN leat_data.repos r USING (repo_id)
        LEFT JOIN LATERAL (
            SELECT started_at, ended_at FROM leat_ops.collection_runs runs
            WHERE runs.repo_id = q.repo_id AND outcome = 'done'
            ORDER BY ended_at DESC LIMIT 1) AS last ON true
    ), told AS (
        SELECT repo_id, repo_git, 'parked' AS trouble, updated_at AS since,
            NULL::interval AS took, usual,
            concat_ws(': ', parked_reason, last_error) AS reason
        FROM seen WHERE status = 'parked'
        UNION ALL
        SELECT repo_id, repo_git, 'failed', updated_at, NULL, usual,
            format('%s times in a row: %s', attempts, last_error)
        FROM seen WHERE status = 'waiting' AND attempts > 0
        UNION ALL
        SELECT repo_id, repo_git, 'stalled', heartbeat_at, now() - locked_at, usual,
            format('the worker %s is silent', locked_by)
        FROM seen WHERE status = 'collecting'
            AND heartbeat_at < now() - leat_ops.setting('stale_after')::interval / 2
        UNION ALL
        SELECT repo_id, repo_git, 'stalled', due_at, NULL, usual, 'it is due, and nobody takes it'
        FROM seen WHERE status = 'waiting' AND attempts = 0 AND due_at < now() - overdue
        UNION ALL
        SELECT repo_id, repo_git, 'slow', locked_at, now() - locked_at, usual, 'it still runs'
        FROM seen WHERE status = 'collecting' AND (now() - locked_at > longest
            OR (now() - locked_at > usual * factor::double precision
                AND now() - locked_at > usual + margin))
        UNION ALL
        SELECT repo_id, repo_git, 'slow', ended_at, ended_at - started_at, usual,
            'its last run was'
        FROM seen WHERE status = 'waiting' AND attempts = 0
            AND ended_at - started_at > usual * factor::double precision
            AND ended_at - started_at > usual + margin
    )
    SELECT * FROM told ORDER BY since, repo_id
$$;
