/*
 * The budget book: what is left of each token's rate limits, shared by all processes of a
 * machine through one locked file (mode 0600), so that together they never ask more than the
 * server grants.
 *
 * An account is a token at a host for one resource (GitHub counts REST and GraphQL apart). The
 * book knows it by a digest. Per account it holds the lowest "remaining" the server has told in
 * the current window, and what each process has reserved and not yet settled:
 *
 *     available = lowest - reserved by all
 *
 * A reservation of a process that died counts as spent. An account that no server has spoken
 * of yet allows one request at a time. All times are milliseconds of CLOCK_REALTIME.
 * The book (book.h) has room for 64 processes and for 1024 accounts, of which the one that was
 * used longest ago makes room for a new one.
 */
#ifndef FETCH_BUDGET_H
#define FETCH_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"

struct budget;

struct budget_account {
    unsigned char digest[DIGEST_LENGTH];
    uint32_t per_minute; /* cost that may be started within 60 s; 0: no bound */
    uint32_t concurrent; /* requests under way at once over all processes; 0: no bound */
};

/* Of a token (empty for none) at an authority ("host:port") for a resource. */
void budget_account(struct budget_account *account, const char *authority, const char *resource,
                    const char *token);

/* Opens or creates the book. NULL with *error (free it). A file that is no book, or of another
 * version, an earlier boot or damaged, is begun anew. A child of fork() must not use it. */
struct budget *budget_open(const char *path, char **error);
/* Gives back what is still reserved, as spent. */
void budget_close(struct budget *budget);

enum { BUDGET_NONE = -1 };

/*
 * Reserves `cost` from the account that has most available (of equal ones, the one with the
 * fewest requests under way, then the first): its index. BUDGET_NONE when none has: then ask
 * again when one of your own requests was settled, or else at *ready_at, unless that is 0: it
 * hangs on your own requests alone. Retired accounts are passed over; when all are, *ready_at
 * is -1.
 */
int budget_reserve(struct budget *budget, const struct budget_account *accounts, size_t count,
                   uint32_t cost, int64_t *ready_at);

/* What an answer told of the account. */
struct budget_report {
    bool known; /* limit, remaining and reset_at are set */
    bool spent; /* when not known: take the cost as spent, for no answer came or a broken one.
                   Otherwise the answer tells that the server does not count: an account of
                   which nothing is known is then without a bound */
    uint64_t limit, remaining;
    int64_t reset_at;   /* when the window ends, on our clock; 0: not told */
    int64_t not_before; /* no request until then (Retry-After, secondary limits); 0: none */
    bool retire;        /* the token is not accepted (401): not used again by this process */
};

/* Ends the reservation of `cost`. */
void budget_settle(struct budget *budget, const struct budget_account *account, uint32_t cost,
                   const struct budget_report *report);

/* What is available, over all accounts; UINT64_MAX when an account is not known yet. */
uint64_t budget_available(struct budget *budget, const struct budget_account *accounts,
                          size_t count);

#endif
