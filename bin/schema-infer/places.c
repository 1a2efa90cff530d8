#include "places.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "schema.h"

static const char *look_at(struct stream *stream, struct json *json, struct shape *shape,
                           struct shape_node *node, struct place *place, const char *at,
                           unsigned nesting);

struct stream *places_open(struct slice name, uint32_t max_names)
{
    struct stream *stream = memory_new(1, sizeof *stream);

    stream->name = memory_text(name.data, name.length);
    stream->max_names = max_names;
    shape_open(&stream->shape, max_names);
    return stream;
}

static void free_place(void *data);

static void free_parts(struct place *place)
{
    if (place->items != NULL) {
        shape_close(&place->items->shape, free_place);
        free_parts(&place->items->element);
        free(place->items);
    }
    doc_free(place->property);
    summary_free(place->summary);
}

static void free_place(void *data)
{
    free_parts(data);
    free(data);
}

void places_close(struct stream *stream)
{
    shape_close(&stream->shape, free_place);
    free_parts(&stream->record);
    doc_free(stream->message);
    free(stream->journal.entries);
    free(stream->name);
    free(stream);
}

static struct place *place_of(struct shape_node *node)
{
    if (node->data == NULL) {
        struct place *place = memory_new(1, sizeof *place);

        place->unseen = true;
        node->data = place;
    }
    return node->data;
}

static struct items *items_of(struct stream *stream, struct place *place)
{
    if (place->items == NULL) {
        place->items = memory_new(1, sizeof *place->items);
        shape_open(&place->items->shape, stream->max_names);
    }
    return place->items;
}

/* ---- records ---- */

/* To be called before a place changes because of a record: the record may yet be rejected. */
static void remember(struct stream *stream, struct place *place)
{
    struct journal *journal = &stream->journal;

    if (journal->count == journal->capacity) {
        journal->capacity = journal->capacity * 2 + 16;
        journal->entries =
            memory_resize(journal->entries, journal->capacity, sizeof *journal->entries);
    }
    journal->entries[journal->count++] = (struct change){place, *place};
}

void places_forget_record(struct stream *stream)
{
    while (stream->journal.count > 0) {
        const struct change *change = &stream->journal.entries[--stream->journal.count];
        struct place *place = change->place, now = *place;

        *place = change->before;
        /* what hangs on a place stays its own */
        place->items = now.items;
        place->summary = now.summary;
    }
    stream->grown = stream->was_grown;
}

/* A member seen in a record: known from now on, and counted as always there if it was. */
static void notice(struct stream *stream, struct place *object, struct place *place)
{
    remember(stream, place);
    stream->grown = true;
    place->unseen = false;
    if (!place->declared) {
        if (object->object_seen) {
            place->nullable = true;
        } else if (!place->required) {
            remember(stream, object);
            place->required = true;
            object->required_count++;
        }
    }
}

/* Some required member was missing in the object just read. */
static void find_missing(struct stream *stream, struct shape_node *node, struct place *object,
                         uint64_t serial)
{
    for (struct shape_node *child = node->first_child; child; child = child->next_sibling) {
        struct place *place = child->data;

        if (place != NULL && place->required && child->seen != serial) {
            remember(stream, object);
            remember(stream, place);
            stream->grown = stream->grown || !place->nullable;
            object->required_count--;
            place->required = false;
            place->nullable = true;
        }
    }
}

