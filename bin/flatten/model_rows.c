#include "model_rows.h"

#include <stdlib.h>

#include "hash.h"
#include "identity.h"
#include "memory.h"

enum { KNOWN_PEOPLE = 8192 };

struct known_person {
    struct hash_128 object; /* of the bytes that described the person */
    char uuid[IDENTITY_UUID_LENGTH + 2 + JSON_PADDING];
};

static bool write_rows(struct model_writer *writer, const struct model_rows *rows, unsigned nesting,
                       struct buffer *out);

static bool fail(struct model_writer *writer, const struct model_row *row,
                 const struct model_column *column, const char *why)
{
    writer->error.length = 0;
    buffer_format(&writer->error, "%s.%s: %s", row->table->name, column->name, why);
    return false;
}

/* For scanning a value that was scanned before: it may be of a record that came earlier, and lie
 * elsewhere than the line at hand. */
static struct json json_of(const struct model_writer *writer, struct slice value)
{
    return (struct json){.end = value.data + value.length,
                         .max_nesting = writer->json->max_nesting};
}

/* ---- people ---- */

static void note_fresh(struct model_writer *writer, size_t place)
{
    if (writer->fresh_count == writer->fresh_capacity) {
        writer->fresh_capacity = writer->fresh_capacity * 2 + 16;
        writer->fresh = memory_resize(writer->fresh, writer->fresh_capacity, sizeof *writer->fresh);
    }
    writer->fresh[writer->fresh_count++] = place;
}

static bool set_uuid(struct model_writer *writer, struct slice id, char *uuid, const char **error)
{
    uint64_t number;

    if (id.data == NULL)
        return false; /* an author without an account */
    if (!model_integer(id, &number)) {
        *error = "the id of the account is no whole number";
        return false;
    }
    uuid[0] = uuid[IDENTITY_UUID_LENGTH + 1] = '"';
    identity_uuid(writer->model->platform, number, uuid + 1);
    return true;
}

/* The UUID of an account of which there is only the id. */
static struct slice uuid_of(struct model_writer *writer, struct slice id, const char **error)
{
    static const struct slice nobody;
    char *uuid;

    writer->scratch.text.length = 0;
    uuid = buffer_reserve(&writer->scratch.text, IDENTITY_UUID_LENGTH + 2 + JSON_PADDING);
    return set_uuid(writer, id, uuid, error) ? slice_of(uuid, IDENTITY_UUID_LENGTH + 2) : nobody;
}

/* The UUID of the account that an object describes; its rows are written when it is new. */
static struct slice contributor(struct model_writer *writer, struct slice object,
                                const char **error)
{
    static const struct slice nobody;
    struct hash_128 hash;
    struct known_person *known;
    struct json json;

    if (object.data == NULL)
        return nobody;
    if (*object.data != '{')
        return uuid_of(writer, object, error);
    hash = hash_128(object, 0);
    known = &writer->known[hash.low % KNOWN_PEOPLE];
    if (known->object.high == hash.high && known->object.low == hash.low)
        return slice_of(known->uuid, IDENTITY_UUID_LENGTH + 2);
    json = json_of(writer, object);
    if (scope_scan(writer->model->person, &json, object.data, 1) == NULL) {
        *error = json.error;
        return nobody;
    }
    known->object = (struct hash_128){0};
    if (!set_uuid(writer, reference_value(writer->model->person_id), known->uuid, error))
        return nobody;
    if (!write_rows(writer, &writer->model->person_rows, 1, &writer->people)) {
        *error = "";
        return nobody;
    }
    known->object = hash;
    note_fresh(writer, hash.low % KNOWN_PEOPLE);
    return slice_of(known->uuid, IDENTITY_UUID_LENGTH + 2);
}

static struct slice evaluate(struct model_writer *writer, const struct model_value *value,
                             const char **error)
{
    if (value->verb == MODEL_FIRST) {
        struct slice found = {0};

        for (size_t i = 0; i < value->part_count && found.data == NULL && *error == NULL; i++)
            found = evaluate(writer, &value->parts[i], error);
        return found;
    }
    if (value->verb != MODEL_CONTRIBUTOR)
        return model_value(writer->model, value, &writer->scratch, error);
    /* within the rows of a person the contributor is that person */
    if (value->from.scope == writer->model->person)
        return uuid_of(writer, reference_value(writer->model->person_id), error);
    return contributor(writer, reference_value(value->from), error);
}

