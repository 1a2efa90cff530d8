#include "portion.h"

#include <stdlib.h>

#include "memory.h"
#include "payload.h"
#include "pg_binary.h"

enum { FIELDS = 6, JSONB_VERSION = 1 };

static void append_text(struct buffer *out, struct slice text)
{
    pg_binary_32(out, (int32_t)text.length);
    buffer_append_slice(out, text);
}

/* A jsonb's length is known when its text stands. */
static size_t append_payload(struct buffer *out, struct slice record)
{
    size_t at = out->length, replaced;
    uint32_t length;

    pg_binary_32(out, 0);
    buffer_append_byte(out, JSONB_VERSION);
    replaced = payload_append(out, record);
    length = htobe32((uint32_t)(out->length - at - sizeof length));
    memcpy(out->data + at, &length, sizeof length);
    return replaced;
}

bool portion_add(struct portion *portion, const struct stream *stream, uint64_t line,
                 struct slice record)
{
    struct buffer *out = &portion->encoded;
    struct portion_row *row;

    /* no escape grows */
    if (record.length >= PG_BINARY_FIELD_LIMIT)
        return false;
    if (portion->count == portion->capacity) {
        portion->capacity = portion->capacity ? portion->capacity * 2 : 64;
        portion->rows = memory_resize(portion->rows, portion->capacity, sizeof *portion->rows);
    }
    row = &portion->rows[portion->count++];
    *row = (struct portion_row){.stream = stream, .line = line, .begin = out->length};
    pg_binary_16(out, FIELDS);
    pg_binary_32(out, sizeof portion->run);
    pg_binary_64(out, portion->run);
    pg_binary_32(out, sizeof portion->repository);
    pg_binary_64(out, portion->repository);
    pg_binary_32(out, sizeof portion->platform);
    pg_binary_16(out, portion->platform);
    append_text(out, slice_text(stream->name));
    portion->replaced += append_payload(out, record);
    append_text(out, record);
    row->raw_length = record.length;
    row->raw = out->length - record.length;
    return true;
}

struct slice portion_slice(const struct portion *portion, size_t from, size_t to)
{
    size_t end = to < portion->count ? portion->rows[to].begin : portion->encoded.length;

    return slice_of(portion->encoded.data + portion->rows[from].begin,
                    end - portion->rows[from].begin);
}

struct slice portion_raw(const struct portion *portion, size_t row)
{
    return slice_of(portion->encoded.data + portion->rows[row].raw, portion->rows[row].raw_length);
}

void portion_cut(struct portion *portion, size_t count)
{
    if (count >= portion->count)
        return;
    portion->encoded.length = portion->rows[count].begin;
    while (portion->count > count)
        free(portion->rows[--portion->count].refusal);
}

void portion_free(struct portion *portion)
{
    portion_cut(portion, 0);
    free(portion->rows);
    buffer_free(&portion->encoded);
}
