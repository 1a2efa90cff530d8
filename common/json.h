/*
 * The record scanner: strict RFC 8259, one pass, no allocation, slices of the input.
 *
 * It works on text in memory that is valid UTF-8 (utf8.h; json_valid() checks it), with at
 * least JSON_PADDING readable bytes behind the end, the first of which is a control character
 * below 0x20 ("\n" for a line). That sentinel lets the loops run without a bounds check.
 * lines.h gives lines of this form.
 *
 * Numbers stay text, strings stay as they were written, escapes and all; json_decode() undoes
 * the escapes when asked. The functions take and return positions: the byte behind what they
 * read, or NULL with `error` set in the struct.
 *
 * What RFC 8259 leaves open is answered so:
 *   - a duplicate key is grammatical; who gives names a meaning (shape.h) refuses the record
 *   - an escaped lone surrogate is kept as written and decodes to U+FFFD
 *   - an escaped NUL is kept as written; a raw one is an error, as every raw control character
 *   - nesting deeper than max_nesting is an error
 *   - any top-level value is JSON; the tools' records must be objects
 *   - a byte-order mark is an error here (lines.h drops one at the start of the input)
 */
#ifndef LEAT_JSON_H
#define LEAT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "slice.h"

#if defined(__SSE2__) && !defined(LEAT_SCALAR)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && !defined(LEAT_SCALAR)
#include <arm_neon.h>
#endif

enum { JSON_PADDING = 64, JSON_DEFAULT_NESTING = 512, JSON_MOST_NESTING = 10000 };

enum json_kind {
    JSON_NONE, /* no value starts here */
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json {
    const char *end;      /* of the text: where the sentinel is */
    unsigned max_nesting; /* at most JSON_MOST_NESTING */
    const char *error;    /* why the last call failed; a constant text */
    const char *error_at; /* where */
};

static inline const char *json_fail(struct json *json, const char *at, const char *error)
{
    json->error = error;
    json->error_at = at;
    return NULL;
}

/* The kind of value whose first byte this is. */
extern const unsigned char json_kinds[256];

static inline enum json_kind json_kind_of(char first)
{
    return (enum json_kind)json_kinds[(unsigned char)first];
}

/* Where the next byte that is not white space stands: json->end at the latest. */
const char *json_space_slow(const struct json *json, const char *at);

static inline const char *json_space(const struct json *json, const char *at)
{
    return __builtin_expect((unsigned char)*at > ' ', 1) ? at : json_space_slow(json, at);
}

/* A bit (or, on NEON, four) for each of 16 bytes that is `"`, `\` or a control character. */
static inline uint64_t json_special_16(const char *at)
{
#if defined(__SSE2__) && !defined(LEAT_SCALAR)
    __m128i bytes = _mm_loadu_si128((const __m128i *)at);
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x1F)), _mm_set1_epi8(0x1F));

    return (uint64_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control));
#elif defined(__ARM_NEON) && !defined(LEAT_SCALAR)
    uint8x16_t bytes = vld1q_u8((const uint8_t *)at);
    uint8x16_t special =
        vorrq_u8(vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('"')), vceqq_u8(bytes, vdupq_n_u8('\\'))),
                 vcltq_u8(bytes, vdupq_n_u8(0x20)));

    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(special), 4)), 0);
#else
    uint64_t mask = 0;

    for (unsigned i = 0; i < 16; i++) {
        unsigned char byte = (unsigned char)at[i];

        mask |= (uint64_t)(byte < 0x20 || byte == '"' || byte == '\\') << i;
    }
    return mask;
#endif
}

#if defined(__ARM_NEON) && !defined(__SSE2__) && !defined(LEAT_SCALAR)
enum { JSON_BITS_A_BYTE = 4 };
#else
enum { JSON_BITS_A_BYTE = 1 };
#endif

/* Whether this byte behind a backslash makes an escape of two bytes. */
extern const unsigned char json_short_escapes[256];

/* `at` is on a backslash that starts no escape of two bytes: the byte behind it, or NULL. */
const char *json_long_escape(struct json *json, const char *at);

/* `at` is on a backslash: the byte behind the escape, or NULL. */
static inline const char *json_escape(struct json *json, const char *at)
{
    if (__builtin_expect(json_short_escapes[(unsigned char)at[1]], 1))
        return at + 2;
    return json_long_escape(json, at);
}

/*
 * `at` is behind the opening quote: returns the closing quote, or NULL. *escaped is set to
 * true when the string has escapes, and left alone otherwise.
 */
