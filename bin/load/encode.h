/*
 * Values in the forms the databases take them: PostgreSQL's COPY, binary or text, and rows
 * of our own that are bound to SQLite's statements.
 *
 * What no database holds is replaced alike for all: U+0000 and lone surrogates become U+FFFD.
 */
#ifndef LEAT_LOAD_ENCODE_H
#define LEAT_LOAD_ENCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "json.h"
#include "slice.h"
#include "types.h"

struct encoder {
    struct buffer *out;
    struct buffer scratch;
    uint64_t replaced; /* characters that became U+FFFD */
    const char *error; /* why value() refused the last value */
};

struct encoding {
    void (*row_begin)(struct encoder *encoder, size_t columns);
    void (*null)(struct encoder *encoder);
    /* A value that fits the type (types.h), as it is written in JSON. */
    bool (*value)(struct encoder *encoder, enum type type, enum json_kind kind, struct slice value);
    void (*row_end)(struct encoder *encoder);
};

extern const struct encoding encode_pg_binary, encode_pg_text, encode_sqlite;

/* The fields of a row for SQLite, one after the other; `at` is moved behind each. */
struct encoded_field {
    enum { FIELD_NULL = 'n', FIELD_INTEGER = 'i', FIELD_REAL = 'd', FIELD_TEXT = 't' } kind;
    int64_t integer;
    double real;
    struct slice text;
};
struct encoded_field encode_sqlite_field(const char **at);

/* Appends what a scalar or, as JSON text, any value means. Shared by the encodings. */
void encode_text(struct encoder *encoder, struct buffer *out, enum json_kind kind,
                 struct slice value);
void encode_json(struct encoder *encoder, struct buffer *out, struct slice value);

#endif
