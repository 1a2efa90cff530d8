#include "base64.h"

#include <stdint.h>

void base64_append(struct buffer *buffer, struct slice bytes)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = buffer_reserve(buffer, (bytes.length + 2) / 3 * 4);

    for (size_t at = 0; at < bytes.length; at += 3) {
        size_t left = bytes.length - at;
        uint32_t group = (uint32_t)(unsigned char)bytes.data[at] << 16;

        if (left > 1)
            group |= (uint32_t)(unsigned char)bytes.data[at + 1] << 8;
        if (left > 2)
            group |= (unsigned char)bytes.data[at + 2];
        *out++ = letters[group >> 18];
        *out++ = letters[group >> 12 & 63];
        *out++ = left > 1 ? letters[group >> 6 & 63] : '=';
        *out++ = left > 2 ? letters[group & 63] : '=';
    }
    buffer->length = (size_t)(out - buffer->data);
}
