#include "payload.h"

#include <stdint.h>

static uint32_t hex_digit(char byte)
{
    return byte <= '9' ? (uint32_t)(byte - '0') : (uint32_t)((byte | 0x20) - 'a' + 10);
}

/* The number in an escape \uXXXX. */
static uint32_t unit_at(const char *escape)
{
    return hex_digit(escape[2]) << 12 | hex_digit(escape[3]) << 8 | hex_digit(escape[4]) << 4 |
           hex_digit(escape[5]);
}

static bool is_low_half(const char *at, const char *end)
{
    return end - at >= 6 && at[0] == '\\' && at[1] == 'u' && unit_at(at) >> 10 == 0xDC00 >> 10;
}

/* How long the escape is; *kept is whether PostgreSQL takes it. */
static size_t escape_length(const char *at, const char *end, bool *kept)
{
    uint32_t unit;

    *kept = true;
    if (at[1] != 'u')
        return 2;
    unit = unit_at(at);
    if (unit >> 10 == 0xD800 >> 10 && is_low_half(at + 6, end))
        return 12;
    *kept = unit != 0 && unit >> 11 != 0xD800 >> 11;
    return 6;
}

size_t payload_append(struct buffer *out, struct slice json)
{
    const char *at = json.data, *end = json.data + json.length, *copied = at;
    size_t replaced = 0;

    while (at < end && (at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        bool kept;
        size_t length = escape_length(at, end, &kept);

        if (!kept) {
            buffer_append(out, copied, (size_t)(at - copied));
            buffer_append_text(out, "\\ufffd");
            copied = at + length;
            replaced++;
        }
        at += length;
    }
    buffer_append(out, copied, (size_t)(end - copied));
    return replaced;
}
