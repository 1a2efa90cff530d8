#include "listing.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "listing_parts.h"
#include "log.h"
#include "memory.h"
#include "moment.h"
#include "view.h"

bool listing_value(struct slice value, int64_t *number, bool *is_number)
{
    struct buffer text = {0};
    bool good;

    *is_number = view_kind(value) == JSON_NUMBER;
    view_append_text(&text, value);
    if (*is_number) {
        *number = strtoll(buffer_text(&text), NULL, 10);
        good = true;
    } else {
        good = view_kind(value) == JSON_STRING && moment_parse(buffer_slice(&text), number);
    }
    buffer_free(&text);
    return good;
}

static bool was_on_edge(const struct listing *listing, uint64_t hash)
{
    for (size_t i = 0; i < listing->edge_count; i++) {
        if (listing->edge[i] == hash)
            return true;
    }
    return false;
}

/* What a walk over the records of one page keeps in mind. */
struct walk {
    struct page *page;
    bool emit;    /* false: the page was passed on before */
    bool reached; /* descending: what comes now is older than what is wanted */
    size_t seen;
    bool has_last;
    int64_t last; /* the greatest value of the incremental field */
    uint64_t *edge;
    size_t edge_count;
};

/* Keeps the hashes of the page's records of the last instant: the next page has them again. */
static void note_edge(struct walk *walk, int64_t value, uint64_t hash)
{
    if (!walk->has_last || value > walk->last)
        walk->edge_count = 0;
    else if (value < walk->last)
        return;
    walk->edge = memory_resize(walk->edge, walk->edge_count + 1, sizeof *walk->edge);
    walk->edge[walk->edge_count++] = hash;
}

/* Whether a record of an incremental stream is wanted. */
static bool is_wanted(struct walk *walk, struct slice record)
{
    struct listing *listing = walk->page->listing;
    const struct incremental *incremental = &listing->stream->incremental;
    bool keyset = listing->request->pagination.type == PAGINATION_KEYSET, is_number;
    uint64_t hash = keyset ? hash_64(record) : 0;
    int64_t value;

    if (!incremental->field || listing->owner ||
        !listing_value(view_path(record, incremental->field), &value, &is_number))
        return true;
    if (incremental->order == ORDER_DESCENDING && listing->scope.has_since &&
        (value < listing->scope.since || (is_number && value == listing->scope.since))) {
        walk->reached = true;
        return false;
    }
    listing->newest_is_number = is_number;
    if (keyset)
        note_edge(walk, value, hash);
    if (!walk->has_last || value > walk->last)
        walk->last = value;
    walk->has_last = true;
    return !(keyset && value == listing->edge_at && was_on_edge(listing, hash));
}

static void take_record(struct walk *walk, struct slice record)
{
    struct listing *listing = walk->page->listing;
    struct scope scope = listing->scope;

    if (view_is_null(record) || walk->reached)
        return;
    walk->seen++;
    if (!is_wanted(walk, record) || !walk->emit)
        return;
    if (listing->owner)
        scope.up = &listing->scope;
    scope.record = record;
    page_add_record(walk->page, listing->stream, &scope);
}

/* The members of an object as records: {"name":NAME,"value":VALUE}. */
static void take_entries(struct walk *walk, struct slice object)
{
    const struct request *request = walk->page->listing->request;
    struct buffer *text = &walk->page->synthetic;
    struct view_member member;
    const char *at = NULL;
    size_t count = 0, *starts = NULL;

    while (view_next_member(object, &at, &member)) {
        starts = memory_resize(starts, count + 2, sizeof *starts);
        starts[count++] = text->length;
        buffer_append_byte(text, '{');
        json_append_string(text, slice_text(request->entries[0]));
        buffer_format(text, ":\"%.*s\",", SLICE_FORMAT(member.name));
        json_append_string(text, slice_text(request->entries[1]));
        buffer_append_byte(text, ':');
        buffer_append_slice(text, member.value);
        buffer_append_byte(text, '}');
    }
    if (count > 0)
        starts[count] = text->length;
    memset(buffer_reserve(text, JSON_PADDING), '\n', JSON_PADDING);
    for (size_t i = 0; i < count; i++)
        take_record(walk, slice_of(text->data + starts[i], starts[i + 1] - starts[i]));
    free(starts);
}

