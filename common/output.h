/*
 * Buffered output of lines to a file descriptor, normally stdout. Bytes leave in blocks of
 * 128 KiB or more, cut at the end of a line, and whenever the input has nothing more to read
 * (lines.h calls output_flush), so a slow stream is never held back.
 *
 * A closed pipe ends the process quietly by SIGPIPE, as if it had never been ignored. Any
 * other failure (full disk) is kept in `error` (an errno), and nothing more is written.
 */
#ifndef LEAT_OUTPUT_H
#define LEAT_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "slice.h"

enum { OUTPUT_BLOCK = 128 << 10 };

struct output {
    int fd;
    int error;
    uint64_t bytes;       /* written so far */
    struct buffer buffer; /* append lines here, then call output_line_end() */
};

void output_open(struct output *output, int fd);

/* False when writing has failed: see `error`. */
bool output_flush(struct output *output);

/* Flushes, frees the buffer; true when every byte was written. Leaves the descriptor open. */
bool output_close(struct output *output);

/* Says on stderr why output failed and returns the exit status for it. */
int output_failure(const struct output *output);

/* To be called after each complete line that was appended to `buffer`. */
static inline bool output_line_end(struct output *output)
{
    if (__builtin_expect(output->buffer.length < OUTPUT_BLOCK, 1))
        return true;
    return output_flush(output);
}

#endif
