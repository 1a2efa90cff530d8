#include "limits.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "memory.h"
#include "moment.h"

enum { LONGEST_BACK_OFF = 900000 };

static bool header_number(const struct http_response *response, const char *name, int64_t *value)
{
    struct slice text = name ? http_header(response, name) : slice_of(NULL, 0);
    int64_t number = 0;

    if (text.length == 0 || text.length > 15)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + text.data[i] - '0';
    }
    *value = number;
    return true;
}

/* The server's clock, ours where it tells none. */
static int64_t server_now(const struct http_response *response)
{
    int64_t date;

    if (moment_parse_http(http_header(response, "date"), &date))
        return date;
    return moment_now();
}

int64_t limits_retry_after(const struct http_response *response)
{
    int64_t value;

    if (header_number(response, "retry-after", &value))
        return value * 1000;
    if (moment_parse_http(http_header(response, "retry-after"), &value)) {
        value -= server_now(response);
        return value > 0 ? value : 0;
    }
    return -1;
}

/* Whether a refusal's text speaks of a limit: GitHub's secondary limits say so only there. */
static bool speaks_of_limit(const struct http_response *response)
{
    static const char *const words[] = {"rate limit", "abuse detection"};

    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t length = strlen(words[w]);

        for (size_t i = 0; i + length <= response->body.length && i < 4096; i++) {
            if (strncasecmp(response->body.data + i, words[w], length) == 0)
                return true;
        }
    }
    return false;
}

bool limits_refused(const struct limit *limit, const struct http_response *response)
{
    int64_t remaining;

    if (response->outcome != HTTP_ANSWERED)
        return false;
    if (response->status == 429)
        return true;
    if (response->status != 403)
        return false;
    return limits_retry_after(response) >= 0 || speaks_of_limit(response) ||
           (limit && header_number(response, limit->remaining, &remaining) && remaining == 0);
}

/* How long to rest after a refusal that names no time: longer each time. */
static int64_t rest(const struct limit *limit, unsigned refusals)
{
    int64_t wait = limit ? limit->secondary_wait : 60000;

    while (refusals-- > 0 && wait < LONGEST_BACK_OFF)
        wait *= 2;
    return wait;
}

void limits_report(const struct limit *limit, const struct http_response *response, bool refused,
                   unsigned refusals, struct budget_report *report)
{
    int64_t remaining, reset, most, now = moment_now(), wait;

    *report = (struct budget_report){.spent = response->outcome != HTTP_UNREACHABLE};
    if (response->outcome != HTTP_ANSWERED)
        return;
    report->retire = response->status == 401;
    report->spent = response->status >= 500;
    /* what stands with a 401 is not of the account: GitHub tells a limit of 0 there */
    if (limit && !report->retire && header_number(response, limit->remaining, &remaining) &&
        header_number(response, limit->reset, &reset)) {
        report->known = true;
        report->remaining = (uint64_t)remaining;
        report->limit =
            header_number(response, limit->limit, &most) ? (uint64_t)most : report->remaining;
        report->reset_at =
            now + (limit->reset_in_seconds ? reset * 1000 : reset * 1000 - server_now(response));
    }
    if (!refused)
        return;
    wait = limits_retry_after(response);
    if (wait >= 0)
        report->not_before = now + wait;
    else if (!report->known || report->remaining > 0)
        report->not_before = now + rest(limit, refusals);
}
