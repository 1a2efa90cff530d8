/*
 * What goes out of staging with the rows of a batch, in its transaction.
 */
#ifndef LEAT_LOAD_PG_UNSTAGE_H
#define LEAT_LOAD_PG_UNSTAGE_H

#include <stdbool.h>

#include "batch.h"
#include "pg.h"
#include "target.h"

/* Copies the staged rows that were refused to leat_ops.staging_rejects, and takes the batch's out
 * of leat_ops.staging. False with a failure, or (its status is OK) with one of the database. */
bool pg_unstage(struct pg *pg, const struct batch *batch, struct failure *failure);

#endif
