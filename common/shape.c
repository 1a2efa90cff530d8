#include "shape.h"

#include <stdlib.h>

#include "hash.h"
#include "memory.h"

void shape_open(struct shape *shape, uint32_t max_names)
{
    *shape = (struct shape){.max_names = max_names};
}

static void free_children(struct shape_node *node, void (*free_data)(void *data))
{
    struct shape_node *child = node->first_child;

    while (child != NULL) {
        struct shape_node *next = child->next_sibling;

        free_children(child, free_data);
        free((char *)child->name.data);
        free(child);
        child = next;
    }
    free(node->table);
    if (free_data && node->data)
        free_data(node->data);
}

void shape_close(struct shape *shape, void (*free_data)(void *data))
{
    free_children(&shape->root, free_data);
    buffer_free(&shape->decoded);
    *shape = (struct shape){0};
}

/* The slot where the name is, or where it would go. */
static struct shape_node **slot_of(const struct shape_node *node, struct slice name)
{
    uint32_t at = (uint32_t)hash_64(name) & (node->table_size - 1);

    while (node->table[at] != NULL && !slice_equal(node->table[at]->name, name))
        at = (at + 1) & (node->table_size - 1);
    return &node->table[at];
}

struct shape_node *shape_find(const struct shape_node *node, struct slice name)
{
    return node->table_size ? *slot_of(node, name) : NULL;
}

static void grow_table(struct shape_node *node)
{
    node->table_size = node->table_size ? node->table_size * 2 : 8;
    free(node->table);
    node->table = memory_new(node->table_size, sizeof *node->table);
    for (struct shape_node *child = node->first_child; child; child = child->next_sibling)
        *slot_of(node, child->name) = child;
}

static bool is_plain(struct slice name)
{
    for (size_t i = 0; i < name.length; i++) {
        unsigned char byte = (unsigned char)name.data[i];

        if (byte < 0x20 || byte == '"' || byte == '\\')
            return false;
    }
    return true;
}

static struct slice padded_copy(struct slice name)
{
    char *copy = memory_new(name.length + SHAPE_PADDING, 1);

    if (name.length > 0)
        memcpy(copy, name.data, name.length);
    return slice_of(copy, name.length);
}

struct shape_node *shape_child(struct shape *shape, struct shape_node *node, struct slice name)
{
    struct shape_node *child = shape_find(node, name);

    if (child != NULL)
        return child;
    if (shape->names >= shape->max_names)
        return NULL;
    shape->names++;
    child = memory_new(1, sizeof *child);
    child->name = padded_copy(name);
    child->plain = is_plain(name);
    child->parent = node;
    if (node->last_child)
        node->last_child->next_sibling = child;
    else
        node->first_child = child;
    node->last_child = child;
    node->child_count++;
    if (node->child_count * 2 > node->table_size)
        grow_table(node);
    else
        *slot_of(node, child->name) = child;
    return child;
}

const char *shape_key_slow(struct shape *shape, struct shape_cursor *cursor, struct json *json,
                           const char *at, struct shape_node **node)
{
    struct json_key key;
    const char *key_at = at;
    struct shape_node *child;

    at = json_key(json, at, &key);
    if (at == NULL)
        return NULL;
    if (key.escaped) {
        shape->decoded.length = 0;
        json_decode(&shape->decoded, key.text, 0);
        key.text = buffer_slice(&shape->decoded);
    }
    child = shape_child(shape, cursor->object, key.text);
    if (child == NULL)
        return json_fail(json, key_at, "more different names than --max-names allows");
    if (child->seen == cursor->serial)
        return json_fail(json, key_at, "an object names a key twice");
    child->seen = cursor->serial;
    if (cursor->last)
        cursor->last->expected_next = child;
    else
        cursor->object->expected_first = child;
    cursor->last = child;
    *node = child;
    return at;
}

void shape_pointer(const struct shape_node *node, struct buffer *buffer)
{
    if (node->parent == NULL)
        return;
    shape_pointer(node->parent, buffer);
    buffer_append_byte(buffer, '/');
    for (size_t i = 0; i < node->name.length; i++) {
        char byte = node->name.data[i];

        if (byte == '~')
            buffer_append(buffer, "~0", 2);
        else if (byte == '/')
            buffer_append(buffer, "~1", 2);
        else
            buffer_append_byte(buffer, byte);
    }
}
