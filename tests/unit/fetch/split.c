/* GraphQL responses of several queries, taken apart; the shapes of errors that servers give. */
#include "split.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "tap.h"

enum { MOST = 3 };

/* Splits a response to `count` queries: the outcome, then each answer's kind, status and value or
 * reason. */
static void gives(const char *name, const char *body, size_t count, const char *expected)
{
    static const char kinds[] = "BUSTFX"; /* by enum answer_kind */
    struct answer answers[MOST] = {{0}};
    struct buffer text = {0}, got = {0};
    char *reason = NULL;
    enum split_outcome outcome;

    buffer_append_text(&text, body);
    memset(buffer_reserve(&text, JSON_PADDING), '\n', JSON_PADDING);
    outcome = split_response(buffer_slice(&text), answers, count, &reason);
    if (outcome != SPLIT_ANSWERS)
        buffer_format(&got, "%s%s%s",
                      outcome == SPLIT_LIMITED     ? "limited"
                      : outcome == SPLIT_MALFORMED ? "malformed"
                                                   : "refused",
                      reason ? ": " : "", reason ? reason : "");
    for (size_t i = 0; i < count && outcome == SPLIT_ANSWERS; i++) {
        const struct answer *answer = &answers[i];

        buffer_format(&got, "%s%c", i ? " " : "", kinds[answer->kind]);
        if (answer->kind == ANSWER_BODY)
            buffer_format(&got, "=%.*s", SLICE_FORMAT(answer->value));
        if (answer->kind == ANSWER_STATUS)
            buffer_format(&got, "%d", answer->status);
        if (answer->kind != ANSWER_BODY)
            buffer_format(&got, "(%s)", answer->reason ? answer->reason : "");
    }
    if (!ok(slice_is(buffer_slice(&got), expected), "%s", name))
        printf("# got:      %.*s\n# expected: %s\n", SLICE_FORMAT(buffer_slice(&got)), expected);
    for (size_t i = 0; i < count; i++)
        answer_free(&answers[i]);
    free(reason);
    buffer_free(&text);
    buffer_free(&got);
}

static void test_data(void)
{
    gives("one answer", "{\"data\":{\"r0\":{\"a\":1}}}", 1, "B={\"a\":1}");
    gives("several, in any order",
          "{\"data\":{\"r1\":[2],\"rateLimit\":{\"cost\":1},\"r0\":{\"a\":1}}}", 2,
          "B={\"a\":1} B=[2]");
    gives("null is not there", "{\"data\":{\"r0\":null,\"r1\":{}}}", 2, "S404() B={}");
    gives("one that is missing may come alone", "{\"data\":{\"r0\":{}}}", 2, "B={} T()");
    gives("neither data nor errors", "{\"message\":\"x\"}", 1,
          "malformed: neither data nor errors in the answer");
    gives("no object", "[1]", 1, "malformed: neither data nor errors in the answer");
    gives("data that are none", "{\"data\":7}", 1,
          "malformed: neither data nor errors in the answer");
}

static void test_errors(void)
{
    gives("not found",
          "{\"data\":{\"r0\":null,\"r1\":{\"a\":1}},\"errors\":[{\"type\":\"NOT_FOUND\",\"path\":["
          "\"r0\"],"
          "\"message\":\"no such\"}]}",
          2, "S404(no such) B={\"a\":1}");
    gives("forbidden",
          "{\"data\":{\"r0\":null},\"errors\":[{\"type\":\"FORBIDDEN\",\"path\":[\"r0\"],"
          "\"message\":\"no\"}]}",
          1, "S403(no)");
    gives("something below is gone: the rest counts",
          "{\"data\":{\"r0\":{\"a\":null}},\"errors\":[{\"type\":\"NOT_FOUND\",\"path\":[\"r0\","
          "\"a\"],"
          "\"message\":\"x\"}]}",
          1, "B={\"a\":null}");
    gives("something below failed: not all is there",
          "{\"data\":{\"r0\":{\"a\":null},\"r1\":{}},\"errors\":[{\"path\":[\"r0\",\"a\",3],"
          "\"message\":\"Something went wrong\"}]}",
          2, "T(Something went wrong) B={}");
    gives("an error of nobody's is everybody's",
          "{\"data\":null,\"errors\":[{\"message\":\"Something went wrong\"}]}", 2,
          "T(Something went wrong) T(Something went wrong)");
    gives("an error without a message", "{\"data\":null,\"errors\":[{}]}", 1,
          "T(an error without a message)");
    gives("a path that is not ours",
          "{\"data\":{\"r0\":{}},\"errors\":[{\"path\":[\"rest\"],\"message\":\"x\"}]}", 1, "T(x)");
    gives("a number beyond the queries",
          "{\"data\":{\"r0\":{}},\"errors\":[{\"path\":[\"r9\"],\"message\":\"x\"}]}", 1, "B={}");
}

static void test_refusals(void)
{
    gives("limited", "{\"data\":null,\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"x\"}]}",
          1, "limited");
    gives("limited, beside data", "{\"data\":{\"r0\":{}},\"errors\":[{\"type\":\"RATE_LIMITED\"}]}",
          1, "limited");
    gives("a field that is none",
          "{\"errors\":[{\"message\":\"Field 'x' doesn't exist\",\"locations\":[{\"line\":1}],"
          "\"extensions\":{\"code\":\"undefinedField\"}}]}",
          1, "refused: Field 'x' doesn't exist");
    gives("a syntax error",
          "{\"errors\":[{\"message\":\"Parse error\",\"locations\":[{\"line\":1}]}]}", 1,
          "refused: Parse error");
    gives("an error with data is none of the query's",
          "{\"data\":{\"r0\":{}},\"errors\":[{\"message\":\"x\",\"path\":[\"r0\"],\"extensions\":{"
          "\"code\":\"c\"}}]}",
          1, "T(x)");
}

int main(void)
{
    test_data();
    test_errors();
    test_refusals();
    return done_testing();
}
