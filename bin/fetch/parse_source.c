#include "parse_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "description.h"
#include "http.h"
#include "memory.h"

enum {
    LARGEST_QUERY_FILE = 1 << 20,
    DEFAULT_NODES = 5000,
    DEFAULT_SECONDARY_WAIT = 60000,
    DEFAULT_LOOK_BACK = 300000
};

static const char *const order_names[] = {"none", "ascending", "descending", NULL};

/* The text of the file beside the description; data NULL, after a failure. */
static struct buffer read_beside(struct description *at, const char *name, const char *place)
{
    const char *slash = strrchr(at->file, '/');
    char *path = memory_format("%.*s%s", slash ? (int)(slash - at->file + 1) : 0, at->file, name);
    struct buffer text = {0};
    FILE *file = strchr(name, '/') ? NULL : fopen(path, "re");

    if (strchr(name, '/')) {
        description_fail(at, place, "the query '%s' must stand beside the description", name);
    } else if (file == NULL) {
        description_fail(at, place, "cannot read the query %s: %s", path, strerror(errno));
    } else {
        text.length = fread(buffer_reserve(&text, LARGEST_QUERY_FILE), 1, LARGEST_QUERY_FILE, file);
        if (ferror(file) || text.length == LARGEST_QUERY_FILE)
            description_fail(at, place, "cannot read the query %s, or it is too large", path);
        fclose(file);
    }
    free(path);
    return text;
}

static void parse_query(struct description *at, struct request *request, const char *place)
{
    struct buffer text = read_beside(at, request->query_file, place);
    char *why = NULL;
    size_t length;

    if (!at->error) {
        request->query = query_parse(request->query_file, buffer_slice(&text), &why);
        if (!request->query)
            description_fail(at, place, "%s", why);
    }
    free(why);
    buffer_free(&text);
    if (!request->query)
        return;
    length = strlen(query_top_field(request->query));
    if (request->records == NULL)
        request->records = ".";
    else if (strncmp(request->records, query_top_field(request->query), length) != 0 ||
             (request->records[length] != '\0' && request->records[length] != '.'))
        description_fail(at, place, "'records' must begin with the query's top-level field '%s'",
                         query_top_field(request->query));
    else
        request->records = request->records[length] == '.' ? request->records + length + 1 : ".";
}

static void parse_pagination(struct description *at, const struct doc *doc, const char *place,
                             struct pagination *pagination)
{
    static const char *const parameters[] = {NULL, NULL, "page", "offset", "cursor", "page", NULL};

    if (doc == NULL)
        return;
    description_check(at, doc, place,
                      "type parameter size_parameter size update_size most start next last");
    *pagination = (struct pagination){0};
    pagination->type = (enum pagination_type)description_word(at, doc, "type", place,
                                                              pagination_names, PAGINATION_NONE);
    pagination->parameter = description_text(at, doc, "parameter", place);
    if (!pagination->parameter)
        pagination->parameter = parameters[pagination->type];
    pagination->size_parameter = description_text(at, doc, "size_parameter", place);
    pagination->size = description_count(at, doc, "size", place, 0);
    pagination->update_size = description_count(at, doc, "update_size", place, pagination->size);
    pagination->most = description_count(at, doc, "most", place, 100);
    pagination->start = description_count(at, doc, "start", place, 1);
    pagination->next = description_text(at, doc, "next", place);
    pagination->last = description_text(at, doc, "last", place);
    if (pagination->type == PAGINATION_CURSOR && !pagination->next)
        description_fail(at, place, "'next' is missing: the path of the next cursor");
    if (pagination->size == 0 &&
        (pagination->type == PAGINATION_PAGE || pagination->type == PAGINATION_OFFSET ||
         pagination->type == PAGINATION_KEYSET || pagination->type == PAGINATION_GRAPHQL))
        description_fail(at, place, "'size' is missing: how many records a page has");
}

static void parse_entries(struct description *at, const struct doc *doc, const char *place,
                          struct request *request)
{
    const struct doc *first = doc_first(doc);

    if (doc == NULL)
        return;
    if (doc_count(doc) != 2 || !doc_string(first) || !doc_string(doc_next(first))) {
        description_fail(at, place, "'entries' must be two names");
        return;
    }
    request->entries[0] = doc_string(first);
    request->entries[1] = doc_string(doc_next(first));
}

