#include "loader_parts.h"

#include <stdlib.h>
#include <string.h>

#include "doc.h"
#include "log.h"
#include "memory.h"

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
struct table *loader_table(struct loader *loader, struct slice name)
{
    struct table *table = find_table(loader, name);
    struct failure failure = {0};
    struct changes none = {0};

    if (table != NULL)
        return table;
    if (!loader_settle(loader))
        return NULL;
    table = table_new(name, loader->table_count, loader->target->dialect);
    table->frozen = loader->options->contract != CONTRACT_EVOLVE;
    if (!is_good_name(loader, name, &failure) ||
        !loader->target->describe(loader->target, table, &failure)) {
        loader_fail(loader, &failure);
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

/* The same, for what only rows of this table in the batch would be touched by. */
static bool rest_for(struct loader *loader, struct table *table)
{
    if (loader->open_transaction || batch_count(loader->reading, table) > 0)
        return loader_rest(loader);
    return loader_settle(loader);
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
        loader_fail(loader, &failure);
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
        loader_fail(loader, &failure);
        buffer_free(&failure.text);
        return false;
    }
    return true;
}

static bool declare(struct loader *loader, const struct schema *schema)
{
    struct table *table = loader_table(loader, slice_text(schema->stream)), *parent = NULL;
    struct failure failure = {0};

    if (table && schema->parent)
        parent = loader_table(loader, slice_text(schema->parent));
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
        loader_fail(loader, &failure);
        buffer_free(&failure.text);
        return false;
    }
    return resolve_all(loader);
}

void loader_take_schema(struct loader *loader, const struct message *message)
{
    const char *error;
    struct doc *doc = doc_parse(message->line, &error);
    struct schema *schema = doc ? schema_parse(doc, &error) : NULL;

    if (schema == NULL) {
        log_error("line %llu: %s", (unsigned long long)loader->messages->lines.number, error);
        loader_worsen(loader, STATUS_INPUT);
    } else {
        declare(loader, schema);
    }
    schema_free(schema);
    doc_free(doc);
}
