#include "pg_write.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"
#include "merge.h"
#include "pg_binary.h"
#include "pg_schema.h"
#include "pg_state_key.h"
#include "pg_unstage.h"

enum { MERGE_VERSION = 150000 };

static bool is_class(const char *state, const char *const *classes)
{
    for (; *classes; classes++) {
        if (strncmp(state, *classes, strlen(*classes)) == 0)
            return true;
    }
    return false;
}

/* What the last failure means for us. */
static enum pg_trouble trouble(struct pg_writer *writer)
{
    /* undefined column and table, of another type */
    static const char *const replan[] = {"42703", "42P01", "42804", NULL};

    switch (pg_session_fault(writer->session)) {
    case PG_FAULT_LOST:
        return PG_LOST;
    case PG_FAULT_AGAIN:
        return PG_AGAIN;
    case PG_FAULT_REFUSED:
        return PG_REFUSED;
    default:
        return is_class(pg_state(writer->pg), replan) ? PG_REPLAN : PG_FATAL;
    }
}

/* Runs the statements in `sql` and empties it. */
static bool run(struct pg_writer *writer, struct buffer *sql)
{
    bool ran = pg_execute(writer->pg, buffer_text(sql));

    buffer_free(sql);
    return ran;
}

static struct pg_place *place_of(struct pg_writer *writer, const struct table *table)
{
    if (table->number >= writer->place_count) {
        size_t count = table->number + 8;

        writer->places =
            memory_extend(writer->places, writer->place_count, count, sizeof *writer->places);
        writer->place_count = count;
    }
    writer->places[table->number].table = table;
    return &writer->places[table->number];
}

static void forget_rows(struct pg_writer *writer)
{
    for (size_t i = 0; i < writer->place_count; i++)
        writer->places[i].filled = writer->places[i].repeated = false;
    writer->open = false;
    writer->parts = 0;
}

void pg_write_roll_back(struct pg_writer *writer)
{
    if (writer->open && !pg_lost(writer->pg))
        pg_execute(writer->pg, "ROLLBACK");
    for (size_t i = 0; i < writer->place_count; i++)
        writer->places[i].made = writer->places[i].committed;
    forget_rows(writer);
}

void pg_write_forget(struct pg_writer *writer)
{
    for (size_t i = 0; i < writer->place_count; i++)
        writer->places[i].made = writer->places[i].committed = false;
    forget_rows(writer);
}

static void append_table(struct buffer *sql, const struct pg_writer *writer,
                         const struct table *table)
{
    sql_qualified_name(sql, writer->folder, table->name);
}

static bool is_staged(const struct table *table)
{
    return table->disposition != DISPOSITION_APPEND;
}

/* A change that failed because another load was faster is no failure. */
static enum pg_trouble change_trouble(struct pg_writer *writer, const struct table *table,
                                      const struct change *change, struct failure *failure)
{
    static const char *const done_already[] = {"42P07", "42701", "42P06", NULL};
    enum pg_trouble why = trouble(writer);
    struct buffer what = {0};

    if (why == PG_LOST || why == PG_AGAIN)
        return why;
    if (is_class(pg_state(writer->pg), done_already))
        return PG_REPLAN;
    change_describe(&what, table, change);
    failure_set(failure, STATUS_INPUT, "cannot %s: %s (nothing of this batch is kept)",
                buffer_text(&what), pg_message(writer->pg));
    buffer_free(&what);
    return PG_FATAL;
}

/* Loads that change tables at the same time wait for each other. */
static bool lock_schema(struct pg_writer *writer)
{
    return pg_execute(writer->pg, "SELECT pg_catalog.pg_advisory_xact_lock(7813578)");
}

static enum pg_trouble make_changes(struct pg_writer *writer, const struct batch_table *rows,
                                    struct failure *failure)
{
    struct buffer name = {0};
    enum pg_trouble why = PG_FINE;

