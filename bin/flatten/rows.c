#include "rows.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>

#include "columns.h"
#include "memory.h"

/* A row being written. */
struct row {
    struct table *table;
    const struct row *parent;
    struct buffer *out;
    size_t level;      /* of the buffer its children's rows go to */
    size_t waiting;    /* where its deferred arrays start */
    uint64_t index;    /* position in the array */
    const char *begin; /* of the record, for a main row */
    struct hash_128 identity;
    bool identified; /* `identity` is known */
    bool has_children;
};

struct deferred {
    struct place *place;
    struct shape_node *node;
    const char *at;
    unsigned nesting;
};

static const char *take_array(struct rows *rows, struct row *row, struct place *place,
                              struct shape_node *node, const char *at, unsigned nesting);

/* Copies short values without asking how short: both sides are padded. */
static inline char *copy(char *out, const char *data, size_t length)
{
    if (__builtin_expect(length <= 32, 1)) {
        memcpy(out, data, 16);
        memcpy(out + 16, data + 16, 16);
    } else {
        memcpy(out, data, length);
    }
    return out + length;
}

static inline void put(struct buffer *buffer, struct slice prefix, const char *value, size_t length)
{
    char *out = buffer_reserve(buffer, prefix.length + length + JSON_PADDING);

    out = copy(out, prefix.data, prefix.length);
    buffer->length = (size_t)(copy(out, value, length) - buffer->data);
}

static void put_uuid(struct buffer *out, const char *prefix, size_t length, struct hash_128 hash)
{
    buffer_append(out, prefix, length);
    hash_uuid(hash, buffer_reserve(out, HASH_UUID_LENGTH + 1));
    out->length += HASH_UUID_LENGTH;
    buffer_append_byte(out, '"');
}

/* ---- who a row is ---- */

static bool keys_known(const struct table *table)
{
    for (size_t i = 0; i < table->key_count; i++) {
        if (table->keys[i].value.data == NULL || *table->keys[i].value.data == 'n')
            return false;
    }
    return table->key_count > 0;
}

/* A hash over the texts of the keys, so that ("a","b") and ("ab","") differ. */
static struct hash_128 hash_of_keys(const struct table *table, struct hash_128 hash)
{
    for (size_t i = 0; i < table->key_count; i++) {
        struct hash_128 key = hash_128(table->keys[i].value, hash.low);

        hash.high ^= key.high;
        hash.low = key.low;
    }
    return hash;
}

static struct hash_128 hash_of_position(const struct row *row)
{
    /* little-endian on every machine, so that keys are the same everywhere */
    uint64_t what[4] = {htole64(row->parent->identity.high), htole64(row->parent->identity.low),
                        htole64(row->table->path_hash), htole64(row->index)};

    return hash_128(slice_of((const char *)what, sizeof what), 0);
}

static struct hash_128 hash_of_record(const struct row *row, const char *end)
{
    uint64_t seed = hash_64(slice_text(row->table->stream));

    return hash_128(slice_of(row->begin, (size_t)(end - row->begin)), seed);
}

/* Whether the row's identity is known, or can be by now. */
static bool identify(struct row *row, const char *record_end)
{
    struct table *table = row->table;

    if (row->identified)
        return true;
    if (keys_known(table)) {
        struct hash_128 above = row->parent ? row->parent->identity : (struct hash_128){0};

        above.low ^= table->path_hash;
        row->identity = hash_of_keys(table, above);
        row->identified = true;
    } else if (row->parent == NULL && table->key_count == 0 && record_end != NULL) {
        row->identity = hash_of_record(row, record_end);
        row->identified = true;
    }
    return row->identified;
}

/* ---- the row itself ---- */

static void row_begin(struct row *row)
{
    struct table *table = row->table;
    struct buffer *out = row->out;

    for (size_t i = 0; i < table->key_count; i++)
        table->keys[i].value = (struct slice){0};
    buffer_append_slice(out, buffer_slice(&table->start));
    if (row->parent == NULL)
        return;
    for (size_t i = 0; i < table->parent_column_count; i++) {
        struct slice prefix = buffer_slice(&table->parent_columns[i]);

        if (table->parent->parent == NULL && table->parent->key_count > 0) {
            struct slice value = table->parent->keys[i].value;

            put(out, prefix, value.data, value.length);
        } else {
            buffer_append_slice(out, prefix);
            put_uuid(out, "\"", 1, row->parent->identity);
        }
    }
    buffer_format(out, ",\"_index\":%" PRIu64, row->index);
    if (table->key_count == 0) {
        row->identity = hash_of_position(row);
        row->identified = true;
        put_uuid(out, ",\"_key\":\"", 9, row->identity);
    }
}

