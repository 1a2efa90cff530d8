#include "landing.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "deposit.h"
#include "log.h"
#include "progress.h"
#include "run.h"
#include "statistics.h"

/* How much more than a batch may be gathered before a family is sent in parts. */
enum { FAMILY_PART = 4, CLOCK_ROWS = 256 };

struct landing {
    const struct landing_options *options;
    struct messages *messages;
    struct rejects *rejects;
    struct output *output;
    struct streams streams;
    struct deposit deposit;
    struct portion portion;
    struct buffer state, state_value; /* of the last STATE behind what is gathered */
    bool has_states;                  /* a STATE came: the input ends with one, unless cut off */
    bool family_open;                 /* children of the last record may be on their way */
    size_t family;                    /* its first row */
    uint64_t family_line;
    struct timespec started;  /* when the first row of the portion came */
    uint64_t staged, pending; /* records; of these, those that wait for the commit */
    enum status status;       /* anything but OK and REJECTED ends the landing */
};

static bool failed(const struct landing *landing)
{
    return landing->status > STATUS_REJECTED;
}

static void worsen(struct landing *landing, enum status status)
{
    landing->status = status_worse(landing->status, status);
    if (failed(landing))
        landing->messages->lines.idle_stop = true;
}

/* What was refused is in the table of rejects, and told like any reject. */
static void tell_refusals(struct landing *landing)
{
    struct portion *portion = &landing->portion;

    for (size_t i = 0; i < portion->count; i++) {
        const struct portion_row *row = &portion->rows[i];

        if (row->refusal == NULL)
            continue;
        rejects_add(landing->rejects, &(struct reject){.stream = slice_text(row->stream->name),
                                                       .line = row->line,
                                                       .reason = row->refusal,
                                                       .original = portion_raw(portion, i),
                                                       .length = row->raw_length});
        landing->pending--;
    }
}

static void clear(struct landing *landing)
{
    size_t most = 2 * landing->options->batch_bytes;

    tell_refusals(landing);
    portion_cut(&landing->portion, 0);
    if (landing->portion.encoded.capacity > 2 * most)
        buffer_free(&landing->portion.encoded);
    landing->portion.encoded.length = 0;
}

static void release_state(struct landing *landing)
{
    if (landing->state.length == 0)
        return;
    if (landing->rejects->path)
        output_flush(&landing->rejects->file);
    buffer_append_slice(&landing->output->buffer, buffer_slice(&landing->state));
    landing->state.length = landing->state_value.length = 0;
    if (!output_flush(landing->output))
        worsen(landing, (enum status)output_failure(landing->output));
}

static bool has_new_schemas(const struct landing *landing)
{
    for (size_t i = 0; i < landing->streams.count; i++) {
        if (landing->streams.items[i]->is_new)
            return true;
    }
    return false;
}

static struct deposit_notes notes_of(struct landing *landing)
{
    return (struct deposit_notes){.streams = &landing->streams,
                                  .state_key = landing->options->state_key,
                                  .state_value = buffer_slice(&landing->state_value)};
}

/* Commits what is gathered, and lets its STATE out. */
static bool commit(struct landing *landing)
{
    struct deposit_notes notes = notes_of(landing);
    bool needed = landing->portion.count > 0 || landing->deposit.open ||
                  landing->state_value.length > 0 || has_new_schemas(landing);

    if (needed && !deposit_all(&landing->deposit, &landing->portion, &notes)) {
        worsen(landing, STATUS_REMOTE);
        return false;
    }
    clear(landing);
    landing->staged += landing->pending;
    landing->pending = 0;
    landing->family_open = false;
    release_state(landing);
    return !failed(landing);
}

/* Sends what is gathered of a family that is larger than memory should hold. */
static bool send_part(struct landing *landing)
{
    struct deposit_notes notes = notes_of(landing);

    if (!deposit_part(&landing->deposit, &landing->portion, &notes)) {
        worsen(landing, STATUS_REMOTE);
        return false;
    }
    clear(landing);
    landing->family = 0;
    return true;
}

static bool is_due(const struct landing *landing)
{
    return landing->portion.count > 0 &&
           statistics_elapsed(&landing->started) >= (double)landing->options->batch_seconds;
}

static bool is_full(const struct landing *landing)
{
    const struct portion *portion = &landing->portion;

    return portion->count >= landing->options->batch_rows ||
           portion->encoded.length >= 2 * landing->options->batch_bytes ||
           (portion->count % CLOCK_ROWS == CLOCK_ROWS - 1 && is_due(landing));
}

/* Cuts before a record of the stream if it is time. A batch ends at a STATE, if one comes before
 * it is much too large: records behind it would be staged again by who starts from there. */
static bool make_room(struct landing *landing, const struct stream *stream)
{
    uint64_t most = 2 * FAMILY_PART * landing->options->batch_bytes;

    if (!is_full(landing) && !landing->deposit.open)
        return true;
    if (landing->has_states && !landing->deposit.open && !is_due(landing) &&
        landing->portion.encoded.length < most)
        return true;
    if (!stream_is_in_family(stream, landing->family_open))
        return commit(landing);
    return landing->portion.encoded.length < most || send_part(landing);
}

static bool has_number(struct landing *landing)
{
    if (landing->portion.run == 0 && !run_number(landing->deposit.staging, &landing->portion.run))
        worsen(landing, STATUS_REMOTE);
    return landing->portion.run != 0;
}

