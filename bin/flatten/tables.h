/*
 * What flatten knows of a stream: the tables its records become. A stream has one main table,
 * and a child table for each array, whose rows come from the array's elements.
 *
 * A table keeps the shape of its rows; each place in it knows what becomes of a value there.
 * Tables grow as names appear; each growth makes a new SCHEMA message due.
 */
#ifndef LEAT_FLATTEN_TABLES_H
#define LEAT_FLATTEN_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "doc.h"
#include "hash.h"
#include "names.h"
#include "options.h"
#include "shape.h"

enum { TABLES_MOST = 1000 }; /* of one stream */

/* Flags of a place that keep it from the common path. */
enum {
    PLACE_DROPPED = 1,   /* --drop, or not among --keep */
    PLACE_RAW = 2,       /* arrays and objects are kept as JSON: --max-depth */
    PLACE_RAW_ARRAY = 4, /* arrays are kept as JSON: --plain */
    PLACE_KEY = 8,       /* a key property of the table */
    PLACE_ABOVE = 16,    /* above a --keep path: scalars are dropped */
    PLACE_UNSEEN = 32    /* its column has only stood in records that were rejected */
};

struct table;

struct column {
    struct place *place; /* NULL for a column of our own, such as _key */
    char *name;
    char *source;         /* RFC 6901 pointer, "*" for an array's elements; NULL: ours */
    struct doc *property; /* what the input's SCHEMA says of it, or NULL; owned */
    bool hashed;          /* its name ends in the hash of its source */
    bool announced;       /* has stood in a SCHEMA message */
};

/* What becomes of values at one place of a table's rows. */
struct place {
    unsigned flags;
    unsigned depth;        /* containers between the record and this place */
    unsigned key;          /* with PLACE_KEY: which one */
    bool has_been_object;  /* then a null says nothing about a scalar column */
    struct slice prefix;   /* `,"column":` ready to copy; empty while there is no column */
    struct column *column; /* of scalars and raw values; NULL until the first */
    struct table *rows;    /* the child table its array's elements become, or NULL */
    char *source;          /* pointer from the record */
};

struct key {
    char *name;            /* the property's name in the record */
    struct column *column; /* NULL until seen */
    struct slice value;    /* of the row being made, as written; data NULL while unknown */
};

struct tables_options {
    int names; /* enum names_rule */
    uint64_t longest_name;
    uint64_t max_depth;
    uint64_t max_names;
    bool plain;
    struct option_list keep, drop, keys;
};

struct table {
    const struct tables_options *options;
    char *stream;
    char *path; /* pointer from the record to this table's elements; "" for main */
    uint64_t path_hash;
    struct table *main; /* of the stream: itself for a main table */
    struct table *parent;
    struct table *next; /* all tables of a stream, parents first; starts at main */
    unsigned depth;     /* containers around its rows */
    struct shape shape;
    struct shape names; /* column names in use; data is the column that has the name */
    struct column **columns;
    size_t column_count;
    struct place element; /* elements that are no objects: column `value` */
    struct key *keys;
    size_t key_count;
    bool key_declared; /* the input's SCHEMA has a `_key`: then it is not ours */
    struct column *own_key;
    struct buffer start;           /* `{"type":"RECORD","stream":...,"record":` */
    struct buffer *parent_columns; /* `,"_parent_id":` for each key of the parent */
    size_t parent_column_count;
    struct doc *message; /* the input's SCHEMA message, or NULL; owned */
    bool announced, schema_due;
    bool some_due; /* of a main table: some table of the stream has a SCHEMA due */
};

struct table *tables_open(const struct tables_options *options, struct slice stream);
void tables_close(struct table *main);

/* Makes the columns of the table's key properties. */
void tables_name_keys(struct table *table);

/* Takes a SCHEMA message over, which the table owns from then on. */
void tables_take_schema(struct table *main, struct doc *message);

/* The place of a node, made on first sight. */
struct place *tables_place(struct table *table, struct shape_node *node);
/* The child table for the arrays at a place (`node` NULL: arrays in arrays), made on first
 * sight; NULL when there are too many. */
struct table *tables_use_child(struct table *table, struct place *place, struct shape_node *node);

/* A SCHEMA message of the table is due. */
static inline void tables_mark_due(struct table *table)
{
    table->schema_due = true;
    table->main->some_due = true;
}

/* Appends the SCHEMA messages that are due, parents first. */
void tables_append_schemas(struct table *main, struct buffer *out);
/* After a rejected record: what only it has used goes back to being unseen. */
void tables_forget_record(struct table *main);

#endif
