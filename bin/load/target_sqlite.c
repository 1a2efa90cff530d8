/*
 * Loading into SQLite: one transaction a batch, a prepared statement a table.
 *
 * The journal is a write-ahead log. A commit that a STATE follows is synced (synchronous=FULL),
 * because the STATE is a promise that must survive a power cut; another need not be, for after
 * a power cut the load begins again at the STATE before.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"
#include "merge.h"
#include "signals.h"
#include "sqlite.h"
#include "sqlite_schema.h"
#include "target.h"

/* What is kept ready for a table. */
struct ready {
    const struct table *table;
    unsigned serial; /* of the layout `insert` is for */
    struct sqlite_statement *insert, *keys;
    size_t kept; /* columns of temp.leat_keys_N; 0: it is not made */
    bool staged; /* temp.leat_rows_N is made */
};

struct target_sqlite {
    struct target target;
    struct sqlite *sqlite;
    const char *path, *load_id, *state_key;
    unsigned retries;
    struct ready *ready;
    size_t ready_count;
    int64_t schema_version; /* changes whenever anybody changes a table */
};

enum { BUSY_MILLISECONDS = 5000 };

static const char *advice(enum sqlite_fault fault)
{
    switch (fault) {
    case SQLITE_FAULT_BUSY:
        return " (another process holds it; run again)";
    case SQLITE_FAULT_FULL:
        return " (nothing of this batch is kept; make room and run again)";
    default:
        return "";
    }
}

static bool fail(struct target_sqlite *self, struct failure *failure, const char *doing)
{
    enum sqlite_fault fault = sqlite_fault(self->sqlite);

    return failure_set(failure, fault == SQLITE_FAULT_UNUSABLE ? STATUS_INPUT : STATUS_REMOTE,
                       "%s: cannot %s: %s%s", self->path, doing, sqlite_message(self->sqlite),
                       advice(fault));
}

static struct ready *ready_for(struct target_sqlite *self, const struct table *table)
{
    if (table->number >= self->ready_count) {
        size_t count = table->number + 8;

        self->ready = memory_extend(self->ready, self->ready_count, count, sizeof *self->ready);
        self->ready_count = count;
    }
    self->ready[table->number].table = table;
    return &self->ready[table->number];
}

/* Runs the statement in `sql` and empties it. */
static bool run(struct target_sqlite *self, struct buffer *sql)
{
    bool ran = sqlite_execute(self->sqlite, buffer_text(sql));

    buffer_free(sql);
    return ran;
}