    if (rows->changes.count == 0)
        return PG_FINE;
    if (!lock_schema(writer))
        return trouble(writer);
    append_table(&name, writer, rows->table);
    buffer_text(&name);
    for (size_t i = 0; why == PG_FINE && i < rows->changes.count; i++) {
        const struct change *change = &rows->changes.items[i];
        struct buffer sql = {0};

        pg_schema_change(&sql, writer->folder, name.data, rows->table, change);
        if (!run(writer, &sql))
            why = change_trouble(writer, rows->table, change, failure);
    }
    buffer_free(&name);
    return why;
}

/* The stage has all columns of its table. What is to replace the table has its checks, too. */
static bool make_stage(struct pg_writer *writer, struct pg_place *place)
{
    struct buffer sql = {0};

    buffer_append_text(&sql, "DROP TABLE IF EXISTS ");
    merge_stage_name(&sql, SQL_POSTGRESQL, place->table);
    buffer_append_text(&sql, "; CREATE TEMP TABLE ");
    merge_stage_name(&sql, SQL_POSTGRESQL, place->table);
    if (place->table->disposition == DISPOSITION_REPLACE) {
        buffer_append_text(&sql, " (LIKE ");
        append_table(&sql, writer, place->table);
        buffer_append_text(&sql, " INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED "
                                 "INCLUDING IDENTITY)");
    } else {
        buffer_append_text(&sql, " ON COMMIT DELETE ROWS AS SELECT * FROM ");
        append_table(&sql, writer, place->table);
        buffer_append_text(&sql, " WITH NO DATA");
    }
    place->made = run(writer, &sql);
    place->committed = false;
    return place->made;
}

static bool change_stage(struct pg_writer *writer, const struct batch_table *rows)
{
    struct buffer name = {0}, sql = {0};

    merge_stage_name(&name, SQL_POSTGRESQL, rows->table);
    buffer_text(&name);
    for (size_t i = 0; i < rows->changes.count; i++) {
        const struct change *change = &rows->changes.items[i];

        if (change->kind != CHANGE_ADD && change->kind != CHANGE_WIDEN)
            continue;
        pg_schema_change(&sql, NULL, name.data, rows->table, change);
        buffer_append_text(&sql, ";");
    }
    buffer_free(&name);
    return run(writer, &sql);
}

static bool get_stage_ready(struct pg_writer *writer, const struct batch_table *rows)
{
    struct pg_place *place = place_of(writer, rows->table);
    bool ready = true;

    if (!is_staged(rows->table))
        return true;
    if (!place->made ||
        (rows->replanned && !place->filled && rows->table->disposition == DISPOSITION_UPSERT))
        ready = make_stage(writer, place);
    else if (rows->changes.count > 0)
        ready = change_stage(writer, rows);
    if (ready && rows->discard_staged) {
        struct buffer sql = {0};

        buffer_append_text(&sql, "DELETE FROM ");
        merge_stage_name(&sql, SQL_POSTGRESQL, rows->table);
        ready = run(writer, &sql);
    }
    return ready;
}

static bool send_rows(struct pg_writer *writer, const struct batch_table *rows, size_t from,
                      size_t to)
{
    size_t begin = from;

    /* runs of rows that are not refused lie next to each other */
    for (size_t i = from; i <= to; i++) {
        if (i < to && !rows->rows[i].refusal)
            continue;
        if (i > begin) {
            const char *first = rows->encoded.data + rows->rows[begin].encoded;
            struct slice last = batch_encoded(rows, i - 1);

            if (!pg_copy_send(writer->pg,
                              slice_of(first, (size_t)(last.data + last.length - first))))
                return false;
        }
        begin = i + 1;
    }
    return true;
}

