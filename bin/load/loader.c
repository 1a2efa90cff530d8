#include "loader.h"

#include <stdlib.h>
#include <string.h>

#include "doc.h"
#include "log.h"
#include "memory.h"
#include "signals.h"
#include "statistics.h"

enum { MOST_PLANS = 10, CLOCK_ROWS = 256, FAMILY_MILLISECONDS = 1000, STAGED_PART = 16 };

static bool failed(const struct loader *loader)
{
    return loader->status > STATUS_REJECTED;
}

static bool fail(struct loader *loader, const struct failure *failure)
{
    log_error("%s", failure->text.data ? failure->text.data : "unknown failure");
    loader->status = failure->status;
    loader->messages->lines.idle_stop = true;
    return false;
}

static void worsen(struct loader *loader, enum status status)
{
    loader->status = status_worse(loader->status, status);
}

static void reject_row(struct loader *loader, const struct batch *batch, const struct table *table,
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

/* The line that was read is rejected: its staged row is set aside, if it names one. */
static void note_refusal(struct loader *loader, const char *reason)
{
    int64_t staged = unstage_id(loader->messages->message.line);

    if (!loader->options->unstage || staged == 0)
        return;
    loader->known_rejects++;
    staged_refusals_add(&loader->reading->refusals, staged, loader->messages->lines.number, reason);
}

static void reject_line(struct loader *loader, const char *reason)
{
    messages_reject(loader->messages, reason);
    note_refusal(loader, reason);
}

/* Encodes all rows of a table anew; false when one needs a further change of the table. */
static bool encode_anew(struct loader *loader, struct batch *batch, struct batch_table *rows)
{
    struct json json = {.max_nesting = JSON_MOST_NESTING};
    bool fit = true;
    size_t kept = 0;

    batch_forget_encoded(rows);
    rows->layout = rows->table->layout;
    for (size_t i = 0; i < rows->count; i++) {
        struct batch_row *row = &rows->rows[i];
        const char *line = batch->text.data + row->text;
        enum row_result result;

        json.end = line + row->length;
        row_read(&loader->row, rows->table, &json, line + row->record, 1);
        row->encoded = rows->encoded.length;
        result = row_encode(&loader->row, rows);
        if (result == ROW_REFUSED) {
            reject_row(loader, batch, rows->table, row, loader->row.error);
            staged_refusals_add(&batch->refusals, row->staged, row->line, loader->row.error);
            free((char *)row->refusal);
            continue;
        }
        if (result == ROW_GROWS) {
            row_grow(&loader->row, rows->table);
            fit = false;
        }
        rows->rows[kept++] = *row;
    }
    rows->count = kept;
    return fit;
}

static bool plan_table(struct loader *loader, struct batch *batch, struct batch_table *rows,
                       bool final)
{
    struct table *table = rows->table;

    for (int plans = 0; plans < MOST_PLANS; plans++) {
        if (table->frozen && table->disposition == DISPOSITION_UPSERT && !table->unique_index) {
            struct failure failure = {0};

            failure_set(&failure, STATUS_INPUT,
                        "the table %s has no unique index on its keys, and may not change "
                        "(--contract)",
                        table->name);
            fail(loader, &failure);
            buffer_free(&failure.text);
            return false;
        }
        if (table->stale || final)
            table_plan(table, final, &rows->changes);
        if (rows->layout == table->layout && rows->count > 0)
            return true;
        if (encode_anew(loader, batch, rows))
            return true;
    }
    log_error("%s: the table changes faster than it can be followed", table->name);
    worsen(loader, STATUS_REMOTE);
    return false;
}

static bool plan(struct loader *loader, struct batch *batch, bool final)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (!plan_table(loader, batch, &batch->tables[i], final))
            return false;
    }
    return true;
}

