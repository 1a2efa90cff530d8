/*
 * Loading into PostgreSQL: connections, and what to do when they or a batch fail.
 *
 * A batch is one transaction, and is kept until it is committed, so it can be sent again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "pg.h"
#include "pg_schema.h"
#include "pg_session.h"
#include "pg_write.h"
#include "target.h"

struct target_postgresql {
    struct target target;
    struct pg_writer writer;
    struct pg_session session;
    struct pg *pg; /* of the session */
    char *folder;
};

enum { MOST_PROBES = 3 };

/* The zone makes timestamps come out as they are; the rest is what our SQL is written for. */
static const char setup[] =
    "SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET standard_conforming_strings = on; "
    "SET client_min_messages = warning; SET temp_buffers = '32MB'; SET jit = off";

static bool fail(struct target_postgresql *self, struct failure *failure, const char *doing)
{
    return failure_set(failure, STATUS_REMOTE, "PostgreSQL: cannot %s: %s%s", doing,
                       pg_message(self->pg), pg_session_advice(&self->session));
}

/*
 * Connects again, as often as is allowed. *committed is set when the transaction that was
 * in doubt turns out to be in.
 */
static bool reconnect(struct target_postgresql *self, unsigned *attempt, bool *committed,
                      struct failure *failure)
{
    pg_write_forget(&self->writer);
    switch (pg_session_return(&self->session, attempt)) {
    case PG_COMMITTED:
        *committed = true;
        return true;
    case PG_BACK:
        return true;
    case PG_UNKNOWN:
        return failure_set(failure, STATUS_REMOTE,
                           "PostgreSQL: transaction %s may be committed or not (an append "
                           "without --load-id may double its rows when run again)",
                           self->session.doubt);
    default:
        return fail(self, failure, "reach the server");
    }
}

/* The connection is lost: false when the batch cannot be sent again. */
static bool recover(struct target_postgresql *self, bool first_part, unsigned *attempt,
                    bool *committed, struct failure *failure)
{
    if (self->session.retries == 0)
        return fail(self, failure, "reach the server");
    if (!first_part || self->writer.staged)
        return failure_set(failure, STATUS_REMOTE,
                           "PostgreSQL: the connection is lost, and rows that waited in it with "
                           "it: %s (nothing of them is in the tables; run again)",
                           pg_message(self->pg));
    if (!reconnect(self, attempt, committed, failure))
        return false;
    ++*attempt;
    return true;
}

/* Whether the tables are still what the batch's plan took them for. */
static bool plan_holds(struct target_postgresql *self, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_table *rows = &batch->tables[i];

        if (rows->changes.count == 0 &&
            !pg_schema_matches(self->pg, self->folder, rows->table, rows->layout))
            return false;
    }
    return true;
}

static bool has_changes(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->tables[i].changes.count > 0)
            return true;
    }
    return false;
}

static void note_written(struct target_postgresql *self, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_table *rows = &batch->tables[i];

        if (rows->table->disposition == DISPOSITION_REPLACE)
            self->writer.staged = !rows->activate;
    }
}

/*
 * The batch was refused as a whole: finds the rows that are to blame, so that it can be
 * written without them. PG_FINE when it is worth trying again.
 */
static enum pg_trouble isolate(struct target_postgresql *self, struct batch *batch,
                               struct failure *failure)
{
    size_t found = 0;
    enum pg_trouble why;

    why = pg_write_probe(&self->writer, batch, &found, failure);
    if (why == PG_REFUSED)
        return PG_FATAL; /* it is not any single row */
    /* none to blame: somebody else's row was in the way for a moment */
    return why == PG_FINE && found == 0 ? PG_AGAIN : why;
}

/* One attempt; PG_REFUSED means it is to be tried again at once, without some rows. */
static enum pg_trouble attempt_write(struct target_postgresql *self, struct batch *batch,
                                     unsigned *probes, struct failure *failure)
{
    bool first_part = self->writer.parts == 0;
    enum pg_trouble why = pg_write(&self->writer, batch, failure);

    if (why != PG_REFUSED && why != PG_REPLAN)
        return why;
    fail(self, failure, "write");
    if (first_part && ((why == PG_REPLAN && has_changes(batch)) || !plan_holds(self, batch)))
        return pg_lost(self->pg) ? PG_LOST : PG_REPLAN;
    if (why == PG_REPLAN || !first_part || ++*probes > MOST_PROBES)
        return PG_FATAL;
    why = isolate(self, batch, failure);
    return why == PG_FINE ? PG_REFUSED : why;
}

static enum outcome write_batch(struct target *target, struct batch *batch, struct failure *failure)
{
    struct target_postgresql *self = (struct target_postgresql *)target;
    unsigned attempt = 0, probes = 0;

    for (;;) {
        bool first_part = self->writer.parts == 0, committed = false;

        failure->status = STATUS_OK;
        switch (attempt_write(self, batch, &probes, failure)) {
        case PG_FINE:
            note_written(self, batch);
            return OUTCOME_DONE;
        case PG_REFUSED:
            continue;
        case PG_REPLAN:
            return OUTCOME_REPLAN;
        case PG_AGAIN:
            if (first_part && attempt < self->session.retries &&
                pg_session_back_off(&self->session, attempt++))
                continue;
            fail(self, failure, "write");
            return OUTCOME_FAILED;
        case PG_LOST:
            if (!recover(self, first_part, &attempt, &committed, failure))
                return OUTCOME_FAILED;
            if (committed)
                return OUTCOME_DONE;
            continue;
        case PG_FATAL:
            if (failure->status == STATUS_OK)
                fail(self, failure, "write");
            return OUTCOME_FAILED;
        }
    }
}

