#include "retry.h"

#include <inttypes.h>
#include <stdlib.h>

#include "log.h"

static bool move(int64_t repository, struct staging *staging, uint64_t *moved, uint64_t *left)
{
    struct buffer sql = {0};
    struct pg_rows *rows = NULL;

    buffer_format(&sql,
                  "WITH back AS (DELETE FROM leat_ops.staging_rejects WHERE payload IS NOT NULL "
                  "AND %" PRId64 " IN (0, repo_id) RETURNING *), staged AS ("
                  "INSERT INTO leat_ops.staging (run_id, repo_id, platform_id, entity_type, "
                  "payload, raw) SELECT run_id, repo_id, platform_id, entity_type, payload, raw "
                  "FROM back ORDER BY staging_id, reject_id RETURNING 1) "
                  "SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM "
                  "leat_ops.staging_rejects WHERE payload IS NULL AND %" PRId64 " IN (0, repo_id))",
                  repository, repository);
    if (pg_execute(staging->pg, "BEGIN") && staging_lock(staging, repository))
        rows = pg_query(staging->pg, buffer_text(&sql), 0, NULL);
    buffer_free(&sql);
    if (rows == NULL)
        return false;
    *moved = strtoull(pg_value(rows, 0, 0), NULL, 10);
    *left = strtoull(pg_value(rows, 0, 1), NULL, 10);
    pg_rows_free(rows);
    return pg_session_commit(&staging->session);
}

enum status retry_run(int64_t repository, struct staging *staging, uint64_t *moved)
{
    unsigned attempt = 0;
    bool committed = false;
    uint64_t left = 0;

    while (!committed && !move(repository, staging, moved, &left)) {
        if (pg_session_fault(&staging->session) != PG_FAULT_LOST)
            return staging_fail(staging, "move records back to staging");
        if (!staging_return(staging, &attempt, &committed))
            return STATUS_REMOTE;
    }
    log_detail("%" PRIu64 " records are staged again", *moved);
    if (left > 0)
        log_note("%" PRIu64 " records stay rejected: jsonb does not hold them", left);
    return STATUS_OK;
}
