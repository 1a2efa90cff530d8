/* Fields: read from a description, written for a record, told as JSON Schema. */
#include "fields.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static struct doc *read_doc(const char *text)
{
    const char *error;
    struct doc *doc = doc_parse(slice_text(text), &error);

    if (!doc) {
        printf("Bail out! %s: %s\n", text, error);
        exit(1);
    }
    return doc;
}

/* What the fields make of a record, whose keys are each once or not. */
static void makes(const char *description, const char *record, const char *expected, bool unique)
{
    struct doc *doc = read_doc(description), *shapes = read_doc("{\"user\":{\"id\":\"integer\"}}");
    struct buffer text = {0}, out = {0};
    struct scope scope = {0};
    char *error = NULL;
    struct fields *fields = fields_parse(doc, shapes, &error);
    bool good = false;

    buffer_append_text(&text, record);
    memset(buffer_reserve(&text, JSON_PADDING), '\n', JSON_PADDING);
    scope.record = buffer_slice(&text);
    if (fields)
        good = fields_append(fields, &scope, false, &out) == unique &&
               (!expected || slice_is(buffer_slice(&out), expected));
    if (!ok(good, "%s of %s", description, record))
        printf("# got %.*s%s\n", SLICE_FORMAT(buffer_slice(&out)), error ? error : "");
    free(error);
    fields_free(fields);
    buffer_free(&text);
    buffer_free(&out);
    doc_free(doc);
    doc_free(shapes);
}

static void refuses(const char *description, const char *expected)
{
    struct doc *doc = read_doc(description);
    struct doc *shapes = read_doc("{\"user\":{\"friend\":\"user\"}}");
    char *error = NULL;
    struct fields *fields = fields_parse(doc, shapes, &error);

    if (!ok(!fields && error && strncmp(error, expected, strlen(expected)) == 0, "%s is refused",
            description))
        printf("# got %s\n", error ? error : "nothing");
    free(error);
    fields_free(fields);
    doc_free(doc);
    doc_free(shapes);
}

static void has_schema(const char *description, char *const *keys, const char *expected)
{
    struct doc *doc = read_doc(description), *properties = doc_object();
    char *error = NULL;
    struct fields *fields = fields_parse(doc, NULL, &error);
    struct buffer text = {0};

    fields_add_properties(fields, properties, keys);
    doc_print(properties, &text);
    if (!ok(slice_is(buffer_slice(&text), expected), "the schema of %s", description))
        printf("# got %.*s\n", SLICE_FORMAT(buffer_slice(&text)));
    buffer_free(&text);
    fields_free(fields);
    doc_free(doc);
    doc_free(properties);
}

static void test_types(void)
{
    makes("{\"a\":\"integer\"}", "{\"a\":1}", "\"a\":1", true);
    makes("{\"a\":\"integer\"}", "{\"b\":1}", "\"a\":null", true);
    makes("{\"a\":\"integer\"}", "{\"a\":\"-12\"}", "\"a\":-12", true);
    makes("{\"a\":\"integer\"}", "{\"a\":\"012\"}", "\"a\":\"012\"", true);
    makes("{\"a\":\"integer\"}", "{\"a\":\"0\"}", "\"a\":0", true);
    makes("{\"a\":\"integer\"}", "{\"a\":\"-\"}", "\"a\":\"-\"", true);
    makes("{\"a\":\"integer\"}", "{\"a\":18446744073709551617}", "\"a\":18446744073709551617",
          true);
    makes("{\"a\":\"string\"}", "{\"a\":1.50}", "\"a\":\"1.50\"", true);
    makes("{\"a\":\"string\"}", "{\"a\":true}", "\"a\":\"true\"", true);
    makes("{\"a\":\"string\"}", "{\"a\":\"\\u00e9\"}", "\"a\":\"\\u00e9\"", true);
    makes("{\"a\":\"number\"}", "{\"a\":1e+2}", "\"a\":1e+2", true);
    makes("{\"a\":\"any\"}", "{\"a\":{\"b\":[1]}}", "\"a\":{\"b\":[1]}", true);
    makes("{\"a\":\"user\"}", "{\"a\":{\"x\":1,\"id\":2}}", "\"a\":{\"id\":2}", true);
    makes("{\"a\":\"user\"}", "{\"a\":null}", "\"a\":null", true);
    makes("{\"a\":\"user\"}", "{\"a\":7}", "\"a\":7", true);
    makes("{\"a\":[\"integer\"]}", "{\"a\":[1,null,\"2\"]}", "\"a\":[1,2]", true);
    makes("{\"a\":[\"integer\"]}", "{\"a\":{\"nodes\":[1]}}", "\"a\":[1]", true);
    makes("{\"a\":[\"integer\"]}", "{\"a\":[]}", "\"a\":[]", true);
    makes("{\"a\":[{\"b\":\"any\"}]}", "{\"a\":[{\"b\":1},{}]}", "\"a\":[{\"b\":1},{\"b\":null}]",
          true);
}