/* The database says its tables are not what we took them for: look again. */
static bool describe_all(struct loader *loader)
{
    struct failure failure = {0};
    bool described = true;

    for (size_t i = 0; described && i < loader->table_count; i++)
        described = loader->target->describe(loader->target, loader->tables[i], &failure);
    if (!described)
        fail(loader, &failure);
    buffer_free(&failure.text);
    return described;
}

static bool replan(struct loader *loader, struct batch *batch)
{
    if (!describe_all(loader))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        changes_free(&batch->tables[i].changes);
        batch->tables[i].replanned = true;
    }
    return plan(loader, batch, false);
}

static bool waits_for_replacement(const struct loader *loader)
{
    for (size_t i = 0; i < loader->table_count; i++) {
        if (loader->tables[i]->staged > 0)
            return true;
    }
    return false;
}

/* Everything before the STATE is safe, unless a table is still to be replaced. */
static void release_state(struct loader *loader, const struct batch *batch)
{
    if (batch->state.length > 0) {
        loader->held.length = 0;
        buffer_append_slice(&loader->held, buffer_slice(&batch->state));
    }
    if (loader->held.length == 0 || waits_for_replacement(loader))
        return;
    if (loader->rejects->path)
        output_flush(&loader->rejects->file);
    buffer_append_slice(&loader->output->buffer, buffer_slice(&loader->held));
    loader->held.length = 0;
    if (!output_flush(loader->output)) {
        worsen(loader, (enum status)output_failure(loader->output));
        loader->messages->lines.idle_stop = true;
    }
}

static void take_over_version(struct slice *to, struct slice *from)
{
    free((char *)to->data);
    *to = *from;
    *from = (struct slice){0};
}

static void finish_table(struct loader *loader, const struct batch *batch, struct batch_table *rows)
{
    struct table *table = rows->table;

    for (size_t i = 0; i < rows->count; i++) {
        if (rows->rows[i].refusal)
            reject_row(loader, batch, table, &rows->rows[i], rows->rows[i].refusal);
        else
            loader->written++;
    }
    table->rows += rows->count;
    table->replaced_characters += rows->replaced_characters;
    table->discarded_values += rows->discarded_values;
    if (table->disposition == DISPOSITION_REPLACE)
        table->staged += rows->count;
    if (rows->activate) {
        table->staged = 0;
        if (!rows->extend)
            take_over_version(&table->activated, &table->version);
        table->was_replaced = true;
    }
}

/* Waits until the writer is done, and does what its success allows. */
static bool settle(struct loader *loader)
{
    struct batch *batch = loader->writing;
    enum outcome outcome;

    if (batch == NULL)
        return !failed(loader);
    outcome = writer_wait(&loader->writer);
    for (int tries = 0; outcome == OUTCOME_REPLAN && tries < MOST_PLANS; tries++) {
        if (!replan(loader, batch))
            return false;
        writer_put(&loader->writer, batch);
        outcome = writer_wait(&loader->writer);
    }
    loader->writing = NULL;
    if (outcome != OUTCOME_DONE)
        return fail(loader, &loader->writer.failure);
    for (size_t i = 0; i < batch->count; i++)
        finish_table(loader, batch, &batch->tables[i]);
    if (!batch->continues)
        release_state(loader, batch);
    else
        batch_carry_refusals(batch, loader->reading);
    batch_clear(batch, 4 * loader->options->batch_bytes);
    return !failed(loader);
}

static bool has_work(const struct batch *batch)
{
    if (batch->state_value.length > 0 || batch->span.through > batch->span.after)
        return true;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->tables[i].count > 0 || batch->tables[i].activate)
            return true;
    }
    return false;
}

/* The children of a parent are replaced as a set, also where none of them came. */
static void add_children(struct loader *loader, struct batch *batch)
{
    size_t before;

    do {
        before = batch->count;
        for (size_t i = 0; i < loader->table_count; i++) {
            struct table *table = loader->tables[i];

            for (size_t j = 0; table_is_child(table) && j < batch->count; j++) {
                if (batch->tables[j].table != table->parent)
                    continue;
                batch_table(batch, table);
                break;
            }
        }
    } while (batch->count > before);
}

