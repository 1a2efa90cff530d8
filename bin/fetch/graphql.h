/*
 * GraphQL queries as files, and several of them put together into one request.
 *
 * A query file holds one operation with variables and one top-level field, and any number of
 * fragments, as an editor or the API's schema can check it. In a request each becomes an alias
 * r0, r1, ... with variables and fragments renamed, so that unrelated queries can share it.
 */
#ifndef FETCH_GRAPHQL_H
#define FETCH_GRAPHQL_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "slice.h"

struct query;

struct query_variable {
    char *name;
    bool integer; /* its type is Int; others are sent as strings */
    bool list;
    bool required; /* "!" */
};

/* `name` is for errors. NULL with *error (free it) when the text is not such a query. */
struct query *query_parse(const char *name, struct slice text, char **error);
void query_free(struct query *query);

const struct query_variable *query_variables(const struct query *query, size_t *count);
/* The file as it was read. */
struct slice query_text(const struct query *query);
/* The name of the top-level field: what answers call it when asked without an alias. */
const char *query_top_field(const struct query *query);

/* What a request for it costs, by the "first" and "last" arguments, counted as GitHub
 * documents it: nodes that may be returned, and requests for connections (a hundredth of
 * which, rounded, are its points). */
struct query_weight {
    uint64_t nodes, connections;
};
struct query_weight query_weigh(const struct query *query, uint64_t page_size);

struct query_item {
    const struct query *query;
    struct slice variables; /* a JSON object: names as in the file */
};

/* Appends the body of a request for all items: {"query":...,"variables":...}. `cost` is a
 * selection to be added, or NULL. */
void query_compose(const struct query_item *items, size_t count, const char *cost,
                   struct buffer *out);

#endif
