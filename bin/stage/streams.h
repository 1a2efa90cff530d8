/*
 * The streams of the input: what their SCHEMA messages say of families, and the messages
 * themselves, which are staged, too.
 */
#ifndef LEAT_STAGE_STREAMS_H
#define LEAT_STAGE_STREAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "slice.h"

struct stream {
    char *name;
    char *parent;         /* the stream its records are children of, or NULL */
    bool aside;           /* its records do not end the family they stand in */
    bool is_parent;       /* of another stream */
    struct buffer schema; /* the last SCHEMA line; empty for none */
    bool is_new;          /* and it is not staged yet */
};

struct streams {
    struct stream **items;
    size_t count;
    struct stream *last; /* found */
};

/* The stream of that name, made if need be. */
struct stream *streams_find(struct streams *streams, struct slice name);

/* Takes a SCHEMA message; NULL with a constant *error when it is unusable. */
struct stream *streams_declare(struct streams *streams, struct slice line, const char **error);
void streams_free(struct streams *streams);

/* Whether a record of it belongs to those before it. */
static inline bool stream_is_in_family(const struct stream *stream, bool family_open)
{
    return stream->parent != NULL || (stream->aside && family_open);
}

#endif
