/* What a model's verbs make of the values in its scopes. */
#ifndef LEAT_FLATTEN_MODEL_VALUE_H
#define LEAT_FLATTEN_MODEL_VALUE_H

#include "json.h"
#include "model.h"

struct model_scratch {
    struct buffer text, joined;
};

/*
 * The value as JSON, data NULL for null; it stands in a scope, the model or the scratch, and is
 * valid until the next call. *error is set to a constant text when there can be none.
 * Not for MODEL_CONTRIBUTOR, which is more than a value.
 */
struct slice model_value(const struct model *model, const struct model_value *value,
                         struct model_scratch *scratch, const char **error);

/* Appends a value as its column's type has it; an error text, or NULL. */
const char *model_append_typed(struct buffer *out, enum type type, struct slice value);

/* A whole number, written as one or as a string. */
bool model_integer(struct slice value, uint64_t *number);

#endif
