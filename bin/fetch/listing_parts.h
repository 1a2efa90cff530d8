/* What the parts of a listing (listing.h) share: page.c holds pages and gives them out, family.c
 * puts a record and its children into one, asking.c makes requests, listing.c takes answers. */
#ifndef FETCH_LISTING_PARTS_H
#define FETCH_LISTING_PARTS_H

#include "listing.h"

/* A part of a page: text, then what a child listing gives. */
struct piece {
    struct buffer text;
    struct listing *list; /* NULL: only text */
};

struct page {
    struct page *next;
    struct listing *listing;
    struct answer answer;    /* holds the bytes the scopes point into */
    struct buffer synthetic; /* records made of an object's members */
    struct scope **scopes;   /* of records that have children */
    size_t scope_count;
    struct piece *pieces;
    size_t piece_count;
    size_t pending; /* child listings that are not done */
    uint64_t records, held;
    bool broken; /* something below failed: it is never given out */
    struct progress_made after;
};

/* A new page behind the listing's last. */
struct page *page_new(struct listing *listing);
/* The text that the page's next records are appended to. */
struct buffer *page_text(struct page *page);
/* A copy of a record's scope that lives as long as the page. */
const struct scope *page_keep_scope(struct page *page, const struct scope *scope);
/* When nothing below the page is pending: drops the bytes that scopes no longer point into. */
void page_settle(struct page *page);

/* Appends a record and all that belongs to it; what must be asked for first is asked for. */
void page_add_record(struct page *page, const struct stream *stream, const struct scope *scope);

/* The listing has its last page, or will get no more; what waits for it goes on. */
void listing_finish(struct listing *listing);
/* The same for a failure, which reaches the root. Takes the reason. */
void listing_give_up(struct listing *listing, char *reason);
/* Takes an answer to listing_ask(). */
ask_done listing_answered;

#endif
