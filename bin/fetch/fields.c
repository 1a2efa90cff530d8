#include "fields.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { DEEPEST_FIELDS = 20 };

enum field_kind {
    FIELD_INTEGER,
    FIELD_NUMBER,
    FIELD_STRING,
    FIELD_BOOLEAN,
    FIELD_DATE_TIME,
    FIELD_ANY,
    FIELD_OBJECT,
    FIELD_ARRAY
};

static const char *const kind_names[] = {"integer", "number",    "string",
                                         "boolean", "date-time", "any"};

/* Where a value may come from. */
struct candidate {
    char *path; /* or the template */
    bool is_template;
    bool has_placeholders; /* a path with "{name}" in it */
    size_t first_length;   /* of the path's first name when it names a member; 0 otherwise */
    size_t hint;
};

struct field_type {
    enum field_kind kind;
    struct fields *object;      /* FIELD_OBJECT */
    struct field_type *element; /* FIELD_ARRAY */
    struct candidate *candidates;
    size_t candidate_count;
    char **map;      /* from, to, from, to, ...; NULL-ended, or NULL */
    char *otherwise; /* JSON to have instead of null, or NULL */
};

struct field {
    char *name;
    struct buffer prefix; /* `"name":` */
    struct field_type *type;
};

struct fields {
    struct field *items;
    size_t count;
    struct view_members members; /* of the object at hand, kept for its memory */
};

static struct field_type *parse_type(const struct doc *doc, const struct doc *shapes, int depth,
                                     char **error);

static struct field_type *plain_type(enum field_kind kind)
{
    struct field_type *type = memory_new(1, sizeof *type);

    type->kind = kind;
    return type;
}

static void free_type(struct field_type *type)
{
    if (type == NULL)
        return;
    fields_free(type->object);
    free_type(type->element);
    for (size_t i = 0; i < type->candidate_count; i++)
        free(type->candidates[i].path);
    free(type->candidates);
    for (size_t i = 0; type->map && type->map[i]; i++)
        free(type->map[i]);
    free(type->map);
    free(type->otherwise);
    free(type);
}

void fields_free(struct fields *fields)
{
    if (fields == NULL)
        return;
    for (size_t i = 0; i < fields->count; i++) {
        free(fields->items[i].name);
        buffer_free(&fields->items[i].prefix);
        free_type(fields->items[i].type);
    }
    free(fields->items);
    view_members_free(&fields->members);
    free(fields);
}

/* Puts a name before an error that came from below it. */
static void prefix_error(char **error, const char *name)
{
    char *below = *error;

    *error = memory_format("%s%s%s", name, below[0] == ':' ? "" : ".", below);
    free(below);
}

static bool add_candidate(struct field_type *type, const char *text, char **error)
{
    struct candidate candidate = {.is_template = text[0] == '='};
    const char *why;

    if (!scope_template_valid(text, &why)) {
        *error = memory_format(": '%s': %s", text, why);
        return false;
    }
    candidate.path = memory_format("%s", text + candidate.is_template);
    candidate.has_placeholders = !candidate.is_template && strchr(text, '{');
    if (!candidate.is_template && !candidate.has_placeholders && text[0] != '^' &&
        strcmp(text, ".") != 0)
        candidate.first_length = strcspn(text, ".");
    type->candidates =
        memory_resize(type->candidates, type->candidate_count + 1, sizeof *type->candidates);
    type->candidates[type->candidate_count++] = candidate;
    return true;
}

static bool parse_from(struct field_type *type, const struct doc *from, char **error)
{
    if (doc_string(from))
        return add_candidate(type, doc_string(from), error);
    for (const struct doc *one = doc_first(from); one; one = doc_next(one)) {
        if (!doc_string(one))
            break;
        if (!add_candidate(type, doc_string(one), error))
            return false;
    }
    if (type->candidate_count == 0 || type->candidate_count != doc_count(from)) {
        *error = memory_format(": $from must be a path or an array of paths");
        return false;
    }
    return true;
}

static char *print(const struct doc *doc)
{
    struct buffer text = {0};

    doc_print(doc, &text);
    return buffer_text(&text);
}

