/* Looking into JSON: paths, members, duplicates, what holds. */
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* A copy with the padding the scanner needs, in memory of its own; free() it. */
static struct slice padded(const char *text)
{
    size_t length = strlen(text);
    char *copy = malloc(length + JSON_PADDING + 1);

    if (!copy)
        abort();
    memcpy(copy, text, length);
    memset(copy + length, '\n', JSON_PADDING + 1);
    return slice_of(copy, length);
}

static void names(const char *json, const char *path, const char *expected)
{
    struct slice value = padded(json), found = view_path(value, path);

    ok(expected ? slice_is(found, expected) : found.data == NULL, "'%s' in %s", path, json);
    free((char *)value.data);
}

/* Each of some values. */
static void hold(const char *const *values, bool expected)
{
    for (; *values; values++) {
        struct slice value = padded(*values);

        ok(view_holds(value) == expected, "%s %s", *values, expected ? "holds" : "does not hold");
        free((char *)value.data);
    }
}

static void is_unique(const char *json, bool expected)
{
    struct slice value = padded(json);
    struct view_members members = {0};

    ok(view_members(&members, value) == expected, "%.60s: %s", json,
       expected ? "each key once" : "a key twice");
    view_members_free(&members);
    free((char *)value.data);
}

static void has_text(const char *json, const char *expected)
{
    struct slice value = padded(json);
    struct buffer text = {0};

    view_append_text(&text, value);
    ok(slice_is(buffer_slice(&text), expected) && view_is_text(value, expected), "the text of %s",
       json);
    buffer_free(&text);
    free((char *)value.data);
}

static void lists(const char *json, size_t expected)
{
    struct slice value = padded(json), list = view_list(value), one;
    const char *at = NULL;
    size_t count = 0;

    while (list.data && view_next(list, &at, &one))
        count++;
    ok(count == expected && (list.data != NULL || expected == 0), "%s lists %zu", json, expected);
    free((char *)value.data);
}

/* Many keys, more than there are bits to tell them apart by; the last one again, if so asked. */
static void many_keys(bool twice)
{
    struct buffer text = {0};

    for (int i = 0; i < 1000; i++)
        buffer_format(&text, "%s\"key%d\":%d", i ? "," : "{", i, i);
    buffer_append_text(&text, twice ? ",\"key999\":1}" : "}");
    is_unique(buffer_text(&text), !twice);
    buffer_free(&text);
}

/* view_find() with a hint that is right, wrong and beyond the end. */
static void find_by_hint(void)
{
    struct slice value = padded("{\"a\":1,\"b\":2,\"\\u0063\":3}");
    struct view_members members = {0};
    size_t hint = 7;

    view_members(&members, value);
    ok(slice_is(view_find(&members, slice_text("b"), &hint), "2") && hint == 1, "a hint is set");
    ok(slice_is(view_find(&members, slice_text("b"), &hint), "2") && hint == 1, "and used");
    ok(slice_is(view_find(&members, slice_text("a"), &hint), "1") && hint == 0, "or corrected");
    ok(slice_is(view_find(&members, slice_text("c"), &hint), "3"), "a name is found decoded");
    ok(view_find(&members, slice_text("d"), &hint).data == NULL, "what is not there is not found");
    view_members_free(&members);
    free((char *)value.data);
}

int main(void)
{
    static const char *const empty[] = {"null", "false", "0",   "-0", "0.0", "0e5",
                                        "\"\"", "[]",    "[ ]", "{}", "{ }", NULL};
    static const char *const full[] = {"true",  "1",     "-1",     "0.01",         "10e0",
                                       "\"0\"", "\" \"", "[null]", "{\"a\":null}", NULL};

    names("{\"a\":{\"b\":[1, 2]}}", "a.b", "[1, 2]");
    names("{\"a\":{\"b\":1}}", "a", "{\"b\":1}");
    names("{\"a\":1}", ".", "{\"a\":1}");
    names("{\"a\":1}", "b", NULL);
    names("{\"a\":1}", "a.b", NULL);
    names("{\"a\":[{\"b\":1}]}", "a.b", NULL);
    names("{\"a\":null}", "a.b.c", "null");
    names("{ \"a\" : { \"b\" : \"x\" } }", "a.b", "\"x\"");
    names("{\"a\":{},\"ab\":2}", "ab", "2");
    names("{\"\\u0061\":1}", "a", "1");
    names("{\"\":1}", "a", NULL);
    names("[1]", "a", NULL);
    names("7", "a", NULL);

    hold(empty, false);
    hold(full, true);
    ok(!view_holds(slice_of(NULL, 0)), "nothing does not hold");

    is_unique("{}", true);
    is_unique("{\"a\":1,\"b\":2,\"A\":3}", true);
    is_unique("{\"a\":1,\"b\":2,\"a\":3}", false);
    is_unique("{\"a\":1,\"\\u0061\":2}", false);
    is_unique("{\"\\u0061\":1,\"a\":2}", false);
    is_unique("{\"\\u0061\":1,\"\\u0061\":2}", false);
    is_unique("{\"a\\n\":1,\"a\\\\n\":2}", true);
    is_unique("{\"a\":{\"a\":1}}", true);
    is_unique("{\"\":1,\"\":2}", false);
    is_unique("[1]", true);
    many_keys(false);
    many_keys(true);
    find_by_hint();

    has_text("\"a\\u00e9\\n\"", "a\xc3\xa9\n");
    has_text("1.50", "1.50");
    has_text("true", "true");
    has_text("\"\"", "");
    lists("[1,2,3]", 3);
    lists("[ ]", 0);
    lists("{\"nodes\":[1,2]}", 2);
    lists("{\"edges\":[1]}", 1);
    lists("{\"nodes\":null,\"edges\":[1,2]}", 2);
    lists("{\"nodes\":{}}", 0);
    lists("{\"a\":1}", 0);
    lists("\"text\"", 0);
    return done_testing();
}
