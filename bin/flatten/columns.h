/*
 * The columns of a table: their names, what happens when two meet, and those of our own.
 */
#ifndef LEAT_FLATTEN_COLUMNS_H
#define LEAT_FLATTEN_COLUMNS_H

#include <stdbool.h>

#include "buffer.h"
#include "tables.h"

/* Appends the names from the table's rows down to a node, joined by "__"; *lost is set where
 * characters were lost on the way (names.h). */
void columns_append_path(const struct table *table, const struct shape_node *node,
                         struct buffer *name, bool *lost);

/* Sees to it that the place has a column whose prefix can be used. */
void columns_use(struct table *table, struct place *place, struct shape_node *node);

/* Sees to it that a main table without key properties has the column `_key`. */
void columns_use_own_key(struct table *table);

/* Adds a column of our own, such as `_index`. */
struct column *columns_add_own(struct table *table, const char *name);

#endif
