/* What run.c and inspect.c share: a run, and the subjects it works on. */
#ifndef FETCH_RUN_PARTS_H
#define FETCH_RUN_PARTS_H

#include "progress.h"
#include "run.h"

struct subject {
    struct subject *next;
    char *name;
    struct parameters parameters;
    struct identity_seen identity;
    struct scan *scans;
    size_t count, current;
    struct scan_options scan;
    bool probing; /* the last scan asks what it is called now */
    bool failed;
};

struct run {
    const struct run_options *options;
    struct listings all;
    struct subject *first, *last; /* being worked on */
    struct subject *over;         /* done, but requests of theirs may be under way */
    size_t active;
    bool no_more;
    enum status status;
    struct progress progress;
    char waiting[160];    /* what was said last */
    uint64_t since_state; /* bytes given out since the last STATE */
    size_t state_size;
    bool state_due;
};

void run_open(struct run *run, const struct run_options *options);
/* Begins as many subjects as are worked on at once. */
void run_open_subjects(struct run *run);
/* Adds a walk over a stream to a subject. */
void run_open_scan(struct run *run, struct subject *subject, const struct stream *stream,
                   const struct doc *bookmarks, uint64_t serial);
void run_close(struct run *run);

#endif