/* COPY of rows [from, to) to the stage, or to the table itself. */
static bool copy_rows(struct pg_writer *writer, const struct batch_table *rows, size_t from,
                      size_t to)
{
    const struct layout *layout = rows->layout;
    struct buffer sql = {0};
    bool begun;

    buffer_append_text(&sql, "COPY ");
    if (is_staged(rows->table))
        merge_stage_name(&sql, SQL_POSTGRESQL, rows->table);
    else
        append_table(&sql, writer, rows->table);
    buffer_append_text(&sql, " (");
    merge_columns(&sql, layout, "");
    buffer_append_text(&sql, layout->ours ? ") FROM STDIN (FORMAT binary)" : ") FROM STDIN");
    begun = pg_copy_begin(writer->pg, buffer_text(&sql));
    buffer_free(&sql);
    return begun && (!layout->ours || pg_copy_send(writer->pg, pg_binary_header)) &&
           send_rows(writer, rows, from, to) &&
           (!layout->ours || pg_copy_send(writer->pg, pg_binary_trailer)) &&
           pg_copy_end(writer->pg);
}

static bool drop_repeated(struct pg_writer *writer, const struct table *table,
                          const struct layout *layout)
{
    struct buffer sql = {0};

    merge_drop_repeated(&sql, table, layout);
    return run(writer, &sql);
}

static bool merge(struct pg_writer *writer, const struct table *table, const struct layout *layout)
{
    struct buffer sql = {0};

    merge_pg(&sql, writer->folder, table, layout, pg_version(writer->pg) >= MERGE_VERSION);
    return run(writer, &sql);
}

static bool delete_gone_of(struct pg_writer *writer, const struct table *table)
{
    for (const struct table *gone = table; table_is_child(gone); gone = gone->parent) {
        struct buffer sql = {0};

        if (!place_of(writer, gone)->filled || !place_of(writer, gone->parent)->filled)
            continue;
        merge_delete_gone(&sql, SQL_POSTGRESQL, writer->folder, table, gone);
        if (!run(writer, &sql))
            return false;
    }
    return true;
}

/* Parents before children. Tables that loads share come first, in the order of their names: so
 * two loads lock rows of theirs in the same order, whatever they declared first. */
static int compare_places(const void *a, const void *b)
{
    const struct table *left = (*(struct pg_place *const *)a)->table;
    const struct table *right = (*(struct pg_place *const *)b)->table;
    size_t left_depth = table_depth(left), right_depth = table_depth(right);

    if (left_depth != right_depth)
        return left_depth < right_depth ? -1 : 1;
    if (left->keep_nulls != right->keep_nulls)
        return left->keep_nulls ? -1 : 1;
    if (left->keep_nulls)
        return strcmp(left->name, right->name);
    return left->number < right->number ? -1 : left->number > right->number;
}

/* The rows of stages become those of tables. */
static bool merge_rows(struct pg_writer *writer)
{
    struct pg_place **places = memory_new(writer->place_count, sizeof *places);
    size_t count = 0;
    bool merged = true;

    for (size_t i = 0; i < writer->place_count; i++) {
        struct pg_place *place = &writer->places[i];

        if (place->filled && place->table->disposition == DISPOSITION_UPSERT)
            places[count++] = place;
    }
    if (count > 0)
        qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 0; merged && i < count; i++)
        merged = merge(writer, places[i]->table, places[i]->layout);
    free(places);
    return merged;
}

/* Stages become tables: children that are gone first, the deepest of them before the others;
 * then the rows. */
static bool merge_all(struct pg_writer *writer)
{
    size_t deepest = 0;

    for (size_t i = 0; i < writer->place_count; i++) {
        struct pg_place *place = &writer->places[i];

        if (!place->filled || place->table->disposition != DISPOSITION_UPSERT)
            continue;
        if (place->repeated && !drop_repeated(writer, place->table, place->layout))
            return false;
        deepest = table_depth(place->table) > deepest ? table_depth(place->table) : deepest;
    }
    for (size_t depth = deepest; depth > 0; depth--) {
        for (size_t i = 0; i < writer->place_count; i++) {
            if (writer->places[i].filled && table_depth(writer->places[i].table) == depth &&
                !delete_gone_of(writer, writer->places[i].table))
                return false;
        }
    }
    return merge_rows(writer);
}

