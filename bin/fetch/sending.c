#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_parts.h"
#include "memory.h"
#include "moment.h"

enum { MOST_QUERIES = 100 /* in one request */ };

struct resource *sending_resource(struct client *client, const char *name)
{
    struct resource *resource;

    for (resource = client->resources; resource; resource = resource->next) {
        if (strcmp(resource->name, name) == 0)
            return resource;
    }
    resource = memory_new(1, sizeof *resource);
    resource->name = name;
    resource->limit = source_limit(client->options.source, name);
    resource->next = client->resources;
    client->resources = resource;
    resource->accounts = memory_new(client->account_count, sizeof *resource->accounts);
    for (size_t i = 0; i < client->account_count; i++) {
        struct budget_account *account = &resource->accounts[i];

        budget_account(account, client->authority, name,
                       client->options.tokens->count ? client->options.tokens->values[i] : "");
        if (resource->limit) {
            account->per_minute = resource->limit->per_minute;
            account->concurrent = resource->limit->concurrent;
        }
    }
    return resource;
}

/* Reserves what a request costs. False when nothing is granted now. */
static bool reserve(struct client *client, struct resource *resource, uint32_t cost, int *account)
{
    int64_t ready_at;

    *account = 0;
    if (!client->budget || (!resource->limit && client->account_count == 1)) {
        *account = BUDGET_NONE;
        return true;
    }
    if (resource->blocked_until > moment_now())
        return false;
    *account =
        budget_reserve(client->budget, resource->accounts, client->account_count, cost, &ready_at);
    if (*account != BUDGET_NONE) {
        resource->blocked_until = 0;
        return true;
    }
    resource->blocked_until = ready_at == 0 ? moment_now() + 1000 : ready_at;
    return false;
}

static void add_header(char ***headers, size_t *count, char *header)
{
    *headers = memory_resize(*headers, *count + 1, sizeof **headers);
    (*headers)[(*count)++] = header;
}

static void append_request_headers(const struct client *client, const struct exchange *exchange,
                                   char ***headers, size_t *count)
{
    const struct parameters *fixed = &client->options.source->headers;
    const struct ask *ask = exchange->asks;
    size_t token = exchange->account == BUDGET_NONE ? 0 : (size_t)exchange->account;

    for (size_t i = 0; i < fixed->count; i++)
        add_header(headers, count, memory_format("%s: %s", fixed->names[i], fixed->values[i]));
    if (client->token_headers)
        add_header(headers, count, memory_format("%s", client->token_headers[token]));
    if (ask->query) {
        add_header(headers, count, memory_format("Content-Type: application/json"));
        return;
    }
    if (ask->etag)
        add_header(headers, count, memory_format("If-None-Match: %s", ask->etag));
    else if (ask->last_modified)
        add_header(headers, count, memory_format("If-Modified-Since: %s", ask->last_modified));
}

static void compose(const struct client *client, const struct exchange *exchange,
                    struct buffer *body)
{
    struct query_item *items = memory_new(exchange->count, sizeof *items);
    size_t count = 0;

    for (const struct ask *ask = exchange->asks; ask; ask = ask->next)
        items[count++] = (struct query_item){ask->query, buffer_slice(&ask->variables)};
    query_compose(items, count, client->options.source->graphql_cost, body);
    free(items);
}

static void start(struct client *client, struct exchange *exchange)
{
    const struct ask *ask = exchange->asks;
    struct http_request request = {.method = ask->query ? "POST" : "GET"};
    char **headers = NULL;
    struct buffer body = {0};
    char *url = memory_format("%s", ask->query ? client->graphql_url : ask->url);

    append_request_headers(client, exchange, &headers, &request.header_count);
    if (ask->query)
        compose(client, exchange, &body);
    request.url = url;
    request.headers = (const char *const *)headers;
    request.body = buffer_slice(&body);
    exchange_add(client, exchange);
    client->counts.requests++;
    http_start(client->http, &request, receiving_done, exchange);
    for (size_t i = 0; headers && i < request.header_count; i++) {
        explicit_bzero(headers[i], strlen(headers[i]));
        free(headers[i]);
    }
    free(headers);
    buffer_free(&body);
    free(url);
}

