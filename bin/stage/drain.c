#include "drain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "declared.h"
#include "log.h"
#include "messages.h"
#include "progress.h"
#include "run.h"
#include "signals.h"
#include "streams.h"

struct drain {
    int64_t repository;
    struct staging *staging;
    struct output *output;
    struct declared declared;
    char repository_text[24];
    int64_t run, through; /* of the row printed last */
    uint64_t rows, page_rows;
    bool family_open; /* its parent was printed */
    bool has_begun;   /* what is declared is known */
    bool at_end, stopped;
    bool has_more; /* other streams are declared for the next row */
    struct progress progress;
};

static void print_state(struct drain *drain)
{
    buffer_format(&drain->output->buffer,
                  "{\"type\":\"STATE\",\"value\":{\"staging\":{\"repo_id\":%" PRId64
                  ",\"after\":0,\"through\":%" PRId64 ",\"rows\":%" PRIu64 "}}}\n",
                  drain->repository, drain->through, drain->rows);
}

/* What stands before a row: all that is declared, or the STATE of the family before it. */
static void begin_row(struct drain *drain, const struct stream *stream, int64_t run)
{
    bool in_family = run == drain->run && stream_is_in_family(stream, drain->family_open);

    if (drain->rows == 0)
        declared_print(&drain->declared, &drain->output->buffer);
    else if (!in_family)
        print_state(drain);
    if (!in_family)
        drain->family_open = stream->is_parent;
    drain->run = run;
}

/* A row for which something else is declared ends the drain; if it is the first, somebody else
 * was at work meanwhile. */
static void meet_others(struct drain *drain)
{
    drain->has_begun = drain->rows > 0;
    drain->has_more = drain->at_end = drain->has_begun;
}

static bool take_row(void *context, const struct pg_rows *row)
{
    struct drain *drain = context;
    struct buffer *out = &drain->output->buffer;
    struct slice entity = pg_value_slice(row, 0, 1);
    const char *run = pg_value(row, 0, 3);

    if (signals_stopped()) {
        drain->stopped = drain->at_end = true;
        return false;
    }
    if (*pg_value(row, 0, 4) != 't') {
        meet_others(drain);
        return false;
    }
    begin_row(drain, streams_find(&drain->declared.streams, entity),
              run ? strtoll(run, NULL, 10) : 0);
    messages_append_record_start(out, entity);
    buffer_append_slice(out, pg_value_slice(row, 0, 2));
    buffer_append_text(out, ",\"staged\":");
    buffer_append_slice(out, pg_value_slice(row, 0, 0));
    buffer_append_text(out, "}\n");
    drain->through = strtoll(pg_value(row, 0, 0), NULL, 10);
    drain->rows++;
    drain->page_rows++;
    progress_update(&drain->progress, drain->rows);
    return output_line_end(drain->output);
}

/* The rows behind the last one: a page, so that no snapshot outlives a slow reader for long. */
static bool print_page(struct drain *drain)
{
    char after[24];
    const char *const values[] = {drain->repository_text, after, drain->declared.platform,
                                  drain->declared.names};
    bool done;

    snprintf(after, sizeof after, "%" PRId64, drain->through);
    drain->page_rows = 0;
    done = pg_each(
        drain->staging->pg,
        "SELECT s.staging_id, s.entity_type, s.raw, s.run_id, s.platform_id = $3 "
        "AND r.streams IS NOT DISTINCT FROM $4::text[] FROM leat_ops.staging s " RUN_OF_ROW " "
        "WHERE s.repo_id = $1 AND s.staging_id > $2 ORDER BY s.staging_id LIMIT 1000",
        sizeof values / sizeof *values, values, take_row, drain);
    if (done && drain->has_begun && drain->page_rows == 0)
        drain->at_end = true;
    return done;
}

static bool begin(struct drain *drain)
{
    drain->has_begun = declared_read(&drain->declared, drain->staging, drain->repository_text);
    if (drain->has_begun && drain->declared.platform == NULL)
        drain->at_end = true;
    return drain->has_begun;
}

/* Goes on behind the row printed last when the connection is lost. */
static enum status print_all(struct drain *drain)
{
    unsigned attempt = 0;
    bool committed;

    while (!drain->at_end && drain->output->error == 0) {
        if (drain->has_begun ? print_page(drain) : begin(drain))
            continue;
        if (pg_session_fault(&drain->staging->session) != PG_FAULT_LOST)
            return staging_fail(drain->staging, "read what is staged");
        if (!staging_return(drain->staging, &attempt, &committed))
            return STATUS_REMOTE;
    }
    return drain->stopped ? STATUS_REMOTE : STATUS_OK;
}

enum status drain_run(int64_t repository, struct staging *staging, struct output *output,
                      uint64_t *drained)
{
    struct drain drain = {.repository = repository, .staging = staging, .output = output};
    enum status status;

    snprintf(drain.repository_text, sizeof drain.repository_text, "%" PRId64, repository);
    progress_start(&drain.progress, "records", 0);
    status = print_all(&drain);
    progress_end(&drain.progress);
    /* where it stopped may be within a family: then the STATE before it is the last */
    if (status == STATUS_OK && output->error == 0)
        print_state(&drain);
    if (status == STATUS_OK && output->error == 0 && drain.has_more)
        log_note("more is staged, with other streams declared (load this, then drain again)");
    declared_free(&drain.declared);
    *drained = drain.rows;
    return status;
}
