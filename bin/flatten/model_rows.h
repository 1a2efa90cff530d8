/*
 * Records into the rows of a model's tables: the hot path of --model. A record gives the rows of
 * people it names, where they are new, then its own rows in the model's order.
 */
#ifndef LEAT_FLATTEN_MODEL_ROWS_H
#define LEAT_FLATTEN_MODEL_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "json.h"
#include "model.h"
#include "model_value.h"

struct known_person;

struct model_writer {
    struct model *model;
    struct json *json;
    struct model_scratch scratch;
    struct buffer people;       /* rows of the people of the record at hand */
    struct known_person *known; /* whose rows were written, by a hash: a cache */
    size_t *fresh;              /* places in it that the record at hand took */
    size_t fresh_count, fresh_capacity;
    struct buffer error;
    struct slice rest; /* of the record's envelope, repeated in each of its rows */
    uint64_t made;     /* rows */
};

void model_writer_open(struct model_writer *writer, struct model *model);
void model_writer_close(struct model_writer *writer);

/*
 * Appends the rows of a record whose values are in the stream's scope. False when it cannot be
 * mapped: then `error` says why, and `out` is as it was.
 */
bool model_write_record(struct model_writer *writer, struct model_stream *stream,
                        struct buffer *out);

/* Appends the rows of the stream that were held back. */
void model_write_held(struct model_writer *writer, struct model_stream *stream, struct buffer *out);

#endif
