/* What fetch reads: a description and a record written by it, a query, a GraphQL answer, a Link
 * header, a time. The first byte says which. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../bin/fetch/link.h"
#include "../../bin/fetch/moment.h"
#include "../../bin/fetch/parse_source.h"
#include "../../bin/fetch/split.h"
#include "memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy with what the scanner needs behind it. */
static struct slice padded(const char *data, size_t size, struct buffer *buffer)
{
    buffer_append(buffer, data, size);
    memset(buffer_reserve(buffer, JSON_PADDING), '\n', JSON_PADDING);
    return slice_of(buffer->data, size);
}

static bool is_json(struct slice text)
{
    struct json json = {.end = text.data + text.length, .max_nesting = JSON_DEFAULT_NESTING};

    return json_valid(&json, text);
}

/* A description, and behind a NUL a record for its streams. */
static void try_description(const char *data, size_t size)
{
    const char *nul = memchr(data, '\0', size), *why;
    size_t length = nul ? (size_t)(nul - data) : size;
    struct doc *doc = doc_parse(slice_of(data, length), &why);
    char *error = NULL;
    struct source *source = doc ? source_parse(memory_format("x.json"), doc, &error) : NULL;
    struct buffer record = {0}, out = {0};
    struct scope scope = {.base_url = "https://a.example"};

    scope.record = padded(nul ? nul + 1 : "", nul ? size - length - 1 : 0, &record);
    for (size_t i = 0; source && i < source->stream_count && is_json(scope.record); i++) {
        if (source->streams[i].fields)
            fields_append(source->streams[i].fields, &scope, false, &out);
    }
    buffer_free(&out);
    buffer_free(&record);
    source_free(source);
    free(error);
}

static void try_query(const char *data, size_t size)
{
    char *error = NULL;
    struct query *query = query_parse("q", slice_of(data, size), &error);
    static const char none[JSON_PADDING + 2] = "{}\n";
    struct query_item items[2] = {{query, {none, 2}}, {query, {none, 2}}};
    struct buffer out = {0};

    if (query) {
        query_weigh(query, 100);
        query_compose(items, 2, "cost", &out);
    }
    buffer_free(&out);
    query_free(query);
    free(error);
}

static void try_answer(const char *data, size_t size)
{
    struct buffer buffer = {0};
    struct slice text = padded(data, size, &buffer);
    struct answer answers[3] = {{0}, {0}, {0}};
    char *why = NULL;

    if (is_json(text))
        split_response(text, answers, 3, &why);
    for (int i = 0; i < 3; i++)
        answer_free(&answers[i]);
    free(why);
    buffer_free(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    struct buffer out = {0};
    int64_t time;

    if (size == 0)
        return 0;
    size--;
    switch (data[0]) {
    case 'd':
        try_description(text, size);
        break;
    case 'q':
        try_query(text, size);
        break;
    case 'a':
        try_answer(text, size);
        break;
    case 'l':
        free(link_next(slice_of(text, size), "https://a.example/b"));
        break;
    default:
        if (moment_parse(slice_of(text, size), &time))
            moment_append(&out, time);
        moment_parse_http(slice_of(text, size), &time);
    }
    buffer_free(&out);
    return 0;
}
