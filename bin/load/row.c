#include "row.h"

#include <stdlib.h>

#include "hash.h"
#include "memory.h"

void row_free(struct row *row)
{
    free(row->members);
    buffer_free(&row->encoder.scratch);
    buffer_free(&row->error_text);
    buffer_free(&row->key_text);
    free(row->named);
}

static void add_member(struct row *row, struct column *column)
{
    if (row->count == row->capacity) {
        row->capacity = row->capacity ? row->capacity * 2 : 64;
        row->members = memory_resize(row->members, row->capacity, sizeof *row->members);
    }
    row->members[row->count++] = column;
}

static void add_named(struct row *row, struct shape_node *node)
{
    if (row->named_count == row->named_capacity) {
        row->named_capacity = row->named_capacity * 2 + 16;
        row->named = memory_resize(row->named, row->named_capacity, sizeof(struct shape_node *));
    }
    row->named[row->named_count++] = node;
}

void row_forget(struct row *row)
{
    for (size_t i = 0; i < row->named_count; i++) {
        struct column *column = row->named[i]->data;

        column->named = false;
        row->named[i]->data = NULL;
    }
    row->named_count = 0;
}

const char *row_read(struct row *row, struct table *table, struct json *json, const char *at,
                     unsigned nesting)
{
    struct shape_cursor cursor = shape_begin(&table->shape, &table->shape.root);

    row->count = row->named_count = 0;
    row->serial++;
    at = json_space(json, at + 1);
    if (*at == '}')
        return json_fail(json, at, "a record without members");
    for (bool more = true; more;) {
        struct shape_node *node;
        struct column *column;
        const char *begin = shape_key(&table->shape, &cursor, json, at, &node);
        enum json_kind kind;
        bool escaped, new;

        if (begin == NULL)
            return NULL;
        kind = json_kind_of(*begin);
        at = kind >= JSON_ARRAY ? json_value_end(json, begin, nesting + 1)
                                : json_scalar_end(json, begin, kind, &escaped);
        if (at == NULL)
            return NULL;
        column = table_member(table, node, &new);
        if (__builtin_expect(new, 0))
            add_named(row, node);
        if (column == NULL)
            return json_fail(json, begin, "a name that cannot be a column's");
        if (kind != JSON_NULL) {
            /* SQLite's names know no case: two members may mean one column */
            if (column->row == row->serial)
                return json_fail(json, begin, "two members for one column");
            column->row = row->serial;
            column->kind = kind;
            column->value = slice_of(begin, (size_t)(at - begin));
            add_member(row, column);
        }
        at = json_after_value(json, at, '}', &more);
    }
    return at;
}

uint64_t row_key_hash(struct row *row, struct table *table)
{
    struct buffer *text = &row->key_text;

    text->length = 0;
    for (size_t i = 0; i < table->key_count; i++) {
        const struct column *column = table_column(table, table->keys[i]);
        struct slice value = column->value;

        buffer_append_byte(text, '\0');
        if (column->row != row->serial)
            continue;
        /* however its characters were written */
        if (column->kind == JSON_STRING)
            json_decode(text, slice_of(value.data + 1, value.length - 2), 0xFFFD);
        else
            buffer_append_slice(text, value);
    }
    return hash_64(buffer_slice(text));
}

static void grow(struct column *column, bool *changed)
{
    enum type grown = types_grown(column->wanted, column->kind, column->value);

    if (grown == column->wanted)
        return;
    if (!column->exists || grown != TYPE_JSON) {
        column->wanted = grown;
        *changed = true;
    } else if (column->overflow == NULL && !column->wants_overflow) {
        column->wants_overflow = true;
        *changed = true;
    }
}

bool row_grow(struct row *row, struct table *table)
{
    bool changed = false;

    for (size_t i = 0; i < row->count; i++)
        grow(row->members[i], &changed);
    table->stale = table->stale || changed;
    return changed;
}

static enum row_result refuse(struct row *row, const char *format, const char *name)
{
    row->error_text.length = 0;
    buffer_format(&row->error_text, format, name);
    row->error = buffer_text(&row->error_text);
    return ROW_REFUSED;
}