static bool parse_map(struct field_type *type, const struct doc *map, char **error)
{
    size_t count = 0;

    type->map = memory_new(2 * doc_count(map) + 1, sizeof *type->map);
    for (const struct doc *one = doc_first(map); one; one = doc_next(one)) {
        char *json = print(one);

        if (!doc_name(one) || (!doc_string(one) && strcmp(json, "null") != 0)) {
            *error = memory_format(": $map must be an object of texts or nulls");
            free(json);
            return false;
        }
        type->map[count++] = memory_format("%s", doc_name(one));
        type->map[count++] = json;
    }
    return true;
}

static struct field_type *parse_detailed(const struct doc *doc, const struct doc *shapes, int depth,
                                         char **error)
{
    struct field_type *type = parse_type(doc_get(doc, "$type"), shapes, depth + 1, error);

    for (const struct doc *one = doc_first(doc); one && type; one = doc_next(one)) {
        const char *name = doc_name(one);
        bool good = true;

        if (strcmp(name, "$from") == 0) {
            good = parse_from(type, one, error);
        } else if (strcmp(name, "$map") == 0) {
            good = parse_map(type, one, error);
        } else if (strcmp(name, "$default") == 0) {
            type->otherwise = print(one);
        } else if (strcmp(name, "$type") != 0) {
            *error = memory_format(": '%s' is not known here", name);
            good = false;
        }
        if (!good) {
            free_type(type);
            return NULL;
        }
    }
    return type;
}

static struct fields *parse_fields(const struct doc *doc, const struct doc *shapes, int depth,
                                   char **error)
{
    struct fields *fields = memory_new(1, sizeof *fields);

    if (!doc_is_object(doc) || depth > DEEPEST_FIELDS) {
        *error = memory_format(depth > DEEPEST_FIELDS ? ": nested too deep (a shape in itself?)"
                                                      : ": must be an object");
        free(fields);
        return NULL;
    }
    fields->items = memory_new(doc_count(doc) + 1, sizeof *fields->items);
    for (const struct doc *one = doc_first(doc); one; one = doc_next(one)) {
        struct field *field = &fields->items[fields->count];

        if (strcmp(doc_name(one), "comment") == 0 && doc_string(one) &&
            strchr(doc_string(one), ' '))
            continue;
        field->type = parse_type(one, shapes, depth, error);
        if (field->type && field->type->candidate_count == 0 &&
            !add_candidate(field->type, doc_name(one), error)) {
            free_type(field->type);
            field->type = NULL;
        }
        if (!field->type) {
            prefix_error(error, doc_name(one));
            fields_free(fields);
            return NULL;
        }
        field->name = memory_format("%s", doc_name(one));
        json_append_string(&field->prefix, slice_text(field->name));
        buffer_append_byte(&field->prefix, ':');
        fields->count++;
    }
    return fields;
}

static struct field_type *object_type(const struct doc *doc, const struct doc *shapes, int depth,
                                      char **error)
{
    struct field_type *type = plain_type(FIELD_OBJECT);

    type->object = parse_fields(doc, shapes, depth + 1, error);
    if (type->object)
        return type;
    free(type);
    return NULL;
}

static struct field_type *named_type(const char *name, const struct doc *shapes, int depth,
                                     char **error)
{
    const struct doc *shape = doc_get(shapes, name);

    for (size_t i = 0; i < sizeof kind_names / sizeof *kind_names; i++) {
        if (strcmp(name, kind_names[i]) == 0)
            return plain_type((enum field_kind)i);
    }
    if (shape)
        return object_type(shape, shapes, depth, error);
    *error = memory_format(": there is no type or shape '%s'", name);
    return NULL;
}

static struct field_type *parse_type(const struct doc *doc, const struct doc *shapes, int depth,
                                     char **error)
{
    struct field_type *type;

    if (doc_string(doc))
        return named_type(doc_string(doc), shapes, depth, error);
    if (doc_is_object(doc) && doc_get(doc, "$type"))
        return parse_detailed(doc, shapes, depth, error);
    if (doc_is_object(doc))
        return object_type(doc, shapes, depth, error);
    if (!doc_is_array(doc) || doc_count(doc) != 1) {
        *error = memory_format(": must be a type, an object of fields, or an array of one type");
        return NULL;
    }
    type = plain_type(FIELD_ARRAY);
    type->element = parse_type(doc_first(doc), shapes, depth + 1, error);
    if (type->element)
        return type;
    free(type);
    return NULL;
}