static void take_records(struct walk *walk, struct slice value)
{
    struct slice list = view_list(value), one;
    const char *at = NULL;

    if (walk->page->listing->request->entries[0]) {
        take_entries(walk, value);
    } else if (list.data == NULL) {
        if (view_kind(value) == JSON_OBJECT)
            take_record(walk, value);
    } else {
        while (view_next(list, &at, &one))
            take_record(walk, one);
    }
}

/* An array, a connection, one object; or null, which is none. */
static bool can_be_records(struct slice value)
{
    enum json_kind kind = view_kind(value);

    return kind == JSON_ARRAY || kind == JSON_OBJECT || kind == JSON_NULL;
}

static void advance(struct listing *listing, struct walk *walk, struct slice owner)
{
    struct page_facts facts = {.answer = &walk->page->answer,
                               .list_owner = owner,
                               .records = walk->seen,
                               .has_last = walk->has_last,
                               .last = walk->last};

    position_advance(&listing->position, &listing->request->pagination, &facts);
    if (walk->reached)
        listing->position.ended = true;
    if (walk->has_last && (!listing->has_newest || walk->last > listing->newest)) {
        listing->has_newest = true;
        listing->newest = walk->last;
    }
    if (listing->pass_pages++ == 0)
        listing->began_at = listing->newest;
    free(listing->edge);
    listing->edge = walk->edge;
    listing->edge_count = walk->edge_count;
    listing->edge_at = walk->last;
    if (listing->request->query)
        listing->position.size = page_size_after_good(&listing->page_size, listing->position.size,
                                                      listing->request->pagination.most);
}

/* A server that gives the same page for ever would keep us for ever. */
static bool is_repeated(struct listing *listing, struct slice value, size_t records)
{
    uint64_t hash = hash_64(value);
    bool same = listing->pages_taken > 1 && records > 0 && hash == listing->last_page_hash;
    /* a keyset may well ask once more for a page full of one instant */
    unsigned allowed = listing->request->pagination.type == PAGINATION_KEYSET;

    listing->last_page_hash = hash;
    listing->repeats = same ? listing->repeats + 1 : 0;
    return listing->position.circles || (listing->repeats > allowed && !listing->position.ended);
}

/* While a sweep goes on, what was before it is all there; the next run would sweep again. */
static void note_progress(struct page *page)
{
    const struct listing *listing = page->listing;

    position_copy(&page->after.position, &listing->position);
    page->after.has_newest = listing->has_newest;
    page->after.newest = listing->newest;
    page->after.date = page->answer.date;
    if (listing->sweeps > 0 && !listing->position.ended) {
        page->after.position.ended = true;
        page->after.newest = listing->scope.since;
    }
}

/* A descending list of several pages is not still: what changes meanwhile moves to its front,
 * behind our back. It is swept once more from where it began, until that takes one page, or begins
 * with nothing newer: more than a page may have one time. */
static void sweep(struct listing *listing)
{
    if (!listing->position.ended || listing->owner || listing->pass_pages < 2 ||
        listing->stream->incremental.order != ORDER_DESCENDING || !listing->has_newest ||
        (listing->sweeps > 0 && listing->began_at <= listing->scope.since))
        return;
    listing->sweeps++;
    listing->scope.has_since = true;
    listing->scope.since = listing->began_at;
    listing->scope.since_is_number = listing->newest_is_number;
    position_free(&listing->position);
    position_start(&listing->position, &listing->request->pagination, true);
    listing->pass_pages = 0;
    listing->repeats = 0;
}

static void go_on(struct listing *listing)
{
    if (listing->position.ended)
        listing_finish(listing);
    else if (listing->owner)
        listing_ask(listing);
}

