/*
 * Which files differ between two trees, by reading the raw trees side by side. Subtrees of the
 * same name and id are not looked into. Files are compared by mode and id; modes are brought to
 * the few git knows first, as git does.
 */
#ifndef LEAT_FACADE_TREE_DIFF_H
#define LEAT_FACADE_TREE_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "git.h"
#include "tree_entries.h"

struct tree_change {
    struct slice path;           /* valid during the call only */
    uint32_t old_mode, new_mode; /* MODE_NONE: not there */
    struct object_id old_id, new_id;
};

struct tree_diff {
    struct repository *repository;
    bool (*change)(void *context, const struct tree_change *change); /* false: stop */
    void *context;
    struct buffer path;  /* of the entry looked at */
    struct buffer error; /* what could not be read, for people; empty when all could */
    bool stopped;
};

/*
 * Calls `change` for each file that differs, in the order of git's trees. NULL stands for the
 * empty tree. False when some tree could not be read (the rest is compared all the same), or
 * when `change` stopped it.
 */
bool tree_diff_run(struct tree_diff *diff, const struct object_id *old_tree,
                   const struct object_id *new_tree);
void tree_diff_free(struct tree_diff *diff);

#endif
