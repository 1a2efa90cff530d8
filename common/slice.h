/*
 * A slice: bytes that somebody else owns, with their length. It is not ended by NUL and
 * stays valid only as long as its owner says (for a line: until the next line is read).
 */
#ifndef LEAT_SLICE_H
#define LEAT_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *data;
    size_t length;
};

/* For printf: printf("%.*s", SLICE_FORMAT(s)). */
#define SLICE_FORMAT(s) (int)(s).length, (s).data

static inline struct slice slice_of(const char *data, size_t length)
{
    return (struct slice){data, length};
}

static inline struct slice slice_text(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline bool slice_is(struct slice s, const char *text)
{
    return slice_equal(s, slice_text(text));
}

#endif
