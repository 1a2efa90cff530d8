/*
 * A listing: the pages of one stream, for one subject or one parent record, and with each page
 * the child streams of its records, which may need listings of their own. What a page gives is
 * put together in memory and given out whole, parents before their children; so the order
 * depends on the API's alone, not on which answer came first.
 */
#ifndef FETCH_LISTING_H
#define FETCH_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "messages_out.h"
#include "output.h"
#include "page_size.h"
#include "position.h"
#include "rejects.h"

/* What all listings of a run share. */
struct listings {
    const struct source *source;
    struct client *client;
    const char *base_url;
    struct selection selection;
    struct rejects *rejects;
    uint64_t held;    /* bytes of pages that are not given out yet */
    uint64_t records; /* given out */
};

/* What a record with an identity said, or a permanent redirect. */
struct identity_seen {
    bool moved; /* a redirect said so, but not to what name */
    struct buffer subject, id;
};

struct page;

struct listing {
    struct listings *all;
    const struct stream *stream;
    const struct request *request; /* the stream's request, otherwise or follow */
    struct scope scope;            /* what names in the request mean */
    struct position position;      /* of the next page */
    const char *subject;           /* as notices call it */
    struct identity_seen *identity;
    uint64_t priority; /* of its first page */
    struct scan_cache *cache;
    /* how it goes */
    struct page *first, *last; /* pages that are not given out yet */
    struct page *owner;        /* of a child: the page of its parent record */
    size_t page_count;
    uint64_t pages_taken;
    bool asking, done, stopped;
    char *failure;              /* why it was given up; NULL: it was not */
    bool resumed;               /* begun in the middle: the place may be no more */
    struct page_size page_size; /* of a query */
    uint64_t last_page_hash;
    unsigned repeats; /* of the same page, in a row */
    /* of a root: what is known of the incremental field */
    bool has_newest, newest_is_number;
    int64_t newest;
    uint64_t *edge; /* keyset: hashes of the last page's records of its last instant */
    size_t edge_count;
    int64_t edge_at;
    /* descending, over several pages: what moved to the front meanwhile is asked for once more */
    unsigned sweeps;
    int64_t began_at;    /* the newest value of the first page of this pass */
    uint64_t pass_pages; /* taken in this pass */
    bool gone;           /* it ended with a status: */
    enum meaning meaning;
    int http_status;
};

/* The pages to come; scope, position and the like are set. */
void listing_ask(struct listing *listing);

/* Appends what the next request would be, for people. False with *why (free it) when a name in
 * it has no value. */
bool listing_describe(const struct listing *listing, struct buffer *out, char **why);

/* Whether the first page is there, with all that belongs to it. */
bool listing_page_ready(const struct listing *listing);

/* How far a listing has got once a page was given out. */
struct progress_made {
    struct position position; /* where to go on from */
    bool has_newest;
    int64_t newest; /* the greatest value of the incremental field so far */
    int64_t date;   /* of the answer, by the server's clock; 0: unknown */
};

/* Gives out the first page, and sets *made anew. */
void listing_give_page(struct listing *listing, struct buffer *out, struct progress_made *made);
void listing_free(struct listing *listing);

/* The value of an incremental field: a time in milliseconds or a number. */
bool listing_value(struct slice value, int64_t *number, bool *is_number);

#endif
