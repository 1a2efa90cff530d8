/* What the parts of the client (client.h) share: client.c has the queue, sending.c what goes out,
 * receiving.c what comes back. */
#ifndef FETCH_CLIENT_PARTS_H
#define FETCH_CLIENT_PARTS_H

#include "budget.h"
#include "client.h"
#include "http.h"

/* A resource that is counted apart: its limits, and an account for each token. */
struct resource {
    struct resource *next;
    const char *name;
    const struct limit *limit; /* NULL: not limited */
    struct budget_account *accounts;
    int64_t blocked_until; /* nothing is granted before; 0: not blocked */
    unsigned refusals;     /* in a row */
};

struct client {
    struct client_options options;
    struct http *http;
    struct budget *budget;
    char *authority;
    char *graphql_url;    /* NULL: none is spoken */
    char **token_headers; /* one a token; or one empty for none */
    size_t account_count;
    struct resource *resources; /* linked */
    struct ask *waiting;        /* by priority */
    struct ask *ready;          /* with an early answer */
    struct exchange *under_way;
    size_t active;
    unsigned failures; /* in a row */
    char last_failure[256];
    bool broken, stopped;
    struct client_counts counts;
    char waits_for[160];
};

/* One HTTP request under way, for one ask or several queries. */
struct exchange {
    struct client *client;
    struct exchange *next, **place; /* among those under way */
    struct ask *asks;               /* linked */
    size_t count;
    struct resource *resource;
    int account; /* BUDGET_NONE: not counted */
    uint32_t cost;
};

/* Ends an ask: calls back and frees it. */
void client_deliver(struct ask *ask, struct answer *answer);
/* The same as ANSWER_FAILED; takes the reason. */
void client_fail(struct ask *ask, char *reason);
/* Puts an ask where its priority has it among the waiting. */
void client_enqueue(struct client *client, struct ask *ask);
/* Takes the first ask off a list. */
struct ask *client_pop(struct ask **list);
/* What errors call it. */
const char *client_name_of(const struct ask *ask);
/* Sets an answer from what is on disk. */
void client_answer_stored(const struct ask *ask, const struct stored_read *stored,
                          struct answer *answer);

/* Starts what can be started; returns when to look again, 0 when only an answer can change
 * that. */
int64_t sending_start(struct client *client);
/* Fails what can never be asked: no token left, a wait beyond all patience, a host given up. */
void sending_fail_hopeless(struct client *client);
/* The counted resource of that name. */
struct resource *sending_resource(struct client *client, const char *name);

/* Takes what became of an exchange; the callback of http_start(). */
void receiving_done(void *exchange, struct http_response *response);

void exchange_add(struct client *client, struct exchange *exchange);
void exchange_remove(struct client *client, struct exchange *exchange);

#endif
