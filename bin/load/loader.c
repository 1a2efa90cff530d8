#include "loader.h"
#include "loader_parts.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"
#include "signals.h"
#include "statistics.h"

enum { CLOCK_ROWS = 256, FAMILY_MILLISECONDS = 1000, STAGED_PART = 16 };

bool loader_failed(const struct loader *loader)
{
    return loader->status > STATUS_REJECTED;
}

bool loader_fail(struct loader *loader, const struct failure *failure)
{
    log_error("%s", failure->text.data ? failure->text.data : "unknown failure");
    loader->status = failure->status;
    loader->messages->lines.idle_stop = true;
    return false;
}

void loader_worsen(struct loader *loader, enum status status)
{
    loader->status = status_worse(loader->status, status);
}

void loader_reject_row(struct loader *loader, const struct batch *batch, const struct table *table,
                       const struct batch_row *row, const char *reason)
{
    rejects_add(loader->rejects,
                &(struct reject){.stream = slice_text(table->name),
                                 .line = row->line,
                                 .reason = reason,
                                 .original = slice_of(batch->text.data + row->text, row->length),
                                 .length = row->length});
    loader->known_rejects++;
}

void loader_reject_line(struct loader *loader, const char *reason)
{
    messages_reject(loader->messages, reason);
    loader_note_refusal(loader, reason);
}

static void keep_text(struct buffer *buffer, struct slice text)
{
    buffer->length = 0;
    buffer_append_slice(buffer, text);
}

static void take_state(struct loader *loader, const struct message *message)
{
    struct batch *batch = loader->reading;

    if (loader->options->unstage && !loader_note_drained(loader, message->value))
        return;
    loader->family_parents.length = 0;
    loader->family_open = false;
    loader->has_states = true;
    /* a source that starts from nothing says so: that is less than a bookmark may hold already */
    if (slice_is(message->value, "{}"))
        return;
    keep_text(&batch->state, message->line);
    buffer_append_byte(&batch->state, '\n');
    if (loader->options->state_key)
        keep_text(&batch->state_value, message->value);
}

static uint64_t milliseconds_since(const struct timespec *then)
{
    return (uint64_t)(statistics_elapsed(then) * 1000);
}

static bool is_full(const struct loader *loader)
{
    const struct batch *batch = loader->reading;
    const struct loader_options *options = loader->options;

    if (batch->rows >= options->batch_rows || batch->text.length >= options->batch_bytes)
        return true;
    return batch->rows % CLOCK_ROWS == CLOCK_ROWS - 1 &&
           milliseconds_since(&loader->started) >= options->batch_seconds * 1000;
}

/* Whether a row of this table belongs to the rows before it, or stands among them. */
static bool is_in_family(const struct loader *loader, const struct table *table)
{
    if (loader->options->unstage)
        return loader->family_open;
    return table_is_child(table) || (table->aside && loader->family_open);
}

/* Cuts the batch before a row of this table if it is time. */
static bool make_room(struct loader *loader, const struct table *table)
{
    const struct batch *batch = loader->reading;
    uint64_t part = loader->options->batch_bytes;

    if (batch->rows == 0 || !is_full(loader))
        return true;
    if (!is_in_family(loader, table))
        return loader_hand_over(loader, false, false);
    /* a parent with more children than memory holds: its transaction takes several batches. In
     * later ones the database must refuse nothing, so staged rows get more room */
    if (batch->text.length >= (loader->options->unstage ? STAGED_PART * part : part))
        return loader_hand_over(loader, true, false);
    return true;
}

/* A parent that comes again begins a transaction: its children of before are no longer its own. */
static bool part_repeated(struct loader *loader, struct table *table, const struct message *message)
{
    struct json *json = &loader->messages->json;
    uint64_t hash;
    bool cut;

    if (!table->is_parent || table_is_child(table) ||
        (!loader->options->unstage && is_in_family(loader, table)))
        return true;
    hash = row_key_hash(&loader->row, table);
    if (loader->options->unstage)
        buffer_append(&loader->family_parents, &hash, sizeof hash);
    if (key_set_add(&loader->parents, hash))
        return true;
    cut = loader_may_commit(loader) ? loader_hand_over(loader, false, false)
                                    : loader_cut_at_state(loader);
    if (!cut)
        return false;
    key_set_add(&loader->parents, hash);
    /* other rows may have been encoded for that: this one is read again */
    return row_read(&loader->row, table, json, message->record.data, message->plain ? 0 : 1) !=
           NULL;
}

