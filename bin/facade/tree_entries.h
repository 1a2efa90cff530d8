/*
 * The entries of a raw tree, one by one. Modes are brought to the few git knows, as git does.
 * Everything points into the tree's content.
 */
#ifndef LEAT_FACADE_TREE_ENTRIES_H
#define LEAT_FACADE_TREE_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "object_id.h"
#include "slice.h"

enum { MODE_NONE = 0, MODE_TREE = 0040000, MODE_LINK = 0120000, MODE_COMMIT = 0160000 };

struct tree_entry {
    uint32_t mode; /* MODE_NONE: behind the last one */
    struct slice name;
    const struct object_id *id;
};

struct tree_cursor {
    const char *at, *end;
    struct tree_entry entry;
};

static inline struct tree_cursor tree_cursor_of(struct slice tree)
{
    return (struct tree_cursor){.at = tree.data, .end = tree.data + tree.length};
}

/* Moves to the next entry. False when the tree is malformed. */
bool tree_cursor_next(struct tree_cursor *cursor);

/* The order of git's trees: a folder's name counts as if a slash stood behind it. */
int tree_entry_compare(const struct tree_entry *a, const struct tree_entry *b);

/* Finds an entry by its name; false when there is none. */
bool tree_find(struct slice tree, const char *name, uint32_t *mode, struct object_id *id);

#endif
