/*
 * What names mean while a request is made or a record is written: the members of the object at
 * hand, of the records above it, the parameters of the run. leat-source(5), "Paths and
 * templates", is the rule.
 */
#ifndef FETCH_SCOPE_H
#define FETCH_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "view.h"

/* Names with texts: what the operands say, and what a line of --parameters says. */
struct parameters {
    char **names, **values;
    size_t count;
};

void parameters_set(struct parameters *parameters, struct slice name, struct slice value);
/* NULL when there is none of that name. */
const char *parameters_get(const struct parameters *parameters, struct slice name);
void parameters_copy(struct parameters *to, const struct parameters *from);
void parameters_free(struct parameters *parameters);

struct scope {
    const struct scope *up;       /* the record above, NULL at the top */
    struct slice record;          /* the object at hand; empty for none */
    struct view_members *members; /* its members, where they are listed already, or NULL */
    const struct parameters *parameters;
    const struct parameters *each; /* of a child stream taken several times, or NULL */
    const char *base_url;
    int64_t since; /* milliseconds, or a number; see has_since */
    bool has_since, since_is_number;
};

/* What a path names, with leading "^"s; data NULL when nothing. */
struct slice scope_path(const struct scope *scope, const char *path);

/* The same for a path with "{name}" in it. */
struct slice scope_expanded_path(const struct scope *scope, const char *path);

/* Appends what a template stands for; as a path of a URL, if so asked, its values percent-encoded.
 * False, and nothing appended, when a name in it has no value, or "." or ".." would be a segment
 * of the path. */
bool scope_expand(const struct scope *scope, const char *template, bool encode, struct buffer *out);

/* Whether a template is well-formed; otherwise *error says why (a constant text). */
bool scope_template_valid(const char *template, const char **error);

/* Whether the conditions "path" or "path=value" hold: all of them, any of them. */
bool scope_holds_all(const struct scope *scope, char *const *conditions, size_t count);
bool scope_holds_any(const struct scope *scope, char *const *conditions, size_t count);

#endif
