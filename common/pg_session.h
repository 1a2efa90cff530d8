/*
 * A connection to PostgreSQL that is made again when it is lost, and transactions of which one
 * knows whether they are in.
 *
 * When the connection is lost at a COMMIT, the server is asked afterwards what became of the
 * transaction, by its number, which was learnt before; so nothing is written twice.
 */
#ifndef LEAT_PG_SESSION_H
#define LEAT_PG_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "pg.h"

struct pg_session {
    struct pg *pg;
    const char *setup; /* statements for each new connection; or NULL */
    unsigned retries;
    uint64_t random; /* for the jitter */
    char doubt[24];  /* the transaction whose COMMIT got no answer; "" for none */
};

/* What the last failure means for who wants to write. */
enum pg_fault {
    PG_FAULT_LOST,    /* the connection */
    PG_FAULT_AGAIN,   /* a deadlock or the like: the same may succeed */
    PG_FAULT_REFUSED, /* what was written, not how */
    PG_FAULT_OTHER
};

enum pg_return {
    PG_BACK,      /* connected again; the open transaction, if any, is gone */
    PG_COMMITTED, /* the same, and the transaction that was in doubt is in */
    PG_UNKNOWN,   /* connected, but nobody knows what became of session->doubt */
    PG_GONE       /* no connection is to be had */
};

void pg_session_open(struct pg_session *session, const char *target, const char *setup,
                     unsigned retries);
void pg_session_close(struct pg_session *session);

/* Connects once. */
bool pg_session_connect(struct pg_session *session);

enum pg_fault pg_session_fault(struct pg_session *session);

/* Commits what is open. When that fails because the connection is lost, it is in doubt. */
bool pg_session_commit(struct pg_session *session);

/* Waits longer each time, and never two processes the same; false when a signal ended it. */
bool pg_session_back_off(struct pg_session *session, unsigned attempt);

/* The connection is lost: tries as often as `retries` allows, from *attempt on. */
enum pg_return pg_session_return(struct pg_session *session, unsigned *attempt);

/* What to do about the last failure, in brackets behind a space; "" where nothing is known. */
const char *pg_session_advice(const struct pg_session *session);

#endif
