#include <stdlib.h>
#include <string.h>

#include "listing_parts.h"
#include "memory.h"

struct buffer *page_text(struct page *page)
{
    if (page->piece_count == 0 || page->pieces[page->piece_count - 1].list) {
        page->pieces = memory_resize(page->pieces, page->piece_count + 1, sizeof *page->pieces);
        page->pieces[page->piece_count++] = (struct piece){0};
    }
    return &page->pieces[page->piece_count - 1].text;
}

const struct scope *page_keep_scope(struct page *page, const struct scope *scope)
{
    struct scope *kept = memory_new(1, sizeof *kept);

    *kept = *scope;
    kept->members = NULL;
    page->scopes = memory_resize(page->scopes, page->scope_count + 1, sizeof *page->scopes);
    page->scopes[page->scope_count++] = kept;
    return kept;
}

struct page *page_new(struct listing *listing)
{
    struct page *page = memory_new(1, sizeof *page);

    page->listing = listing;
    if (listing->last)
        listing->last->next = page;
    else
        listing->first = page;
    listing->last = page;
    listing->page_count++;
    return page;
}

static void page_free(struct page *page)
{
    page->listing->all->held -= page->held;
    for (size_t i = 0; i < page->piece_count; i++) {
        buffer_free(&page->pieces[i].text);
        if (page->pieces[i].list) {
            listing_free(page->pieces[i].list);
            free(page->pieces[i].list);
        }
    }
    for (size_t i = 0; i < page->scope_count; i++)
        free(page->scopes[i]);
    free(page->pieces);
    free(page->scopes);
    answer_free(&page->answer);
    buffer_free(&page->synthetic);
    position_free(&page->after.position);
    free(page);
}

/* Bytes that scopes no longer point into need not be held. */
void page_settle(struct page *page)
{
    if (page->pending > 0)
        return;
    answer_free(&page->answer);
    buffer_free(&page->synthetic);
    page->listing->all->held -= page->held;
    page->held = 0;
    for (size_t i = 0; i < page->piece_count; i++)
        page->held += page->pieces[i].text.capacity;
    page->listing->all->held += page->held;
}

static bool all_pages_settled(const struct listing *listing)
{
    for (const struct page *page = listing->first; page; page = page->next) {
        if (page->pending > 0)
            return false;
    }
    return true;
}

/* A child listing that has everything lets its owner go on; and that one its own. */
static void settle_upwards(struct listing *listing)
{
    while (listing->owner && listing->done && all_pages_settled(listing)) {
        struct page *page = listing->owner;

        listing->owner = NULL;
        page->pending--;
        page_settle(page);
        listing = page->listing;
        if (page->pending > 0)
            return;
    }
}

/* What is missing below a page makes it, and every page above, one that is not given out. */
static void break_upwards(struct listing *listing, const char *why)
{
    struct page *page = listing->owner;

    while (page) {
        page->broken = true;
        listing = page->listing;
        page = listing->owner;
    }
    if (!listing->failure)
        listing->failure = memory_format("%s", why);
}

void listing_finish(struct listing *listing)
{
    listing->done = true;
    settle_upwards(listing);
}

/* Takes the reason. */
void listing_give_up(struct listing *listing, char *reason)
{
    if (!listing->failure)
        listing->failure = memory_format("%s", reason);
    break_upwards(listing, reason);
    free(reason);
    listing_finish(listing);
}

bool listing_page_ready(const struct listing *listing)
{
    return listing->first && listing->first->pending == 0 && !listing->first->broken;
}

static void give_records(struct page *page, struct buffer *out)
{
    page->listing->all->records += page->records;
    for (size_t i = 0; i < page->piece_count; i++) {
        buffer_append_slice(out, buffer_slice(&page->pieces[i].text));
        if (page->pieces[i].list) {
            for (struct page *below = page->pieces[i].list->first; below; below = below->next)
                give_records(below, out);
        }
    }
}

void listing_give_page(struct listing *listing, struct buffer *out, struct progress_made *made)
{
    struct page *page = listing->first;

    give_records(page, out);
    position_free(&made->position);
    *made = page->after;
    page->after = (struct progress_made){0};
    listing->first = page->next;
    if (!listing->first)
        listing->last = NULL;
    listing->page_count--;
    page_free(page);
}

void listing_free(struct listing *listing)
{
    while (listing->first) {
        struct page *page = listing->first;

        listing->first = page->next;
        page_free(page);
    }
    listing->last = NULL;
    position_free(&listing->position);
    free(listing->edge);
    free(listing->failure);
    listing->edge = NULL;
    listing->failure = NULL;
}
