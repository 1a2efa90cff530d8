/* How much of a file's content is in another's, by git's measure for renames. */
#ifndef LEAT_FACADE_LIKENESS_H
#define LEAT_FACADE_LIKENESS_H

#include <stdint.h>

#include "slice.h"

enum { LIKENESS_MOST = 60000 };

/* The pieces of a content: how many bytes there are of each kind of piece. */
struct piece {
    uint32_t hash;
    uint64_t bytes;
};

struct pieces {
    struct piece *items; /* sorted by hash; NULL when not made yet */
    size_t count;
    uint64_t size; /* of the content */
};

void pieces_make(struct pieces *pieces, struct slice content);
void pieces_free(struct pieces *pieces);

/* From 0 to LIKENESS_MOST; 0 also when the sizes alone rule out `least`. */
unsigned likeness(const struct pieces *a, const struct pieces *b, unsigned least);

#endif
