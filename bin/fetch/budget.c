#include "budget.h"

#include <stdlib.h>
#include <string.h>

#include "book.h"
#include "buffer.h"
#include "memory.h"
#include "moment.h"

enum {
    MINUTE = 60000,         /* milliseconds */
    ASK_OTHERS_AFTER = 200, /* milliseconds, when others have reserved what we want */
    LOST_TURN = 15000,      /* milliseconds in which a server counts a request that it got */
    SAME_WINDOW = 1500      /* milliseconds that two answers' ends of one window may differ */
};

struct budget {
    struct book *book;
    unsigned char (*retired)[DIGEST_LENGTH];
    size_t retired_count;
};

void budget_account(struct budget_account *account, const char *authority, const char *resource,
                    const char *token)
{
    struct buffer name = {0};

    *account = (struct budget_account){0};
    buffer_append(&name, authority, strlen(authority) + 1);
    buffer_append(&name, resource, strlen(resource) + 1);
    buffer_append_text(&name, token);
    digest_sha256(buffer_slice(&name), account->digest);
    explicit_bzero(name.data, name.length);
    buffer_free(&name);
}

/* --- the state of an account */

/*
 * A request without an answer is spent, but the server may not have counted it yet: an answer
 * that comes after says nothing of it. So its cost is kept apart until that has surely happened.
 */
