/* Times of APIs. */
#include "moment.h"

#include <string.h>

#include "tap.h"

static void reads(const char *text, const char *expected)
{
    int64_t time;
    struct buffer out = {0};
    bool good = moment_parse(slice_text(text), &time);

    if (good)
        moment_append(&out, time);
    ok(expected ? good && slice_is(buffer_slice(&out), expected) : !good, "'%s'", text);
    buffer_free(&out);
}

static void lasts(const char *text, int64_t expected)
{
    int64_t duration = -1;
    bool good = moment_parse_duration(text, &duration);

    ok(expected < 0 ? !good : good && duration == expected, "duration '%s'", text);
}

int main(void)
{
    int64_t time;
    struct buffer out = {0};

    reads("2024-02-29T12:34:56Z", "2024-02-29T12:34:56Z");
    reads("2024-02-29T12:34:56.7891Z", "2024-02-29T12:34:56.789Z");
    reads("2024-02-29T12:34:56+02:00", "2024-02-29T10:34:56Z");
    reads("2024-02-29T12:34:56.000+0200", "2024-02-29T10:34:56Z");
    reads("2024-02-29 12:34:56-00:30", "2024-02-29T13:04:56Z");
    reads("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z");
    reads("2024-02-29", "2024-02-29T00:00:00Z");
    reads("2024-13-01", NULL);
    reads("2024-02-29T12:34:56", NULL);
    reads("2024-02-29T12:34:56Zx", NULL);
    reads("2024-2-29", NULL);
    reads("", NULL);
    lasts("90s", 90000);
    lasts("5m", 300000);
    lasts("30d", 2592000000);
    lasts("5", -1);
    lasts("m", -1);
    lasts("99999999d", -1);
    lasts("5mm", -1);
    ok(moment_parse_http(slice_text("Sun, 06 Nov 1994 08:49:37 GMT"), &time) &&
           time == 784111777000,
       "the date of HTTP");
    ok(!moment_parse_http(slice_text("yesterday"), &time), "no date");
    moment_append_format(&out, 784111777000, "%Y/%m/%d %H:%M");
    ok(slice_is(buffer_slice(&out), "1994/11/06 08:49"), "by a format");
    buffer_free(&out);
    return done_testing();
}