static struct request *parse_request(struct description *at, const struct source *source,
                                     const struct doc *doc, const char *above, const char *name)
{
    struct request *request;
    char *place;

    if (doc == NULL || at->error)
        return NULL;
    place = memory_format("%s.%s", above, name);
    request = memory_new(1, sizeof *request);
    description_check(at, doc, place, "path parameters query records entries resource pagination");
    request->path = description_template(at, doc, "path", place);
    request->parameters = description_pairs(at, doc_get(doc, "parameters"), place, true);
    request->query_file = description_text(at, doc, "query", place);
    request->records = description_text(at, doc, "records", place);
    request->resource = description_text(at, doc, "resource", place);
    request->pagination = source->pagination;
    parse_pagination(at, doc_get(doc, "pagination"), place, &request->pagination);
    parse_entries(at, doc_get(doc, "entries"), place, request);
    if (!request->path == !request->query_file)
        description_fail(at, place, "needs either 'path' or 'query'");
    if (request->query_file && !source->graphql_path)
        description_fail(at, place, "has a query, but the description no 'graphql'");
    if (request->query_file && !at->error)
        parse_query(at, request, place);
    else if (request->records == NULL)
        request->records = ".";
    if (request->query && request->pagination.type != PAGINATION_GRAPHQL)
        request->pagination.type = PAGINATION_NONE;
    if (!request->resource)
        request->resource = request->query_file ? source->graphql_resource : "core";
    free(place);
    return request;
}

static void parse_meanings(struct description *at, const struct doc *doc, const char *place,
                           struct meanings *meanings)
{
    meanings->items = memory_new(doc_count(doc) + 1, sizeof *meanings->items);
    for (const struct doc *one = doc_first(doc); one && !at->error; one = doc_next(one)) {
        char *end;
        long status = strtol(doc_name(one) ? doc_name(one) : "", &end, 10);

        if (status < 100 || status > 599 || *end)
            description_fail(at, place, "'statuses' are by numbers such as \"404\"");
        meanings->items[meanings->count].status = (int)status;
        meanings->items[meanings->count++].meaning = (enum meaning)description_word(
            at, doc, doc_name(one), place, meaning_names, MEANING_ERROR);
    }
}

static struct identity parse_identity(struct description *at, const struct doc *doc,
                                      const char *place)
{
    struct identity identity = {0};

    if (doc == NULL)
        return identity;
    identity.id = description_text(at, doc, "id", place);
    identity.subject = description_template(at, doc, "subject", place);
    if (!identity.id || !identity.subject)
        description_fail(at, place, "an identity needs 'id' and 'subject'");
    return identity;
}

static void parse_incremental(struct description *at, const struct doc *doc, const char *above,
                              struct incremental *incremental)
{
    char *place = memory_format("%s.incremental", above);

    if (doc) {
        description_check(at, doc, place, "field order look_back start resolution");
        incremental->field = description_text(at, doc, "field", place);
        incremental->order =
            (enum order)description_word(at, doc, "order", place, order_names, ORDER_NONE);
        incremental->look_back =
            description_duration(at, doc, "look_back", place, DEFAULT_LOOK_BACK);
        incremental->start = description_duration(at, doc, "start", place, -1);
        incremental->resolution = description_count(at, doc, "resolution", place, 0);
        if (!incremental->field)
            description_fail(at, place, "'field' is missing");
    }
    free(place);
}

static void parse_each(struct description *at, const struct doc *doc, const char *place,
                       struct stream *stream)
{
    stream->each = memory_new(doc_count(doc) + 1, sizeof *stream->each);
    for (const struct doc *one = doc_first(doc); one; one = doc_next(one))
        stream->each[stream->each_count++] = description_pairs(at, one, place, false);
}

static void parse_parent_key(struct description *at, const struct doc *doc, const char *place,
                             struct stream *stream)
{
    struct parameters pairs = description_pairs(at, doc, place, false);

    stream->columns.items = memory_new(pairs.count + 1, sizeof(char *));
    stream->parents.items = memory_new(pairs.count + 1, sizeof(char *));
    for (size_t i = 0; i < pairs.count; i++) {
        stream->columns.items[stream->columns.count++] = memory_format("%s", pairs.names[i]);
        stream->parents.items[stream->parents.count++] = memory_format("%s", pairs.values[i]);
    }
    parameters_free(&pairs);
}

static void parse_fields(struct description *at, const struct source *source, const struct doc *doc,
                         const char *place, struct fields **fields)
{
    char *why = NULL;

    if (doc == NULL || at->error)
        return;
    *fields = fields_parse(doc, doc_get(source->doc, "shapes"), &why);
    if (!*fields)
        description_fail(at, place, "fields%s%s", why[0] == ':' ? "" : ".", why);
    free(why);
}

static void parse_stream(struct description *at, const struct source *source, const struct doc *doc,
                         struct stream *stream)
{
    static const char known[] =
        "name summary key default unavailable hidden request otherwise incremental conditional "
        "statuses only leave_out identity fields parent parent_key member follow when each";
    const char *name = doc_string(doc_get(doc, "name"));
    char *place = memory_format("stream %s", name ? name : "without a name");