/* ---- a row ---- */

static bool is_wanted(const struct model_row *row)
{
    for (size_t i = 0; i < row->when_count; i++) {
        const struct model_condition *condition = &row->when[i];
        struct slice value = reference_value(condition->from);
        bool holds = condition->text_count == 0 && value.data;

        for (size_t j = 0; !holds && j < condition->text_count; j++)
            holds = slice_equal(value.data ? value : slice_text("null"), condition->texts[j]);
        if (!holds)
            return false;
    }
    return true;
}

static void end_row(struct model_writer *writer, size_t start, struct slice rest,
                    struct buffer *out)
{
    buffer_append_slice(out, buffer_slice(&writer->model->every_row));
    out->data[start] = '{';
    buffer_append_byte(out, '}');
    buffer_append_slice(out, rest);
    buffer_append(out, "}\n", 2);
    writer->made++;
}

static bool write_row(struct model_writer *writer, const struct model_row *row, struct buffer *out)
{
    size_t start;

    buffer_append_slice(out, buffer_slice(&row->table->start));
    start = out->length;
    for (size_t i = 0; i < row->fill_count; i++) {
        const struct model_column *column = row->fills[i].column;
        const char *error = NULL;
        struct slice value;

        if (row->fills[i].rendered.length > 0) {
            buffer_append_slice(out, buffer_slice(&row->fills[i].rendered));
            continue;
        }
        value = evaluate(writer, &row->fills[i].value, &error);
        if (error == NULL && value.data) {
            buffer_append_slice(out, buffer_slice(&column->prefix));
            error = model_append_typed(out, column->type, value);
        } else if (error == NULL && column->is_key) {
            error = "the key has no value";
        }
        if (error)
            return *error ? fail(writer, row, column, error) : false;
    }
    end_row(writer, start, writer->rest, out);
    return true;
}

/* ---- rows that wait ---- */

static bool hold_row(struct model_writer *writer, struct model_row *row)
{
    struct model_row *held = row->into ? row->into : row;
    struct buffer text = {0};
    const char *error = NULL;

    for (size_t i = 0; !error && i < row->fill_count; i++) {
        const struct model_column *column = row->fills[i].column;
        size_t place = (size_t)(column - row->table->columns);
        struct slice value = evaluate(writer, &row->fills[i].value, &error);

        text.length = 0;
        if (error == NULL && value.data && held->held[place] == NULL) {
            error = model_append_typed(&text, column->type, value);
            if (error == NULL)
                held->held[place] = memory_text(text.data, text.length);
        }
        if (error && *error)
            fail(writer, row, column, error);
    }
    buffer_free(&text);
    if (row->into == NULL) {
        row->is_held = true;
        row->held_rest.length = 0;
        buffer_append_slice(&row->held_rest, writer->rest);
    }
    return error == NULL;
}

static void forget_held(struct model_row *row)
{
    for (size_t i = 0; i < row->table->column_count; i++) {
        free(row->held[i]);
        row->held[i] = NULL;
    }
    row->is_held = false;
}

static void write_held_row(struct model_writer *writer, struct model_row *row, struct buffer *out)
{
    size_t start;

    buffer_append_slice(out, buffer_slice(&row->table->start));
    start = out->length;
    for (size_t i = 0; i < row->table->column_count; i++) {
        if (row->held[i] == NULL)
            continue;
        buffer_append_slice(out, buffer_slice(&row->table->columns[i].prefix));
        buffer_append_text(out, row->held[i]);
    }
    end_row(writer, start, buffer_slice(&row->held_rest), out);
}

void model_write_held(struct model_writer *writer, struct model_stream *stream, struct buffer *out)
{
    for (size_t i = 0; i < stream->rows.count; i++) {
        struct model_row *row = stream->rows.items[i];

        if (!row->hold || !row->is_held)
            continue;
        write_held_row(writer, row, out);
        forget_held(row);
    }
}

/* ---- all rows of a record ---- */

