#include "tree_entries.h"

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

/* "MODE NAME\0" and the id. */
bool tree_cursor_next(struct tree_cursor *cursor)
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

int tree_entry_compare(const struct tree_entry *a, const struct tree_entry *b)
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

bool tree_find(struct slice tree, const char *name, uint32_t *mode, struct object_id *id)
{
    struct tree_cursor cursor = tree_cursor_of(tree);

    while (tree_cursor_next(&cursor) && cursor.entry.mode != MODE_NONE) {
        if (!slice_is(cursor.entry.name, name))
            continue;
        *mode = cursor.entry.mode;
        *id = *cursor.entry.id;
        return true;
    }
    return false;
}
