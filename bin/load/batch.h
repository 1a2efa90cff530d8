/*
 * A batch: rows of any number of tables that are written in one transaction, or a part of one
 * that is too large for memory. It keeps the lines as they came, so that rows can be encoded
 * anew when the table grows, sent again when the connection is lost, and rejected with their
 * bytes when the database refuses them.
 */
#ifndef LEAT_LOAD_BATCH_H
#define LEAT_LOAD_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "key_set.h"
#include "table.h"
#include "unstage.h"

struct batch_row {
    uint64_t line;       /* of the input */
    size_t text, length; /* of the line in batch->text */
    size_t record;       /* where in the line the record starts */
    size_t encoded;      /* where in the table's buffer it starts, up to the next row's */
    int64_t staged;      /* the staged row it was made of; 0 for none */
    const char *refusal; /* why the database refused it; owned */
};

struct batch_table {
    struct table *table;
    struct layout *layout;  /* of the encoded rows; NULL: they are to be encoded */
    struct changes changes; /* to make before they are written */
    struct buffer encoded;
    struct batch_row *rows;
    size_t count, capacity;
    bool repeated;       /* two rows may have the same key */
    bool replanned;      /* the table was described anew since its rows came */
    bool activate;       /* the staged rows replace the table now */
    bool extend;         /* they are added instead: the table was replaced by their version */
    bool discard_staged; /* rows staged before this batch are of an older version */
    uint64_t replaced_characters, discarded_values;
    struct key_set keys; /* of the encoded rows */
};

struct batch {
    struct batch_table *tables; /* in the order in which they came up */
    size_t count;
    struct buffer text;
    uint64_t rows;
    uint64_t position;               /* records of the input up to the end of this batch */
    bool continues;                  /* the next batch belongs to the same transaction */
    bool durable;                    /* a STATE hangs on its commit, or the end of the load */
    struct buffer state;             /* the last STATE line in it, with its "\n"; empty for none */
    struct buffer state_value;       /* the value to keep in the database with it; empty for none */
    struct staged_span span;         /* to take out of staging with it */
    struct staged_refusals refusals; /* of these, beside those of rows */
    struct staged_families families; /* whose rows are in it */
};

/* The table's place in the batch, made if need be. */
struct batch_table *batch_table(struct batch *batch, struct table *table);

/* How many rows of a table it has. */
size_t batch_count(const struct batch *batch, const struct table *table);

/* Keeps a line; its record starts at `record`. The row's `encoded` is set by the caller. */
struct batch_row *batch_add(struct batch *batch, struct batch_table *rows, struct slice line,
                            const char *record);

/* What is to be set aside of a part of a transaction goes on to the part behind it. */
void batch_carry_refusals(struct batch *part, struct batch *next);

/* Forgets what came from input line `line` on. */
void batch_cut(struct batch *batch, uint64_t line);
/* Moves what came from there on to another batch, behind what that has. */
void batch_move_tail(struct batch *from, struct batch *to, uint64_t line);

/* Notes the hash of a row's key: sets `repeated` if it is there already. */
void batch_note_key(struct batch_table *rows, uint64_t hash);

/* Forgets the encoded rows, but not the lines. */
void batch_forget_encoded(struct batch_table *rows);

/* Where the encoded form of row i is; empty for a refused row. */
static inline struct slice batch_encoded(const struct batch_table *rows, size_t i)
{
    size_t end = i + 1 < rows->count ? rows->rows[i + 1].encoded : rows->encoded.length;

    if (rows->rows[i].refusal)
        end = rows->rows[i].encoded;
    return slice_of(rows->encoded.data + rows->rows[i].encoded, end - rows->rows[i].encoded);
}

/* Empties it; memory is kept for the next, unless it had grown beyond `keep` bytes. */
void batch_clear(struct batch *batch, size_t keep);
void batch_free(struct batch *batch);

#endif
