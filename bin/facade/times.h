/* Git's times ("SECONDS OFFSET") as RFC 3339 with the author's own offset. */
#ifndef LEAT_FACADE_TIMES_H
#define LEAT_FACADE_TIMES_H

#include "buffer.h"
#include "slice.h"

enum time_outcome {
    TIME_EXACT,   /* appended, with its offset */
    TIME_SHIFTED, /* appended in UTC: the offset is none, or beyond 15:59 either way */
    TIME_NONE     /* nothing appended: no time, or beyond the year 9999 */
};

enum time_outcome time_append(struct buffer *buffer, struct slice time);

#endif
