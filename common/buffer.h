/*
 * A growable run of bytes that owns its memory. Zero-initialize it, buffer_free() it.
 * Pointers into it are valid until the next call that may grow it.
 */
#ifndef LEAT_BUFFER_H
#define LEAT_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "slice.h"

struct buffer {
    char *data;
    size_t length;
    size_t capacity;
};

void buffer_grow(struct buffer *buffer, size_t capacity);
void buffer_free(struct buffer *buffer);
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for `extra` more bytes at data + length. */
static inline char *buffer_reserve(struct buffer *buffer, size_t extra)
{
    if (__builtin_expect(buffer->capacity - buffer->length < extra || buffer->data == NULL, 0))
        buffer_grow(buffer, buffer->length + extra);
    return buffer->data + buffer->length;
}

static inline void buffer_append(struct buffer *buffer, const void *data, size_t length)
{
    if (length > 0)
        memcpy(buffer_reserve(buffer, length), data, length);
    buffer->length += length;
}

static inline void buffer_append_slice(struct buffer *buffer, struct slice slice)
{
    buffer_append(buffer, slice.data, slice.length);
}

static inline void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

static inline void buffer_append_byte(struct buffer *buffer, char byte)
{
    *buffer_reserve(buffer, 1) = byte;
    buffer->length++;
}

/* In decimal digits. */
static inline void buffer_append_number(struct buffer *buffer, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    buffer_append(buffer, digits + at, sizeof digits - at);
}

/* Makes data[length] a NUL that is not counted, and returns data. */
static inline char *buffer_text(struct buffer *buffer)
{
    *buffer_reserve(buffer, 1) = '\0';
    return buffer->data;
}

static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return slice_of(buffer->data, buffer->length);
}

#endif
