#include "moment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t moment_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes `count` digits off the text. */
static bool take_digits(struct slice *text, int count, int *value)
{
    *value = 0;
    if (text->length < (size_t)count)
        return false;
    for (int i = 0; i < count; i++) {
        if (text->data[i] < '0' || text->data[i] > '9')
            return false;
        *value = *value * 10 + text->data[i] - '0';
    }
    *text = slice_of(text->data + count, text->length - (size_t)count);
    return true;
}

static bool take_byte(struct slice *text, const char *choices)
{
    if (text->length == 0 || text->data[0] == '\0' || strchr(choices, text->data[0]) == NULL)
        return false;
    *text = slice_of(text->data + 1, text->length - 1);
    return true;
}

/* "Z", "+02:00", "+0200": the offset in minutes. */
static bool take_zone(struct slice *text, int *minutes)
{
    int hour, minute, sign = 1;

    *minutes = 0;
    if (take_byte(text, "Zz"))
        return true;
    if (take_byte(text, "-"))
        sign = -1;
    else if (!take_byte(text, "+"))
        return false;
    if (!take_digits(text, 2, &hour))
        return false;
    take_byte(text, ":");
    if (!take_digits(text, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *minutes = sign * (hour * 60 + minute);
    return true;
}

/* ".123456": milliseconds, the rest cut off. */
static bool take_fraction(struct slice *text, int *milliseconds)
{
    int scale = 100, digit;

    *milliseconds = 0;
    if (!take_byte(text, ".,"))
        return true;
    if (!take_digits(text, 1, &digit))
        return false;
    do {
        *milliseconds += digit * scale;
        scale /= 10;
    } while (take_digits(text, 1, &digit));
    return true;
}

bool moment_parse(struct slice text, int64_t *milliseconds)
{
    struct tm tm = {0};
    int fraction = 0, zone = 0;

    if (!take_digits(&text, 4, &tm.tm_year) || !take_byte(&text, "-") ||
        !take_digits(&text, 2, &tm.tm_mon) || !take_byte(&text, "-") ||
        !take_digits(&text, 2, &tm.tm_mday))
        return false;
    if (text.length > 0 && (!take_byte(&text, "Tt ") || !take_digits(&text, 2, &tm.tm_hour) ||
                            !take_byte(&text, ":") || !take_digits(&text, 2, &tm.tm_min) ||
                            !take_byte(&text, ":") || !take_digits(&text, 2, &tm.tm_sec) ||
                            !take_fraction(&text, &fraction) || !take_zone(&text, &zone)))
        return false;
    if (text.length > 0 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
        tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *milliseconds = ((int64_t)timegm(&tm) - zone * 60) * 1000 + fraction;
    return true;
}

static struct tm broken_down(int64_t milliseconds, int *fraction)
{
    time_t seconds = (time_t)(milliseconds / 1000);
    struct tm tm = {0};

    *fraction = (int)(milliseconds % 1000);
    if (*fraction < 0) {
        *fraction += 1000;
        seconds--;
    }
    gmtime_r(&seconds, &tm);
    return tm;
}

void moment_append_format(struct buffer *buffer, int64_t milliseconds, const char *format)
{
    int fraction;
    struct tm tm = broken_down(milliseconds, &fraction);
    char text[256];

    buffer_append(buffer, text, strftime(text, sizeof text, format, &tm));
}

void moment_append(struct buffer *buffer, int64_t milliseconds)
{
    int fraction;

    broken_down(milliseconds, &fraction);
    moment_append_format(buffer, milliseconds, "%Y-%m-%dT%H:%M:%S");
    if (fraction != 0)
        buffer_format(buffer, ".%03d", fraction);
    buffer_append_byte(buffer, 'Z');
}

bool moment_parse_duration(const char *text, int64_t *milliseconds)
{
    static const char units[] = "smhd";
    static const int64_t factors[] = {1000, 60000, 3600000, 86400000};
    struct slice rest = slice_text(text);
    int64_t value = 0;
    int digit;
    const char *unit;

    if (!take_digits(&rest, 1, &digit))
        return false;
    do {
        value = value * 10 + digit;
        if (value > 1000000)
            return false;
    } while (take_digits(&rest, 1, &digit));
    if (rest.length != 1 || (unit = strchr(units, rest.data[0])) == NULL)
        return false;
    *milliseconds = value * factors[unit - units];
    return true;
}

bool moment_parse_http(struct slice text, int64_t *milliseconds)
{
    char copy[64];
    struct tm tm = {0};

    if (text.length == 0 || text.length >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    if (strptime(copy, "%a, %d %b %Y %H:%M:%S GMT", &tm) == NULL)
        return false;
    *milliseconds = (int64_t)timegm(&tm) * 1000;
    return true;
}
