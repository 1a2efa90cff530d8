#include "messages_out.h"

#include <stdlib.h>
#include <string.h>

#include "messages.h"
#include "moment.h"

const struct stream *stream_ancestor(const struct stream *stream, unsigned *levels)
{
    const struct stream *ancestor = stream->parent;

    *levels = 1;
    while (ancestor && ancestor->hidden) {
        ancestor = ancestor->parent;
        ++*levels;
    }
    return ancestor;
}

struct doc *stream_schema(const struct source *source, const struct stream *stream)
{
    struct doc *schema = doc_object(), *properties = doc_object();
    unsigned levels;
    const struct stream *ancestor = stream_ancestor(stream, &levels);

    fields_add_properties(source->fields, properties, stream->key.items);
    for (size_t i = 0; ancestor && i < stream->columns.count; i++)
        fields_add_property(ancestor->fields, stream->parents.items[i], properties,
                            stream->columns.items[i]);
    fields_add_properties(stream->fields, properties, stream->key.items);
    doc_set(schema, "type", doc_text("object"));
    doc_set(schema, "properties", properties);
    return schema;
}

static struct doc *parent_of(const struct stream *stream, const struct stream *ancestor)
{
    struct doc *parent = doc_object(), *key = doc_object();

    for (size_t i = 0; i < stream->columns.count; i++)
        doc_set(key, stream->columns.items[i], doc_text(stream->parents.items[i]));
    doc_set(parent, "stream", doc_text(ancestor->name));
    doc_set(parent, "key", key);
    return parent;
}

static struct doc *texts_doc(const struct texts *texts)
{
    struct doc *list = doc_array();

    for (size_t i = 0; i < texts->count; i++)
        doc_add(list, doc_text(texts->items[i]));
    return list;
}

void append_schema(const struct source *source, const struct stream *stream,
                   const struct selection *selection, struct buffer *out)
{
    struct doc *message = doc_object();
    unsigned levels;
    const struct stream *ancestor = stream_ancestor(stream, &levels);

    doc_set(message, "type", doc_text("SCHEMA"));
    doc_set(message, "stream", doc_text(stream->name));
    doc_set(message, "schema", stream_schema(source, stream));
    doc_set(message, "key_properties", texts_doc(&stream->key));
    if (stream->columns.count > 0 && ancestor && selection->wanted[ancestor->number])
        doc_set(message, "parent", parent_of(stream, ancestor));
    doc_print(message, out);
    buffer_append_byte(out, '\n');
    doc_free(message);
}

/* The columns that repeat the ancestor's key. */
static void append_parent_key(const struct stream *stream, const struct scope *scope, bool *comma,
                              struct buffer *out)
{
    unsigned levels;
    const struct stream *ancestor = stream_ancestor(stream, &levels);

    while (scope && levels-- > 0)
        scope = scope->up;
    for (size_t i = 0; ancestor && scope && i < stream->columns.count; i++) {
        if (*comma)
            buffer_append_byte(out, ',');
        *comma = true;
        json_append_string(out, slice_text(stream->columns.items[i]));
        buffer_append_byte(out, ':');
        fields_append_value(ancestor->fields, stream->parents.items[i], scope, out);
    }
}

static bool is_column(const struct source *source, const struct stream *stream, struct slice name)
{
    char text[256];

    for (size_t i = 0; i < stream->columns.count; i++) {
        if (slice_is(name, stream->columns.items[i]))
            return true;
    }
    if (name.length >= sizeof text)
        return false;
    memcpy(text, name.data, name.length);
    text[name.length] = '\0';
    return fields_has(source->fields, text);
}

/* The record as it came, but for what stands before it already. */
static bool append_as_it_came(const struct source *source, const struct stream *stream,
                              struct slice record, bool comma, struct buffer *out)
{
    struct view_members members = {0};
    bool unique = view_members(&members, record);

