/*
 * Records into staging: the messages of the input are gathered into transactions that never part
 * a family, and a STATE comes out once everything before it is committed.
 */
#ifndef LEAT_STAGE_LANDING_H
#define LEAT_STAGE_LANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "messages.h"
#include "output.h"
#include "rejects.h"
#include "staging.h"
#include "status.h"

struct landing_options {
    uint64_t repository, platform;
    uint64_t batch_rows, batch_bytes, batch_seconds;
    const char *state_key; /* keep the STATE in the database, too; or NULL */
};

/* Reads to the end; the exit status. *staged is how many records were committed. */
enum status landing_run(const struct landing_options *options, struct staging *staging,
                        struct messages *messages, struct rejects *rejects, struct output *output,
                        uint64_t *staged);

#endif
