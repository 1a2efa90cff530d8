/*
 * Names of columns and streams, from the names in records. What a path becomes depends on
 * the path alone; leat-flatten(1) has the rules, from the field's common practice.
 */
#ifndef LEAT_FLATTEN_NAMES_H
#define LEAT_FLATTEN_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "slice.h"

enum names_rule { NAMES_SNAKE, NAMES_KEEP };

enum { NAMES_DEFAULT_LENGTH = 63 }; /* PostgreSQL's longest identifier, in bytes */

/* Appends the column form of one name; true when something was lost on the way that another
 * name may lose too (a character outside ASCII), so that the path's hash must be added. */
bool names_append(struct buffer *out, enum names_rule rule, struct slice name);

/* Cuts a name that is too long and ends it in the hash of its source path. */
void names_fit(struct buffer *name, size_t longest, struct slice source);

/* Ends a name in the hash of its source path, whatever its length. */
void names_add_hash(struct buffer *name, size_t longest, struct slice source);

#endif