static bool begin(struct target_sqlite *self, bool durable)
{
    if (!sqlite_execute(self->sqlite,
                        durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"))
        return false;
    for (unsigned attempt = 0;; attempt++) {
        if (sqlite_execute(self->sqlite, "BEGIN IMMEDIATE"))
            return true;
        if (sqlite_fault(self->sqlite) != SQLITE_FAULT_BUSY || attempt >= self->retries ||
            signals_stopped())
            return false;
        log_warning("%s: the database is locked: waiting", self->path);
    }
}

static bool commit(struct target_sqlite *self)
{
    for (unsigned attempt = 0; attempt <= self->retries; attempt++) {
        if (sqlite_execute(self->sqlite, "COMMIT"))
            return true;
        if (sqlite_fault(self->sqlite) != SQLITE_FAULT_BUSY)
            break;
    }
    return false;
}

static void roll_back(struct target_sqlite *self)
{
    if (sqlite_in_transaction(self->sqlite))
        sqlite_execute(self->sqlite, "ROLLBACK");
    for (size_t i = 0; i < self->ready_count; i++) {
        struct ready *ready = &self->ready[i];

        sqlite_finish(ready->insert);
        sqlite_finish(ready->keys);
        *ready = (struct ready){.table = ready->table, .staged = ready->staged};
    }
}

static bool make_changes(struct target_sqlite *self, struct batch_table *rows,
                         struct failure *failure)
{
    for (size_t i = 0; i < rows->changes.count; i++) {
        const struct change *change = &rows->changes.items[i];
        struct buffer what = {0};
        bool changed =
            sqlite_schema_change(self->sqlite, "main", rows->table->name, rows->table, change);

        change_describe(&what, rows->table, change);
        if (changed)
            log_detail("%s: did %s", self->path, buffer_text(&what));
        else if (sqlite_fault(self->sqlite) == SQLITE_FAULT_FULL)
            fail(self, failure, buffer_text(&what));
        else
            failure_set(failure, STATUS_INPUT, "%s: cannot %s: %s (nothing of this batch is kept)",
                        self->path, buffer_text(&what), sqlite_message(self->sqlite));
        buffer_free(&what);
        if (!changed)
            return false;
    }
    return true;
}

/* A table whose keys are needed to tell which children are gone. */
static bool has_family(const struct batch *batch, const struct table *table)
{
    if (table_is_child(table))
        return true;
    for (size_t i = 0; i < batch->count; i++) {
        if (table_is_child(batch->tables[i].table) && batch->tables[i].table->parent == table)
            return true;
    }
    return false;
}

/* What temp.leat_keys_N holds: the keys, and what children refer to. */
static bool is_kept_key(const struct batch *batch, const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->key_count; i++) {
        if (strcmp(table->keys[i], name) == 0)
            return true;
    }
    for (size_t i = 0; i < batch->count; i++) {
        const struct table *child = batch->tables[i].table;

        for (size_t j = 0; child->parent == table && j < child->link_count; j++) {
            if (strcmp(child->links[j].parent, name) == 0)
                return true;
        }
    }
    return false;
}

static size_t count_kept(const struct batch *batch, const struct batch_table *rows)
{
    size_t count = 0;

    for (size_t i = 0; has_family(batch, rows->table) && i < rows->layout->count; i++)
        count += is_kept_key(batch, rows->table, rows->layout->columns[i].name);
    return count;
}

static void append_name(struct buffer *sql, const char *name)
{
    buffer_append_text(sql, sql->data[sql->length - 1] == '(' ? "" : ", ");
    sql_name(sql, name);
}

static bool make_keys_table(struct target_sqlite *self, const struct batch *batch,
                            const struct batch_table *rows)
{
    const struct table *table = rows->table;
    struct buffer sql = {0};

    buffer_append_text(&sql, "DROP TABLE IF EXISTS ");
    merge_stage_name(&sql, SQL_SQLITE, table);
    buffer_append_text(&sql, "; CREATE TABLE ");
    merge_stage_name(&sql, SQL_SQLITE, table);
    buffer_append_text(&sql, " (");
    for (size_t i = 0; i < rows->layout->count; i++) {
        const struct layout_column *column = &rows->layout->columns[i];

        if (!is_kept_key(batch, table, column->name))
            continue;
        buffer_append_text(&sql, sql.data[sql.length - 1] == '(' ? "" : ", ");
        sql_column(&sql, SQL_SQLITE, column->name, column->type);
    }
    buffer_append_text(&sql, ", PRIMARY KEY (");
    for (size_t i = 0; i < table->key_count; i++)
        append_name(&sql, table->keys[i]);
    buffer_append_text(&sql, ")) WITHOUT ROWID");
    return run(self, &sql);
}

/* Keys noted by an earlier part of the transaction stay, unless there are others to keep. */
static bool prepare_keys(struct target_sqlite *self, const struct batch *batch,
                         const struct batch_table *rows, struct ready *ready)
{
    size_t kept = count_kept(batch, rows);
    struct buffer sql = {0}, values = {0};

    sqlite_finish(ready->keys);
    ready->keys = NULL;
    if (ready->kept != kept && !make_keys_table(self, batch, rows))
        return false;
    ready->kept = kept;
    buffer_append_text(&sql, "INSERT OR REPLACE INTO ");
    merge_stage_name(&sql, SQL_SQLITE, rows->table);
    buffer_append_text(&sql, " (");
    for (size_t i = 0; i < rows->layout->count; i++) {
        if (!is_kept_key(batch, rows->table, rows->layout->columns[i].name))
            continue;
        append_name(&sql, rows->layout->columns[i].name);
        buffer_append_text(&values, values.length ? ", ?" : ") VALUES (?");
    }
    buffer_append_slice(&sql, buffer_slice(&values));
    buffer_append_byte(&sql, ')');
    ready->keys = sqlite_prepare(self->sqlite, buffer_text(&sql));
    buffer_free(&sql);
    buffer_free(&values);
    return ready->keys != NULL;
}

static bool is_staged(const struct table *table)
{
    return table->disposition == DISPOSITION_REPLACE;
}

/* The name of the table that will replace this one. Free it. */
static char *stage_of(const struct table *table)
{
    return memory_format("leat_rows_%zu", table->number);
}

/* The table rows go to: the one itself, or the one that will replace it. */
static bool prepare_insert(struct target_sqlite *self, const struct batch_table *rows,
                           struct ready *ready)
{
    const struct table *table = rows->table;
    bool upsert = table->disposition != DISPOSITION_APPEND && table->key_count > 0;
    char *stage = is_staged(table) ? stage_of(table) : NULL;
    struct buffer sql = {0}, name = {0};

    sql_qualified_name(&name, stage ? "temp" : "main", stage ? stage : table->name);
    merge_sqlite_insert(&sql, buffer_text(&name), table, rows->layout, upsert);
    ready->insert = sqlite_prepare(self->sqlite, buffer_text(&sql));
    buffer_free(&sql);
    buffer_free(&name);
    free(stage);
    return ready->insert != NULL;
}

/* Makes the stage, or changes it as its table was changed. */
static bool ready_stage(struct target_sqlite *self, const struct batch_table *rows,
                        struct ready *ready)
{
    static const struct change unique = {.kind = CHANGE_UNIQUE_INDEX};
    char *stage = stage_of(rows->table);
    bool changed = true;

    if (!ready->staged) {
        changed = sqlite_schema_make_stage(self->sqlite, rows->table);
        /* without a unique key of its own, the table's image has none to find repeats by */
        if (changed && rows->table->key_count > 0 && !prepare_insert(self, rows, ready))
            changed = sqlite_schema_change(self->sqlite, "temp", stage, rows->table, &unique);
        ready->staged = changed;
    } else {
        for (size_t i = 0; changed && i < rows->changes.count; i++) {
            const struct change *change = &rows->changes.items[i];

            if (change->kind == CHANGE_ADD || change->kind == CHANGE_WIDEN)
                changed = sqlite_schema_change(self->sqlite, "temp", stage, rows->table, change);
        }
    }
    free(stage);
    return changed;
}

static bool discard_staged(struct target_sqlite *self, const struct table *table)
{
    struct buffer sql = {0};

    buffer_format(&sql, "DELETE FROM temp.leat_rows_%zu", table->number);
    return run(self, &sql);
}

static bool get_ready(struct target_sqlite *self, const struct batch *batch,
                      const struct batch_table *rows, struct failure *failure)
{
    struct ready *ready = ready_for(self, rows->table);
    bool same = ready->insert && ready->serial == rows->layout->serial;
    bool prepared = true;

    if (!same) {
        sqlite_finish(ready->insert);
        ready->insert = NULL;
        prepared = !is_staged(rows->table) || ready_stage(self, rows, ready);
        if (prepared && ready->insert == NULL)
            prepared = prepare_insert(self, rows, ready);
        ready->serial = rows->layout->serial;
    }
    if (prepared && (!same || ready->kept != count_kept(batch, rows)) &&
        has_family(batch, rows->table))
        prepared = prepare_keys(self, batch, rows, ready);
    return prepared || fail(self, failure, "prepare to write");
}

static void bind_field(struct sqlite_statement *statement, int parameter,
                       const struct encoded_field *field)
{
    switch (field->kind) {
    case FIELD_NULL:
        sqlite_bind_null(statement, parameter);
        break;
    case FIELD_INTEGER:
        sqlite_bind_integer(statement, parameter, field->integer);
        break;
    case FIELD_REAL:
        sqlite_bind_real(statement, parameter, field->real);
        break;
    case FIELD_TEXT:
        sqlite_bind_text(statement, parameter, field->text);
        break;
    }
}

/* Runs a statement for a row: with all its fields, or those that are kept of its keys. */
static bool run_row(struct sqlite_statement *statement, const struct batch *batch,
                    const struct batch_table *rows, size_t i, bool keys)
{
    const char *at = rows->encoded.data + rows->rows[i].encoded;
    int parameter = 0;

    for (size_t place = 0; place < rows->layout->count; place++) {
        struct encoded_field field = encode_sqlite_field(&at);

        if (!keys || is_kept_key(batch, rows->table, rows->layout->columns[place].name))
            bind_field(statement, ++parameter, &field);
    }
    return sqlite_run(statement);
}

static bool note_keys(struct target_sqlite *self, const struct batch *batch,
                      const struct batch_table *rows, struct failure *failure)
{
    struct ready *ready = ready_for(self, rows->table);

    for (size_t i = 0; ready->keys && i < rows->count; i++) {
        if (!rows->rows[i].refusal && !run_row(ready->keys, batch, rows, i, true))
            return fail(self, failure, "note the keys of this batch");
    }
    return true;
}

static bool write_rows(struct target_sqlite *self, const struct batch *batch,
                       struct batch_table *rows, struct failure *failure)
{
    struct sqlite_statement *insert = ready_for(self, rows->table)->insert;

    for (size_t i = 0; i < rows->count; i++) {
        if (rows->rows[i].refusal || run_row(insert, batch, rows, i, false))
            continue;
        if (sqlite_fault(self->sqlite) != SQLITE_FAULT_REFUSED)
            return fail(self, failure, "write");
        rows->rows[i].refusal =
            memory_text(sqlite_message(self->sqlite), strlen(sqlite_message(self->sqlite)));
        if (!sqlite_in_transaction(self->sqlite))
            return failure_set(failure, STATUS_REMOTE, "%s: a trigger rolled the batch back: %s",
                               self->path, rows->rows[i].refusal);
    }
    return true;
}

static bool delete_gone_of(struct target_sqlite *self, const struct table *table)
{
    for (const struct table *gone = table; table_is_child(gone); gone = gone->parent) {
        struct buffer sql = {0};

        if (!ready_for(self, gone)->keys || !ready_for(self, gone->parent)->keys)
            continue;
        merge_delete_gone(&sql, SQL_SQLITE, NULL, table, gone);
        if (!run(self, &sql))
            return false;
    }
    return true;
}

/* Children that are gone, the deepest first; then the keys are noted afresh. */
static bool delete_gone(struct target_sqlite *self, struct failure *failure)
{
    size_t deepest = 0;

    for (size_t i = 0; i < self->ready_count; i++) {
        size_t depth = self->ready[i].keys ? table_depth(self->ready[i].table) : 0;

        deepest = depth > deepest ? depth : deepest;
    }
    for (size_t depth = deepest; depth > 0; depth--) {
        for (size_t i = 0; i < self->ready_count; i++) {
            if (self->ready[i].keys && table_depth(self->ready[i].table) == depth &&
                !delete_gone_of(self, self->ready[i].table))
                return fail(self, failure, "delete rows that are gone");
        }
    }
    for (size_t i = 0; i < self->ready_count; i++) {
        struct buffer sql = {0};

        if (self->ready[i].keys == NULL)
            continue;
        buffer_format(&sql, "DELETE FROM temp.leat_keys_%zu", i);
        if (!run(self, &sql))
            return fail(self, failure, "delete rows that are gone");
    }
    return true;
}

/* The staged rows become the table's. */
static bool activate(struct target_sqlite *self, const struct batch_table *rows,
                     struct failure *failure)
{
    const struct table *table = rows->table;
    struct buffer sql = {0};

    if (!rows->extend) {
        buffer_append_text(&sql, "DELETE FROM ");
        sql_qualified_name(&sql, "main", table->name);
        buffer_append_text(&sql, "; ");
    }
    buffer_append_text(&sql, rows->extend ? "INSERT OR REPLACE INTO " : "INSERT INTO ");
    sql_qualified_name(&sql, "main", table->name);
    buffer_append_text(&sql, " (");
    merge_columns(&sql, rows->layout, "");
    buffer_append_text(&sql, ") SELECT ");
    merge_columns(&sql, rows->layout, "");
    buffer_format(&sql, " FROM temp.leat_rows_%zu; DELETE FROM temp.leat_rows_%zu", table->number,
                  table->number);
    return run(self, &sql) ||
           failure_set(failure, STATUS_REMOTE,
                       "%s: cannot replace %s: %s (the old rows are still there)", self->path,
                       table->name, sqlite_message(self->sqlite));
}

static bool note_position(struct target_sqlite *self, const struct batch *batch,
                          struct failure *failure)
{
    struct buffer sql = {0};

    if (self->load_id == NULL)
        return true;
    buffer_append_text(&sql, "INSERT INTO main.leat_loads VALUES (");
    sql_text(&sql, self->load_id);
    buffer_format(&sql,
                  ", %llu, strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', 'now')) "
                  "ON CONFLICT (load_id) DO UPDATE SET records = excluded.records, "
                  "loaded_at = excluded.loaded_at WHERE excluded.records > records",
                  (unsigned long long)batch->position);
    return run(self, &sql) || fail(self, failure, "note the position of the load");
}

static bool keep_state(struct target_sqlite *self, struct batch *batch, struct failure *failure)
{
    struct buffer sql = {0};

    if (batch->state_value.length == 0)
        return true;
    buffer_append_text(&sql, "INSERT INTO main.leat_state VALUES (");
    sql_text(&sql, self->state_key);
    buffer_append_text(&sql, ", ");
    sql_text(&sql, buffer_text(&batch->state_value));
    buffer_append_text(&sql, ", strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) ON CONFLICT (state_key) "
                             "DO UPDATE SET value = excluded.value, "
                             "updated_at = excluded.updated_at");
    return run(self, &sql) || fail(self, failure, "keep the STATE");
}

static bool write_tables(struct target_sqlite *self, struct batch *batch, struct failure *failure)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (!make_changes(self, &batch->tables[i], failure))
            return false;
    }
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_table *rows = &batch->tables[i];

        if (!get_ready(self, batch, rows, failure) || !note_keys(self, batch, rows, failure) ||
            (rows->discard_staged && !discard_staged(self, rows->table)))
            return false;
    }
    if (!batch->continues && !delete_gone(self, failure))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_table *rows = &batch->tables[i];

        if (!write_rows(self, batch, rows, failure) ||
            (rows->activate && !activate(self, rows, failure)))
            return false;
    }
    return true;
}

