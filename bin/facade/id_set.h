/* A set of object names that numbers them in the order they came: 0, 1, 2... */
#ifndef LEAT_FACADE_ID_SET_H
#define LEAT_FACADE_ID_SET_H

#include <stdint.h>

#include "git.h"

enum { ID_NONE = UINT32_MAX };

struct id_set {
    struct object_id *ids; /* by number */
    size_t count, capacity;
    uint32_t *table; /* numbers + 1, open addressing */
    size_t table_size;
};

/* The number of an id, or ID_NONE. */
uint32_t id_set_find(const struct id_set *set, const struct object_id *id);
/* The number of an id, which is added when it is new (then the number is the old count). */
uint32_t id_set_add(struct id_set *set, const struct object_id *id);
void id_set_free(struct id_set *set);

#endif