static bool is_activated(const struct batch *batch, const struct table *table)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->tables[i].table == table)
            return batch->tables[i].activate;
    }
    return false;
}

static bool replacement_waits_behind(const struct loader *loader, const struct batch *batch)
{
    for (size_t i = 0; i < loader->table_count; i++) {
        const struct table *table = loader->tables[i];

        if (table->disposition == DISPOSITION_REPLACE && !is_activated(batch, table) &&
            (table->staged > 0 || batch_count(batch, table) > 0))
            return true;
    }
    return false;
}

/* The value that the batch's commit makes true, if no table is still to be replaced then. */
static void choose_state_value(struct loader *loader, struct batch *batch)
{
    if (batch->state_value.length > 0) {
        loader->held_value.length = 0;
        buffer_append_slice(&loader->held_value, buffer_slice(&batch->state_value));
        batch->state_value.length = 0;
    }
    if (loader->held_value.length == 0 || replacement_waits_behind(loader, batch))
        return;
    buffer_append_slice(&batch->state_value, buffer_slice(&loader->held_value));
    loader->held_value.length = 0;
}

/* The staged rows between the STATE of the batch before and that of this one. */
static void choose_span(struct loader *loader, struct batch *batch)
{
    if (!loader->options->unstage || !loader->has_states)
        return;
    batch->span =
        (struct staged_span){loader->drained.repository, loader->handed.through,
                             loader->drained.through, loader->drained.rows - loader->handed.rows};
    loader->handed = loader->drained;
    staged_families_add(&batch->families, batch->span.after);
    staged_families_sort(&batch->families);
}

/* Hands the batch to the writer; it goes on while we read the next. */
static bool hand_over(struct loader *loader, bool continues, bool final)
{
    struct batch *batch = loader->reading;

    if (!settle(loader))
        return false;
    if (!continues) {
        choose_state_value(loader, batch);
        choose_span(loader, batch);
    }
    if (!has_work(batch) && !final && !loader->open_transaction) {
        release_state(loader, batch);
        batch->state.length = 0;
        return !failed(loader);
    }
    add_children(loader, batch);
    if (!plan(loader, batch, final))
        return false;
    batch->continues = continues;
    batch->durable = final || batch->state.length > 0 || loader->held.length > 0;
    loader->open_transaction = continues;
    if (!continues)
        key_set_clear(&loader->parents);
    loader->writing = batch;
    loader->reading = &loader->batches[batch == &loader->batches[0]];
    loader->reading->position = batch->position;
    writer_put(&loader->writer, batch);
    return true;
}

/* Whether the rows up to here may be committed: those of staged rows only behind a STATE. */
static bool may_commit(const struct loader *loader)
{
    return !loader->options->unstage || !loader->family_open;
}

/* For what can only be done while the writer rests, between two batches. */
static bool rest(struct loader *loader)
{
    return hand_over(loader, !may_commit(loader), false) && settle(loader);
}

/* The same, for what only rows of this table in the batch would be touched by. */
static bool rest_for(struct loader *loader, struct table *table)
{
    if (loader->open_transaction || batch_count(loader->reading, table) > 0)
        return rest(loader);
    return settle(loader);
}

static struct table *find_table(struct loader *loader, struct slice name)
{
    if (loader->last && slice_is(name, loader->last->name))
        return loader->last;
    for (size_t i = 0; i < loader->table_count; i++) {
        if (slice_is(name, loader->tables[i]->name))
            return loader->last = loader->tables[i];
    }
    return NULL;
}

