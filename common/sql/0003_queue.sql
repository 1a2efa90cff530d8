-- The queue of repositories: what is to be collected when, who is at it, and what became of it.
--
-- A row of leat_ops.collection_queue is
--   waiting     for its time, due_at
--   collecting  by the worker in locked_by, who says every so often (heartbeat_at) that it lives
--   parked      because it kept failing, or somebody said so (parked_reason); not claimed
--   gone        not to be had any more; its data are kept, and it is looked for now and then
-- attempts counts the failures in a row. The workers' functions tell nothing to a worker that has
-- lost its lock: they return false or no row.

ALTER TABLE leat_ops.collection_queue
    ADD COLUMN IF NOT EXISTS attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS heartbeat_at timestamptz,
    ADD COLUMN IF NOT EXISTS parked_reason text,
    ADD COLUMN IF NOT EXISTS added_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX IF NOT EXISTS idx_collection_queue_claim
    ON leat_ops.collection_queue (priority DESC, due_at)
    WHERE locked_by IS NULL AND status <> 'parked';
CREATE INDEX IF NOT EXISTS idx_collection_queue_locked
    ON leat_ops.collection_queue (locked_by) WHERE locked_by IS NOT NULL;

-- -------------------- Settings

INSERT INTO leat_ops.config (section_name, setting_name, value, type)
VALUES ('queue', 'interval', '24 hours', 'interval'),
    ('queue', 'gone_interval', '30 days', 'interval'),
    ('queue', 'stale_after', '10 minutes', 'interval'),
    ('queue', 'back_off', '5 minutes', 'interval'),
    ('queue', 'back_off_most', '1 day', 'interval'),
    ('queue', 'max_attempts', '8', 'integer'),
    ('people', 'profile_age', '30 days', 'interval'),
    ('people', 'profiles_at_once', '500', 'integer'),
    ('people', 'activity_age', '7 days', 'interval'),
    ('people', 'activities_at_once', '100', 'integer')
ON CONFLICT (section_name, setting_name) DO NOTHING;

