#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folders.h"
#include "http.h"
#include "memory.h"
#include "parse_source.h"

#ifndef LEAT_SOURCE_FOLDER
#define LEAT_SOURCE_FOLDER "/usr/local/share/leat/sources"
#endif

const char *const meaning_names[] = {"error",    "empty",     "gone", "blocked",
                                     "disabled", "forbidden", NULL};

const char *const pagination_names[] = {"none",   "link",   "page",    "offset",
                                        "cursor", "keyset", "graphql", NULL};

const char *source_folders(void)
{
    const char *folders = getenv("LEAT_SOURCES");

    return folders && *folders ? folders : LEAT_SOURCE_FOLDER;
}

struct source *source_read(const char *name, char **error)
{
    char *file = folders_find_description(source_folders(), name);
    struct doc *doc;

    if (file == NULL) {
        *error = memory_format("there is no source '%s' (give the path of a description, see "
                               "leat-source(5), or one of: leat fetch --list)",
                               name);
        return NULL;
    }
    doc = doc_read(file, error);
    if (doc == NULL) {
        free(file);
        return NULL;
    }
    return source_parse(file, doc, error);
}

char *source_graphql_url(const struct source *source, const char *base_url)
{
    char *base = memory_format("%s/", base_url);
    char *url = source->graphql_path ? http_resolve(base, source->graphql_path) : NULL;

    free(base);
    return url;
}

struct stream *source_stream(const struct source *source, const char *name)
{
    for (size_t i = 0; i < source->stream_count; i++) {
        if (strcmp(source->streams[i].name, name) == 0)
            return &source->streams[i];
    }
    return NULL;
}

const struct limit *source_limit(const struct source *source, const char *resource)
{
    for (size_t i = 0; i < source->limit_count; i++) {
        if (strcmp(source->limits[i].resource, resource) == 0)
            return &source->limits[i];
    }
    return NULL;
}

static const enum meaning *find_meaning(const struct meanings *meanings, int status)
{
    for (size_t i = 0; i < meanings->count; i++) {
        if (meanings->items[i].status == status)
            return &meanings->items[i].meaning;
    }
    return NULL;
}

enum meaning source_meaning(const struct source *source, const struct stream *stream, int status)
{
    const enum meaning *meaning = stream ? find_meaning(&stream->statuses, status) : NULL;

    if (meaning == NULL)
        meaning = find_meaning(&source->statuses, status);
    if (meaning)
        return *meaning;
    switch (status) {
    case 204:
        return MEANING_EMPTY;
    case 404:
        return MEANING_GONE;
    case 410:
        return MEANING_DISABLED;
    case 451:
        return MEANING_BLOCKED;
    default:
        return MEANING_ERROR;
    }
}

/* Takes from the subject what one "{name}" stands for; the rest of both goes on. */
static bool take_parameter(const char **template, const char **subject,
                           struct parameters *parameters)
{
    const char *end = strchr(*template, '}');
    size_t name = (size_t)(end - *template - 1), length;
    bool rest = name > 0 && end[-1] == '*';

    length = rest ? strlen(*subject) : strcspn(*subject, "/");
    if (length == 0)
        return false;
    parameters_set(parameters, slice_of(*template + 1, name - rest), slice_of(*subject, length));
    *template = end + 1;
    *subject += length;
    return true;
}

static bool fits(const char *template, const char *subject, struct parameters *parameters)
{
    while (*template) {
        if (*template == '{') {
            if (!take_parameter(&template, &subject, parameters))
                return false;
        } else if (*template ++ != *subject++) {
            return false;
        }
    }
    return *subject == '\0';
}

bool source_subject(const struct source *source, const char *subject, struct parameters *parameters)
{
    for (size_t i = 0; i < source->subjects.count; i++) {
        struct parameters said = {0};
        bool good = fits(source->subjects.items[i], subject, &said);

        if (good)
            parameters_copy(parameters, &said);
        parameters_free(&said);
        if (good)
            return true;
    }
    return false;
}

bool source_expand_subject(const char *template, const struct scope *scope, struct buffer *out)
{
    struct buffer plain = {0};
    bool good;

    for (; *template; template ++) {
        if (template[0] != '*' || template[1] != '}')
            buffer_append_byte(&plain, *template);
    }
    good = scope_expand(scope, buffer_text(&plain), false, out);
    buffer_free(&plain);
    return good;
}

static void free_texts(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
}

static void free_request(struct request *request)
{
    if (request == NULL)
        return;
    parameters_free(&request->parameters);
    query_free(request->query);
    free(request);
}

static void free_stream(struct stream *stream)
{
    free_request(stream->request);
    free_request(stream->otherwise);
    free_request(stream->follow);
    free(stream->statuses.items);
    free_texts(&stream->key);
    free_texts(&stream->only);
    free_texts(&stream->leave_out);
    free_texts(&stream->when);
    free_texts(&stream->parents);
    free_texts(&stream->columns);
    fields_free(stream->fields);
    for (size_t i = 0; i < stream->each_count; i++)
        parameters_free(&stream->each[i]);
    free(stream->each);
}

void source_free(struct source *source)
{
    if (source == NULL)
        return;
    for (size_t i = 0; i < source->stream_count; i++)
        free_stream(&source->streams[i]);
    if (source->probe_stream)
        free_stream(source->probe_stream);
    free(source->streams);
    free(source->limits);
    free(source->statuses.items);
    free_texts(&source->subjects);
    free_texts(&source->token_environment);
    parameters_free(&source->help);
    parameters_free(&source->headers);
    fields_free(source->fields);
    doc_free(source->doc);
    free(source->base_url);
    free(source->file);
    free(source);
}
