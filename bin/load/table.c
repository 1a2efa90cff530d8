#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hash.h"
#include "log.h"
#include "memory.h"

struct table *table_new(struct slice name, size_t number, enum sql_dialect dialect)
{
    struct table *table = memory_new(1, sizeof *table);

    table->name = memory_text(name.data, name.length);
    table->number = number;
    table->dialect = dialect;
    table->disposition = DISPOSITION_APPEND;
    table->stale = true;
    shape_open(&table->shape, SHAPE_DEFAULT_NAMES);
    return table;
}

static void free_keys(struct table *table)
{
    for (size_t i = 0; i < table->key_count; i++)
        free(table->keys[i]);
    for (size_t i = 0; i < table->link_count; i++) {
        free(table->links[i].child);
        free(table->links[i].parent);
    }
    free(table->keys);
    free(table->links);
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        free(table->columns[i]->name);
        free(table->columns[i]);
    }
    while (table->layout) {
        struct layout *previous = table->layout->previous;

        free(table->layout->columns);
        free(table->layout->keys);
        free(table->layout);
        table->layout = previous;
    }
    free_keys(table);
    shape_close(&table->shape, NULL);
    free((char *)table->version.data);
    free((char *)table->activated.data);
    free(table->columns);
    free(table->name);
    free(table);
}

static bool same_name(const struct table *table, const char *a, const char *b)
{
    return (table->dialect == SQL_SQLITE ? strcasecmp(a, b) : strcmp(a, b)) == 0;
}

static struct column *find_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (same_name(table, table->columns[i]->name, name))
            return table->columns[i];
    }
    return NULL;
}

struct column *table_column(struct table *table, const char *name)
{
    struct column *column = find_column(table, name);

    if (column != NULL)
        return column;
    column = memory_new(1, sizeof *column);
    column->name = memory_text(name, strlen(name));
    column->place = PLACE_NONE;
    table->columns = memory_resize(table->columns, table->column_count + 1, sizeof *table->columns);
    table->columns[table->column_count++] = column;
    return column;
}

static void name_column(struct table *table, struct column *column)
{
    column->named = true;
    if (column->exists && column->place == PLACE_NONE)
        table->stale = true;
}

bool table_is_column_name(const struct table *table, struct slice name)
{
    if (memchr(name.data, '\0', name.length) != NULL)
        return false;
    return table->dialect != SQL_POSTGRESQL || (name.length > 0 && name.length <= SQL_NAME_LIMIT);
}

struct column *table_member(struct table *table, struct shape_node *node, bool *new)
{
    *new = false;
    if (node->data == NULL && table_is_column_name(table, node->name)) {
        char *name = memory_text(node->name.data, node->name.length);
        struct column *column = table_column(table, name);

        free(name);
        *new = !column->named;
        name_column(table, column);
        node->data = column;
    }
    return node->data;
}

void table_forget(struct table *table)
{
    table->exists = table->unique_index = table->parent_index = false;
    table->stale = true;
    for (size_t i = 0; i < table->column_count; i++) {
        struct column *column = table->columns[i];

        column->exists = column->ours = false;
        column->type = TYPE_UNKNOWN;
    }
}

/* The name of the column that takes what does not fit; cut where it would be too long. */
static char *overflow_name(const char *name)
{
    static const char suffix[] = "__json";
    size_t length = strlen(name);
    char digits[8];

    if (length + sizeof suffix - 1 <= SQL_NAME_LIMIT)
        return memory_format("%s%s", name, suffix);
    hash_short(slice_text(name), digits, sizeof digits);
    length = SQL_NAME_LIMIT - (sizeof suffix - 1) - sizeof digits;
    return memory_format("%.*s%.8s%s", (int)length, name, digits, suffix);
}

void table_found_column(struct table *table, const char *name, const char *declared)
{
    struct column *column = table_column(table, name);

    column->exists = true;
    column->type = sql_type_of(table->dialect, declared, &column->ours);
    if (types_widen(column->type, column->wanted) != TYPE_JSON)
        column->wanted = types_widen(column->type, column->wanted);
    else
        column->wanted = column->type;
}

