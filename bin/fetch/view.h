/*
 * Looking into a JSON value that is known to be valid, without building a tree: what a path
 * names, the elements of an array, the members of an object, each as a slice of the text.
 */
#ifndef FETCH_VIEW_H
#define FETCH_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "json.h"
#include "slice.h"

struct view_member {
    struct slice name; /* as written; see `escaped` */
    struct slice value;
    bool escaped;
};

/* The members of one object, in order. Zero-initialize it, view_members_free() it. */
struct view_members {
    struct view_member *items;
    size_t count, capacity;
    struct buffer decoded;
};

/* Lists the members of an object; none for any other value. False for a duplicate key. */
bool view_members(struct view_members *members, struct slice object);
void view_members_free(struct view_members *members);

/* The value of that name; data NULL when there is none. `*hint` is where to look first, and is
 * set to where it was found. */
struct slice view_find(struct view_members *members, struct slice name, size_t *hint);

/* The member of that name of a value; data NULL when there is none. */
struct slice view_member(struct slice value, struct slice name);
/* What a path ("a.b.c", or "." for the value itself) names; data NULL when there is nothing,
 * null when null stands on the way. */
struct slice view_path(struct slice value, const char *path);

/* The elements of an array, one by one: start with *at NULL. False at the end. */
bool view_next(struct slice array, const char **at, struct slice *element);
/* The members of an object in the same way. */
bool view_next_member(struct slice object, const char **at, struct view_member *member);

static inline enum json_kind view_kind(struct slice value)
{
    return value.length > 0 ? json_kind_of(value.data[0]) : JSON_NONE;
}

/* No value, or null. */
static inline bool view_is_null(struct slice value)
{
    return value.data == NULL || view_kind(value) == JSON_NULL;
}

/* Something other than null, false, 0, "", [] and {}. */
bool view_holds(struct slice value);

/* Appends the text of a string, decoded, or of any other scalar as it is. */
void view_append_text(struct buffer *buffer, struct slice value);
/* Whether the value is a string or other scalar with that text. */
bool view_is_text(struct slice value, const char *text);

/* A GraphQL connection's nodes or edges, an array itself; a one-element view of an object is
 * the caller's: data NULL for anything else. */
struct slice view_list(struct slice value);

#endif
