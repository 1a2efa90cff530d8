#include "tables.h"

#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "memory.h"
#include "messages.h"

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

void tables_name_keys(struct table *table)
{
    for (size_t i = 0; i < table->key_count; i++) {
        struct shape_node *node =
            shape_child(&table->shape, &table->shape.root, slice_text(table->keys[i].name));

        if (node != NULL) {
            struct place *place = tables_place(table, node);

            place->flags = PLACE_KEY;
            place->key = (unsigned)i;
            columns_use(table, place, node);
        }
    }
}

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
    tables_mark_due(table);
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
        columns_add_own(table, buffer_text(&name));
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
            tables_mark_due(child);
        return child;
    }
    buffer_append_text(&name, table->stream);
    buffer_append(&name, "__", 2);
    if (node != NULL)
        columns_append_path(table, node, &name, &lost);
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
        columns_add_own(child, "_index");
        columns_use_own_key(child);
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
