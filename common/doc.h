/*
 * Documents: JSON small enough to hold as a tree (schemas, catalogs, state), by cJSON.
 * Records are never documents: see json.h.
 *
 * Nodes belong to their document; what is added to a document is owned by it.
 */
#ifndef LEAT_DOC_H
#define LEAT_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "slice.h"

struct doc;

/* NULL when the text is not strict JSON: then *error says why. doc_free() what you get. */
struct doc *doc_parse(struct slice text, const char **error);
/* Reads a file; NULL with a formatted *error (free it) when it cannot or is no JSON. */
struct doc *doc_read(const char *path, char **error);
void doc_free(struct doc *doc);

/* New values, to be added to a document or freed. */
struct doc *doc_object(void);
struct doc *doc_array(void);
struct doc *doc_text(const char *text);
struct doc *doc_number(double number);
struct doc *doc_boolean(bool value);
/* JSON text taken as it is; it must be valid. */
struct doc *doc_raw(const char *json);
struct doc *doc_copy(const struct doc *doc);

/* The member of an object, NULL when there is none (or doc is NULL or no object). */
struct doc *doc_get(const struct doc *doc, const char *name);
/* Replaces or adds a member; removes one; appends to an array. */
void doc_set(struct doc *object, const char *name, struct doc *value);
/* Adds a member whose name is known to be new, in constant time. */
void doc_add_member(struct doc *object, const char *name, struct doc *value);
void doc_remove(struct doc *object, const char *name);
void doc_add(struct doc *array, struct doc *value);

/* Members or elements, in order: for (d = doc_first(x); d; d = doc_next(d)). NULL-safe. */
struct doc *doc_first(const struct doc *doc);
struct doc *doc_next(const struct doc *doc);
size_t doc_count(const struct doc *doc);

/* The name of a member. */
const char *doc_name(const struct doc *doc);
/* The text of a string, NULL for anything else. */
const char *doc_string(const struct doc *doc);
double doc_double(const struct doc *doc, double otherwise);
bool doc_is_true(const struct doc *doc);
bool doc_is_object(const struct doc *doc);
bool doc_is_array(const struct doc *doc);

/* Appends the document as compact JSON, without a line end. */
void doc_print(const struct doc *doc, struct buffer *buffer);

#endif