    description_check(at, doc, place, known);
    stream->name = description_text(at, doc, "name", place);
    if (!stream->name)
        description_fail(at, place, "'name' is missing");
    stream->summary = description_text(at, doc, "summary", place);
    stream->unavailable = description_text(at, doc, "unavailable", place);
    stream->key = description_texts(at, doc, "key", place);
    stream->is_default = description_flag(at, doc, "default", place, true);
    stream->hidden = description_flag(at, doc, "hidden", place, false);
    stream->conditional = description_flag(at, doc, "conditional", place, false);
    stream->request = parse_request(at, source, doc_get(doc, "request"), place, "request");
    stream->otherwise = parse_request(at, source, doc_get(doc, "otherwise"), place, "otherwise");
    stream->follow = parse_request(at, source, doc_get(doc, "follow"), place, "follow");
    parse_incremental(at, doc_get(doc, "incremental"), place, &stream->incremental);
    parse_meanings(at, doc_get(doc, "statuses"), place, &stream->statuses);
    stream->only = description_texts(at, doc, "only", place);
    stream->leave_out = description_texts(at, doc, "leave_out", place);
    stream->when = description_texts(at, doc, "when", place);
    stream->identity = parse_identity(at, doc_get(doc, "identity"), place);
    parse_fields(at, source, doc_get(doc, "fields"), place, &stream->fields);
    stream->parent_name = description_text(at, doc, "parent", place);
    parse_parent_key(at, doc_get(doc, "parent_key"), place, stream);
    stream->member = description_template(at, doc, "member", place);
    parse_each(at, doc_get(doc, "each"), place, stream);
    if (!stream->unavailable && !stream->request && !stream->member)
        description_fail(at, place, "needs a 'request'%s",
                         stream->parent_name ? " or a 'member'" : "");
    if (!stream->parent_name && (stream->member || stream->follow || stream->columns.count))
        description_fail(at, place, "'member', 'follow' and 'parent_key' are for child streams");
    if (stream->request && stream->request->pagination.type == PAGINATION_KEYSET &&
        stream->incremental.order != ORDER_ASCENDING)
        description_fail(at, place, "keyset pagination needs an ascending incremental field");
    free(place);
}

/* Makes the stream the last child of its parent, which must stand before it. */
static void link_parent(struct description *at, struct source *source, struct stream *stream)
{
    struct stream **place;

    for (size_t i = 0; i < stream->number && !stream->parent; i++) {
        if (strcmp(source->streams[i].name, stream->parent_name) == 0)
            stream->parent = &source->streams[i];
    }
    if (!stream->parent) {
        description_fail(at, stream->name, "its parent '%s' does not stand before it",
                         stream->parent_name);
        return;
    }
    for (place = &stream->parent->first_child; *place;)
        place = &(*place)->next_sibling;
    *place = stream;
}

/* The columns a parent key repeats must be fields of the ancestor. */
static void check_parent_key(struct description *at, const struct stream *stream)
{
    const struct stream *ancestor = stream->parent;

    while (ancestor && ancestor->hidden)
        ancestor = ancestor->parent;
    for (size_t i = 0; i < stream->parents.count; i++) {
        if (!ancestor || !fields_has(ancestor->fields, stream->parents.items[i]))
            description_fail(at, stream->name, "parent_key: '%s' is no field of '%s'",
                             stream->parents.items[i], ancestor ? ancestor->name : "any ancestor");
    }
}

static void parse_streams(struct description *at, struct source *source)
{
    const struct doc *list = doc_get(source->doc, "streams");

    if (!doc_is_array(list) || doc_count(list) == 0)
        description_fail(at, "streams", "must be an array of streams");
    source->streams = memory_new(doc_count(list) + 1, sizeof *source->streams);
    for (const struct doc *one = doc_first(list); one && !at->error; one = doc_next(one)) {
        struct stream *stream = &source->streams[source->stream_count];

        stream->number = source->stream_count++;
        parse_stream(at, source, one, stream);
        if (!at->error && source_stream(source, stream->name) != stream)
            description_fail(at, stream->name, "there are two streams of this name");
        if (!at->error && stream->parent_name) {
            link_parent(at, source, stream);
            check_parent_key(at, stream);
        }
    }
}

static void parse_limits(struct description *at, const struct doc *doc, struct source *source)
{
    static const char *const words[] = {"epoch", "seconds", NULL};

    source->limits = memory_new(doc_count(doc) + 1, sizeof *source->limits);
    for (const struct doc *one = doc_first(doc); one && !at->error; one = doc_next(one)) {
        struct limit *limit = &source->limits[source->limit_count++];

        description_check(at, one, "limits",
                          "limit remaining reset reset_in per_minute concurrent secondary_wait");
        limit->resource = doc_name(one);
        limit->limit = description_text(at, one, "limit", "limits");
        limit->remaining = description_text(at, one, "remaining", "limits");
        limit->reset = description_text(at, one, "reset", "limits");
        limit->reset_in_seconds = description_word(at, one, "reset_in", "limits", words, 0) == 1;
        limit->per_minute = description_count(at, one, "per_minute", "limits", 0);
        limit->concurrent = description_count(at, one, "concurrent", "limits", 0);
        limit->secondary_wait =
            description_duration(at, one, "secondary_wait", "limits", DEFAULT_SECONDARY_WAIT);
    }
}

