/*
 * One record becomes one row: its members are found in the table's columns, checked against
 * their types, and encoded in the order of the layout.
 */
#ifndef LEAT_LOAD_ROW_H
#define LEAT_LOAD_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "batch.h"
#include "encode.h"
#include "json.h"
#include "table.h"

/* What to do with a record that needs a change of the table. */
enum contract {
    CONTRACT_EVOLVE, /* change the table */
    CONTRACT_FREEZE, /* reject the record */
    CONTRACT_DISCARD /* load the record without what does not fit */
};

enum row_result {
    ROW_ENCODED,
    ROW_GROWS,  /* the table must change first; nothing was encoded */
    ROW_REFUSED /* see row->error */
};

struct row {
    enum contract contract;
    const struct encoding *encodings[2]; /* by layout->ours */
    struct encoder encoder;
    struct column **members; /* of the record read last, those that are not null */
    size_t count, capacity;
    struct shape_node **named; /* names that the record read last was the first to use */
    size_t named_count, named_capacity;
    uint64_t serial;
    const char *error; /* a constant text, or in error_text */
    struct buffer error_text;
    struct buffer key_text;
};

void row_free(struct row *row);

/*
 * Reads the record that starts at `at`; its values are slices of it. Returns the byte behind
 * it, or NULL: see json->error. `nesting` containers are open around it.
 */
const char *row_read(struct row *row, struct table *table, struct json *json, const char *at,
                     unsigned nesting);

/* The record read last is rejected: what only it has named is not named. */
void row_forget(struct row *row);

/* A hash over the values of the table's keys in the record read last. */
uint64_t row_key_hash(struct row *row, struct table *table);

/* Widens what the table's columns want by the record read last; true when they changed. */
bool row_grow(struct row *row, struct table *table);

/* Encodes the record read last behind the rows of its table. */
enum row_result row_encode(struct row *row, struct batch_table *rows);

#endif
