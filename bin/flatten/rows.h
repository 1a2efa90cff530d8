/*
 * Records into rows: the hot path. A record is scanned once, and the rows it becomes are
 * written as it is read: its own row first, then the rows of its arrays, each followed by
 * the rows of its own arrays. Only an array that comes before the key its rows must carry is
 * scanned twice.
 */
#ifndef LEAT_FLATTEN_ROWS_H
#define LEAT_FLATTEN_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "json.h"
#include "tables.h"

struct deferred;

struct rows {
    struct json *json;
    const char *record_end; /* NULL when it is not known before the record is scanned */
    struct buffer **levels; /* rows of arrays, by how deep the arrays are nested */
    size_t level_count;
    struct deferred *deferred; /* arrays that wait for the key of their row */
    size_t deferred_count, deferred_capacity;
    uint64_t made; /* rows made so far */
};

/*
 * Appends the rows of the record that starts at `at` (on its "{") to `out`. Returns the byte
 * behind the record, or NULL with json->error; then `out` is to be cut back by the caller.
 * `nesting` is how many containers are open around the record.
 */
const char *rows_append(struct rows *rows, struct table *main, const char *at, unsigned nesting,
                        struct buffer *out);

void rows_close(struct rows *rows);

#endif
