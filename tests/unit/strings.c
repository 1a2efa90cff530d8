/* Strings: decoding escapes, writing JSON, validating UTF-8 against the definition. */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "json.h"
#include "tap.h"
#include "utf8.h"

static void decodes(const char *text, const char *expected, size_t length, unsigned replaced)
{
    struct buffer buffer = {0};
    unsigned got = json_decode(&buffer, slice_text(text), 0);

    ok(slice_equal(buffer_slice(&buffer), slice_of(expected, length)) && got == replaced,
       "\"%s\" decodes", text);
    buffer_free(&buffer);
}

static void writes(const char *text, size_t length, const char *expected)
{
    struct buffer buffer = {0};

    json_append_string(&buffer, slice_of(text, length));
    if (!ok(slice_is(buffer_slice(&buffer), expected), "%s is written", expected))
        printf("# got %s\n", buffer_text(&buffer));
    buffer_free(&buffer);
}

/* By RFC 3629's table of code points: decode, then encode again. */
static bool is_character(const unsigned char *bytes, unsigned length)
{
    static const unsigned char leads[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    uint32_t code = length == 1 ? bytes[0] : (uint32_t)(bytes[0] & (0x7F >> length));
    char again[4];

    if (length > 1 && (bytes[0] & (0xFF80 >> length & 0xFF)) != leads[length])
        return false;
    for (unsigned i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return false;
        code = code << 6 | (bytes[i] & 0x3F);
    }
    return code <= 0x10FFFF && !(code >= 0xD800 && code < 0xE000) && (length > 1 || code < 0x80) &&
           utf8_encode(code, again) == length && memcmp(again, bytes, length) == 0;
}

/* Every sequence of up to three bytes, and all leads of four with boundary bytes behind. */
static void check_utf8(void)
{
    bool right = true;
    char padded[64];

    for (uint32_t value = 0; value < 1 << 24; value += 1 + (value >> 16 < 0xC0 ? 0x7F : 0)) {
        unsigned char bytes[4] = {(unsigned char)(value >> 16), (unsigned char)(value >> 8),
                                  (unsigned char)value, 0xBF};
        unsigned expected = 0;

        for (unsigned length = 1; length <= 4 && expected == 0; length++)
            expected = is_character(bytes, length) ? length : 0;
        right = right && utf8_sequence((char *)bytes, 4) == expected;
    }
    ok(right, "UTF-8 is judged as RFC 3629 defines it");
    memset(padded, 'a', sizeof padded);
    for (unsigned at = 0; at < 40; at++) {
        padded[at] = (char)0x80;
        right = right && utf8_valid_prefix(padded, 40) == at;
        right = right && utf8_valid_prefix(padded, at) == at;
        padded[at] = 'a';
    }
    ok(right, "a stray byte is found wherever it stands, and never looked for behind the end");
    ok(!utf8_valid("\xC3" /* pads: */ "\xA9\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 1),
       "a character cut by the end is invalid");
}

static void check_base64(void)
{
    /* RFC 4648, section 10 */
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"}};

    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct buffer buffer = {0};

        base64_append(&buffer, slice_text(vectors[i][0]));
        ok(slice_is(buffer_slice(&buffer), vectors[i][1]), "base64 of \"%s\"", vectors[i][0]);
        buffer_free(&buffer);
    }
}

int main(void)
{
    decodes("plain", "plain", 5, 0);
    decodes("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8, 0);
    decodes("\\u00e9\\u20AC", "\xC3\xA9\xE2\x82\xAC", 5, 0);
    decodes("\\ud83d\\ude00", "\xF0\x9F\x98\x80", 4, 0);
    decodes("a\\u0000b", "a\0b", 3, 0);
    decodes("\\ud83d", "\xEF\xBF\xBD", 3, 1);
    decodes("\\ude00x", "\xEF\xBF\xBDx", 4, 1);
    decodes("\\ud83d\\ud83d\\ude00", "\xEF\xBF\xBD\xF0\x9F\x98\x80", 7, 1);
    writes("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
    writes("\n\t\x01\x7F\0", 5, "\"\\n\\t\\u0001\x7F\\u0000\"");
    writes("\xC3\xA9\xFFx", 4, "\"\xC3\xA9\xEF\xBF\xBDx\"");
    check_utf8();
    check_base64();
    return done_testing();
}