/* A table that has a NAME__json beside a scalar NAME has seen objects there before. */
static void find_overflows(struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        struct column *column = table->columns[i], *overflow;
        char *name;

        if (column->overflow || !column->exists || column->type == TYPE_JSON)
            continue;
        name = overflow_name(column->name);
        overflow = find_column(table, name);
        if (overflow && overflow->exists && overflow->type == TYPE_JSON)
            column->overflow = overflow;
        free(name);
    }
}

static char *copy(const char *text)
{
    return memory_text(text, strlen(text));
}

bool table_has_keys_of(const struct table *table, const struct schema *schema)
{
    bool same = table->key_count == schema->key_count && table->link_count == schema->link_count;

    for (size_t i = 0; same && i < schema->key_count; i++)
        same = strcmp(table->keys[i], schema->keys[i]) == 0;
    for (size_t i = 0; same && i < schema->link_count; i++)
        same = strcmp(table->links[i].child, schema->links[i].child) == 0 &&
               strcmp(table->links[i].parent, schema->links[i].parent) == 0;
    return same;
}

void table_take_keys(struct table *table, const struct schema *schema)
{
    free_keys(table);
    table->keys = memory_new(schema->key_count, sizeof *table->keys);
    table->links = memory_new(schema->link_count, sizeof *table->links);
    table->key_count = schema->key_count;
    table->link_count = schema->link_count;
    for (size_t i = 0; i < schema->key_count; i++)
        table->keys[i] = copy(schema->keys[i]);
    for (size_t i = 0; i < schema->link_count; i++) {
        table->links[i].child = copy(schema->links[i].child);
        table->links[i].parent = copy(schema->links[i].parent);
    }
    table->stale = true;
}

void table_declare(struct table *table, const struct schema *schema)
{
    for (size_t i = 0; i < schema->column_count; i++) {
        struct column *column = table_column(table, schema->columns[i].name);
        enum type wider = types_widen(column->wanted, schema->columns[i].type);

        name_column(table, column);
        if (column->provenance != schema->columns[i].provenance) {
            column->provenance = schema->columns[i].provenance;
            table->stale = true;
        }
        if (wider == column->wanted || (column->exists && wider == TYPE_JSON))
            continue;
        column->wanted = wider;
        table->stale = true;
    }
}

static struct change *add_change(struct changes *changes, enum change_kind kind)
{
    changes->items = memory_resize(changes->items, changes->count + 1, sizeof *changes->items);
    changes->items[changes->count] = (struct change){.kind = kind};
    return &changes->items[changes->count++];
}

void changes_free(struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        schema_free(changes->items[i].schema);
    free(changes->items);
    *changes = (struct changes){0};
}

/* The table as a schema, with the columns that have a type. */
static struct schema *as_schema(const struct table *table)
{
    struct schema *schema = memory_new(1, sizeof *schema);

    schema->stream = copy(table->name);
    schema->disposition = table->disposition;
    schema->columns = memory_new(table->column_count, sizeof *schema->columns);
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i]->wanted != TYPE_UNKNOWN)
            schema->columns[schema->column_count++] = (struct schema_column){
                .name = copy(table->columns[i]->name), .type = table->columns[i]->wanted};
    }
    schema->keys = memory_new(table->key_count, sizeof *schema->keys);
    for (size_t i = 0; i < table->key_count; i++)
        schema->keys[schema->key_count++] = copy(table->keys[i]);
    schema->links = memory_new(table->link_count, sizeof *schema->links);
    for (size_t i = 0; table_is_child(table) && i < table->link_count; i++)
        schema->links[schema->link_count++] =
            (struct schema_link){copy(table->links[i].child), copy(table->links[i].parent)};
    return schema;
}

/* Columns that were only ever null become text, but an object that was null becomes none. */
static void settle_unknown(struct table *table)
{
    struct schema *schema = as_schema(table);

    for (size_t i = 0; i < table->column_count; i++) {
        struct column *column = table->columns[i];

        if (column->named && column->wanted == TYPE_UNKNOWN &&
            !sql_is_null_object(schema, column->name))
            column->wanted = TYPE_STRING;
    }
    schema_free(schema);
}

