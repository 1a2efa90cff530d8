/* A GraphQL response of several queries (graphql.h), taken apart: an answer for each. */
#ifndef FETCH_SPLIT_H
#define FETCH_SPLIT_H

#include <stdbool.h>

#include "answer.h"

enum split_outcome {
    SPLIT_ANSWERS,   /* each answer is set: a body, a status, or too rich */
    SPLIT_LIMITED,   /* refused for its rate: to be asked again */
    SPLIT_MALFORMED, /* no GraphQL response: *reason (free it) says why */
    SPLIT_REFUSED    /* the query is wrong: *reason has the server's message */
};

/* `body` is valid JSON. answers: `count`, zero-initialized. */
enum split_outcome split_response(struct slice body, struct answer *answers, size_t count,
                                  char **reason);

#endif
