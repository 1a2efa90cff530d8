/*
 * The newest of the commits emitted so far: all others are their ancestors. It is what STATE
 * records, so that the next run knows what need not be walked again.
 */
#ifndef LEAT_FACADE_FRONTIER_H
#define LEAT_FACADE_FRONTIER_H

#include "git.h"
#include "id_set.h"

struct frontier {
    struct id_set ids;
    bool *present; /* by number in `ids` */
    size_t present_count, capacity;
};

void frontier_add(struct frontier *frontier, const struct object_id *id);
void frontier_remove(struct frontier *frontier, const struct object_id *id);
void frontier_free(struct frontier *frontier);

/* A commit was emitted after its parents, which are no longer the newest. */
struct commit;
void frontier_advance(struct frontier *frontier, const struct repository *repository,
                      const struct object_id *id, const struct commit *commit);

#endif
