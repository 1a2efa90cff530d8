/* flatten: nested records to flat rows, for several tables. See flatten(1). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "memory.h"
#include "model_filter.h"
#include "options.h"
#include "rows.h"
#include "tables.h"

struct stream {
    struct slice name;
    struct table *main;
};

struct flatten {
    struct tables_options options;
    struct filter filter;
    struct rows rows;
    struct stream *streams;
    size_t stream_count, last;
    struct buffer scratch;
};

static struct table *table_of(struct flatten *flatten, struct slice name)
{
    struct stream *stream;

    if (flatten->stream_count > 0 && slice_equal(flatten->streams[flatten->last].name, name))
        return flatten->streams[flatten->last].main;
    for (size_t i = 0; i < flatten->stream_count; i++) {
        if (slice_equal(flatten->streams[i].name, name)) {
            flatten->last = i;
            return flatten->streams[i].main;
        }
    }
    flatten->last = flatten->stream_count++;
    flatten->streams =
        memory_resize(flatten->streams, flatten->stream_count, sizeof *flatten->streams);
    stream = flatten->streams + flatten->last;
    stream->main = tables_open(&flatten->options, name);
    stream->name = slice_text(stream->main->stream);
    return stream->main;
}

/* Rows were written with bare envelopes; gives each the further members of the record's. */
static void add_rest(struct flatten *flatten, size_t start, struct slice rest)
{
    struct buffer *out = &flatten->filter.output.buffer, *scratch = &flatten->scratch;
    const char *at, *end;

    scratch->length = 0;
    buffer_append(scratch, out->data + start, out->length - start);
    out->length = start;
    end = scratch->data + scratch->length;
    for (at = scratch->data; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));

        buffer_append(out, at, (size_t)(newline - 1 - at));
        buffer_append_slice(out, rest);
        buffer_append(out, "}\n", 2);
        at = newline + 1;
    }
}

static void take_record(struct flatten *flatten, const struct message *message)
{
    struct table *main = table_of(flatten, message->stream);
    struct buffer *out = &flatten->filter.output.buffer;
    size_t start = out->length;
    uint64_t made = flatten->rows.made;
    const char *end;

    flatten->rows.json = &flatten->filter.messages.json;
    flatten->rows.record_end = NULL;
    if (message->plain) {
        const char *last = message->line.data + message->line.length;

        while (last[-1] == ' ' || last[-1] == '\t')
            last--;
        flatten->rows.record_end = last;
    }
    for (;;) {
        end = rows_append(&flatten->rows, main, message->record.data, message->plain ? 0 : 1, out);
        if (!messages_record_end(&flatten->filter.messages, end)) {
            out->length = start;
            flatten->rows.made = made;
            tables_forget_record(main);
            return;
        }
        if (!main->some_due)
            break;
        /* the record brought new columns: say so first, then write its rows with them */
        out->length = start;
        flatten->rows.made = made;
        if (flatten->options.plain)
            main->some_due = false;
        else
            tables_append_schemas(main, out);
        start = out->length;
    }
    if (message->rest.length > 0 && !message->plain && !flatten->options.plain)
        add_rest(flatten, start, message->rest);
}

static void take_schema(struct flatten *flatten, const struct message *message)
{
    struct table *main = table_of(flatten, message->stream);
    const char *error;
    struct doc *doc = doc_parse(message->line, &error);

    if (doc == NULL) {
        messages_reject(&flatten->filter.messages, error);
        return;
    }
    tables_take_schema(main, doc);
    if (!flatten->options.plain)
        tables_append_schemas(main, &flatten->filter.output.buffer);
}

/* A message about a stream is one about its child tables too. */
static void take_version(struct flatten *flatten, const struct message *message)
{
    struct buffer *out = &flatten->filter.output.buffer;
    const char *error;
    struct doc *doc = doc_parse(message->line, &error);

    for (struct table *t = table_of(flatten, message->stream); doc && t; t = t->next) {
        if (t->parent == NULL || t->announced) {
            doc_set(doc, "stream", doc_text(t->stream));
            doc_print(doc, out);
            buffer_append_byte(out, '\n');
        }
    }
    doc_free(doc);
}

static void take_message(void *context, const struct message *message)
{
    struct flatten *flatten = context;

    if (message->kind == MESSAGE_RECORD) {
        take_record(flatten, message);
    } else if (message->kind == MESSAGE_SCHEMA) {
        take_schema(flatten, message);
    } else if (flatten->options.plain) {
        return; /* bare rows have no place for it */
    } else if (message->kind == MESSAGE_STATE) {
        buffer_append_slice(&flatten->filter.output.buffer, message->line);
        buffer_append_byte(&flatten->filter.output.buffer, '\n');
    } else {
        take_version(flatten, message);
    }
}

static void free_flatten(struct flatten *flatten)
{
    for (size_t i = 0; i < flatten->stream_count; i++)
        tables_close(flatten->streams[i].main);
    free(flatten->streams);
    free(flatten->options.keep.items);
    free(flatten->options.drop.items);
    free(flatten->options.keys.items);
    rows_close(&flatten->rows);
    buffer_free(&flatten->scratch);
}

