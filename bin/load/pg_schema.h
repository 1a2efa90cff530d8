/* Tables of a PostgreSQL database: what they are like, and changes of them. */
#ifndef LEAT_LOAD_PG_SCHEMA_H
#define LEAT_LOAD_PG_SCHEMA_H

#include <stdbool.h>

#include "buffer.h"
#include "pg.h"
#include "table.h"

/* Fills in what the database has of the table. False: see pg_message(). */
bool pg_schema_describe(struct pg *pg, const char *folder, struct table *table);

/*
 * Whether the table has, for each column of the layout, the type the layout takes it for.
 * False also when that could not be found out: then pg_lost() or pg_state() tell.
 */
bool pg_schema_matches(struct pg *pg, const char *folder, const struct table *table,
                       const struct layout *layout);

/* Appends the statement that makes one change; `name` is quoted already. */
void pg_schema_change(struct buffer *sql, const char *folder, const char *name,
                      const struct table *table, const struct change *change);

#endif
