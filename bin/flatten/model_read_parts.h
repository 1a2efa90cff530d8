/*
 * Between the parts that read a model: where something is read for, and the values that rows are
 * made of. Private to model_read.c and model_read_values.c; model_type() is for model_schemas.c,
 * too.
 */
#ifndef LEAT_FLATTEN_MODEL_READ_PARTS_H
#define LEAT_FLATTEN_MODEL_READ_PARTS_H

#include "model.h"

/* Where a value is read for: what its paths start from. */
struct place {
    struct model *model;
    const char *stream, *table, *column; /* for messages; NULL where there is none */
    struct scope *scopes[3];             /* the one at hand, then each `^` one further up */
    bool *failed;
};

/* Says what is wrong there; only the first time. */
void model_fail(const struct place *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fails on members that are not among `known`, words separated by blanks: slips of the pen. */
void model_check(const struct place *at, const struct doc *object, const char *known);

/* What a path means there; scope NULL after a failure. */
struct reference model_path(const struct place *at, const char *path);
/* The same for a member of an object, which may be missing where it is optional. */
struct reference model_path_member(const struct place *at, const struct doc *object,
                                   const char *name, bool optional);

/* A value, by its verb; a template of which the text behind "=" is given. */
struct model_value model_read_value(const struct place *at, const struct doc *doc);
struct model_value model_read_template(const struct place *at, const char *text);

/* The type of that name; TYPE_UNKNOWN when there is none. */
enum type model_type(const char *word);

#endif