/* A model leaves no choice of what becomes of a record. */
static enum status check_model_options(const struct tables_options *options, const char *model,
                                       bool is_asked)
{
    if (model == NULL && is_asked)
        return (enum status)options_misuse("--set and --streams are for a --model");
    if (model && (options->plain || options->keep.count > 0 || options->drop.count > 0 ||
                  options->keys.count > 0))
        return (enum status)options_misuse("--model says what becomes of a record: no --plain, "
                                           "--keep, --drop or --key beside it");
    return STATUS_OK;
}

static enum status print_streams(struct model *model)
{
    struct output output;

    output_open(&output, STDOUT_FILENO);
    model_append_streams(model, &output.buffer);
    model_free(model);
    return output_close(&output) ? STATUS_OK : (enum status)output_failure(&output);
}

/* Rows of given tables, by a model. */
static enum status run_model(struct flatten *flatten, struct model *model)
{
    struct model_filter by_model;
    enum status status;

    model_filter_open(&by_model, &flatten->filter, model);
    status = filter_run(&flatten->filter, model_filter_take, &by_model);
    flatten->rows.made = by_model.writer.made;
    model_filter_close(&by_model, status <= STATUS_REJECTED);
    model_free(model);
    return status;
}

int main(int argc, char **argv)
{
    static const char *const rules[] = {"snake", "keep", NULL};
    struct flatten flatten = {.options = {.longest_name = NAMES_DEFAULT_LENGTH,
                                          .max_depth = UINT64_MAX,
                                          .max_names = SHAPE_DEFAULT_NAMES}};
    struct filter_options filter = {0};
    struct option_list set = {0};
    struct model *model = NULL;
    const char *model_name = NULL;
    bool streams = false;
    const struct option_entry options[] = {
        {0, "drop", OPTION_LIST, "PATH", &flatten.options.drop,
         "leave out what is at PATH, as /user/url; may be repeated", NULL, 0, 0},
        {0, "keep", OPTION_LIST, "PATH", &flatten.options.keep,
         "take only what is at PATH (and keys); may be repeated", NULL, 0, 0},
        {0, "key", OPTION_LIST, "STREAM=NAMES", &flatten.options.keys,
         "key properties of a stream, as issues=id; may be repeated", NULL, 0, 0},
        {0, "max-depth", OPTION_COUNT, "N", &flatten.options.max_depth,
         "keep what is nested deeper than N as JSON", NULL, 0, 0},
        OPTION_MAX_LINE(&filter.input.max_line),
        {0, "max-name", OPTION_COUNT, "BYTES", &flatten.options.longest_name,
         "longest column name (default 63)", NULL, 16, 1 << 16},
        {0, "max-names", OPTION_COUNT, "N", &flatten.options.max_names,
         "most different names in a table (default 10000)", NULL, 1, 1 << 24},
        OPTION_MAX_NESTING(&filter.input.max_nesting),
        {0, "model", OPTION_TEXT, "NAME", &model_name,
         "rows of the model's tables: github, gitlab, git or a file", NULL, 0, 0},
        {0, "names", OPTION_CHOICE, "RULE", &flatten.options.names, "form of column names", rules,
         0, 0},
        {0, "plain", OPTION_FLAG, NULL, &flatten.options.plain,
         "write bare rows of one table; arrays stay JSON", NULL, 0, 0},
        OPTION_REJECTS(&filter.rejects),
        {0, "set", OPTION_LIST, "NAME=VALUE", &set, "a parameter of the model; may be repeated",
         NULL, 0, 0},
        OPTION_STATS(&filter.statistics),
        OPTION_STREAM(&filter.input.stream),
        {0, "streams", OPTION_FLAG, NULL, &streams,
         "print the streams that the model takes, and end", NULL, 0, 0},
    };
    const struct tool tool = {"flatten", "", "nested records to flat rows, for several tables",
                              options, sizeof options / sizeof *options};
    int operand;
    enum status status;
    enum options_outcome outcome = options_parse(&tool, argc, argv, &operand);

    if (outcome != OPTIONS_RUN)
        return outcome == OPTIONS_SHOWN ? STATUS_OK : STATUS_USAGE;
    if (operand < argc)
        return options_misuse("%s: flatten reads standard input and takes no files", argv[operand]);
    status = check_model_options(&flatten.options, model_name, set.count > 0 || streams);
    if (status == STATUS_OK && model_name) {
        model = model_read(model_name, &set);
        status = model ? STATUS_OK : STATUS_INPUT;
    }
    free(set.items);
    if (status != STATUS_OK) {
        free_flatten(&flatten);
        return (int)status;
    }
    if (streams)
        return (int)print_streams(model);
    if (!filter_open(&flatten.filter, &filter)) {
        model_free(model);
        return STATUS_USAGE;
    }
    status =
        model ? run_model(&flatten, model) : filter_run(&flatten.filter, take_message, &flatten);
    flatten.filter.statistics.records_out = flatten.rows.made;
    status = filter_close(&flatten.filter, status);
    free_flatten(&flatten);
    return (int)status;
}
