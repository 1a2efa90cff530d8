/*
 * Rows for SQLite: a byte for the kind of each field, then the value.
 *
 * A number becomes an INTEGER or REAL of SQLite only if that is the same number, so that sums
 * and comparisons work on it; any other (2^64, 0.1234567890123456789, 1e400) stays text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode.h"

static void append_value(struct encoder *encoder, char kind, const void *value)
{
    buffer_append_byte(encoder->out, kind);
    buffer_append(encoder->out, value, 8);
}

static bool append_integer(struct encoder *encoder, int64_t value)
{
    append_value(encoder, FIELD_INTEGER, &value);
    return true;
}

/* The significant digits of a number and the power of ten of the last of them. */
struct significant {
    char digits[20];
    size_t count; /* sizeof digits + 1: more than fit */
    long exponent;
};

static struct significant significant_of(const char *at, const char *end)
{
    struct significant found = {.count = 0};
    bool behind = false;
    size_t zeros = 0; /* seen since the last digit kept */

    for (; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.')
            behind = true;
        if (*at < '0' || *at > '9')
            continue;
        found.exponent -= behind;
        if (*at == '0') {
            zeros++;
            continue;
        }
        if (found.count == 0)
            zeros = 0;
        if (found.count + zeros + 1 > sizeof found.digits) {
            found.count = sizeof found.digits + 1;
            return found;
        }
        memset(found.digits + found.count, '0', zeros);
        found.count += zeros;
        found.digits[found.count++] = *at;
        zeros = 0;
    }
    found.exponent += (long)zeros;
    if (at < end)
        found.exponent += strtol(at + 1, NULL, 10);
    return found;
}

static bool same_number(const struct significant *a, const struct significant *b)
{
    return a->count == b->count && (a->count == 0 || a->exponent == b->exponent) &&
           memcmp(a->digits, b->digits, a->count) == 0;
}

/* Whether a double is this very number: whether its shortest text is. */
static bool is_double(struct slice text, double *value)
{
    struct significant wanted = significant_of(text.data, text.data + text.length);
    char *end;

    if (wanted.count > 17)
        return false;
    *value = strtod(text.data, &end); /* a delimiter follows the number */
    /* up to 15 digits survive a double, but for the very large and very small */
    if (wanted.count == 0 ||
        (wanted.count <= 15 && wanted.exponent > -300 && wanted.exponent < 290))
        return true;
    for (int precision = 14; precision <= 16; precision++) {
        char shortest[32];
        int length = snprintf(shortest, sizeof shortest, "%.*e", precision, *value);
        struct significant got = significant_of(shortest, shortest + length);

        if (strtod(shortest, NULL) == *value)
            return same_number(&got, &wanted);
    }
    return false;
}

static bool append_text(struct encoder *encoder, enum type type, enum json_kind kind,
                        struct slice value)
{
    struct buffer *out = encoder->out;
    size_t at, length;

    buffer_append_byte(out, FIELD_TEXT);
    at = out->length;
    buffer_append(out, &at, sizeof at);
    if (type == TYPE_JSON)
        encode_json(encoder, out, value);
    else
        encode_text(encoder, out, kind, value);
    length = out->length - at - sizeof length;
    memcpy(out->data + at, &length, sizeof length);
    return true;
}

static bool sqlite_value(struct encoder *encoder, enum type type, enum json_kind kind,
                         struct slice value)
{
    double real;

    if (type == TYPE_BOOLEAN)
        return append_integer(encoder, kind == JSON_TRUE);
    if (type == TYPE_INTEGER || (type == TYPE_NUMBER && types_of(kind, value) == TYPE_INTEGER))
        return append_integer(encoder, strtoll(value.data, NULL, 10));
    if (type == TYPE_NUMBER && is_double(value, &real)) {
        append_value(encoder, FIELD_REAL, &real);
        return true;
    }
    return append_text(encoder, type, kind, value);
}

static void sqlite_begin(struct encoder *encoder, size_t columns)
{
    (void)encoder;
    (void)columns;
}

static void sqlite_null(struct encoder *encoder)
{
    buffer_append_byte(encoder->out, FIELD_NULL);
}

static void sqlite_end(struct encoder *encoder)
{
    (void)encoder;
}

const struct encoding encode_sqlite = {sqlite_begin, sqlite_null, sqlite_value, sqlite_end};

struct encoded_field encode_sqlite_field(const char **at)
{
    struct encoded_field field = {.kind = (unsigned char)*(*at)++};
    const char *value = *at;

    switch (field.kind) {
    case FIELD_INTEGER:
        memcpy(&field.integer, value, 8);
        *at += 8;
        break;
    case FIELD_REAL:
        memcpy(&field.real, value, 8);
        *at += 8;
        break;
    case FIELD_TEXT:
        memcpy(&field.text.length, value, sizeof field.text.length);
        field.text.data = value + sizeof field.text.length;
        *at += sizeof field.text.length + field.text.length;
        break;
    case FIELD_NULL:
        break;
    }
    return field;
}
