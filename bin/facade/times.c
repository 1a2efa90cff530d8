#include "times.h"

#include <stdbool.h>
#include <stdint.h>

enum { MOST_OFFSET_HOURS = 15, SECONDS_A_DAY = 86400 };

/* 9999-12-31T23:59:59Z */
static const int64_t last_second = 253402300799;

struct offset {
    bool valid;
    char sign;
    int hours, minutes;
};

static bool take_seconds(struct slice *text, int64_t *seconds)
{
    size_t digits = 0;

    for (*seconds = 0; digits < text->length; digits++) {
        char c = text->data[digits];

        if (c < '0' || c > '9')
            break;
        if (*seconds > last_second)
            return false;
        *seconds = *seconds * 10 + (c - '0');
    }
    *text = slice_of(text->data + digits, text->length - digits);
    return digits > 0;
}

static struct offset parse_offset(struct slice text)
{
    struct offset offset = {0};
    int number = 0;

    while (text.length > 0 && text.data[0] == ' ')
        text.data++, text.length--;
    if (text.length != 5 || (text.data[0] != '+' && text.data[0] != '-'))
        return offset;
    for (size_t i = 1; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return offset;
        number = number * 10 + (text.data[i] - '0');
    }
    offset.sign = text.data[0];
    offset.hours = number / 100;
    offset.minutes = number % 100;
    offset.valid = offset.hours <= MOST_OFFSET_HOURS && offset.minutes < 60;
    return offset;
}

/* Year, month and day of a day counted from 1970-01-01; years are counted from March. */
static void civil_date(int64_t days, int *year, int *month, int *day)
{
    int64_t since_0 = days + 719468; /* from 0000-03-01 */
    int64_t era = since_0 / 146097;  /* of 400 years */
    int of_era = (int)(since_0 % 146097);
    int years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * years + years / 4 - years / 100);
    int from_march = (5 * of_year + 2) / 153;

    *day = of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = (int)(era * 400) + years + (*month <= 2);
}

static char *put(char *at, int number, int digits)
{
    for (int i = digits; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + digits;
}

/* Calendar and clock of seconds that are local to the offset. */
static char *put_local(char *at, int64_t local)
{
    int year, month, day, rest = (int)(local % SECONDS_A_DAY);

    civil_date(local / SECONDS_A_DAY, &year, &month, &day);
    at = put(at, year, 4);
    *at++ = '-';
    at = put(at, month, 2);
    *at++ = '-';
    at = put(at, day, 2);
    *at++ = 'T';
    at = put(at, rest / 3600, 2);
    *at++ = ':';
    at = put(at, rest / 60 % 60, 2);
    *at++ = ':';
    return put(at, rest % 60, 2);
}

enum time_outcome time_append(struct buffer *buffer, struct slice time)
{
    char text[32], *at;
    int64_t seconds, shift = 0;
    struct offset offset;

    if (!take_seconds(&time, &seconds) || seconds > last_second)
        return TIME_NONE;
    offset = parse_offset(time);
    if (offset.valid)
        shift = (offset.hours * 60 + offset.minutes) * (offset.sign == '-' ? -60 : 60);
    if (seconds + shift < 0 || seconds + shift > last_second) {
        offset.valid = false;
        shift = 0;
    }
    at = put_local(text, seconds + shift);
    if (offset.valid) {
        *at++ = offset.sign;
        at = put(at, offset.hours, 2);
        *at++ = ':';
        at = put(at, offset.minutes, 2);
    } else {
        *at++ = 'Z';
    }
    buffer_append(buffer, text, (size_t)(at - text));
    return offset.valid ? TIME_EXACT : TIME_SHIFTED;
}
