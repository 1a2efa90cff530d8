/* flatten --model as a function over messages: see flatten(1) and leat-model(5). */
#ifndef LEAT_FLATTEN_MODEL_FILTER_H
#define LEAT_FLATTEN_MODEL_FILTER_H

#include <stdbool.h>

#include "filter.h"
#include "model.h"
#include "model_rows.h"

struct model_filter {
    struct filter *filter;
    struct model *model;
    struct model_writer writer;
    struct model_stream *last;   /* of the last record: most often the next one's too */
    struct model_stream *holder; /* whose rows wait, or NULL */
    bool has_state;              /* the input has STATE: then it ends with one */
    uint64_t left_out;           /* records */
    char **unknown;              /* streams that were warned of */
    size_t unknown_count;
};

void model_filter_open(struct model_filter *self, struct filter *filter, struct model *model);
/* For filter_run(); `context` is the struct. */
void model_filter_take(void *context, const struct message *message);
/* After the last message; `ended`: the input came to its end. */
void model_filter_close(struct model_filter *self, bool ended);

#endif
