/* schema-infer: the schema of a stream, found while it passes. See schema-infer(1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "log.h"
#include "memory.h"
#include "options.h"
#include "places.h"
#include "report.h"
#include "schema.h"
#include "sql.h"

enum { SQL_NONE = -1 };

struct infer {
    bool final;
    int sql; /* enum sql_dialect, or SQL_NONE */
    uint64_t max_names;
    struct filter filter;
    struct stream **streams;
    size_t stream_count, last;
    struct buffer start; /* envelope of plain records */
};

static bool passes_records(const struct infer *infer)
{
    return !infer->final && infer->sql == SQL_NONE;
}

static struct stream *stream_of(struct infer *infer, struct slice name)
{
    if (infer->stream_count > 0 && slice_is(name, infer->streams[infer->last]->name))
        return infer->streams[infer->last];
    for (size_t i = 0; i < infer->stream_count; i++) {
        if (slice_is(name, infer->streams[i]->name)) {
            infer->last = i;
            return infer->streams[i];
        }
    }
    infer->last = infer->stream_count++;
    infer->streams = memory_resize(infer->streams, infer->stream_count, sizeof *infer->streams);
    infer->streams[infer->last] = places_open(name, (uint32_t)infer->max_names);
    return infer->streams[infer->last];
}

static void announce(struct infer *infer, struct stream *stream, bool final)
{
    struct doc *message = places_message(stream, final);

    doc_print(message, &infer->filter.output.buffer);
    buffer_append_byte(&infer->filter.output.buffer, '\n');
    doc_free(message);
    stream->grown = false;
}

static void pass_line(struct infer *infer, const struct message *message)
{
    struct buffer *out = &infer->filter.output.buffer;

    if (!passes_records(infer))
        return;
    if (message->plain) {
        if (infer->start.length == 0)
            messages_append_record_start(&infer->start, message->stream);
        buffer_append_slice(out, buffer_slice(&infer->start));
        buffer_append_slice(out, message->record);
        buffer_append(out, "}\n", 2);
    } else {
        buffer_append_slice(out, message->line);
        buffer_append_byte(out, '\n');
    }
    infer->filter.statistics.records_out += message->kind == MESSAGE_RECORD;
}

static void take_record(struct infer *infer, const struct message *message)
{
    struct stream *stream = stream_of(infer, message->stream);
    struct json *json = &infer->filter.messages.json;
    unsigned nesting = message->plain ? 0 : 1;
    const char *end = places_look(stream, json, message->record.data, nesting);

    if (!messages_record_end(&infer->filter.messages, end)) {
        places_forget_record(stream);
        return;
    }
    if (infer->filter.print_statistics) { /* of good records only, so in a second look */
        stream->summarize = true;
        places_look(stream, json, message->record.data, nesting);
        stream->summarize = false;
    }
    if (stream->grown && passes_records(infer))
        announce(infer, stream, false);
    pass_line(infer, message);
}

static bool take_schema(struct infer *infer, struct slice stream_name, struct slice line,
                        const char **error)
{
    struct doc *message = doc_parse(line, error);
    struct schema *schema = message ? schema_parse(message, error) : NULL;
    struct stream *stream;

    schema_free(schema);
    if (schema == NULL) {
        doc_free(message);
        return false;
    }
    stream = stream_of(
        infer, stream_name.data ? stream_name : slice_text(doc_string(doc_get(message, "stream"))));
    places_take_schema(stream, message);
    if (passes_records(infer))
        announce(infer, stream, false);
    return true;
}

static void take_message(void *context, const struct message *message)
{
    struct infer *infer = context;
    const char *error;

    if (message->kind == MESSAGE_RECORD) {
        take_record(infer, message);
    } else if (message->kind == MESSAGE_SCHEMA) {
        if (!take_schema(infer, message->stream, message->line, &error))
            messages_reject(&infer->filter.messages, error);
    } else {
        pass_line(infer, message);
    }
}