static void spend(struct book_account *account, uint64_t cost, int64_t now)
{
    struct book_window window = *book_window(account);

    window.lost[0] += cost;
    if (window.lost_turn == 0)
        window.lost_turn = now + LOST_TURN;
    book_window_set(account, &window);
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* By then the answers have told of those lost before; if any came. */
static void turn_lost(struct book_account *account, int64_t now)
{
    struct book_window window = *book_window(account);

    if (window.lost_turn == 0 || now < window.lost_turn)
        return;
    if (!window.told)
        window.lowest = less(window.lowest, window.lost[1]);
    window.lost[1] = window.lost[0];
    window.lost[0] = 0;
    window.lost_turn = window.lost[1] > 0 ? now + LOST_TURN : 0;
    window.told = false;
    book_window_set(account, &window);
}

static void spend_slot(struct book_account *account, unsigned slot, int64_t now)
{
    spend(account, account->reserved[slot].cost, now);
    account->reserved[slot].cost = 0;
    book_step();
    account->reserved[slot].requests = 0;
    book_step();
}

static void spend_of_the_dead(struct book *book, struct book_account *account, int64_t now)
{
    for (unsigned slot = 0; slot < BOOK_PROCESSES; slot++)
        if (account->reserved[slot].requests > 0 && !book_lives(book, slot))
            spend_slot(account, slot, now);
}

/* When its window is over, all is there again; when the next one ends, the server will say. */
static void begin_window(struct book_account *account, int64_t now)
{
    struct book_window window = *book_window(account);

    if (window.reset_at == 0 || now < window.reset_at)
        return;
    window.lowest = window.limit;
    window.reset_at = 0;
    book_window_set(account, &window);
}

struct reserved {
    uint64_t cost, requests;
};

static struct reserved reserved_by_all(const struct book_account *account)
{
    struct reserved all = {0};

    for (unsigned slot = 0; slot < BOOK_PROCESSES; slot++) {
        all.cost += account->reserved[slot].cost;
        all.requests += account->reserved[slot].requests;
    }
    return all;
}

static uint64_t lost_of(const struct book_window *window)
{
    return window->lost[0] + window->lost[1];
}

static uint64_t available_of(const struct book_account *account)
{
    const struct book_window *window = book_window(account);

    if (window->knowledge != BOOK_COUNTED)
        return UINT64_MAX;
    return less(less(window->lowest, lost_of(window)), reserved_by_all(account).cost);
}

/* The current state, as of now. */
static struct book_account *look_up(struct budget *budget, const struct budget_account *account,
                                    int64_t now)
{
    struct book_account *found = book_account(budget->book, account->digest, now);

    begin_window(found, now);
    turn_lost(found, now);
    return found;
}

/* --- when a request may start: now, at a later time, or when something reserved is settled */

enum { WHEN_NOW = 0, WHEN_SETTLED = -1 };

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Of two times that may not be known, the first. */
static int64_t sooner(int64_t a, int64_t b)
{
    if (a == 0 || b == 0)
        return later(a, b);
    return a < b ? a : b;
}

/*
 * An account without a count, or one whose whole count would not do, takes one request at a
 * time: its answer tells more.
 */
static int64_t when_affordable(const struct book_account *account, uint32_t cost)
{
    const struct book_window *window = book_window(account);

    if (window->knowledge == BOOK_SILENT ||
        (window->knowledge == BOOK_COUNTED && available_of(account) >= cost))
        return WHEN_NOW;
    if (window->knowledge == BOOK_COUNTED) {
        if (less(window->lowest, lost_of(window)) >= cost)
            return WHEN_SETTLED;
        if (window->lowest >= cost)
            return sooner(window->lost_turn, window->reset_at);
        if (window->reset_at != 0 && (window->lowest < window->limit || window->limit == 0))
            return window->reset_at;
    }
    return reserved_by_all(account).requests == 0 ? WHEN_NOW : WHEN_SETTLED;
}

/* Seconds are not divided, so that of each the whole cost counts for 60 to 61 s. */
static int64_t when_within_minute(const struct book_account *account, uint32_t bound, uint32_t cost,
                                  int64_t now)
{
    int64_t first = now / 1000 - MINUTE / 1000, at;
    uint64_t started = 0;

    if (bound == 0)
        return WHEN_NOW;
    for (at = first; at <= now / 1000; at++)
        if (account->started[at % BOOK_SECONDS].second == at)
            started += account->started[at % BOOK_SECONDS].cost;
    for (at = first; started > 0 && started + cost > bound; at++)
        if (account->started[at % BOOK_SECONDS].second == at)
            started -= account->started[at % BOOK_SECONDS].cost;
    return at == first ? WHEN_NOW : at * 1000 + MINUTE;
}

static int64_t when_allowed(const struct book_account *account, const struct budget_account *bounds,
                            uint32_t cost, int64_t now)
{
    int64_t affordable = when_affordable(account, cost);
    int64_t when = later(book_window(account)->not_before,
                         when_within_minute(account, bounds->per_minute, cost, now));
    bool too_many =
        bounds->concurrent > 0 && reserved_by_all(account).requests >= bounds->concurrent;

    when = later(when, affordable);
    if (when > now)
        return when;
    return affordable == WHEN_SETTLED || too_many ? WHEN_SETTLED : WHEN_NOW;
}

/* --- reserving */

static bool is_retired(const struct budget *budget, const struct budget_account *account)
{
    for (size_t i = 0; i < budget->retired_count; i++)
        if (memcmp(budget->retired[i], account->digest, DIGEST_LENGTH) == 0)
            return true;
    return false;
}

static void retire(struct budget *budget, const struct budget_account *account)
{
    if (is_retired(budget, account))
        return;
    budget->retired =
        memory_resize(budget->retired, budget->retired_count + 1, sizeof *budget->retired);
    memcpy(budget->retired[budget->retired_count++], account->digest, DIGEST_LENGTH);
}

static void reserve(struct book *book, struct book_account *account, uint32_t cost, int64_t now)
{
    int64_t second = now / 1000;
    unsigned slot = book_slot(book);

    if (account->started[second % BOOK_SECONDS].second != second) {
        account->started[second % BOOK_SECONDS].cost = 0;
        book_step();
        account->started[second % BOOK_SECONDS].second = second;
    }
    account->started[second % BOOK_SECONDS].cost += cost;
    account->reserved[slot].requests++;
    book_step();
    account->reserved[slot].cost += cost;
}

/* The best of the accounts seen so far, and when to ask again if there is none. */
struct choice {
    int index;
    struct book_account *account;
    uint64_t available, requests;
    int64_t ready_at; /* -1: never */
};

static void consider(struct choice *choice, struct book_account *account, int index)
{
    uint64_t available = available_of(account), requests = reserved_by_all(account).requests;

    if (choice->account && (available < choice->available ||
                            (available == choice->available && requests >= choice->requests)))
        return;
    choice->index = index;
    choice->account = account;
    choice->available = available;
    choice->requests = requests;
}

/* Of several times the first; "when one of ours was settled" only where there is no time. */
static void consider_waiting(struct choice *choice, const struct book_account *account,
                             unsigned slot, int64_t when, int64_t now)
{
    uint64_t ours = account->reserved[slot].requests;

    if (when == WHEN_SETTLED)
        when = ours > 0 && ours == reserved_by_all(account).requests ? 0 : now + ASK_OTHERS_AFTER;
    if (when > 0 ? choice->ready_at <= 0 || when < choice->ready_at : choice->ready_at < 0)
        choice->ready_at = when;
}

int budget_reserve(struct budget *budget, const struct budget_account *accounts, size_t count,
                   uint32_t cost, int64_t *ready_at)
{
    struct choice choice = {.index = BUDGET_NONE, .ready_at = -1};
    int64_t now;

    book_lock(budget->book);
    now = moment_now();
    for (size_t i = 0; i < count; i++) {
        struct book_account *account;
        int64_t when;

        if (is_retired(budget, &accounts[i]))
            continue;
        account = look_up(budget, &accounts[i], now);
        when = when_allowed(account, &accounts[i], cost, now);
        if (when == WHEN_SETTLED) {
            spend_of_the_dead(budget->book, account, now);
            when = when_allowed(account, &accounts[i], cost, now);
        }
        if (when == WHEN_NOW)
            consider(&choice, account, (int)i);
        else
            consider_waiting(&choice, account, book_slot(budget->book), when, now);
    }
    if (choice.account)
        reserve(budget->book, choice.account, cost, now);
    book_unlock(budget->book);
    *ready_at = choice.ready_at;
    return choice.index;
}

/* --- settling */

/*
 * Answers come in another order than the server made them, so within a window the lowest count
 * is the last. An answer of a window that is over tells nothing of the one that is.
 */
static void take_count(struct book_window *window, const struct budget_report *report, int64_t now)
{
    bool first = window->knowledge != BOOK_COUNTED;
    bool over = report->reset_at != 0 && report->reset_at <= now;
    bool next = window->reset_at != 0 && report->reset_at > window->reset_at + SAME_WINDOW;
    bool lowest = report->remaining < window->lowest;

    if (over && !first)
        return;
    if (first || next || report->reset_at == 0 || lowest)
        window->lowest = over ? report->limit : report->remaining;
    /* the count that holds is the one whose end counts, should the server have changed its mind */
    if (!over)
        window->reset_at = lowest ? report->reset_at : later(window->reset_at, report->reset_at);
    window->limit = report->limit;
    window->knowledge = BOOK_COUNTED;
    window->told = true;
}

static void take_report(struct book_account *account, const struct budget_report *report,
                        int64_t now)
{
    struct book_window window = *book_window(account);

    window.not_before = later(window.not_before, report->not_before);
    if (report->known)
        take_count(&window, report, now);
    else if (!report->spent && window.knowledge == BOOK_UNKNOWN)
        window.knowledge = BOOK_SILENT;
    book_window_set(account, &window);
}

/* The account may be another one than that reserved from, if 1024 came between. */
static void release(struct book_account *account, unsigned slot, uint64_t cost)
{
    uint64_t reserved = account->reserved[slot].cost;

    account->reserved[slot].cost = reserved > cost ? reserved - cost : 0;
    book_step();
    if (account->reserved[slot].requests > 0)
        account->reserved[slot].requests--;
}

void budget_settle(struct budget *budget, const struct budget_account *account, uint32_t cost,
                   const struct budget_report *report)
{
    struct book_account *found;
    int64_t now;

    if (report->retire)
        retire(budget, account);
    book_lock(budget->book);
    now = moment_now();
    found = look_up(budget, account, now);
    take_report(found, report, now);
    if (!report->known && report->spent)
        spend(found, cost, now);
    release(found, book_slot(budget->book), cost);
    book_unlock(budget->book);
}

uint64_t budget_available(struct budget *budget, const struct budget_account *accounts,
                          size_t count)
{
    uint64_t sum = 0;
    int64_t now;

    book_lock(budget->book);
    now = moment_now();
    for (size_t i = 0; i < count; i++)
        if (!is_retired(budget, &accounts[i]) &&
            __builtin_add_overflow(sum, available_of(look_up(budget, &accounts[i], now)), &sum))
            sum = UINT64_MAX;
    book_unlock(budget->book);
    return sum;
}

/* --- opening and closing */

/* What the slot has reserved, be it ours or left behind by a process that died, is spent. */
static void spend_all(struct book *book)
{
    struct book_account *account;

    book_lock(book);
    while ((account = book_account_of(book, book_slot(book))) != NULL) {
        spend_slot(account, book_slot(book), moment_now());
    }
    book_unlock(book);
}

struct budget *budget_open(const char *path, char **error)
{
    struct book *book = book_open(path, error);
    struct budget *budget;

    if (!book)
        return NULL;
    spend_all(book);
    budget = memory_new(1, sizeof *budget);
    budget->book = book;
    return budget;
}

void budget_close(struct budget *budget)
{
    if (!budget)
        return;
    spend_all(budget->book);
    book_close(budget->book);
    free(budget->retired);
    free(budget);
}