static bool is_good_name(const struct loader *loader, struct slice name, struct failure *failure)
{
    if (name.length == 0 || memchr(name.data, '\0', name.length))
        return failure_set(failure, STATUS_INPUT, "a stream without a name cannot be a table");
    if (loader->target->dialect == SQL_POSTGRESQL && name.length > SQL_NAME_LIMIT)
        return failure_set(failure, STATUS_INPUT,
                           "the stream %.*s has a name longer than PostgreSQL takes (%d bytes)",
                           SLICE_FORMAT(name), SQL_NAME_LIMIT);
    return true;
}

/* The table of a stream; NULL, after a message, when there cannot be one. */
static struct table *table_for(struct loader *loader, struct slice name)
{
    struct table *table = find_table(loader, name);
    struct failure failure = {0};
    struct changes none = {0};

    if (table != NULL)
        return table;
    if (!settle(loader))
        return NULL;
    table = table_new(name, loader->table_count, loader->target->dialect);
    table->frozen = loader->options->contract != CONTRACT_EVOLVE;
    if (!is_good_name(loader, name, &failure) ||
        !loader->target->describe(loader->target, table, &failure)) {
        fail(loader, &failure);
        buffer_free(&failure.text);
        table_free(table);
        return NULL;
    }
    if (table->frozen && table->exists)
        table_plan(table, false, &none);
    if (loader->options->disposition == DISPOSITION_REPLACE)
        table->disposition = DISPOSITION_REPLACE;
    loader->tables = memory_resize(loader->tables, loader->table_count + 1, sizeof *loader->tables);
    loader->tables[loader->table_count++] = table;
    return loader->last = table;
}

/* How a table's rows are written: the option, the SCHEMA, the parent, the keys decide. */
static enum disposition resolve(const struct loader *loader, const struct table *table)
{
    const struct table *parent = table->declared_parent;

    if (loader->options->disposition != DISPOSITION_DEFAULT)
        return loader->options->disposition;
    if (table->declared != DISPOSITION_DEFAULT)
        return table->declared;
    if (parent && resolve(loader, parent) != DISPOSITION_UPSERT)
        return resolve(loader, parent);
    return table->key_count > 0 ? DISPOSITION_UPSERT : DISPOSITION_APPEND;
}

static struct table *resolve_parent(const struct loader *loader, const struct table *table)
{
    struct table *parent = table->declared_parent;

    if (parent == NULL || table->link_count == 0 || resolve(loader, table) != DISPOSITION_UPSERT ||
        resolve(loader, parent) != DISPOSITION_UPSERT)
        return NULL;
    return parent;
}

static bool resolve_all(struct loader *loader)
{
    for (size_t i = 0; i < loader->table_count; i++) {
        struct table *table = loader->tables[i];
        enum disposition disposition = resolve(loader, table);
        struct table *parent = resolve_parent(loader, table);

        if (disposition == table->disposition && parent == table->parent)
            continue;
        if (!rest_for(loader, table))
            return false;
        table->disposition = disposition;
        table->parent = parent;
        table->stale = true;
        if (parent)
            parent->is_parent = true;
    }
    return true;
}

static bool is_own_ancestor(const struct table *table, const struct table *parent)
{
    for (; parent; parent = parent->declared_parent) {
        if (parent == table)
            return true;
    }
    return false;
}

/* Another key means another unique index: the table is looked at again. */
static bool take_keys(struct loader *loader, struct table *table, const struct schema *schema)
{
    struct failure failure = {0};
    struct changes none = {0};
    bool taken;

    if (table_has_keys_of(table, schema))
        return true;
    if (!rest_for(loader, table))
        return false;
    table_take_keys(table, schema);
    taken = loader->target->describe(loader->target, table, &failure);
    if (!taken)
        fail(loader, &failure);
    else if (table->frozen && table->exists && table->disposition != DISPOSITION_UPSERT)
        table_plan(table, false, &none);
    buffer_free(&failure.text);
    return taken;
}

