#include "client.h"

#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "client_parts.h"
#include "link.h"
#include "memory.h"
#include "moment.h"
#include "signals.h"

struct ask *client_new_ask(void)
{
    return memory_new(1, sizeof(struct ask));
}

static void free_ask(struct ask *ask)
{
    if (ask->cached != CACHED_NONE)
        stored_free(&ask->kept);
    answer_free(&ask->early);
    buffer_free(&ask->variables);
    free(ask->etag);
    free(ask->last_modified);
    free(ask->moved_to);
    free(ask->asked_url);
    free(ask->url);
    free(ask);
}

void client_deliver(struct ask *ask, struct answer *answer)
{
    answer->moved_to = ask->moved_to;
    ask->moved_to = NULL;
    ask->done(ask->context, ask, answer);
    answer_free(answer);
    free_ask(ask);
}

const char *client_name_of(const struct ask *ask)
{
    return ask->query ? ask->query_file : ask->asked_url;
}

void client_fail(struct ask *ask, char *reason)
{
    struct answer answer = {.kind = ANSWER_FAILED, .reason = reason};

    client_deliver(ask, &answer);
}

struct ask *client_pop(struct ask **list)
{
    struct ask *ask = *list;

    *list = ask->next;
    ask->next = NULL;
    return ask;
}

void exchange_add(struct client *client, struct exchange *exchange)
{
    exchange->next = client->under_way;
    exchange->place = &client->under_way;
    if (exchange->next)
        exchange->next->place = &exchange->next;
    client->under_way = exchange;
    client->active++;
}

void exchange_remove(struct client *client, struct exchange *exchange)
{
    *exchange->place = exchange->next;
    if (exchange->next)
        exchange->next->place = exchange->place;
    client->active--;
}

static struct slice stored_header(const struct stored_read *stored, const char *name)
{
    struct http_response response = {.headers = stored->headers};

    return http_header(&response, name);
}

void client_answer_stored(const struct ask *ask, const struct stored_read *stored,
                          struct answer *answer)
{
    answer->stored = true;
    answer->status = stored->status;
    if (!ask->query)
        answer->next_link = link_next(stored_header(stored, "link"), ask->asked_url);
    if (!moment_parse_http(stored_header(stored, "date"), &answer->date))
        answer->date = 0;
    answer->kind = stored->status == 304   ? ANSWER_UNCHANGED
                   : stored->status == 200 ? ANSWER_BODY
                                           : ANSWER_STATUS;
    if (answer->kind != ANSWER_STATUS)
        answer_set_body(answer, buffer_slice(&stored->body));
}

static void replay(struct client *client, struct ask *ask)
{
    struct stored_read stored;

    if (archive_next(client->options.replay, &ask->key, &stored)) {
        client_answer_stored(ask, &stored, &ask->early);
        stored_free(&stored);
    } else {
        ask->early.kind = ANSWER_FAILED;
        ask->early.reason = memory_format("%s: not in the archive", client_name_of(ask));
    }
}

static char *copy_header(const struct stored_read *stored, const char *name)
{
    struct slice value = stored_header(stored, name);

    return value.length > 0 ? memory_text(value.data, value.length) : NULL;
}

/* True when the cache has the answer; otherwise it may have what to ask about. */
static bool look_in_cache(struct ask *ask)
{
    ask->cached = scan_cache_read(ask->cache, &ask->key, &ask->kept);
    if (ask->cached == CACHED_CURRENT) {
        scan_cache_touch(ask->cache, &ask->key);
        client_answer_stored(ask, &ask->kept, &ask->early);
        return true;
    }
    if (ask->cached != CACHED_NONE && ask->conditional && ask->kept.status == 200) {
        ask->etag = copy_header(&ask->kept, "etag");
        ask->last_modified = copy_header(&ask->kept, "last-modified");
    }
    return false;
}

void client_enqueue(struct client *client, struct ask *ask)
{
    struct ask **place = &client->waiting;

    while (*place && (*place)->priority <= ask->priority)
        place = &(*place)->next;
    ask->next = *place;
    *place = ask;
}

static struct response_key key_of(const struct ask *ask)
{
    struct buffer request = {0};
    struct response_key key;

    if (ask->pass > 0)
        buffer_format(&request, "%u ", ask->pass);
    if (ask->query) {
        buffer_append_slice(&request, query_text(ask->query));
        buffer_append_slice(&request, buffer_slice(&ask->variables));
        key = response_key("QUERY", ask->query_file, buffer_slice(&request));
    } else {
        key = response_key("GET", ask->url, buffer_slice(&request));
    }
    buffer_free(&request);
    return key;
}

void client_ask(struct client *client, struct ask *ask)
{
    bool known = true;

    if (client->stopped) {
        struct answer answer = {.kind = ANSWER_STOPPED};

        client_deliver(ask, &answer);
        return;
    }
    ask->key = key_of(ask);
    if (ask->url)
        ask->asked_url = memory_format("%s", ask->url);
    if (ask->query)
        ask->weight = query_weigh(ask->query, ask->page_size);
    if (client->options.replay)
        replay(client, ask);
    else
        known = look_in_cache(ask);
    if (ask->patience > 0 && !known)
        ask->not_before = moment_now() +
                          (client->options.back_off << (ask->patience < 6 ? ask->patience - 1 : 5));
    if (known) {
        struct ask **last = &client->ready;

        while (*last)
            last = &(*last)->next;
        *last = ask;
        client->counts.stored++;
    } else {
        client_enqueue(client, ask);
    }
}

