#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

struct batch_table *batch_table(struct batch *batch, struct table *table)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->tables[i].table == table)
            return &batch->tables[i];
    }
    batch->tables = memory_resize(batch->tables, batch->count + 1, sizeof *batch->tables);
    batch->tables[batch->count] = (struct batch_table){.table = table};
    return &batch->tables[batch->count++];
}

struct batch_row *batch_add(struct batch *batch, struct batch_table *rows, struct slice line,
                            const char *record)
{
    struct batch_row *row;

    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity ? rows->capacity * 2 : 64;
        rows->rows = memory_resize(rows->rows, rows->capacity, sizeof *rows->rows);
    }
    row = &rows->rows[rows->count++];
    *row = (struct batch_row){.text = batch->text.length,
                              .length = line.length,
                              .record = (size_t)(record - line.data),
                              .encoded = rows->encoded.length};
    /* the scanner wants the end marked, and may read behind it */
    buffer_reserve(&batch->text, line.length + 1 + JSON_PADDING);
    buffer_append_slice(&batch->text, line);
    buffer_append_byte(&batch->text, '\n');
    batch->rows++;
    return row;
}

static bool put_hash(uint64_t *slots, size_t count, uint64_t hash)
{
    size_t at = hash & (count - 1);

    while (slots[at] != 0 && slots[at] != hash)
        at = (at + 1) & (count - 1);
    if (slots[at] == hash)
        return false;
    slots[at] = hash;
    return true;
}

static void grow_hashes(struct batch_table *rows)
{
    size_t slots = rows->key_slots ? rows->key_slots * 2 : 1024;
    uint64_t *hashes = memory_new(slots, sizeof *hashes);

    for (size_t i = 0; i < rows->key_slots; i++) {
        if (rows->key_hashes[i] != 0)
            put_hash(hashes, slots, rows->key_hashes[i]);
    }
    free(rows->key_hashes);
    rows->key_hashes = hashes;
    rows->key_slots = slots;
}

void batch_note_key(struct batch_table *rows, uint64_t hash)
{
    if (rows->repeated)
        return;
    if (rows->key_count * 2 >= rows->key_slots)
        grow_hashes(rows);
    if (put_hash(rows->key_hashes, rows->key_slots, hash ? hash : 1))
        rows->key_count++;
    else
        rows->repeated = true;
}

void batch_forget_encoded(struct batch_table *rows)
{
    rows->layout = NULL;
    rows->encoded.length = 0;
    rows->repeated = false;
    rows->key_count = 0;
    rows->replaced_characters = rows->discarded_values = 0;
    if (rows->key_slots > 0)
        memset(rows->key_hashes, 0, rows->key_slots * sizeof *rows->key_hashes);
}

static void free_rows(struct batch_table *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free((char *)rows->rows[i].refusal);
    changes_free(&rows->changes);
    rows->count = 0;
}

static void free_table(struct batch_table *rows)
{
    free_rows(rows);
    free(rows->rows);
    free(rows->key_hashes);
    buffer_free(&rows->encoded);
}

void batch_clear(struct batch *batch, size_t keep)
{
    size_t bytes = batch->text.capacity, kept = 0;

    for (size_t i = 0; i < batch->count; i++)
        bytes += batch->tables[i].encoded.capacity;
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_table *rows = &batch->tables[i];

        /* a table that had no rows this time makes room for others */
        if (rows->count == 0 || bytes > keep) {
            free_table(rows);
            continue;
        }
        free_rows(rows);
        batch_forget_encoded(rows);
        rows->activate = rows->extend = rows->discard_staged = rows->replanned = false;
        batch->tables[kept++] = *rows;
    }
    batch->count = kept;
    if (bytes > keep)
        buffer_free(&batch->text);
    batch->text.length = batch->state.length = 0;
    batch->rows = 0;
    batch->continues = false;
}

void batch_free(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        free_table(&batch->tables[i]);
    free(batch->tables);
    buffer_free(&batch->text);
    buffer_free(&batch->state);
    *batch = (struct batch){0};
}
