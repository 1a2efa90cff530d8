#include "model_filter.h"

#include <stdlib.h>

#include "log.h"
#include "memory.h"

static struct model_stream *find_stream(struct model_filter *self, struct slice name)
{
    struct model *model = self->model;

    if (self->last && slice_is(name, self->last->name))
        return self->last;
    for (size_t i = 0; i < model->stream_count; i++) {
        if (slice_is(name, model->streams[i].name))
            return self->last = &model->streams[i];
    }
    return NULL;
}

/* A stream the model says nothing of is not passed over in silence: it is named, once. */
static void note_unknown(struct model_filter *self, struct slice name)
{
    for (size_t i = 0; i < self->unknown_count; i++) {
        if (slice_is(name, self->unknown[i]))
            return;
    }
    log_warning("%.*s: the model has no such stream: its records are left out", SLICE_FORMAT(name));
    self->unknown = memory_resize(self->unknown, self->unknown_count + 1, sizeof *self->unknown);
    self->unknown[self->unknown_count++] = memory_text(name.data, name.length);
}

/* Rows that waited for a family that is complete now. */
static void flush_held(struct model_filter *self, const struct model_stream *but_of)
{
    struct model_stream *holder = self->holder;

    if (holder == NULL || holder == but_of)
        return;
    model_write_held(&self->writer, holder, &self->filter->output.buffer);
    self->holder = NULL;
}

/* The record goes to where it can be looked at and tried again, with its reason. */
static void append_reject(struct model_filter *self, const char *reason, struct slice rest)
{
    struct buffer *out = &self->filter->output.buffer;

    messages_append_record_start(out, slice_text("staging_rejects"));
    buffer_append_text(out, "{\"reason\":");
    json_append_string(out, slice_text(reason));
    buffer_append_byte(out, '}');
    buffer_append_slice(out, rest);
    buffer_append(out, "}\n", 2);
}

static bool is_staged(struct slice rest)
{
    static const char name[] = "\"staged\":";

    return rest.length > 0 && memmem(rest.data, rest.length, name, sizeof name - 1);
}

static void reject(struct model_filter *self, const char *reason, struct slice rest)
{
    messages_reject(&self->filter->messages, reason);
    if (is_staged(rest))
        append_reject(self, reason, rest);
}

/* A record that is JSON, but cannot be read as the model needs it. */
static void reject_unread(struct model_filter *self, const struct message *message)
{
    struct messages *messages = &self->filter->messages;
    struct json *json = &messages->json;
    struct buffer reason = {0};
    const char *end;

    buffer_append_text(&reason, json->error);
    end = json_value_end(json, message->record.data, message->plain ? 0 : 1);
    if (end == NULL)
        messages_reject(messages, buffer_text(&reason));
    else if (messages_record_end(messages, end))
        reject(self, buffer_text(&reason), message->rest);
    buffer_free(&reason);
}

/* Keeps the values of a parent: the line they stand in is about to go. */
static void keep_values(struct model_stream *stream)
{
    struct scope *scope = stream->scope;
    size_t length = JSON_PADDING;

    for (size_t i = 0; i < scope->count; i++)
        length += scope->values[i].length;
    stream->kept.length = 0;
    buffer_reserve(&stream->kept, length);
    for (size_t i = 0; i < scope->count; i++) {
        struct slice *value = &scope->values[i];
        const char *copy = stream->kept.data + stream->kept.length;

        if (value->data == NULL)
            continue;
        buffer_append_slice(&stream->kept, *value);
        value->data = copy;
    }
}

static bool has_its_parent(const struct model_stream *stream)
{
    if (!stream->parent->seen)
        return false;
    for (size_t i = 0; i < stream->match_count; i++) {
        if (!slice_equal(reference_value(stream->match[i]),
                         reference_value(stream->match_parent[i])))
            return false;
    }
    return true;
}

static void map_record(struct model_filter *self, struct model_stream *stream, struct slice rest)
{
    struct buffer reason = {0};

    self->writer.rest = rest;
    if (stream->parent && !has_its_parent(stream)) {
        buffer_format(&reason, "the record of %s that it belongs to did not come before it",
                      stream->parent->name);
        reject(self, buffer_text(&reason), rest);
    } else if (!model_write_record(&self->writer, stream, &self->filter->output.buffer)) {
        reject(self, buffer_text(&self->writer.error), rest);
    }
    buffer_free(&reason);
}

static void pass_over(struct model_filter *self, const struct message *message)
{
    struct json *json = &self->filter->messages.json;
    const char *end = json_value_end(json, message->record.data, message->plain ? 0 : 1);

    if (messages_record_end(&self->filter->messages, end))
        self->left_out++;
}

static void take_record(struct model_filter *self, const struct message *message)
{
    struct model_stream *stream = find_stream(self, message->stream);
    struct messages *messages = &self->filter->messages;
    const char *end;

    if (stream == NULL)
        note_unknown(self, message->stream);
    if (stream == NULL || stream->left_out) {
        pass_over(self, message);
        return;
    }
    model_append_schemas(self->model, stream, &self->filter->output.buffer);
    flush_held(self, stream->parent);
    self->writer.json = &messages->json;
    end = scope_scan(stream->scope, &messages->json, message->record.data, message->plain ? 0 : 1);
    stream->seen = end != NULL;
    if (end == NULL) {
        reject_unread(self, message);
        return;
    }
    if (!messages_record_end(messages, end)) {
        stream->seen = false;
        return;
    }
    map_record(self, stream, message->rest);
    if (stream->holds)
        self->holder = stream;
    if (stream->is_parent)
        keep_values(stream);
}

void model_filter_take(void *context, const struct message *message)
{
    struct model_filter *self = context;
    struct buffer *out = &self->filter->output.buffer;

    if (message->kind == MESSAGE_RECORD) {
        take_record(self, message);
    } else if (message->kind == MESSAGE_SCHEMA) {
        struct model_stream *stream = find_stream(self, message->stream);

        if (stream && !stream->left_out)
            model_append_schemas(self->model, stream, out);
    } else if (message->kind == MESSAGE_STATE) {
        flush_held(self, NULL);
        self->has_state = true;
        buffer_append_slice(out, message->line);
        buffer_append_byte(out, '\n');
    }
    /* what ACTIVATE_VERSION says of the input's streams means nothing to the tables */
}

void model_filter_open(struct model_filter *self, struct filter *filter, struct model *model)
{
    *self = (struct model_filter){.filter = filter, .model = model};
    model_writer_open(&self->writer, model);
}

void model_filter_close(struct model_filter *self, bool ended)
{
    /* a source that writes STATE and does not end with one was cut off */
    if (ended && !self->has_state)
        flush_held(self, NULL);
    if (self->left_out > 0)
        log_detail("%llu records of streams that the model leaves out",
                   (unsigned long long)self->left_out);
    for (size_t i = 0; i < self->unknown_count; i++)
        free(self->unknown[i]);
    free(self->unknown);
    model_writer_close(&self->writer);
}
