/*
 * SQLite, as far as loading rows needs it. The only user of its library.
 *
 * One connection, one thread at a time. Functions that can fail return false (or NULL, or
 * SQLITE_STEP_FAILED); sqlite_fault() and sqlite_message() then say why.
 */
#ifndef LEAT_SQLITE_H
#define LEAT_SQLITE_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

struct sqlite;
struct sqlite_statement;

enum sqlite_fault {
    SQLITE_FAULT_NONE,
    SQLITE_FAULT_REFUSED,  /* this row, by a constraint, a trigger or its size */
    SQLITE_FAULT_BUSY,     /* another process holds the lock */
    SQLITE_FAULT_UNUSABLE, /* the file is no database, is damaged or cannot be opened */
    SQLITE_FAULT_FULL,     /* the disk is */
    SQLITE_FAULT_OTHER
};

enum sqlite_step { SQLITE_STEP_ROW, SQLITE_STEP_DONE, SQLITE_STEP_FAILED };

/* Never NULL; sqlite_fault() tells whether it is open. sqlite_close() it in any case. */
struct sqlite *sqlite_open(const char *path, int busy_milliseconds);
void sqlite_close(struct sqlite *sqlite);

enum sqlite_fault sqlite_fault(struct sqlite *sqlite);
/* Valid until the next call. */
const char *sqlite_message(struct sqlite *sqlite);

/* Runs any number of statements, rows are passed over. */
bool sqlite_execute(struct sqlite *sqlite, const char *sql);
/* The first value of the first row as a number, `otherwise` when there is none. */
int64_t sqlite_number(struct sqlite *sqlite, const char *sql, int64_t otherwise);
/* Whether a transaction is open: SQLite ends it by itself after some errors. */
bool sqlite_in_transaction(struct sqlite *sqlite);

struct sqlite_statement *sqlite_prepare(struct sqlite *sqlite, const char *sql);
void sqlite_finish(struct sqlite_statement *statement);

/* Parameters count from 1. The text must stay as it is until the statement is reset. */
void sqlite_bind_null(struct sqlite_statement *statement, int parameter);
void sqlite_bind_integer(struct sqlite_statement *statement, int parameter, int64_t value);
void sqlite_bind_real(struct sqlite_statement *statement, int parameter, double value);
void sqlite_bind_text(struct sqlite_statement *statement, int parameter, struct slice text);

enum sqlite_step sqlite_step(struct sqlite_statement *statement);
/* Makes it ready to be run again, with the parameters it has. */
void sqlite_reset(struct sqlite_statement *statement);
/* step() and reset() of a statement that gives no rows. */
bool sqlite_run(struct sqlite_statement *statement);

/* Columns count from 0; text is "" for NULL and valid until the next step. */
const char *sqlite_text(struct sqlite_statement *statement, int column);
int64_t sqlite_integer(struct sqlite_statement *statement, int column);

#endif
