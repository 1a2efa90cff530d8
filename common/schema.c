#include "schema.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

const char *const schema_dispositions[] = {"append", "upsert", "replace", NULL};

static enum type type_of_name(const char *name, const char *format)
{
    static const struct {
        const char *name, *format;
        enum type type;
    } types[] = {
        {"boolean", NULL, TYPE_BOOLEAN},
        {"integer", NULL, TYPE_INTEGER},
        {"number", NULL, TYPE_NUMBER},
        {"string", "date", TYPE_DATE},
        {"string", "date-time", TYPE_DATE_TIME},
        {"string", "date-time-local", TYPE_TIMESTAMP},
        {"string", "uuid", TYPE_UUID},
        {"string", NULL, TYPE_STRING},
        {"object", NULL, TYPE_JSON},
        {"array", NULL, TYPE_JSON},
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, name) == 0 &&
            (types[i].format == NULL || (format && strcmp(types[i].format, format) == 0)))
            return types[i].type;
    }
    return TYPE_UNKNOWN;
}

enum type schema_property_type(const struct doc *property, bool *nullable)
{
    static const char *const alternatives[] = {"anyOf", "oneOf"};
    const struct doc *types = doc_get(property, "type");
    const char *format = doc_string(doc_get(property, "format"));
    enum type type = TYPE_UNKNOWN;

    if (doc_string(types) != NULL) {
        type = type_of_name(doc_string(types), format);
        *nullable = *nullable || strcmp(doc_string(types), "null") == 0;
    }
    for (const struct doc *one = doc_first(types); one; one = doc_next(one)) {
        if (doc_string(one) == NULL)
            continue;
        if (strcmp(doc_string(one), "null") == 0)
            *nullable = true;
        else
            type = types_widen(type, type_of_name(doc_string(one), format));
    }
    for (size_t i = 0; i < 2; i++) {
        for (const struct doc *one = doc_first(doc_get(property, alternatives[i])); one;
             one = doc_next(one))
            type = types_widen(type, schema_property_type(one, nullable));
    }
    return type;
}

void schema_set_property_type(struct doc *property, enum type type, bool nullable)
{
    static const struct {
        const char *names[5];
        const char *format;
    } forms[TYPE_COUNT] = {
        [TYPE_UNKNOWN] = {{NULL}, NULL},
        [TYPE_BOOLEAN] = {{"boolean"}, NULL},
        [TYPE_INTEGER] = {{"integer"}, NULL},
        [TYPE_NUMBER] = {{"number"}, NULL},
        [TYPE_DATE] = {{"string"}, "date"},
        [TYPE_DATE_TIME] = {{"string"}, "date-time"},
        [TYPE_TIMESTAMP] = {{"string"}, "date-time-local"},
        [TYPE_UUID] = {{"string"}, "uuid"},
        [TYPE_STRING] = {{"string"}, NULL},
        [TYPE_JSON] = {{"array", "boolean", "number", "object", "string"}, NULL},
    };
    struct doc *types = doc_array();
    const char *const *names = forms[type].names;

    doc_remove(property, "anyOf");
    doc_remove(property, "oneOf");
    if (nullable)
        doc_add(types, doc_text("null"));
    for (size_t i = 0; i < 5 && names[i]; i++)
        doc_add(types, doc_text(names[i]));
    if (type == TYPE_UNKNOWN) {
        doc_free(types);
        doc_remove(property, "type");
    } else {
        doc_set(property, "type", types);
    }
    if (forms[type].format)
        doc_set(property, "format", doc_text(forms[type].format));
    else
        doc_remove(property, "format");
}

static char *copy_text(const char *text)
{
    return memory_text(text, strlen(text));
}

static struct schema_column *find_column(struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->column_count; i++) {
        if (strcmp(schema->columns[i].name, name) == 0)
            return &schema->columns[i];
    }
    return NULL;
}

static void add_column(struct schema *schema, const char *name, const struct doc *property)
{
    struct schema_column *column;

    schema->columns =
        memory_resize(schema->columns, schema->column_count + 1, sizeof *schema->columns);
    column = &schema->columns[schema->column_count++];
    *column = (struct schema_column){.name = copy_text(name)};
    column->type = schema_property_type(property, &column->nullable);
    column->provenance = doc_is_true(doc_get(property, "x-provenance"));
}

