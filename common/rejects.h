/*
 * Rejected records. Each goes, as one line of JSON, to the file given by --rejects (appended,
 * created with mode 0600: records may hold private data), or without one to stderr as one
 * line of text. leat-stream(5) documents the members.
 */
#ifndef LEAT_REJECTS_H
#define LEAT_REJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "output.h"
#include "slice.h"

struct rejects {
    const char *path; /* NULL: stderr */
    uint64_t count;
    struct output file; /* when path */
};

struct reject {
    struct slice stream; /* empty when unknown */
    uint64_t line;       /* of the input, from 1; 0 when unknown */
    const char *reason;
    struct slice original; /* the bytes as they came, or the first of them */
    uint64_t length;       /* how many there were */
};

/* False, after an error message, when the file cannot be opened. */
bool rejects_open(struct rejects *rejects, const char *path);
void rejects_add(struct rejects *rejects, const struct reject *reject);
/* False, after an error message, when the file could not be written. */
bool rejects_close(struct rejects *rejects);

#endif
