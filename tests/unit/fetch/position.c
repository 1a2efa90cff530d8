/* Positions: which page comes next by each way to page, and what a bookmark keeps of it. */
#include "position.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "tap.h"

/* A page: its records, what the answer says, the greatest value of the incremental field. */
struct page {
    size_t records;
    const char *body; /* JSON, also where pageInfo stands; or NULL */
    const char *link; /* or NULL */
    int64_t last;     /* 0: none */
};

static void take(struct position *position, const struct pagination *pagination,
                 const struct page *page)
{
    struct buffer text = {0};
    struct answer answer = {0};
    struct page_facts facts = {.answer = &answer,
                               .records = page->records,
                               .has_last = page->last != 0,
                               .last = page->last};

    buffer_append_text(&text, page->body ? page->body : "[]");
    memset(buffer_reserve(&text, JSON_PADDING), '\n', JSON_PADDING);
    answer.value = facts.list_owner = buffer_slice(&text);
    answer.next_link = (char *)page->link;
    position_advance(position, pagination, &facts);
    buffer_free(&text);
}

/* The parameters of the next page, or what is asked instead. */
static void asks(const struct position *position, const struct pagination *pagination,
                 const char *expected, const char *name)
{
    struct buffer url = {0};
    bool question = false;

    if (position->ended)
        buffer_append_text(&url, "ended");
    else if (position->url)
        buffer_append_text(&url, position->url);
    else
        position_append(position, pagination, &url, &question);
    if (!ok(slice_is(buffer_slice(&url), expected), "%s: %s", name, expected))
        printf("# got %.*s\n", SLICE_FORMAT(buffer_slice(&url)));
    buffer_free(&url);
}

/* A position as a bookmark keeps it asks for the same. */
static void survives(const struct position *position, const struct pagination *pagination,
                     const char *expected, const char *name)
{
    struct doc *doc = position_write(position, pagination);
    struct position read = {0};

    ok(position_read(&read, pagination, doc) && read.has_since == position->has_since &&
           read.since == position->since && read.size == position->size,
       "%s: a bookmark is read", name);
    asks(&read, pagination, expected, name);
    position_free(&read);
    doc_free(doc);
}

static void test_numbers(void)
{
    const struct pagination page = {.type = PAGINATION_PAGE,
                                    .parameter = "page",
                                    .size_parameter = "per page",
                                    .size = 2,
                                    .start = 1};
    const struct pagination offset = {.type = PAGINATION_OFFSET, .parameter = "offset", .size = 2};
    struct position position;

    position_start(&position, &page, false);
    asks(&position, &page, "?per%20page=2&page=1", "page");
    take(&position, &page, &(struct page){.records = 2});
    survives(&position, &page, "?per%20page=2&page=2", "page");
    take(&position, &page, &(struct page){.records = 1});
    asks(&position, &page, "ended", "page");
    position_free(&position);

    position_start(&position, &offset, false);
    asks(&position, &offset, "?offset=0", "offset");
    take(&position, &offset, &(struct page){.records = 2});
    survives(&position, &offset, "?offset=2", "offset");
    take(&position, &offset, &(struct page){.records = 0});
    asks(&position, &offset, "ended", "offset");
    position_free(&position);
}

static void test_links(void)
{
    const struct pagination link = {.type = PAGINATION_LINK, .size_parameter = "n", .size = 5};
    const struct pagination none = {.type = PAGINATION_NONE};
    struct position position;

    position_start(&position, &link, false);
    asks(&position, &link, "?n=5", "link");
    take(&position, &link, &(struct page){.link = "https://a.example/2"});
    survives(&position, &link, "https://a.example/2", "link");
    take(&position, &link, &(struct page){.link = NULL});
    asks(&position, &link, "ended", "link");
    position_free(&position);

    position_start(&position, &none, false);
    asks(&position, &none, "", "none");
    take(&position, &none, &(struct page){.records = 100});
    asks(&position, &none, "ended", "none");
    position_free(&position);
}

