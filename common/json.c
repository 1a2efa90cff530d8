#include "json.h"

#include "utf8.h"

const unsigned char json_kinds[256] = {
    ['n'] = JSON_NULL,   ['f'] = JSON_FALSE,  ['t'] = JSON_TRUE,   ['"'] = JSON_STRING,
    ['['] = JSON_ARRAY,  ['{'] = JSON_OBJECT, ['-'] = JSON_NUMBER, ['0'] = JSON_NUMBER,
    ['1'] = JSON_NUMBER, ['2'] = JSON_NUMBER, ['3'] = JSON_NUMBER, ['4'] = JSON_NUMBER,
    ['5'] = JSON_NUMBER, ['6'] = JSON_NUMBER, ['7'] = JSON_NUMBER, ['8'] = JSON_NUMBER,
    ['9'] = JSON_NUMBER,
};

const char *json_space_slow(const struct json *json, const char *at)
{
    while (at < json->end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
        at++;
    return at;
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
        return (byte | 0x20) - 'a' + 10;
    return -1;
}

/* The value of four hex digits, or -1. */
static long hex_four(const char *at)
{
    long value = 0;

    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

const unsigned char json_short_escapes[256] = {
    ['"'] = 1, ['\\'] = 1, ['/'] = 1, ['b'] = 1, ['f'] = 1, ['n'] = 1, ['r'] = 1, ['t'] = 1,
};

const char *json_long_escape(struct json *json, const char *at)
{
    /* the sentinel is no hex digit, so this cannot run past the end */
    if (at[1] == 'u' && hex_four(at + 2) >= 0)
        return at + 6;
    return json_fail(json, at, "escape out of form");
}

/* One bit for each open container: set for an object. */
struct nesting {
    unsigned depth;
    uint64_t objects[JSON_MOST_NESTING / 64 + 1];
};

static void nesting_push(struct nesting *nesting, bool object)
{
    uint64_t bit = (uint64_t)1 << (nesting->depth % 64);
    uint64_t *word = &nesting->objects[nesting->depth / 64];

    if (nesting->depth++ % 64 == 0)
        *word = 0;
    *word = object ? *word | bit : *word & ~bit;
}

static bool nesting_in_object(const struct nesting *nesting)
{
    unsigned top = nesting->depth - 1;

    return nesting->objects[top / 64] >> (top % 64) & 1;
}

/* Opens containers until a scalar was read or an empty container closed. */
static const char *open_value(struct json *json, const char *at, struct nesting *nesting,
                              unsigned most)
{
    for (;;) {
        enum json_kind kind = json_kind_of(*at);
        struct json_key key;
        bool escaped;

        if (kind != JSON_ARRAY && kind != JSON_OBJECT)
            return json_scalar_end(json, at, kind, &escaped);
        if (nesting->depth >= most)
            return json_fail(json, at, "nested too deep (see --max-nesting)");
        at = json_space(json, at + 1);
        if (*at == (kind == JSON_OBJECT ? '}' : ']'))
            return at + 1;
        nesting_push(nesting, kind == JSON_OBJECT);
        if (kind == JSON_OBJECT && (at = json_key(json, at, &key)) == NULL)
            return NULL;
    }
}

const char *json_value_end(struct json *json, const char *at, unsigned above)
{
    struct nesting nesting;
    unsigned most = json->max_nesting > above ? json->max_nesting - above : 0;
    struct json_key key;

    if (most > JSON_MOST_NESTING)
        most = JSON_MOST_NESTING;
    nesting.depth = 0;
    for (;;) {
        at = open_value(json, at, &nesting, most);
        /* close what ends here, until a comma asks for the next value */
        for (;;) {
            if (at == NULL || nesting.depth == 0)
                return at;
            at = json_space(json, at);
            if (*at == ',')
                break;
            if (*at != (nesting_in_object(&nesting) ? '}' : ']'))
                return json_fail(json, at,
                                 nesting_in_object(&nesting) ? "expected ',' or '}'"
                                                             : "expected ',' or ']'");
            nesting.depth--;
            at++;
        }
        at = nesting_in_object(&nesting) ? json_key(json, at + 1, &key) : json_space(json, at + 1);
        if (at == NULL)
            return NULL;
    }
}

bool json_valid(struct json *json, struct slice text)
{
    size_t valid = utf8_valid_prefix(text.data, text.length);
    const char *at;

    json->end = text.data + text.length;
    json->error = NULL;
    if (valid < text.length) {
        json_fail(json, text.data + valid, "invalid UTF-8");
        return false;
    }
    at = json_space(json, text.data);
    if (at == json->end) {
        json_fail(json, at, "no value");
        return false;
    }
    at = json_value_end(json, at, 0);
    if (at == NULL)
        return false;
    at = json_space(json, at);
    if (at != json->end) {
        json_fail(json, at, "more text behind the value");
        return false;
    }
    return true;
}

/* `at` is on "\u": its code point, a lone surrogate as such; *length is what it takes. */
static uint32_t escaped_code_point(const char *at, const char *end, size_t *length)
{
    uint32_t high = (uint32_t)hex_four(at + 2);

    *length = 6;
    if (high >= 0xD800 && high < 0xDC00 && end - at >= 12 && at[6] == '\\' && at[7] == 'u') {
        uint32_t low = (uint32_t)hex_four(at + 8);

        if (low >= 0xDC00 && low < 0xE000) {
            *length = 12;
            return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return high;
}

static char plain_escape(char letter)
{
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

unsigned json_decode(struct buffer *buffer, struct slice string, uint32_t nul)
{
    const char *at = string.data, *end = string.data + string.length;
    unsigned replaced = 0;
    /* no escape is shorter than what it means */
    char *out = buffer_reserve(buffer, string.length + 4);

    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((backslash ? backslash : end) - at);
        uint32_t code_point;
        size_t length;

        memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (backslash == NULL)
            break;
        if (at[1] != 'u') {
            *out++ = plain_escape(at[1]);
            at += 2;
            continue;
        }
        code_point = escaped_code_point(at, end, &length);
        if (code_point >= 0xD800 && code_point < 0xE000) {
            code_point = 0xFFFD;
            replaced++;
        } else if (code_point == 0 && nul != 0) {
            code_point = nul;
            replaced++;
        }
        out += utf8_encode(code_point, out);
        at += length;
    }
    buffer->length = (size_t)(out - buffer->data);
    return replaced;
}

/* The escape letter of a control character, `"` or `\`; 0 for \u00XX, 1 for none at all. */
static char escape_letter(unsigned char byte)
{
    switch (byte) {
    case '"':
    case '\\':
        return (char)byte;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return byte < 0x20 ? 0 : 1;
    }
}

void json_append_string(struct buffer *buffer, struct slice text)
{
    static const char hex[] = "0123456789abcdef";
    /* the longest a byte becomes is \u00XX */
    char *out = buffer_reserve(buffer, text.length * 6 + 2);
    size_t at = 0;

    *out++ = '"';
    while (at < text.length) {
        unsigned char byte = (unsigned char)text.data[at];
        char letter = escape_letter(byte);
        unsigned step = 1;

        if (letter == 1 && byte < 0x80) {
            *out++ = (char)byte;
        } else if (letter == 1) {
            step = utf8_sequence(text.data + at, text.length - at);
            memcpy(out, step ? text.data + at : "\xEF\xBF\xBD", step ? step : 3);
            out += step ? step : 3;
            step = step ? step : 1;
        } else if (letter != 0) {
            *out++ = '\\';
            *out++ = letter;
        } else {
            memcpy(out, "\\u00", 4);
            out[4] = hex[byte >> 4];
            out[5] = hex[byte & 15];
            out += 6;
        }
        at += step;
    }
    *out++ = '"';
    buffer->length = (size_t)(out - buffer->data);
}
