#include "listing.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "http.h"
#include "log.h"
#include "memory.h"
#include "moment.h"
#include "view.h"

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

static void process_record(struct page *page, const struct stream *stream,
                           const struct scope *scope);

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

/* -- pages ----------------------------------------------------------------------------- */

static struct buffer *page_text(struct page *page)
{
    if (page->piece_count == 0 || page->pieces[page->piece_count - 1].list) {
        page->pieces = memory_resize(page->pieces, page->piece_count + 1, sizeof *page->pieces);
        page->pieces[page->piece_count++] = (struct piece){0};
    }
    return &page->pieces[page->piece_count - 1].text;
}

static const struct scope *keep_scope(struct page *page, const struct scope *scope)
{
    struct scope *kept = memory_new(1, sizeof *kept);

    *kept = *scope;
    kept->members = NULL;
    page->scopes = memory_resize(page->scopes, page->scope_count + 1, sizeof *page->scopes);
    page->scopes[page->scope_count++] = kept;
    return kept;
}

static struct page *new_page(struct listing *listing)
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

static void free_page(struct page *page)
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
static void page_settled(struct page *page)
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
        page_settled(page);
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

static void finish(struct listing *listing)
{
    listing->done = true;
    settle_upwards(listing);
}

/* Takes the reason. */
static void give_up(struct listing *listing, char *reason)
{
    if (!listing->failure)
        listing->failure = memory_format("%s", reason);
    break_upwards(listing, reason);
    free(reason);
    finish(listing);
}

/* -- records --------------------------------------------------------------------------- */

static void reject_record(struct page *page, const struct stream *stream, const struct scope *scope,
                          const char *reason)
{
    struct reject reject = {.stream = slice_text(stream->name),
                            .reason = reason,
                            .original = scope->record,
                            .length = scope->record.length};

    rejects_add(page->listing->all->rejects, &reject);
}

/* The listing of a child stream behind the record of `scope`. */
static void start_child(struct page *page, const struct stream *stream,
                        const struct request *request, const struct scope *scope, char *after)
{
    struct listing *child = memory_new(1, sizeof *child);
    const struct listing *above = page->listing;
    struct buffer *text = page_text(page);

    (void)text;
    child->all = above->all;
    child->stream = stream;
    child->request = request;
    child->scope = *scope;
    child->subject = above->subject;
    child->identity = above->identity;
    child->priority = above->priority;
    child->cache = above->cache;
    child->owner = page;
    position_start(&child->position, &request->pagination, false);
    child->position.cursor = after;
    page->pieces[page->piece_count - 1].list = child;
    page->pending++;
    listing_ask(child);
}

/* The children that stand inside the parent's record. False when the record has no such
 * member. */
static bool take_member(struct page *page, const struct stream *stream, const struct scope *scope)
{
    struct slice member = scope_expanded_path(scope, stream->member), list, one;
    struct scope inside = {.up = scope,
                           .parameters = scope->parameters,
                           .each = scope->each,
                           .base_url = scope->base_url};
    const char *at = NULL;

    if (member.data == NULL)
        return false;
    list = view_list(member);
    if (list.data == NULL) {
        inside.record = member;
        if (view_kind(member) == JSON_OBJECT)
            process_record(page, stream, &inside);
        return true;
    }
    while (view_next(list, &at, &one)) {
        inside.record = one;
        if (!view_is_null(one))
            process_record(page, stream, &inside);
    }
    if (stream->follow && view_holds(view_path(member, "pageInfo.hasNextPage"))) {
        struct buffer cursor = {0};

        view_append_text(&cursor, view_path(member, "pageInfo.endCursor"));
        start_child(page, stream, stream->follow, scope, buffer_text(&cursor));
    }
    return true;
}

static void process_children(struct page *page, const struct stream *stream,
                             const struct scope *scope)
{
    const struct selection *selection = &page->listing->all->selection;

    for (const struct stream *child = stream->first_child; child; child = child->next_sibling) {
        if (!selection->walked[child->number] ||
            !scope_holds_all(scope, child->when.items, child->when.count))
            continue;
        for (size_t i = 0; i < (child->each_count ? child->each_count : 1); i++) {
            struct scope each = *scope;
            const struct scope *kept;

            each.each = child->each_count ? &child->each[i] : scope->each;
            kept = keep_scope(page, &each);
            if ((!child->member || !take_member(page, child, kept)) && child->request)
                start_child(page, child, child->request, kept, NULL);
        }
    }
}

