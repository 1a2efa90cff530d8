/*
 * Where a listing is: which page it asks for next, by the pagination of its request. It can be
 * written into a bookmark and read back.
 */
#ifndef FETCH_POSITION_H
#define FETCH_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"
#include "doc.h"
#include "source.h"

struct position {
    bool ended;
    char *url;    /* the next page's whole URL, or NULL */
    char *cursor; /* or NULL */
    uint64_t page, offset;
    bool has_since; /* keyset: where this page asks from, instead of the scan's {since} */
    int64_t since;
    uint32_t size;       /* records asked for; 0: as the server has it */
    bool circles;        /* the place to go on from was one before */
    uint64_t steps, met; /* for that: how many, and the hash of one place on the way */
};

void position_start(struct position *position, const struct pagination *pagination, bool update);
void position_copy(struct position *to, const struct position *from);
void position_free(struct position *position);

/* What a page had, for going on behind it. */
struct page_facts {
    const struct answer *answer;
    struct slice list_owner; /* where pageInfo stands */
    size_t records;
    bool has_last; /* `last` is the greatest value of the incremental field on the page */
    int64_t last;
};
void position_advance(struct position *position, const struct pagination *pagination,
                      const struct page_facts *facts);

/* The parameters that select the page, appended to a URL's query. */
void position_append(const struct position *position, const struct pagination *pagination,
                     struct buffer *url, bool *question);

/* To and from a bookmark; the type tells whether it still fits. */
struct doc *position_write(const struct position *position, const struct pagination *pagination);
bool position_read(struct position *position, const struct pagination *pagination,
                   const struct doc *doc);

#endif
