#include "id_set.h"

#include <stdlib.h>

#include "memory.h"

static size_t slot_of(const struct id_set *set, const struct object_id *id)
{
    size_t slot = object_id_hash(id) & (set->table_size - 1);

    while (set->table[slot] != 0 && !object_id_equal(&set->ids[set->table[slot] - 1], id))
        slot = (slot + 1) & (set->table_size - 1);
    return slot;
}

uint32_t id_set_find(const struct id_set *set, const struct object_id *id)
{
    return set->count > 0 ? set->table[slot_of(set, id)] - 1 : ID_NONE;
}

static void grow_table(struct id_set *set)
{
    set->table_size = set->table_size ? set->table_size * 2 : 64;
    free(set->table);
    set->table = memory_new(set->table_size, sizeof *set->table);
    for (size_t i = 0; i < set->count; i++)
        set->table[slot_of(set, &set->ids[i])] = (uint32_t)i + 1;
}

uint32_t id_set_add(struct id_set *set, const struct object_id *id)
{
    size_t slot;

    if (set->count * 3 >= set->table_size * 2)
        grow_table(set);
    slot = slot_of(set, id);
    if (set->table[slot] == 0) {
        if (set->count == set->capacity) {
            set->capacity = set->capacity ? set->capacity * 3 / 2 : 64;
            set->ids = memory_resize(set->ids, set->capacity, sizeof *set->ids);
        }
        set->ids[set->count++] = *id;
        set->table[slot] = (uint32_t)set->count;
    }
    return set->table[slot] - 1;
}

void id_set_free(struct id_set *set)
{
    free(set->ids);
    free(set->table);
    *set = (struct id_set){0};
}
