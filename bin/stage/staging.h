/*
 * The tables of staging in the database (common/sql/0002_staging.sql): the session they are
 * reached by, and the lock that keeps a repository's rows in order.
 */
#ifndef LEAT_STAGE_STAGING_H
#define LEAT_STAGE_STAGING_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "pg_session.h"
#include "status.h"

struct staging {
    struct pg_session session;
    struct pg *pg; /* of the session */
};

/* Connects, and looks whether the tables are there. False after an error message. */
bool staging_open(struct staging *staging, const char *target, unsigned retries);
void staging_close(struct staging *staging);

/*
 * In a transaction: nobody else adds rows of the repository until it ends. So rows of different
 * transactions do not stand among each other, and a later number means a later commit: who has
 * read up to a number has missed nothing before it. `repository` 0 is all of them.
 */
bool staging_lock(struct staging *staging, int64_t repository);

/* Connects again after a loss. False after an error message; *committed is whether the
 * transaction in doubt is in. */
bool staging_return(struct staging *staging, unsigned *attempt, bool *committed);

/* Says what could not be done and why; returns STATUS_REMOTE. */
enum status staging_fail(struct staging *staging, const char *doing);

#endif