static void see_identity(struct listing *listing, const struct stream *stream,
                         const struct scope *scope)
{
    struct identity_seen *seen = listing->identity;

    if (!stream->identity.id || !seen || seen->subject.length > 0)
        return;
    if (scope_expand(scope, stream->identity.subject, false, &seen->subject))
        view_append_text(&seen->id, scope_path(scope, stream->identity.id));
}

static void process_record(struct page *page, const struct stream *stream,
                           const struct scope *scope)
{
    struct listings *all = page->listing->all;

    if (!scope_holds_all(scope, stream->only.items, stream->only.count) ||
        scope_holds_any(scope, stream->leave_out.items, stream->leave_out.count))
        return;
    if (!stream->fields && view_kind(scope->record) != JSON_OBJECT) {
        reject_record(page, stream, scope, "no object, and the stream has no fields");
        return;
    }
    if (all->selection.wanted[stream->number] && !stream->hidden) {
        if (!append_record(all->source, stream, scope, page_text(page))) {
            reject_record(page, stream, scope, "a key that stands twice in an object");
            return;
        }
        page->records++;
    }
    see_identity(page->listing, stream, scope);
    if (stream->first_child)
        process_children(page, stream, scope);
}

/* -- a page of records ----------------------------------------------------------------- */

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
    process_record(walk->page, listing->stream, &scope);
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
    if (listing->sweeps > 0 && !listing->position.ended) {
        page->after.position.ended = true;
        page->after.newest = listing->scope.since;
    }
}

/* A descending list of several pages is not still: what changes meanwhile moves to its front,
 * behind our back. It is swept once more from where it began, until that takes one page. */
static void sweep(struct listing *listing)
{
    if (!listing->position.ended || listing->owner || listing->pass_pages < 2 ||
        listing->stream->incremental.order != ORDER_DESCENDING || !listing->has_newest)
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
        finish(listing);
    else if (listing->owner)
        listing_ask(listing);
}

static void take_page(struct listing *listing, struct answer *answer)
{
    struct page *page = new_page(listing);
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
        give_up(listing, memory_format("the answer has no '%s'", listing->request->records));
    } else if (!can_be_records(value)) {
        page->broken = true;
        give_up(listing, memory_format("what the answer has at '%s' is no record, nor several",
                                       listing->request->records));
    } else {
        take_records(&walk, value);
        advance(listing, &walk, value);
        if (is_repeated(listing, page->answer.value, walk.seen))
            give_up(listing, memory_format("the server gives the same page again and again"));
        sweep(listing);
    }
    note_progress(page);
    page->pending--;
    page_settled(page);
    if (!listing->done)
        go_on(listing);
}

/* -- what became of a request ---------------------------------------------------------- */

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
            give_up(listing, memory_format("%s", why));
        return;
    }
    page = new_page(listing);
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
    finish(listing);
}

static void answered(void *context, struct ask *ask, struct answer *answer)
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
            give_up(listing, memory_format("%s", answer->reason));
        break;
    case ANSWER_STOPPED:
        listing->stopped = true;
        break;
    }
}

/* -- asking ---------------------------------------------------------------------------- */

static struct scope request_scope(const struct listing *listing)
{
    struct scope scope = listing->scope;

    if (listing->position.has_since) {
        scope.has_since = true;
        scope.since = listing->position.since;
    }
    return scope;
}

/* The URL of the next page; NULL with *why (free it). */
static char *url_of(const struct listing *listing, char **why)
{
    const struct request *request = listing->request;
    struct scope scope = request_scope(listing);
    struct buffer url = {0};
    bool question = strchr(request->path, '?') != NULL;

    if (listing->position.url) {
        char *ours = http_authority(listing->all->base_url);
        char *theirs = http_authority(listing->position.url);
        bool same = ours && theirs && strcmp(ours, theirs) == 0 &&
                    http_is_https(listing->position.url) == http_is_https(listing->all->base_url);

        free(ours);
        free(theirs);
        if (!same)
            *why = memory_format("the next page is on another host: not followed");
        return same ? memory_format("%s", listing->position.url) : NULL;
    }
    buffer_append_text(&url, listing->all->base_url);
    if (!scope_expand(&scope, request->path, true, &url)) {
        *why = memory_format("a name in '%s' has no value (see --list)", request->path);
        buffer_free(&url);
        return NULL;
    }
    for (size_t i = 0; i < request->parameters.count; i++) {
        struct buffer value = {0};

        if (scope_expand(&scope, request->parameters.values[i], false, &value)) {
            buffer_append_byte(&url, question ? '&' : '?');
            question = true;
            http_append_encoded(&url, slice_text(request->parameters.names[i]));
            buffer_append_byte(&url, '=');
            http_append_encoded(&url, buffer_slice(&value));
        }
        buffer_free(&value);
    }
    position_append(&listing->position, &request->pagination, &url, &question);
    return buffer_text(&url);
}

