#include "messages.h"

#include <string.h>

#include "log.h"
#include "utf8.h"

/* What the members of an envelope turned out to be. */
struct envelope {
    struct slice type, stream; /* as written between the quotes */
    bool stream_escaped;
    struct slice record, schema, value;
};

void messages_open(struct messages *messages, int fd, const struct messages_options *options,
                   struct rejects *rejects)
{
    *messages = (struct messages){
        .rejects = rejects,
        .plain_stream = slice_text(options->stream ? options->stream : "records"),
        .json.max_nesting =
            options->max_nesting ? (unsigned)options->max_nesting : JSON_DEFAULT_NESTING,
    };
    lines_open(&messages->lines, fd, options->max_line ? options->max_line : LINES_DEFAULT_LIMIT);
}

void messages_close(struct messages *messages)
{
    lines_close(&messages->lines);
    buffer_free(&messages->stream_name);
    buffer_free(&messages->envelope_rest);
}

static void reject(struct messages *messages, const char *reason, uint64_t length)
{
    rejects_add(messages->rejects, &(struct reject){.stream = messages->message.stream,
                                                    .line = messages->lines.number,
                                                    .reason = reason,
                                                    .original = messages->message.line,
                                                    .length = length});
}

void messages_reject(struct messages *messages, const char *reason)
{
    reject(messages, reason, messages->message.line.length);
}

static struct slice between(const char *begin, const char *end)
{
    return slice_of(begin, (size_t)(end - begin));
}

/* The place of a member in the envelope; NULL for one we only carry on. */
static struct slice *member_place(struct envelope *envelope, struct slice key)
{
    static const struct {
        const char *name;
        size_t offset;
    } places[] = {
        {"type", offsetof(struct envelope, type)},
        {"stream", offsetof(struct envelope, stream)},
        {"record", offsetof(struct envelope, record)},
        {"schema", offsetof(struct envelope, schema)},
        {"value", offsetof(struct envelope, value)},
    };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (slice_is(key, places[i].name))
            return (struct slice *)((char *)envelope + places[i].offset);
    }
    return NULL;
}

/* Keeps a member we do not know, to be carried on with the record. */
static void keep_rest(struct messages *messages, struct slice key, struct slice value)
{
    struct buffer *rest = &messages->envelope_rest;

    buffer_append(rest, ",\"", 2);
    buffer_append_slice(rest, key);
    buffer_append(rest, "\":", 2);
    buffer_append_slice(rest, value);
}

static bool is_record_start(const struct envelope *envelope, struct slice key, char first)
{
    return first == '{' && slice_is(key, "record") && slice_is(envelope->type, "RECORD") &&
           envelope->stream.data != NULL && envelope->record.data == NULL;
}

/*
 * Scans members from behind "{" or ",". With `stop_at_record`, returns the first byte of the
 * record once type and stream are known; otherwise the byte behind the "}". NULL: see json.error.
 */
static const char *scan_members(struct messages *messages, const char *at,
                                struct envelope *envelope, bool stop_at_record)
{
    struct json *json = &messages->json;

    for (bool more = true; more;) {
        struct json_key key;
        struct slice *place, value;
        const char *begin = json_key(json, at, &key);
        bool escaped = false;

        if (begin == NULL)
            return NULL;
        if (stop_at_record && is_record_start(envelope, key.text, *begin))
            return begin;
        at = *begin == '"' ? json_scalar_end(json, begin, JSON_STRING, &escaped)
                           : json_value_end(json, begin, 1);
        if (at == NULL)
            return NULL;
        value = *begin == '"' ? between(begin + 1, at - 1) : between(begin, at);
        place = member_place(envelope, key.text);
        if (place == &envelope->stream) {
            if (*begin != '"')
                return json_fail(json, begin, "the name of the stream is not a string");
            envelope->stream_escaped = escaped;
        }
        if (place == NULL)
            keep_rest(messages, key.text, between(begin, at));
        else if (place->data != NULL)
            return json_fail(json, begin, "a member of the message is named twice");
        else
            *place = value;
        at = json_after_value(json, at, '}', &more);
    }
    return at;
}

static const char *at_end(struct json *json, const char *at)
{
    at = json_space(json, at);
    return at == json->end ? at : json_fail(json, at, "more text behind the object");
}

static void set_stream(struct messages *messages, const struct envelope *envelope)
{
    if (!envelope->stream_escaped) {
        messages->message.stream = envelope->stream;
        return;
    }
    messages->stream_name.length = 0;
    json_decode(&messages->stream_name, envelope->stream, 0xFFFD);
    messages->message.stream = buffer_slice(&messages->stream_name);
}

/* What is missing for the envelope to be a message of its type; NULL when it is one. */
static const char *envelope_fault(const struct envelope *envelope, enum message_kind *kind)
{
    if (envelope->type.data == NULL)
        return "a message without a type";
    if (slice_is(envelope->type, "STATE")) {
        *kind = MESSAGE_STATE;
        return envelope->value.data ? NULL : "STATE without a value";
    }
    if (slice_is(envelope->type, "RECORD"))
        *kind = MESSAGE_RECORD;
    else if (slice_is(envelope->type, "SCHEMA"))
        *kind = MESSAGE_SCHEMA;
    else if (slice_is(envelope->type, "ACTIVATE_VERSION"))
        *kind = MESSAGE_ACTIVATE_VERSION;
    else
        return "an unknown type of message";
    if (envelope->stream.data == NULL)
        return "a message without a stream";
    if (*kind == MESSAGE_RECORD && (envelope->record.data == NULL || *envelope->record.data != '{'))
        return "RECORD without a record that is an object";
    if (*kind == MESSAGE_SCHEMA && (envelope->schema.data == NULL || *envelope->schema.data != '{'))
        return "SCHEMA without a schema that is an object";
    return NULL;
}

