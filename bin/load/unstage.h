/*
 * Loading what `stage --drain` prints: which staged rows the input has so far, which row a record
 * was made of, and the staged rows that are to be set aside. leat-stream(5) and stage(1) have the
 * forms of these messages.
 */
#ifndef LEAT_LOAD_UNSTAGE_H
#define LEAT_LOAD_UNSTAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

/* The stream whose records say why a staged row could not be used. */
#define UNSTAGE_REJECTS "staging_rejects"

/* All staged rows of a repository that are numbered above `after`, up to `through`: `rows` of
 * them. A STATE of the drain says so of what came since the drain began. */
struct staged_span {
    int64_t repository, after, through;
    uint64_t rows;
};

/* A staged row that is set aside. */
struct staged_refusal {
    int64_t staged;
    uint64_t line; /* of the input */
    char *reason;
};

struct staged_refusals {
    struct staged_refusal *items;
    size_t count, capacity;
};

/* The last rows of families: what a STATE each says. */
struct staged_families {
    int64_t *ends;
    size_t count, capacity;
};

/* False when the value of a STATE is none of a drain. */
bool unstage_read_state(struct slice value, struct staged_span *span);

/* Whether a STATE can come behind another of the same drain. */
bool unstage_follows(const struct staged_span *before, const struct staged_span *span);

/* The number in the last `,"staged":N` of an envelope, or of what follows its record; 0 for
 * none. Inside a string it could only stand with its quotes escaped. */
int64_t unstage_id(struct slice envelope);

/* Copies the reason. A staged row that is 0 is none, and not noted. */
void staged_refusals_add(struct staged_refusals *refusals, int64_t staged, uint64_t line,
                         const char *reason);
/* Forgets those of lines from `line` on. */
void staged_refusals_cut(struct staged_refusals *refusals, uint64_t line);
/* Moves those of lines from `line` on behind `to`. */
void staged_refusals_move(struct staged_refusals *from, struct staged_refusals *to, uint64_t line);
void staged_refusals_free(struct staged_refusals *refusals);

void staged_families_add(struct staged_families *families, int64_t end);
/* In order, for staged_families_find(). */
void staged_families_sort(struct staged_families *families);
/* The family of a row is that of the rows (*after, *through]. */
void staged_families_find(const struct staged_families *families, int64_t staged, int64_t *after,
                          int64_t *through);
void staged_families_free(struct staged_families *families);

#endif
