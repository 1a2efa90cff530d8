/* The requests of a listing: the URL or the query of its next page. */
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "listing_parts.h"
#include "memory.h"

static struct scope request_scope(const struct listing *listing)
{
    struct scope scope = listing->scope;

    if (listing->position.has_since) {
        scope.has_since = true;
        scope.since = listing->position.since;
    }
    return scope;
}

/* The URL of the next page; NULL with *why (free it). */
static char *url_of(const struct listing *listing, char **why)
{
    const struct request *request = listing->request;
    struct scope scope = request_scope(listing);
    struct buffer url = {0};
    bool question = strchr(request->path, '?') != NULL;

    if (listing->position.url) {
        bool same = http_same_origin(listing->position.url, listing->all->base_url);

        if (!same)
            *why = memory_format("the next page is on another host: not followed");
        return same ? memory_format("%s", listing->position.url) : NULL;
    }
    buffer_append_text(&url, listing->all->base_url);
    if (!scope_expand(&scope, request->path, true, &url)) {
        *why = memory_format("a name in '%s' has no value (see --list)", request->path);
        buffer_free(&url);
        return NULL;
    }
    for (size_t i = 0; i < request->parameters.count; i++) {
        struct buffer value = {0};

        if (scope_expand(&scope, request->parameters.values[i], false, &value))
            http_append_parameter(&url, &question, request->parameters.names[i],
                                  buffer_slice(&value));
        buffer_free(&value);
    }
    position_append(&listing->position, &request->pagination, &url, &question);
    return buffer_text(&url);
}

static bool append_variable(const struct listing *listing, const struct scope *scope,
                            const struct query_variable *variable, struct buffer *out)
{
    const struct position *position = &listing->position;
    struct buffer value = {0};
    char *template;
    bool found;

    if (strcmp(variable->name, "first") == 0) {
        buffer_format(out, "%u", position->size);
        return true;
    }
    if (strcmp(variable->name, "after") == 0) {
        if (position->cursor)
            json_append_string(out, slice_text(position->cursor));
        else
            buffer_append_text(out, "null");
        return true;
    }
    template = memory_format("{%s}", variable->name);
    found = scope_expand(scope, template, false, &value);
    free(template);
    if (!found)
        buffer_append_text(out, "null");
    else if (variable->integer)
        buffer_append_slice(out, buffer_slice(&value));
    else
        json_append_string(out, buffer_slice(&value));
    buffer_free(&value);
    return found || !variable->required;
}

/* The variables of the next page's query, as a JSON object. False with *why (free it). */
static bool append_variables(const struct listing *listing, struct buffer *out, char **why)
{
    struct scope scope = request_scope(listing);
    size_t count;
    const struct query_variable *variables = query_variables(listing->request->query, &count);

    buffer_append_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_byte(out, ',');
        buffer_format(out, "\"%s\":", variables[i].name);
        if (!append_variable(listing, &scope, &variables[i], out)) {
            *why = memory_format("%s: $%s has no value (see --list)", listing->request->query_file,
                                 variables[i].name);
            return false;
        }
    }
    buffer_append_byte(out, '}');
    memset(buffer_reserve(out, JSON_PADDING), '\n', JSON_PADDING);
    return true;
}

void listing_ask(struct listing *listing)
{
    const struct request *request = listing->request;
    struct ask *ask = client_new_ask();
    char *why = NULL;

    if (request->query) {
        ask->query = request->query;
        ask->query_file = request->query_file;
        ask->page_size = listing->position.size;
        append_variables(listing, &ask->variables, &why);
        ask->may_shrink =
            listing->position.size > 1 && request->pagination.type == PAGINATION_GRAPHQL;
        ask->patience = listing->page_size.strikes;
    } else {
        ask->url = url_of(listing, &why);
    }
    if (why) {
        buffer_free(&ask->variables);
        free(ask->url);
        free(ask);
        listing_give_up(listing, why);
        return;
    }
    ask->resource = request->resource;
    ask->priority = listing->priority + listing->pages_taken;
    ask->conditional = listing->stream->conditional && !listing->owner;
    ask->need_body = listing->stream->first_child != NULL;
    ask->cache = listing->cache;
    ask->pass = listing->sweeps;
    ask->done = listing_answered;
    ask->context = listing;
    listing->asking = true;
    client_ask(listing->all->client, ask);
}

bool listing_describe(const struct listing *listing, struct buffer *out, char **why)
{
    const struct request *request = listing->request;
    char *url;

    if (request->query) {
        url = source_graphql_url(listing->all->source, listing->all->base_url);
        buffer_format(out, "POST %s %s ", url ? url : "", request->query_file);
        free(url);
        return append_variables(listing, out, why);
    }
    url = url_of(listing, why);
    if (!url)
        return false;
    buffer_format(out, "GET %s", url);
    free(url);
    return true;
}
