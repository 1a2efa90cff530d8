/* Every line of what a fuzz target made is JSON, or the target ends. */
#ifndef LEAT_FUZZ_ROWS_ARE_JSON_H
#define LEAT_FUZZ_ROWS_ARE_JSON_H

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "json.h"

static void check_rows_are_json(const struct buffer *rows)
{
    const char *at = rows->data;

    while (rows->length > 0 && at < rows->data + rows->length) {
        const char *end = rows->data + rows->length;
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)(newline - at);
        char *copy = malloc(length + JSON_PADDING);
        struct json json = {.max_nesting = JSON_MOST_NESTING};

        memcpy(copy, at, length);
        memset(copy + length, '\n', JSON_PADDING);
        if (!json_valid(&json, slice_of(copy, length)))
            abort();
        free(copy);
        at = newline + 1;
    }
}

#endif
