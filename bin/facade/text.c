#include "text.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include "memory.h"
#include "utf8.h"

enum { ENCODING_NAME = 64 }; /* longer names are no encodings */

static const char replacement[] = "\xEF\xBF\xBD";

struct text_converter {
    char encoding[ENCODING_NAME]; /* what `handle` converts from, "" at the start */
    bool open;
    iconv_t handle;
};

struct text_converter *text_converter_new(void)
{
    return memory_new(1, sizeof(struct text_converter));
}

void text_converter_free(struct text_converter *converter)
{
    if (!converter)
        return;
    if (converter->open)
        iconv_close(converter->handle);
    free(converter);
}

/* How many bytes at the start are ASCII, in steps of eight. */
static size_t ascii_prefix(struct slice bytes)
{
    size_t at = 0;
    uint64_t eight;

    for (; at + 8 <= bytes.length; at += 8) {
        memcpy(&eight, bytes.data + at, 8);
        if (eight & 0x8080808080808080)
            break;
    }
    return at;
}

bool text_is_utf8(struct slice bytes)
{
    for (size_t at = ascii_prefix(bytes); at < bytes.length;) {
        unsigned step = utf8_sequence(bytes.data + at, bytes.length - at);

        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

static bool append_utf8(struct buffer *buffer, struct slice bytes)
{
    bool intact = true;

    if (text_is_utf8(bytes)) {
        buffer_append_slice(buffer, bytes);
        return true;
    }
    for (size_t at = 0; at < bytes.length;) {
        unsigned step = utf8_sequence(bytes.data + at, bytes.length - at);

        if (step > 0) {
            buffer_append(buffer, bytes.data + at, step);
            at += step;
        } else {
            buffer_append_text(buffer, replacement);
            intact = false;
            at++;
        }
    }
    return intact;
}

/* Makes `handle` convert from an encoding; false when there is nothing to convert by. */
static bool prepare(struct text_converter *converter, struct slice encoding)
{
    char name[ENCODING_NAME];

    if (encoding.length == 0 || encoding.length >= sizeof name ||
        memchr(encoding.data, '\0', encoding.length) || memchr(encoding.data, '/', encoding.length))
        return false;
    memcpy(name, encoding.data, encoding.length);
    name[encoding.length] = '\0';
    if (strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0)
        return false;
    if (strcmp(name, converter->encoding) == 0)
        return converter->open;
    if (converter->open)
        iconv_close(converter->handle);
    memcpy(converter->encoding, name, sizeof name);
    converter->handle = iconv_open("UTF-8", name);
    converter->open = (intptr_t)converter->handle != -1;
    return converter->open;
}

static bool convert(struct text_converter *converter, struct buffer *buffer, struct slice bytes)
{
    char *from = (char *)bytes.data;
    size_t left = bytes.length;
    bool intact = true;

    iconv(converter->handle, NULL, NULL, NULL, NULL);
    while (left > 0) {
        char *to = buffer_reserve(buffer, left * 2 + 16), *start = to;
        size_t room = buffer->capacity - buffer->length;
        size_t result = iconv(converter->handle, &from, &left, &to, &room);
        int error = errno;

        buffer->length += (size_t)(to - start);
        if (result == (size_t)-1 && error != E2BIG) {
            buffer_append_text(buffer, replacement);
            from++, left--;
            intact = false;
        }
    }
    return intact;
}

bool text_append(struct text_converter *converter, struct buffer *buffer, struct slice bytes,
                 struct slice encoding)
{
    size_t start = buffer->length;
    bool intact;

    if (bytes.length == 0)
        return true;
    if (!prepare(converter, encoding))
        return append_utf8(buffer, bytes);
    buffer_reserve(buffer, bytes.length);
    intact = convert(converter, buffer, bytes);
    if (!text_is_utf8(slice_of(buffer->data + start, buffer->length - start))) {
        /* some iconv tables map to surrogates: take the bytes as they are then */
        buffer->length = start;
        return append_utf8(buffer, bytes);
    }
    return intact;
}

bool text_append_path(struct text_converter *converter, struct buffer *buffer, struct slice bytes,
                      struct slice encoding)
{
    return text_append(converter, buffer, bytes,
                       text_is_utf8(bytes) ? slice_of(NULL, 0) : encoding);
}
