/*
 * A stream and the table it goes to: what the table has, what the input wants of it, and how
 * the two are brought together (the plan).
 *
 * Everything here belongs to the thread that reads. The thread that writes sees only layouts
 * and changes, which never alter once they are made.
 */
#ifndef LEAT_LOAD_TABLE_H
#define LEAT_LOAD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "schema.h"
#include "shape.h"
#include "slice.h"
#include "sql.h"
#include "types.h"

#define PLACE_NONE SIZE_MAX

struct column {
    char *name;
    bool exists;             /* in the table, or planned to be by a batch handed over */
    bool named;              /* by the input; other columns of the table are never touched */
    bool ours;               /* the table's type is exactly the one we would have chosen */
    bool provenance;         /* a difference in it alone is no reason to update a row */
    enum type type;          /* of the table's column; unknown unless it exists */
    enum type wanted;        /* type, widened by declarations and by what the batch brought */
    struct column *overflow; /* NAME__json: objects where the table has a scalar */
    bool wants_overflow;
    size_t place; /* in the layout, or PLACE_NONE */
    /* The value of the row being read. */
    uint64_t row;
    enum json_kind kind;
    struct slice value;
};

struct layout_column {
    const char *name;
    enum type type;
    bool ours, provenance;
    struct column *column;
};

/* The fields of an encoded row, in order. */
struct layout {
    unsigned serial; /* differs between any two layouts of a table */
    struct layout_column *columns;
    size_t count;
    size_t *keys; /* places of the key columns */
    size_t key_count;
    bool ours; /* every column's type is ours */
    struct layout *previous;
};

struct change {
    enum change_kind {
        CHANGE_CREATE,
        CHANGE_ADD,
        CHANGE_WIDEN,
        CHANGE_UNIQUE_INDEX,
        CHANGE_PARENT_INDEX
    } kind;
    const char *column;
    enum type from, to;
    struct schema *schema; /* CHANGE_CREATE */
};

struct changes {
    struct change *items;
    size_t count;
};

/* Who a stream is, for the writer: alters only while the writer rests. */
struct table {
    char *name;
    size_t number;
    enum sql_dialect dialect;
    enum disposition disposition; /* never DISPOSITION_DEFAULT */
    char **keys;
    size_t key_count;
    struct table *parent; /* whose rows replace their children here, or NULL */
    struct schema_link *links;
    size_t link_count;

    enum disposition declared; /* by its SCHEMA */
    struct table *declared_parent;
    bool keep_nulls; /* an upsert leaves a known value alone where the row has null */
    bool aside;      /* its rows do not end the family they stand in */
    bool frozen;     /* the table may not change */
    bool described;
    bool exists, unique_index, parent_index;
    struct column **columns;
    size_t column_count;
    struct shape shape;
    struct layout *layout;  /* NULL until the first plan */
    bool stale;             /* the layout does not do for what was seen since it was made */
    struct slice version;   /* owned text: of the rows staged to replace the table */
    struct slice activated; /* owned text: the version the table was last replaced by */
    uint64_t staged;        /* rows committed to the stage that will replace the table */
    bool was_replaced;
    bool is_parent; /* of a table whose rows are its children */
    uint64_t replaced_characters, discarded_values, rows;
};

struct table *table_new(struct slice name, size_t number, enum sql_dialect dialect);
void table_free(struct table *table);

/* Whether the database takes it as the name of a column. */
bool table_is_column_name(const struct table *table, struct slice name);
/* The column of that name, made if need be. */
struct column *table_column(struct table *table, const char *name);
/* The column a name of a record stands for; NULL when no column can have that name. *new is
 * whether nothing in the input had named it before. */
struct column *table_member(struct table *table, struct shape_node *node, bool *new);
/* Whether the input has named any column so far. */
bool table_has_named_column(const struct table *table);

/* Forgets what the table has, before it is described (again). */
void table_forget(struct table *table);
/* The table has a column of that declared type. */
void table_found_column(struct table *table, const char *name, const char *declared);

/* Whether a SCHEMA names the keys and links that the table has. */
bool table_has_keys_of(const struct table *table, const struct schema *schema);
/* Takes keys and links over from a SCHEMA: only while the writer rests. */
void table_take_keys(struct table *table, const struct schema *schema);
/* Takes the columns over. */
void table_declare(struct table *table, const struct schema *schema);

/*
 * Compares what is wanted with what is there and makes a layout for it. Appends the changes
 * that takes. `final`: columns of unknown type become text, for there will be no other value.
 */
void table_plan(struct table *table, bool final, struct changes *changes);
void changes_free(struct changes *changes);

/* Whether rows of the table make a set with those of its parent. */
static inline bool table_is_child(const struct table *table)
{
    return table->parent != NULL && table->disposition == DISPOSITION_UPSERT;
}

/* How many tables are above it. */
static inline size_t table_depth(const struct table *table)
{
    size_t depth = 0;

    for (; table_is_child(table); table = table->parent)
        depth++;
    return depth;
}

#endif