    for (size_t i = 0; i < members.count; i++) {
        if (is_column(source, stream, members.items[i].name))
            continue;
        if (comma)
            buffer_append_byte(out, ',');
        comma = true;
        buffer_format(out, "\"%.*s\":", SLICE_FORMAT(members.items[i].name));
        buffer_append_slice(out, members.items[i].value);
    }
    view_members_free(&members);
    return unique;
}

/* White space between tokens may hold line ends: a message is one line. */
static void join_lines(struct buffer *out, size_t from)
{
    for (char *at = out->data + from, *end = out->data + out->length;
         at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        *at = ' ';
    for (char *at = out->data + from, *end = out->data + out->length;
         at < end && (at = memchr(at, '\r', (size_t)(end - at))) != NULL; at++)
        *at = ' ';
}

bool append_record(const struct source *source, const struct stream *stream,
                   const struct scope *scope, struct buffer *out)
{
    size_t start = out->length;
    bool comma = source->fields && fields_count(source->fields) > 0, unique = true;

    messages_append_record_start(out, slice_text(stream->name));
    buffer_append_byte(out, '{');
    if (source->fields)
        fields_append(source->fields, scope, false, out);
    append_parent_key(stream, scope, &comma, out);
    if (stream->fields)
        unique = fields_append(stream->fields, scope, comma, out);
    else
        unique = append_as_it_came(source, stream, scope->record, comma, out);
    buffer_append_text(out, "}}");
    join_lines(out, start);
    buffer_append_byte(out, '\n');
    if (!unique)
        out->length = start;
    return unique;
}

static const char notice_schemas[] =
    "{\"type\":\"SCHEMA\",\"stream\":\"renames\",\"schema\":{\"type\":\"object\",\"properties\":{"
    "\"source\":{\"type\":[\"string\"]},\"subject\":{\"type\":[\"string\"]},"
    "\"renamed_to\":{\"type\":[\"string\"]},\"id\":{\"type\":[\"string\",\"null\"]},"
    "\"seen_at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}}},"
    "\"key_properties\":[\"source\",\"subject\",\"renamed_to\"]}\n"
    "{\"type\":\"SCHEMA\",\"stream\":\"status\",\"schema\":{\"type\":\"object\",\"properties\":{"
    "\"source\":{\"type\":[\"string\"]},\"subject\":{\"type\":[\"string\"]},"
    "\"stream\":{\"type\":[\"string\"]},\"status\":{\"type\":[\"string\",\"null\"]},"
    "\"http_status\":{\"type\":[\"integer\",\"null\"]},"
    "\"seen_at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}}},"
    "\"key_properties\":[\"source\",\"subject\",\"stream\"]}\n";

void append_notice_schemas(struct buffer *out)
{
    buffer_append_text(out, notice_schemas);
}

static void append_notice_start(const struct source *source, const char *subject,
                                const char *stream, struct buffer *out)
{
    messages_append_record_start(out, slice_text(stream));
    buffer_append_text(out, "{\"source\":");
    json_append_string(out, slice_text(source->name));
    buffer_append_text(out, ",\"subject\":");
    json_append_string(out, slice_text(subject));
}

static void append_notice_end(struct buffer *out)
{
    buffer_append_text(out, ",\"seen_at\":\"");
    moment_append(out, moment_now() / 1000 * 1000);
    buffer_append_text(out, "\"}}\n");
}

void append_rename(const struct source *source, const char *subject, struct slice renamed_to,
                   struct slice id, struct buffer *out)
{
    append_notice_start(source, subject, "renames", out);
    buffer_append_text(out, ",\"renamed_to\":");
    json_append_string(out, renamed_to);
    buffer_append_text(out, ",\"id\":");
    json_append_string(out, id);
    append_notice_end(out);
}

void append_status(const struct source *source, const char *subject, const char *stream,
                   const char *meaning, int status, struct buffer *out)
{
    append_notice_start(source, subject, "status", out);
    buffer_append_text(out, ",\"stream\":");
    json_append_string(out, slice_text(stream));
    buffer_format(out, ",\"status\":\"%s\",\"http_status\":%d", meaning, status);
    append_notice_end(out);
}