CREATE OR REPLACE FUNCTION leat_ops.setting(setting text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT value FROM leat_ops.config
    WHERE section_name IN ('queue', 'people') AND setting_name = setting
$$;

CREATE OR REPLACE FUNCTION leat_ops.check_setting() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.type = 'interval' AND NEW.value::interval <= interval '0' THEN
        RAISE EXCEPTION '% must be more than nothing', NEW.setting_name;
    ELSIF NEW.type = 'integer' AND NEW.value::integer < 1 THEN
        RAISE EXCEPTION '% must be 1 or more', NEW.setting_name;
    END IF;
    RETURN NEW;
END $$;

-- What is due by the old interval is due by the new one; what was brought forward stays there.
CREATE OR REPLACE FUNCTION leat_ops.recompute_due() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE leat_ops.collection_queue
    SET due_at = due_at - OLD.value::interval + NEW.value::interval, updated_at = now()
    WHERE attempts = 0 AND CASE NEW.setting_name
        WHEN 'interval' THEN status = 'waiting' AND due_at >= last_collected + OLD.value::interval
        ELSE status = 'gone' AND due_at > now() END;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER check_setting BEFORE INSERT OR UPDATE ON leat_ops.config
    FOR EACH ROW WHEN (NEW.section_name IN ('queue', 'people'))
    EXECUTE FUNCTION leat_ops.check_setting();
CREATE OR REPLACE TRIGGER recompute_due AFTER UPDATE ON leat_ops.config
    FOR EACH ROW WHEN (NEW.section_name = 'queue' AND NEW.value <> OLD.value
        AND NEW.setting_name IN ('interval', 'gone_interval'))
    EXECUTE FUNCTION leat_ops.recompute_due();

-- -------------------- What workers do

-- The repositories that are due, in their order. For the phase load they are those with something
-- staged, whatever their time; for git those whose history has not been read for an interval.
CREATE OR REPLACE FUNCTION leat_ops.due(phase text) RETURNS SETOF bigint
LANGUAGE sql STABLE AS $$
    SELECT repo_id FROM leat_ops.collection_queue q
    WHERE locked_by IS NULL AND status <> 'parked' AND CASE phase
        WHEN 'load' THEN EXISTS (SELECT FROM leat_ops.staging s WHERE s.repo_id = q.repo_id)
        WHEN 'git' THEN status = 'waiting' AND (attempts = 0 OR due_at <= now()) AND NOT EXISTS (
            SELECT FROM leat_ops.collection_status s WHERE s.repo_id = q.repo_id
                AND s.facade_data_last_collected
                    > now() - (SELECT leat_ops.setting('interval')::interval))
        ELSE due_at <= now() END
    ORDER BY priority DESC, due_at
$$;

-- A repository for a worker: the wanted one, or the first that is due. No row when there is none.
CREATE OR REPLACE FUNCTION leat_ops.claim(worker text, wanted bigint DEFAULT NULL,
    phase text DEFAULT 'all') RETURNS SETOF bigint
LANGUAGE plpgsql AS $$
DECLARE
    candidate bigint;
BEGIN
    FOR candidate IN SELECT wanted WHERE wanted IS NOT NULL
        UNION ALL SELECT due FROM leat_ops.due(phase) AS due WHERE wanted IS NULL LOOP
        -- Others may have it, or have finished it in the meantime.
        PERFORM FROM leat_ops.collection_queue
        WHERE repo_id = candidate AND locked_by IS NULL AND (wanted IS NOT NULL
            OR status <> 'parked' AND (due_at <= now() OR phase IN ('load', 'git')))
        FOR UPDATE SKIP LOCKED;
        IF FOUND THEN
            RETURN QUERY
            UPDATE leat_ops.collection_queue SET status = 'collecting', locked_by = worker,
                locked_at = now(), heartbeat_at = now(), updated_at = now()
            WHERE repo_id = candidate
            RETURNING repo_id;
            RETURN;
        END IF;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION leat_ops.heartbeat(repository bigint, worker text) RETURNS boolean
LANGUAGE sql AS $$
    WITH held AS (
        UPDATE leat_ops.collection_queue SET heartbeat_at = now()
        WHERE repo_id = repository AND locked_by = worker
        RETURNING repo_id
    )
    SELECT EXISTS (SELECT FROM held)
$$;

-- The time to wait before the next attempt: doubled by each failure, spread by a quarter.
CREATE OR REPLACE FUNCTION leat_ops.back_off(failures integer) RETURNS interval
LANGUAGE sql VOLATILE AS $$
    SELECT least(leat_ops.setting('back_off')::interval * 2 ^ least(failures - 1, 30),
        leat_ops.setting('back_off_most')::interval) * (0.75 + random() / 2)
$$;

-- Gives the lock back, as if nothing had been tried.
CREATE OR REPLACE FUNCTION leat_ops.release(repository bigint, worker text) RETURNS boolean
LANGUAGE sql AS $$
    WITH held AS (
        UPDATE leat_ops.collection_queue
        SET status = CASE WHEN parked_reason IS NULL THEN 'waiting' ELSE 'parked' END,
            locked_by = NULL, locked_at = NULL, heartbeat_at = NULL, updated_at = now()
        WHERE repo_id = repository AND locked_by = worker
        RETURNING repo_id
    )
    SELECT EXISTS (SELECT FROM held)
$$;

CREATE OR REPLACE FUNCTION leat_ops.fail(repository bigint, worker text, reason text)
RETURNS boolean
LANGUAGE sql AS $$
    WITH held AS (
        UPDATE leat_ops.collection_queue
        SET attempts = attempts + 1, last_error = reason,
            status = CASE WHEN attempts + 1 < leat_ops.setting('max_attempts')::integer
                AND parked_reason IS NULL THEN 'waiting' ELSE 'parked' END,
            parked_reason = CASE WHEN attempts + 1 < leat_ops.setting('max_attempts')::integer
                THEN parked_reason ELSE format('failed %s times in a row', attempts + 1) END,
            due_at = now() + leat_ops.back_off(attempts + 1),
            locked_by = NULL, locked_at = NULL, heartbeat_at = NULL, updated_at = now()
        WHERE repo_id = repository AND locked_by = worker
        RETURNING repo_id
    )
    SELECT EXISTS (SELECT FROM held)
$$;

-- Done: the next time is an interval from now, and the numbers are those of the repository. After
-- the phases load and git alone the next time stays.
CREATE OR REPLACE FUNCTION leat_ops.finish(repository bigint, worker text, phase text DEFAULT 'all')
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    counted leat_ops.collection_queue;
BEGIN
    PERFORM FROM leat_ops.collection_queue
    WHERE repo_id = repository AND locked_by = worker FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT count(*) INTO counted.last_issues FROM leat_data.issues WHERE repo_id = repository;
    SELECT count(*) INTO counted.last_prs FROM leat_data.pull_requests WHERE repo_id = repository;
    SELECT count(*) INTO counted.last_messages FROM leat_data.messages WHERE repo_id = repository;
    SELECT (SELECT count(*) FROM leat_data.issue_events WHERE repo_id = repository)
        + (SELECT count(*) FROM leat_data.pull_request_events WHERE repo_id = repository)
        INTO counted.last_events;
    SELECT count(*) INTO counted.last_releases FROM leat_data.releases WHERE repo_id = repository;
    SELECT count(*) INTO counted.last_commits
    FROM leat_data.commit_messages WHERE repo_id = repository;
    SELECT count(*) INTO counted.last_contributors FROM (
        SELECT reporter_id FROM leat_data.issues WHERE repo_id = repository
        UNION SELECT author_id FROM leat_data.pull_requests WHERE repo_id = repository
        UNION SELECT cntrb_id FROM leat_data.messages WHERE repo_id = repository
    ) AS people (cntrb_id) WHERE cntrb_id IS NOT NULL;
    UPDATE leat_ops.collection_queue
    SET status = 'waiting', attempts = 0, last_error = NULL, parked_reason = NULL,
        due_at = CASE WHEN phase IN ('all', 'fetch')
            THEN now() + leat_ops.setting('interval')::interval ELSE due_at END,
        last_collected = CASE WHEN phase IN ('all', 'fetch') THEN now() ELSE last_collected END,
        force_full_collect = force_full_collect AND phase NOT IN ('all', 'fetch'),
        last_issues = counted.last_issues, last_prs = counted.last_prs,
        last_messages = counted.last_messages, last_events = counted.last_events,
        last_releases = counted.last_releases, last_commits = counted.last_commits,
        last_contributors = counted.last_contributors,
        last_duration_ms = extract(epoch FROM clock_timestamp() - locked_at) * 1000,
        locked_by = NULL, locked_at = NULL, heartbeat_at = NULL, updated_at = now()
    WHERE repo_id = repository;
    UPDATE leat_ops.collection_status
    SET issue_pr_sum = counted.last_issues + counted.last_prs, commit_sum = counted.last_commits,
        updated_at = now()
    WHERE repo_id = repository;
    RETURN true;
END $$;

-- Not to be had any more. The data stay; it is looked for again after gone_interval.
CREATE OR REPLACE FUNCTION leat_ops.set_gone(repository bigint, worker text, reason text)
RETURNS boolean
LANGUAGE sql AS $$
    WITH held AS (
        UPDATE leat_ops.collection_queue
        SET status = 'gone', attempts = 0, last_error = reason, parked_reason = NULL,
            due_at = now() + leat_ops.setting('gone_interval')::interval,
            locked_by = NULL, locked_at = NULL, heartbeat_at = NULL, updated_at = now()
        WHERE repo_id = repository AND locked_by = worker
        RETURNING repo_id
    ), archived AS (
        UPDATE leat_data.repos r SET repo_archived = true FROM held
        WHERE r.repo_id = held.repo_id AND r.repo_archived IS DISTINCT FROM true
    )
    SELECT EXISTS (SELECT FROM held)
$$;

-- Sets how a phase (core, secondary or facade) is doing.
CREATE OR REPLACE FUNCTION leat_ops.set_phase(repository bigint, phase text, state text,
    worker text)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leat_ops.collection_status (repo_id) VALUES (repository) ON CONFLICT DO NOTHING;
    EXECUTE format('UPDATE leat_ops.collection_status SET %1$I = $2, %2$I = $3, updated_at = now(),
        %3$I = CASE $2 WHEN ''Success'' THEN now() ELSE %3$I END WHERE repo_id = $1',
        phase || '_status', phase || '_task_id', phase || '_data_last_collected')
    USING repository, state, worker;
END $$;

-- -------------------- Recovery

-- Takes the locks of workers that are known to be dead, and of those that have been silent for too
-- long. A repository over which workers die again and again is parked in the end.
CREATE OR REPLACE FUNCTION leat_ops.recover(dead text[] DEFAULT '{}')
RETURNS TABLE (repo_id bigint, worker text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    silent timestamptz := now() - leat_ops.setting('stale_after')::interval;
    most integer := leat_ops.setting('max_attempts')::integer;
BEGIN
    RETURN QUERY
    WITH lost AS (
        SELECT q.repo_id, q.locked_by FROM leat_ops.collection_queue q
        WHERE q.locked_by IS NOT NULL AND (q.locked_by = ANY (dead) OR q.heartbeat_at < silent)
        FOR UPDATE SKIP LOCKED
    ), freed AS (
        UPDATE leat_ops.collection_queue q
        SET attempts = attempts + 1, last_error = format('the worker %s vanished', lost.locked_by),
            status = CASE WHEN attempts + 1 < most AND parked_reason IS NULL
                THEN 'waiting' ELSE 'parked' END,
            parked_reason = CASE WHEN attempts + 1 < most THEN parked_reason
                ELSE format('failed %s times in a row', attempts + 1) END,
            locked_by = NULL, locked_at = NULL, heartbeat_at = NULL, updated_at = now()
        FROM lost WHERE q.repo_id = lost.repo_id
        RETURNING q.repo_id, lost.locked_by
    )
    SELECT freed.repo_id, locked_by FROM freed;
END $$;
