-- Tasks that come again and again, whoever does them: one worker at a time.

CREATE TABLE IF NOT EXISTS leat_ops.periodic_tasks (
    task text PRIMARY KEY,
    every interval NOT NULL CHECK (every > interval '0'),
    locked_by text,
    heartbeat_at timestamptz,
    last_started timestamptz,
    last_finished timestamptz,
    last_error text
);
INSERT INTO leat_ops.periodic_tasks (task, every)
VALUES ('refresh-orgs', '1 day'), ('profiles', '1 hour'), ('activities', '1 day')
ON CONFLICT DO NOTHING;

-- A task that is due; one that failed is, after back_off.
CREATE OR REPLACE FUNCTION leat_ops.claim_task(worker text, wanted text DEFAULT NULL)
RETURNS SETOF text
LANGUAGE sql AS $$
    UPDATE leat_ops.periodic_tasks t
    SET locked_by = worker, heartbeat_at = now(), last_started = now()
    FROM (
        SELECT task FROM leat_ops.periodic_tasks
        WHERE locked_by IS NULL AND (task = wanted OR wanted IS NULL
            AND coalesce(last_finished + every <= now(), true)
            AND (last_error IS NULL
                OR last_started + leat_ops.setting('back_off')::interval <= now()))
        ORDER BY last_started NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE t.task = due.task
    RETURNING t.task
$$;

-- With a reason it failed; with an empty one it was stopped and is due again.
CREATE OR REPLACE FUNCTION leat_ops.finish_task(which text, worker text, reason text DEFAULT NULL)
RETURNS boolean
LANGUAGE sql AS $$
    WITH held AS (
        UPDATE leat_ops.periodic_tasks
        SET locked_by = NULL, heartbeat_at = NULL, last_error = nullif(reason, ''),
            last_finished = CASE WHEN reason IS NULL THEN now() ELSE last_finished END
        WHERE task = which AND locked_by = worker
        RETURNING task
    )
    SELECT EXISTS (SELECT FROM held)
$$;

-- Takes the locks of workers that are known to be dead, and of those silent for too long.
CREATE OR REPLACE FUNCTION leat_ops.recover_tasks(dead text[] DEFAULT '{}')
RETURNS TABLE (task text, worker text)
LANGUAGE sql AS $$
    UPDATE leat_ops.periodic_tasks t SET locked_by = NULL, heartbeat_at = NULL
    FROM (
        SELECT p.task, p.locked_by FROM leat_ops.periodic_tasks p
        WHERE p.locked_by IS NOT NULL AND (p.locked_by = ANY (dead)
            OR p.heartbeat_at < now() - leat_ops.setting('stale_after')::interval)
        FOR UPDATE SKIP LOCKED
    ) AS held
    WHERE t.task = held.task
    RETURNING t.task, held.locked_by
$$;

CREATE OR REPLACE FUNCTION leat_ops.heartbeat_task(which text, worker text) RETURNS boolean
LANGUAGE sql AS $$
    WITH held AS (
        UPDATE leat_ops.periodic_tasks SET heartbeat_at = now()
        WHERE task = which AND locked_by = worker
        RETURNING task
    )
    SELECT EXISTS (SELECT FROM held)
$$;
