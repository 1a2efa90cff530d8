/*
 * Lines added and removed between two texts, the same numbers git's default diff gives, without
 * running that diff wherever the numbers are certain:
 *
 * What the two texts share at the start and the end is cut off at line ends, as git's diff cuts
 * it too. Git then sets aside lines that occur very often in the other text and stand among
 * lines that do not occur there at all; this step is done here by the same rule. For the lines
 * that are left git looks for a shortest edit script, and gives up shortness only when that
 * would cost more than 512 edits. So up to LINE_COUNTS_EDITS edits its script is a shortest one,
 * whose numbers follow from the longest common subsequence, however that is found. Beyond that
 * the numbers depend on git's heuristics, and the answer is "uncertain".
 */
#ifndef LEAT_FACADE_LINE_COUNTS_H
#define LEAT_FACADE_LINE_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

enum { LINE_COUNTS_EDITS = 500 };

/* Memory that is used again from call to call; one for each thread. */
struct line_counter;

struct line_counter *line_counter_new(void);
void line_counter_free(struct line_counter *counter);
/* Gives back memory that only uncommonly large texts need. */
void line_counter_trim(struct line_counter *counter);

/* True when certain: then *added and *removed are set. */
bool line_counts(struct line_counter *counter, struct slice old_text, struct slice new_text,
                 uint64_t *added, uint64_t *removed);

/* Lines in a text, the last one counted whether or not it ends in a newline. */
uint64_t line_total(struct slice text);

#endif