static void take_page(struct listing *listing, struct answer *answer)
{
    struct page *page = page_new(listing);
    struct walk walk = {.page = page, .emit = answer->kind == ANSWER_BODY};
    struct slice value;

    page->answer = *answer;
    *answer = (struct answer){0};
    page->held = page->answer.body.capacity;
    listing->all->held += page->held;
    listing->pages_taken++;
    page->pending++; /* until all of it was looked at */
    value = view_path(page->answer.value, listing->request->records);
    if (value.data == NULL) {
        page->broken = true;
        listing_give_up(listing,
                        memory_format("the answer has no '%s'", listing->request->records));
    } else if (!can_be_records(value)) {
        page->broken = true;
        listing_give_up(listing,
                        memory_format("what the answer has at '%s' is no record, nor several",
                                      listing->request->records));
    } else {
        take_records(&walk, value);
        advance(listing, &walk, value);
        if (is_repeated(listing, page->answer.value, walk.seen))
            listing_give_up(listing,
                            memory_format("the server gives the same page again and again"));
        sweep(listing);
    }
    note_progress(page);
    page->pending--;
    page_settle(page);
    if (!listing->done)
        go_on(listing);
}

/* Begins again by the stream's other request. False when it has none. */
static bool try_otherwise(struct listing *listing, const char *why)
{
    const struct stream *stream = listing->stream;

    if (listing->request != stream->request || !stream->otherwise)
        return false;
    log_warning("%s: %s: going on by %s", stream->name, why,
                stream->otherwise->query ? stream->otherwise->query_file : stream->otherwise->path);
    listing->request = stream->otherwise;
    if (listing->has_newest && stream->incremental.order == ORDER_ASCENDING) {
        listing->scope.has_since = true;
        listing->scope.since = listing->newest;
    }
    position_free(&listing->position);
    position_start(&listing->position, &listing->request->pagination, false);
    listing->page_size = (struct page_size){0};
    listing_ask(listing);
    return true;
}

/* A place in the middle that the server does not know any more: from the start then. */
static bool begin_again(struct listing *listing)
{
    if (!listing->resumed || listing->pages_taken > 0)
        return false;
    listing->resumed = false;
    position_free(&listing->position);
    position_start(&listing->position, &listing->request->pagination, listing->scope.has_since);
    listing_ask(listing);
    return true;
}

static void take_status(struct listing *listing, struct answer *answer)
{
    const struct source *source = listing->all->source;
    enum meaning meaning = source_meaning(source, listing->stream, answer->status);
    struct page *page;

    if (meaning == MEANING_ERROR) {
        const char *why = answer->reason ? answer->reason : "refused";

        if (!begin_again(listing) && !try_otherwise(listing, why))
            listing_give_up(listing, memory_format("%s", why));
        return;
    }
    page = page_new(listing);
    if (meaning != MEANING_EMPTY) {
        listing->gone = true;
        listing->meaning = meaning;
        listing->http_status = answer->status;
        append_status(source, listing->subject, listing->stream->name, meaning_names[meaning],
                      answer->status, page_text(page));
        page->records++;
        log_detail("%s: %s: %s", listing->stream->name, meaning_names[meaning],
                   answer->reason ? answer->reason : "");
    }
    listing->position.ended = true;
    note_progress(page);
    listing_finish(listing);
}

void listing_answered(void *context, struct ask *ask, struct answer *answer)
{
    struct listing *listing = context;

    (void)ask;
    listing->asking = false;
    if (answer->moved_to && listing->identity)
        listing->identity->moved = true;
    switch (answer->kind) {
    case ANSWER_BODY:
    case ANSWER_UNCHANGED:
        take_page(listing, answer);
        break;
    case ANSWER_STATUS:
        take_status(listing, answer);
        break;
    case ANSWER_TOO_RICH:
        listing->position.size = page_size_after_bad(&listing->page_size, listing->position.size);
        listing_ask(listing);
        break;
    case ANSWER_FAILED:
        if (!try_otherwise(listing, answer->reason))
            listing_give_up(listing, memory_format("%s", answer->reason));
        break;
    case ANSWER_STOPPED:
        listing->stopped = true;
        break;
    }
}
