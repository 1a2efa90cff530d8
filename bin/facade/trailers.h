/*
 * The trailers of a commit message ("Signed-off-by: Name <address>"), found where
 * git-interpret-trailers(1) finds them: in the last paragraph, when that is not the subject and
 * all of its lines are trailers, or at least a quarter of them and one is made by git itself.
 */
#ifndef LEAT_FACADE_TRAILERS_H
#define LEAT_FACADE_TRAILERS_H

#include <stdbool.h>

#include "buffer.h"
#include "slice.h"

struct trailer {
    struct slice key;
    struct slice value;       /* folded lines joined by a space */
    struct slice name, email; /* of a value "NAME <EMAIL>"; else data is NULL */
};

struct trailers {
    struct trailer *items;
    size_t count, capacity;
    struct buffer joined; /* holds values of several lines */
};

/* The trailers point into the message or into `joined`, until the next call. */
void trailers_find(struct trailers *trailers, struct slice message);
void trailers_free(struct trailers *trailers);

#endif
