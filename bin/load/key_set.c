#include "key_set.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static bool put(uint64_t *hashes, size_t slots, uint64_t hash)
{
    size_t at = hash & (slots - 1);

    while (hashes[at] != 0 && hashes[at] != hash)
        at = (at + 1) & (slots - 1);
    if (hashes[at] == hash)
        return false;
    hashes[at] = hash;
    return true;
}

static void grow(struct key_set *set)
{
    size_t slots = set->slots ? set->slots * 2 : 1024;
    uint64_t *hashes = memory_new(slots, sizeof *hashes);

    for (size_t i = 0; i < set->slots; i++) {
        if (set->hashes[i] != 0)
            put(hashes, slots, set->hashes[i]);
    }
    free(set->hashes);
    set->hashes = hashes;
    set->slots = slots;
}

bool key_set_add(struct key_set *set, uint64_t hash)
{
    if (set->count * 2 >= set->slots)
        grow(set);
    if (!put(set->hashes, set->slots, hash ? hash : 1))
        return false;
    set->count++;
    return true;
}

void key_set_clear(struct key_set *set)
{
    if (set->count > 0)
        memset(set->hashes, 0, set->slots * sizeof *set->hashes);
    set->count = 0;
}

void key_set_free(struct key_set *set)
{
    free(set->hashes);
    *set = (struct key_set){0};
}