/* Chooses what goes out with the first ask, a query: others by priority, while they fit. */
static struct query_weight choose(struct client *client, struct ask *first)
{
    struct query_weight weight = first->weight;
    int64_t now = moment_now();
    size_t count = 1;

    for (struct ask *ask = client->waiting; ask && !first->alone && count < MOST_QUERIES;
         ask = ask->next) {
        ask->chosen = ask != first && ask->query && !ask->alone && ask->not_before <= now &&
                      strcmp(ask->resource, first->resource) == 0 &&
                      weight.nodes + ask->weight.nodes <= client->options.source->graphql_nodes;
        if (!ask->chosen)
            continue;
        weight.nodes += ask->weight.nodes;
        weight.connections += ask->weight.connections;
        count++;
    }
    return weight;
}

/* Moves what was chosen, and the first ask, from the queue to the exchange. */
static void take_chosen(struct client *client, struct exchange *exchange, struct ask *first)
{
    struct ask **last = &exchange->asks;

    for (struct ask **place = &client->waiting; *place;) {
        struct ask *ask = *place;

        if (ask != first && !ask->chosen) {
            place = &ask->next;
            continue;
        }
        ask->chosen = false;
        *last = client_pop(place);
        last = &ask->next;
        exchange->count++;
    }
}

static uint32_t cost_of(const struct query_weight *weight)
{
    return (uint32_t)((weight->connections + 99) / 100) + 1;
}

/* Starts an ask, with others if it is a query. False when its resource grants nothing now. */
static bool start_ask(struct client *client, struct ask *first, struct resource *resource)
{
    struct exchange *exchange;
    uint32_t cost = 1;
    int account;

    if (first->query) {
        struct query_weight weight = choose(client, first);

        cost = cost_of(&weight);
    }
    if (!reserve(client, resource, cost, &account)) {
        for (struct ask *ask = client->waiting; ask; ask = ask->next)
            ask->chosen = false;
        return false;
    }
    exchange = memory_new(1, sizeof *exchange);
    exchange->client = client;
    exchange->resource = resource;
    exchange->account = account;
    exchange->cost = cost;
    take_chosen(client, exchange, first);
    start(client, exchange);
    return true;
}

static void say_waiting(struct client *client, const struct ask *ask, int64_t milliseconds)
{
    snprintf(client->waits_for, sizeof client->waits_for, "waiting %lld s for the rate limit '%s'",
             (long long)(milliseconds + 999) / 1000, ask->resource);
}

int64_t sending_start(struct client *client)
{
    int64_t now = moment_now(), again = 0;
    struct ask *ask = client->waiting;

    client->waits_for[0] = '\0';
    while (ask && client->active < client->options.jobs) {
        int64_t later = ask->not_before;

        if (later <= now) {
            struct resource *resource = sending_resource(client, ask->resource);

            if (resource->blocked_until <= now && start_ask(client, ask, resource)) {
                ask = client->waiting;
                continue;
            }
            later = resource->blocked_until;
            if (client->active == 0 && later > now)
                say_waiting(client, ask, later - now);
        }
        if (later > 0 && (again == 0 || later < again))
            again = later;
        ask = ask->next;
    }
    return again;
}

void sending_fail_hopeless(struct client *client)
{
    for (struct ask **place = &client->waiting; *place;) {
        struct ask *ask = *place;
        int64_t until = sending_resource(client, ask->resource)->blocked_until;
        char *why = NULL;

        if (client->broken)
            why =
                memory_format("%s: given up, as %s fails", client_name_of(ask), client->authority);
        else if (until < 0)
            why = memory_format("%s: no token is accepted by %s", client_name_of(ask),
                                client->authority);
        else if (until > moment_now() + client->options.longest_wait)
            why = memory_format("%s: the rate limit '%s' asks to wait %lld s (see --max-wait)",
                                client_name_of(ask), ask->resource,
                                (long long)(until - moment_now()) / 1000);
        if (!why) {
            place = &ask->next;
            continue;
        }
        client_pop(place);
        client_fail(ask, why);
        place = &client->waiting;
    }
}