static void test_sources(void)
{
    makes("{\"a\":{\"$type\":\"any\",\"$from\":\"b.c\"}}", "{\"b\":{\"c\":1}}", "\"a\":1", true);
    makes("{\"a\":{\"$type\":\"any\",\"$from\":[\"b\",\"c\"]}}", "{\"b\":null,\"c\":2}", "\"a\":2",
          true);
    makes("{\"a\":{\"$type\":\"any\",\"$from\":\".\"}}", "{\"b\":1}", "\"a\":{\"b\":1}", true);
    makes("{\"a\":{\"$type\":\"string\",\"$from\":\"=x{b}y{c}\"}}", "{\"b\":1,\"c\":\"\\\"\"}",
          "\"a\":\"x1y\\\"\"", true);
    makes("{\"a\":{\"$type\":\"string\",\"$from\":\"={b}\"}}", "{}", "\"a\":null", true);
    makes("{\"a\":{\"$type\":\"any\",\"$default\":{\"x\":[1]}}}", "{\"a\":null}",
          "\"a\":{\"x\":[1]}", true);
    makes("{\"a\":{\"$type\":\"any\",\"$map\":{\"X\":\"y\",\"Z\":null}}}", "{\"a\":\"X\"}",
          "\"a\":\"y\"", true);
    makes("{\"a\":{\"$type\":\"any\",\"$map\":{\"X\":\"y\",\"Z\":null}}}", "{\"a\":\"Z\"}",
          "\"a\":null", true);
    makes("{\"a\":{\"$type\":\"any\",\"$map\":{\"X\":\"y\"}}}", "{\"a\":\"x\"}", "\"a\":\"x\"",
          true);
    makes("{\"a\":[{\"$type\":\"string\",\"$from\":[\"n.id\",\".\"]}]}",
          "{\"a\":[{\"n\":{\"id\":1}},2]}", "\"a\":[\"1\",\"2\"]", true);
    makes("{\"b\":\"any\",\"a\":\"any\"}", "{\"a\":1,\"b\":2}", "\"b\":2,\"a\":1", true);
    makes("{\"a\":\"any\"}", "{\"\\u0061\":1}", "\"a\":1", true);
    makes("{\"a\":\"any\"}", "{\"a\":1,\"a\":2}", NULL, false);
    makes("{\"a\":\"any\"}", "{\"a\":1,\"b\":2,\"b\":2}", NULL, false);
    makes("{\"a\":{\"b\":\"any\"}}", "{\"a\":{\"b\":1,\"b\":2}}", NULL, false);
    makes("{\"a\":[{\"b\":\"any\"}]}", "{\"a\":[{\"b\":1},{\"c\":1,\"c\":2}]}", NULL, false);
    makes("{\"a\":[{\"b\":{\"c\":\"any\"}}]}", "{\"a\":[{\"b\":{\"c\":1,\"c\":1}}]}", NULL, false);
    makes("{\"a\":[{\"$type\":\"any\",\"$from\":\"b\"}]}", "{\"a\":[{\"b\":1,\"b\":2}]}", NULL,
          false);
    makes("{\"comment\":\"two words are a comment\",\"a\":\"any\"}", "{\"a\":1}", "\"a\":1", true);
    makes("{\"comment\":\"string\"}", "{\"comment\":\"x\"}", "\"comment\":\"x\"", true);
}

static void test_refusals(void)
{
    refuses("[]", ": must be an object");
    refuses("{\"a\":\"text\"}", "a: there is no type or shape 'text'");
    refuses("{\"a\":{\"b\":[{\"c\":1}]}}", "a.b.c: must be a type");
    refuses("{\"a\":\"user\"}", "a.friend.friend");
    refuses("{\"a\":[]}", "a: must be a type");
    refuses("{\"a\":{\"$type\":\"any\",\"$from\":[]}}", "a: $from must be");
    refuses("{\"a\":{\"$type\":\"any\",\"$from\":\"={\"}}", "a: '={': ");
    refuses("{\"a\":{\"$type\":\"any\",\"$map\":[1]}}", "a: $map must be");
    refuses("{\"a\":{\"$type\":\"any\",\"x\":1}}", "a: 'x' is not known here");
}

static void test_schemas(void)
{
    static char id[] = "id";
    char *const keys[] = {id, NULL};

    has_schema("{\"id\":\"integer\",\"at\":\"date-time\"}", keys,
               "{\"id\":{\"type\":[\"integer\"]},"
               "\"at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}}");
    has_schema("{\"a\":\"any\"}", NULL, "{\"a\":{}}");
    has_schema("{\"l\":[{\"n\":\"number\"}]}", keys,
               "{\"l\":{\"type\":[\"array\",\"null\"],\"items\":{\"type\":[\"object\",\"null\"],"
               "\"properties\":{\"n\":{\"type\":[\"number\",\"null\"]}}}}}");
}

int main(void)
{
    test_types();
    test_sources();
    test_refusals();
    test_schemas();
    return done_testing();
}
