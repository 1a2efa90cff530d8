/*
 * The file under the budget (budget.h): accounts in memory that all processes share, and which
 * of these processes live.
 *
 * What a process stores is seen by the others even if it is killed at the next instruction.
 * So whoever changes an account does it in steps, each of which leaves it true or too low:
 * book_window_set() is one such step, a plain store of an aligned number is another; put
 * book_step() between them.
 *
 * A process is a slot, and lives as long as it holds the lock on its slot's byte of the file,
 * which the kernel takes from it in the end. The book is of one boot of one machine; one that
 * is not, or of another format, or damaged, is put aside for a new one.
 */
#ifndef FETCH_BOOK_H
#define FETCH_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "digest.h"

enum { BOOK_ACCOUNTS = 1024, BOOK_PROCESSES = 64, BOOK_SECONDS = 64 };

enum book_knowledge {
    BOOK_UNKNOWN, /* no server has spoken of the account */
    BOOK_SILENT,  /* one answered, but counts nothing */
    BOOK_COUNTED  /* limit and lowest are set */
};

struct book_window {
    uint64_t limit;
    uint64_t lowest;    /* remaining, as told by the server */
    int64_t reset_at;   /* when the window ends; 0: nobody knows yet */
    int64_t not_before; /* 0: no pause */
    uint64_t lost[2];   /* cost of requests without an answer: of late, and before that */
    int64_t lost_turn;  /* when those of late become those before; 0: there are none */
    uint64_t told;      /* whether an answer came since the last turn */
    uint64_t knowledge; /* enum book_knowledge */
};

struct book_account {
    struct book_window windows[2]; /* the current one, and one to prepare the next in */
    uint64_t current;              /* its lowest bit says which */
    struct {
        int64_t second;
        uint64_t cost;
    } started[BOOK_SECONDS]; /* in that second, at its number modulo BOOK_SECONDS */
    struct {
        uint64_t cost, requests;
    } reserved[BOOK_PROCESSES]; /* by each slot */
};

struct book;

/* Makes the file (0600) and its folder (0700) where they are missing. NULL with *error, to be
 * freed, when it can't be, or BOOK_PROCESSES have it open already. */
struct book *book_open(const char *path, char **error);
/* Gives the slot back; what it has reserved must have been dealt with. */
void book_close(struct book *book);

/* Between these, no other process changes or reads the book. */
void book_lock(struct book *book);
void book_unlock(struct book *book);

/* Under the lock: the account of a digest, new if need be; then the one that was used longest
 * ago is gone. */
struct book_account *book_account(struct book *book, const unsigned char digest[DIGEST_LENGTH],
                                  int64_t now);
/* Under the lock: the first account that `slot` has reserved of, NULL when there is none. */
struct book_account *book_account_of(struct book *book, unsigned slot);

/* Our slot, and whether the process that has another one lives. */
unsigned book_slot(const struct book *book);
bool book_lives(const struct book *book, unsigned slot);

static inline const struct book_window *book_window(const struct book_account *account)
{
    return &account->windows[account->current & 1];
}

/* Keeps the compiler from moving stores from one side to the other. */
static inline void book_step(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void book_window_set(struct book_account *account, const struct book_window *window)
{
    account->windows[~account->current & 1] = *window;
    book_step();
    account->current++;
    book_step();
}

#endif