/* The envelope our own tools write: the stream's name, or an empty slice for any other form. */
static const char *own_record_start(struct messages *messages, const char *at)
{
    static const char head[] = "{\"type\":\"RECORD\",\"stream\":\"";
    static const char middle[] = ",\"record\":{";
    const char *stream, *end;
    bool escaped = false;

    if (messages->message.line.length < sizeof head || memcmp(at, head, sizeof head - 1) != 0)
        return NULL;
    stream = at + sizeof head - 1;
    end = json_string_end(&messages->json, stream, &escaped);
    if (end == NULL || escaped || messages->json.end - end < (ptrdiff_t)sizeof middle ||
        memcmp(end + 1, middle, sizeof middle - 1) != 0)
        return NULL;
    messages->message.stream = between(stream, end);
    return end + sizeof middle - 1;
}

static bool singer_line(struct messages *messages, bool deciding)
{
    struct message *message = &messages->message;
    struct json *json = &messages->json;
    struct envelope envelope = {0};
    const char *fault, *at = json_space(json, message->line.data);

    messages->envelope_rest.length = 0;
    messages->scanned = false;
    message->record.data = deciding ? NULL : own_record_start(messages, at);
    message->kind = MESSAGE_RECORD;
    if (message->record.data != NULL)
        return true;
    at = *at == '{' ? scan_members(messages, at + 1, &envelope, !deciding)
                    : json_fail(json, at, "not an object");
    if (envelope.stream.data)
        set_stream(messages, &envelope);
    if (at != NULL && *at == '{') { /* stopped before the record, which is scanned by its reader */
        message->record.data = at;
        return true;
    }
    if (at == NULL || at_end(json, at) == NULL)
        fault = json->error;
    else
        fault = envelope_fault(&envelope, &message->kind);
    if (fault != NULL) {
        if (!deciding)
            messages_reject(messages, fault);
        return false;
    }
    messages->scanned = true;
    message->record = envelope.record;
    message->value = envelope.value;
    return true;
}

static bool plain_line(struct messages *messages)
{
    struct message *message = &messages->message;

    messages->scanned = false;
    message->kind = MESSAGE_RECORD;
    message->stream = messages->plain_stream;
    message->record.data = json_space(&messages->json, message->line.data);
    if (*message->record.data == '{')
        return true;
    messages_reject(messages, "not an object");
    return false;
}

/* The first line that is JSON decides the dialect. */
static void decide(struct messages *messages)
{
    struct json *json = &messages->json;

    if (!json_valid(json, messages->message.line))
        return;
    messages->dialect = singer_line(messages, true) ? MESSAGES_SINGER : MESSAGES_PLAIN;
}

static bool take_line(struct messages *messages)
{
    struct message *message = &messages->message;
    size_t valid = utf8_valid_prefix(message->line.data, message->line.length);
    bool taken;

    messages->json.end = message->line.data + message->line.length;
    messages->json.error = NULL;
    message->plain = false;
    message->rest = message->value = message->stream = (struct slice){0};
    if (valid < message->line.length) {
        messages->records++;
        messages_reject(messages, "invalid UTF-8");
        return false;
    }
    if (messages->dialect == MESSAGES_UNDECIDED)
        decide(messages);
    taken =
        messages->dialect == MESSAGES_SINGER ? singer_line(messages, false) : plain_line(messages);
    message->plain = messages->dialect != MESSAGES_SINGER;
    if (!taken || message->kind == MESSAGE_RECORD)
        messages->records++;
    return taken;
}

static enum message_kind ended(struct messages *messages, enum lines_result result)
{
    if (result == LINES_STOPPED)
        return MESSAGE_STOPPED;
    if (result == LINES_END)
        return MESSAGE_END;
    log_error("input: %s", strerror(messages->lines.error));
    return MESSAGE_FAILED;
}

const struct message *messages_next(struct messages *messages)
{
    struct message *message = &messages->message;

    for (;;) {
        enum lines_result result = lines_next(&messages->lines, &message->line);

        if (result == LINES_LINE) {
            if (take_line(messages))
                return message;
        } else if (result == LINES_TOO_LONG) {
            message->stream = (struct slice){0};
            messages->records++;
            reject(messages, "line over the limit (see --max-line)", messages->lines.long_length);
        } else {
            message->kind = ended(messages, result);
            return message;
        }
    }
}

bool messages_record_end(struct messages *messages, const char *end)
{
    struct message *message = &messages->message;
    struct json *json = &messages->json;
    struct envelope envelope = {
        .type = slice_text("RECORD"), .stream = message->stream, .record = slice_text("{}")};

    if (end == NULL)
        goto bad;
    message->record.length = (size_t)(end - message->record.data);
    if (!message->plain && !messages->scanned) {
        end = json_space(json, end);
        if (*end == ',')
            end = scan_members(messages, end + 1, &envelope, false);
        else
            end = *end == '}' ? end + 1 : json_fail(json, end, "expected ',' or '}'");
    }
    if (end == NULL || (!messages->scanned && at_end(json, end) == NULL))
        goto bad;
    message->rest = messages->scanned || !message->plain ? buffer_slice(&messages->envelope_rest)
                                                         : (struct slice){0};
    return true;
bad:
    messages_reject(messages, json->error);
    return false;
}

void messages_append_record_start(struct buffer *buffer, struct slice stream)
{
    buffer_append_text(buffer, "{\"type\":\"RECORD\",\"stream\":");
    json_append_string(buffer, stream);
    buffer_append_text(buffer, ",\"record\":");
}
