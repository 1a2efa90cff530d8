#include "deposit.h"

#include <inttypes.h>
#include <stdlib.h>

#include "log.h"
#include "memory.h"
#include "pg_binary.h"
#include "pg_state_key.h"
#include "run.h"

static bool copy_rows(struct deposit *deposit, const struct portion *portion, size_t from,
                      size_t to)
{
    struct pg *pg = deposit->staging->pg;

    return pg_copy_begin(pg, "COPY leat_ops.staging (" PORTION_COLUMNS
                             ") FROM STDIN (FORMAT binary)") &&
           pg_copy_send(pg, pg_binary_header) &&
           pg_copy_send(pg, portion_slice(portion, from, to)) &&
           pg_copy_send(pg, pg_binary_trailer) && pg_copy_end(pg);
}

/* A record that jsonb cannot hold. */
static bool set_aside(struct deposit *deposit, const struct portion *portion, size_t i)
{
    struct slice raw = portion_raw(portion, i);
    char *text = memory_text(raw.data, raw.length);
    char *run = memory_format("%" PRId64, portion->run);
    char *repository = memory_format("%" PRId64, portion->repository);
    char *platform = memory_format("%d", portion->platform);
    const char *const values[] = {
        run, repository, platform, portion->rows[i].stream->name, text, portion->rows[i].refusal};
    struct pg_rows *rows =
        pg_query(deposit->staging->pg,
                 "INSERT INTO leat_ops.staging_rejects (run_id, repo_id, platform_id, "
                 "entity_type, raw, reason) VALUES ($1, $2, $3, $4, $5, $6)",
                 sizeof values / sizeof *values, values);
    bool done = rows != NULL;

    pg_rows_free(rows);
    free(text);
    free(run);
    free(repository);
    free(platform);
    return done;
}

/* Rows [from, to), by halves where one of them is refused. */
static bool put_rows(struct deposit *deposit, struct portion *portion, size_t from, size_t to)
{
    struct pg *pg = deposit->staging->pg;
    size_t middle = from + (to - from) / 2;

    if (!pg_execute(pg, "SAVEPOINT leat"))
        return false;
    if (copy_rows(deposit, portion, from, to))
        return pg_execute(pg, "RELEASE leat");
    if (pg_session_fault(&deposit->staging->session) != PG_FAULT_REFUSED)
        return false;
    if (to - from == 1) {
        free(portion->rows[from].refusal);
        portion->rows[from].refusal = memory_text(pg_message(pg), strlen(pg_message(pg)));
    }
    if (!pg_execute(pg, "ROLLBACK TO leat; RELEASE leat"))
        return false;
    if (to - from == 1)
        return set_aside(deposit, portion, from);
    return put_rows(deposit, portion, from, middle) && put_rows(deposit, portion, middle, to);
}

/* A message that stands there already is not touched: its row's lock would make all who stage
 * the like wait for each other. */
static bool put_schema(struct deposit *deposit, const struct portion *portion,
                       struct stream *stream)
{
    char *platform = memory_format("%d", portion->platform);
    const char *const values[] = {platform, stream->name, buffer_text(&stream->schema)};
    struct pg_rows *rows =
        pg_query(deposit->staging->pg,
                 "INSERT INTO leat_ops.staging_schemas (platform_id, entity_type, message) "
                 "SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM leat_ops.staging_schemas "
                 "WHERE platform_id = $1 AND entity_type = $2 AND message = $3) "
                 "ON CONFLICT (platform_id, entity_type) DO UPDATE SET message = excluded.message, "
                 "updated_at = pg_catalog.now()",
                 sizeof values / sizeof *values, values);
    bool done = rows != NULL;

    pg_rows_free(rows);
    free(platform);
    return done;
}

static bool put_schemas(struct deposit *deposit, const struct portion *portion,
                        const struct streams *streams)
{
    for (size_t i = 0; i < streams->count; i++) {
        if (streams->items[i]->is_new && !put_schema(deposit, portion, streams->items[i]))
            return false;
    }
    return true;
}

/* With the first rows, and from then on with whatever comes. */
static bool put_run(struct deposit *deposit, const struct portion *portion,
                    const struct streams *streams)
{
    if (!deposit->has_run && portion->count == 0)
        return true;
    if (!deposit->has_run && !run_sweep(deposit->staging, portion->repository))
        return false;
    deposit->has_run = run_write(deposit->staging, portion, streams);
    return deposit->has_run;
}

static bool put_state(struct deposit *deposit, const struct deposit_notes *notes)
{
    return notes->state_key == NULL || notes->state_value.length == 0 ||
           pg_state_key_write(deposit->staging->pg, notes->state_key, notes->state_value);
}

static bool begin(struct deposit *deposit, const struct portion *portion)
{
    if (deposit->open)
        return true;
    deposit->open = pg_execute(deposit->staging->pg, "BEGIN");
    return deposit->open && staging_lock(deposit->staging, portion->repository);
}

static bool put_all(struct deposit *deposit, struct portion *portion,
                    const struct deposit_notes *notes, bool commit)
{
    if (!begin(deposit, portion) || !put_schemas(deposit, portion, notes->streams) ||
        !put_run(deposit, portion, notes->streams) ||
        (portion->count > 0 && !put_rows(deposit, portion, 0, portion->count)))
        return false;
    if (!commit)
        return true;
    return put_state(deposit, notes) && pg_session_commit(&deposit->staging->session);
}

static void roll_back(struct deposit *deposit)
{
    if (deposit->open && !pg_lost(deposit->staging->pg))
        pg_execute(deposit->staging->pg, "ROLLBACK");
    deposit->open = false;
    deposit->parts = 0;
}

/* After a failure: whether to try again, or (*committed) nothing is left to do. */
static bool recover(struct deposit *deposit, bool first, unsigned *attempt, bool *committed)
{
    struct staging *staging = deposit->staging;
    enum pg_fault fault = pg_session_fault(&staging->session);

    *committed = false;
    if (first && fault == PG_FAULT_LOST)
        return staging_return(staging, attempt, committed);
    if (first && fault == PG_FAULT_AGAIN && *attempt < staging->session.retries &&
        pg_session_back_off(&staging->session, ++*attempt))
        return true;
    staging_fail(staging, "stage");
    return false;
}

static bool try_again(struct deposit *deposit, struct portion *portion,
                      const struct deposit_notes *notes, bool commit)
{
    bool first = deposit->parts == 0, committed = false;
    unsigned attempt = 0;

    while (!committed && !put_all(deposit, portion, notes, commit)) {
        enum pg_fault fault = pg_session_fault(&deposit->staging->session);

        if (fault != PG_FAULT_LOST)
            roll_back(deposit);
        deposit->open = false;
        if (!recover(deposit, first, &attempt, &committed))
            return false;
    }
    return true;
}

bool deposit_part(struct deposit *deposit, struct portion *portion,
                  const struct deposit_notes *notes)
{
    if (!try_again(deposit, portion, notes, false))
        return false;
    deposit->parts++;
    return true;
}

bool deposit_all(struct deposit *deposit, struct portion *portion,
                 const struct deposit_notes *notes)
{
    if (!try_again(deposit, portion, notes, true))
        return false;
    deposit->open = false;
    deposit->parts = 0;
    for (size_t i = 0; i < notes->streams->count; i++)
        notes->streams->items[i]->is_new = false;
    return true;
}
