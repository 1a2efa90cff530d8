/* Any valid JSON made fit for jsonb: it stays valid, means the same up to U+FFFD, and stays as it
 * is when it is made so again. */
#include "../../bin/stage/payload.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void pad(struct buffer *text)
{
    memset(buffer_reserve(text, JSON_PADDING), '\n', JSON_PADDING);
}

/* What a top-level string means; U+0000 as U+FFFD. */
static void decode(struct buffer *out, struct slice json)
{
    if (json.length >= 2 && json.data[0] == '"' && json.data[json.length - 1] == '"')
        json_decode(out, slice_of(json.data + 1, json.length - 2), 0xFFFD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json json = {.max_nesting = JSON_DEFAULT_NESTING};
    struct buffer text = {0}, once = {0}, twice = {0}, meant = {0}, means = {0};

    buffer_append(&text, data, size);
    pad(&text);
    if (json_valid(&json, buffer_slice(&text))) {
        payload_append(&once, buffer_slice(&text));
        pad(&once);
        if (once.length != text.length)
            abort();
        if (!json_valid(&json, buffer_slice(&once)))
            abort();
        if (payload_append(&twice, buffer_slice(&once)) != 0 ||
            !slice_equal(buffer_slice(&once), buffer_slice(&twice)))
            abort();
        decode(&meant, buffer_slice(&text));
        decode(&means, buffer_slice(&once));
        if (!slice_equal(buffer_slice(&meant), buffer_slice(&means)))
            abort();
    }
    buffer_free(&text);
    buffer_free(&once);
    buffer_free(&twice);
    buffer_free(&meant);
    buffer_free(&means);
    return 0;
}