/* A value with no place in the layout, or none of its type. */
static enum row_result misfit(struct row *row, struct batch_table *rows, struct column *column)
{
    struct column *overflow = column->overflow;

    if (column->place != PLACE_NONE && overflow && overflow->place != PLACE_NONE &&
        types_grown(column->type, column->kind, column->value) == TYPE_JSON) {
        if (overflow->row == row->serial)
            return refuse(row, "two values for the column %s", overflow->name);
        overflow->row = row->serial;
        overflow->kind = column->kind;
        overflow->value = column->value;
    } else if (row->contract == CONTRACT_EVOLVE) {
        return ROW_GROWS;
    } else if (row->contract == CONTRACT_FREEZE) {
        return refuse(row,
                      column->exists ? "the column %s has another type and may not change"
                                     : "the table has no column %s and may not change",
                      column->name);
    } else {
        rows->discarded_values++;
    }
    column->row = 0;
    return ROW_ENCODED;
}

static enum row_result check_members(struct row *row, struct batch_table *rows)
{
    for (size_t i = 0; i < row->count; i++) {
        struct column *column = row->members[i];
        enum row_result result;

        if (column->place != PLACE_NONE &&
            types_grown(column->type, column->kind, column->value) == column->type)
            continue;
        result = misfit(row, rows, column);
        if (result != ROW_ENCODED)
            return result;
    }
    return ROW_ENCODED;
}

static enum row_result check_keys(struct row *row, const struct table *table,
                                  const struct layout *layout)
{
    if (table->disposition == DISPOSITION_APPEND)
        return ROW_ENCODED;
    for (size_t i = 0; i < layout->key_count; i++) {
        const struct column *column = layout->columns[layout->keys[i]].column;

        if (column->row != row->serial)
            return refuse(row, "the key column %s is null or missing", column->name);
    }
    return ROW_ENCODED;
}

/*
 * Keys that are equal have equal bytes, for types whose form is unique. For the others a hash
 * would tell nothing: the database must look for itself.
 */
static bool has_unique_form(enum type type)
{
    return type != TYPE_NUMBER && type != TYPE_JSON;
}

static bool encode_fields(struct row *row, struct batch_table *rows, const struct layout *layout)
{
    const struct encoding *encoding = row->encodings[layout->ours];
    struct encoder *encoder = &row->encoder;
    bool hashes = rows->table->disposition == DISPOSITION_UPSERT;
    uint64_t hash = 0;
    size_t key = 0;

    encoding->row_begin(encoder, layout->count);
    for (size_t i = 0; i < layout->count; i++) {
        const struct layout_column *place = &layout->columns[i];
        size_t begin = encoder->out->length;

        if (place->column->row != row->serial)
            encoding->null(encoder);
        else if (!encoding->value(encoder, place->type, place->column->kind, place->column->value))
            return false;
        for (key = 0; hashes && key < layout->key_count; key++) {
            if (layout->keys[key] != i)
                continue;
            hash = (hash << 7 | hash >> 57) ^
                   hash_64(slice_of(encoder->out->data + begin, encoder->out->length - begin));
            if (!has_unique_form(place->type) || !layout->ours)
                rows->repeated = true;
        }
    }
    encoding->row_end(encoder);
    if (hashes)
        batch_note_key(rows, hash);
    return true;
}

enum row_result row_encode(struct row *row, struct batch_table *rows)
{
    struct table *table = rows->table;
    size_t begin = rows->encoded.length;
    enum row_result result = check_members(row, rows);

    if (result == ROW_ENCODED)
        result = check_keys(row, table, table->layout);
    if (result != ROW_ENCODED)
        return result;
    row->encoder.out = &rows->encoded;
    row->encoder.replaced = 0;
    if (!encode_fields(row, rows, table->layout)) {
        rows->encoded.length = begin;
        row->error = row->encoder.error;
        return ROW_REFUSED;
    }
    rows->layout = table->layout;
    rows->replaced_characters += row->encoder.replaced;
    return ROW_ENCODED;
}
