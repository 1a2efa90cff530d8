/* PostgreSQL's COPY formats: see "COPY, File Formats" and the types' send functions. */
#include <string.h>

#include "encode.h"
#include "pg_binary.h"

static const int64_t EPOCH_DAYS = 10957; /* 2000-01-01, where PostgreSQL counts from */

static int64_t integer_of(struct slice text)
{
    bool negative = *text.data == '-';
    uint64_t value = 0;

    for (size_t i = negative; i < text.length; i++)
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    return (int64_t)(negative ? 0 - value : value);
}

/* The decimal digits of a number and where its point stands. */
struct decimal {
    bool negative;
    struct slice digits; /* without leading zeros */
    int64_t point;       /* digits before the point; may be negative or beyond the digits */
    int64_t scale;       /* digits behind the point, as written */
};

static struct decimal decimal_of(struct slice text, struct buffer *scratch)
{
    const char *at = text.data, *end = text.data + text.length;
    struct decimal decimal = {.negative = *at == '-'};
    int64_t exponent = 0, whole = 0;
    bool behind = false, negative = false;
    size_t zeros = 0;

    scratch->length = 0;
    for (at += decimal.negative; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.') {
            behind = true;
            continue;
        }
        buffer_append_byte(scratch, *at);
        whole += !behind;
        decimal.scale += behind;
    }
    if (at < end) {
        negative = at[1] == '-';
        for (at += at[1] == '-' || at[1] == '+' ? 2 : 1; at < end; at++)
            exponent = exponent < 1000000 ? exponent * 10 + (*at - '0') : exponent;
        exponent = negative ? -exponent : exponent;
    }
    while (zeros < scratch->length && scratch->data[zeros] == '0')
        zeros++;
    decimal.digits = slice_of(scratch->data + zeros, scratch->length - zeros);
    decimal.point = whole + exponent - (int64_t)zeros;
    decimal.scale = decimal.scale > exponent ? decimal.scale - exponent : 0;
    return decimal;
}

/* One digit of base 10000: four decimal places from `from`, which may lie outside. */
static int16_t four_places(struct slice digits, int64_t from)
{
    int value = 0;

    for (int64_t i = from; i < from + 4; i++)
        value = value * 10 + (i >= 0 && i < (int64_t)digits.length ? digits.data[i] - '0' : 0);
    return (int16_t)value;
}

static bool binary_number(struct encoder *encoder, struct slice text)
{
    struct decimal decimal = decimal_of(text, &encoder->scratch);
    struct slice digits = decimal.digits;
    /* groups of four are counted from the point: floor division */
    int64_t weight = (decimal.point + (decimal.point > 0 ? 3 : 0)) / 4 - 1;
    int64_t from = decimal.point - (weight + 1) * 4, count;

    if (decimal.point > 131072 || decimal.scale > 16383) {
        if (digits.length > 0 || decimal.scale > 16383) {
            encoder->error = "a number of more digits than the type numeric holds";
            return false;
        }
    }
    while (digits.length > 0 && digits.data[digits.length - 1] == '0')
        digits.length--;
    count = digits.length > 0 ? ((int64_t)digits.length - from + 3) / 4 : 0;
    pg_binary_32(encoder->out, (int32_t)(8 + 2 * count));
    pg_binary_16(encoder->out, (int16_t)count);
    pg_binary_16(encoder->out, (int16_t)(count > 0 ? weight : 0));
    pg_binary_16(encoder->out, decimal.negative && count > 0 ? 0x4000 : 0);
    pg_binary_16(encoder->out, (int16_t)decimal.scale);
    for (int64_t i = 0; i < count; i++)
        pg_binary_16(encoder->out, four_places(digits, from + 4 * i));
    return true;
}

static void binary_uuid(struct buffer *out, struct slice text)
{
    pg_binary_32(out, 16);
    for (size_t i = 0; i < text.length; i++) {
        char pair[2] = {text.data[i], 0};

        if (pair[0] == '-')
            continue;
        pair[1] = text.data[++i];
        for (int j = 0; j < 2; j++)
            pair[j] = (char)(pair[j] <= '9' ? pair[j] - '0' : pair[j] - 'a' + 10);
        buffer_append_byte(out, (char)(pair[0] << 4 | pair[1]));
    }
}