/* Arrays that waited for the row's identity. */
static bool take_deferred(struct rows *rows, struct row *row)
{
    for (size_t i = row->waiting; i < rows->deferred_count; i++) {
        struct deferred one = rows->deferred[i];

        if (take_array(rows, row, one.place, one.node, one.at, one.nesting) == NULL)
            return false;
    }
    rows->deferred_count = row->waiting;
    return true;
}

/* `start` is where the row's first column was written, with a comma in front. */
static const char *row_end(struct rows *rows, struct row *row, size_t start, const char *at)
{
    struct table *table = row->table;
    struct buffer *below, *out = row->out;

    if (row->parent != NULL && !identify(row, at)) { /* its own id is missing */
        row->identity = hash_of_position(row);
        row->identified = true;
    }
    if (rows->deferred_count > row->waiting) {
        if (!identify(row, at))
            return json_fail(
                rows->json, row->begin,
                "arrays need the row's key properties, of which one is null or missing");
        if (!take_deferred(rows, row))
            return NULL;
    }
    if (row->parent != NULL && table->key_count > 0) {
        put_uuid(out, ",\"_key\":\"", 9, row->identity);
    } else if (row->parent == NULL && table->key_count == 0 && row->has_children) {
        columns_use_own_key(table);
        put_uuid(out, ",\"_key\":\"", 9, row->identity);
    }
    if (out->length == start)
        buffer_append_byte(out, '{');
    else
        out->data[start] = '{';
    buffer_append(out, "}}\n", 3);
    if (table->options->plain) {
        out->length -= 2;
        buffer_append_byte(out, '\n');
    }
    rows->made++;
    below = rows->levels[row->level];
    if (row->has_children) {
        buffer_append_slice(out, buffer_slice(below));
        below->length = 0;
    }
    return at;
}

/* Null where an object could stand: null in each of its columns, so that a database forgets what
 * stood there before. */
static void put_nulls(struct row *row, const struct shape_node *object)
{
    static const char null[JSON_PADDING] = "null"; /* put() reads whole blocks */

    for (struct shape_node *node = object->first_child; node; node = node->next_sibling) {
        const struct place *place = node->data;

        if (place && place->column && place->flags == 0)
            put(row->out, place->prefix, null, 4);
        put_nulls(row, node);
    }
}

/* A value whose place has something special about it; false when it is refused. */
static bool put_special(struct rows *rows, struct row *row, struct place *place,
                        struct shape_node *node, const char *value, size_t length)
{
    if (place->flags & (PLACE_DROPPED | PLACE_ABOVE))
        return true;
    if (*value == 'n' && place->column == NULL && place->has_been_object) {
        if (node)
            put_nulls(row, node);
        return true;
    }
    if (place->flags & PLACE_KEY) {
        if (*value == '{' || *value == '[')
            return json_fail(rows->json, value, "a key property is an object or array") != NULL;
        row->table->keys[place->key].value = slice_of(value, length);
    }
    if (place->column == NULL || place->flags & PLACE_UNSEEN)
        columns_use(row->table, place, node);
    put(row->out, place->prefix, value, length);
    return true;
}

/* The members of an object, from behind its "{": the byte behind its "}". */
static const char *row_members(struct rows *rows, struct row *row, struct shape_node *object,
                               const char *at, unsigned nesting)
{
    struct json *json = rows->json;
    struct table *table = row->table;
    struct shape_cursor cursor = shape_begin(&table->shape, object);

    at = json_space(json, at);
    if (*at == '}')
        return at + 1;
    if (nesting > json->max_nesting)
        return json_fail(json, at, "nested too deep (see --max-nesting)");
    for (bool more = true; more;) {
        struct shape_node *node;
        struct place *place;
        enum json_kind kind;
        const char *begin;
        bool escaped, whole;

        begin = shape_key(&table->shape, &cursor, json, at, &node);
        if (begin == NULL)
            return NULL;
        place = node->data ? node->data : tables_place(table, node);
        kind = json_kind_of(*begin);
        whole = kind < JSON_ARRAY || place->flags & (PLACE_RAW | PLACE_DROPPED | PLACE_KEY) ||
                (kind == JSON_ARRAY && place->flags & PLACE_RAW_ARRAY);
        if (__builtin_expect(kind < JSON_ARRAY, 1))
            at = json_scalar_end(json, begin, kind, &escaped);
        else if (whole)
            at = json_value_end(json, begin, nesting);
        else if (kind == JSON_ARRAY)
            at = take_array(rows, row, place, node, begin, nesting);
        else {
            place->has_been_object = true;
            at = row_members(rows, row, node, begin + 1, nesting + 1);
        }
        if (at == NULL)
            return NULL;
        if (__builtin_expect(whole && place->flags == 0 && place->column != NULL, 1))
            put(row->out, place->prefix, begin, (size_t)(at - begin));
        else if (whole && !put_special(rows, row, place, node, begin, (size_t)(at - begin)))
            return NULL;
        at = json_after_value(json, at, '}', &more);
    }
    return at;
}

