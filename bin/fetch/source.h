/*
 * A source description, read and checked: leat-source(5) says what everything means. All
 * texts belong to the source.
 */
#ifndef FETCH_SOURCE_H
#define FETCH_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doc.h"
#include "fields.h"
#include "graphql.h"
#include "scope.h"

enum pagination_type {
    PAGINATION_NONE,
    PAGINATION_LINK,
    PAGINATION_PAGE,
    PAGINATION_OFFSET,
    PAGINATION_CURSOR,
    PAGINATION_KEYSET,
    PAGINATION_GRAPHQL
};

extern const char *const pagination_names[]; /* NULL-ended */

struct pagination {
    enum pagination_type type;
    const char *parameter, *size_parameter; /* NULL: none is sent */
    const char *next, *last;                /* paths, PAGINATION_CURSOR */
    uint32_t size, update_size, most;       /* records a page; 0: as the server has it */
    uint32_t start;                         /* the first page's number */
};

struct texts {
    char **items; /* NULL-ended */
    size_t count;
};

struct request {
    const char *path; /* template; NULL for a query */
    struct parameters parameters;
    struct query *query;
    const char *query_file;
    const char *records;    /* a path; of a query, below its top-level field */
    const char *entries[2]; /* or NULL */
    const char *resource;
    struct pagination pagination;
};

enum meaning {
    MEANING_ERROR,
    MEANING_EMPTY,
    MEANING_GONE,
    MEANING_BLOCKED,
    MEANING_DISABLED,
    MEANING_FORBIDDEN
};
extern const char *const meaning_names[];

struct meanings {
    struct {
        int status;
        enum meaning meaning;
    } * items;
    size_t count;
};

enum order { ORDER_NONE, ORDER_ASCENDING, ORDER_DESCENDING };

struct incremental {
    const char *field; /* NULL: the stream is not incremental */
    enum order order;
    int64_t look_back;
    int64_t start; /* before now; -1: from the beginning */
    /* the least difference between two times of the field, in milliseconds; 0: not known */
    uint32_t resolution;
};

struct identity {
    const char *id, *subject; /* a path, a template; NULL: none */
};

struct stream {
    const char *name, *summary, *unavailable;
    struct texts key;
    bool is_default, hidden, conditional;
    struct request *request, *otherwise, *follow;
    struct incremental incremental;
    struct meanings statuses;
    struct texts only, leave_out, when;
    struct identity identity;
    struct fields *fields; /* NULL: records are passed on as they came */
    struct texts parents;  /* of parent_key: the field of the ancestor, by number of `columns` */
    struct texts columns;  /* of parent_key */
    struct stream *parent, *first_child, *next_sibling;
    const char *parent_name;
    const char *member; /* NULL: none */
    struct parameters *each;
    size_t each_count;
    size_t number; /* its place in the source */
};

struct limit {
    const char *resource;
    const char *limit, *remaining, *reset; /* header names, lower case, or NULL */
    bool reset_in_seconds;
    uint32_t per_minute, concurrent;
    int64_t secondary_wait;
};

struct source {
    struct doc *doc;
    const char *name, *summary;
    char *base_url;
    char *file;
    struct texts subjects;
    struct parameters help; /* of the parameters */
    struct parameters headers;
    const char *token_header; /* "Name: value with {token}", NULL: no authentication */
    struct texts token_environment;
    bool token_required;
    struct limit *limits;
    size_t limit_count;
    struct meanings statuses;
    const char *graphql_path, *graphql_resource, *graphql_cost;
    uint32_t graphql_nodes;
    struct pagination pagination;
    struct fields *fields;       /* every record's first, or NULL */
    struct stream *probe_stream; /* stands behind the streams; NULL: none */
    struct stream *streams;
    size_t stream_count;
};

/* Reads a description: a name looked up in the folders of the environment variable
 * LEAT_SOURCES (separated by colons), or a path (with a "/" or ending in ".json"). NULL with
 * *error (free it) that names the file and the place in it. */
struct source *source_read(const char *name, char **error);
void source_free(struct source *source);

/* Where GraphQL is spoken below a base URL; free() it. NULL when it is nowhere. */
char *source_graphql_url(const struct source *source, const char *base_url);

/* The folders of descriptions, separated by colons. */
const char *source_folders(void);

struct stream *source_stream(const struct source *source, const char *name);
const struct limit *source_limit(const struct source *source, const char *resource);

/* What a status means for a stream (NULL: for the source). */
enum meaning source_meaning(const struct source *source, const struct stream *stream, int status);

/* Sets the parameters that a subject ("owner/repo") says by the first template that fits. */
bool source_subject(const struct source *source, const char *subject,
                    struct parameters *parameters);

/* Appends what a template of subjects is with these parameters. False when one is missing. */
bool source_expand_subject(const char *template, const struct scope *scope, struct buffer *out);

#endif
