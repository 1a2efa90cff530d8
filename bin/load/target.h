/*
 * A database that rows are loaded into. The functions block; they are called by one thread at
 * a time: describe() and position() while no write() is under way.
 */
#ifndef LEAT_LOAD_TARGET_H
#define LEAT_LOAD_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "batch.h"
#include "buffer.h"
#include "encode.h"
#include "sql.h"
#include "status.h"

struct failure {
    enum status status;
    struct buffer text; /* one line; buffer_free() it */
};

enum outcome {
    OUTCOME_DONE,   /* committed, or for a part: taken */
    OUTCOME_REPLAN, /* nothing is written: the tables are not what the plan took them for */
    OUTCOME_FAILED  /* nothing of this transaction is written: see the failure */
};

struct target_options {
    const char *folder;    /* the PostgreSQL schema, or NULL */
    const char *load_id;   /* or NULL */
    const char *state_key; /* keep the STATE under it; or NULL */
    bool unstage;          /* batches have spans of staged rows */
    unsigned retries;
};

struct target {
    enum sql_dialect dialect;
    const struct encoding *encodings[2]; /* for a layout that is not ours, and one that is */

    /* Tells the table (table_found_column() and so on) what the database has of it. */
    bool (*describe)(struct target *target, struct table *table, struct failure *failure);
    /* How many records of the input are loaded under the load's id. */
    bool (*position)(struct target *target, uint64_t *position, struct failure *failure);
    /* Writes a batch and commits, unless it continues. Rows the database refuses get their
     * `refusal`; the others are written. */
    enum outcome (*write)(struct target *target, struct batch *batch, struct failure *failure);
    void (*close)(struct target *target);
};

/* NULL with a failure. */
struct target *target_open_sqlite(const char *path, const struct target_options *options,
                                  struct failure *failure);
struct target *target_open_postgresql(const char *conninfo, const struct target_options *options,
                                      struct failure *failure);

/* Sets a failure from a formatted text; returns false. */
bool failure_set(struct failure *failure, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "cannot add the column a.b (string)": appends what a change does, for messages. */
void change_describe(struct buffer *buffer, const struct table *table, const struct change *change);

#endif