/* ---- arrays ---- */

static struct buffer *level_buffer(struct rows *rows, size_t level)
{
    while (rows->level_count <= level) {
        rows->levels = memory_resize(rows->levels, rows->level_count + 1, sizeof *rows->levels);
        rows->levels[rows->level_count++] = memory_new(1, sizeof(struct buffer));
    }
    return rows->levels[level];
}

static bool is_empty(const struct json *json, const char *at)
{
    char closing = *at == '{' ? '}' : ']';

    return *json_space(json, at + 1) == closing;
}

/* One element as a row of `child`: the byte behind it. */
static const char *element_row(struct rows *rows, struct row *parent, struct table *child,
                               const char *at, uint64_t index, unsigned nesting)
{
    struct place *element = &child->element;
    enum json_kind kind = json_kind_of(*at);
    const char *begin = at;
    bool escaped, scalar = kind < JSON_ARRAY || element->flags & PLACE_RAW;
    struct row row = {.table = child,
                      .parent = parent,
                      .out = rows->levels[parent->level],
                      .level = parent->level + 1,
                      .waiting = rows->deferred_count,
                      .index = index,
                      .begin = at};
    size_t start;

    level_buffer(rows, row.level);
    start = row.out->length + child->start.length;
    row_begin(&row);
    if (kind < JSON_ARRAY)
        at = json_scalar_end(rows->json, at, kind, &escaped);
    else if (scalar)
        at = json_value_end(rows->json, at, nesting);
    else if (kind == JSON_OBJECT)
        at = row_members(rows, &row, &child->shape.root, at + 1, nesting + 1);
    else
        at = take_array(rows, &row, element, NULL, at, nesting);
    if (at == NULL)
        return NULL;
    if (scalar && !put_special(rows, &row, element, NULL, begin, (size_t)(at - begin)))
        return NULL;
    parent->has_children = true;
    return row_end(rows, &row, start, at);
}

static const char *array_rows(struct rows *rows, struct row *row, struct place *place,
                              struct shape_node *node, const char *at, unsigned nesting)
{
    struct json *json = rows->json;
    bool more = true;

    for (uint64_t index = 0; more; index++) {
        enum json_kind kind = json_kind_of(*at);

        if (kind == JSON_NULL) {
            at = json_literal_end(json, at, kind);
        } else if (kind >= JSON_ARRAY && is_empty(json, at)) {
            at = json_space(json, at + 1) + 1;
        } else {
            struct table *child = tables_use_child(row->table, place, node);

            if (child == NULL)
                return json_fail(json, at, "more than 1000 tables from one stream");
            at = element_row(rows, row, child, at, index, nesting);
        }
        if (at == NULL)
            return NULL;
        at = json_after_value(json, at, ']', &more);
    }
    return at;
}

static void defer(struct rows *rows, const struct deferred *one)
{
    if (rows->deferred_count == rows->deferred_capacity) {
        rows->deferred_capacity = rows->deferred_capacity * 2 + 16;
        rows->deferred =
            memory_resize(rows->deferred, rows->deferred_capacity, sizeof *rows->deferred);
    }
    rows->deferred[rows->deferred_count++] = *one;
}

/* An array inside `nesting` containers, from its "[": the byte behind its "]". */
static const char *take_array(struct rows *rows, struct row *row, struct place *place,
                              struct shape_node *node, const char *at, unsigned nesting)
{
    const char *first = json_space(rows->json, at + 1);

    if (*first == ']')
        return first + 1;
    if (nesting >= rows->json->max_nesting)
        return json_fail(rows->json, at, "nested too deep (see --max-nesting)");
    if (!identify(row, rows->record_end)) {
        defer(rows, &(struct deferred){place, node, at, nesting});
        return json_value_end(rows->json, at, nesting);
    }
    return array_rows(rows, row, place, node, first, nesting + 1);
}

const char *rows_append(struct rows *rows, struct table *main, const char *at, unsigned nesting,
                        struct buffer *out)
{
    struct row row = {.table = main, .out = out, .begin = at};
    size_t start = out->length + main->start.length;

    rows->deferred_count = 0;
    for (size_t i = 0; i < rows->level_count; i++)
        rows->levels[i]->length = 0;
    level_buffer(rows, 0);
    row_begin(&row);
    at = row_members(rows, &row, &main->shape.root, at + 1, nesting + 1);
    return at ? row_end(rows, &row, start, at) : NULL;
}

void rows_close(struct rows *rows)
{
    for (size_t i = 0; i < rows->level_count; i++) {
        buffer_free(rows->levels[i]);
        free(rows->levels[i]);
    }
    free(rows->levels);
    free(rows->deferred);
}
