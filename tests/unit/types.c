/* The type of a value by its text, how types widen, and moments against the C library. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap.h"
#include "types.h"

static enum type type_of(const char *json)
{
    return types_of(json_kind_of(*json), slice_text(json));
}

static void is_type(const char *json, enum type expected)
{
    enum type type = type_of(json);

    if (!ok(type == expected, "%s is %s", json, types_name(expected)))
        printf("# got %s\n", types_name(type));
}

static void check_values(void)
{
    is_type("null", TYPE_UNKNOWN);
    is_type("true", TYPE_BOOLEAN);
    is_type("false", TYPE_BOOLEAN);
    is_type("0", TYPE_INTEGER);
    is_type("-1", TYPE_INTEGER);
    is_type("9007199254740993", TYPE_INTEGER);
    is_type("9223372036854775807", TYPE_INTEGER);
    is_type("9223372036854775808", TYPE_NUMBER);
    is_type("-9223372036854775808", TYPE_INTEGER);
    is_type("-9223372036854775809", TYPE_NUMBER);
    is_type("-0", TYPE_NUMBER);
    is_type("1.0", TYPE_NUMBER);
    is_type("1e2", TYPE_NUMBER);
    is_type("\"12\"", TYPE_STRING);
    is_type("\"\"", TYPE_STRING);
    is_type("\"2024-02-29\"", TYPE_DATE);
    is_type("\"2023-02-29\"", TYPE_STRING);
    is_type("\"1900-02-29\"", TYPE_STRING);
    is_type("\"2000-02-29\"", TYPE_DATE);
    is_type("\"0000-01-01\"", TYPE_STRING);
    is_type("\"2024-13-01\"", TYPE_STRING);
    is_type("\"2024-04-31\"", TYPE_STRING);
    is_type("\"2024-01-01T00:00:00Z\"", TYPE_DATE_TIME);
    is_type("\"2024-01-01T23:59:59.123456+05:30\"", TYPE_DATE_TIME);
    is_type("\"2024-01-01T23:59:59.1234567Z\"", TYPE_STRING);
    is_type("\"2024-01-01T24:00:00Z\"", TYPE_STRING);
    is_type("\"2024-01-01T23:59:60Z\"", TYPE_STRING);
    is_type("\"2024-01-01T23:59:59.Z\"", TYPE_STRING);
    is_type("\"2024-01-01T23:59:59+16:00\"", TYPE_STRING);
    is_type("\"2024-01-01T23:59:59+0100\"", TYPE_STRING);
    is_type("\"2024-01-01t23:59:59z\"", TYPE_STRING);
    is_type("\"2024-01-01T23:59:59\"", TYPE_TIMESTAMP);
    is_type("\"2024-01-01T23:59:59.5\"", TYPE_TIMESTAMP);
    is_type("\"0188d4c2-7b1a-7c3e-8f00-0123456789ab\"", TYPE_UUID);
    is_type("\"0188D4C2-7B1A-7C3E-8F00-0123456789AB\"", TYPE_STRING);
    is_type("\"0188d4c2-7b1a-7c3e-8f00-0123456789ax\"", TYPE_STRING);
    is_type("\"2024-01-0\\u0031\"", TYPE_STRING);
    is_type("{}", TYPE_JSON);
    is_type("[]", TYPE_JSON);
}

/* Widening is a join: commutative, associative, idempotent. */
static void check_widening(void)
{
    bool lawful = true;

    for (int a = 0; a < TYPE_COUNT; a++) {
        for (int b = 0; b < TYPE_COUNT; b++) {
            enum type ab = types_widen(a, b);

            lawful = lawful && ab == types_widen(b, a) && types_widen(a, ab) == ab;
            for (int c = 0; c < TYPE_COUNT; c++)
                lawful = lawful && types_widen(ab, c) == types_widen(a, types_widen(b, c));
        }
    }
    ok(lawful, "the order of values never matters to the type of a column");
    ok(types_widen(TYPE_DATE_TIME, TYPE_TIMESTAMP) == TYPE_STRING, "mixed zones are a string");
    ok(types_widen(TYPE_DATE, TYPE_DATE_TIME) == TYPE_DATE_TIME, "a date widens to a date-time");
    ok(types_widen(TYPE_INTEGER, TYPE_STRING) == TYPE_STRING, "a number and a text are a string");
    ok(types_widen(TYPE_STRING, TYPE_JSON) == TYPE_JSON, "a text and an object are json");
}

static void check_moments(void)
{
    bool right = true;
    struct types_moment moment;

    for (time_t at = -62135596800; at < 253402300800; at += 86400 * 37 + 12345) {
        char text[40];
        struct tm tm;

        gmtime_r(&at, &tm);
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
        if (tm.tm_year < -900) /* %Y does not pad */
            continue;
        moment = types_moment(slice_text(text));
        right = right && moment.microseconds == (int64_t)at * 1000000;
    }
    ok(right, "moments equal the C library's, from the year 1000 to 9999");
    moment = types_moment(slice_text("1970-01-02T01:30:00.25+01:30"));
    ok(moment.microseconds == 86400250000, "offsets and fractions count");
    moment = types_moment(slice_text("1969-12-31"));
    ok(moment.days == -1, "days before the epoch are negative");
}

int main(void)
{
    check_values();
    check_widening();
    check_moments();
    return done_testing();
}
