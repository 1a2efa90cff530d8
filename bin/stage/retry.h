/* Staged records that could not be loaded go back to staging. */
#ifndef LEAT_STAGE_RETRY_H
#define LEAT_STAGE_RETRY_H

#include <stdint.h>

#include "staging.h"
#include "status.h"

/*
 * Moves those of a repository (0: of all), in their order and in one transaction. Records that
 * jsonb does not hold cannot be staged, and stay. The exit status; *moved is how many were.
 */
enum status retry_run(int64_t repository, struct staging *staging, uint64_t *moved);

#endif