struct fields *fields_parse(const struct doc *doc, const struct doc *shapes, char **error)
{
    return parse_fields(doc, shapes, 0, error);
}

/* Of this and all that follow: false for a duplicate key in the value, however deep. */
static bool append_typed(struct field_type *type, const struct scope *scope, struct slice value,
                         struct buffer *out);

static struct slice candidate_value(struct candidate *candidate, const struct scope *scope)
{
    struct slice value;

    if (candidate->has_placeholders)
        return scope_expanded_path(scope, candidate->path);
    if (candidate->first_length == 0)
        return scope_path(scope, candidate->path);
    value = view_find(scope->members, slice_of(candidate->path, candidate->first_length),
                      &candidate->hint);
    if (candidate->path[candidate->first_length] == '.' && value.data)
        return view_path(value, candidate->path + candidate->first_length + 1);
    return value;
}

/* Appends the value of a field of the object at hand. */
static bool append_field(struct field_type *type, const struct scope *scope, struct buffer *out)
{
    for (size_t i = 0; i < type->candidate_count; i++) {
        struct candidate *candidate = &type->candidates[i];

        if (candidate->is_template) {
            struct buffer text = {0};
            bool found = scope_expand(scope, candidate->path, false, &text);

            if (found)
                json_append_string(out, buffer_slice(&text));
            buffer_free(&text);
            if (found)
                return true;
        } else {
            struct slice value = candidate_value(candidate, scope);

            if (!view_is_null(value))
                return append_typed(type, scope, value, out);
        }
    }
    buffer_append_text(out, type->otherwise ? type->otherwise : "null");
    return true;
}

static bool append_members(struct fields *fields, const struct scope *scope, bool comma,
                           struct buffer *out)
{
    bool unique = true;

    for (size_t i = 0; i < fields->count; i++) {
        if (comma)
            buffer_append_byte(out, ',');
        comma = true;
        buffer_append_slice(out, buffer_slice(&fields->items[i].prefix));
        unique &= append_field(fields->items[i].type, scope, out);
    }
    return unique;
}

bool fields_append(struct fields *fields, const struct scope *scope, bool comma, struct buffer *out)
{
    struct scope here = *scope;
    bool unique = view_members(&fields->members, scope->record);

    here.members = &fields->members;
    unique &= append_members(fields, &here, comma, out);
    return unique;
}

static bool append_object(struct fields *fields, const struct scope *scope, struct slice value,
                          struct buffer *out)
{
    struct scope inside = *scope;
    bool unique;

    if (view_kind(value) != JSON_OBJECT) {
        buffer_append_slice(out, value);
        return true;
    }
    inside.record = value;
    buffer_append_byte(out, '{');
    unique = fields_append(fields, &inside, false, out);
    buffer_append_byte(out, '}');
    return unique;
}

/* Elements that are null (an object that is gone) are left out. */
static bool append_array(struct field_type *element, const struct scope *scope, struct slice value,
                         struct buffer *out)
{
    struct slice list = view_list(value), one;
    const char *at = NULL;
    bool comma = false, unique = true;

    if (list.data == NULL) {
        buffer_append_slice(out, value);
        return true;
    }
    buffer_append_byte(out, '[');
    while (view_next(list, &at, &one)) {
        struct scope inside = *scope;
        struct view_members members = {0};

        inside.record = one;
        if (view_is_null(one))
            continue;
        if (comma)
            buffer_append_byte(out, ',');
        comma = true;
        if (element->candidate_count == 0) {
            unique &= append_typed(element, &inside, one, out);
        } else {
            unique &= view_members(&members, one);
            inside.members = &members;
            unique &= append_field(element, &inside, out);
            view_members_free(&members);
        }
    }
    buffer_append_byte(out, ']');
    return unique;
}