/* The schemas an earlier run has printed with --final: SCHEMA messages, one a line. */
static bool read_schemas(struct infer *infer, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    const char *error = "cannot be read";
    size_t size = 0;
    ssize_t length;
    unsigned number = 0;
    bool good = file != NULL;

    while (good && (length = getline(&line, &size, file)) > 0) {
        number++;
        good = take_schema(infer, (struct slice){0}, slice_of(line, (size_t)length), &error);
    }
    if (!good)
        log_error("%s:%u: %s (--schema takes what --final has printed)", path, number, error);
    free(line);
    if (file != NULL)
        fclose(file);
    return good;
}

static void print_sql(struct infer *infer, struct stream *stream)
{
    struct doc *message = places_message(stream, true);
    const char *error;
    struct schema *schema = schema_parse(message, &error);

    if (schema != NULL)
        sql_create_table(&infer->filter.output.buffer, (enum sql_dialect)infer->sql, NULL, schema);
    else
        log_warning("%s: %s", stream->name, error);
    schema_free(schema);
    doc_free(message);
}

/* What was never more than null gets a type now: a message only where that changes something. */
static void announce_end(struct infer *infer, struct stream *stream)
{
    struct buffer before = {0}, after = {0};
    struct doc *now = places_message(stream, false), *final = places_message(stream, true);

    doc_print(now, &before);
    doc_print(final, &after);
    if (!slice_equal(buffer_slice(&before), buffer_slice(&after)))
        announce(infer, stream, true);
    doc_free(now);
    doc_free(final);
    buffer_free(&before);
    buffer_free(&after);
}

static void print_end(struct infer *infer)
{
    for (size_t i = 0; i < infer->stream_count; i++) {
        struct stream *stream = infer->streams[i];

        if (infer->sql != SQL_NONE)
            print_sql(infer, stream);
        else if (infer->final)
            announce(infer, stream, true);
        else
            announce_end(infer, stream);
        if (infer->filter.print_statistics)
            report_print(stream);
    }
}

static void free_infer(struct infer *infer)
{
    for (size_t i = 0; i < infer->stream_count; i++)
        places_close(infer->streams[i]);
    free(infer->streams);
    buffer_free(&infer->start);
}

int main(int argc, char **argv)
{
    static const char *const dialects[] = {"postgresql", "sqlite", NULL};
    struct infer infer = {.sql = SQL_NONE, .max_names = SHAPE_DEFAULT_NAMES};
    struct filter_options filter = {0};
    const char *schema = NULL;
    const struct option_entry options[] = {
        {0, "final", OPTION_FLAG, NULL, &infer.final, "print only the finished schema, at the end",
         NULL, 0, 0},
        OPTION_MAX_LINE(&filter.input.max_line),
        {0, "max-names", OPTION_COUNT, "N", &infer.max_names,
         "most different names in a stream (default 10000)", NULL, 1, 1 << 24},
        OPTION_MAX_NESTING(&filter.input.max_nesting),
        OPTION_REJECTS(&filter.rejects),
        {0, "schema", OPTION_TEXT, "FILE", &schema, "start from what --final has printed", NULL, 0,
         0},
        {0, "sql", OPTION_CHOICE, "DATABASE", &infer.sql,
         "print CREATE TABLE at the end, and no records", dialects, 0, 0},
        OPTION_STATS(&filter.statistics),
        OPTION_STREAM(&filter.input.stream),
    };
    const struct tool tool = {"schema-infer", "", "the schema of a stream, found while it passes",
                              options, sizeof options / sizeof *options};
    int operand;
    enum status status = STATUS_INPUT;
    enum options_outcome outcome = options_parse(&tool, argc, argv, &operand);

    if (outcome != OPTIONS_RUN)
        return outcome == OPTIONS_SHOWN ? STATUS_OK : STATUS_USAGE;
    if (operand < argc)
        return options_misuse("%s: schema-infer reads standard input and takes no files",
                              argv[operand]);
    if (!filter_open(&infer.filter, &filter))
        return STATUS_USAGE;
    if (schema == NULL || read_schemas(&infer, schema))
        status = filter_run(&infer.filter, take_message, &infer);
    if (status == STATUS_OK || status == STATUS_REJECTED)
        print_end(&infer);
    status = filter_close(&infer.filter, status);
    free_infer(&infer);
    return (int)status;
}
