#include "pg.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"

struct pg {
    char *target;
    PGconn *connection;
    bool lost;
    char state[6];
    char *message;
};

struct pg_rows {
    PGresult *result;
};

struct pg *pg_new(const char *target)
{
    struct pg *pg = memory_new(1, sizeof *pg);

    pg->target = memory_text(target, strlen(target));
    return pg;
}

void pg_free(struct pg *pg)
{
    if (pg == NULL)
        return;
    PQfinish(pg->connection);
    free(pg->target);
    free(pg->message);
    free(pg);
}

/* libpq's messages have several lines, and end in one. */
static char *one_line(const char *text)
{
    char *line = memory_text(text, strlen(text));
    size_t length = 0;

    for (size_t i = 0; line[i]; i++) {
        bool space = line[i] == '\n' || line[i] == '\t' || line[i] == ' ';

        if (!space)
            line[length++] = line[i];
        else if (length > 0 && line[length - 1] != ' ')
            line[length++] = ' ';
    }
    while (length > 0 && line[length - 1] == ' ')
        length--;
    line[length] = '\0';
    return line;
}

static bool fail_connection(struct pg *pg)
{
    free(pg->message);
    pg->message = one_line(PQerrorMessage(pg->connection));
    pg->state[0] = '\0';
    pg->lost = true;
    return false;
}

/* The server said so; libpq may not have noticed the end yet. */
static bool ends_connection(const struct pg *pg, const char *state)
{
    return PQstatus(pg->connection) == CONNECTION_BAD || strncmp(state, "08", 2) == 0 ||
           strncmp(state, "57P0", 4) == 0;
}

static bool fail_result(struct pg *pg, const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    char *text;

    /* an error without a SQLSTATE is libpq's own, even where it has not seen the end yet */
    if (state == NULL || primary == NULL)
        return fail_connection(pg);
    text = memory_format("%s%s%s", primary, detail ? ": " : "", detail ? detail : "");
    free(pg->message);
    pg->message = one_line(text);
    free(text);
    memset(pg->state, 0, sizeof pg->state);
    strncpy(pg->state, state, sizeof pg->state - 1);
    pg->lost = ends_connection(pg, state);
    return false;
}

/* Reads what the server still has to say. */
static void drain(struct pg *pg)
{
    PGresult *result;

    while ((result = PQgetResult(pg->connection)) != NULL) {
        ExecStatusType status = PQresultStatus(result);

        PQclear(result);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT ||
            PQstatus(pg->connection) == CONNECTION_BAD)
            break;
    }
}

