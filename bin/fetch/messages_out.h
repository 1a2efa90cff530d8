/* What fetch writes: SCHEMA, RECORD and STATE messages for the streams of a source. */
#ifndef FETCH_MESSAGES_OUT_H
#define FETCH_MESSAGES_OUT_H

#include <stdbool.h>

#include "buffer.h"
#include "scope.h"
#include "source.h"

/* Which streams are wanted (by number), and which are walked because a wanted one is below. */
struct selection {
    bool *wanted, *walked;
};

/* The nearest ancestor that is not hidden, and how many records up it is; NULL for none. */
const struct stream *stream_ancestor(const struct stream *stream, unsigned *levels);

/* The JSON Schema of a stream's records. */
struct doc *stream_schema(const struct source *source, const struct stream *stream);

void append_schema(const struct source *source, const struct stream *stream,
                   const struct selection *selection, struct buffer *out);

/* Appends the RECORD message of the record at hand. False, and nothing appended, for a
 * duplicate key. */
bool append_record(const struct source *source, const struct stream *stream,
                   const struct scope *scope, struct buffer *out);

/* The two streams of our own: what a thing is called now, and what could not be had. */
void append_notice_schemas(struct buffer *out);
void append_rename(const struct source *source, const char *subject, struct slice renamed_to,
                   struct slice id, struct buffer *out);
void append_status(const struct source *source, const char *subject, const char *stream,
                   const char *meaning, int status, struct buffer *out);

#endif
