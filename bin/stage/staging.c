#include "staging.h"

#include <inttypes.h>
#include <string.h>

#include "log.h"

static const char setup[] = "SET TIME ZONE 'UTC'; SET standard_conforming_strings = on; "
                            "SET client_min_messages = warning; SET jit = off";

enum status staging_fail(struct staging *staging, const char *doing)
{
    log_error("PostgreSQL: cannot %s: %s%s", doing, pg_message(staging->pg),
              pg_session_advice(&staging->session));
    return STATUS_REMOTE;
}

/* Of its tables the one that came last. */
static bool has_tables(struct staging *staging)
{
    struct pg_rows *rows =
        pg_query(staging->pg, "SELECT pg_catalog.to_regclass('leat_ops.staging_runs')", 0, NULL);
    bool found = rows && pg_value(rows, 0, 0) != NULL;

    if (rows == NULL)
        staging_fail(staging, "read the database's catalog");
    else if (!found)
        log_error("PostgreSQL: there is no table leat_ops.staging_runs (run leat migrate)");
    pg_rows_free(rows);
    return found;
}

bool staging_open(struct staging *staging, const char *target, unsigned retries)
{
    pg_session_open(&staging->session, target, setup, retries);
    staging->pg = staging->session.pg;
    if (pg_session_connect(&staging->session))
        return has_tables(staging);
    staging_fail(staging, "connect");
    return false;
}

void staging_close(struct staging *staging)
{
    pg_session_close(&staging->session);
}

/* Whoever locks one repository shares the lock of all. */
bool staging_lock(struct staging *staging, int64_t repository)
{
    enum { CLASS = 7813579 };
    struct buffer sql = {0};
    bool locked;

    if (repository == 0)
        buffer_format(&sql, "SELECT pg_catalog.pg_advisory_xact_lock(%d, -1)", CLASS);
    else
        buffer_format(&sql,
                      "SELECT pg_catalog.pg_advisory_xact_lock_shared(%d, -1); "
                      "SELECT pg_catalog.pg_advisory_xact_lock(%d, %" PRId64 ")",
                      CLASS, CLASS, repository % INT32_MAX);
    locked = pg_execute(staging->pg, buffer_text(&sql));
    buffer_free(&sql);
    return locked;
}

bool staging_return(struct staging *staging, unsigned *attempt, bool *committed)
{
    *committed = false;
    if (staging->session.retries == 0) {
        staging_fail(staging, "reach the server");
        return false;
    }
    switch (pg_session_return(&staging->session, attempt)) {
    case PG_COMMITTED:
        *committed = true;
        break;
    case PG_BACK:
        break;
    case PG_UNKNOWN:
        log_error("PostgreSQL: transaction %s may be committed or not (its records may be staged "
                  "twice when this is run again, which load makes good)",
                  staging->session.doubt);
        return false;
    default:
        staging_fail(staging, "reach the server");
        return false;
    }
    ++*attempt;
    return true;
}
