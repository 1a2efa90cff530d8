/*
 * One transaction of staging: the lock, SCHEMA messages, the run, rows by COPY, the STATE.
 *
 * Rows that the database refuses are found by halves and go to the table of rejects instead, in
 * the same transaction and order.
 */
#ifndef LEAT_STAGE_DEPOSIT_H
#define LEAT_STAGE_DEPOSIT_H

#include <stdbool.h>

#include "portion.h"
#include "staging.h"
#include "streams.h"

struct deposit {
    struct staging *staging;
    bool open;      /* a transaction is */
    bool has_run;   /* the run has rows, and so one of its own */
    unsigned parts; /* portions it has taken */
};

/* What is written with the rows. */
struct deposit_notes {
    struct streams *streams;
    const char *state_key;    /* or NULL */
    struct slice state_value; /* empty for none */
};

/* Adds the portion to the open transaction, or to a new one. False, after an error message, when
 * nothing of the transaction is written. */
bool deposit_part(struct deposit *deposit, struct portion *portion,
                  const struct deposit_notes *notes);
/* The same, and commits. */
bool deposit_all(struct deposit *deposit, struct portion *portion,
                 const struct deposit_notes *notes);

#endif
