/*
 * The schema of a flat stream, as a SCHEMA message declares it: columns with types, keys,
 * how rows are to be written, and whose children they are. leat-stream(5) documents the
 * message and the members that are ours.
 */
#ifndef LEAT_SCHEMA_H
#define LEAT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "doc.h"
#include "slice.h"
#include "types.h"

enum disposition {
    DISPOSITION_DEFAULT, /* not said: upsert where there are keys, else append */
    DISPOSITION_APPEND,
    DISPOSITION_UPSERT,
    DISPOSITION_REPLACE
};

struct schema_column {
    char *name;
    enum type type; /* TYPE_UNKNOWN: declared without a type, to be inferred */
    bool nullable;
    bool provenance; /* where and when a row was collected, not what it says */
};

/* A child's column and the parent's column it refers to. */
struct schema_link {
    char *child, *parent;
};

struct schema {
    char *stream;
    struct schema_column *columns;
    size_t column_count;
    char **keys; /* names of columns; a key is also among `columns` */
    size_t key_count;
    enum disposition disposition;
    bool keep_nulls; /* "nulls":"keep": a null leaves a known value alone */
    bool aside;      /* rows may stand inside another stream's family without ending it */
    char *parent;    /* the stream this one's rows are children of, or NULL */
    struct schema_link *links;
    size_t link_count;
};

/* From a SCHEMA message; NULL with a constant *error when it is unusable. */
struct schema *schema_parse(const struct doc *message, const char **error);
void schema_free(struct schema *schema);

/* JSON Schema of a property <-> type. Unknown or absent types are TYPE_UNKNOWN. */
enum type schema_property_type(const struct doc *property, bool *nullable);
/* Sets "type" and "format" of a property, leaving its other members alone. */
void schema_set_property_type(struct doc *property, enum type type, bool nullable);

/* "append", "upsert", "replace", NULL-ended, for OPTION_CHOICE: word i is disposition i + 1. */
extern const char *const schema_dispositions[];

#endif
