#include "tables.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"
#include "messages.h"

static void mark_due(struct table *table)
{
    table->schema_due = true;
    table->main->some_due = true;
}

/* ---- columns and their names ---- */

static void append_path_names(const struct table *table, const struct shape_node *node,
                              struct buffer *name, bool *lost)
{
    if (node->parent->parent != NULL) {
        append_path_names(table, node->parent, name, lost);
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
    mark_due(table);
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
    mark_due(table);
    return column;
}

void tables_use_column(struct table *table, struct place *place, struct shape_node *node)
{
    struct buffer name = {0};
    bool lost = false;

    if (place->flags & PLACE_UNSEEN) {
        place->flags &= ~(unsigned)PLACE_UNSEEN;
        mark_due(table);
    }
    if (place->column != NULL)
        return;
    if (node != NULL)
        append_path_names(table, node, &name, &lost);
    else
        buffer_append_text(&name, "value");
    place->column = new_column(table, place, &name, lost);
    if (place->flags & PLACE_KEY)
        table->keys[place->key].column = place->column;
    buffer_free(&name);
}

static struct column *own_column(struct table *table, const char *text)
{
    struct buffer name = {0};
    struct column *column;

    buffer_append_text(&name, text);
    column = new_column(table, NULL, &name, false);
    buffer_free(&name);
    return column;
}

void tables_use_own_key(struct table *table)
{
    if (table->own_key == NULL)
        table->own_key = own_column(table, "_key");
}

/* ---- places ---- */

/* Whether `path` is `above` or lies below it. */
static bool lies_below(const char *path, const char *above)
{
    size_t length;

    if (*above == '/')
        above++;
    path++;
    length = strlen(above);
    return strncmp(path, above, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static bool lies_above(const char *path, const char *below)
{
    char *rooted = *below == '/' ? NULL : memory_format("/%s", below);
    bool above = lies_below(rooted ? rooted : below, path);

    free(rooted);
    return above;
}

static unsigned selection(const struct tables_options *options, const char *source)
{
    unsigned flags = options->keep.count > 0 ? PLACE_DROPPED : 0;

    for (size_t i = 0; i < options->keep.count; i++) {
        if (lies_below(source, options->keep.items[i])) {
            flags = 0;
            break;
        }
        if (lies_above(source, options->keep.items[i]))
            flags = PLACE_ABOVE;
    }
    for (size_t i = 0; i < options->drop.count; i++) {
        if (lies_below(source, options->drop.items[i]))
            flags = PLACE_DROPPED;
    }
    return flags;
}

static unsigned depth_of(const struct shape_node *node)
{
    unsigned depth = 0;

    for (; node->parent->parent != NULL; node = node->parent)
        depth++;
    return depth;
}

struct place *tables_place(struct table *table, struct shape_node *node)
{
    struct place *place = node->data;
    struct buffer source = {0};

    if (place != NULL)
        return place;
    place = memory_new(1, sizeof *place);
    node->data = place;
    buffer_append_text(&source, table->path);
    shape_pointer(node, &source);
    place->source = memory_text(source.data, source.length);
    buffer_free(&source);
    place->depth = table->depth + depth_of(node);
    place->flags = selection(table->options, place->source);
    if (place->depth >= table->options->max_depth)
        place->flags |= PLACE_RAW;
    else if (table->options->plain)
        place->flags |= PLACE_RAW_ARRAY;
    return place;
}

/* ---- tables ---- */

static struct table *new_table(const struct tables_options *options, struct buffer *stream,
                               const char *path)
{
    struct table *table = memory_new(1, sizeof *table);

    table->options = options;
    table->stream = memory_text(stream->data, stream->length);
    table->path = memory_text(path, strlen(path));
    table->path_hash = hash_64(slice_text(path));
    shape_open(&table->shape, (uint32_t)options->max_names);
    /* every column has one name, and at most two more by collisions */
    shape_open(&table->names, (uint32_t)options->max_names * 4 + 16);
    if (!options->plain)
        messages_append_record_start(&table->start, buffer_slice(stream));
    return table;
}

static void add_key(struct table *table, struct slice name)
{
    table->keys = memory_resize(table->keys, table->key_count + 1, sizeof *table->keys);
    table->keys[table->key_count++] = (struct key){.name = memory_text(name.data, name.length)};
}

/* Keys given by --key STREAM=FIELD,FIELD. */
static void take_option_keys(struct table *table)
{
    size_t length = strlen(table->stream);

    for (size_t i = 0; i < table->options->keys.count; i++) {
        const char *text = table->options->keys.items[i];

        if (strncmp(text, table->stream, length) != 0 || text[length] != '=')
            continue;
        for (text += length + 1; *text; text += strcspn(text, ",")) {
            text += *text == ',';
            add_key(table, slice_of(text, strcspn(text, ",")));
        }
    }
}

struct table *tables_open(const struct tables_options *options, struct slice stream)
{
    struct buffer name = {0};
    struct table *table;

    buffer_append_slice(&name, stream);
    table = new_table(options, &name, "");
    table->main = table;
    take_option_keys(table);
    tables_name_keys(table);
    mark_due(table);
    buffer_free(&name);
    return table;
}

/* `,"_parent_id":` for each key column of the parent, ready to copy. */
static void make_parent_columns(struct table *table)
{
    struct table *parent = table->parent;
    size_t count = parent->key_count > 0 ? parent->key_count : 1;

    table->parent_columns = memory_new(count, sizeof *table->parent_columns);
    table->parent_column_count = count;
    for (size_t i = 0; i < count; i++) {
        struct buffer *prefix = &table->parent_columns[i];
        struct buffer name = {0};

        buffer_append_text(&name, "_parent_");
        buffer_append_text(&name, parent->key_count > 0 && parent->parent == NULL
                                      ? parent->keys[i].column->name
                                      : "_key");
        names_fit(&name, table->options->longest_name, buffer_slice(&name));
        own_column(table, buffer_text(&name));
        buffer_append_byte(prefix, ',');
        json_append_string(prefix, buffer_slice(&name));
        buffer_append_byte(prefix, ':');
        buffer_reserve(prefix, JSON_PADDING);
        buffer_free(&name);
    }
}

static bool stream_taken(const struct table *main, struct slice stream, size_t *count)
{
    bool taken = false;

    *count = 0;
    for (const struct table *table = main; table; table = table->next) {
        taken = taken || slice_is(stream, table->stream);
        (*count)++;
    }
    return taken;
}

static void link_table(struct table *table)
{
    struct table *last = table->main;

    while (last->next != NULL)
        last = last->next;
    last->next = table;
}

struct table *tables_use_child(struct table *table, struct place *place, struct shape_node *node)
{
    struct table *child = place->rows;
    struct buffer name = {0}, path = {0};
    bool lost = false, taken;
    size_t count;

    if (child != NULL) {
        if (!child->announced && !child->schema_due)
            mark_due(child);
        return child;
    }
    buffer_append_text(&name, table->stream);
    buffer_append(&name, "__", 2);
    if (node != NULL)
        append_path_names(table, node, &name, &lost);
    else
        buffer_append_text(&name, "value");
    buffer_append_text(&path, place->source);
    buffer_append_text(&path, "/*");
    taken = stream_taken(table->main, buffer_slice(&name), &count);
    if (lost || taken)
        names_add_hash(&name, table->options->longest_name, buffer_slice(&path));
    names_fit(&name, table->options->longest_name, buffer_slice(&path));
    if (count < TABLES_MOST) {
        child = new_table(table->options, &name, buffer_text(&path));
        child->parent = table;
        child->main = table->main;
        child->depth = place->depth + 1;
        child->element.source = memory_text(path.data, path.length);
        child->element.depth = child->depth;
        child->element.flags = selection(table->options, child->path);
        if (child->depth >= table->options->max_depth)
            child->element.flags |= PLACE_RAW;
        place->rows = child;
        link_table(child);
        make_parent_columns(child);
        own_column(child, "_index");
        tables_use_own_key(child);
        take_option_keys(child);
        tables_name_keys(child);
    }
    buffer_free(&name);
    buffer_free(&path);
    return child;
}

void tables_forget_record(struct table *main)
{
    if (!main->some_due)
        return;
    for (struct table *table = main; table; table = table->next) {
        for (size_t i = 0; i < table->column_count; i++) {
            struct column *column = table->columns[i];

            if (column->place != NULL && !column->announced && column->property == NULL)
                column->place->flags |= PLACE_UNSEEN;
        }
        table->schema_due = table->parent == NULL && !table->announced;
    }
    main->some_due = main->schema_due;
}

static void free_place(void *data)
{
    struct place *place = data;

    free(place->source);
    free((char *)place->prefix.data);
    free(place);
}

static void free_columns(struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        free(table->columns[i]->name);
        free(table->columns[i]->source);
        doc_free(table->columns[i]->property);
        free(table->columns[i]);
    }
    free(table->columns);
}

void tables_close(struct table *table)
{
    while (table != NULL) {
        struct table *next = table->next;

        shape_close(&table->shape, free_place);
        shape_close(&table->names, NULL);
        free_columns(table);
        for (size_t i = 0; i < table->parent_column_count; i++)
            buffer_free(&table->parent_columns[i]);
        free(table->parent_columns);
        free((char *)table->element.prefix.data);
        free(table->element.source);
        doc_free(table->message);
        buffer_free(&table->start);
        free(table->stream);
        free(table->path);
        for (size_t i = 0; i < table->key_count; i++)
            free(table->keys[i].name);
        free(table->keys);
        free(table);
        table = next;
    }
}
