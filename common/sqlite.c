#include "sqlite.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

struct sqlite {
    sqlite3 *handle;
    int result;    /* of the last call that failed */
    char *message; /* for it */
};

struct sqlite_statement {
    sqlite3_stmt *handle;
    struct sqlite *sqlite;
};

static bool check(struct sqlite *sqlite, int result)
{
    const char *message;

    if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE)
        return true;
    message = sqlite->handle ? sqlite3_errmsg(sqlite->handle) : sqlite3_errstr(result);
    free(sqlite->message);
    sqlite->message = memory_text(message, strlen(message));
    sqlite->result = result;
    return false;
}

struct sqlite *sqlite_open(const char *path, int busy_milliseconds)
{
    struct sqlite *sqlite = memory_new(1, sizeof *sqlite);

    if (!check(sqlite, sqlite3_open_v2(path, &sqlite->handle,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL)))
        return sqlite;
    sqlite3_busy_timeout(sqlite->handle, busy_milliseconds);
    /* the file is looked at only when it is needed: need it now */
    check(sqlite,
          sqlite3_exec(sqlite->handle, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL));
    return sqlite;
}

void sqlite_close(struct sqlite *sqlite)
{
    if (sqlite == NULL)
        return;
    sqlite3_close_v2(sqlite->handle);
    free(sqlite->message);
    free(sqlite);
}

enum sqlite_fault sqlite_fault(struct sqlite *sqlite)
{
    switch (sqlite->result & 0xff) {
    case SQLITE_OK:
        return SQLITE_FAULT_NONE;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
        return SQLITE_FAULT_REFUSED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return SQLITE_FAULT_BUSY;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_FORMAT:
        return SQLITE_FAULT_UNUSABLE;
    case SQLITE_FULL:
        return SQLITE_FAULT_FULL;
    default:
        return SQLITE_FAULT_OTHER;
    }
}

const char *sqlite_message(struct sqlite *sqlite)
{
    return sqlite->message ? sqlite->message : "";
}

bool sqlite_execute(struct sqlite *sqlite, const char *sql)
{
    return check(sqlite, sqlite3_exec(sqlite->handle, sql, NULL, NULL, NULL));
}

int64_t sqlite_number(struct sqlite *sqlite, const char *sql, int64_t otherwise)
{
    struct sqlite_statement *statement = sqlite_prepare(sqlite, sql);

    if (statement != NULL && sqlite_step(statement) == SQLITE_STEP_ROW)
        otherwise = sqlite_integer(statement, 0);
    sqlite_finish(statement);
    return otherwise;
}

bool sqlite_in_transaction(struct sqlite *sqlite)
{
    return !sqlite3_get_autocommit(sqlite->handle);
}

struct sqlite_statement *sqlite_prepare(struct sqlite *sqlite, const char *sql)
{
    struct sqlite_statement *statement;
    sqlite3_stmt *handle;

    if (!check(sqlite, sqlite3_prepare_v3(sqlite->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                          &handle, NULL)))
        return NULL;
    statement = memory_new(1, sizeof *statement);
    *statement = (struct sqlite_statement){handle, sqlite};
    return statement;
}

void sqlite_finish(struct sqlite_statement *statement)
{
    if (statement == NULL)
        return;
    sqlite3_finalize(statement->handle);
    free(statement);
}

/* A value SQLite cannot bind (too long) makes step() fail as well, for a missing value. */
static void bound(struct sqlite_statement *statement, int result)
{
    check(statement->sqlite, result);
}

void sqlite_bind_null(struct sqlite_statement *statement, int parameter)
{
    bound(statement, sqlite3_bind_null(statement->handle, parameter));
}

void sqlite_bind_integer(struct sqlite_statement *statement, int parameter, int64_t value)
{
    bound(statement, sqlite3_bind_int64(statement->handle, parameter, value));
}

void sqlite_bind_real(struct sqlite_statement *statement, int parameter, double value)
{
    bound(statement, sqlite3_bind_double(statement->handle, parameter, value));
}

void sqlite_bind_text(struct sqlite_statement *statement, int parameter, struct slice text)
{
    /* an empty slice may have no address, and a NULL address would bind NULL */
    bound(statement, sqlite3_bind_text64(statement->handle, parameter, text.length ? text.data : "",
                                         text.length, SQLITE_STATIC, SQLITE_UTF8));
}

enum sqlite_step sqlite_step(struct sqlite_statement *statement)
{
    int result = sqlite3_step(statement->handle);

    if (!check(statement->sqlite, result))
        return SQLITE_STEP_FAILED;
    return result == SQLITE_ROW ? SQLITE_STEP_ROW : SQLITE_STEP_DONE;
}

void sqlite_reset(struct sqlite_statement *statement)
{
    sqlite3_reset(statement->handle);
}

bool sqlite_run(struct sqlite_statement *statement)
{
    enum sqlite_step step = sqlite_step(statement);

    sqlite3_reset(statement->handle);
    return step != SQLITE_STEP_FAILED;
}

const char *sqlite_text(struct sqlite_statement *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement->handle, column);

    return text ? text : "";
}

int64_t sqlite_integer(struct sqlite_statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}
