#include "pg_session.h"

#include <string.h>

#include "log.h"
#include "signals.h"

enum { FIRST_WAIT = 100, LONGEST_WAIT = 30000 };

void pg_session_open(struct pg_session *session, const char *target, const char *setup,
                     unsigned retries)
{
    *session = (struct pg_session){.pg = pg_new(target),
                                   .setup = setup,
                                   .retries = retries,
                                   .random = (uint64_t)(uintptr_t)session};
}

void pg_session_close(struct pg_session *session)
{
    pg_free(session->pg);
    session->pg = NULL;
}

bool pg_session_connect(struct pg_session *session)
{
    return pg_connect(session->pg) &&
           (session->setup == NULL || pg_execute(session->pg, session->setup));
}

static bool is_class(const char *state, const char *const *classes)
{
    for (; *classes; classes++) {
        if (strncmp(state, *classes, strlen(*classes)) == 0)
            return true;
    }
    return false;
}

enum pg_fault pg_session_fault(struct pg_session *session)
{
    /* data exceptions, constraints, views' checks, functions' and triggers' own, limits */
    static const char *const refused[] = {"22", "23", "44", "P0", "09", "21",
                                          "27", "2F", "38", "39", "54", NULL};
    static const char *const again[] = {"40001", "40P01", "55P03", NULL};
    const char *state = pg_state(session->pg);

    if (pg_lost(session->pg))
        return PG_FAULT_LOST;
    if (is_class(state, again))
        return PG_FAULT_AGAIN;
    return is_class(state, refused) ? PG_FAULT_REFUSED : PG_FAULT_OTHER;
}

bool pg_session_commit(struct pg_session *session)
{
    struct pg_rows *rows = pg_query(session->pg, "SELECT pg_catalog.txid_current()", 0, NULL);
    bool committed;

    if (rows == NULL)
        return false;
    strncpy(session->doubt, pg_value(rows, 0, 0), sizeof session->doubt - 1);
    pg_rows_free(rows);
    committed = pg_execute(session->pg, "COMMIT");
    if (committed || !pg_lost(session->pg))
        session->doubt[0] = '\0';
    return committed;
}

bool pg_session_back_off(struct pg_session *session, unsigned attempt)
{
    uint64_t most = attempt < 9 ? (uint64_t)FIRST_WAIT << attempt : LONGEST_WAIT;

    if (most > LONGEST_WAIT)
        most = LONGEST_WAIT;
    session->random = session->random * 6364136223846793005u + 1442695040888963407u;
    signals_wait(-1, 0, (int)(most / 2 + (session->random >> 33) % (most / 2)));
    return !signals_stopped();
}

enum fate { FATE_COMMITTED, FATE_ABORTED, FATE_UNKNOWN, FATE_LOST };

/* What became of the transaction whose COMMIT got no answer. */
static enum fate fate_of_doubt(struct pg_session *session, unsigned *attempt)
{
    const char *number = session->doubt;

    for (;; ++*attempt) {
        struct pg_rows *rows =
            pg_query(session->pg, "SELECT pg_catalog.txid_status($1::bigint)", 1, &number);
        const char *status = rows ? pg_value(rows, 0, 0) : NULL;
        enum fate fate = status == NULL                     ? FATE_UNKNOWN
                         : strcmp(status, "committed") == 0 ? FATE_COMMITTED
                                                            : FATE_ABORTED;
        bool running = status && strcmp(status, "in progress") == 0;

        pg_rows_free(rows);
        if (rows == NULL && pg_lost(session->pg))
            return FATE_LOST;
        if (!running)
            return fate;
        /* the old server process has not noticed yet that we are gone */
        if (*attempt >= session->retries || !pg_session_back_off(session, *attempt))
            return FATE_UNKNOWN;
    }
}

enum pg_return pg_session_return(struct pg_session *session, unsigned *attempt)
{
    enum fate fate;

    for (; *attempt < session->retries; ++*attempt) {
        log_warning("the connection is lost: %s: trying again", pg_message(session->pg));
        if (!pg_session_back_off(session, *attempt))
            break;
        if (!pg_session_connect(session))
            continue;
        if (session->doubt[0] == '\0')
            return PG_BACK;
        fate = fate_of_doubt(session, attempt);
        if (fate == FATE_LOST)
            continue;
        if (fate == FATE_UNKNOWN)
            return PG_UNKNOWN;
        session->doubt[0] = '\0';
        return fate == FATE_COMMITTED ? PG_COMMITTED : PG_BACK;
    }
    return PG_GONE;
}

const char *pg_session_advice(const struct pg_session *session)
{
    if (strcmp(pg_state(session->pg), "53100") == 0)
        return " (make room and run again)";
    return pg_lost(session->pg) ? " (nothing is lost; run again)" : "";
}
