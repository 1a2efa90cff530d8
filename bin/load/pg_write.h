/*
 * The writing of a batch into PostgreSQL: one transaction of DDL, COPY, and set-based merges.
 * Private to target_postgresql.c, which knows about connections and trying again.
 */
#ifndef LEAT_LOAD_PG_WRITE_H
#define LEAT_LOAD_PG_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "batch.h"
#include "pg.h"
#include "pg_session.h"
#include "target.h"

/* Where the rows of a table are on their way. */
struct pg_place {
    const struct table *table;
    const struct layout *layout; /* of the rows staged last */
    bool made, committed;        /* pg_temp.leat_stage_N; whether it survives a rollback */
    bool filled;                 /* rows are staged in the open transaction, or may have been */
    bool repeated;               /* among them two may have the same key */
};

struct pg_writer {
    struct pg *pg; /* of the session */
    struct pg_session *session;
    const char *folder, *load_id, *state_key;
    struct pg_place *places; /* by table->number */
    size_t place_count;
    bool open;    /* a transaction is */
    size_t parts; /* batches taken by it so far */
    bool staged;  /* committed rows wait in a stage to replace a table */
};

enum pg_trouble {
    PG_FINE,
    PG_LOST,    /* the connection */
    PG_AGAIN,   /* a deadlock or the like: the same may succeed */
    PG_REFUSED, /* what was written, not how */
    PG_REPLAN,  /* the tables are not what the plan took them for */
    PG_FATAL    /* see the failure */
};

/* Writes the batch, and commits unless it continues. After trouble nothing is open. */
enum pg_trouble pg_write(struct pg_writer *writer, struct batch *batch, struct failure *failure);

/*
 * Finds the rows of a batch that the database refuses, by halves, and sets their `refusal`;
 * writes nothing. *found is how many there were.
 */
enum pg_trouble pg_write_probe(struct pg_writer *writer, struct batch *batch, size_t *found,
                               struct failure *failure);

/* Ends what is open, as far as the connection still does; or forgets all of a lost one. */
void pg_write_roll_back(struct pg_writer *writer);
void pg_write_forget(struct pg_writer *writer);

#endif
