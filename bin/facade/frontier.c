#include "frontier.h"

#include <stdlib.h>

#include "history.h"
#include "memory.h"

/* Commits that left the frontier are forgotten when there are this many more than it holds. */
enum { FORGET_FROM = 4096 };

static void forget_departed(struct frontier *frontier)
{
    struct frontier fresh = {0};

    for (size_t i = 0; i < frontier->ids.count; i++)
        if (frontier->present[i])
            frontier_add(&fresh, &frontier->ids.ids[i]);
    frontier_free(frontier);
    *frontier = fresh;
}

void frontier_add(struct frontier *frontier, const struct object_id *id)
{
    size_t before = frontier->ids.count;
    uint32_t number;

    if (frontier->ids.count > 2 * frontier->present_count + FORGET_FROM) {
        forget_departed(frontier);
        before = frontier->ids.count;
    }
    number = id_set_add(&frontier->ids, id);
    if (frontier->ids.count > frontier->capacity) {
        frontier->capacity = frontier->ids.capacity;
        frontier->present =
            memory_resize(frontier->present, frontier->capacity, sizeof *frontier->present);
    }
    if (frontier->ids.count > before || !frontier->present[number])
        frontier->present_count++;
    frontier->present[number] = true;
}

void frontier_remove(struct frontier *frontier, const struct object_id *id)
{
    uint32_t number = id_set_find(&frontier->ids, id);

    if (number == ID_NONE || !frontier->present[number])
        return;
    frontier->present[number] = false;
    frontier->present_count--;
}

void frontier_free(struct frontier *frontier)
{
    id_set_free(&frontier->ids);
    free(frontier->present);
    *frontier = (struct frontier){0};
}

void frontier_advance(struct frontier *frontier, const struct repository *repository,
                      const struct object_id *id, const struct commit *commit)
{
    size_t count = history_parent_count(repository, id, commit);

    for (size_t i = 0; i < count; i++) {
        struct object_id parent;

        history_parent(repository, id, commit, i, &parent);
        frontier_remove(frontier, &parent);
    }
    frontier_add(frontier, id);
}
