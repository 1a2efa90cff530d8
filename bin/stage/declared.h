/*
 * What a drain declares: the streams that the run of the first staged row had declared, whether
 * a record of them is staged or not. For load deletes the children that are gone where their
 * stream is declared, and nowhere else.
 */
#ifndef LEAT_STAGE_DECLARED_H
#define LEAT_STAGE_DECLARED_H

#include <stdbool.h>

#include "buffer.h"
#include "staging.h"
#include "streams.h"

/* Zeroed is none. */
struct declared {
    char *platform;         /* its number; NULL when nothing is staged */
    char *names;            /* of the streams, an array of PostgreSQL; NULL for rows without a run,
                             * of which the streams that are staged are declared */
    struct streams streams; /* with their SCHEMA */
};

/* Reads those of the first row; `repository` is a number. False with a failure of the database. */
bool declared_read(struct declared *declared, struct staging *staging, const char *repository);
/* Appends the SCHEMA messages, those of parents first. */
void declared_print(const struct declared *declared, struct buffer *out);
void declared_free(struct declared *declared);

#endif
