/* What a model tells others: the streams it takes, the tables it fills. */
#include "model_read_parts.h"
#include "schema.h"

void model_append_streams(const struct model *model, struct buffer *out)
{
    for (size_t i = 0; i < model->stream_count; i++) {
        if (model->streams[i].left_out || model->streams[i].on_demand)
            continue;
        buffer_append_text(out, model->streams[i].name);
        buffer_append_byte(out, '\n');
    }
}

static void add_property(struct doc *properties, const char *name, enum type type, bool is_key,
                         bool provenance)
{
    struct doc *property = doc_object();

    schema_set_property_type(property, type, !is_key);
    if (provenance)
        doc_set(property, "x-provenance", doc_boolean(true));
    doc_set(properties, name, property);
}

static void append_schema(const struct model *model, const struct model_table *table,
                          struct buffer *out)
{
    static const char *const passed_on[] = {"parent", "nulls", "aside"};
    struct doc *message = doc_object(), *schema = doc_object(), *properties = doc_object();

    for (size_t i = 0; i < table->column_count; i++) {
        const struct model_column *column = &table->columns[i];

        if (column->used)
            add_property(properties, column->name, column->type, column->is_key, false);
    }
    for (const struct doc *one = doc_first(doc_get(model->doc, "every_row")); one;
         one = doc_next(one))
        add_property(
            properties, doc_name(one),
            model_type(doc_string(doc_get(doc_get(model->tables_doc, "every_row"), doc_name(one)))),
            false, true);
    doc_set(message, "type", doc_text("SCHEMA"));
    doc_set(message, "stream", doc_text(table->name));
    doc_set(schema, "type", doc_text("object"));
    doc_set(schema, "properties", properties);
    doc_set(message, "schema", schema);
    doc_set(message, "key_properties", doc_copy(doc_get(table->definition, "key")));
    doc_set(message, "write_disposition", doc_text("upsert"));
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        const struct doc *member = doc_get(table->definition, passed_on[i]);

        if (member)
            doc_set(message, passed_on[i], doc_copy(member));
    }
    doc_print(message, out);
    buffer_append_byte(out, '\n');
    doc_free(message);
}

static bool is_filled_by(const struct model_table *table, const struct model_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->items[i]->table == table)
            return true;
    }
    return false;
}

void model_append_schemas(struct model *model, struct model_stream *stream, struct buffer *out)
{
    for (size_t i = 0; i < model->table_count && !stream->announced; i++) {
        struct model_table *table = &model->tables[i];

        if (table->announced ||
            (!is_filled_by(table, &model->person_rows) && !is_filled_by(table, &stream->rows)))
            continue;
        table->announced = true;
        append_schema(model, table, out);
    }
    stream->announced = true;
}
