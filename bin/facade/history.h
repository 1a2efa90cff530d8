/*
 * Which commits are reachable from some and not from others, oldest first: every commit comes
 * after its parents, so that the commits handed out so far are always all ancestors of their
 * newest. Takes some fifty bytes a commit while looking and twenty after.
 */
#ifndef LEAT_FACADE_HISTORY_H
#define LEAT_FACADE_HISTORY_H

#include "git.h"
#include "id_set.h"

struct history {
    struct object_id *commits; /* oldest first */
    size_t count;
    struct id_set reached; /* known commits that are parents of new ones */
    struct id_set lost;    /* commits that should be there and cannot be read */
};

/*
 * `tips` and `known` are commits. What cannot be read among `known` is passed over. Stops
 * early, returning false, when `stopped` does.
 */
bool history_find(struct repository *repository, const struct id_set *tips,
                  const struct id_set *known, bool (*stopped)(void), struct history *history);
void history_free(struct history *history);

/* The parents of a commit as git sees them: grafts and shallow boundaries respected. */
struct commit;
size_t history_parent_count(const struct repository *repository, const struct object_id *id,
                            const struct commit *commit);
void history_parent(const struct repository *repository, const struct object_id *id,
                    const struct commit *commit, size_t index, struct object_id *parent);

#endif
