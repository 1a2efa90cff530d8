/*
 * Edits of the CREATE TABLE texts that SQLite keeps: it has no ALTER COLUMN, so a column is
 * widened by making the table anew, with everything else as its maker wrote it.
 */
#ifndef LEAT_LOAD_SQLITE_DDL_H
#define LEAT_LOAD_SQLITE_DDL_H

#include <stdbool.h>

#include "buffer.h"

/*
 * Appends "CREATE TABLE `name` ..." with the rest of `sql`. `name` is quoted already. Where
 * `column` is not NULL, that column's type becomes `type`. False when it cannot be done: no
 * table of the ordinary kind, or no such column.
 */
bool sqlite_ddl_edit(struct buffer *out, const char *sql, const char *name, const char *column,
                     const char *type);

#endif
