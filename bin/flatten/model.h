/*
 * A model: how the records of a source become rows of given tables. leat-model(5) documents the
 * files; this is what they are after reading. A model never alters while records pass, but for the
 * values in its scopes, which are those of the record at hand.
 */
#ifndef LEAT_FLATTEN_MODEL_H
#define LEAT_FLATTEN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "doc.h"
#include "options.h"
#include "scope.h"
#include "slice.h"
#include "types.h"

struct model_column {
    const char *name;
    enum type type;
    struct buffer prefix; /* `,"name":`, padded */
    bool is_key;
    bool used; /* some row of the model fills it */
};

struct model_table {
    const char *name;
    struct model_column *columns;
    size_t column_count;
    const struct doc *definition; /* in the file of tables */
    struct buffer start;          /* `{"type":"RECORD","stream":"name","record":` */
    bool used;
    bool announced; /* its SCHEMA message is out */
};

enum model_verb {
    MODEL_PATH,
    MODEL_CONSTANT,
    MODEL_TEMPLATE,    /* parts, one after the other; null when one of them is */
    MODEL_KEY,         /* {"key": KIND, "id": PATH} */
    MODEL_CONTRIBUTOR, /* {"contributor": PATH} */
    MODEL_TIME,        /* {"time": PATH}: a day is its first moment */
    MODEL_DATE,        /* {"date": PATH}: the day of a time, as it is written */
    MODEL_FIRST,       /* {"first": [VALUES]} */
    MODEL_MAP,         /* {"map": PATH, "to": {TEXT: SCALAR}, "otherwise": SCALAR} */
    MODEL_JOIN,        /* {"join": PATH or [PATHS], "with": TEXT} */
    MODEL_LIKE,        /* {"like": [PATTERNS], "path": PATH} */
    MODEL_FIND,        /* {"find": PATH, "member": NAME, "like": [PATTERNS]} */
    MODEL_LINES        /* {"lines": PATH, "starting": CHARACTER, "unless": PATH} */
};

struct model_value {
    enum model_verb verb;
    struct reference from, unless;
    struct slice text; /* constant: JSON; template's literal, join's separator: string content */
    unsigned kind;     /* of a key */
    struct model_value *parts;
    size_t part_count;
    char **words; /* patterns; what a map has answers for, as JSON string content */
    size_t word_count;
    bool has_otherwise; /* the last of a map's parts is for all other texts */
};

struct model_condition {
    struct reference from;
    struct slice *texts; /* JSON scalars it may be; none: anything but null */
    size_t text_count;
};

struct model_fill {
    struct model_column *column;
    struct model_value value;
    struct buffer rendered; /* prefix and value, where these are the same in every row */
};

struct model_row {
    struct model_table *table;
    bool hold;                 /* the row waits for what child streams have to say */
    struct model_row *into;    /* the row it adds to, or NULL */
    struct reference for_each; /* slot NONE: once for the record */
    struct scope *element;     /* with for_each */
    struct model_condition *when;
    size_t when_count;
    struct model_fill *fills;
    size_t fill_count;
    char **held; /* with hold: the JSON for each of the table's columns, or NULL; owned */
    struct buffer held_rest; /* further members of its record's envelope */
    bool is_held;
};

struct model_rows {
    struct model_row **items;
    size_t count;
};

struct model_stream {
    const char *name;
    struct scope *scope;
    struct model_stream *parent;            /* whose last record is `^`, or NULL */
    struct reference *match, *match_parent; /* paths that must be the same in both */
    size_t match_count;
    bool is_parent;
    bool holds; /* some of its rows wait for those of child streams */
    bool left_out;
    bool on_demand; /* not among those to fetch where nobody says which */
    bool seen;      /* a record of it has come */
    bool announced; /* so are its tables */
    struct model_rows rows;
    struct buffer kept; /* the values of the last record, where it is a parent */
};

struct model {
    struct doc *doc, *tables_doc;
    const char *file;
    unsigned platform;
    struct model_table *tables;
    size_t table_count;
    struct model_stream *streams;
    size_t stream_count;
    struct scope *person; /* of the objects that a contributor is made of */
    struct reference person_id;
    struct model_rows person_rows;
    struct buffer every_row; /* `,"tool_source":...`, what each row ends with */
    struct doc *parameters;  /* by name: texts */
};

/*
 * Reads the model NAME (a file of the folders in LEAT_MODELS, or a path) with the parameters
 * `set`, each NAME=VALUE. NULL after an error message.
 */
struct model *model_read(const char *name, const struct option_list *set);
void model_free(struct model *model);

/* Appends the names of the streams to fetch for the model, a line each. */
void model_append_streams(const struct model *model, struct buffer *out);

/*
 * Appends the SCHEMA messages of the tables that a stream fills, those of people first, where
 * they were not yet. A table that no stream of the input fills is not declared: its rows are
 * not what is missing, nobody asked for them.
 */
void model_append_schemas(struct model *model, struct model_stream *stream, struct buffer *out);

#endif