/* Adds the record that was read to the batch, or rejects it. */
static void add_row(struct loader *loader, struct table *table, const struct message *message)
{
    struct batch_table *rows = batch_table(loader->reading, table);
    size_t encoded = rows->encoded.length;
    struct changes none = {0};
    struct batch_row *added;

    if (table->frozen && table->stale)
        table_plan(table, false, &none);
    if (!table->stale && (rows->count == 0 || rows->layout == table->layout)) {
        enum row_result result = row_encode(&loader->row, rows);

        if (result == ROW_REFUSED) {
            loader_reject_line(loader, loader->row.error);
            return;
        }
        if (result == ROW_GROWS)
            batch_forget_encoded(rows);
    }
    if (table->stale || rows->layout != table->layout) {
        batch_forget_encoded(rows);
        row_grow(&loader->row, table);
        encoded = 0;
    }
    added = batch_add(loader->reading, rows, message->line, message->record.data);
    added->line = loader->messages->lines.number;
    added->encoded = encoded;
    if (loader->options->unstage)
        added->staged = unstage_id(message->rest);
}

/* Reads the record; false when it was rejected, or the load failed. */
static bool read_record(struct loader *loader, struct table *table, const struct message *message)
{
    unsigned nesting = message->plain ? 0 : 1;
    struct json *json = &loader->messages->json;
    bool anew = false;

    if (!messages_record_end(loader->messages,
                             row_read(&loader->row, table, json, message->record.data, nesting))) {
        loader_note_refusal(loader, json->error);
        row_forget(&loader->row);
        return false;
    }
    if (table->frozen && !table->exists) {
        loader_reject_line(loader, "the table does not exist, and may not be made");
        return false;
    }
    if (loader->options->unstage && unstage_id(message->rest) == 0) {
        log_error("line %llu: the record names no staged row (--unstage loads what stage --drain "
                  "prints)",
                  (unsigned long long)loader->messages->lines.number);
        loader_worsen(loader, STATUS_INPUT);
        return false;
    }
    if (table->disposition == DISPOSITION_REPLACE &&
        !loader_note_version(loader, table, message, &anew))
        return false;
    /* other rows may have been encoded for that: this one is read again */
    return !anew || row_read(&loader->row, table, json, message->record.data, nesting) != NULL;
}

static void take_record(struct loader *loader, const struct message *message)
{
    struct table *table;

    if (loader_is_staging_reject(loader, message)) {
        loader_take_staging_reject(loader, message);
        return;
    }
    table = loader_table(loader, message->stream);
    if (table == NULL ||
        (loader->messages->records <= loader->skip && table->disposition != DISPOSITION_REPLACE))
        return;
    if (!make_room(loader, table))
        return;
    if (loader->options->unstage)
        loader_open_staged_family(loader);
    if (!read_record(loader, table, message) || !part_repeated(loader, table, message))
        return;
    if (loader->reading->rows == 0)
        clock_gettime(CLOCK_MONOTONIC, &loader->started);
    if (!loader->options->unstage && !is_in_family(loader, table)) {
        loader->family_open = table->is_parent;
        loader->family_line = loader->messages->lines.number;
        loader->family_position = loader->reading->position;
    }
    add_row(loader, table, message);
    loader->reading->position = loader->messages->records;
}

/* Nothing to read: what is written may be told, what is due is written. */
static void idle(void *context)
{
    struct loader *loader = context;
    uint64_t limit = loader->options->batch_seconds * 1000, waited, silent;
    int *wait = &loader->messages->lines.idle_wait;

    *wait = -1;
    if (!loader_settle(loader) || !loader_may_commit(loader))
        return;
    if (loader->idle_records != loader->messages->records) {
        loader->idle_records = loader->messages->records;
        clock_gettime(CLOCK_MONOTONIC, &loader->idle_since);
    }
    if (loader->reading->rows == 0) {
        if (!loader->open_transaction && loader->reading->state.length > 0)
            loader_hand_over(loader, false, false);
        return;
    }
    /* children that are on their way belong into the same batch as their parent */
    waited = milliseconds_since(&loader->started);
    silent = milliseconds_since(&loader->idle_since);
    if (waited < limit)
        *wait = limit - waited < 60000 ? (int)(limit - waited) : 60000;
    else if (loader->family_open && silent < FAMILY_MILLISECONDS)
        *wait = (int)(FAMILY_MILLISECONDS - silent);
    else
        loader_rest(loader);
}

/* Half a family must not be written: it would take the other half's rows away. */
static void drop_open_family(struct loader *loader)
{
    batch_cut(loader->reading, loader->family_line);
    loader->reading->position = loader->family_position;
    loader->family_open = false;
}