/* The staged rows become the table's. Readers see the old ones until the commit. */
static bool activate(struct pg_writer *writer, const struct batch_table *rows)
{
    const struct table *table = rows->table;
    struct buffer sql = {0};

    if (table->key_count > 0 && !drop_repeated(writer, table, rows->layout))
        return false;
    if (rows->extend && table->key_count > 0) {
        if (!merge(writer, table, rows->layout))
            return false;
    } else {
        if (!rows->extend) {
            buffer_append_text(&sql, "DELETE FROM ");
            append_table(&sql, writer, table);
            buffer_append_text(&sql, "; ");
        }
        buffer_append_text(&sql, "INSERT INTO ");
        append_table(&sql, writer, table);
        buffer_append_text(&sql, " (");
        merge_columns(&sql, rows->layout, "");
        buffer_append_text(&sql, ") SELECT ");
        merge_columns(&sql, rows->layout, "");
        buffer_append_text(&sql, " FROM ");
        merge_stage_name(&sql, SQL_POSTGRESQL, table);
        if (!run(writer, &sql))
            return false;
    }
    buffer_append_text(&sql, "TRUNCATE ");
    merge_stage_name(&sql, SQL_POSTGRESQL, table);
    return run(writer, &sql);
}

static bool note_position(struct pg_writer *writer, const struct batch *batch)
{
    struct buffer sql = {0};

    if (writer->load_id == NULL)
        return true;
    buffer_append_text(&sql, "INSERT INTO ");
    sql_qualified_name(&sql, writer->folder, "leat_loads");
    buffer_append_text(&sql, " AS l (load_id, records, loaded_at) VALUES (");
    sql_text(&sql, writer->load_id);
    buffer_format(&sql,
                  ", %llu, pg_catalog.now()) ON CONFLICT (load_id) DO UPDATE SET records = "
                  "excluded.records, loaded_at = excluded.loaded_at "
                  "WHERE excluded.records > l.records",
                  (unsigned long long)batch->position);
    return run(writer, &sql);
}

/* What is written with the rows: how far the load came, its STATE, what it takes from staging. */
static enum pg_trouble note_progress(struct pg_writer *writer, const struct batch *batch,
                                     struct failure *failure)
{
    if (!note_position(writer, batch))
        return trouble(writer);
    if (batch->state_value.length > 0 &&
        !pg_state_key_write(writer->pg, writer->state_key, buffer_slice(&batch->state_value)))
        return trouble(writer);
    if (batch->span.repository == 0 || pg_unstage(writer->pg, batch, failure))
        return PG_FINE;
    return failure->status == STATUS_OK ? trouble(writer) : PG_FATAL;
}

static enum pg_trouble commit(struct pg_writer *writer)
{
    if (!pg_session_commit(writer->session))
        return trouble(writer);
    for (size_t i = 0; i < writer->place_count; i++)
        writer->places[i].committed = writer->places[i].made;
    forget_rows(writer);
    return PG_FINE;
}

static enum pg_trouble begin(struct pg_writer *writer, const struct batch *batch,
                             struct failure *failure)
{
    enum pg_trouble why = PG_FINE;

    if (!writer->open) {
        if (!pg_execute(writer->pg, "BEGIN"))
            return trouble(writer);
        writer->open = true;
    }
    for (size_t i = 0; why == PG_FINE && i < batch->count; i++)
        why = make_changes(writer, &batch->tables[i], failure);
    for (size_t i = 0; why == PG_FINE && i < batch->count; i++) {
        if (!get_stage_ready(writer, &batch->tables[i]))
            why = trouble(writer);
    }
    return why;
}

