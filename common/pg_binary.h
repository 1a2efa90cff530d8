/* The binary form of PostgreSQL's COPY: see "COPY, File Formats" in its manual. */
#ifndef LEAT_PG_BINARY_H
#define LEAT_PG_BINARY_H

#include <endian.h>
#include <stdint.h>

#include "buffer.h"

/* What stands before and behind the rows; each row is the number of its fields, 16 bits, then
 * each field's length in bytes, 32 bits (-1 for null), and its bytes. */
static const struct slice pg_binary_header = {"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
static const struct slice pg_binary_trailer = {"\377\377", 2};

enum { PG_BINARY_FIELD_LIMIT = 0x3fffffff }; /* the server's own limit for a field */

static inline void pg_binary_16(struct buffer *out, int16_t value)
{
    uint16_t bytes = htobe16((uint16_t)value);

    buffer_append(out, &bytes, sizeof bytes);
}

static inline void pg_binary_32(struct buffer *out, int32_t value)
{
    uint32_t bytes = htobe32((uint32_t)value);

    buffer_append(out, &bytes, sizeof bytes);
}

static inline void pg_binary_64(struct buffer *out, int64_t value)
{
    uint64_t bytes = htobe64((uint64_t)value);

    buffer_append(out, &bytes, sizeof bytes);
}

#endif
