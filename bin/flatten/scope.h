/*
 * The values of a record that somebody asks for: paths are registered once, then each record is
 * scanned and the values found are slices of it, as written.
 */
#ifndef LEAT_FLATTEN_SCOPE_H
#define LEAT_FLATTEN_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "shape.h"

enum { SCOPE_MOST_NAMES = 10000 };

struct scope {
    struct shape shape;
    struct slice *values; /* by slot; data NULL: not there, or null */
    size_t count;
    size_t whole; /* the slot of "." or SCOPE_NONE */
};

#define SCOPE_NONE ((size_t)-1)

/* A value of a scope; scope NULL: there is none. */
struct reference {
    struct scope *scope;
    size_t slot;
};

struct scope *scope_new(void);
void scope_free(struct scope *scope);

/* The slot for a path, names with dots between them; "." is the record itself. */
size_t scope_slot(struct scope *scope, const char *path);

/*
 * Scans the object at `at` (on its "{") inside `nesting` open containers and sets the values.
 * Returns the byte behind it, or NULL with json->error.
 */
const char *scope_scan(struct scope *scope, struct json *json, const char *at, unsigned nesting);

/* Makes a value that is no object all there is: its "." */
void scope_set_scalar(struct scope *scope, struct slice value);

static inline struct slice reference_value(struct reference reference)
{
    return reference.scope->values[reference.slot];
}

#endif