/* Members of an object from behind its "{": the byte behind its "}". */
static const char *look_at_members(struct stream *stream, struct json *json, struct shape *shape,
                                   struct shape_node *node, struct place *object, const char *at,
                                   unsigned nesting)
{
    struct shape_cursor cursor = shape_begin(shape, node);
    unsigned required = 0;

    at = json_space(json, at);
    if (nesting > json->max_nesting)
        return json_fail(json, at, "nested too deep (see --max-nesting)");
    for (bool more = *at != '}'; more;) {
        struct shape_node *child;
        struct place *place;

        at = shape_key(shape, &cursor, json, json_space(json, at), &child);
        if (at == NULL)
            return NULL;
        place = place_of(child);
        if (__builtin_expect(place->unseen, 0))
            notice(stream, object, place);
        required += place->required;
        at = look_at(stream, json, shape, child, place, at, nesting);
        if (at == NULL)
            return NULL;
        at = json_space(json, at);
        more = *at == ',';
        if (!more && *at != '}')
            return json_fail(json, at, "expected ',' or '}'");
        at += more;
    }
    if (__builtin_expect(required < object->required_count, 0))
        find_missing(stream, node, object, cursor.serial);
    if (__builtin_expect(!object->object_seen, 0)) {
        remember(stream, object);
        object->object_seen = true;
    }
    return at + 1;
}

static const char *look_at_elements(struct stream *stream, struct json *json, struct place *place,
                                    const char *at, unsigned nesting)
{
    struct items *items;

    at = json_space(json, at);
    if (*at == ']')
        return at + 1;
    if (nesting > json->max_nesting)
        return json_fail(json, at, "nested too deep (see --max-nesting)");
    items = items_of(stream, place);
    for (bool more = true; more;) {
        at = look_at(stream, json, &items->shape, &items->shape.root, &items->element, at, nesting);
        if (at == NULL)
            return NULL;
        at = json_after_value(json, at, ']', &more);
    }
    return at;
}

static void take_scalar(struct stream *stream, struct place *place, enum json_kind kind,
                        struct slice value)
{
    enum type type = types_grown(place->type, kind, value);

    if (__builtin_expect(type != place->type || (kind == JSON_NULL && !place->nullable), 0)) {
        remember(stream, place);
        stream->grown = true;
        place->type = type;
        place->nullable = place->nullable || kind == JSON_NULL;
    }
    if (stream->summarize) {
        if (place->summary == NULL)
            place->summary = summary_new();
        summary_add(place->summary, kind, value);
    }
}

/* One value at a place; `node` is where its members would be, were it an object. */
static const char *look_at(struct stream *stream, struct json *json, struct shape *shape,
                           struct shape_node *node, struct place *place, const char *at,
                           unsigned nesting)
{
    enum json_kind kind = json_kind_of(*at);
    const char *begin = at;
    bool escaped;

    if (kind == JSON_OBJECT) {
        if (!place->has_object) {
            remember(stream, place);
            stream->grown = true;
            place->has_object = true;
        }
        return look_at_members(stream, json, shape, node, place, at + 1, nesting + 1);
    }
    if (kind == JSON_ARRAY) {
        if (!place->has_array) {
            remember(stream, place);
            stream->grown = true;
            place->has_array = true;
        }
        return look_at_elements(stream, json, place, at + 1, nesting + 1);
    }
    at = json_scalar_end(json, at, kind, &escaped);
    if (at != NULL)
        take_scalar(stream, place, kind, slice_of(begin, (size_t)(at - begin)));
    return at;
}

const char *places_look(struct stream *stream, struct json *json, const char *at, unsigned nesting)
{
    stream->journal.count = 0;
    stream->was_grown = stream->grown;
    return look_at_members(stream, json, &stream->shape, &stream->shape.root, &stream->record,
                           at + 1, nesting + 1);
}

/* ---- schemas ---- */

static void declare_members(struct stream *stream, struct shape *shape, struct shape_node *node,
                            const struct doc *schema);

static void declare(struct stream *stream, struct shape *shape, struct shape_node *node,
                    struct place *place, const struct doc *property)
{
    enum type type = schema_property_type(property, &place->nullable);
    const struct doc *items = doc_get(property, "items");

    place->declared = true;
    place->unseen = false;
    doc_free(place->property);
    place->property = doc_copy(property);
    if (doc_get(property, "properties") != NULL) {
        place->has_object = true;
        declare_members(stream, shape, node, property);
    }
    if (items != NULL) {
        struct items *inside = items_of(stream, place);

        place->has_array = true;
        declare(stream, &inside->shape, &inside->shape.root, &inside->element, items);
    }
    if (type == TYPE_JSON && items == NULL && doc_get(property, "properties") == NULL) {
        place->has_object = place->has_array = true;
        type = TYPE_STRING;
    }
    if (type != TYPE_JSON)
        place->type = types_widen(place->type, type);
}

