#include "streams.h"

#include <stdlib.h>

#include "doc.h"
#include "memory.h"
#include "schema.h"

struct stream *streams_find(struct streams *streams, struct slice name)
{
    if (streams->last && slice_is(name, streams->last->name))
        return streams->last;
    for (size_t i = 0; i < streams->count; i++) {
        if (slice_is(name, streams->items[i]->name))
            return streams->last = streams->items[i];
    }
    streams->items = memory_resize(streams->items, streams->count + 1, sizeof *streams->items);
    streams->last = memory_new(1, sizeof *streams->last);
    streams->last->name = memory_text(name.data, name.length);
    return streams->items[streams->count++] = streams->last;
}

static void take_schema(struct streams *streams, struct stream *stream, const struct schema *schema)
{
    free(stream->parent);
    stream->parent = NULL;
    stream->aside = schema->aside;
    if (schema->parent == NULL || slice_is(slice_text(schema->parent), stream->name))
        return;
    stream->parent = memory_text(schema->parent, strlen(schema->parent));
    streams_find(streams, slice_text(schema->parent))->is_parent = true;
}

struct stream *streams_declare(struct streams *streams, struct slice line, const char **error)
{
    struct doc *doc = doc_parse(line, error);
    struct schema *schema = doc ? schema_parse(doc, error) : NULL;
    struct stream *stream = NULL;

    if (schema) {
        stream = streams_find(streams, slice_text(schema->stream));
        take_schema(streams, stream, schema);
        stream->is_new = true;
        stream->schema.length = 0;
        buffer_append_slice(&stream->schema, line);
    }
    schema_free(schema);
    doc_free(doc);
    return stream;
}

void streams_free(struct streams *streams)
{
    for (size_t i = 0; i < streams->count; i++) {
        free(streams->items[i]->name);
        free(streams->items[i]->parent);
        buffer_free(&streams->items[i]->schema);
        free(streams->items[i]);
    }
    free(streams->items);
    *streams = (struct streams){0};
}
