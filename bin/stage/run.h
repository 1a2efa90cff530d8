/*
 * A run of stage in the database: its number, which its rows carry, and the streams that its
 * input declared, which a drain declares again.
 */
#ifndef LEAT_STAGE_RUN_H
#define LEAT_STAGE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "portion.h"
#include "staging.h"
#include "streams.h"

/* Joins the run, r, of a row of staging, s; all null where it has none. */
#define RUN_OF_ROW                                                                                 \
    "LEFT JOIN leat_ops.staging_runs r ON r.run_id = s.run_id AND r.repo_id = s.repo_id"

/* Takes the number of a new run, outside of a transaction. False after an error message. */
bool run_number(struct staging *staging, int64_t *run);

/*
 * In a transaction that holds the repository's lock. Writes the row of the portion's run, with the
 * streams that are declared by now; in each of its transactions, for another run may have swept
 * the row away when what was staged by then was loaded.
 */
bool run_write(struct staging *staging, const struct portion *portion,
               const struct streams *streams);

/* In such a transaction, too: deletes the runs of the repository that no row is of any more. */
bool run_sweep(struct staging *staging, int64_t repository);

#endif
