#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_parts.h"
#include "limits.h"
#include "link.h"
#include "log.h"
#include "memory.h"
#include "moment.h"
#include "split.h"
#include "view.h"

enum {
    MOST_REDIRECTS = 5,
    MOST_REFUSALS = 100,  /* of one ask, for its rate */
    BREAKER_FAILURES = 10 /* in a row, of whatever was asked */
};

/* How long before the next attempt: doubled each time, spread by half so that many clients
 * do not come back together. */
static int64_t back_off(const struct client *client, unsigned attempts)
{
    int64_t wait = client->options.back_off << (attempts < 7 ? attempts - 1 : 6);

    return wait / 2 + (int64_t)((double)wait * (double)random() / ((double)RAND_MAX + 1));
}

/* Takes the reason. */
static void try_again(struct client *client, struct ask *ask, char *reason, int64_t at_least)
{
    client->failures++;
    snprintf(client->last_failure, sizeof client->last_failure, "%s", reason);
    ask->attempts++;
    if (client->broken || ask->attempts >= client->options.attempts) {
        char *all = memory_format("%s: %s (after %u attempt%s)", client_name_of(ask), reason,
                                  ask->attempts, ask->attempts == 1 ? "" : "s");

        free(reason);
        client_fail(ask, all);
        return;
    }
    log_detail("%s: %s: trying again", client_name_of(ask), reason);
    free(reason);
    client->counts.retries++;
    ask->not_before = moment_now() + back_off(client, ask->attempts);
    if (at_least >= 0 && ask->not_before < moment_now() + at_least)
        ask->not_before = moment_now() + at_least;
    client_enqueue(client, ask);
}

/* A query that failed in a way that rich ones do: on its own first, then for less. */
static void too_rich(struct client *client, struct ask *ask, bool was_alone, char *reason)
{
    struct answer answer = {.kind = ANSWER_TOO_RICH, .reason = reason};

    if (was_alone && ask->may_shrink) {
        log_detail("%s: %s: asking for less", client_name_of(ask), reason);
        client->counts.retries++;
        client_deliver(ask, &answer);
        return;
    }
    ask->alone = true;
    try_again(client, ask, reason, -1);
}

static void keep(struct client *client, struct ask *ask, int status, struct slice headers,
                 struct slice body)
{
    struct stored stored = {.method = ask->query ? "QUERY" : "GET",
                            .url = client_name_of(ask),
                            .request = buffer_slice(&ask->variables),
                            .status = status,
                            .headers = headers,
                            .body = body};

    if (client->options.archive && !archive_write(client->options.archive, &ask->key, &stored))
        log_warning("cannot write to the archive: %m");
    if (status == 304)
        stored.status = 200;
    scan_cache_write(ask->cache, &ask->key, &stored);
}

static void answer_unchanged(struct client *client, struct ask *ask)
{
    struct answer answer = {.kind = ANSWER_UNCHANGED, .status = 304};

    client->counts.unchanged++;
    if (ask->cached == CACHED_NONE) {
        try_again(client, ask, memory_format("304 to a request without a condition"), -1);
        return;
    }
    keep(client, ask, 304, buffer_slice(&ask->kept.headers), buffer_slice(&ask->kept.body));
    client_answer_stored(ask, &ask->kept, &answer);
    if (!ask->need_body && ask->cached == CACHED_DELIVERED)
        answer.kind = ANSWER_UNCHANGED;
    client_deliver(ask, &answer);
}

/* Follows a redirect to the same host; anything else is not for our credentials. */
static void redirect(struct client *client, struct ask *ask, struct http_response *response)
{
    struct slice location = http_header(response, "location");
    char *reference = memory_text(location.data, location.length);
    char *url = location.length > 0 ? http_resolve(ask->url, reference) : NULL;
    bool same = url && http_same_origin(url, client->options.base_url);

    free(reference);
    if (!same || ask->redirects >= MOST_REDIRECTS) {
        client_fail(ask, memory_format("%s: redirected %s (%d): not followed", client_name_of(ask),
                                       !url    ? "to nowhere"
                                       : !same ? "to another host"
                                               : "too often",
                                       response->status));
        free(url);
    } else {
        if (response->status == 301 || response->status == 308) {
            free(ask->moved_to);
            ask->moved_to = memory_format("%s", url);
        }
        free(ask->url);
        ask->url = url;
        ask->redirects++;
        client_enqueue(client, ask);
    }
}