/* Asks anew over another connection when this one is lost; only between transactions. */
static bool describe(struct target *target, struct table *table, struct failure *failure)
{
    struct target_postgresql *self = (struct target_postgresql *)target;
    unsigned attempt = 0;
    bool committed;

    for (;;) {
        table_forget(table);
        if (pg_schema_describe(self->pg, self->folder, table))
            return true;
        if (!pg_lost(self->pg))
            return fail(self, failure, "read the database's catalog");
        if (!recover(self, self->writer.parts == 0, &attempt, &committed, failure))
            return false;
    }
}

static bool make_loads(struct target_postgresql *self)
{
    struct buffer sql = {0};
    bool made;

    buffer_append_text(&sql, "BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(7813578); "
                             "CREATE TABLE IF NOT EXISTS ");
    sql_qualified_name(&sql, self->folder, "leat_loads");
    buffer_append_text(&sql, " (load_id text PRIMARY KEY, records bigint NOT NULL, "
                             "loaded_at timestamptz NOT NULL); COMMIT");
    made = pg_execute(self->pg, buffer_text(&sql));
    if (!made && !pg_lost(self->pg))
        pg_execute(self->pg, "ROLLBACK");
    buffer_free(&sql);
    return made;
}

static bool position(struct target *target, uint64_t *position, struct failure *failure)
{
    struct target_postgresql *self = (struct target_postgresql *)target;
    struct buffer sql = {0};
    struct pg_rows *rows;

    if (!make_loads(self))
        return fail(self, failure, "make the table leat_loads");
    buffer_append_text(&sql, "SELECT records FROM ");
    sql_qualified_name(&sql, self->folder, "leat_loads");
    buffer_append_text(&sql, " WHERE load_id = $1");
    rows = pg_query(self->pg, buffer_text(&sql), 1, &self->writer.load_id);
    buffer_free(&sql);
    if (rows == NULL)
        return fail(self, failure, "read the table leat_loads");
    *position = pg_row_count(rows) > 0 ? strtoull(pg_value(rows, 0, 0), NULL, 10) : 0;
    pg_rows_free(rows);
    return true;
}

static void close_target(struct target *target)
{
    struct target_postgresql *self = (struct target_postgresql *)target;

    pg_session_close(&self->session);
    free(self->writer.places);
    free(self->folder);
    free(self);
}

/* The schema that is asked for, made if need be, or the first of the search path. */
static bool find_folder(struct target_postgresql *self, const char *wanted)
{
    struct pg_rows *rows =
        wanted
            ? pg_query(self->pg, "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = $1",
                       1, &wanted)
            : pg_query(self->pg, "SELECT pg_catalog.current_schema()", 0, NULL);
    const char *found = rows && pg_row_count(rows) > 0 ? pg_value(rows, 0, 0) : NULL;
    struct buffer sql = {0};
    bool made = rows != NULL;

    if (found == NULL)
        found = wanted;
    self->folder = found ? memory_text(found, strlen(found)) : NULL;
    if (made && pg_row_count(rows) == 0) {
        buffer_append_text(&sql, "CREATE SCHEMA IF NOT EXISTS ");
        sql_name(&sql, wanted);
        made = pg_execute(self->pg, buffer_text(&sql));
    }
    buffer_free(&sql);
    pg_rows_free(rows);
    return made;
}

/* What migrate makes, and nobody else. */
static bool has_operations(struct target_postgresql *self, const struct target_options *options,
                           struct failure *failure)
{
    const char *name = options->unstage     ? "leat_ops.staging"
                       : options->state_key ? "leat_ops.state"
                                            : NULL;
    struct pg_rows *rows;
    bool found;

    if (name == NULL)
        return true;
    rows = pg_query(self->pg, "SELECT pg_catalog.to_regclass($1)", 1, &name);
    if (rows == NULL)
        return fail(self, failure, "read the database's catalog");
    found = pg_value(rows, 0, 0) != NULL;
    pg_rows_free(rows);
    return found || failure_set(failure, STATUS_REMOTE,
                                "PostgreSQL: there is no table %s (run leat migrate)", name);
}

struct target *target_open_postgresql(const char *conninfo, const struct target_options *options,
                                      struct failure *failure)
{
    struct target_postgresql *self = memory_new(1, sizeof *self);
    bool opened;

    *self = (struct target_postgresql){
        .target = {.dialect = SQL_POSTGRESQL,
                   .encodings = {&encode_pg_text, &encode_pg_binary},
                   .describe = describe,
                   .position = position,
                   .write = write_batch,
                   .close = close_target},
    };
    pg_session_open(&self->session, conninfo, setup, options->retries);
    self->pg = self->session.pg;
    self->writer = (struct pg_writer){.pg = self->pg,
                                      .session = &self->session,
                                      .load_id = options->load_id,
                                      .state_key = options->state_key};
    opened = pg_session_connect(&self->session);
    if (!opened) {
        fail(self, failure, "connect");
    } else if (!find_folder(self, options->folder)) {
        opened = fail(self, failure, "find the schema");
    } else if (self->folder == NULL) {
        opened = failure_set(failure, STATUS_REMOTE,
                             "PostgreSQL: the search path names no schema (see --schema-name)");
    } else {
        opened = has_operations(self, options, failure);
    }
    if (!opened) {
        close_target(&self->target);
        return NULL;
    }
    self->writer.folder = self->folder;
    return &self->target;
}