/* A signal or a failure to read: what is complete is written. */
static void stop(struct loader *loader, enum status status)
{
    if (loader_settle(loader) && !loader->open_transaction) {
        if (loader->family_open)
            drop_open_family(loader);
        loader_rest(loader);
    }
    loader_worsen(loader, status);
}

/* The end of the input: tables without rows are made, tables to be replaced are replaced. */
static void finish(struct loader *loader)
{
    struct batch *batch = loader->reading;

    if (loader->family_open && (loader->has_states || loader->options->unstage)) {
        log_warning("line %llu: the input ends within what began here, without a STATE: its source "
                    "was cut off (run it again)",
                    (unsigned long long)loader->family_line);
        stop(loader, STATUS_REMOTE);
        return;
    }
    if (!loader_settle(loader))
        return;
    for (size_t i = 0; i < loader->table_count; i++) {
        struct table *table = loader->tables[i];

        if (table->frozen && !table->exists)
            continue;
        if (!table_has_named_column(table))
            continue;
        if (table->disposition == DISPOSITION_REPLACE &&
            (!table->was_replaced || table->staged > 0 || batch_table(batch, table)->count > 0))
            loader_activate(loader, table);
        batch_table(batch, table);
    }
    if (loader_hand_over(loader, false, true))
        loader_settle(loader);
}

static void warn(const struct table *table)
{
    if (table->replaced_characters > 0)
        log_warning("%s: %llu characters that no database holds (U+0000, lone surrogates) "
                    "became U+FFFD",
                    table->name, (unsigned long long)table->replaced_characters);
    if (table->discarded_values > 0)
        log_warning("%s: %llu values were discarded, for the table may not change (--contract)",
                    table->name, (unsigned long long)table->discarded_values);
}

static void take_message(struct loader *loader, const struct message *message)
{
    switch (message->kind) {
    case MESSAGE_RECORD:
        take_record(loader, message);
        break;
    case MESSAGE_SCHEMA:
        if (!loader_is_staging_reject(loader, message))
            loader_take_schema(loader, message);
        break;
    case MESSAGE_STATE:
        take_state(loader, message);
        break;
    default:
        loader_take_version(loader, message);
    }
}

enum status loader_run(struct loader *loader)
{
    const struct message *message;

    progress_start(&loader->progress, "records", 0);
    while ((message = messages_next(loader->messages))->kind < MESSAGE_END &&
           !loader_failed(loader)) {
        if (!loader_is_accounted(loader))
            break;
        take_message(loader, message);
        if (loader_failed(loader))
            break;
        progress_update(&loader->progress, loader->messages->records);
    }
    progress_end(&loader->progress);
    if (!loader_failed(loader) && message->kind == MESSAGE_END && loader_is_accounted(loader)) {
        finish(loader);
    } else if (!loader_failed(loader)) {
        stop(loader, message->kind == MESSAGE_FAILED ? STATUS_INPUT : STATUS_REMOTE);
    }
    for (size_t i = 0; i < loader->table_count; i++)
        warn(loader->tables[i]);
    if (loader->rejects->count > 0)
        loader_worsen(loader, STATUS_REJECTED);
    return loader->status;
}

bool loader_open(struct loader *loader, const struct loader_options *options, struct target *target,
                 struct messages *messages, struct rejects *rejects, struct output *output)
{
    struct failure failure = {0};

    *loader = (struct loader){
        .options = options,
        .target = target,
        .messages = messages,
        .rejects = rejects,
        .output = output,
        .row = {.contract = options->contract,
                .encodings = {target->encodings[0], target->encodings[1]}},
        .reading = &loader->batches[0],
    };
    messages->lines.idle = idle;
    messages->lines.idle_context = loader;
    if (!writer_start(&loader->writer, target)) {
        log_error("no thread can be started");
        loader_worsen(loader, STATUS_INTERNAL);
        return false;
    }
    if (options->load_id && !target->position(target, &loader->skip, &failure))
        loader_fail(loader, &failure);
    if (loader->skip > 0)
        log_note("%llu records are loaded under this id already: passed over",
                 (unsigned long long)loader->skip);
    loader->reading->position = loader->skip;
    buffer_free(&failure.text);
    return !loader_failed(loader);
}

void loader_close(struct loader *loader)
{
    if (loader->writing)
        writer_wait(&loader->writer);
    writer_end(&loader->writer);
    for (size_t i = 0; i < 2; i++)
        batch_free(&loader->batches[i]);
    for (size_t i = 0; i < loader->table_count; i++)
        table_free(loader->tables[i]);
    free(loader->tables);
    row_free(&loader->row);
    key_set_free(&loader->parents);
    buffer_free(&loader->held);
    buffer_free(&loader->held_value);
    buffer_free(&loader->family_parents);
}
