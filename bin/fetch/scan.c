#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hash.h"
#include "memory.h"
#include "moment.h"

static void add_family(struct scan *scan, const struct stream *stream)
{
    const struct selection *selection = &scan->list.all->selection;

    if (selection->wanted[stream->number]) {
        scan->family = memory_resize(scan->family, scan->family_size + 1, sizeof(struct stream *));
        scan->family[scan->family_size++] = stream;
    }
    for (const struct stream *child = stream->first_child; child; child = child->next_sibling)
        add_family(scan, child);
}

static int64_t read_number(const struct doc *doc, const char *name, int64_t otherwise)
{
    const char *text = doc_string(doc_get(doc, name));

    return text ? strtoll(text, NULL, 10) : otherwise;
}

static void write_number(struct doc *doc, const char *name, int64_t value)
{
    char *text = memory_format("%lld", (long long)value);

    doc_set(doc, name, doc_text(text));
    free(text);
}

/* The value of an incremental field: a time as RFC 3339, a number as it is. */
static void write_value(struct doc *doc, const char *name, int64_t value, bool is_number)
{
    struct buffer text = {0};

    if (is_number) {
        write_number(doc, name, value);
        return;
    }
    moment_append(&text, value);
    doc_set(doc, name, doc_text(buffer_text(&text)));
    buffer_free(&text);
}

/* False when there is none. */
static bool read_value(const struct doc *doc, const char *name, int64_t *value, bool *is_number)
{
    const char *text = doc_string(doc_get(doc, name));
    char *end;

    if (!text)
        return false;
    *is_number = !moment_parse(slice_text(text), value);
    if (*is_number)
        *value = strtoll(text, &end, 10);
    return !*is_number || *end == '\0';
}

/* The bookmark that all wanted streams of the family agree on; NULL when one has none, or
 * another: then what is behind them is walked again. */
static const struct doc *common_bookmark(const struct scan *scan, const struct doc *bookmarks)
{
    const struct doc *first = NULL;
    struct buffer text = {0}, other = {0};
    bool same = scan->family_size > 0;

    for (size_t i = 0; i < scan->family_size && same; i++) {
        const struct doc *one = doc_get(bookmarks, scan->family[i]->name);

        other.length = 0;
        same = one != NULL;
        if (same)
            doc_print(one, &other);
        if (same && i == 0) {
            first = one;
            buffer_append_slice(&text, buffer_slice(&other));
        }
        same = same && slice_equal(buffer_slice(&text), buffer_slice(&other));
    }
    buffer_free(&text);
    buffer_free(&other);
    return same ? first : NULL;
}

/* The earliest value of the family's bookmarks. False when one has none. */
static bool earliest_value(const struct scan *scan, const struct doc *bookmarks, int64_t *value,
                           bool *is_number)
{
    for (size_t i = 0; i < scan->family_size; i++) {
        int64_t this;

        if (!read_value(doc_get(bookmarks, scan->family[i]->name), "value", &this, is_number))
            return false;
        if (i == 0 || this < *value)
            *value = this;
    }
    return scan->family_size > 0;
}

/* How far before the bookmark's value to begin. When the last answer was given, the value lay
 * farther back than answers come late: then all up to it was there, and nothing is seen twice. */
static int64_t look_back(const struct scan *scan, const struct doc *bookmark)
{
    const struct incremental *incremental = &scan->list.stream->incremental;

    if (scan->list.scope.since_is_number)
        return 0;
    return doc_is_true(doc_get(bookmark, "settled")) ? -(int64_t)incremental->resolution
                                                     : incremental->look_back;
}

