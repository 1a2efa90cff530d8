/*
 * Asking an API: rate budgets, tokens, retries, redirects, the cache and the archive are all
 * here, so that who asks sees only what became of it in the end.
 *
 * Asks wait in the order of their priority; GraphQL queries that are ready together go out in
 * one request. Everything happens in client_work(), in one thread.
 */
#ifndef FETCH_CLIENT_H
#define FETCH_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"
#include "graphql.h"
#include "responses.h"
#include "source.h"
#include "tokens.h"

struct client;
struct ask;

/* The callback takes what it wants from the answer (by zeroing it) and may ask more. The ask
 * is freed behind it. */
typedef void ask_done(void *context, struct ask *ask, struct answer *answer);

struct ask {
    /* what: a URL, or a query with its variables (a JSON object) */
    char *url;
    const struct query *query;
    const char *query_file;
    struct buffer variables;
    uint64_t page_size; /* of the query */
    const char *resource;
    /* how */
    uint64_t priority; /* the lowest goes first */
    bool conditional;  /* may be answered by "unchanged" */
    bool need_body;    /* unchanged or not, the body is wanted */
    bool may_shrink;   /* a query that could ask for less: see ANSWER_TOO_RICH */
    unsigned pass;     /* another one asks the same thing anew (listing.h, sweeps) */
    unsigned patience; /* how often it was too rich before: waits longer */
    struct scan_cache *cache;
    ask_done *done;
    void *context;
    /* the client's */
    struct ask *next;
    struct response_key key;
    struct query_weight weight;
    int64_t not_before;
    unsigned attempts, refusals, redirects;
    int64_t first_refused;
    bool alone;  /* goes out without others */
    bool chosen; /* goes out next */
    char *etag, *last_modified;
    struct stored_read kept; /* what the cache has, if it is asked about */
    enum cached cached;
    char *moved_to, *asked_url;
    struct answer early; /* known without asking */
};

struct client_options {
    const struct source *source;
    const char *base_url;
    const struct tokens *tokens;
    unsigned jobs, attempts;
    int64_t back_off;     /* milliseconds before the second attempt; doubles each time */
    int64_t longest_wait; /* for a rate limit; longer ones fail */
    uint64_t max_body;
    unsigned timeout;   /* milliseconds without a byte */
    const char *budget; /* the book's file */
    struct archive *archive, *replay;
};

struct client_counts {
    uint64_t requests, unchanged, retries, refused, stored, bytes;
};

/* NULL with *error (free it). */
struct client *client_open(const struct client_options *options, char **error);
/* Answers everything that waits or is under way with ANSWER_STOPPED; nothing can be asked
 * then. */
void client_stop(struct client *client);
void client_close(struct client *client);

/* A new ask, to be filled and given to client_ask(), which takes it. */
struct ask *client_new_ask(void);
void client_ask(struct client *client, struct ask *ask);

/* Works until something was answered. False when nothing is left to wait for, or a signal
 * asked to stop. */
bool client_work(struct client *client);

/* Whether the next answer has to be waited for. */
bool client_is_idle(const struct client *client);

const struct client_counts *client_counts(const struct client *client);

/* What it waits for now, for the progress line; "" when for nothing. */
const char *client_waiting(const struct client *client);

#endif