static bool are_names(struct loader *loader, const struct table *table, const struct schema *schema)
{
    struct failure failure = {0};

    for (size_t i = 0; i < schema->column_count; i++) {
        const char *name = schema->columns[i].name;

        if (table_is_column_name(table, slice_text(name)))
            continue;
        failure_set(&failure, STATUS_INPUT,
                    "%s: PostgreSQL takes no column of the name \"%s\" (1 to %d bytes)",
                    table->name, name, SQL_NAME_LIMIT);
        fail(loader, &failure);
        buffer_free(&failure.text);
        return false;
    }
    return true;
}

static bool declare(struct loader *loader, const struct schema *schema)
{
    struct table *table = table_for(loader, slice_text(schema->stream)), *parent = NULL;
    struct failure failure = {0};

    if (table && schema->parent)
        parent = table_for(loader, slice_text(schema->parent));
    if (table == NULL || (schema->parent && parent == NULL) || !are_names(loader, table, schema) ||
        !take_keys(loader, table, schema))
        return false;
    if (table->keep_nulls != schema->keep_nulls && !rest_for(loader, table))
        return false;
    table->keep_nulls = schema->keep_nulls;
    table->aside = schema->aside;
    table->declared = schema->disposition;
    table->declared_parent = is_own_ancestor(table, parent) ? NULL : parent;
    table_declare(table, schema);
    if (loader->options->disposition == DISPOSITION_UPSERT && table->key_count == 0) {
        failure_set(&failure, STATUS_INPUT, "the stream %s has no keys to upsert by", table->name);
        fail(loader, &failure);
        buffer_free(&failure.text);
        return false;
    }
    return resolve_all(loader);
}

static void take_schema(struct loader *loader, const struct message *message)
{
    const char *error;
    struct doc *doc = doc_parse(message->line, &error);
    struct schema *schema = doc ? schema_parse(doc, &error) : NULL;

    if (schema == NULL) {
        log_error("line %llu: %s", (unsigned long long)loader->messages->lines.number, error);
        worsen(loader, STATUS_INPUT);
    } else {
        declare(loader, schema);
    }
    schema_free(schema);
    doc_free(doc);
}

/* What came so far, by a STATE of the drain. */
static bool note_drained(struct loader *loader, struct slice value)
{
    struct staged_span span;

    if (!unstage_read_state(value, &span) ||
        (loader->has_states && !unstage_follows(&loader->drained, &span))) {
        log_error("line %llu: not a STATE of stage --drain, or not of the same one (--unstage)",
                  (unsigned long long)loader->messages->lines.number);
        worsen(loader, STATUS_INPUT);
        return false;
    }
    if (!loader->has_states)
        loader->handed = (struct staged_span){
            .repository = span.repository, .after = span.after, .through = span.after};
    loader->drained = span;
    staged_families_add(&loader->reading->families, span.through);
    return true;
}

static void keep_text(struct buffer *buffer, struct slice text)
{
    buffer->length = 0;
    buffer_append_slice(buffer, text);
}