/* "-12" as a string, or 12: the digits. */
static struct slice digits_in(struct slice value)
{
    struct slice text = value;
    size_t i;

    if (view_kind(value) == JSON_STRING)
        text = slice_of(value.data + 1, value.length - 2);
    i = text.length > 1 && text.data[0] == '-';
    if (text.length - i > 1 && text.data[i] == '0')
        return value;
    for (size_t digit = i; digit < text.length; digit++) {
        if (text.data[digit] < '0' || text.data[digit] > '9')
            return value;
    }
    return text.length > 0 ? text : value;
}

static bool append_mapped(char **map, struct slice value, struct buffer *out)
{
    for (size_t i = 0; map && map[i]; i += 2) {
        if (view_is_text(value, map[i])) {
            buffer_append_text(out, map[i + 1]);
            return true;
        }
    }
    return false;
}

static bool append_typed(struct field_type *type, const struct scope *scope, struct slice value,
                         struct buffer *out)
{
    enum json_kind kind = view_kind(value);

    if (append_mapped(type->map, value, out))
        return true;
    switch (type->kind) {
    case FIELD_OBJECT:
        return append_object(type->object, scope, value, out);
    case FIELD_ARRAY:
        return append_array(type->element, scope, value, out);
    case FIELD_INTEGER:
        buffer_append_slice(out, digits_in(value));
        return true;
    case FIELD_STRING:
        if (kind == JSON_NUMBER || kind == JSON_TRUE || kind == JSON_FALSE) {
            json_append_string(out, value);
            return true;
        }
        break;
    default:
        break;
    }
    buffer_append_slice(out, value);
    return true;
}

static struct field *find(const struct fields *fields, const char *name)
{
    for (size_t i = 0; fields && i < fields->count; i++) {
        if (strcmp(fields->items[i].name, name) == 0)
            return &fields->items[i];
    }
    return NULL;
}

size_t fields_count(const struct fields *fields)
{
    return fields->count;
}

bool fields_has(const struct fields *fields, const char *name)
{
    return find(fields, name) != NULL;
}

bool fields_append_value(struct fields *fields, const char *name, const struct scope *scope,
                         struct buffer *out)
{
    struct field *field = find(fields, name);
    struct scope here = *scope;

    if (field == NULL)
        return false;
    view_members(&fields->members, scope->record);
    here.members = &fields->members;
    append_field(field->type, &here, out);
    return true;
}

static struct doc *types_of(const char *name, bool nullable)
{
    struct doc *types = doc_array();

    doc_add(types, doc_text(name));
    if (nullable)
        doc_add(types, doc_text("null"));
    return types;
}

static struct doc *schema_of(const struct field_type *type, bool nullable)
{
    static const char *const names[] = {"integer", "number", "string", "boolean",
                                        "string",  NULL,     "object", "array"};
    struct doc *schema = doc_object(), *properties;

    if (names[type->kind])
        doc_set(schema, "type", types_of(names[type->kind], nullable));
    if (type->kind == FIELD_DATE_TIME)
        doc_set(schema, "format", doc_text("date-time"));
    if (type->kind == FIELD_ARRAY)
        doc_set(schema, "items", schema_of(type->element, true));
    if (type->kind == FIELD_OBJECT) {
        properties = doc_object();
        fields_add_properties(type->object, properties, NULL);
        doc_set(schema, "properties", properties);
    }
    return schema;
}

static bool is_key(char *const *keys, const char *name)
{
    for (size_t i = 0; keys && keys[i]; i++) {
        if (strcmp(keys[i], name) == 0)
            return true;
    }
    return false;
}

void fields_add_properties(const struct fields *fields, struct doc *properties, char *const *keys)
{
    for (size_t i = 0; fields && i < fields->count; i++) {
        const struct field *field = &fields->items[i];

        doc_set(properties, field->name, schema_of(field->type, !is_key(keys, field->name)));
    }
}

void fields_add_property(const struct fields *fields, const char *name, struct doc *properties,
                         const char *as)
{
    const struct field *field = find(fields, name);

    if (field)
        doc_set(properties, as, schema_of(field->type, false));
}