/* Where to go on from: the bookmarks, --since, the description's start, or nothing. */
static void set_since(struct scan *scan, const struct doc *bookmarks, const struct doc *common,
                      const struct scan_options *options)
{
    const struct incremental *incremental = &scan->list.stream->incremental;
    struct scope *scope = &scan->list.scope;

    if (!incremental->field)
        return;
    scan->has_value = earliest_value(scan, bookmarks, &scan->value, &scope->since_is_number);
    if (scan->has_value) {
        scope->since = scan->value - look_back(scan, common);
    } else if (options->has_since) {
        scope->since = options->since;
    } else if (incremental->start >= 0) {
        scope->since = (moment_now() - incremental->start) / 86400000 * 86400000;
    }
    scope->has_since = scan->has_value || options->has_since || incremental->start >= 0;
    scan->list.has_newest = scan->given.has_newest = scan->has_value;
    scan->list.newest = scan->given.newest = scan->value;
    scan->list.newest_is_number = scope->since_is_number;
}

/* A scan that was cut off goes on where what was delivered ends. */
static void resume(struct scan *scan, const struct doc *bookmark)
{
    const struct doc *resumed = doc_get(bookmark, "resume");
    struct listing *list = &scan->list;
    struct position position = {0};

    if (!resumed ||
        !position_read(&position, &list->request->pagination, doc_get(resumed, "position")))
        return;
    position_free(&list->position);
    list->position = position;
    list->resumed = true;
    list->scope.has_since =
        read_value(resumed, "since", &list->scope.since, &list->scope.since_is_number);
    list->has_newest = read_value(resumed, "newest", &list->newest, &list->newest_is_number);
}

static char *copy_text(const struct doc *doc)
{
    return doc_string(doc) ? memory_format("%s", doc_string(doc)) : NULL;
}

static char *random_tag(void)
{
    uint64_t value;

    if (getrandom(&value, sizeof value, 0) != sizeof value)
        value = (uint64_t)moment_now();
    return memory_format("%016llx", (unsigned long long)value);
}

/* The tag of the scan that begins at a bookmark: the same each time, until one is delivered. */
static char *tag_after(const struct doc *bookmark, bool full_refresh)
{
    char *tag = full_refresh ? NULL : copy_text(doc_get(bookmark, "next"));

    if (tag)
        return tag;
    return full_refresh || bookmark ? random_tag() : memory_format("first");
}

static void set_cache(struct scan *scan, const char *subject, const struct doc *bookmark,
                      const struct scan_options *options)
{
    char name[HASH_UUID_LENGTH + 1];
    struct buffer text = {0};

    scan->cache.tag = tag_after(bookmark, options->full_refresh);
    scan->cache.delivered = copy_text(doc_get(bookmark, "scan"));
    scan->next_tag = random_tag();
    scan->cache.fresh = options->full_refresh;
    scan->cache.started = moment_now() / 1000;
    if (!options->cache)
        return;
    buffer_format(&text, "%s %s", scan->list.all->base_url, subject);
    hash_uuid(hash_128(buffer_slice(&text), 0), name);
    name[HASH_UUID_LENGTH] = '\0';
    buffer_free(&text);
    scan->cache.folder = memory_format("%s/%s/%s", options->cache, name, scan->list.stream->name);
}

void scan_open(struct scan *scan, struct listings *all, const struct stream *stream,
               const struct parameters *parameters, const char *subject,
               const struct doc *bookmarks, const struct scan_options *options)
{
    struct listing *list = &scan->list;
    const struct doc *bookmark;
    uint32_t page_size;
    bool is_number;

    *scan = (struct scan){0};
    list->all = all;
    list->stream = stream;
    list->request = stream->request;
    list->subject = subject;
    list->scope.parameters = parameters;
    list->scope.base_url = all->base_url;
    add_family(scan, stream);
    bookmark = common_bookmark(scan, bookmarks);
    scan->was_gone = doc_is_true(doc_get(bookmark, "gone"));
    if (options->full_refresh)
        bookmarks = bookmark = NULL;
    scan->keeps_state = options->keeps_state;
    if (read_value(bookmark, "done", &scan->done_at, &is_number) && options->unfinished > 0 &&
        scan->done_at >= options->unfinished)
        scan->skipped = true;
    set_since(scan, bookmarks, bookmark, options);
    position_start(&list->position, &list->request->pagination, scan->has_value);
    page_size = (uint32_t)read_number(bookmark, "page_size", list->position.size);
    if (page_size > 0 && page_size < list->position.size)
        list->position.size = page_size;
    resume(scan, bookmark);
    scan->has_began = list->scope.has_since;
    scan->began = list->scope.since;
    set_cache(scan, subject, bookmark, options);
    list->cache = &scan->cache;
    position_copy(&scan->given.position, &list->position);
    scan->given.has_newest = list->has_newest;
    scan->given.newest = list->newest;
}

