#include "drain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "memory.h"
#include "messages.h"
#include "progress.h"
#include "signals.h"
#include "streams.h"

struct drain {
    int64_t repository;
    struct staging *staging;
    struct output *output;
    struct streams streams;
    char repository_text[24];
    int64_t through; /* the row printed last */
    uint64_t rows, page_rows;
    bool family_open; /* its parent was printed */
    bool stopped;
    struct progress progress;
};

static bool take_schema(void *context, const struct pg_rows *row)
{
    struct drain *drain = context;
    const char *error;

    if (streams_declare(&drain->streams, pg_value_slice(row, 0, 0), &error) == NULL)
        log_warning("a staged SCHEMA is unusable: %s", error);
    return true;
}

/* Those of parents first. */
static bool print_schemas(struct drain *drain)
{
    const char *const values[] = {drain->repository_text};

    streams_free(&drain->streams);
    if (!pg_each(drain->staging->pg,
                 "SELECT s.message FROM leat_ops.staging_schemas s JOIN (SELECT DISTINCT "
                 "platform_id, entity_type FROM leat_ops.staging WHERE repo_id = $1) t "
                 "USING (platform_id, entity_type) ORDER BY entity_type",
                 1, values, take_schema, drain))
        return false;
    for (int children = 0; children < 2; children++) {
        for (size_t i = 0; i < drain->streams.count; i++) {
            const struct stream *stream = drain->streams.items[i];

            if ((stream->parent != NULL) != children || stream->schema.length == 0)
                continue;
            buffer_append_slice(&drain->output->buffer, buffer_slice(&stream->schema));
            buffer_append_byte(&drain->output->buffer, '\n');
        }
    }
    return true;
}

static void print_state(struct drain *drain)
{
    buffer_format(&drain->output->buffer,
                  "{\"type\":\"STATE\",\"value\":{\"staging\":{\"repo_id\":%" PRId64
                  ",\"after\":0,\"through\":%" PRId64 ",\"rows\":%" PRIu64 "}}}\n",
                  drain->repository, drain->through, drain->rows);
}

static bool take_row(void *context, const struct pg_rows *row)
{
    struct drain *drain = context;
    struct buffer *out = &drain->output->buffer;
    struct slice entity = pg_value_slice(row, 0, 1);
    const struct stream *stream = streams_find(&drain->streams, entity);
    bool in_family;

    if (signals_stopped()) {
        drain->stopped = true;
        return false;
    }
    in_family = stream_is_in_family(stream, drain->family_open);
    if (!in_family && drain->rows > 0)
        print_state(drain);
    messages_append_record_start(out, entity);
    buffer_append_slice(out, pg_value_slice(row, 0, 2));
    buffer_append_text(out, ",\"staged\":");
    buffer_append_slice(out, pg_value_slice(row, 0, 0));
    buffer_append_text(out, "}\n");
    drain->through = strtoll(pg_value(row, 0, 0), NULL, 10);
    drain->rows++;
    drain->page_rows++;
    if (!in_family)
        drain->family_open = stream->is_parent;
    progress_update(&drain->progress, drain->rows);
    return output_line_end(drain->output);
}

/* The rows behind the last one: a page, so that no snapshot outlives a slow reader for long. */
static bool print_page(struct drain *drain)
{
    char after[24];
    const char *const values[] = {drain->repository_text, after};

    snprintf(after, sizeof after, "%" PRId64, drain->through);
    drain->page_rows = 0;
    return pg_each(drain->staging->pg,
                   "SELECT staging_id, entity_type, raw FROM leat_ops.staging WHERE repo_id = $1 "
                   "AND staging_id > $2 ORDER BY staging_id LIMIT 1000",
                   2, values, take_row, drain);
}

static bool is_at_end(const struct drain *drain)
{
    return drain->stopped || drain->output->error != 0 || drain->page_rows == 0;
}

/* Goes on behind the row printed last when the connection is lost. */
static enum status print_all(struct drain *drain)
{
    unsigned attempt = 0;
    bool begun = false, committed;

    for (;;) {
        bool done = begun ? print_page(drain) : print_schemas(drain);

        if (done && begun && is_at_end(drain))
            return drain->stopped ? STATUS_REMOTE : STATUS_OK;
        begun = begun || done;
        if (done)
            continue;
        if (pg_session_fault(&drain->staging->session) != PG_FAULT_LOST)
            return staging_fail(drain->staging, "read what is staged");
        if (!staging_return(drain->staging, &attempt, &committed))
            return STATUS_REMOTE;
    }
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
    streams_free(&drain.streams);
    *drained = drain.rows;
    return status;
}