static void declare_members(struct stream *stream, struct shape *shape, struct shape_node *node,
                            const struct doc *schema)
{
    for (const struct doc *one = doc_first(doc_get(schema, "properties")); one;
         one = doc_next(one)) {
        struct shape_node *child = shape_child(shape, node, slice_text(doc_name(one)));

        if (child != NULL)
            declare(stream, shape, child, place_of(child), one);
    }
}

void places_take_schema(struct stream *stream, struct doc *message)
{
    declare_members(stream, &stream->shape, &stream->shape.root, doc_get(message, "schema"));
    doc_free(stream->message);
    stream->message = message;
    stream->grown = true;
}

static struct doc *properties_of(const struct shape_node *node, bool final);

/* A column that was only ever null is no column if it is the null of an object, flattened. */
static bool is_null_object(const struct shape_node *node)
{
    for (const struct shape_node *other = node->parent->first_child; other;
         other = other->next_sibling) {
        if (other->name.length > node->name.length + 2 &&
            memcmp(other->name.data, node->name.data, node->name.length) == 0 &&
            memcmp(other->name.data + node->name.length, "__", 2) == 0)
            return true;
    }
    return false;
}

static void add_type(struct doc *types, const char *name)
{
    doc_add(types, doc_text(name));
}

/* The types of a place where containers occur: those of its scalars come behind. */
static struct doc *mixed_types(const struct place *place, const struct doc *scalars)
{
    struct doc *types = doc_array();

    if (place->nullable)
        add_type(types, "null");
    if (place->has_array)
        add_type(types, "array");
    if (place->has_object)
        add_type(types, "object");
    for (const struct doc *one = doc_first(scalars); one; one = doc_next(one)) {
        if (strcmp(doc_string(one), "null") != 0)
            add_type(types, doc_string(one));
    }
    return types;
}

static struct doc *property_of(const struct shape_node *node, const struct place *place, bool final)
{
    struct doc *property = place->property ? doc_copy(place->property) : doc_object();
    enum type type = place->type;

    doc_remove(property, "properties");
    doc_remove(property, "items");
    if (final && type == TYPE_UNKNOWN && !place->has_object && !place->has_array &&
        !(node && node->parent && is_null_object(node)))
        type = TYPE_STRING;
    schema_set_property_type(property, type, place->nullable);
    if (!place->has_object && !place->has_array)
        return property;
    doc_remove(property, "format");
    doc_set(property, "type", mixed_types(place, doc_get(property, "type")));
    if (place->has_object && node != NULL && node->first_child != NULL)
        doc_set(property, "properties", properties_of(node, final));
    if (place->items != NULL)
        doc_set(property, "items",
                property_of(&place->items->shape.root, &place->items->element, final));
    return property;
}

static struct doc *properties_of(const struct shape_node *node, bool final)
{
    struct doc *properties = doc_object();

    for (const struct shape_node *child = node->first_child; child; child = child->next_sibling) {
        const struct place *place = child->data;
        char *name;

        if (place == NULL || place->unseen)
            continue;
        name = memory_text(child->name.data, child->name.length);
        doc_add_member(properties, name, property_of(child, place, final));
        free(name);
    }
    return properties;
}

struct doc *places_message(const struct stream *stream, bool final)
{
    struct doc *message = stream->message ? doc_copy(stream->message) : doc_object();
    struct doc *schema = doc_object();

    doc_set(schema, "type", doc_text("object"));
    doc_set(schema, "properties", properties_of(&stream->shape.root, final));
    doc_set(message, "type", doc_text("SCHEMA"));
    doc_set(message, "stream", doc_text(stream->name));
    doc_set(message, "schema", schema);
    if (doc_get(message, "key_properties") == NULL)
        doc_set(message, "key_properties", doc_array());
    return message;
}