static inline __attribute__((always_inline)) const char *
json_string_end(struct json *json, const char *at, bool *escaped)
{
    for (;;) {
        uint64_t special = json_special_16(at);

        if (special == 0) {
            at += 16;
            continue;
        }
        at += (unsigned)__builtin_ctzll(special) / JSON_BITS_A_BYTE;
        if (__builtin_expect(*at == '"', 1))
            return at;
        if (*at != '\\')
            return json_fail(json, at,
                             at < json->end ? "control character in a string"
                                            : "string without an end");
        *escaped = true;
        at = json_escape(json, at);
        if (at == NULL)
            return NULL;
    }
}

/* `at` is on the first byte of a number: the byte behind it, or NULL. */
static inline const char *json_number_end(struct json *json, const char *at)
{
    const char *digits;

    if (*at == '-')
        at++;
    digits = at;
    while ((unsigned)(*at - '0') < 10)
        at++;
    if (__builtin_expect(at == digits || (*digits == '0' && at - digits > 1), 0))
        return json_fail(json, at, "number out of form");
    if (*at == '.') {
        digits = ++at;
        while ((unsigned)(*at - '0') < 10)
            at++;
        if (at == digits)
            return json_fail(json, at, "number out of form");
    }
    if ((*at | 0x20) == 'e') {
        at++;
        if (*at == '+' || *at == '-')
            at++;
        digits = at;
        while ((unsigned)(*at - '0') < 10)
            at++;
        if (at == digits)
            return json_fail(json, at, "number out of form");
    }
    return at;
}

/* `at` is on the first byte of a literal of this kind: the byte behind it, or NULL. */
static inline const char *json_literal_end(struct json *json, const char *at, enum json_kind kind)
{
    if (kind == JSON_TRUE && memcmp(at, "true", 4) == 0)
        return at + 4;
    if (kind == JSON_NULL && memcmp(at, "null", 4) == 0)
        return at + 4;
    if (kind == JSON_FALSE && memcmp(at, "false", 5) == 0)
        return at + 5;
    return json_fail(json, at, "not a value");
}

/* A whole value of any kind that starts at `at`, inside `nesting` open containers:
 * the byte behind it, or NULL. */
const char *json_value_end(struct json *json, const char *at, unsigned nesting);

/* As json_value_end() for what is no array or object; *escaped as json_string_end() has it. */
static inline __attribute__((always_inline)) const char *
json_scalar_end(struct json *json, const char *at, enum json_kind kind, bool *escaped)
{
    if (kind == JSON_STRING) {
        at = json_string_end(json, at + 1, escaped);
        return at ? at + 1 : NULL;
    }
    if (kind == JSON_NUMBER)
        return json_number_end(json, at);
    return json_literal_end(json, at, kind);
}

/*
 * Members of an object, one by one. Start with `at` behind the "{". json_member_key() moves
 * to the next key and sets it; json_member_next() is called behind the member's value.
 */
struct json_key {
    struct slice text; /* between the quotes, as written */
    bool escaped;
};

/* From behind "{" or ",": reads key and colon; the first byte of the value, or NULL. */
static inline const char *json_key(struct json *json, const char *at, struct json_key *key)
{
    const char *end;

    at = json_space(json, at);
    if (*at != '"')
        return json_fail(json, at, "expected a key");
    key->escaped = false;
    end = json_string_end(json, at + 1, &key->escaped);
    if (end == NULL)
        return NULL;
    key->text = slice_of(at + 1, (size_t)(end - at - 1));
    at = json_space(json, end + 1);
    if (*at != ':')
        return json_fail(json, at, "expected ':'");
    return json_space(json, at + 1);
}

/* Behind a value in a container that `closing` ends: the byte that starts what comes behind
 * the "," (then *more is true), or the byte behind the closing one; NULL when it is neither. */
static inline const char *json_after_value(struct json *json, const char *at, char closing,
                                           bool *more)
{
    at = json_space(json, at);
    *more = *at == ',';
    if (*more)
        return json_space(json, at + 1);
    if (*at == closing)
        return at + 1;
    return json_fail(json, at, closing == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
}

/* Whether all of the text is one JSON value in valid UTF-8. On false see json->error. */
bool json_valid(struct json *json, struct slice text);

/*
 * Appends what a string (between its quotes) means. Lone surrogates become U+FFFD; returns
 * how many replacements that took. `nul` is what U+0000 becomes: U+0000 itself when 0.
 */
unsigned json_decode(struct buffer *buffer, struct slice string, uint32_t nul);

/* Appends text as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD. */
void json_append_string(struct buffer *buffer, struct slice text);

#endif
