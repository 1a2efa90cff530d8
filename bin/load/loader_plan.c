#include "loader_parts.h"

#include <stdlib.h>

#include "log.h"

enum { MOST_PLANS = 10 };

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
            loader_reject_row(loader, batch, rows->table, row, loader->row.error);
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
            loader_fail(loader, &failure);
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
    loader_worsen(loader, STATUS_REMOTE);
    return false;
}

bool loader_plan(struct loader *loader, struct batch *batch, bool final)
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
        loader_fail(loader, &failure);
    buffer_free(&failure.text);
    return described;
}

bool loader_replan(struct loader *loader, struct batch *batch)
{
    if (!describe_all(loader))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        changes_free(&batch->tables[i].changes);
        batch->tables[i].replanned = true;
    }
    return loader_plan(loader, batch, false);
}
