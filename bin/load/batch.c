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

size_t batch_count(const struct batch *batch, const struct table *table)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->tables[i].table == table)
            return batch->tables[i].count;
    }
    return 0;
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

void batch_carry_refusals(struct batch *part, struct batch *next)
{
    staged_refusals_move(&part->refusals, &next->refusals, 0);
    for (size_t i = 0; i < part->families.count; i++)
        staged_families_add(&next->families, part->families.ends[i]);
    for (size_t i = 0; i < part->count; i++) {
        for (size_t j = 0; j < part->tables[i].count; j++) {
            const struct batch_row *row = &part->tables[i].rows[j];

            if (row->refusal)
                staged_refusals_add(&next->refusals, row->staged, row->line, row->refusal);
        }
    }
}

/* How many rows of a table came before a line. */
static size_t count_before(const struct batch_table *rows, uint64_t line)
{
    size_t count = rows->count;

    while (count > 0 && rows->rows[count - 1].line >= line)
        count--;
    return count;
}

/* The text stays: it is at the end of a batch that is about to go. */
void batch_cut(struct batch *batch, uint64_t line)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_table *rows = &batch->tables[i];
        size_t kept = count_before(rows, line);

        if (kept == rows->count)
            continue;
        rows->encoded.length = rows->rows[kept].encoded;
        batch->rows -= rows->count - kept;
        rows->count = kept;
    }
    staged_refusals_cut(&batch->refusals, line);
}

void batch_move_tail(struct batch *from, struct batch *to, uint64_t line)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct batch_table *rows = &from->tables[i];
        size_t kept = count_before(rows, line);

        for (size_t j = kept; j < rows->count; j++) {
            const struct batch_row *row = &rows->rows[j];
            struct batch_table *there = batch_table(to, rows->table);
            struct slice text = slice_of(from->text.data + row->text, row->length);
            struct batch_row *added;

            batch_forget_encoded(there); /* they will be, when the batch is planned */
            added = batch_add(to, there, text, text.data + row->record);
            added->line = row->line;
            added->staged = row->staged;
        }
    }
    staged_refusals_move(&from->refusals, &to->refusals, line);
    batch_cut(from, line);
}

void batch_note_key(struct batch_table *rows, uint64_t hash)
{
    if (!rows->repeated)
        rows->repeated = !key_set_add(&rows->keys, hash);
}

void batch_forget_encoded(struct batch_table *rows)
{
    rows->layout = NULL;
    rows->encoded.length = 0;
    rows->repeated = false;
    rows->replaced_characters = rows->discarded_values = 0;
    key_set_clear(&rows->keys);
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
    key_set_free(&rows->keys);
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
    batch->text.length = batch->state.length = batch->state_value.length = 0;
    batch->span = (struct staged_span){0};
    staged_refusals_cut(&batch->refusals, 0);
    batch->families.count = 0;
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
    buffer_free(&batch->state_value);
    staged_refusals_free(&batch->refusals);
    staged_families_free(&batch->families);
    *batch = (struct batch){0};
}
