#include "loader_parts.h"

#include <stdlib.h>

/* How often the tables may turn out to be other than they were planned for. */
enum { MOST_REPLANS = 10 };

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
        loader_worsen(loader, (enum status)output_failure(loader->output));
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
            loader_reject_row(loader, batch, table, &rows->rows[i], rows->rows[i].refusal);
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
bool loader_settle(struct loader *loader)
{
    struct batch *batch = loader->writing;
    enum outcome outcome;

    if (batch == NULL)
        return !loader_failed(loader);
    outcome = writer_wait(&loader->writer);
    for (int tries = 0; outcome == OUTCOME_REPLAN && tries < MOST_REPLANS; tries++) {
        if (!loader_replan(loader, batch))
            return false;
        writer_put(&loader->writer, batch);
        outcome = writer_wait(&loader->writer);
    }
    loader->writing = NULL;
    if (outcome != OUTCOME_DONE)
        return loader_fail(loader, &loader->writer.failure);
    for (size_t i = 0; i < batch->count; i++)
        finish_table(loader, batch, &batch->tables[i]);
    if (!batch->continues)
        release_state(loader, batch);
    else
        batch_carry_refusals(batch, loader->reading);
    batch_clear(batch, 4 * loader->options->batch_bytes);
    return !loader_failed(loader);
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

/* Hands the batch to the writer; it goes on while we read the next. */
bool loader_hand_over(struct loader *loader, bool continues, bool final)
{
    struct batch *batch = loader->reading;

    if (!loader_settle(loader))
        return false;
    if (!continues) {
        choose_state_value(loader, batch);
        loader_choose_span(loader, batch);
    }
    if (!has_work(batch) && !final && !loader->open_transaction) {
        release_state(loader, batch);
        batch->state.length = 0;
        return !loader_failed(loader);
    }
    add_children(loader, batch);
    if (!loader_plan(loader, batch, final))
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
bool loader_may_commit(const struct loader *loader)
{
    return !loader->options->unstage || !loader->family_open;
}

/* For what can only be done while the writer rests, between two batches. */
bool loader_rest(struct loader *loader)
{
    return loader_hand_over(loader, !loader_may_commit(loader), false) && loader_settle(loader);
}
