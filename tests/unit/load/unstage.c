/* What envelopes and STATEs say of staged rows; which rows are a family. */
#include "unstage.h"

#include <inttypes.h>

#include "tap.h"

static void names(const char *envelope, int64_t expected)
{
    int64_t id = unstage_id(slice_text(envelope));

    ok(id == expected, "%s names %" PRId64, envelope, id);
}

static void test_id(void)
{
    names(",\"staged\":7", 7);
    names(",\"version\":1,\"staged\":9007199254740991", 9007199254740991);
    names("{\"record\":{},\"staged\":7}", 7);
    names("{\"record\":{\"a\":1,\"staged\":5},\"staged\":7}", 7);
    names("{\"record\":{\"a\":\",\\\"staged\\\":5\"}}", 0);
    names(",\"staged\":null", 0);
    names(",\"staged\":", 0);
    names("", 0);
    names(",\"staged\":99999999999999999999", 0);
}

static void test_state(void)
{
    static const char *const wrong[] = {
        "{}",
        "7",
        "{\"staging\":7}",
        "{\"staging\":{\"repo_id\":7,\"after\":0,\"through\":5}}",
        "{\"staging\":{\"repo_id\":7,\"after\":6,\"through\":5,\"rows\":0}}",
        "{\"staging\":{\"repo_id\":7,\"after\":0,\"through\":5,\"rows\":-1}}",
        "{\"staging\":{\"repo_id\":7,\"after\":0,\"through\":5.5,\"rows\":1}}",
        "{\"staging\":{\"repo_id\":7,\"after\":0,\"through\":1e300,\"rows\":1}}",
        "{\"staging\":{\"repo_id\":\"7\",\"after\":0,\"through\":5,\"rows\":1}}",
    };
    struct staged_span span, other;

    ok(unstage_read_state(
           slice_text("{\"staging\":{\"repo_id\":7,\"after\":2,\"through\":5,\"rows\":3}}"),
           &span) &&
           span.repository == 7 && span.after == 2 && span.through == 5 && span.rows == 3,
       "a STATE of a drain");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ok(!unstage_read_state(slice_text(wrong[i]), &other), "none: %s", wrong[i]);
    other = span;
    ok(unstage_follows(&span, &other), "a STATE follows itself");
    other.through = 4;
    ok(!unstage_follows(&span, &other), "none that goes back");
    other = span;
    other.repository = 8;
    ok(!unstage_follows(&span, &other), "nor one of another repository");
}

static void is_family(const struct staged_families *families, int64_t staged, int64_t after,
                      int64_t through)
{
    int64_t a, t;

    staged_families_find(families, staged, &a, &t);
    ok(a == after && t == through, "row %" PRId64 " is of (%" PRId64 ", %" PRId64 "]", staged, a,
       t);
}

static void test_families(void)
{
    static const int64_t ends[] = {30, 10, 20, 21};
    struct staged_families families = {0};

    is_family(&families, 5, 4, 5);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        staged_families_add(&families, ends[i]);
    staged_families_sort(&families);
    is_family(&families, 11, 10, 20);
    is_family(&families, 20, 10, 20);
    is_family(&families, 21, 20, 21);
    is_family(&families, 22, 21, 30);
    is_family(&families, 31, 30, 31);
    is_family(&families, 9, 8, 10);
    staged_families_free(&families);
}

int main(void)
{
    test_id();
    test_state();
    test_families();
    return done_testing();
}
