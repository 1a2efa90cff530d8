/* Names of git objects: SHA-1, as bytes and as hex digits. */
#ifndef LEAT_OBJECT_ID_H
#define LEAT_OBJECT_ID_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "slice.h"

enum { OBJECT_ID_SIZE = 20, OBJECT_ID_HEX = 40 };

struct object_id {
    unsigned char bytes[OBJECT_ID_SIZE];
};

/* Hex, without a NUL. */
void object_id_hex(const struct object_id *id, char hex[OBJECT_ID_HEX]);
bool object_id_parse(struct slice hex, struct object_id *id);

static inline bool object_id_equal(const struct object_id *a, const struct object_id *b)
{
    return memcmp(a->bytes, b->bytes, OBJECT_ID_SIZE) == 0;
}

/* Object names are evenly spread already: their first bytes are a hash. */
static inline uint64_t object_id_hash(const struct object_id *id)
{
    uint64_t hash;

    memcpy(&hash, id->bytes, sizeof hash);
    return hash;
}

#endif