static bool append_variable(const struct listing *listing, const struct scope *scope,
                            const struct query_variable *variable, struct buffer *out)
{
    const struct position *position = &listing->position;
    struct buffer value = {0};
    bool found;

    if (strcmp(variable->name, "first") == 0) {
        buffer_format(out, "%u", position->size);
        return true;
    }
    if (strcmp(variable->name, "after") == 0) {
        if (position->cursor)
            json_append_string(out, slice_text(position->cursor));
        else
            buffer_append_text(out, "null");
        return true;
    }
    buffer_format(&value, "{%s}", variable->name);
    {
        char *template = memory_text(value.data, value.length);

        value.length = 0;
        found = scope_expand(scope, template, false, &value);
        free(template);
    }
    if (!found)
        buffer_append_text(out, "null");
    else if (variable->integer)
        buffer_append_slice(out, buffer_slice(&value));
    else
        json_append_string(out, buffer_slice(&value));
    buffer_free(&value);
    return found || !variable->required;
}

/* The variables of the next page's query, as a JSON object. False with *why (free it). */
static bool append_variables(const struct listing *listing, struct buffer *out, char **why)
{
    struct scope scope = request_scope(listing);
    size_t count;
    const struct query_variable *variables = query_variables(listing->request->query, &count);

    buffer_append_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_byte(out, ',');
        buffer_format(out, "\"%s\":", variables[i].name);
        if (!append_variable(listing, &scope, &variables[i], out)) {
            *why = memory_format("%s: $%s has no value (see --list)", listing->request->query_file,
                                 variables[i].name);
            return false;
        }
    }
    buffer_append_byte(out, '}');
    memset(buffer_reserve(out, JSON_PADDING), '\n', JSON_PADDING);
    return true;
}

void listing_ask(struct listing *listing)
{
    const struct request *request = listing->request;
    struct ask *ask = client_new_ask();
    char *why = NULL;

    if (request->query) {
        ask->query = request->query;
        ask->query_file = request->query_file;
        ask->page_size = listing->position.size;
        append_variables(listing, &ask->variables, &why);
        ask->may_shrink =
            listing->position.size > 1 && request->pagination.type == PAGINATION_GRAPHQL;
        ask->patience = listing->page_size.strikes;
    } else {
        ask->url = url_of(listing, &why);
    }
    if (why) {
        buffer_free(&ask->variables);
        free(ask->url);
        free(ask);
        give_up(listing, why);
        return;
    }
    ask->resource = request->resource;
    ask->priority = listing->priority + listing->pages_taken;
    ask->conditional = listing->stream->conditional && !listing->owner;
    ask->need_body = listing->stream->first_child != NULL;
    ask->cache = listing->cache;
    ask->pass = listing->sweeps;
    ask->done = answered;
    ask->context = listing;
    listing->asking = true;
    client_ask(listing->all->client, ask);
}

bool listing_describe(const struct listing *listing, struct buffer *out, char **why)
{
    const struct request *request = listing->request;
    char *url;

    if (request->query) {
        char *base = memory_format("%s/", listing->all->base_url);

        url = http_resolve(base, listing->all->source->graphql_path);
        buffer_format(out, "POST %s %s ", url ? url : "", request->query_file);
        free(url);
        free(base);
        return append_variables(listing, out, why);
    }
    url = url_of(listing, why);
    if (!url)
        return false;
    buffer_format(out, "GET %s", url);
    free(url);
    return true;
}

/* -- giving out ------------------------------------------------------------------------ */

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
    free_page(page);
}

void listing_free(struct listing *listing)
{
    while (listing->first) {
        struct page *page = listing->first;

        listing->first = page->next;
        free_page(page);
    }
    listing->last = NULL;
    position_free(&listing->position);
    free(listing->edge);
    free(listing->failure);
    listing->edge = NULL;
    listing->failure = NULL;
}