void scan_go_on(struct scan *scan)
{
    struct listing *list = &scan->list;

    if (!list->asking && !list->done && !list->failure && !list->stopped)
        listing_ask(list);
}

void scan_give_page(struct scan *scan, struct buffer *out)
{
    listing_give_page(&scan->list, out, &scan->given);
    if (scan->list.done && !scan->list.first && !scan->list.failure)
        scan->done_at = moment_now() / 1000 * 1000;
}

/* Of a scan that was not delivered to its end: where it goes on. */
static struct doc *resume_of(const struct scan *scan)
{
    struct doc *resumed = doc_object();

    doc_set(resumed, "position",
            position_write(&scan->given.position, &scan->list.request->pagination));
    if (scan->has_began)
        write_value(resumed, "since", scan->began, scan->list.scope.since_is_number);
    if (scan->given.has_newest)
        write_value(resumed, "newest", scan->given.newest, scan->list.newest_is_number);
    return resumed;
}

static void write_tags(const struct scan *scan, struct doc *bookmark, bool finished)
{
    const char *delivered = finished ? scan->cache.tag : scan->cache.delivered;
    const char *next = finished ? scan->next_tag : scan->cache.tag;

    if (scan->cache.folder && delivered)
        doc_set(bookmark, "scan", doc_text(delivered));
    if (scan->cache.folder)
        doc_set(bookmark, "next", doc_text(next));
}

/* Whether nothing up to the last value can still come to light. */
static bool is_settled(const struct scan *scan)
{
    const struct incremental *incremental = &scan->list.stream->incremental;

    return incremental->order == ORDER_ASCENDING && incremental->look_back > 0 &&
           scan->given.has_newest && !scan->list.newest_is_number && scan->given.date > 0 &&
           scan->given.date - scan->given.newest >= incremental->look_back;
}

static struct doc *bookmark_of(const struct scan *scan)
{
    const struct listing *list = &scan->list;
    const struct incremental *incremental = &list->stream->incremental;
    bool finished = scan->given.position.ended;
    bool counts = finished || incremental->order == ORDER_ASCENDING;
    struct doc *bookmark = doc_object();

    write_tags(scan, bookmark, finished);
    if (list->page_size.refused > 0)
        write_number(bookmark, "page_size", list->position.size);
    if (list->gone)
        doc_set(bookmark, "gone", doc_boolean(true));
    if (incremental->field && counts && scan->given.has_newest)
        write_value(bookmark, "value", scan->given.newest, list->newest_is_number);
    else if (incremental->field && scan->has_value)
        write_value(bookmark, "value", scan->value, list->newest_is_number);
    if (finished && is_settled(scan))
        doc_set(bookmark, "settled", doc_boolean(true));
    if (!finished)
        doc_set(bookmark, "resume", resume_of(scan));
    else if (scan->keeps_state && scan->done_at)
        write_value(bookmark, "done", scan->done_at, false);
    return bookmark;
}

void scan_write_bookmarks(const struct scan *scan, struct doc *bookmarks)
{
    for (size_t i = 0; i < scan->family_size; i++)
        doc_set(bookmarks, scan->family[i]->name, bookmark_of(scan));
}

void scan_end(struct scan *scan)
{
    scan_cache_end(&scan->cache);
}

void scan_free(struct scan *scan)
{
    listing_free(&scan->list);
    scan_cache_free(&scan->cache);
    position_free(&scan->given.position);
    free(scan->next_tag);
    free(scan->family);
}