static void parse_authentication(struct description *at, const struct doc *doc,
                                 struct source *source)
{
    if (doc == NULL)
        return;
    description_check(at, doc, "authentication", "header environment required");
    source->token_header = description_text(at, doc, "header", "authentication");
    source->token_environment = description_texts(at, doc, "environment", "authentication");
    source->token_required = description_flag(at, doc, "required", "authentication", false);
    if (!source->token_header || !strstr(source->token_header, "{token") ||
        !strchr(source->token_header, ':'))
        description_fail(at, "authentication",
                         "'header' must be such as \"Authorization: Bearer {token}\"");
}

static void parse_graphql(struct description *at, const struct doc *doc, struct source *source)
{
    source->graphql_resource = "graphql";
    source->graphql_nodes = DEFAULT_NODES;
    if (doc == NULL)
        return;
    description_check(at, doc, "graphql", "path resource cost nodes");
    source->graphql_path = description_text(at, doc, "path", "graphql");
    if (doc_get(doc, "resource"))
        source->graphql_resource = description_text(at, doc, "resource", "graphql");
    source->graphql_cost = description_text(at, doc, "cost", "graphql");
    source->graphql_nodes = description_count(at, doc, "nodes", "graphql", DEFAULT_NODES);
    if (!source->graphql_path)
        description_fail(at, "graphql", "'path' is missing");
}

/* The probe is a stream of its own behind the others, whose records are never given out. */
static void parse_probe(struct description *at, const struct doc *doc, struct source *source)
{
    struct stream *stream = &source->streams[source->stream_count];
    struct doc *request;

    if (doc == NULL || at->error)
        return;
    source->probe_stream = stream;
    stream->name = "probe";
    stream->hidden = true;
    stream->number = source->stream_count;
    stream->identity = parse_identity(at, doc, "probe");
    request = doc_copy(doc);
    doc_remove(request, "id");
    doc_remove(request, "subject");
    /* kept beside it: the texts of both must live as long as the source */
    doc_set(source->doc, "probe request", request);
    stream->request = parse_request(at, source, request, "description", "probe");
}

static void parse_base_url(struct description *at, struct source *source)
{
    const char *url = description_text(at, source->doc, "base_url", "description");
    size_t length = url ? strlen(url) : 0;
    char *authority = url ? http_authority(url) : NULL;

    if (!authority)
        description_fail(at, "description", "'base_url' must be an http or https URL");
    free(authority);
    while (length > 0 && url[length - 1] == '/')
        length--;
    source->base_url = memory_text(url ? url : "", length);
}

static void parse_source(struct description *at, struct source *source)
{
    const struct doc *doc = source->doc;

    description_check(at, doc, "description",
                      "name summary base_url subjects parameters headers authentication limits "
                      "statuses graphql pagination fields shapes probe streams");
    source->name = description_text(at, doc, "name", "description");
    source->summary = description_text(at, doc, "summary", "description");
    if (!source->name)
        description_fail(at, "description", "'name' is missing");
    parse_base_url(at, source);
    source->subjects = description_texts(at, doc, "subjects", "description");
    for (size_t i = 0; i < source->subjects.count; i++) {
        const char *why;

        if (!scope_template_valid(source->subjects.items[i], &why))
            description_fail(at, "subjects", "%s", why);
    }
    source->help = description_pairs(at, doc_get(doc, "parameters"), "parameters", false);
    source->headers = description_pairs(at, doc_get(doc, "headers"), "headers", false);
    parse_authentication(at, doc_get(doc, "authentication"), source);
    parse_limits(at, doc_get(doc, "limits"), source);
    parse_meanings(at, doc_get(doc, "statuses"), "description", &source->statuses);
    parse_graphql(at, doc_get(doc, "graphql"), source);
    parse_pagination(at, doc_get(doc, "pagination"), "pagination", &source->pagination);
    parse_fields(at, source, doc_get(doc, "fields"), "description", &source->fields);
    parse_streams(at, source);
    parse_probe(at, doc_get(doc, "probe"), source);
}

struct source *source_parse(char *file, struct doc *doc, char **error)
{
    struct source *source = memory_new(1, sizeof *source);
    struct description at = {.file = file};

    source->file = file;
    source->doc = doc;
    parse_source(&at, source);
    if (!at.error)
        return source;
    *error = at.error;
    source_free(source);
    return NULL;
}