static bool put_rows(struct pg_writer *writer, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_table *rows = &batch->tables[i];
        struct pg_place *place = place_of(writer, rows->table);

        place->filled = true;
        place->layout = rows->layout;
        place->repeated = place->repeated || rows->repeated || writer->parts > 0;
        if (rows->count > 0 && !copy_rows(writer, rows, 0, rows->count))
            return false;
    }
    return true;
}

static bool activate_all(struct pg_writer *writer, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->tables[i].activate && !activate(writer, &batch->tables[i]))
            return false;
    }
    return true;
}

static enum pg_trouble write_parts(struct pg_writer *writer, struct batch *batch,
                                   struct failure *failure)
{
    enum pg_trouble why = begin(writer, batch, failure);

    if (why != PG_FINE)
        return why;
    if (!put_rows(writer, batch))
        return trouble(writer);
    writer->parts++;
    if (batch->continues)
        return PG_FINE;
    if (!merge_all(writer) || !activate_all(writer, batch))
        return trouble(writer);
    why = note_progress(writer, batch, failure);
    return why == PG_FINE ? commit(writer) : why;
}

enum pg_trouble pg_write(struct pg_writer *writer, struct batch *batch, struct failure *failure)
{
    enum pg_trouble why = write_parts(writer, batch, failure);

    if (why != PG_FINE)
        pg_write_roll_back(writer);
    return why;
}

/* Rows [from, to) all the way into their table. */
static bool try_rows(struct pg_writer *writer, const struct batch_table *rows, size_t from,
                     size_t to)
{
    struct buffer sql = {0};

    if (rows->table->disposition != DISPOSITION_UPSERT)
        return copy_rows(writer, rows, from, to);
    buffer_append_text(&sql, "DELETE FROM ");
    merge_stage_name(&sql, SQL_POSTGRESQL, rows->table);
    return run(writer, &sql) && copy_rows(writer, rows, from, to) &&
           (!rows->repeated || drop_repeated(writer, rows->table, rows->layout)) &&
           merge(writer, rows->table, rows->layout);
}

static enum pg_trouble probe_rows(struct pg_writer *writer, struct batch_table *rows, size_t from,
                                  size_t to, size_t *found)
{
    size_t middle = from + (to - from) / 2;
    enum pg_trouble why;

    if (!pg_execute(writer->pg, "SAVEPOINT leat"))
        return trouble(writer);
    if (try_rows(writer, rows, from, to))
        return pg_execute(writer->pg, "RELEASE leat") ? PG_FINE : trouble(writer);
    why = trouble(writer);
    if (why != PG_REFUSED)
        return why;
    if (to - from == 1) {
        rows->rows[from].refusal =
            memory_text(pg_message(writer->pg), strlen(pg_message(writer->pg)));
        ++*found;
    }
    if (!pg_execute(writer->pg, "ROLLBACK TO leat; RELEASE leat"))
        return trouble(writer);
    if (to - from == 1)
        return PG_FINE;
    why = probe_rows(writer, rows, from, middle, found);
    return why == PG_FINE ? probe_rows(writer, rows, middle, to, found) : why;
}

static enum pg_trouble probe_all(struct pg_writer *writer, struct batch *batch, size_t *found,
                                 struct failure *failure)
{
    enum pg_trouble why = begin(writer, batch, failure);

    if (why == PG_FINE && !pg_execute(writer->pg, "SET CONSTRAINTS ALL IMMEDIATE"))
        why = trouble(writer);
    for (size_t i = 0; why == PG_FINE && i < batch->count; i++) {
        if (batch->tables[i].count > 0)
            why = probe_rows(writer, &batch->tables[i], 0, batch->tables[i].count, found);
    }
    return why;
}

enum pg_trouble pg_write_probe(struct pg_writer *writer, struct batch *batch, size_t *found,
                               struct failure *failure)
{
    enum pg_trouble why = probe_all(writer, batch, found, failure);

    pg_write_roll_back(writer);
    return why;
}