/* The message an API gives with an error, for people. */
static char *error_text(const struct http_response *response)
{
    static const char *const names[] = {"message", "error_description", "error", "errorMessages"};
    struct json json = {.end = response->body.data + response->body.length,
                        .max_nesting = JSON_DEFAULT_NESTING};
    struct buffer text = {0};

    buffer_format(&text, "%d", response->status);
    if (response->body.length > 0 && json_valid(&json, buffer_slice(&response->body))) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            struct slice value = view_member(buffer_slice(&response->body), slice_text(names[i]));

            if (view_is_null(value) || view_kind(value) == JSON_OBJECT)
                continue;
            buffer_append_text(&text, " ");
            view_append_text(&text, value);
            break;
        }
    }
    if (text.length > 300)
        text.length = 300;
    return buffer_text(&text);
}

static void answer_status(struct client *client, struct ask *ask, struct http_response *response)
{
    struct answer answer = {.kind = ANSWER_STATUS, .status = response->status};
    char *text = error_text(response);

    answer.reason = memory_format("%s: %s", client_name_of(ask), text);
    free(text);
    keep(client, ask, response->status, buffer_slice(&response->headers),
         buffer_slice(&response->body));
    client_deliver(ask, &answer);
}

static void answer_body(struct client *client, struct ask *ask, struct http_response *response)
{
    struct answer answer = {.kind = ANSWER_BODY, .status = 200};

    keep(client, ask, 200, buffer_slice(&response->headers), buffer_slice(&response->body));
    answer.next_link = link_next(http_header(response, "link"), ask->asked_url);
    if (!moment_parse_http(http_header(response, "date"), &answer.date))
        answer.date = 0;
    answer.body = response->body;
    response->body = (struct buffer){0};
    answer.value = buffer_slice(&answer.body);
    while (answer.value.length > 0 && (unsigned char)answer.value.data[0] <= ' ')
        answer.value = slice_of(answer.value.data + 1, answer.value.length - 1);
    client_deliver(ask, &answer);
}

static bool is_json(const struct http_response *response, char **why)
{
    struct json json = {.end = response->body.data + response->body.length,
                        .max_nesting = JSON_DEFAULT_NESTING};

    if (response->body.length == 0) {
        *why = memory_format("an empty answer");
        return false;
    }
    if (json_valid(&json, buffer_slice(&response->body)))
        return true;
    *why = memory_format("the answer is no JSON: %s at byte %zu", json.error,
                         json.error_at ? (size_t)(json.error_at - response->body.data) : 0);
    return false;
}

/* What became of a REST request that was answered and not refused for its rate. */
static void take_answer(struct client *client, struct ask *ask, struct http_response *response)
{
    char *why;

    if (response->status >= 500 || response->status == 408 || response->status == 202) {
        try_again(client, ask, error_text(response), limits_retry_after(response));
        return;
    }
    if (response->status == 200 && !is_json(response, &why)) {
        try_again(client, ask, why, -1);
        return;
    }
    client->failures = 0;
    switch (response->status) {
    case 200:
        answer_body(client, ask, response);
        break;
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        redirect(client, ask, response);
        break;
    case 304:
        answer_unchanged(client, ask);
        break;
    default:
        answer_status(client, ask, response);
    }
}

static void all_too_rich(struct exchange *exchange, const char *reason)
{
    while (exchange->asks)
        too_rich(exchange->client, client_pop(&exchange->asks), exchange->count == 1,
                 memory_format("%s", reason));
}

static void take_split(struct exchange *exchange, struct answer *answers)
{
    struct client *client = exchange->client;

    client->failures = 0;
    for (size_t i = 0; exchange->asks; i++) {
        struct ask *ask = client_pop(&exchange->asks);
        char *reason;

        if (answers[i].kind == ANSWER_TOO_RICH) {
            reason = answers[i].reason ? answers[i].reason : memory_format("no data");
            answers[i].reason = NULL;
            too_rich(client, ask, exchange->count == 1, reason);
            continue;
        }
        keep(client, ask, answers[i].status, slice_of(NULL, 0), answers[i].value);
        client_deliver(ask, &answers[i]);
    }
}

static void refuse_rate(struct client *client, struct ask *ask)
{
    int64_t now = moment_now();

    client->counts.refused++;
    if (ask->refusals++ == 0)
        ask->first_refused = now;
    if (ask->refusals > MOST_REFUSALS ||
        (ask->refusals > 1 && now - ask->first_refused > client->options.longest_wait))
        client_fail(ask, memory_format("%s: refused for its rate %u times within %lld s (see "
                                       "--max-wait)",
                                       client_name_of(ask), ask->refusals,
                                       (long long)(now - ask->first_refused) / 1000));
    else
        client_enqueue(client, ask);
}

