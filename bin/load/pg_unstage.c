#include "pg_unstage.h"

#include <inttypes.h>
#include <stdlib.h>

#include "sql.h"

static void append_refusal(struct buffer *sql, size_t *count, const struct batch *batch,
                           int64_t staged, const char *reason)
{
    int64_t after, through;

    staged_families_find(&batch->families, staged, &after, &through);
    buffer_format(sql, "%s(%" PRId64 "::bigint, %" PRId64 "::bigint, %" PRId64 "::bigint, %zu, ",
                  *count ? ", " : "", staged, after, through, *count);
    sql_text(sql, reason);
    buffer_append_byte(sql, ')');
    ++*count;
}

/* "(staged, after, through, place, 'reason'), ..." of all that was refused. */
static size_t append_refusals(struct buffer *sql, const struct batch *batch)
{
    size_t count = 0;

    for (size_t i = 0; i < batch->refusals.count; i++)
        append_refusal(sql, &count, batch, batch->refusals.items[i].staged,
                       batch->refusals.items[i].reason);
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_table *rows = &batch->tables[i];

        for (size_t j = 0; j < rows->count; j++) {
            if (rows->rows[j].refusal && rows->rows[j].staged)
                append_refusal(sql, &count, batch, rows->rows[j].staged, rows->rows[j].refusal);
        }
    }
    return count;
}

/*
 * With the rest of its family, which may be loaded already: when a parent comes again without its
 * children, they would be taken for gone.
 */
static bool set_aside(struct pg *pg, const struct batch *batch)
{
    struct buffer sql = {0};
    bool done = true;

    buffer_append_text(
        &sql, "INSERT INTO leat_ops.staging_rejects "
              "(staging_id, run_id, repo_id, platform_id, entity_type, payload, raw, reason) "
              "SELECT DISTINCT ON (s.staging_id) s.staging_id, s.run_id, s.repo_id, "
              "s.platform_id, s.entity_type, s.payload, s.raw, CASE WHEN s.staging_id = r.staged "
              "THEN r.reason "
              "ELSE 'with row ' || r.staged || ' of its family: ' || r.reason END FROM (VALUES ");
    if (append_refusals(&sql, batch) > 0) {
        buffer_format(&sql,
                      ") r(staged, after, through, place, reason) JOIN leat_ops.staging s "
                      "ON s.staging_id > r.after AND s.staging_id <= r.through "
                      "WHERE s.repo_id = %" PRId64
                      " ORDER BY s.staging_id, s.staging_id <> r.staged, r.place",
                      batch->span.repository);
        done = pg_execute(pg, buffer_text(&sql));
    }
    buffer_free(&sql);
    return done;
}

/* Rows that somebody else took or added meanwhile are not those that were written. */
static bool take_out(struct pg *pg, const struct staged_span *span, struct failure *failure)
{
    struct buffer sql = {0};
    struct pg_rows *rows;
    bool all;

    buffer_format(&sql,
                  "WITH gone AS (DELETE FROM leat_ops.staging WHERE repo_id = %" PRId64
                  " AND staging_id > %" PRId64 " AND staging_id <= %" PRId64
                  " RETURNING 1) SELECT count(*) FROM gone",
                  span->repository, span->after, span->through);
    rows = pg_query(pg, buffer_text(&sql), 0, NULL);
    buffer_free(&sql);
    if (rows == NULL)
        return false;
    all = strtoull(pg_value(rows, 0, 0), NULL, 10) == span->rows;
    pg_rows_free(rows);
    return all || failure_set(failure, STATUS_REMOTE,
                              "another drain or stage is at work on repository %" PRId64
                              " (nothing of this batch is written; run again)",
                              span->repository);
}

bool pg_unstage(struct pg *pg, const struct batch *batch, struct failure *failure)
{
    return set_aside(pg, batch) && take_out(pg, &batch->span, failure);
}
