/* Tables of a SQLite database: what they are like, and changes of them. */
#ifndef LEAT_LOAD_SQLITE_SCHEMA_H
#define LEAT_LOAD_SQLITE_SCHEMA_H

#include <stdbool.h>

#include "sqlite.h"
#include "table.h"

/* Fills in what the database has of the table. False: see sqlite_message(). */
bool sqlite_schema_describe(struct sqlite *sqlite, struct table *table);

/* Makes one change of `folder`.`name` (main.TABLE, or temp.leat_rows_N that will replace it),
 * inside the open transaction. */
bool sqlite_schema_change(struct sqlite *sqlite, const char *folder, const char *name,
                          const struct table *table, const struct change *change);

/* Makes temp.leat_rows_N in the image of the table, with its constraints. */
bool sqlite_schema_make_stage(struct sqlite *sqlite, const struct table *table);

#endif