/* What became of a GraphQL request. True when it was refused for its rate. */
static bool take_graphql(struct exchange *exchange, struct http_response *response)
{
    struct answer *answers;
    enum split_outcome outcome;
    char *why;
    bool limited = false;

    if (response->status != 200 || !is_json(response, &why)) {
        char *reason = response->status != 200 ? error_text(response) : why;
        bool refused = response->status >= 400 && response->status < 500 && response->status != 408;

        /* the way is refused, not the thing asked for: there may be another */
        while (refused && exchange->asks) {
            struct ask *ask = client_pop(&exchange->asks);

            client_fail(ask, memory_format("%s: %s", client_name_of(ask), reason));
        }
        if (!refused)
            all_too_rich(exchange, reason);
        free(reason);
        return false;
    }
    answers = memory_new(exchange->count, sizeof *answers);
    outcome = split_response(buffer_slice(&response->body), answers, exchange->count, &why);
    if (outcome == SPLIT_ANSWERS) {
        take_split(exchange, answers);
    } else if (outcome == SPLIT_LIMITED) {
        limited = true;
    } else {
        if (outcome == SPLIT_MALFORMED)
            all_too_rich(exchange, why);
        while (exchange->asks) {
            struct ask *ask = client_pop(&exchange->asks);

            client_fail(ask, memory_format("%s: %s", client_name_of(ask), why));
        }
        free(why);
    }
    for (size_t i = 0; i < exchange->count; i++)
        answer_free(&answers[i]);
    free(answers);
    return limited;
}

static void settle(struct exchange *exchange, const struct http_response *response, bool refused)
{
    struct resource *resource = exchange->resource;
    struct budget_report report;

    limits_report(resource->limit, response, refused, resource->refusals, &report);
    resource->refusals = refused ? resource->refusals + 1 : 0;
    if (exchange->account == BUDGET_NONE) {
        /* nothing is counted, but a refusal is one all the same */
        if (report.not_before > resource->blocked_until)
            resource->blocked_until = report.not_before;
        return;
    }
    resource->blocked_until = 0;
    budget_settle(exchange->client->budget, &resource->accounts[exchange->account], exchange->cost,
                  &report);
}

/* A token that is not accepted is not used again: the others may do. */
static bool token_refused(struct client *client, const struct http_response *response)
{
    if (response->status != 401 || client->options.tokens->count == 0)
        return false;
    log_warning("%s does not accept a token: going on without it", client->authority);
    return true;
}

/* However many queries a request was for, it failed once. After too many in a row the host is
 * left alone. */
static void count_failure(struct client *client, unsigned before)
{
    if (client->failures <= before)
        return;
    client->failures = before + 1;
    if (client->failures < BREAKER_FAILURES || client->broken)
        return;
    client->broken = true;
    log_error("%s failed %u times in a row, the last time: %s; asking it nothing more (safe to "
              "run again)",
              client->authority, client->failures, client->last_failure);
}

void receiving_done(void *context, struct http_response *response)
{
    struct exchange *exchange = context;
    struct client *client = exchange->client;
    bool answered = response->outcome == HTTP_ANSWERED;
    bool refused = limits_refused(exchange->resource->limit, response);
    bool counted = exchange->account != BUDGET_NONE && client->options.tokens->count > 0;
    unsigned before = client->failures;

    exchange_remove(client, exchange);
    client->counts.bytes += response->body.length;
    if (answered && !refused && exchange->asks->query && !(response->status == 401 && counted)) {
        struct http_response head = *response;

        refused = take_graphql(exchange, response);
        settle(exchange, &head, refused);
    } else {
        settle(exchange, response, refused);
    }
    if (answered && response->status == 401 && counted && token_refused(client, response))
        refused = true;
    while (exchange->asks) {
        struct ask *ask = client_pop(&exchange->asks);

        if (refused)
            refuse_rate(client, ask);
        else if (response->outcome == HTTP_UNTRUSTED || response->outcome == HTTP_UNUSABLE ||
                 response->outcome == HTTP_TOO_LARGE)
            client_fail(ask, memory_format("%s: %s", client_name_of(ask), response->error));
        else if (!answered && ask->query && response->outcome != HTTP_UNREACHABLE)
            too_rich(client, ask, exchange->count == 1, memory_format("%s", response->error));
        else if (!answered)
            try_again(client, ask, memory_format("%s", response->error), -1);
        else
            take_answer(client, ask, response);
    }
    count_failure(client, before);
    free(exchange);
}