bool table_has_named_column(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i]->named)
            return true;
    }
    return false;
}

static bool has_typed_column(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i]->wanted != TYPE_UNKNOWN)
            return true;
    }
    return false;
}

/* Keys must have a type for the table to be made, even if all rows so far had none. */
static void settle_keys(struct table *table)
{
    for (size_t i = 0; i < table->key_count; i++) {
        struct column *column = table_column(table, table->keys[i]);

        column->named = true;
        if (column->wanted == TYPE_UNKNOWN)
            column->wanted = TYPE_STRING;
    }
    for (size_t i = 0; i < table->link_count; i++) {
        struct column *column = table_column(table, table->links[i].child);

        column->named = true;
        if (column->wanted == TYPE_UNKNOWN)
            column->wanted = TYPE_STRING;
    }
}

static void plan_column(struct table *table, struct column *column, struct changes *changes)
{
    struct change *change;

    if (table->frozen)
        column->wanted = column->type;
    if (column->wanted == TYPE_UNKNOWN || (column->exists && column->wanted == column->type))
        return;
    if (table->exists) {
        change = add_change(changes, column->exists ? CHANGE_WIDEN : CHANGE_ADD);
        change->column = column->name;
        change->from = column->type;
        change->to = column->wanted;
    }
    column->type = column->wanted;
    column->exists = column->ours = true;
}

static void plan_overflow(struct table *table, struct column *column)
{
    char *name;

    if (!column->wants_overflow)
        return;
    name = overflow_name(column->name);
    column->wants_overflow = false;
    log_warning("%s: the column %s holds %s, but objects or arrays came: they go to %s",
                table->name, column->name, types_name(column->type), name);
    column->overflow = table_column(table, name);
    column->overflow->named = true;
    if (!column->overflow->exists)
        column->overflow->wanted = TYPE_JSON;
    free(name);
}

static void plan_indexes(struct table *table, struct changes *changes)
{
    if (table->frozen)
        return;
    if (table->disposition == DISPOSITION_UPSERT && !table->unique_index)
        add_change(changes, CHANGE_UNIQUE_INDEX);
    if (table_is_child(table) && table->link_count > 0 && !table->parent_index)
        add_change(changes, CHANGE_PARENT_INDEX);
}

static void make_layout(struct table *table)
{
    struct layout *layout = memory_new(1, sizeof *layout);

    layout->previous = table->layout;
    layout->serial = table->layout ? table->layout->serial + 1 : 1;
    layout->columns = memory_new(table->column_count, sizeof *layout->columns);
    layout->keys = memory_new(table->key_count, sizeof *layout->keys);
    layout->ours = true;
    for (size_t i = 0; i < table->column_count; i++) {
        struct column *column = table->columns[i];

        column->place = PLACE_NONE;
        if (!column->named || !column->exists)
            continue;
        column->place = layout->count;
        layout->columns[layout->count++] = (struct layout_column){
            column->name, column->type, column->ours, column->provenance, column};
        layout->ours = layout->ours && column->ours;
    }
    for (size_t i = 0; i < table->key_count; i++)
        layout->keys[layout->key_count++] = table_column(table, table->keys[i])->place;
    table->layout = layout;
    table->stale = false;
}

void table_plan(struct table *table, bool final, struct changes *changes)
{
    bool create = !table->exists, changed = table->stale || table->layout == NULL;
    size_t before = changes->count;

    find_overflows(table);
    if (table->disposition != DISPOSITION_APPEND || table_is_child(table))
        settle_keys(table);
    if (final || (create && !has_typed_column(table)))
        settle_unknown(table);
    for (size_t i = 0; i < table->column_count; i++)
        plan_overflow(table, table->columns[i]);
    if (create)
        add_change(changes, CHANGE_CREATE)->schema = as_schema(table);
    for (size_t i = 0; i < table->column_count; i++)
        plan_column(table, table->columns[i], changes);
    if (create)
        table->unique_index = table->parent_index = true;
    plan_indexes(table, changes);
    table->exists = table->unique_index = table->parent_index = true;
    if (changed || changes->count > before)
        make_layout(table);
}
