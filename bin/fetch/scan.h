/*
 * A scan: one walk over a root stream of a subject, from where the STATE says to where it ends,
 * and the bookmark that says how far it got. leat-source(5), "Incremental streams".
 *
 * A bookmark, under bookmarks.SOURCE.SUBJECT.STREAM of the STATE's value:
 *
 *   value      the last value of the incremental field that was delivered (a time as RFC 3339,
 *              a number as text)
 *   settled    true when nothing up to the value can come to light any more
 *   scan       the tag of the last scan that was delivered (responses.h)
 *   next       the tag of the next one; both only with a cache
 *   page_size  where to begin, if that was found to be less than the description says
 *   resume     of a scan that was not delivered to its end: `position` (position.h), and where
 *              it began (`since`) and has got (`newest`)
 *   gone       true after a status record
 *   done       when the scan was over: a run that goes on with one that was cut off after
 *              `unfinished` (run.h) does not walk it again
 */
#ifndef FETCH_SCAN_H
#define FETCH_SCAN_H

#include <stdbool.h>

#include "listing.h"

struct scan {
    struct listing list;
    struct scan_cache cache;
    char *next_tag;               /* of the scan after this one */
    const struct stream **family; /* the wanted streams it gives */
    size_t family_size;
    struct progress_made given; /* by what was given out */
    bool has_value;             /* the bookmark it began with had one */
    int64_t value;
    bool has_began; /* where it began */
    int64_t began;
    bool was_gone;   /* so the bookmark says */
    bool over;       /* everything was given out, or it was given up */
    bool skipped;    /* it was over already when the run before was cut off */
    int64_t done_at; /* 0: not yet */
    bool keeps_state;
};

struct scan_options {
    bool full_refresh;
    bool has_since; /* where to begin without a bookmark: --since */
    int64_t since;
    const char *cache;  /* folder, or NULL */
    bool keeps_state;   /* there will be a next run that knows of this one */
    int64_t unfinished; /* when the run began that was cut off; 0: none was */
};

/* Sets the scan up; `bookmarks` are those of the subject (NULL-safe). Nothing is asked yet. */
void scan_open(struct scan *scan, struct listings *all, const struct stream *stream,
               const struct parameters *parameters, const char *subject,
               const struct doc *bookmarks, const struct scan_options *options);

/* Asks for the next page, if one is wanted and none is asked for. */
void scan_go_on(struct scan *scan);

/* Gives out one page that is ready. */
void scan_give_page(struct scan *scan, struct buffer *out);

/* Writes the bookmarks of the scan's streams, as far as was given out. */
void scan_write_bookmarks(const struct scan *scan, struct doc *bookmarks);
/* All of it was given out: tidies the cache up. */
void scan_end(struct scan *scan);
void scan_free(struct scan *scan);

#endif