/* Whether a table was changed since this was asked last. */
static bool schema_changed(struct target_sqlite *self)
{
    int64_t before = self->schema_version;

    self->schema_version = sqlite_number(self->sqlite, "PRAGMA main.schema_version", 0);
    return self->schema_version != before;
}

static enum outcome write_batch(struct target *target, struct batch *batch, struct failure *failure)
{
    struct target_sqlite *self = (struct target_sqlite *)target;

    if (!sqlite_in_transaction(self->sqlite)) {
        if (!begin(self, batch->durable || batch->continues)) {
            fail(self, failure, "begin a transaction");
            return OUTCOME_FAILED;
        }
        if (schema_changed(self)) {
            roll_back(self);
            return OUTCOME_REPLAN;
        }
    }
    if (write_tables(self, batch, failure)) {
        if (batch->continues)
            return OUTCOME_DONE;
        if (note_position(self, batch, failure) && keep_state(self, batch, failure)) {
            if (commit(self)) {
                schema_changed(self);
                return OUTCOME_DONE;
            }
            fail(self, failure, "commit");
        }
    }
    roll_back(self);
    return OUTCOME_FAILED;
}

static bool describe(struct target *target, struct table *table, struct failure *failure)
{
    struct target_sqlite *self = (struct target_sqlite *)target;

    table_forget(table);
    if (self->schema_version < 0)
        schema_changed(self);
    return sqlite_schema_describe(self->sqlite, table) ||
           fail(self, failure, "read the database's schema");
}

