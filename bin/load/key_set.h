/* The hashes of the keys seen since the set was last emptied. Zero-initialize it. */
#ifndef LEAT_LOAD_KEY_SET_H
#define LEAT_LOAD_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_set {
    uint64_t *hashes; /* open addressing; 0 is free */
    size_t slots, count;
};

/* Adds a hash; false when it was there already. */
bool key_set_add(struct key_set *set, uint64_t hash);
/* Empties it; the memory is kept. */
void key_set_clear(struct key_set *set);
void key_set_free(struct key_set *set);

#endif
