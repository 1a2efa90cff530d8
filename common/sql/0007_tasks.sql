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

-- The tasks that are due; one that failed is, after back_off.
CREATE OR REPLACE FUNCTION leat_ops.due_tasks() RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    SELECT task FROM leat_ops.periodic_tasks
    WHERE locked_by IS NULL AND coalesce(last_finished + every <= now(), true)
        AND (last_error IS NULL
            OR last_started + leat_ops.setting('back_off')::interval <= now())
    ORDER BY last_started NULLS FIRST
$$;

-- Whether the task is the worker's now; not when another is at it.
CREATE OR REPLACE FUNCTION leat_ops.claim_task(which text, worker text) RETURNS boolean
LANGUAGE sql AS $$
    WITH held AS (
        UPDATE leat_ops.periodic_tasks
        SET locked_by = worker, heartbeat_at = now(), last_started = now()
        WHERE task = which AND locked_by IS NULL
        RETURNING task
    )
    SELECT EXISTS (SELECT FROM held)
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

-- -------------------- People

-- When an account was last asked what it did.
CREATE TABLE IF NOT EXISTS leat_ops.activities_asked (
    cntrb_id uuid PRIMARY KEY,
    asked_at timestamptz NOT NULL
);

-- Accounts of a platform whose profile was never seen, or long ago.
CREATE OR REPLACE FUNCTION leat_ops.profiles_due(platform smallint)
RETURNS TABLE (cntrb_id uuid, login text)
LANGUAGE sql STABLE AS $$
    SELECT i.cntrb_id, i.login FROM leat_data.contributor_identities i
    JOIN leat_data.contributors c USING (cntrb_id)
    WHERE i.platform_id = platform AND i.login IS NOT NULL AND coalesce(c.cntrb_last_enriched_at
        < now() - leat_ops.setting('profile_age')::interval, true)
    ORDER BY c.cntrb_last_enriched_at NULLS FIRST
    LIMIT leat_ops.setting('profiles_at_once')::integer
$$;

-- Accounts of a platform that were never asked what they did, or long ago. GitLab knows them by
-- number.
CREATE OR REPLACE FUNCTION leat_ops.activities_due(platform smallint)
RETURNS TABLE (cntrb_id uuid, login text)
LANGUAGE sql STABLE AS $$
    SELECT i.cntrb_id, CASE p.source WHEN 'gitlab' THEN i.platform_user_id::text ELSE i.login END
    FROM leat_data.contributor_identities i
    JOIN leat_data.platforms p USING (platform_id)
    LEFT JOIN leat_ops.activities_asked a USING (cntrb_id)
    WHERE i.platform_id = platform AND i.login IS NOT NULL
        AND coalesce(a.asked_at < now() - leat_ops.setting('activity_age')::interval, true)
    ORDER BY a.asked_at NULLS FIRST
    LIMIT leat_ops.setting('activities_at_once')::integer
$$;