static bool position(struct target *target, uint64_t *position, struct failure *failure)
{
    struct target_sqlite *self = (struct target_sqlite *)target;
    struct buffer sql = {0};

    if (!sqlite_execute(self->sqlite, "CREATE TABLE IF NOT EXISTS main.leat_loads "
                                      "(load_id TEXT PRIMARY KEY, records INTEGER NOT NULL, "
                                      "loaded_at TEXT NOT NULL)"))
        return fail(self, failure, "make the table leat_loads");
    buffer_append_text(&sql, "SELECT records FROM main.leat_loads WHERE load_id = ");
    sql_text(&sql, self->load_id);
    *position = (uint64_t)sqlite_number(self->sqlite, buffer_text(&sql), 0);
    buffer_free(&sql);
    return true;
}

static void close_target(struct target *target)
{
    struct target_sqlite *self = (struct target_sqlite *)target;

    roll_back(self);
    sqlite_close(self->sqlite);
    free(self->ready);
    free(self);
}

/* SQLite does not wait by itself for the lock this takes. Where it cannot be had, or the file
 * system knows no shared memory, the rollback journal does as well. */
static bool set_journal(struct target_sqlite *self)
{
    enum { STEP = 100 };

    for (int waited = 0; waited < BUSY_MILLISECONDS && !signals_stopped(); waited += STEP) {
        if (sqlite_execute(self->sqlite, "PRAGMA journal_mode = WAL"))
            return true;
        if (sqlite_fault(self->sqlite) != SQLITE_FAULT_BUSY)
            return false;
        signals_wait(-1, 0, STEP);
    }
    return true;
}

