/* A record as jsonb takes it: escapes that PostgreSQL refuses, and those that only look so. */
#include "payload.h"

#include "tap.h"

static void becomes(const char *json, const char *expected, size_t replaced, const char *name)
{
    struct buffer got = {0};
    size_t count = payload_append(&got, slice_text(json));

    ok(slice_is(buffer_slice(&got), expected) && count == replaced, "%s: %s", name, json);
    if (!slice_is(buffer_slice(&got), expected) || count != replaced)
        printf("# got: %s (%zu)\n", buffer_text(&got), count);
    buffer_free(&got);
}

static void stays(const char *json, const char *name)
{
    becomes(json, json, 0, name);
}

int main(void)
{
    stays("{}", "nothing to replace");
    stays("{\"n\": 1.10, \"m\":1152921504606846976,\"e\":1E5}", "numbers keep their text");
    becomes("\"a\\u0000b\"", "\"a\\ufffdb\"", 1, "U+0000");
    becomes("\"\\u0000\\u0000\"", "\"\\ufffd\\ufffd\"", 2, "each of them");
    stays("\"\\\\u0000\"", "a backslash before u0000");
    becomes("\"\\\\\\u0000\"", "\"\\\\\\ufffd\"", 1, "a backslash before U+0000");
    stays("\"\\\\\\\\u0000\"", "two backslashes before u0000");
    stays("\"\\u0001\\u00e9\\n\\\"\\/\"", "other escapes");
    stays("\"\\ud83d\\ude00\\uD83D\\uDE00\"", "a pair, in either case");
    becomes("\"\\ud83d\"", "\"\\ufffd\"", 1, "a lone high half at the end");
    becomes("\"\\ud83dx\\ude00\"", "\"\\ufffdx\\ufffd\"", 2, "two halves apart");
    becomes("\"\\ude00\\ud83d\"", "\"\\ufffd\\ufffd\"", 2, "two halves in the wrong order");
    becomes("\"\\ud83d\\ud83d\\ude00\"", "\"\\ufffd\\ud83d\\ude00\"", 1,
            "a lone half before a pair");
    becomes("\"\\ud83d\\n\"", "\"\\ufffd\\n\"", 1, "a lone half before another escape");
    becomes("\"\\ud83d\\u0041\"", "\"\\ufffd\\u0041\"", 1, "a lone half before a letter's escape");
    becomes("\"\\ud83d\\\\ude00\"", "\"\\ufffd\\\\ude00\"", 1, "a lone half before a backslash");
    stays("\"\\ud7ff\\ue000\\uffff\"", "the neighbours of surrogates");
    becomes("\"\\udbff\\udfff\\udfff\"", "\"\\udbff\\udfff\\ufffd\"", 1,
            "the last pair, and its half");
    becomes("{\"\\u0000\":[\"\\udc00\"]}", "{\"\\ufffd\":[\"\\ufffd\"]}", 2, "in names, and deep");
    stays("\"\xC3\xA9\xF0\x9F\x98\x80\"", "characters as they are");
    return done_testing();
}
