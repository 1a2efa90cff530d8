/*
 * Lines of a file descriptor, in large blocks and with little copying.
 *
 * A line's slice is valid until the next call. It has no line end ("\n" or "\r\n"); blank
 * lines are passed over; a byte-order mark at the very start is dropped; a last line without
 * "\n" counts as a line. The byte behind a line is readable, is "\n" or "\r", and LINES_PADDING
 * bytes behind it are readable too: the scanner (json.h) relies on that.
 *
 * A line over the limit is not kept in memory: its first bytes and its length are given.
 */
#ifndef LEAT_LINES_H
#define LEAT_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "slice.h"

enum {
    LINES_PADDING = 64,
    LINES_EXCERPT = 64 << 10 /* how much of an over-long line is kept */
};

#define LINES_DEFAULT_LIMIT ((uint64_t)256 << 20)

enum lines_result {
    LINES_LINE,     /* *line is the next line */
    LINES_TOO_LONG, /* *line is its first LINES_EXCERPT bytes, `long_length` its length */
    LINES_END,
    LINES_STOPPED, /* a signal asked us to stop (signals.h) */
    LINES_ERROR    /* reading failed: see `error`, an errno */
};

struct lines {
    int fd;
    int error;
    uint64_t limit;       /* bytes a line may have */
    uint64_t number;      /* of the line last given, from 1 */
    uint64_t bytes;       /* read so far */
    uint64_t long_length; /* after LINES_TOO_LONG */
    bool at_end;
    struct buffer buffer;
    struct buffer excerpt;
    size_t start; /* of what is not given out yet */
    /* Called when the input has nothing to read right now, and again each time `idle_wait`
     * milliseconds (-1: no limit) pass without any; NULL for none. It may set both members. */
    void (*idle)(void *context);
    void *idle_context;
    int idle_wait;
    bool idle_stop; /* wait no longer: LINES_STOPPED */
};

void lines_open(struct lines *lines, int fd, uint64_t limit);
enum lines_result lines_next(struct lines *lines, struct slice *line);
void lines_close(struct lines *lines);

#endif