static bool parse_keys(struct schema *schema, const struct doc *keys)
{
    for (const struct doc *key = doc_first(keys); key; key = doc_next(key)) {
        const char *name = doc_string(key);

        if (name == NULL)
            return false;
        schema->keys = memory_resize(schema->keys, schema->key_count + 1, sizeof *schema->keys);
        schema->keys[schema->key_count++] = copy_text(name);
        if (find_column(schema, name) == NULL)
            add_column(schema, name, NULL);
    }
    return true;
}

static bool parse_disposition(struct schema *schema, const struct doc *word)
{
    if (word == NULL)
        return true;
    for (int i = 0; schema_dispositions[i]; i++) {
        if (doc_string(word) && strcmp(doc_string(word), schema_dispositions[i]) == 0) {
            schema->disposition = (enum disposition)(i + 1);
            return true;
        }
    }
    return false;
}

static bool parse_nulls(struct schema *schema, const struct doc *word)
{
    schema->keep_nulls = doc_string(word) && strcmp(doc_string(word), "keep") == 0;
    return word == NULL || schema->keep_nulls;
}

static bool parse_parent(struct schema *schema, const struct doc *parent)
{
    const char *stream = doc_string(doc_get(parent, "stream"));

    if (parent == NULL)
        return true;
    if (stream == NULL || doc_first(doc_get(parent, "key")) == NULL)
        return false;
    schema->parent = copy_text(stream);
    for (const struct doc *one = doc_first(doc_get(parent, "key")); one; one = doc_next(one)) {
        struct schema_link *link;

        if (doc_string(one) == NULL)
            return false;
        schema->links = memory_resize(schema->links, schema->link_count + 1, sizeof *schema->links);
        link = &schema->links[schema->link_count++];
        link->child = copy_text(doc_name(one));
        link->parent = copy_text(doc_string(one));
        if (find_column(schema, link->child) == NULL)
            add_column(schema, link->child, NULL);
    }
    return true;
}

static const char *parse_members(struct schema *schema, const struct doc *message)
{
    const struct doc *properties = doc_get(doc_get(message, "schema"), "properties");

    for (const struct doc *one = doc_first(properties); one; one = doc_next(one))
        add_column(schema, doc_name(one), one);
    if (!parse_keys(schema, doc_get(message, "key_properties")))
        return "SCHEMA: key_properties must be an array of strings";
    if (!parse_disposition(schema, doc_get(message, "write_disposition")))
        return "SCHEMA: write_disposition must be append, upsert or replace";
    if (!parse_nulls(schema, doc_get(message, "nulls")))
        return "SCHEMA: nulls must be keep";
    schema->aside = doc_is_true(doc_get(message, "aside"));
    if (!parse_parent(schema, doc_get(message, "parent")))
        return "SCHEMA: parent must have a stream and a key of column names";
    if (schema->disposition == DISPOSITION_UPSERT && schema->key_count == 0)
        return "SCHEMA: upsert needs key_properties";
    return NULL;
}

struct schema *schema_parse(const struct doc *message, const char **error)
{
    const char *stream = doc_string(doc_get(message, "stream"));
    struct schema *schema;

    if (stream == NULL || !doc_is_object(doc_get(message, "schema"))) {
        *error = "SCHEMA without a stream and a schema that is an object";
        return NULL;
    }
    schema = memory_new(1, sizeof *schema);
    schema->stream = copy_text(stream);
    *error = parse_members(schema, message);
    if (*error != NULL) {
        schema_free(schema);
        return NULL;
    }
    return schema;
}

void schema_free(struct schema *schema)
{
    if (schema == NULL)
        return;
    for (size_t i = 0; i < schema->column_count; i++)
        free(schema->columns[i].name);
    for (size_t i = 0; i < schema->key_count; i++)
        free(schema->keys[i]);
    for (size_t i = 0; i < schema->link_count; i++) {
        free(schema->links[i].child);
        free(schema->links[i].parent);
    }
    free(schema->columns);
    free(schema->keys);
    free(schema->links);
    free(schema->parent);
    free(schema->stream);
    free(schema);
}
