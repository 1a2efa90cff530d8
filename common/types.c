#include "types.h"

#include <string.h>

const char *types_name(enum type type)
{
    static const char *const names[TYPE_COUNT] = {
        [TYPE_UNKNOWN] = "unknown",     [TYPE_BOOLEAN] = "boolean", [TYPE_INTEGER] = "integer",
        [TYPE_NUMBER] = "number",       [TYPE_DATE] = "date",       [TYPE_DATE_TIME] = "date-time",
        [TYPE_TIMESTAMP] = "timestamp", [TYPE_UUID] = "uuid",       [TYPE_STRING] = "string",
        [TYPE_JSON] = "json",
    };

    return names[type];
}

enum type types_widen(enum type a, enum type b)
{
    enum type low = a < b ? a : b, high = a < b ? b : a;

    if (low == high || low == TYPE_UNKNOWN || high == TYPE_JSON)
        return high;
    if (low == TYPE_INTEGER && high == TYPE_NUMBER)
        return high;
    if (low == TYPE_DATE && (high == TYPE_DATE_TIME || high == TYPE_TIMESTAMP))
        return high;
    return TYPE_STRING;
}

/* Whether the text of a JSON number is an integer of 64 bits. */
static bool is_integer(struct slice text)
{
    static const char most[] = "9223372036854775807", least[] = "9223372036854775808";
    const char *digits = text.data;
    size_t length = text.length;
    bool negative = length > 0 && *digits == '-';

    if (negative) {
        digits++;
        length--;
        if (length == 1 && *digits == '0')
            return false; /* -0 is not what an integer column gives back */
    }
    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return false;
    }
    if (length != 19)
        return length < 19;
    return memcmp(digits, negative ? least : most, 19) <= 0;
}

/* Two digits as a number, or 100 when they are none. */
static unsigned two_digits(const char *at)
{
    unsigned tens = (unsigned)(at[0] - '0'), ones = (unsigned)(at[1] - '0');

    return tens < 10 && ones < 10 ? tens * 10 + ones : 100;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool is_date(const char *at)
{
    unsigned century = two_digits(at), year = two_digits(at + 2);
    unsigned month = two_digits(at + 5), day = two_digits(at + 8);

    if (at[4] != '-' || at[7] != '-' || century > 99 || year > 99)
        return false;
    year += century * 100;
    /* there is no year 0 in the databases' calendar */
    return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

/* "15:04:05" with a fraction of up to six digits: its length, or 0. */
static size_t clock_length(const char *at, size_t length)
{
    size_t end = 8;

    if (length < 8 || at[2] != ':' || at[5] != ':' || two_digits(at) > 23 ||
        two_digits(at + 3) > 59 || two_digits(at + 6) > 59)
        return 0;
    if (length == 8 || at[8] != '.')
        return end;
    for (end = 9; end < length && at[end] >= '0' && at[end] <= '9'; end++)
        ;
    return end > 9 && end <= 15 ? end : 0;
}

/* PostgreSQL takes offsets up to 15:59. */
static bool is_offset(const char *at, size_t length)
{
    return length == 6 && (at[0] == '+' || at[0] == '-') && at[3] == ':' &&
           two_digits(at + 1) <= 15 && two_digits(at + 4) <= 59;
}

static bool is_uuid(const char *at)
{
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (at[i] >= '0' && at[i] <= '9') || (at[i] >= 'a' && at[i] <= 'f');

        if (dash ? at[i] != '-' : !hex)
            return false;
    }
    return true;
}

enum type types_of_string(struct slice text)
{
    const char *at = text.data;
    size_t clock;

    if (text.length == 36 && at[8] == '-' && is_uuid(at))
        return TYPE_UUID;
    if (text.length < 10 || text.length > 32 || at[4] != '-' || !is_date(at))
        return TYPE_STRING;
    if (text.length == 10)
        return TYPE_DATE;
    /* RFC 3339 also allows a space and lower case; those would come back as something else */
    clock = at[10] == 'T' ? clock_length(at + 11, text.length - 11) : 0;
    if (clock == 0)
        return TYPE_STRING;
    at += 11 + clock;
    clock = text.length - 11 - clock;
    if (clock == 0)
        return TYPE_TIMESTAMP;
    return (clock == 1 && *at == 'Z') || is_offset(at, clock) ? TYPE_DATE_TIME : TYPE_STRING;
}

enum type types_of(enum json_kind kind, struct slice value)
{
    switch (kind) {
    case JSON_FALSE:
    case JSON_TRUE:
        return TYPE_BOOLEAN;
    case JSON_NUMBER:
        return is_integer(value) ? TYPE_INTEGER : TYPE_NUMBER;
    case JSON_STRING:
        return types_of_string(slice_of(value.data + 1, value.length - 2));
    case JSON_ARRAY:
    case JSON_OBJECT:
        return TYPE_JSON;
    default:
        return TYPE_UNKNOWN;
    }
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar (years count from March). */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    int64_t era, year_of_era, day_of_year;

    year -= month <= 2;
    era = year / 400;
    year_of_era = year - era * 400;
    day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

struct types_moment types_moment(struct slice text)
{
    const char *at = text.data, *end = text.data + text.length;
    struct types_moment moment = {0};
    int64_t fraction = 0, unit = 100000, seconds = 0;

    moment.days = days_from_civil((int64_t)two_digits(at) * 100 + two_digits(at + 2),
                                  two_digits(at + 5), two_digits(at + 8));
    if (text.length > 10) {
        at += 11;
        seconds = two_digits(at) * 3600 + two_digits(at + 3) * 60 + two_digits(at + 6);
        at += 8;
        if (at < end && *at == '.') {
            for (at++; at < end && *at >= '0' && *at <= '9'; at++, unit /= 10)
                fraction += (*at - '0') * unit;
        }
        if (at < end && *at != 'Z') {
            int64_t offset = two_digits(at + 1) * 3600 + two_digits(at + 4) * 60;

            seconds -= *at == '-' ? -offset : offset;
        }
    }
    moment.microseconds = (moment.days * 86400 + seconds) * 1000000 + fraction;
    return moment;
}
