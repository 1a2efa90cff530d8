#include "tree_diff.h"

/* Deeper than any honest path; recursion must end in a hostile repository too. */
enum { DEEPEST = 2048 };

static void tell_unreadable(struct tree_diff *diff, const struct object_id *id, const char *why)
{
    char hex[OBJECT_ID_HEX];

    object_id_hex(id, hex);
    buffer_format(&diff->error, "%stree %.*s: %s", diff->error.length > 0 ? "; " : "",
                  OBJECT_ID_HEX, hex, why);
}

static bool diff_trees(struct tree_diff *diff, const struct object_id *old_tree,
                       const struct object_id *new_tree, unsigned depth);

/* One side of an entry: a file that is reported, or a folder whose files are. */
static bool tell_side(struct tree_diff *diff, const struct tree_entry *old,
                      const struct tree_entry *new, unsigned depth)
{
    size_t before = diff->path.length;
    const struct tree_entry *named = old ? old : new;
    bool readable = true;

    buffer_append_slice(&diff->path, named->name);
    if (named->mode == MODE_TREE) {
        buffer_append_byte(&diff->path, '/');
        readable = diff_trees(diff, old ? old->id : NULL, new ? new->id : NULL, depth + 1);
    } else {
        struct tree_change change = {.path = buffer_slice(&diff->path)};

        if (old) {
            change.old_mode = old->mode;
            change.old_id = *old->id;
        }
        if (new) {
            change.new_mode = new->mode;
            change.new_id = *new->id;
        }
        diff->stopped |= !diff->change(diff->context, &change);
    }
    diff->path.length = before;
    return readable;
}

static bool same_entry(const struct tree_entry *a, const struct tree_entry *b)
{
    return a->mode == b->mode && object_id_equal(a->id, b->id);
}

/* Goes through two trees in step. */
static bool diff_entries(struct tree_diff *diff, struct tree_cursor *old, struct tree_cursor *new,
                         unsigned depth)
{
    bool well_formed = tree_cursor_next(old) && tree_cursor_next(new), readable = true;

    while (well_formed && !diff->stopped && (old->entry.mode || new->entry.mode)) {
        int order = !old->entry.mode   ? 1
                    : !new->entry.mode ? -1
                                       : tree_entry_compare(&old->entry, &new->entry);

        if (order != 0 || !same_entry(&old->entry, &new->entry))
            readable &= tell_side(diff, order <= 0 ? &old->entry : NULL,
                                  order >= 0 ? &new->entry : NULL, depth);
        if (order <= 0)
            well_formed &= tree_cursor_next(old);
        if (order >= 0)
            well_formed &= tree_cursor_next(new);
    }
    return well_formed && readable;
}

static bool read_tree(struct tree_diff *diff, const struct object_id *id, struct object *object,
                      struct tree_cursor *cursor)
{
    *object = (struct object){0};
    *cursor = (struct tree_cursor){0};
    if (!id)
        return true;
    switch (repository_read(diff->repository, id, object)) {
    case OBJECT_MISSING:
        tell_unreadable(diff, id, "missing");
        return false;
    case OBJECT_BROKEN:
        tell_unreadable(diff, id, repository_error());
        return false;
    case OBJECT_READ:
        break;
    }
    if (object->kind != OBJECT_TREE) {
        tell_unreadable(diff, id, "not a tree");
        object_release(object);
        return false;
    }
    *cursor = tree_cursor_of(object->content);
    return true;
}

static bool diff_trees(struct tree_diff *diff, const struct object_id *old_tree,
                       const struct object_id *new_tree, unsigned depth)
{
    struct object old_object, new_object;
    struct tree_cursor old, new;
    bool readable;

    if (old_tree && new_tree && object_id_equal(old_tree, new_tree))
        return true;
    if (depth > DEEPEST) {
        tell_unreadable(diff, new_tree ? new_tree : old_tree, "nested too deeply");
        return false;
    }
    if (!read_tree(diff, old_tree, &old_object, &old))
        return false;
    readable = read_tree(diff, new_tree, &new_object, &new);
    if (readable) {
        readable = diff_entries(diff, &old, &new, depth);
        if (!readable && diff->error.length == 0)
            tell_unreadable(diff, new_tree ? new_tree : old_tree, "malformed");
    }
    object_release(&old_object);
    object_release(&new_object);
    return readable;
}

bool tree_diff_run(struct tree_diff *diff, const struct object_id *old_tree,
                   const struct object_id *new_tree)
{
    diff->path.length = diff->error.length = 0;
    diff->stopped = false;
    return diff_trees(diff, old_tree, new_tree, 0) && !diff->stopped;
}

void tree_diff_free(struct tree_diff *diff)
{
    buffer_free(&diff->path);
    buffer_free(&diff->error);
}
