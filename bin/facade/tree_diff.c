#include "tree_diff.h"

/* Deeper than any honest path; recursion must end in a hostile repository too. */
enum { DEEPEST = 2048 };

struct entry {
    uint32_t mode; /* MODE_NONE: behind the last one */
    struct slice name;
    const struct object_id *id;
};

struct cursor {
    const char *at, *end;
    struct entry entry;
};

static uint32_t known_mode(uint32_t mode)
{
    switch (mode & 0170000) {
    case 0100000:
        return mode & 0100 ? 0100755 : 0100644;
    case MODE_LINK:
    case MODE_TREE:
        return mode & 0170000;
    default:
        return MODE_COMMIT;
    }
}

/* Moves to the next entry: "MODE NAME\0" and the id. False when the tree is malformed. */
static bool cursor_next(struct cursor *cursor)
{
    uint32_t mode = 0;
    const char *at = cursor->at, *name_end;

    cursor->entry.mode = MODE_NONE;
    if (at == cursor->end)
        return true;
    while (at < cursor->end && *at >= '0' && *at <= '7')
        mode = mode << 3 | (uint32_t)(*at++ - '0');
    if (at == cursor->end || *at++ != ' ')
        return false;
    name_end = memchr(at, '\0', (size_t)(cursor->end - at));
    if (!name_end || name_end == at || cursor->end - name_end <= OBJECT_ID_SIZE)
        return false;
    cursor->entry.mode = known_mode(mode);
    cursor->entry.name = slice_of(at, (size_t)(name_end - at));
    cursor->entry.id = (const struct object_id *)(name_end + 1);
    cursor->at = name_end + 1 + OBJECT_ID_SIZE;
    return true;
}

/* The order of git's trees: a folder's name counts as if a slash stood behind it. */
static int compare_entries(const struct entry *a, const struct entry *b)
{
    size_t least = a->name.length < b->name.length ? a->name.length : b->name.length;
    int order = memcmp(a->name.data, b->name.data, least);
    unsigned char a_next, b_next;

    if (order != 0)
        return order;
    a_next = a->name.length > least ? (unsigned char)a->name.data[least]
             : a->mode == MODE_TREE ? '/'
                                    : '\0';
    b_next = b->name.length > least ? (unsigned char)b->name.data[least]
             : b->mode == MODE_TREE ? '/'
                                    : '\0';
    if (a_next != b_next || a->name.length == b->name.length)
        return (int)a_next - (int)b_next;
    return a->name.length < b->name.length ? -1 : 1; /* a name with a slash in it, malformed */
}

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
static bool tell_side(struct tree_diff *diff, const struct entry *old, const struct entry *new,
                      unsigned depth)
{
    size_t before = diff->path.length;
    const struct entry *named = old ? old : new;
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

static bool same_entry(const struct entry *a, const struct entry *b)
{
    return a->mode == b->mode && object_id_equal(a->id, b->id);
}

/* Goes through two trees in step. */
static bool diff_entries(struct tree_diff *diff, struct cursor *old, struct cursor *new,
                         unsigned depth)
{
    bool well_formed = cursor_next(old) && cursor_next(new), readable = true;

    while (well_formed && !diff->stopped && (old->entry.mode || new->entry.mode)) {
        int order = !old->entry.mode   ? 1
                    : !new->entry.mode ? -1
                                       : compare_entries(&old->entry, &new->entry);

        if (order != 0 || !same_entry(&old->entry, &new->entry))
            readable &= tell_side(diff, order <= 0 ? &old->entry : NULL,
                                  order >= 0 ? &new->entry : NULL, depth);
        if (order <= 0)
            well_formed &= cursor_next(old);
        if (order >= 0)
            well_formed &= cursor_next(new);
    }
    return well_formed && readable;
}

static bool read_tree(struct tree_diff *diff, const struct object_id *id, struct object *object,
                      struct cursor *cursor)
{
    *object = (struct object){0};
    *cursor = (struct cursor){0};
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
    cursor->at = object->content.data;
    cursor->end = cursor->at + object->content.length;
    return true;
}

static bool diff_trees(struct tree_diff *diff, const struct object_id *old_tree,
                       const struct object_id *new_tree, unsigned depth)
{
    struct object old_object, new_object;
    struct cursor old, new;
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

bool tree_find(struct slice tree, const char *name, uint32_t *mode, struct object_id *id)
{
    struct cursor cursor = {.at = tree.data, .end = tree.data + tree.length};

    while (cursor_next(&cursor) && cursor.entry.mode != MODE_NONE) {
        if (!slice_is(cursor.entry.name, name))
            continue;
        *mode = cursor.entry.mode;
        *id = *cursor.entry.id;
        return true;
    }
    return false;
}

void tree_diff_free(struct tree_diff *diff)
{
    buffer_free(&diff->path);
    buffer_free(&diff->error);
}
