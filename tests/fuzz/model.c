/* Any bytes as a stream of records through the models: every row they make is JSON. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../bin/flatten/model.h"
#include "../../bin/flatten/model_rows.h"
#include "json.h"
#include "rows_are_json.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A line is read as a record of one stream after the other. */
static void map_line(struct model_writer *writer, char *line, size_t length)
{
    struct model *model = writer->model;
    struct json json = {.max_nesting = 64, .end = line + length};
    const char *at = json_space(&json, line);
    struct buffer out = {0};

    writer->json = &json;
    for (size_t i = 0; *at == '{' && utf8_valid(line, length) && i < model->stream_count; i++) {
        struct model_stream *stream = &model->streams[i];

        if (stream->left_out || scope_scan(stream->scope, &json, at, 0) == NULL)
            continue;
        model_write_record(writer, stream, &out);
        model_write_held(writer, stream, &out);
    }
    check_rows_are_json(&out);
    buffer_free(&out);
}

/* Models are read once: reading them takes longer than a record. */
static struct model_writer *writer_of(size_t which)
{
    static const char *const names[] = {"common/models/github.json", "common/models/gitlab.json",
                                        "common/models/git.json"};
    static struct model_writer writers[3];
    const char *items[] = {"repo_id=7"};
    struct option_list set = {items, 1};

    if (writers[which].model == NULL) {
        struct model *model = model_read(names[which], &set);

        if (model == NULL)
            abort();
        model_writer_open(&writers[which], model);
    }
    return &writers[which];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model_writer *writer = writer_of(size % 3);
    char *padded = malloc(size + JSON_PADDING + 1);
    size_t start = 0;

    if (size > 0)
        memcpy(padded, data, size);
    memset(padded + size, '\n', JSON_PADDING + 1);
    for (size_t at = 0; at <= size; at++) {
        if (padded[at] == '\n') {
            map_line(writer, padded + start, at - start);
            start = at + 1;
        }
    }
    free(padded);
    return 0;
}
