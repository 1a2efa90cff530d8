#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static struct json scanner_of(struct slice value)
{
    return (struct json){.end = value.data ? value.data + value.length : NULL,
                         .max_nesting = JSON_MOST_NESTING};
}

bool view_next(struct slice array, const char **at, struct slice *element)
{
    struct json json = scanner_of(array);
    const char *start, *end;
    bool more;

    if (*at == NULL) {
        if (view_kind(array) != JSON_ARRAY)
            return false;
        start = json_space(&json, array.data + 1);
        if (*start == ']')
            return false;
    } else {
        start = json_after_value(&json, *at, ']', &more);
        if (start == NULL || !more)
            return false;
    }
    end = json_value_end(&json, start, 0);
    if (end == NULL)
        return false;
    *element = slice_of(start, (size_t)(end - start));
    *at = end;
    return true;
}

bool view_next_member(struct slice object, const char **at, struct view_member *member)
{
    struct json json = scanner_of(object);
    struct json_key key;
    const char *start, *end;
    bool more;

    if (*at == NULL) {
        if (view_kind(object) != JSON_OBJECT)
            return false;
        start = json_space(&json, object.data + 1);
        if (*start == '}')
            return false;
    } else {
        start = json_after_value(&json, *at, '}', &more);
        if (start == NULL || !more)
            return false;
    }
    start = json_key(&json, start, &key);
    end = start ? json_value_end(&json, start, 0) : NULL;
    if (end == NULL)
        return false;
    *member = (struct view_member){key.text, slice_of(start, (size_t)(end - start)), key.escaped};
    *at = end;
    return true;
}

static bool same_name(struct buffer *decoded, const struct view_member *member, struct slice name)
{
    if (!member->escaped)
        return slice_equal(member->name, name);
    decoded->length = 0;
    json_decode(decoded, member->name, 0);
    return slice_equal(buffer_slice(decoded), name);
}

/* Whether an earlier member has the name of the last one. */
static bool is_duplicate(struct view_members *members)
{
    const struct view_member *last = &members->items[members->count - 1];
    struct buffer name = {0};
    bool found = false;

    if (last->escaped)
        json_decode(&name, last->name, 0);
    for (size_t i = 0; i + 1 < members->count && !found; i++)
        found = same_name(&members->decoded, &members->items[i],
                          last->escaped ? buffer_slice(&name) : last->name);
    buffer_free(&name);
    return found;
}

/* A bit of 64 that a name sets: names that set different ones are different. */
static uint64_t bit_of(struct slice name)
{
    uint64_t mixed = name.length * 0x9E3779B97F4A7C15u;

    for (size_t i = 0; i < name.length; i++)
        mixed = (mixed ^ (unsigned char)name.data[i]) * 0x100000001B3u;
    return (uint64_t)1 << (mixed >> 58);
}

bool view_members(struct view_members *members, struct slice object)
{
    struct view_member member;
    const char *at = NULL;
    uint64_t seen = 0;
    bool escapes = false;

    members->count = 0;
    while (view_next_member(object, &at, &member)) {
        uint64_t bit = bit_of(member.name);

        if (members->count == members->capacity) {
            members->capacity = members->capacity ? 2 * members->capacity : 32;
            members->items =
                memory_resize(members->items, members->capacity, sizeof *members->items);
        }
        members->items[members->count++] = member;
        escapes |= member.escaped;
        if ((seen & bit || escapes) && is_duplicate(members))
            return false;
        seen |= bit;
    }
    return true;
}

void view_members_free(struct view_members *members)
{
    free(members->items);
    buffer_free(&members->decoded);
    *members = (struct view_members){0};
}

struct slice view_find(struct view_members *members, struct slice name, size_t *hint)
{
    if (*hint < members->count && same_name(&members->decoded, &members->items[*hint], name))
        return members->items[*hint].value;
    for (size_t i = 0; i < members->count; i++) {
        if (same_name(&members->decoded, &members->items[i], name)) {
            *hint = i;
            return members->items[i].value;
        }
    }
    return slice_of(NULL, 0);
}

struct slice view_member(struct slice value, struct slice name)
{
    struct view_member member;
    struct buffer decoded = {0};
    struct slice found = {NULL, 0};
    const char *at = NULL;

    while (found.data == NULL && view_next_member(value, &at, &member)) {
        if (same_name(&decoded, &member, name))
            found = member.value;
    }
    buffer_free(&decoded);
    return found;
}

struct slice view_path(struct slice value, const char *path)
{
    if (strcmp(path, ".") == 0)
        return value;
    while (*path && !view_is_null(value)) {
        size_t length = strcspn(path, ".");

        value = view_member(value, slice_of(path, length));
        path += length + (path[length] == '.');
    }
    return value;
}

bool view_holds(struct slice value)
{
    struct slice element;
    struct view_member member;
    const char *at = NULL;

    switch (view_kind(value)) {
    case JSON_NONE:
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_TRUE:
        return true;
    case JSON_NUMBER:
        for (size_t i = 0; i < value.length && (value.data[i] | 0x20) != 'e'; i++) {
            if (value.data[i] >= '1' && value.data[i] <= '9')
                return true;
        }
        return false;
    case JSON_STRING:
        return value.length > 2;
    case JSON_ARRAY:
        return view_next(value, &at, &element);
    case JSON_OBJECT:
        return view_next_member(value, &at, &member);
    }
    return false;
}

void view_append_text(struct buffer *buffer, struct slice value)
{
    if (view_kind(value) == JSON_STRING)
        json_decode(buffer, slice_of(value.data + 1, value.length - 2), 0);
    else
        buffer_append_slice(buffer, value);
}

bool view_is_text(struct slice value, const char *text)
{
    struct buffer decoded = {0};
    bool same;

    view_append_text(&decoded, value);
    same = slice_is(buffer_slice(&decoded), text);
    buffer_free(&decoded);
    return same;
}

struct slice view_list(struct slice value)
{
    struct slice list;

    if (view_kind(value) == JSON_ARRAY)
        return value;
    list = view_member(value, slice_text("nodes"));
    if (view_kind(list) != JSON_ARRAY)
        list = view_member(value, slice_text("edges"));
    return view_kind(list) == JSON_ARRAY ? list : slice_of(NULL, 0);
}