bool pg_connect(struct pg *pg)
{
    const char *keywords[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
    char *name = memory_format("leat %s", log_tool());
    const char *values[] = {pg->target, name, "UTF8", NULL};

    PQfinish(pg->connection);
    pg->connection = PQconnectdbParams(keywords, values, 1);
    free(name);
    if (PQstatus(pg->connection) != CONNECTION_OK)
        return fail_connection(pg);
    pg->lost = false;
    return true;
}

int pg_version(const struct pg *pg)
{
    return PQserverVersion(pg->connection);
}

bool pg_lost(struct pg *pg)
{
    return pg->lost;
}

const char *pg_state(struct pg *pg)
{
    return pg->state;
}

const char *pg_message(struct pg *pg)
{
    return pg->message ? pg->message : "";
}

static bool result_is(struct pg *pg, PGresult *result, ExecStatusType wanted)
{
    ExecStatusType status = PQresultStatus(result);

    if (status == wanted || (wanted == PGRES_TUPLES_OK && status == PGRES_COMMAND_OK))
        return true;
    return fail_result(pg, result);
}

/* NOTICEs of the server (IF NOT EXISTS) are no news to the user. */
static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

bool pg_execute(struct pg *pg, const char *sql)
{
    PGresult *result;
    bool done;

    PQsetNoticeReceiver(pg->connection, ignore_notice, NULL);
    result = PQexec(pg->connection, sql);
    done = result_is(pg, result, PGRES_TUPLES_OK);
    PQclear(result);
    return done;
}

struct pg_rows *pg_query(struct pg *pg, const char *sql, int count, const char *const *parameters)
{
    PGresult *result = PQexecParams(pg->connection, sql, count, NULL, parameters, NULL, NULL, 0);
    struct pg_rows *rows;

    if (!result_is(pg, result, PGRES_TUPLES_OK)) {
        PQclear(result);
        return NULL;
    }
    rows = memory_new(1, sizeof *rows);
    rows->result = result;
    return rows;
}

void pg_rows_free(struct pg_rows *rows)
{
    if (rows == NULL)
        return;
    PQclear(rows->result);
    free(rows);
}

int pg_row_count(const struct pg_rows *rows)
{
    return PQntuples(rows->result);
}

struct slice pg_value_slice(const struct pg_rows *rows, int row, int column)
{
    return slice_of(PQgetvalue(rows->result, row, column),
                    (size_t)PQgetlength(rows->result, row, column));
}

bool pg_each(struct pg *pg, const char *sql, int count, const char *const *parameters,
             bool (*take)(void *context, const struct pg_rows *row), void *context)
{
    struct pg_rows rows;
    bool wanted = true, done = true;

    if (!PQsendQueryParams(pg->connection, sql, count, NULL, parameters, NULL, NULL, 0) ||
        !PQsetSingleRowMode(pg->connection))
        return fail_connection(pg);
    while ((rows.result = PQgetResult(pg->connection)) != NULL) {
        if (PQresultStatus(rows.result) == PGRES_SINGLE_TUPLE)
            wanted = wanted && take(context, &rows);
        else
            done = result_is(pg, rows.result, PGRES_TUPLES_OK) && done;
        PQclear(rows.result);
        if (!done && pg->lost)
            break;
    }
    return done;
}

const char *pg_value(const struct pg_rows *rows, int row, int column)
{
    return PQgetisnull(rows->result, row, column) ? NULL : PQgetvalue(rows->result, row, column);
}

bool pg_copy_begin(struct pg *pg, const char *sql)
{
    PGresult *result = PQexec(pg->connection, sql);
    bool begun = result_is(pg, result, PGRES_COPY_IN);

    PQclear(result);
    return begun;
}

/* The server's own error, if it gave one, says more than the failure to send. */
static bool fail_copy(struct pg *pg)
{
    PGresult *result = PQgetResult(pg->connection);

    if (result != NULL && PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL)
        fail_result(pg, result);
    else
        fail_connection(pg);
    PQclear(result);
    drain(pg);
    if (PQstatus(pg->connection) == CONNECTION_BAD)
        pg->lost = true;
    return false;
}

bool pg_copy_send(struct pg *pg, struct slice bytes)
{
    enum { PIECE = 1 << 20 };

    while (bytes.length > 0) {
        int piece = bytes.length < PIECE ? (int)bytes.length : PIECE;

        if (PQputCopyData(pg->connection, bytes.data, piece) != 1)
            return fail_copy(pg);
        bytes.data += piece;
        bytes.length -= (size_t)piece;
    }
    return true;
}

bool pg_copy_end(struct pg *pg)
{
    PGresult *result;
    bool done;

    if (PQputCopyEnd(pg->connection, NULL) != 1)
        return fail_copy(pg);
    result = PQgetResult(pg->connection);
    done = result_is(pg, result, PGRES_COMMAND_OK);
    PQclear(result);
    drain(pg);
    return done;
}

bool pg_is_target(const char *target)
{
    return strncmp(target, "postgresql://", 13) == 0 || strncmp(target, "postgres://", 11) == 0 ||
           strchr(target, '=') != NULL;
}

static void mask(char *from, const char *ends)
{
    for (; *from && strchr(ends, *from) == NULL; from++)
        *from = '*';
}

/* password='a b' may hold spaces, and quotes behind backslashes. */
static void mask_quoted(char *at)
{
    for (at++; *at && *at != '\''; at++) {
        if (*at == '\\' && at[1])
            *at++ = '*';
        *at = '*';
    }
}

void pg_mask_password(char *target)
{
    bool url = strncmp(target, "postgres", 8) == 0 && strstr(target, "://") != NULL;
    char *at = target;

    if (url) {
        char *user = strstr(target, "://") + 3;
        char *end = user + strcspn(user, "/?");
        char *host = memchr(user, '@', (size_t)(end - user));
        char *colon = host ? memchr(user, ':', (size_t)(host - user)) : NULL;

        if (colon)
            mask(colon + 1, "@");
    }
    while ((at = strstr(at, "password")) != NULL) {
        at += strlen("password");
        at += strspn(at, " ");
        if (*at != '=')
            continue;
        at += 1 + strspn(at + 1, " ");
        if (*at == '\'')
            mask_quoted(at);
        else
            mask(at, url ? "&" : " ");
    }
}
