/* Any bytes as a stream of records through flatten's parts: every row it makes is JSON. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../bin/flatten/rows.h"
#include "../../bin/flatten/tables.h"
#include "json.h"
#include "rows_are_json.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void flatten_line(struct table *main, struct rows *rows, char *line, size_t length)
{
    struct json json = {.max_nesting = 64, .end = line + length};
    struct buffer out = {0};
    const char *at = json_space(&json, line);

    rows->json = &json;
    rows->record_end = length % 2 ? line + length : NULL;
    if (*at == '{' && utf8_valid(line, length) && rows_append(rows, main, at, 0, &out) != NULL) {
        tables_append_schemas(main, &out);
        check_rows_are_json(&out);
    } else {
        tables_forget_record(main);
    }
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tables_options options = {.longest_name = 63,
                                     .max_depth = size % 4 ? 100 : 1,
                                     .max_names = 200,
                                     .names = size % 2 ? NAMES_SNAKE : NAMES_KEEP};
    struct table *main = tables_open(&options, slice_text("s"));
    struct rows rows = {0};
    char *padded = malloc(size + JSON_PADDING + 1);
    size_t start = 0;

    if (size > 0)
        memcpy(padded, data, size);
    memset(padded + size, '\n', JSON_PADDING + 1);
    for (size_t at = 0; at <= size; at++) {
        if (padded[at] == '\n') {
            flatten_line(main, &rows, padded + start, at - start);
            start = at + 1;
        }
    }
    rows_close(&rows);
    tables_close(main);
    free(padded);
    return 0;
}