static bool make_state_table(struct target_sqlite *self)
{
    return self->state_key == NULL ||
           sqlite_execute(self->sqlite, "CREATE TABLE IF NOT EXISTS main.leat_state "
                                        "(state_key TEXT PRIMARY KEY, value TEXT NOT NULL, "
                                        "updated_at TEXT NOT NULL)");
}

struct target *target_open_sqlite(const char *path, const struct target_options *options,
                                  struct failure *failure)
{
    struct target_sqlite *self = memory_new(1, sizeof *self);

    *self = (struct target_sqlite){
        .target = {.dialect = SQL_SQLITE,
                   .encodings = {&encode_sqlite, &encode_sqlite},
                   .describe = describe,
                   .position = position,
                   .write = write_batch,
                   .close = close_target},
        .sqlite = sqlite_open(path, BUSY_MILLISECONDS),
        .path = path,
        .load_id = options->load_id,
        .state_key = options->state_key,
        .retries = options->retries,
        .schema_version = -1,
    };
    if (sqlite_fault(self->sqlite) == SQLITE_FAULT_NONE && set_journal(self) &&
        sqlite_execute(self->sqlite, "PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 8000; "
                                     "PRAGMA legacy_alter_table = ON") &&
        make_state_table(self))
        return &self->target;
    fail(self, failure, "open the database");
    close_target(&self->target);
    return NULL;
}
