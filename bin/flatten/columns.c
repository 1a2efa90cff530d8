#include "columns.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"

void columns_append_path(const struct table *table, const struct shape_node *node,
                         struct buffer *name, bool *lost)
{
    if (node->parent->parent != NULL) {
        columns_append_path(table, node->parent, name, lost);
        buffer_append(name, "__", 2);
    }
    if (names_append(name, (enum names_rule)table->options->names, node->name))
        *lost = true;
}

/* Names that a table gives to columns of its own, whatever its records say. */
static bool is_reserved(const struct table *table, struct slice name)
{
    if (slice_is(name, "_key"))
        return table->parent != NULL || (table->key_count == 0 && !table->key_declared);
    return table->parent != NULL &&
           (slice_is(name, "_index") || (name.length > 8 && memcmp(name.data, "_parent_", 8) == 0));
}

static void set_name(struct column *column, struct buffer *name)
{
    free(column->name);
    column->name = memory_text(name->data, name->length);
    if (column->place != NULL) {
        struct buffer prefix = {0};

        free((char *)column->place->prefix.data);
        buffer_append_byte(&prefix, ',');
        json_append_string(&prefix, buffer_slice(name));
        buffer_append_byte(&prefix, ':');
        buffer_reserve(&prefix, JSON_PADDING); /* rows.c copies in steps */
        column->place->prefix = buffer_slice(&prefix);
    }
}

static void claim_name(struct table *table, struct column *column, struct buffer *name);

/* Two sources meet in one name: both get the hash of their source. */
static void part_names(struct table *table, struct column *owner)
{
    struct buffer name = {0};

    buffer_append_text(&name, owner->name);
    names_add_hash(&name, table->options->longest_name, slice_text(owner->source));
    if (owner->announced)
        log_warning("%s: column %s has two sources from here on: %s goes to %.*s (rows before keep "
                    "their place; a SCHEMA in the input or --names keep avoids this)",
                    table->stream, owner->name, owner->source, SLICE_FORMAT(buffer_slice(&name)));
    owner->hashed = true;
    owner->announced = false;
    claim_name(table, owner, &name);
    tables_mark_due(table);
    buffer_free(&name);
}

static void claim_name(struct table *table, struct column *column, struct buffer *name)
{
    struct buffer source = {0};

    if (column->source != NULL)
        buffer_append_text(&source, column->source);
    for (;;) {
        struct shape_node *taken =
            shape_child(&table->names, &table->names.root, buffer_slice(name));
        struct column *owner = taken->data;

        if (owner == NULL) {
            taken->data = column;
            set_name(column, name);
            buffer_free(&source);
            return;
        }
        /* a name once shared stays shared: its node keeps the first owner, who has moved on */
        if (!owner->hashed && owner->source != NULL)
            part_names(table, owner);
        names_add_hash(name, table->options->longest_name, buffer_slice(&source));
        column->hashed = true;
        buffer_append_byte(&source, '#'); /* should even the hashes meet */
    }
}

static struct column *new_column(struct table *table, struct place *place, struct buffer *name,
                                 bool hashed)
{
    struct column *column = memory_new(1, sizeof *column);
    const char *source = place ? place->source : NULL;

    column->place = place;
    if (source != NULL) {
        column->source = memory_text(source, strlen(source));
        if (hashed || is_reserved(table, buffer_slice(name))) {
            names_add_hash(name, table->options->longest_name, slice_text(source));
            column->hashed = true;
        }
        names_fit(name, table->options->longest_name, slice_text(source));
    }
    claim_name(table, column, name);
    table->columns = memory_resize(table->columns, table->column_count + 1, sizeof *table->columns);
    table->columns[table->column_count++] = column;
    tables_mark_due(table);
    return column;
}

void columns_use(struct table *table, struct place *place, struct shape_node *node)
{
    struct buffer name = {0};
    bool lost = false;

    if (place->flags & PLACE_UNSEEN) {
        place->flags &= ~(unsigned)PLACE_UNSEEN;
        tables_mark_due(table);
    }
    if (place->column != NULL)
        return;
    if (node != NULL)
        columns_append_path(table, node, &name, &lost);
    else
        buffer_append_text(&name, "value");
    place->column = new_column(table, place, &name, lost);
    if (place->flags & PLACE_KEY)
        table->keys[place->key].column = place->column;
    buffer_free(&name);
}

struct column *columns_add_own(struct table *table, const char *text)
{
    struct buffer name = {0};
    struct column *column;

    buffer_append_text(&name, text);
    column = new_column(table, NULL, &name, false);
    buffer_free(&name);
    return column;
}

void columns_use_own_key(struct table *table)
{
    if (table->own_key == NULL)
        table->own_key = columns_add_own(table, "_key");
}
