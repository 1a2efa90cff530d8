/*
 * SQL text for both databases: quoting, the names of types, the DDL of a table.
 *
 * All functions append; none fails. Names are quoted, so any name is a name.
 */
#ifndef LEAT_SQL_H
#define LEAT_SQL_H

#include "buffer.h"
#include "schema.h"
#include "slice.h"
#include "types.h"

enum sql_dialect { SQL_POSTGRESQL, SQL_SQLITE };

/* The longest name PostgreSQL takes, in bytes; a longer one it would cut silently. */
enum { SQL_NAME_LIMIT = 63 };

/* "name", or "folder"."name" where there is a folder (PostgreSQL's schema; NULL for none). */
void sql_name(struct buffer *buffer, const char *name);
void sql_qualified_name(struct buffer *buffer, const char *folder, const char *name);

/* 'text': a literal. The text has no NUL byte. */
void sql_text(struct buffer *buffer, const char *text);

/*
 * The type a column gets. SQLite's names have two words where its own reading of the first
 * would convert values behind our back: the second chooses the affinity. An exact number is
 * "NUMERIC BLOB" (no conversion), a date "DATE TEXT".
 */
const char *sql_type(enum sql_dialect dialect, enum type type);

/*
 * What an existing column of that declared type is to us: the type it can hold all values of;
 * *ours is whether it is exactly the type we would have made.
 */
enum type sql_type_of(enum sql_dialect dialect, const char *declared, bool *ours);

/* `"name" type` of a column. */
void sql_column(struct buffer *buffer, enum sql_dialect dialect, const char *name, enum type type);

/*
 * CREATE TABLE, with the keys as primary key unless rows are to be appended, and behind it
 * CREATE INDEX for the parent's key of a child stream. Statements end in ";\n". Columns that
 * are of unknown type become text, but are left out where they were objects (`folder` as above).
 */
void sql_create_table(struct buffer *buffer, enum sql_dialect dialect, const char *folder,
                      const struct schema *schema);

/* Whether a column of unknown type is an object that was null: others start with `name__`. */
bool sql_is_null_object(const struct schema *schema, const char *name);

/* The name of that index, quoted: "stream__parent", cut to the limit. */
void sql_parent_index_name(struct buffer *buffer, const char *stream);

/* CREATE INDEX for the parent's key of a child stream. */
void sql_create_parent_index(struct buffer *buffer, enum sql_dialect dialect, const char *folder,
                             const struct schema *schema);

/* How the stream's rows are written where nobody says otherwise. */
enum disposition sql_disposition(const struct schema *schema);

#endif
