-- Staging: records as a source gave them, between leat stage and leat load --unstage; and the
-- STATE that sources go on from.

CREATE SCHEMA IF NOT EXISTS leat_ops;

-- raw: the bytes as they came. payload: the same to ask questions of, with U+FFFD where jsonb
-- holds no character (U+0000, lone surrogates).
CREATE TABLE IF NOT EXISTS leat_ops.staging (
    staging_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repo_id bigint NOT NULL,
    platform_id smallint NOT NULL,
    entity_type text NOT NULL,
    payload jsonb NOT NULL,
    raw text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    processed boolean NOT NULL DEFAULT false
);
-- Where the server has it, LZ4: records of some kilobytes are staged three times as fast.
DO $$
BEGIN
    EXECUTE 'ALTER TABLE leat_ops.staging ALTER payload SET COMPRESSION lz4, '
        'ALTER raw SET COMPRESSION lz4';
EXCEPTION WHEN feature_not_supported OR syntax_error THEN
    NULL;
END
$$;
CREATE INDEX IF NOT EXISTS idx_staging_repo ON leat_ops.staging (repo_id, staging_id);

-- Runs of leat stage whose records are staged or rejected, with the streams that the input
-- declared: of these a drain prints the SCHEMA, for children that are gone are deleted where their
-- stream is declared, and may have no record at all.
CREATE TABLE IF NOT EXISTS leat_ops.staging_runs (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repo_id bigint NOT NULL,
    platform_id smallint NOT NULL,
    streams text[] NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_staging_runs_repo ON leat_ops.staging_runs (repo_id, run_id);
-- Null where a record was staged before there were runs.
ALTER TABLE leat_ops.staging ADD COLUMN IF NOT EXISTS run_id bigint;
CREATE INDEX IF NOT EXISTS idx_staging_run ON leat_ops.staging (run_id);

-- Staged records that could not be loaded, with the first reason why; leat stage --retry moves
-- them back. payload is null where the record is no jsonb.
CREATE TABLE IF NOT EXISTS leat_ops.staging_rejects (
    reject_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staging_id bigint,
    repo_id bigint NOT NULL,
    platform_id smallint NOT NULL,
    entity_type text NOT NULL,
    payload jsonb,
    raw text NOT NULL,
    reason text NOT NULL,
    rejected_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS idx_staging_rejects_repo
    ON leat_ops.staging_rejects (repo_id, reject_id);
ALTER TABLE leat_ops.staging_rejects ADD COLUMN IF NOT EXISTS run_id bigint;
CREATE INDEX IF NOT EXISTS idx_staging_rejects_run ON leat_ops.staging_rejects (run_id);

-- The last SCHEMA message of each kind of record: what stage --drain begins with.
CREATE TABLE IF NOT EXISTS leat_ops.staging_schemas (
    platform_id smallint,
    entity_type text,
    message text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (platform_id, entity_type)
);

-- What leat load --state-key and leat stage --state-key keep: the value of a STATE, as it came.
CREATE TABLE IF NOT EXISTS leat_ops.state (
    state_key text PRIMARY KEY,
    value text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
