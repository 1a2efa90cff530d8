/*
 * The shape of a stream: a tree of the names its records have used so far. A tool hangs what
 * it knows about a place (a column, a type) on the tree's nodes.
 *
 * Looking a name up is made for records that look like the one before: each node remembers
 * which name followed last time, so most names cost one comparison. Every place also knows
 * in which object it was last seen, which finds duplicate keys at the same cost.
 *
 * The tree grows with the number of different names, not of records, and is bounded: a map
 * used as an object (keys that are data) hits the bound and is an error that says so.
 */
#ifndef LEAT_SHAPE_H
#define LEAT_SHAPE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "json.h"
#include "slice.h"

enum { SHAPE_DEFAULT_NAMES = 10000, SHAPE_PADDING = 16 };

struct shape_node {
    struct slice name;         /* decoded, owned by the tree, padded by SHAPE_PADDING bytes */
    bool plain;                /* the name stands in JSON as it is, without escapes */
    struct shape_node *parent; /* NULL at the root */
    struct shape_node *first_child, *last_child, *next_sibling; /* in order of appearance */
    struct shape_node *expected_first; /* the name that came first last time */
    struct shape_node *expected_next;  /* the name that came behind this one last time */
    struct shape_node **table;         /* children by hash, open addressing */
    uint32_t table_size, child_count;
    uint64_t seen; /* serial number of the object this name was last seen in */
    void *data;    /* the tool's; freed by the tool */
};

struct shape {
    struct shape_node root;
    uint64_t serial; /* of the last object begun */
    uint32_t names, max_names;
    struct buffer decoded;
};

/* A cursor over the members of one object. */
struct shape_cursor {
    struct shape_node *object;
    struct shape_node *last;
    uint64_t serial;
};

void shape_open(struct shape *shape, uint32_t max_names);
/* `free_data` (or NULL) is called for each node's data. */
void shape_close(struct shape *shape, void (*free_data)(void *data));

/* The child of that decoded name, made if need be; NULL when the bound is reached. */
struct shape_node *shape_child(struct shape *shape, struct shape_node *node, struct slice name);
/* The same, but NULL when there is none. */
struct shape_node *shape_find(const struct shape_node *node, struct slice name);

/* Appends the RFC 6901 pointer to a node: "/user/login"; array elements are "*". */
void shape_pointer(const struct shape_node *node, struct buffer *buffer);

static inline struct shape_cursor shape_begin(struct shape *shape, struct shape_node *object)
{
    return (struct shape_cursor){object, NULL, ++shape->serial};
}

/* Whether the text at `at`, which is padded as the name is, starts with the name. */
static inline bool shape_same(const char *at, struct slice name)
{
#if defined(__SSE2__) && !defined(LEAT_SCALAR)
    if (__builtin_expect(name.length <= 16, 1)) {
        __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)at),
                                      _mm_loadu_si128((const __m128i *)name.data));
        uint32_t wanted = ((uint32_t)1 << name.length) - 1;

        return ((uint32_t)_mm_movemask_epi8(same) & wanted) == wanted;
    }
#endif
    return memcmp(at, name.data, name.length) == 0;
}

/* The slow way of shape_key(): any name, in any order. */
const char *shape_key_slow(struct shape *shape, struct shape_cursor *cursor, struct json *json,
                           const char *at, struct shape_node **node);

/*
 * `at` is behind "{" or ",": reads a key and its colon, sets *node to its place and returns
 * the first byte of the value; NULL (see json->error) for a fault or a duplicate key.
 */
static inline const char *shape_key(struct shape *shape, struct shape_cursor *cursor,
                                    struct json *json, const char *at, struct shape_node **node)
{
    struct shape_node *expected =
        cursor->last ? cursor->last->expected_next : cursor->object->expected_first;

    if (__builtin_expect(expected != NULL, 1)) {
        size_t length = expected->name.length;

        if (expected->plain && (size_t)(json->end - at) > length + 2 && at[length + 1] == '"' &&
            at[length + 2] == ':' && *at == '"' && expected->seen != cursor->serial &&
            shape_same(at + 1, expected->name)) {
            expected->seen = cursor->serial;
            cursor->last = expected;
            *node = expected;
            return json_space(json, at + length + 3);
        }
    }
    return shape_key_slow(shape, cursor, json, at, node);
}

#endif