static void take_state(struct loader *loader, const struct message *message)
{
    struct batch *batch = loader->reading;

    if (loader->options->unstage && !note_drained(loader, message->value))
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

/* The version in a message: what stands behind "version":, or an empty slice. */
static struct slice version_in(struct slice text)
{
    static const char name[] = "\"version\"";
    const char *end = text.data + text.length;
    const char *at = text.length ? memmem(text.data, text.length, name, sizeof name - 1) : NULL;
    const char *begin;

    if (at == NULL)
        return (struct slice){0};
    for (at += sizeof name - 1; at < end && (*at == ':' || *at == ' '); at++)
        ;
    for (begin = at; at < end && *at != ',' && *at != '}' && *at != ' '; at++)
        ;
    return slice_of(begin, (size_t)(at - begin));
}

static bool activate(struct loader *loader, struct table *table)
{
    struct batch_table *rows = batch_table(loader->reading, table);

    rows->activate = true;
    rows->extend = table->activated.data && slice_equal(table->activated, table->version);
    return true;
}

/* The rows of a version are complete: they replace the table's. */
static void take_version(struct loader *loader, const struct message *message)
{
    struct table *table = table_for(loader, message->stream);

    if (table == NULL)
        return;
    if (table->disposition != DISPOSITION_REPLACE) {
        log_detail("%s: ACTIVATE_VERSION means nothing to a table that is not replaced",
                   table->name);
        return;
    }
    /* some taps send one ahead of the rows: a table is never replaced by nothing that way */
    if (!settle(loader) || (table->staged == 0 && batch_table(loader->reading, table)->count == 0))
        return;
    activate(loader, table);
    rest(loader);
}

/* Rows of another version came: those staged were never activated, and never will be. */
static bool note_version(struct loader *loader, struct table *table, struct slice version)
{
    if (table->version.length > 0) {
        if (!rest(loader))
            return false;
        if (table->staged > 0)
            batch_table(loader->reading, table)->discard_staged = true;
        table->staged = 0;
    }
    free((char *)table->version.data);
    table->version = slice_of(memory_text(version.data, version.length), version.length);
    return true;
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
        return hand_over(loader, false, false);
    /* a parent with more children than memory holds: its transaction takes several batches. In
     * later ones the database must refuse nothing, so staged rows get more room */
    if (batch->text.length >= (loader->options->unstage ? STAGED_PART * part : part))
        return hand_over(loader, true, false);
    return true;
}

/* Staged rows: commits up to the STATE, and keeps what came behind it for the next batch. */
static bool cut_at_state(struct loader *loader)
{
    struct batch *tail = &loader->batches[loader->reading == &loader->batches[0]];
    const struct buffer *parents = &loader->family_parents;

    if (!settle(loader) || loader->open_transaction)
        return !failed(loader);
    batch_move_tail(loader->reading, tail, loader->family_line);
    if (!hand_over(loader, false, false))
        return false;
    for (size_t at = 0; at < parents->length; at += sizeof(uint64_t)) {
        uint64_t hash;

        memcpy(&hash, parents->data + at, sizeof hash);
        key_set_add(&loader->parents, hash);
    }
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
    cut = may_commit(loader) ? hand_over(loader, false, false) : cut_at_state(loader);
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
            reject_line(loader, loader->row.error);
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
    struct slice version;

    if (!messages_record_end(loader->messages,
                             row_read(&loader->row, table, json, message->record.data, nesting))) {
        note_refusal(loader, json->error);
        row_forget(&loader->row);
        return false;
    }
    if (table->frozen && !table->exists) {
        reject_line(loader, "the table does not exist, and may not be made");
        return false;
    }
    if (loader->options->unstage && unstage_id(message->rest) == 0) {
        log_error("line %llu: the record names no staged row (--unstage loads what stage --drain "
                  "prints)",
                  (unsigned long long)loader->messages->lines.number);
        worsen(loader, STATUS_INPUT);
        return false;
    }
    if (table->disposition != DISPOSITION_REPLACE || message->rest.length == 0)
        return true;
    version = version_in(message->rest);
    if (version.length == 0 || slice_equal(version, table->version))
        return true;
    /* other rows may be encoded for that: this one is read again */
    return note_version(loader, table, version) &&
           row_read(&loader->row, table, json, message->record.data, nesting) != NULL;
}

/* What comes behind a STATE of the drain is one family, until the next. */
static void open_staged_family(struct loader *loader)
{
    if (loader->family_open)
        return;
    loader->family_open = true;
    loader->family_line = loader->messages->lines.number;
    loader->family_position = loader->reading->position;
}

static bool is_staging_reject(const struct loader *loader, const struct message *message)
{
    return loader->options->unstage && slice_is(message->stream, UNSTAGE_REJECTS);
}

/* A record that could not be made rows of, and why. */
static void take_staging_reject(struct loader *loader, const struct message *message)
{
    struct json *json = &loader->messages->json;
    const char *error, *reason = NULL;
    struct doc *doc = NULL;

    open_staged_family(loader);
    if (messages_record_end(loader->messages, json_value_end(json, message->record.data, 1))) {
        doc = doc_parse(message->record, &error);
        reason = doc_string(doc_get(doc, "reason"));
        reject_line(loader, reason ? reason : "no reason given");
    } else {
        note_refusal(loader, json->error);
    }
    doc_free(doc);
}

/* A line that names no staged row would be taken out of staging without a trace. */
static bool is_accounted(struct loader *loader)
{
    if (!loader->options->unstage || loader->known_rejects == loader->rejects->count)
        return true;
    log_error("a rejected line before line %llu names no staged row: its row stays staged, as do "
              "those behind it",
              (unsigned long long)loader->messages->lines.number);
    worsen(loader, STATUS_INPUT);
    return false;
}

static void take_record(struct loader *loader, const struct message *message)
{
    struct table *table;

    if (is_staging_reject(loader, message)) {
        take_staging_reject(loader, message);
        return;
    }
    table = table_for(loader, message->stream);
    if (table == NULL ||
        (loader->messages->records <= loader->skip && table->disposition != DISPOSITION_REPLACE))
        return;
    if (!make_room(loader, table))
        return;
    if (loader->options->unstage)
        open_staged_family(loader);
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
    if (!settle(loader) || !may_commit(loader))
        return;
    if (loader->idle_records != loader->messages->records) {
        loader->idle_records = loader->messages->records;
        clock_gettime(CLOCK_MONOTONIC, &loader->idle_since);
    }
    if (loader->reading->rows == 0) {
        if (!loader->open_transaction && loader->reading->state.length > 0)
            hand_over(loader, false, false);
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
        rest(loader);
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
    if (settle(loader) && !loader->open_transaction) {
        if (loader->family_open)
            drop_open_family(loader);
        rest(loader);
    }
    worsen(loader, status);
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
    if (!settle(loader))
        return;
    for (size_t i = 0; i < loader->table_count; i++) {
        struct table *table = loader->tables[i];

        if (table->frozen && !table->exists)
            continue;
        if (!table_has_named_column(table))
            continue;
        if (table->disposition == DISPOSITION_REPLACE &&
            (!table->was_replaced || table->staged > 0 || batch_table(batch, table)->count > 0))
            activate(loader, table);
        batch_table(batch, table);
    }
    if (hand_over(loader, false, true))
        settle(loader);
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
        if (!is_staging_reject(loader, message))
            take_schema(loader, message);
        break;
    case MESSAGE_STATE:
        take_state(loader, message);
        break;
    default:
        take_version(loader, message);
    }
}

enum status loader_run(struct loader *loader)
{
    const struct message *message;

    progress_start(&loader->progress, "records", 0);
    while ((message = messages_next(loader->messages))->kind < MESSAGE_END && !failed(loader)) {
        if (!is_accounted(loader))
            break;
        take_message(loader, message);
        if (failed(loader))
            break;
        progress_update(&loader->progress, loader->messages->records);
    }
    progress_end(&loader->progress);
    if (!failed(loader) && message->kind == MESSAGE_END && is_accounted(loader)) {
        finish(loader);
    } else if (!failed(loader)) {
        stop(loader, message->kind == MESSAGE_FAILED ? STATUS_INPUT : STATUS_REMOTE);
    }
    for (size_t i = 0; i < loader->table_count; i++)
        warn(loader->tables[i]);
    if (loader->rejects->count > 0)
        worsen(loader, STATUS_REJECTED);
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
        worsen(loader, STATUS_INTERNAL);
        return false;
    }
    if (options->load_id && !target->position(target, &loader->skip, &failure))
        fail(loader, &failure);
    if (loader->skip > 0)
        log_note("%llu records are loaded under this id already: passed over",
                 (unsigned long long)loader->skip);
    loader->reading->position = loader->skip;
    buffer_free(&failure.text);
    return !failed(loader);
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
