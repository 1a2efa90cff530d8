#include "encode.h"

#include <string.h>

/* Escapes as databases take them: the two forbidden kinds are as long as what replaces them. */
static void replace_escapes(struct encoder *encoder, char *at, const char *end)
{
    while (at < end && (at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        bool high, low;

        if (at[1] != 'u') {
            at += 2;
            continue;
        }
        high = (at[2] | 0x20) == 'd' && strchr("89abAB", at[3]) != NULL;
        low = (at[2] | 0x20) == 'd' && strchr("cdefCDEF", at[3]) != NULL;
        if (high && end - at > 12 && at[6] == '\\' && at[7] == 'u' && (at[8] | 0x20) == 'd' &&
            strchr("cdefCDEF", at[9]) != NULL) {
            at += 12;
            continue;
        }
        if (high || low || memcmp(at + 2, "0000", 4) == 0) {
            memcpy(at + 2, "fffd", 4);
            encoder->replaced++;
        }
        at += 6;
    }
}

void encode_json(struct encoder *encoder, struct buffer *out, struct slice value)
{
    size_t begin = out->length;

    buffer_append_slice(out, value);
    replace_escapes(encoder, out->data + begin, out->data + out->length);
}

void encode_text(struct encoder *encoder, struct buffer *out, enum json_kind kind,
                 struct slice value)
{
    if (kind == JSON_STRING)
        encoder->replaced += json_decode(out, slice_of(value.data + 1, value.length - 2), 0xFFFD);
    else
        buffer_append_slice(out, value);
}
