/*
 * PostgreSQL, as far as moving rows needs it. The only user of libpq.
 *
 * A connection can be lost and made again: pg_connect() may be called any number of times.
 * Functions that can fail return false or NULL; pg_lost(), pg_state() and pg_message() then
 * say why. Messages never hold the password.
 */
#ifndef LEAT_PG_H
#define LEAT_PG_H

#include <stdbool.h>
#include <stddef.h>

#include "slice.h"

struct pg;
struct pg_rows;

/* `target` is any connection string libpq takes; it is copied. Does not connect yet. */
struct pg *pg_new(const char *target);
void pg_free(struct pg *pg);

/* Connects, anew if need be. */
bool pg_connect(struct pg *pg);

/* Whether the last failure was of the connection, not of a statement. */
bool pg_lost(struct pg *pg);
/* The SQLSTATE of the last failure, five characters; "" when the server did not give one. */
const char *pg_state(struct pg *pg);
/* Its message on one line, with the server's detail. Valid until the next failure. */
const char *pg_message(struct pg *pg);

/* The server's version: 150002 for 15.2. */
int pg_version(const struct pg *pg);

/* Runs one or more statements. */
bool pg_execute(struct pg *pg, const char *sql);
/* Runs one statement with text parameters $1, $2, ... Free the rows. */
struct pg_rows *pg_query(struct pg *pg, const char *sql, int count, const char *const *parameters);
void pg_rows_free(struct pg_rows *rows);
int pg_row_count(const struct pg_rows *rows);
/* NULL for a null; valid as long as the rows are. */
const char *pg_value(const struct pg_rows *rows, int row, int column);
struct slice pg_value_slice(const struct pg_rows *rows, int row, int column);
/* Runs one statement and gives each row of its result, which is row 0, to `take` as it comes, so
 * that memory holds one at a time; when that returns false the rest is passed over. */
bool pg_each(struct pg *pg, const char *sql, int count, const char *const *parameters,
             bool (*take)(void *context, const struct pg_rows *row), void *context);

/* COPY ... FROM STDIN: begin, send in pieces of any size, end. After a failure of any of the
 * three the COPY is over. */
bool pg_copy_begin(struct pg *pg, const char *sql);
bool pg_copy_send(struct pg *pg, struct slice bytes);
bool pg_copy_end(struct pg *pg);

/* Whether it is a connection string: a URL, or with a "=" in it. */
bool pg_is_target(const char *target);

/* Overwrites passwords in a connection string with "*", in place. */
void pg_mask_password(char *target);

#endif