static bool write_wanted(struct model_writer *writer, struct model_row *row, struct buffer *out)
{
    if (!is_wanted(row))
        return true;
    if (row->hold)
        forget_held(row);
    return row->hold || row->into ? hold_row(writer, row) : write_row(writer, row, out);
}

/* One row, or more, for each element of an array. */
static bool write_elements(struct model_writer *writer, struct model_row *row, unsigned nesting,
                           struct buffer *out)
{
    struct slice array = reference_value(row->for_each);
    struct json text, *json = &text;
    const char *at;
    bool more = true;

    if (array.data == NULL)
        return true;
    text = json_of(writer, array);
    if (*array.data != '[')
        return fail(writer, row, row->fills[0].column, "what it is for each of is no array");
    at = json_space(json, array.data + 1);
    for (more = *at != ']'; more;) {
        const char *end = *at == '{' ? scope_scan(row->element, json, at, nesting + 1)
                                     : json_value_end(json, at, nesting + 1);

        if (end == NULL)
            return fail(writer, row, row->fills[0].column, json->error);
        if (*at != '{')
            scope_set_scalar(row->element, slice_of(at, (size_t)(end - at)));
        if (*at != 'n' && !write_wanted(writer, row, out))
            return false;
        at = json_after_value(json, end, ']', &more);
    }
    return true;
}

static bool write_rows(struct model_writer *writer, const struct model_rows *rows, unsigned nesting,
                       struct buffer *out)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct model_row *row = rows->items[i];

        if (!(row->element ? write_elements(writer, row, nesting, out)
                           : write_wanted(writer, row, out)))
            return false;
    }
    return true;
}

static void forget_fresh(struct model_writer *writer)
{
    for (size_t i = 0; i < writer->fresh_count; i++)
        writer->known[writer->fresh[i]].object = (struct hash_128){0};
}

/* Puts the people in front of what was written from `start` on. */
static void put_people_first(struct model_writer *writer, size_t start, struct buffer *out)
{
    struct buffer *people = &writer->people;

    if (people->length == 0)
        return;
    buffer_reserve(out, people->length);
    memmove(out->data + start + people->length, out->data + start, out->length - start);
    memcpy(out->data + start, people->data, people->length);
    out->length += people->length;
}

bool model_write_record(struct model_writer *writer, struct model_stream *stream,
                        struct buffer *out)
{
    size_t start = out->length;
    uint64_t made = writer->made;

    writer->people.length = 0;
    writer->fresh_count = 0;
    if (!write_rows(writer, &stream->rows, 1, out)) {
        out->length = start;
        writer->made = made;
        forget_fresh(writer);
        return false;
    }
    put_people_first(writer, start, out);
    return true;
}

static bool is_constant(const struct model_value *value)
{
    if (value->verb == MODEL_CONSTANT)
        return true;
    for (size_t i = 0; i < value->part_count; i++) {
        if (value->parts[i].verb != MODEL_CONSTANT)
            return false;
    }
    return value->verb == MODEL_TEMPLATE;
}

/* What is the same in every row is made once. */
static void render_rows(struct model_writer *writer, const struct model_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        for (size_t j = 0; j < rows->items[i]->fill_count; j++) {
            struct model_fill *fill = &rows->items[i]->fills[j];
            const char *error = NULL;
            struct slice value;

            if (!is_constant(&fill->value))
                continue;
            value = model_value(writer->model, &fill->value, &writer->scratch, &error);
            if (value.data == NULL)
                continue;
            buffer_append_slice(&fill->rendered, buffer_slice(&fill->column->prefix));
            if (model_append_typed(&fill->rendered, fill->column->type, value))
                buffer_free(&fill->rendered); /* each row will say what is wrong */
        }
    }
}

void model_writer_open(struct model_writer *writer, struct model *model)
{
    *writer = (struct model_writer){.model = model,
                                    .known = memory_new(KNOWN_PEOPLE, sizeof *writer->known)};
    render_rows(writer, &model->person_rows);
    for (size_t i = 0; i < model->stream_count; i++)
        render_rows(writer, &model->streams[i].rows);
}

void model_writer_close(struct model_writer *writer)
{
    buffer_free(&writer->scratch.text);
    buffer_free(&writer->scratch.joined);
    buffer_free(&writer->people);
    buffer_free(&writer->error);
    free(writer->known);
    free(writer->fresh);
}
