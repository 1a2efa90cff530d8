/* Templates and conditions: what names stand for, and in which order they are looked up. */
#include "scope.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "tap.h"

static const char grandparent[] = "{\"id\":1,\"only_here\":\"g\"}\n",
                  parent[] = "{\"id\":2,\"n\":null}\n";
static const char record[] =
    "{\"id\":3,\"a\":{\"b\":\"x/"
    "y\"},\"list\":[1],\"n\":null,\"zero\":0,\"text\":\"t\",\"yes\":true}\n";

/* A record with the padding the scanner needs. */
static struct slice padded(struct buffer *buffer, const char *text)
{
    size_t length = strlen(text) - 1;

    buffer_append_text(buffer, text);
    memset(buffer_reserve(buffer, JSON_PADDING), '\n', JSON_PADDING);
    return slice_of(buffer->data, length);
}

static void expands(const struct scope *scope, const char *template, bool encode,
                    const char *expected)
{
    struct buffer out = {0};
    bool good;

    buffer_append_text(&out, "<");
    good = scope_expand(scope, template, encode, &out);
    if (!ok(expected ? good && strcmp(buffer_text(&out) + 1, expected) == 0
                     : !good && out.length == 1,
            "'%s'%s", template, encode ? " in a path" : ""))
        printf("# got %s\n", buffer_text(&out));
    buffer_free(&out);
}

static void is_valid(const char *template, bool expected)
{
    const char *error = NULL;

    ok(scope_template_valid(template, &error) == expected && (expected || error), "'%s' is %s",
       template, expected ? "valid" : "not");
}

static void has(const struct scope *scope, const char *path, const char *expected)
{
    struct slice found = scope_path(scope, path);

    ok(expected ? slice_is(found, expected) : found.data == NULL, "the path '%s'", path);
}

static void holds(const struct scope *scope, const char *condition, bool expected)
{
    char *const conditions[] = {(char *)condition};

    ok(scope_holds_all(scope, conditions, 1) == expected &&
           scope_holds_any(scope, conditions, 1) == expected,
       "'%s' %s", condition, expected ? "holds" : "does not");
}

static void test_paths(const struct scope *scope)
{
    has(scope, "id", "3");
    has(scope, "^id", "2");
    has(scope, "^^id", "1");
    has(scope, "^^^id", NULL);
    has(scope, "a.b", "\"x/y\"");
    has(scope, "only_here", NULL);
    has(scope, "^.", "{\"id\":2,\"n\":null}");
    has(scope, "^n.deeper", "null");
}

static void test_templates(const struct scope *scope)
{
    expands(scope, "plain", false, "plain");
    expands(scope, "", false, "");
    expands(scope, "/{a.b}/{id}", false, "/x/y/3");
    expands(scope, "/{a.b}/{id}", true, "/x%2Fy/3");
    expands(scope, "{^id}{^^id}", false, "21");
    expands(scope, "{yes} {zero}", false, "true 0");
    expands(scope, "{text}", false, "t");
    expands(scope, "{p}", false, "of the run");
    expands(scope, "{p}", true, "of%20the%20run");
    expands(scope, "{both} {e}", false, "of each of each");
    expands(scope, "{n}", false, "from the run");
    expands(scope, "{nothing}", false, NULL);
    expands(scope, "x{nothing}y", false, NULL);
    expands(scope, "{list}", false, NULL);
    expands(scope, "{a}", false, NULL);
    expands(scope, "{base_url}/x", false, "https://api.example/x");
    expands(scope, "{since}", false, "2026-01-31T12:00:00.250Z");
    expands(scope, "{since|%Y-%m-%d}", false, "2026-01-31");
    expands(scope, "/x/{up}/y", true, NULL);
    expands(scope, "/x/{up}", true, NULL);
    expands(scope, "/x/{up}", false, "/x/..");
    expands(scope, "/x/{here}?q=1", true, NULL);
    expands(scope, "/x/a{up}?q=../{up}", true, "/x/a..?q=../..");
    expands(scope, "/x/{up}{here}", true, "/x/...");
}

static void test_since(struct scope scope)
{
    scope.since_is_number = true;
    scope.since = 42;
    expands(&scope, "{since}", false, "42");
    scope.has_since = false;
    expands(&scope, "{since}", false, NULL);
    expands(&scope, "after {since|%Y}", false, NULL);
}

static void test_conditions(const struct scope *scope)
{
    static char yes[] = "yes", zero[] = "zero", wrong[] = "text=u";
    char *const mixed[] = {yes, zero}, *const none[] = {zero, wrong};

    holds(scope, "yes", true);
    holds(scope, "zero", false);
    holds(scope, "n", false);
    holds(scope, "nothing", false);
    holds(scope, "list", true);
    holds(scope, "text=t", true);
    holds(scope, "text=", false);
    holds(scope, "zero=0", true);
    holds(scope, "a.b=x/y", true);
    holds(scope, "nothing=", false);
    holds(scope, "^id=2", true);
    ok(!scope_holds_all(scope, mixed, 2) && scope_holds_any(scope, mixed, 2), "all and any differ");
    ok(!scope_holds_any(scope, none, 2), "any of none");
    ok(scope_holds_all(scope, NULL, 0) && !scope_holds_any(scope, NULL, 0), "without conditions");
}

static void test_validity(void)
{
    is_valid("", true);
    is_valid("/a/{b}/{c|%Y}", true);
    is_valid("{", false);
    is_valid("}", false);
    is_valid("{}", false);
    is_valid("{a{b}}", false);
    is_valid("{a}}", false);
    is_valid("{a}{", false);
}

static void set(struct parameters *parameters, const char *name, const char *value)
{
    parameters_set(parameters, slice_text(name), slice_text(value));
}

int main(void)
{
    struct buffer texts[3] = {{0}};
    struct parameters run = {0}, each = {0};
    struct scope top = {.record = padded(&texts[0], grandparent)};
    struct scope middle = {.up = &top, .record = padded(&texts[1], parent)};
    struct scope scope = {.up = &middle,
                          .record = padded(&texts[2], record),
                          .parameters = &run,
                          .each = &each,
                          .base_url = "https://api.example",
                          .since = 1769860800250,
                          .has_since = true};

    set(&run, "p", "first");
    set(&run, "p", "of the run");
    set(&run, "both", "of the run");
    set(&run, "id", "not this one");
    set(&run, "n", "from the run");
    set(&run, "up", "..");
    set(&run, "here", ".");
    set(&each, "both", "of each");
    set(&each, "e", "of each");
    ok(run.count == 6, "a parameter is set once");
    test_paths(&scope);
    test_templates(&scope);
    test_since(scope);
    test_conditions(&scope);
    test_validity();
    parameters_free(&run);
    parameters_free(&each);
    for (size_t i = 0; i < 3; i++)
        buffer_free(&texts[i]);
    return done_testing();
}