/* The token's header; free() it. */
static char *header_of_token(const char *template, const char *token)
{
    const char *open = strstr(template, "{token"), *close = open ? strchr(open, '}') : NULL;
    struct buffer text = {0};
    bool encoded = open && strncmp(open, "{token|base64}", 14) == 0;

    if (!close)
        return memory_format("%s", template);
    buffer_append(&text, template, (size_t)(open - template));
    if (encoded)
        base64_append(&text, slice_text(token));
    else
        buffer_append_text(&text, token);
    buffer_append_text(&text, close + 1);
    return buffer_text(&text);
}

/* Where GraphQL is spoken, which must be on the host of the base URL. */
static bool set_graphql_url(struct client *client, char **error)
{
    const char *path = client->options.source->graphql_path;
    bool same;

    client->graphql_url = source_graphql_url(client->options.source, client->options.base_url);
    same = !path ||
           (client->graphql_url && http_same_origin(client->graphql_url, client->options.base_url));
    if (!same)
        *error = memory_format("graphql: the path '%s' leaves the host of %s", path,
                               client->options.base_url);
    return same;
}

/* The book, where there is something to count. */
static bool open_budget(struct client *client, char **error)
{
    const struct client_options *options = &client->options;

    if (options->replay || options->source->limit_count + options->tokens->count == 0)
        return true;
    client->budget = budget_open(options->budget, error);
    return client->budget != NULL;
}

struct client *client_open(const struct client_options *options, char **error)
{
    struct http_options http = {.user_agent = "leat/" LEAT_VERSION,
                                .connections = options->jobs,
                                .max_body = options->max_body,
                                .connect_timeout = 30000,
                                .stall_timeout = options->timeout,
                                .total_timeout = 0};
    struct client *client = memory_new(1, sizeof *client);
    size_t tokens = options->tokens->count;

    client->options = *options;
    client->account_count = tokens ? tokens : 1;
    client->authority = http_authority(options->base_url);
    client->http = http_open(&http);
    if (!client->http)
        *error = memory_format("libcurl does not start");
    if (!client->http || !set_graphql_url(client, error) || !open_budget(client, error)) {
        client_close(client);
        return NULL;
    }
    if (tokens && options->source->token_header) {
        client->token_headers = memory_new(tokens, sizeof *client->token_headers);
        for (size_t i = 0; i < tokens; i++)
            client->token_headers[i] =
                header_of_token(options->source->token_header, options->tokens->values[i]);
    }
    srandom((unsigned)moment_now());
    return client;
}

static void stop_all(struct ask **list)
{
    while (*list) {
        struct answer answer = {.kind = ANSWER_STOPPED};

        client_deliver(client_pop(list), &answer);
    }
}

void client_stop(struct client *client)
{
    client->stopped = true;
    if (client->http)
        http_close(client->http);
    client->http = NULL;
    stop_all(&client->ready);
    stop_all(&client->waiting);
    for (struct exchange *exchange = client->under_way, *next; exchange; exchange = next) {
        next = exchange->next;
        stop_all(&exchange->asks);
        free(exchange);
    }
    client->under_way = NULL;
    client->active = 0;
}

bool client_is_idle(const struct client *client)
{
    return client->ready == NULL;
}

void client_close(struct client *client)
{
    client_stop(client);
    if (client->budget)
        budget_close(client->budget);
    for (size_t i = 0; client->token_headers && i < client->account_count; i++) {
        explicit_bzero(client->token_headers[i], strlen(client->token_headers[i]));
        free(client->token_headers[i]);
    }
    free(client->token_headers);
    for (struct resource *resource = client->resources, *next; resource; resource = next) {
        next = resource->next;
        free(resource->accounts);
        free(resource);
    }
    free(client->authority);
    free(client->graphql_url);
    free(client);
}

const struct client_counts *client_counts(const struct client *client)
{
    return &client->counts;
}

const char *client_waiting(const struct client *client)
{
    return client->waits_for;
}

bool client_work(struct client *client)
{
    int64_t again, now;

    if (signals_stopped())
        return false;
    if (client->ready) {
        struct ask *ask = client_pop(&client->ready);
        struct answer answer = ask->early;

        ask->early = (struct answer){0};
        client_deliver(ask, &answer);
        return true;
    }
    again = sending_start(client);
    sending_fail_hopeless(client);
    if (client->ready)
        return true;
    if (client->active == 0 && !client->waiting)
        return false;
    now = moment_now();
    if (client->active == 0 && again == 0)
        return true; /* something was failed or is to be started at once */
    return http_wait(client->http, again == 0    ? -1
                                   : again > now ? (int)(again - now > 1000 ? 1000 : again - now)
                                                 : 0);
}
