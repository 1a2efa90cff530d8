/* What became of something asked: of one REST request, or of one query of a GraphQL request. */
#ifndef FETCH_ANSWER_H
#define FETCH_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "slice.h"

enum answer_kind {
    ANSWER_BODY,      /* `value` is the JSON */
    ANSWER_UNCHANGED, /* as it was, and delivered before */
    ANSWER_STATUS,    /* a status other than success, for good: `status`, `reason` */
    ANSWER_TOO_RICH,  /* a query for less may succeed */
    ANSWER_FAILED,    /* given up: `reason` */
    ANSWER_STOPPED    /* a signal, or the end of the run */
};

struct answer {
    enum answer_kind kind;
    int status;
    struct buffer body; /* followed by "\n" and JSON_PADDING bytes; owns what value points into */
    struct slice value; /* valid JSON */
    char *next_link;    /* the URL of the Link header's rel="next", or NULL */
    char *moved_to;     /* where a permanent redirect led, or NULL */
    char *reason;       /* for people, or NULL */
    bool stored;        /* it came from the disk */
    int64_t date;       /* when the server gave it, by its own clock, in milliseconds; 0: unknown */
};

void answer_free(struct answer *answer);

/* Makes the body what `text` holds, with the padding the scanner needs, and value all of it. */
void answer_set_body(struct answer *answer, struct slice text);

#endif
