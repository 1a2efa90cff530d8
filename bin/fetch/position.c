#include "position.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "http.h"
#include "memory.h"
#include "view.h"

void position_start(struct position *position, const struct pagination *pagination, bool update)
{
    *position = (struct position){.page = pagination->start,
                                  .size = update ? pagination->update_size : pagination->size};
}

static char *copy(const char *text)
{
    return text ? memory_format("%s", text) : NULL;
}

void position_copy(struct position *to, const struct position *from)
{
    position_free(to);
    *to = *from;
    to->url = copy(from->url);
    to->cursor = copy(from->cursor);
}

void position_free(struct position *position)
{
    free(position->url);
    free(position->cursor);
    *position = (struct position){0};
}

static void set_cursor(struct position *position, struct slice value)
{
    struct buffer text = {0};

    free(position->cursor);
    free(position->url);
    position->cursor = position->url = NULL;
    if (!view_holds(value)) {
        position->ended = true;
        return;
    }
    view_append_text(&text, value);
    position->cursor = buffer_text(&text);
}

static void follow_cursor(struct position *position, const struct pagination *pagination,
                          struct slice value)
{
    if (pagination->last && view_holds(view_path(value, pagination->last))) {
        position->ended = true;
        return;
    }
    set_cursor(position, view_path(value, pagination->next));
    if (position->cursor && (strncmp(position->cursor, "http:", 5) == 0 ||
                             strncmp(position->cursor, "https:", 6) == 0)) {
        position->url = position->cursor;
        position->cursor = NULL;
    }
}

/* Records of one instant that fill a page are counted through; otherwise from the last one on. */
static void follow_keyset(struct position *position, const struct pagination *pagination,
                          const struct page_facts *facts)
{
    if (facts->records < pagination->size || !facts->has_last) {
        position->ended = true;
    } else if (!position->has_since || facts->last > position->since) {
        position->has_since = true;
        position->since = facts->last;
        position->page = pagination->start;
    } else {
        position->page++;
    }
}

static void follow_connection(struct position *position, struct slice connection)
{
    struct slice info = view_member(connection, slice_text("pageInfo"));

    if (!view_holds(view_member(info, slice_text("hasNextPage"))))
        position->ended = true;
    else
        set_cursor(position, view_member(info, slice_text("endCursor")));
}

/* Whether the next place was one before. One is kept in mind, a later one whenever the steps have
 * doubled (Brent's way): a circle of any length is found before it was walked three times. */
static bool is_circle(struct position *position)
{
    const char *place = position->url ? position->url : position->cursor;
    uint64_t hash = place ? hash_64(slice_text(place)) : 0;

    if (!place)
        return false;
    if (position->steps > 0 && hash == position->met)
        return true;
    position->steps++;
    if ((position->steps & (position->steps - 1)) == 0)
        position->met = hash;
    return false;
}

void position_advance(struct position *position, const struct pagination *pagination,
                      const struct page_facts *facts)
{
    switch (pagination->type) {
    case PAGINATION_NONE:
        position->ended = true;
        break;
    case PAGINATION_LINK:
        free(position->url);
        position->url = copy(facts->answer->next_link);
        position->ended = position->url == NULL;
        break;
    case PAGINATION_PAGE:
        position->page++;
        position->ended = facts->records < pagination->size;
        break;
    case PAGINATION_OFFSET:
        position->offset += facts->records;
        position->ended = facts->records < pagination->size;
        break;
    case PAGINATION_CURSOR:
        follow_cursor(position, pagination, facts->answer->value);
        break;
    case PAGINATION_KEYSET:
        follow_keyset(position, pagination, facts);
        break;
    case PAGINATION_GRAPHQL:
        follow_connection(position, facts->list_owner);
        break;
    }
    position->circles = !position->ended && is_circle(position);
}

static void append_number(struct buffer *url, bool *question, const char *name, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    http_append_parameter(url, question, name, slice_text(text));
}

void position_append(const struct position *position, const struct pagination *pagination,
                     struct buffer *url, bool *question)
{
    if (pagination->size_parameter && pagination->size)
        append_number(url, question, pagination->size_parameter, pagination->size);
    switch (pagination->type) {
    case PAGINATION_PAGE:
        append_number(url, question, pagination->parameter, position->page);
        break;
    case PAGINATION_KEYSET:
        if (position->page != pagination->start)
            append_number(url, question, pagination->parameter, position->page);
        break;
    case PAGINATION_OFFSET:
        append_number(url, question, pagination->parameter, position->offset);
        break;
    case PAGINATION_CURSOR:
        if (position->cursor)
            http_append_parameter(url, question, pagination->parameter,
                                  slice_text(position->cursor));
        break;
    default:
        break;
    }
}

/* Numbers go as text: a document's numbers are doubles. */
static void write_number(struct doc *doc, const char *name, int64_t value)
{
    char *text = memory_format("%lld", (long long)value);

    doc_set(doc, name, doc_text(text));
    free(text);
}

static int64_t read_number(const struct doc *doc, const char *name, int64_t otherwise)
{
    const char *text = doc_string(doc_get(doc, name));

    return text ? strtoll(text, NULL, 10) : otherwise;
}

struct doc *position_write(const struct position *position, const struct pagination *pagination)
{
    struct doc *doc = doc_object();

    doc_set(doc, "type", doc_text(pagination_names[pagination->type]));
    write_number(doc, "size", position->size);
    if (position->url)
        doc_set(doc, "url", doc_text(position->url));
    if (position->cursor)
        doc_set(doc, "cursor", doc_text(position->cursor));
    if (position->page != pagination->start)
        write_number(doc, "page", (int64_t)position->page);
    if (position->offset)
        write_number(doc, "offset", (int64_t)position->offset);
    if (position->has_since)
        write_number(doc, "since", position->since);
    return doc;
}

bool position_read(struct position *position, const struct pagination *pagination,
                   const struct doc *doc)
{
    const char *type = doc_string(doc_get(doc, "type"));

    if (!type || strcmp(type, pagination_names[pagination->type]) != 0)
        return false;
    position_start(position, pagination, false);
    position->url = copy(doc_string(doc_get(doc, "url")));
    position->cursor = copy(doc_string(doc_get(doc, "cursor")));
    position->page = (uint64_t)read_number(doc, "page", pagination->start);
    position->offset = (uint64_t)read_number(doc, "offset", 0);
    position->has_since = doc_get(doc, "since") != NULL;
    position->since = read_number(doc, "since", 0);
    position->size = (uint32_t)read_number(doc, "size", position->size);
    return true;
}
