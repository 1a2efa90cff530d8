/*
 * A portion of records on their way to staging: the rows in the form COPY takes them, kept until
 * they are committed, so that they can be sent again.
 */
#ifndef LEAT_STAGE_PORTION_H
#define LEAT_STAGE_PORTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "slice.h"
#include "streams.h"

/* The columns that a row has, for COPY and INSERT. */
#define PORTION_COLUMNS "run_id, repo_id, platform_id, entity_type, payload, raw"

struct portion_row {
    const struct stream *stream;
    uint64_t line;          /* of the input */
    size_t begin;           /* in the encoded rows, up to the next one's */
    size_t raw, raw_length; /* the record's bytes in them */
    char *refusal;          /* why the database refused it; owned */
};

struct portion {
    int64_t run; /* its number; needed before the first row */
    int64_t repository;
    int16_t platform;
    struct buffer encoded;
    struct portion_row *rows;
    size_t count, capacity;
    uint64_t replaced; /* characters that jsonb does not hold */
};

/* False when the record is longer than a column's value may be. */
bool portion_add(struct portion *portion, const struct stream *stream, uint64_t line,
                 struct slice record);
/* Rows [from, to) as they are sent. */
struct slice portion_slice(const struct portion *portion, size_t from, size_t to);
struct slice portion_raw(const struct portion *portion, size_t row);
/* Forgets the rows from `count` on. */
void portion_cut(struct portion *portion, size_t count);
void portion_free(struct portion *portion);

#endif
