/*
 * The SQL that brings staged rows into their table. Appended without ";".
 *
 * In PostgreSQL the staged rows of table N are all columns of pg_temp.leat_stage_N; in SQLite
 * temp.leat_keys_N holds the keys alone, for rows go straight to their table there.
 */
#ifndef LEAT_LOAD_MERGE_H
#define LEAT_LOAD_MERGE_H

#include "buffer.h"
#include "sql.h"
#include "table.h"

void merge_stage_name(struct buffer *sql, enum sql_dialect dialect, const struct table *table);

/* "c1, c2": the columns of a layout, each behind `prefix` ("" or "s."). */
void merge_columns(struct buffer *sql, const struct layout *layout, const char *prefix);

/*
 * Deletes the rows of `table`, a child, that are gone: those whose ancestor's (or own) row at
 * `gone` is not staged though the parent of that is. `gone` is the table or one above it.
 */
void merge_delete_gone(struct buffer *sql, enum sql_dialect dialect, const char *folder,
                       const struct table *table, const struct table *gone);

/* PostgreSQL: of rows staged under the same key only the last stays; where nulls keep, it gets
 * the last value of each column that is not null. */
void merge_drop_repeated(struct buffer *sql, const struct table *table,
                         const struct layout *layout);
/* PostgreSQL: rows that differ are updated, rows that are new inserted; in the order of the
 * keys, which finds most pages in the cache. By MERGE (from version 15 on) or, where that is
 * lacking or many loads share the table, by two statements; ends in ";". */
void merge_pg(struct buffer *sql, const char *folder, const struct table *table,
              const struct layout *layout, bool has_merge);

/* SQLite: the statement with a parameter a column; its table is `name`, quoted already. */
void merge_sqlite_insert(struct buffer *sql, const char *name, const struct table *table,
                         const struct layout *layout, bool upsert);

#endif
