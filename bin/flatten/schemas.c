/* SCHEMA messages: taken from the input into tables, and made from tables for the output. */
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "log.h"
#include "memory.h"
#include "schema.h"
#include "tables.h"

static void walk_object(struct table *table, struct shape_node *object, const struct doc *schema);

static bool type_includes(const struct doc *property, const char *name)
{
    const struct doc *types = doc_get(property, "type");

    if (doc_string(types) != NULL)
        return strcmp(doc_string(types), name) == 0;
    for (const struct doc *one = doc_first(types); one; one = doc_next(one)) {
        if (doc_string(one) && strcmp(doc_string(one), name) == 0)
            return true;
    }
    return false;
}

/* Whether the property allows a value that would stand in a column of its own. */
static bool has_scalars(const struct doc *property)
{
    static const char *const scalars[] = {"boolean", "integer", "number", "string"};

    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) {
        if (type_includes(property, scalars[i]))
            return true;
    }
    return false;
}

static void take_column(struct table *table, struct place *place, struct shape_node *node,
                        const struct doc *property)
{
    if (place->flags & (PLACE_DROPPED | PLACE_ABOVE))
        return;
    columns_use(table, place, node);
    doc_free(place->column->property);
    place->column->property = doc_copy(property);
}

/* The elements of an array: `items` is their schema. */
static void walk_items(struct table *child, const struct doc *items)
{
    if (child == NULL || items == NULL)
        return;
    if (doc_get(items, "properties") != NULL)
        walk_object(child, &child->shape.root, items);
    if (has_scalars(items))
        take_column(child, &child->element, NULL, items);
}

static void walk_property(struct table *table, struct shape_node *node, const struct doc *property)
{
    static const char *const alternatives[] = {"anyOf", "oneOf"};
    struct place *place = tables_place(table, node);
    bool raw_array = place->flags & (PLACE_RAW | PLACE_RAW_ARRAY);
    bool object = doc_get(property, "properties") != NULL,
         array = doc_get(property, "items") != NULL;

    for (size_t i = 0; i < 2; i++) {
        for (const struct doc *one = doc_first(doc_get(property, alternatives[i])); one;
             one = doc_next(one))
            walk_property(table, node, one);
    }
    if (place->flags & PLACE_DROPPED)
        return;
    if (has_scalars(property) || (object && place->flags & PLACE_RAW) || (array && raw_array)) {
        take_column(table, place, node, property);
        return;
    }
    if (object) {
        place->has_been_object = true;
        walk_object(table, node, property);
    }
    if (array)
        walk_items(tables_use_child(table, place, node), doc_get(property, "items"));
}

static void walk_object(struct table *table, struct shape_node *object, const struct doc *schema)
{
    for (const struct doc *one = doc_first(doc_get(schema, "properties")); one;
         one = doc_next(one)) {
        struct shape_node *node = shape_child(&table->shape, object, slice_text(doc_name(one)));

        if (node != NULL)
            walk_property(table, node, one);
    }
}

static void take_keys(struct table *table, const struct doc *keys)
{
    if (table->key_count > 0)
        return;
    for (const struct doc *key = doc_first(keys); key; key = doc_next(key)) {
        if (doc_string(key) == NULL)
            continue;
        table->keys = memory_resize(table->keys, table->key_count + 1, sizeof *table->keys);
        table->keys[table->key_count++] =
            (struct key){.name = memory_text(doc_string(key), strlen(doc_string(key)))};
    }
}

void tables_take_schema(struct table *main, struct doc *message)
{
    const struct doc *schema = doc_get(message, "schema");

    take_keys(main, doc_get(message, "key_properties"));
    main->key_declared = doc_get(doc_get(schema, "properties"), "_key") != NULL;
    tables_name_keys(main);
    walk_object(main, &main->shape.root, schema);
    doc_free(main->message);
    main->message = message;
    main->schema_due = true;
    main->some_due = true;
}

static struct doc *own_property(enum type type)
{
    struct doc *property = doc_object();

    schema_set_property_type(property, type, true);
    return property;
}

/* The property of a column that we make: `_index`, `_key`, and the parent's keys. */
static struct doc *made_property(const struct table *table, size_t place)
{
    const struct column *key;

    if (table->columns[place] == table->own_key)
        return own_property(TYPE_UUID);
    if (place >= table->parent_column_count)
        return own_property(TYPE_INTEGER);
    if (table->parent->parent != NULL || table->parent->key_count == 0)
        return own_property(TYPE_UUID);
    key = table->parent->keys[place].column;
    return key->property ? doc_copy(key->property) : doc_object();
}

static struct doc *properties_of(struct table *table)
{
    struct doc *properties = doc_object();

    for (size_t i = 0; i < table->column_count; i++) {
        struct column *column = table->columns[i];
        struct doc *property;

        if (column->place != NULL && column->place->flags & PLACE_UNSEEN)
            continue;
        if (column->place == NULL)
            property = made_property(table, i);
        else
            property = column->property ? doc_copy(column->property) : doc_object();
        if (column->source != NULL)
            doc_set(property, "x-source", doc_text(column->source));
        doc_add_member(properties, column->name, property);
        column->announced = true;
    }
    return properties;
}

static struct doc *keys_of(const struct table *table)
{
    struct doc *keys = doc_array();

    if (table->parent != NULL) {
        doc_add(keys, doc_text("_key"));
        return keys;
    }
    for (size_t i = 0; i < table->key_count; i++) {
        if (table->keys[i].column != NULL)
            doc_add(keys, doc_text(table->keys[i].column->name));
    }
    return keys;
}

/* `{"stream":PARENT,"key":{"_parent_id":"id"}}`: which columns name the parent's row. */
static struct doc *parent_of(const struct table *table)
{
    const struct table *parent = table->parent;
    struct doc *link = doc_object(), *key = doc_object();

    for (size_t i = 0; i < table->parent_column_count; i++) {
        bool keyed = parent->parent == NULL && parent->key_count > 0;

        doc_set(key, table->columns[i]->name,
                doc_text(keyed ? parent->keys[i].column->name : "_key"));
    }
    doc_set(link, "stream", doc_text(parent->stream));
    doc_set(link, "key", key);
    return link;
}

static struct doc *message_of(struct table *table)
{
    struct doc *message = table->message ? doc_copy(table->message) : doc_object();
    const struct doc *disposition = doc_get(table->main->message, "write_disposition");
    struct doc *schema = doc_object();

    doc_set(schema, "type", doc_text("object"));
    doc_set(schema, "properties", properties_of(table));
    doc_set(message, "type", doc_text("SCHEMA"));
    doc_set(message, "stream", doc_text(table->stream));
    doc_set(message, "schema", schema);
    doc_set(message, "key_properties", keys_of(table));
    if (table->parent != NULL) {
        doc_set(message, "parent", parent_of(table));
        if (disposition != NULL)
            doc_set(message, "write_disposition", doc_copy(disposition));
    }
    return message;
}

void tables_append_schemas(struct table *main, struct buffer *out)
{
    main->some_due = false;
    for (struct table *table = main; table; table = table->next) {
        if (table->schema_due) {
            struct doc *message = message_of(table);

            doc_print(message, out);
            buffer_append_byte(out, '\n');
            doc_free(message);
            table->announced = true;
            table->schema_due = false;
        }
    }
}