/* Text of a length that is known only when it is written. */
static bool binary_text(struct encoder *encoder, enum type type, enum json_kind kind,
                        struct slice value)
{
    struct buffer *out = encoder->out;
    size_t at = out->length;
    uint32_t length;

    pg_binary_32(out, 0);
    if (type == TYPE_JSON) {
        buffer_append_byte(out, 1); /* the version of jsonb's binary form */
        encode_json(encoder, out, value);
    } else {
        encode_text(encoder, out, kind, value);
    }
    if (out->length - at - 4 > PG_BINARY_FIELD_LIMIT) {
        encoder->error = "a value of more than a gigabyte";
        return false;
    }
    length = htobe32((uint32_t)(out->length - at - 4));
    memcpy(out->data + at, &length, sizeof length);
    return true;
}

static bool binary_value(struct encoder *encoder, enum type type, enum json_kind kind,
                         struct slice value)
{
    struct buffer *out = encoder->out;
    struct slice inner = slice_of(value.data + 1, value.length - 2);

    switch (type) {
    case TYPE_BOOLEAN:
        pg_binary_32(out, 1);
        buffer_append_byte(out, kind == JSON_TRUE);
        return true;
    case TYPE_INTEGER:
        pg_binary_32(out, 8);
        pg_binary_64(out, integer_of(value));
        return true;
    case TYPE_NUMBER:
        return binary_number(encoder, value);
    case TYPE_DATE:
        pg_binary_32(out, 4);
        pg_binary_32(out, (int32_t)(types_moment(inner).days - EPOCH_DAYS));
        return true;
    case TYPE_DATE_TIME:
    case TYPE_TIMESTAMP:
        pg_binary_32(out, 8);
        pg_binary_64(out, types_moment(inner).microseconds - EPOCH_DAYS * 86400 * 1000000);
        return true;
    case TYPE_UUID:
        binary_uuid(out, inner);
        return true;
    default:
        return binary_text(encoder, type, kind, value);
    }
}

static void binary_begin(struct encoder *encoder, size_t columns)
{
    pg_binary_16(encoder->out, (int16_t)columns);
}

static void binary_null(struct encoder *encoder)
{
    pg_binary_32(encoder->out, -1);
}

static void binary_end(struct encoder *encoder)
{
    (void)encoder;
}

const struct encoding encode_pg_binary = {binary_begin, binary_null, binary_value, binary_end};

/* The letter that stands for a byte behind a backslash; 0 for a byte that stands as it is. */
static char copy_escape(char byte)
{
    switch (byte) {
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
    case '\v':
        return 'v';
    case '\\':
        return '\\';
    default:
        return 0;
    }
}

static bool text_value(struct encoder *encoder, enum type type, enum json_kind kind,
                       struct slice value)
{
    struct buffer *scratch = &encoder->scratch;

    scratch->length = 0;
    if (type == TYPE_JSON)
        encode_json(encoder, scratch, value);
    else
        encode_text(encoder, scratch, kind, value);
    if (scratch->length > PG_BINARY_FIELD_LIMIT) {
        encoder->error = "a value of more than a gigabyte";
        return false;
    }
    buffer_reserve(encoder->out, scratch->length * 2 + 1);
    for (size_t i = 0; i < scratch->length; i++) {
        char letter = copy_escape(scratch->data[i]);

        if (letter)
            buffer_append_byte(encoder->out, '\\');
        buffer_append_byte(encoder->out, letter ? letter : scratch->data[i]);
    }
    buffer_append_byte(encoder->out, '\t');
    return true;
}

static void text_begin(struct encoder *encoder, size_t columns)
{
    (void)encoder;
    (void)columns;
}

static void text_null(struct encoder *encoder)
{
    buffer_append(encoder->out, "\\N\t", 3);
}

static void text_end(struct encoder *encoder)
{
    encoder->out->data[encoder->out->length - 1] = '\n';
}

const struct encoding encode_pg_text = {text_begin, text_null, text_value, text_end};
