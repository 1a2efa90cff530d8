/*
 * What is staged of a repository as a stream of messages: SCHEMA of what there is, the records in
 * the order they were staged, each with the number of its row, and behind each family a STATE.
 */
#ifndef LEAT_STAGE_DRAIN_H
#define LEAT_STAGE_DRAIN_H

#include <stdint.h>

#include "output.h"
#include "staging.h"
#include "status.h"

/* The exit status; *drained is how many records were printed. */
enum status drain_run(int64_t repository, struct staging *staging, struct output *output,
                      uint64_t *drained);

#endif
