/* How much is staged and rejected, for each repository and kind of record. */
#ifndef LEAT_STAGE_LIST_H
#define LEAT_STAGE_LIST_H

#include <stdint.h>

#include "output.h"
#include "staging.h"
#include "status.h"

/* Prints a line of JSON for each, of one repository (0: of all). */
enum status list_run(int64_t repository, struct staging *staging, struct output *output);

#endif
