/*
 * The types of columns, how a value's text tells its type, and how types widen.
 *
 *   unknown < boolean
 *   unknown < integer < number
 *   unknown < date < date-time      (RFC 3339, with a zone)
 *   unknown < date < timestamp      (the same without a zone)
 *   unknown < uuid
 * Two that are not on one line meet in string, which all of them fit; where a scalar meets an
 * object or array the column is json. A type is found by the value's text alone, and only if
 * the text comes back the same from a column of that type, up to its standard spelling.
 */
#ifndef LEAT_TYPES_H
#define LEAT_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "json.h"
#include "slice.h"

enum type {
    TYPE_UNKNOWN, /* nothing but nulls so far */
    TYPE_BOOLEAN,
    TYPE_INTEGER,   /* 64 bit, signed */
    TYPE_NUMBER,    /* exact decimal of any size */
    TYPE_DATE,      /* 2006-01-02 */
    TYPE_DATE_TIME, /* 2006-01-02T15:04:05.999999+01:00, at most six fraction digits */
    TYPE_TIMESTAMP, /* the same without a zone */
    TYPE_UUID,      /* lower case, with dashes */
    TYPE_STRING,
    TYPE_JSON
};

enum { TYPE_COUNT = TYPE_JSON + 1 };

/* The narrowest type that holds both. */
enum type types_widen(enum type a, enum type b);

/* The type of one value. `value` is its text as written, a string with its quotes.
 * An escaped string is never anything but a string. */
enum type types_of(enum json_kind kind, struct slice value);

/* The same, by what a string says (between its quotes). */
enum type types_of_string(struct slice text);

/* Whether a value of this kind and text can be stored in a column of `type` as it is.
 * Cheaper than types_of() for what is already known to be a string. */
static inline enum type types_grown(enum type type, enum json_kind kind, struct slice value)
{
    if (kind == JSON_NULL)
        return type;
    if (type == TYPE_JSON || (type == TYPE_STRING && kind < JSON_ARRAY))
        return type;
    return types_widen(type, types_of(kind, value));
}

/* Moments, for those who store them in binary. Only for text that types_of_string() called so. */
struct types_moment {
    int64_t days;         /* since 1970-01-01 */
    int64_t microseconds; /* since 1970-01-01T00:00:00Z (of the wall clock, for a timestamp) */
};
struct types_moment types_moment(struct slice text);

/* "boolean", "date-time", ... as the manual pages call them. */
const char *types_name(enum type type);

#endif
