/* What answers say of rate limits: headers, Retry-After, texts; and clocks that differ. */
#include "limits.h"

#include <stdlib.h>
#include <string.h>

#include "moment.h"
#include "tap.h"

static const struct limit epoch = {
    .limit = "x-limit", .remaining = "x-remaining", .reset = "x-reset", .secondary_wait = 60000};
static const struct limit seconds = {.remaining = "x-remaining",
                                     .reset = "x-reset",
                                     .reset_in_seconds = true,
                                     .secondary_wait = 1000};

static struct http_response answer(int status, const char *headers, const char *body)
{
    struct http_response response = {.outcome = HTTP_ANSWERED, .status = status};

    buffer_append_text(&response.headers, headers);
    buffer_append_text(&response.body, body);
    return response;
}

static void forget(struct http_response *response)
{
    buffer_free(&response->headers);
    buffer_free(&response->body);
}

/* Within a second and a half: the clock goes on while the test runs. */
static bool near(int64_t value, int64_t expected)
{
    return value > expected - 1500 && value < expected + 1500;
}

static void retries(const char *headers, int64_t expected)
{
    struct http_response response = answer(429, headers, "");
    int64_t wait = limits_retry_after(&response);

    if (!ok(wait == expected, "%.*s", (int)strcspn(headers, "\n"), headers))
        printf("# got %lld\n", (long long)wait);
    forget(&response);
}

static void is_refused(int status, const char *headers, const char *body, bool expected)
{
    struct http_response response = answer(status, headers, body);

    ok(limits_refused(&epoch, &response) == expected, "%d %.*s%s is %s", status,
       (int)strcspn(headers, "\n"), headers, body, expected ? "a refusal" : "none");
    forget(&response);
}

static struct budget_report report_of(const struct limit *limit, int status, const char *headers,
                                      bool refused, unsigned refusals)
{
    struct http_response response = answer(status, headers, "");
    struct budget_report report;

    limits_report(limit, &response, refused, refusals, &report);
    forget(&response);
    return report;
}

static void test_retry_after(void)
{
    retries("retry-after: 7\n", 7000);
    retries("retry-after: 0\n", 0);
    retries("date: Sat, 31 Jan 2026 12:00:00 GMT\nretry-after: Sat, 31 Jan 2026 12:01:30 GMT\n",
            90000);
    retries("date: Sat, 31 Jan 2026 12:00:00 GMT\nretry-after: Sat, 31 Jan 2026 11:00:00 GMT\n", 0);
    retries("retry-after: soon\n", -1);
    retries("retry-after: -5\n", -1);
    retries("retry-after: 99999999999999999999\n", -1);
    retries("", -1);
}

static void test_refusals(void)
{
    struct http_response broken = {.outcome = HTTP_INTERRUPTED, .status = 429};

    is_refused(429, "", "", true);
    is_refused(403, "", "", false);
    is_refused(403, "retry-after: 60\n", "", true);
    is_refused(403, "x-remaining: 0\n", "", true);
    is_refused(403, "x-remaining: 1\n", "", false);
    is_refused(403, "", "{\"message\":\"You have exceeded a secondary Rate Limit\"}", true);
    is_refused(403, "", "{\"message\":\"You have triggered an abuse detection mechanism\"}", true);
    is_refused(403, "", "{\"message\":\"Must have push access\"}", false);
    is_refused(200, "x-remaining: 0\n", "", false);
    is_refused(404, "retry-after: 5\n", "", false);
    is_refused(503, "retry-after: 5\n", "", false);
    ok(!limits_refused(&epoch, &broken), "an answer that broke off refuses nothing");
}

/* The window ends by our clock, whatever the server's says. */
static void test_clocks(void)
{
    static const char headers[] = "date: Sat, 31 Jan 2026 12:00:00 GMT\n"
                                  "x-limit: 5000\nx-remaining: 4321\nx-reset: 1769861400\n";
    struct budget_report report = report_of(&epoch, 200, headers, false, 0);
    long long soon = moment_now() / 1000 + 30;
    char now[64];

    ok(report.known && report.limit == 5000 && report.remaining == 4321, "what the headers say");
    ok(near(report.reset_at, moment_now() + 600000), "ten minutes by the server are ten by ours");
    ok(report.not_before == 0 && !report.retire && !report.spent, "nothing else");
    snprintf(now, sizeof now, "x-remaining: 5\nx-reset: %lld\n", soon);
    report = report_of(&epoch, 200, now, false, 0);
    ok(near(report.reset_at, moment_now() + 30000) && report.limit == 5,
       "without a date our clock, without a limit what remains");
    report = report_of(&seconds, 200, "x-remaining: 1\nx-reset: 20\n", false, 0);
    ok(near(report.reset_at, moment_now() + 20000), "a reset that counts from now");
}

static void test_reports(void)
{
    struct http_response silent = {.outcome = HTTP_TIMED_OUT};
    struct http_response unreachable = {.outcome = HTTP_UNREACHABLE};
    struct budget_report report;

    ok(!report_of(&epoch, 200, "x-remaining: 5\n", false, 0).known, "half of it is not known");
    ok(!report_of(&epoch, 200, "x-remaining: many\nx-reset: 1\n", false, 0).known,
       "nor is no number");
    ok(!report_of(NULL, 200, "x-remaining: 5\nx-reset: 1\n", false, 0).known,
       "nor what nobody counts");
    report = report_of(&epoch, 401, "x-limit: 0\nx-remaining: 0\nx-reset: 1769861400\n", false, 0);
    ok(report.retire && !report.known, "a 401 ends the token, and tells nothing of its budget");
    ok(report_of(&epoch, 502, "", false, 0).spent,
       "a failure of the server may have cost something");
    limits_report(&epoch, &silent, false, 0, &report);
    ok(report.spent && !report.known, "so may one that was never answered");
    limits_report(&epoch, &unreachable, false, 0, &report);
    ok(!report.spent, "but not one that was never sent");
}

static void test_rests(void)
{
    static const char exhausted[] = "x-limit: 9\nx-remaining: 0\nx-reset: 1769861400\n"
                                    "date: Sat, 31 Jan 2026 12:00:00 GMT\n";
    struct budget_report report = report_of(&epoch, 429, "retry-after: 9\n", true, 3);

    ok(near(report.not_before, moment_now() + 9000), "a refusal that names a time");
    report = report_of(&epoch, 429, "", true, 0);
    ok(near(report.not_before, moment_now() + 60000), "one that names none: the description's");
    report = report_of(&epoch, 429, "", true, 2);
    ok(near(report.not_before, moment_now() + 240000), "longer each time");
    report = report_of(&epoch, 429, "", true, 1000);
    ok(report.not_before < moment_now() + 3600000, "but not for ever");
    report = report_of(&epoch, 403, exhausted, true, 0);
    ok(report.known && report.not_before == 0,
       "an empty window needs no rest: it says when it ends");
}

int main(void)
{
    test_retry_after();
    test_refusals();
    test_clocks();
    test_reports();
    test_rests();
    return done_testing();
}
