/*
 * The fields of a stream as its description declares them: read once, then written for every
 * record, whichever way it came, in one shape and order. leat-source(5), "Fields".
 */
#ifndef FETCH_FIELDS_H
#define FETCH_FIELDS_H

#include <stdbool.h>

#include "buffer.h"
#include "doc.h"
#include "scope.h"

struct fields;

/* `shapes` is the description's object of that name, or NULL. NULL with *error (free it) when
 * it is wrong: the error begins with the path of the field. */
struct fields *fields_parse(const struct doc *doc, const struct doc *shapes, char **error);
void fields_free(struct fields *fields);

/* Appends `"name":value,...` of the object at hand, a "," before each if `comma`. False for a
 * duplicate key in it, or in an object inside that fields are taken from. */
bool fields_append(struct fields *fields, const struct scope *scope, bool comma,
                   struct buffer *out);

/* Appends the value of one field, null if it has none. False when there is no such field. */
bool fields_append_value(struct fields *fields, const char *name, const struct scope *scope,
                         struct buffer *out);
size_t fields_count(const struct fields *fields);
bool fields_has(const struct fields *fields, const char *name);

/* Adds the JSON Schema of each field to `properties`; those of `keys` (NULL-ended, or NULL)
 * are not nullable. */
void fields_add_properties(const struct fields *fields, struct doc *properties, char *const *keys);
/* Adds the JSON Schema of one field under another name. */
void fields_add_property(const struct fields *fields, const char *field, struct doc *properties,
                         const char *name);

#endif