static void take_record(struct landing *landing, const struct message *message)
{
    struct stream *stream = streams_find(&landing->streams, message->stream);
    struct json *json = &landing->messages->json;
    const char *end = json_value_end(json, message->record.data, message->plain ? 0 : 1);
    size_t row;

    if (!messages_record_end(landing->messages, end) || !make_room(landing, stream) ||
        !has_number(landing))
        return;
    row = landing->portion.count;
    if (row == 0)
        clock_gettime(CLOCK_MONOTONIC, &landing->started);
    if (!portion_add(&landing->portion, stream, landing->messages->lines.number, message->record)) {
        messages_reject(landing->messages, "a record longer than PostgreSQL holds");
        return;
    }
    landing->pending++;
    if (stream_is_in_family(stream, landing->family_open))
        return;
    landing->family_open = stream->is_parent;
    landing->family = row;
    landing->family_line = landing->messages->lines.number;
}

static void take_schema(struct landing *landing, const struct message *message)
{
    const char *error;

    if (streams_declare(&landing->streams, message->line, &error) != NULL)
        return;
    log_error("line %llu: %s", (unsigned long long)landing->messages->lines.number, error);
    worsen(landing, STATUS_INPUT);
}

static void keep_text(struct buffer *buffer, struct slice text)
{
    buffer->length = 0;
    buffer_append_slice(buffer, text);
}

static void take_state(struct landing *landing, const struct message *message)
{
    landing->family_open = false;
    landing->has_states = true;
    /* a source that starts from nothing says so: that is less than a bookmark may hold already */
    if (slice_is(message->value, "{}"))
        return;
    keep_text(&landing->state, message->line);
    buffer_append_byte(&landing->state, '\n');
    keep_text(&landing->state_value, message->value);
    if (is_full(landing) || landing->deposit.open)
        commit(landing);
}

static void take_message(struct landing *landing, const struct message *message)
{
    switch (message->kind) {
    case MESSAGE_RECORD:
        take_record(landing, message);
        break;
    case MESSAGE_SCHEMA:
        take_schema(landing, message);
        break;
    case MESSAGE_STATE:
        take_state(landing, message);
        break;
    default: /* what is staged is upserted: no version of it replaces another */
        break;
    }
}

/* Nothing to read: what is due is written, a STATE without rows told. */
static void idle(void *context)
{
    struct landing *landing = context;
    double left;

    landing->messages->lines.idle_wait = -1;
    if (landing->family_open || failed(landing))
        return;
    if (landing->portion.count == 0 || is_due(landing)) {
        commit(landing);
        return;
    }
    left = (double)landing->options->batch_seconds - statistics_elapsed(&landing->started);
    landing->messages->lines.idle_wait = left < 60 ? (int)(left * 1000) + 1 : 60000;
}

/* Half a family must not be staged: it would take the other half's rows away. */
static void drop_open_family(struct landing *landing)
{
    size_t count = landing->portion.count;

    portion_cut(&landing->portion, landing->family);
    landing->pending -= count - landing->portion.count;
    landing->family_open = false;
}

/* The input ended, or we are to stop: what is complete is committed. */
static void finish(struct landing *landing, enum status status)
{
    if (landing->family_open && status == STATUS_OK && landing->has_states) {
        log_warning("line %llu: the input ends within what began here, without a STATE: its source "
                    "was cut off (run it again)",
                    (unsigned long long)landing->family_line);
        status = STATUS_REMOTE;
    }
    worsen(landing, status);
    if (landing->family_open && failed(landing)) {
        /* the first part of it is in the open transaction, which is not committed then */
        if (landing->deposit.open)
            return;
        drop_open_family(landing);
    }
    commit(landing);
}

static enum status status_of(enum message_kind kind)
{
    if (kind == MESSAGE_END)
        return STATUS_OK;
    return kind == MESSAGE_FAILED ? STATUS_INPUT : STATUS_REMOTE;
}

enum status landing_run(const struct landing_options *options, struct staging *staging,
                        struct messages *messages, struct rejects *rejects, struct output *output,
                        uint64_t *staged)
{
    struct landing landing = {.options = options,
                              .messages = messages,
                              .rejects = rejects,
                              .output = output,
                              .deposit = {.staging = staging},
                              .portion = {.repository = (int64_t)options->repository,
                                          .platform = (int16_t)options->platform}};
    struct progress progress;
    const struct message *message;

    messages->lines.idle = idle;
    messages->lines.idle_context = &landing;
    progress_start(&progress, "records", 0);
    while ((message = messages_next(messages))->kind < MESSAGE_END && !failed(&landing)) {
        take_message(&landing, message);
        if (failed(&landing))
            break;
        progress_update(&progress, messages->records);
    }
    progress_end(&progress);
    if (!failed(&landing))
        finish(&landing, status_of(message->kind));
    if (landing.portion.replaced > 0)
        log_detail("%llu characters that jsonb does not hold are U+FFFD in payload, as they came "
                   "in raw",
                   (unsigned long long)landing.portion.replaced);
    if (rejects->count > 0)
        worsen(&landing, STATUS_REJECTED);
    *staged = landing.staged;
    streams_free(&landing.streams);
    portion_free(&landing.portion);
    buffer_free(&landing.state);
    buffer_free(&landing.state_value);
    return landing.status;
}
