/*
 * Progress on stderr, only when it is a terminal and -q is not given: a line rewritten at most
 * five times a second, with the rate, and percent and time left where the total is known.
 */
#ifndef LEAT_PROGRESS_H
#define LEAT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
    const char *unit; /* plural: "records", "commits" */
    uint64_t total;   /* 0: unknown */
    bool shown;
    uint64_t next_look; /* the count at which to look at the clock again */
    struct timespec started, last;
};

void progress_start(struct progress *progress, const char *unit, uint64_t total);
void progress_show(struct progress *progress, uint64_t done);
/* Clears the line, so that the next message starts clean. */
void progress_end(struct progress *progress);

/* Cheap enough for every record. */
static inline void progress_update(struct progress *progress, uint64_t done)
{
    if (__builtin_expect(progress->shown && done >= progress->next_look, 0))
        progress_show(progress, done);
}

#endif
