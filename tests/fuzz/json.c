/* Any bytes to the scanner: it must not read astray, and its parts must agree. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is valid decodes to valid UTF-8, and writes back to something valid. */
static void check_string(struct json *json, const char *at, struct slice text)
{
    struct buffer decoded = {0}, written = {0};
    bool escaped = false;
    const char *end = json_string_end(json, at + 1, &escaped);

    if (end == NULL || end > text.data + text.length)
        abort();
    json_decode(&decoded, slice_of(at + 1, (size_t)(end - at - 1)), 0);
    buffer_reserve(&decoded, JSON_PADDING);
    memset(decoded.data + decoded.length, 0, JSON_PADDING);
    if (!utf8_valid(decoded.data, decoded.length))
        abort();
    json_append_string(&written, buffer_slice(&decoded));
    buffer_reserve(&written, JSON_PADDING);
    memset(written.data + written.length, '\n', JSON_PADDING);
    if (!json_valid(json, buffer_slice(&written)))
        abort();
    buffer_free(&decoded);
    buffer_free(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *padded = malloc(size + JSON_PADDING);
    struct json json = {.max_nesting = JSON_DEFAULT_NESTING};
    const char *at;

    if (size > 0)
        memcpy(padded, data, size);
    memset(padded + size, '\n', JSON_PADDING);
    if (json_valid(&json, slice_of(padded, size))) {
        at = json_space(&json, padded);
        if (*at == '"')
            check_string(&json, at, slice_of(padded, size));
    } else if (json.error == NULL || json.error_at < padded || json.error_at > padded + size) {
        abort();
    }
    free(padded);
    return 0;
}