static void test_cursors(void)
{
    const struct pagination cursor = {
        .type = PAGINATION_CURSOR, .parameter = "after", .next = "m.next", .last = "m.last"};
    struct position position;

    position_start(&position, &cursor, false);
    asks(&position, &cursor, "", "cursor");
    take(&position, &cursor, &(struct page){.body = "{\"m\":{\"next\":\"a&b\"}}"});
    survives(&position, &cursor, "?after=a%26b", "cursor");
    take(&position, &cursor, &(struct page){.body = "{\"m\":{\"next\":7}}"});
    asks(&position, &cursor, "?after=7", "cursor");
    take(&position, &cursor, &(struct page){.body = "{\"m\":{\"next\":\"https://a.example/x\"}}"});
    survives(&position, &cursor, "https://a.example/x", "cursor");
    take(&position, &cursor, &(struct page){.body = "{\"m\":{\"next\":\"x\",\"last\":true}}"});
    asks(&position, &cursor, "ended", "cursor");
    position_free(&position);
    for (const char *const *body = (const char *const[]){"{}", "{\"m\":{\"next\":null}}",
                                                         "{\"m\":{\"next\":\"\"}}", "[]", NULL};
         *body; body++) {
        position_start(&position, &cursor, false);
        take(&position, &cursor, &(struct page){.body = *body});
        asks(&position, &cursor, "ended", *body);
        position_free(&position);
    }
}

static void test_keyset(void)
{
    const struct pagination keyset = {
        .type = PAGINATION_KEYSET, .parameter = "page", .size = 2, .start = 1};
    struct position position;

    position_start(&position, &keyset, false);
    asks(&position, &keyset, "", "keyset");
    take(&position, &keyset, &(struct page){.records = 2, .last = 100});
    ok(position.has_since && position.since == 100, "keyset: from the last value on");
    survives(&position, &keyset, "", "keyset");
    take(&position, &keyset, &(struct page){.records = 2, .last = 100});
    survives(&position, &keyset, "?page=2", "keyset: a page of one instant");
    take(&position, &keyset, &(struct page){.records = 2, .last = 200});
    asks(&position, &keyset, "", "keyset: behind it");
    ok(position.since == 200, "keyset: from there on");
    take(&position, &keyset, &(struct page){.records = 1, .last = 300});
    asks(&position, &keyset, "ended", "keyset");
    position_free(&position);
}

static void test_connections(void)
{
    const struct pagination graphql = {
        .type = PAGINATION_GRAPHQL, .size = 50, .update_size = 10, .most = 100};
    const struct pagination page = {.type = PAGINATION_PAGE, .parameter = "page", .size = 2};
    struct position position, read = {0};
    struct doc *doc;

    position_start(&position, &graphql, true);
    ok(position.size == 10, "graphql: an update begins small");
    position_start(&position, &graphql, false);
    ok(position.size == 50, "graphql: a first run as it is said");
    take(&position, &graphql,
         &(struct page){.body = "{\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"c\"}}"});
    ok(!position.ended && position.cursor && strcmp(position.cursor, "c") == 0,
       "graphql: behind the end");
    doc = position_write(&position, &graphql);
    ok(!position_read(&read, &page, doc), "a bookmark of another way to page is none");
    doc_free(doc);
    take(&position, &graphql,
         &(struct page){.body = "{\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":\"d\"}}"});
    asks(&position, &graphql, "ended", "graphql");
    position_free(&position);
    position_start(&position, &graphql, false);
    take(&position, &graphql, &(struct page){.body = "{\"nodes\":[]}"});
    asks(&position, &graphql, "ended", "graphql without pageInfo");
    position_free(&position);
}

/* How many pages of a circle of `length` that `before` others lead to are taken. */
static unsigned steps_until_noticed(unsigned before, unsigned length)
{
    const struct pagination link = {.type = PAGINATION_LINK};
    struct position position;
    unsigned steps = 0;

    position_start(&position, &link, false);
    while (!position.circles && steps < 100000) {
        unsigned number = steps < before + length ? steps : before + (steps - before) % length;
        char url[64];

        snprintf(url, sizeof url, "https://a.example/%u", number);
        take(&position, &link, &(struct page){.link = url});
        steps++;
    }
    position_free(&position);
    return steps;
}

static void test_circles(void)
{
    static const unsigned lengths[] = {1, 2, 3, 10, 1000};

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        unsigned length = lengths[i], first = steps_until_noticed(0, length),
                 later = steps_until_noticed(100, length);

        ok(first > length && first <= 3 * length + 1, "a circle of %u is noticed after %u", length,
           first);
        ok(later > 100 && later <= 3 * (100 + length), "one behind 100 pages after %u", later);
    }
    ok(steps_until_noticed(0, 90000) > 90000, "what is no circle is not taken for one");
}

int main(void)
{
    test_numbers();
    test_links();
    test_cursors();
    test_keyset();
    test_connections();
    test_circles();
    return done_testing();
}
