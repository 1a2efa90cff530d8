/* Model files: read, checked, and made into what model.h declares. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "folders.h"
#include "identity.h"
#include "log.h"
#include "memory.h"
#include "messages.h"
#include "model_read_parts.h"

#ifndef LEAT_MODEL_FOLDER
#define LEAT_MODEL_FOLDER "/usr/local/share/leat/models"
#endif

/* ---- rows ---- */

static struct model_table *find_table(struct model *model, const char *name)
{
    for (size_t i = 0; name && i < model->table_count; i++) {
        if (strcmp(model->tables[i].name, name) == 0)
            return &model->tables[i];
    }
    return NULL;
}

static struct model_column *find_column(const struct model_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    }
    return NULL;
}

static void read_columns(struct place *at, const struct doc *columns, struct model_row *row)
{
    for (const struct doc *one = doc_first(columns); one; one = doc_next(one)) {
        struct model_column *column = find_column(row->table, doc_name(one));

        at->column = doc_name(one);
        if (column == NULL) {
            model_fail(at, "the table has no such column");
            continue;
        }
        column->used = row->table->used = true;
        row->fills = memory_resize(row->fills, row->fill_count + 1, sizeof *row->fills);
        row->fills[row->fill_count++] = (struct model_fill){column, model_read_value(at, one), {0}};
    }
    at->column = NULL;
    if (row->fill_count == 0)
        model_fail(at, "a row needs columns");
    for (size_t i = 0; row->into == NULL && i < row->table->column_count; i++) {
        bool filled = !row->table->columns[i].is_key;

        for (size_t j = 0; j < row->fill_count; j++)
            filled = filled || row->fills[j].column == &row->table->columns[i];
        if (!filled)
            model_fail(at, "the row does not fill %s, which is of the key",
                       row->table->columns[i].name);
    }
}

static void add_text(struct model_condition *condition, const struct doc *scalar)
{
    struct buffer text = {0};

    doc_print(scalar, &text);
    condition->texts =
        memory_resize(condition->texts, condition->text_count + 1, sizeof *condition->texts);
    condition->texts[condition->text_count++] = buffer_slice(&text);
}

static void add_condition(const struct place *at, struct model_row *row, const char *path,
                          const struct doc *texts)
{
    struct model_condition *condition = &row->when[row->when_count++];

    condition->from = model_path(at, path);
    if (texts && !doc_is_array(texts))
        add_text(condition, texts);
    for (const struct doc *one = doc_is_array(texts) ? doc_first(texts) : NULL; one;
         one = doc_next(one))
        add_text(condition, one);
}

/* "when": PATH, [PATHS], or {PATH: SCALAR or [SCALARS], ...}. */
static void read_when(const struct place *at, const struct doc *when, struct model_row *row)
{
    if (when == NULL)
        return;
    row->when = memory_new(doc_count(when) + 1, sizeof *row->when);
    if (doc_string(when))
        add_condition(at, row, doc_string(when), NULL);
    else if (doc_count(when) == 0)
        model_fail(at, "'when' needs paths, or an object of paths and what stands there");
    for (const struct doc *one = doc_string(when) ? NULL : doc_first(when); one;
         one = doc_next(one)) {
        if (doc_is_object(when))
            add_condition(at, row, doc_name(one), one);
        else
            add_condition(at, row, doc_string(one) ? doc_string(one) : "", NULL);
    }
}

/* The row of the parent stream that waits for this one. */
static struct model_row *find_held(const struct model_stream *stream, const char *table)
{
    const struct model_rows *rows = stream && stream->parent ? &stream->parent->rows : NULL;

    for (size_t i = 0; rows && i < rows->count; i++) {
        if (rows->items[i]->hold && strcmp(rows->items[i]->table->name, table) == 0)
            return rows->items[i];
    }
    return NULL;
}

static struct model_row *read_row(struct place at, const struct doc *doc,
                                  const struct model_stream *stream)
{
    struct model_row *row = memory_new(1, sizeof *row);
    const char *into = doc_string(doc_get(doc, "into"));
    const char *name = into ? into : doc_string(doc_get(doc, "table"));

    model_check(&at, doc, "table into hold for_each when columns");
    row->table = find_table(at.model, name);
    if (row->table == NULL) {
        model_fail(&at, "there is no table '%s' in the tables' file", name ? name : "");
        return row;
    }
    at.table = name;
    row->hold = doc_is_true(doc_get(doc, "hold"));
    if (into) {
        row->into = find_held(stream, into);
        if (row->into == NULL)
            model_fail(&at, "'into' needs a row of the parent stream with \"hold\": true");
    }
    if (row->hold)
        row->held = memory_new(row->table->column_count, sizeof *row->held);
    if (doc_get(doc, "for_each")) {
        row->for_each = model_path_member(&at, doc, "for_each", false);
        row->element = scope_new();
        at.scopes[2] = at.scopes[1];
        at.scopes[1] = at.scopes[0];
        at.scopes[0] = row->element;
    }
    read_when(&at, doc_get(doc, "when"), row);
    read_columns(&at, doc_get(doc, "columns"), row);
    return row;
}

static void read_rows(const struct place *at, const struct doc *rows, struct model_rows *to,
                      const struct model_stream *stream)
{
    if (!doc_is_array(rows))
        model_fail(at, "'rows' needs a list");
    for (const struct doc *one = doc_first(rows); one; one = doc_next(one)) {
        to->items = memory_resize(to->items, to->count + 1, sizeof(struct model_row *));
        to->items[to->count++] = read_row(*at, one, stream);
    }
}

/* ---- streams ---- */

static void read_parent(struct place *at, const struct doc *doc, struct model_stream *stream)
{
    const char *name = doc_string(doc_get(doc, "parent"));
    const struct doc *match = doc_get(doc, "match");

    for (size_t i = 0; name && i < at->model->stream_count; i++) {
        if (strcmp(at->model->streams[i].name, name) == 0)
            stream->parent = &at->model->streams[i];
    }
    if (stream->parent == NULL) {
        model_fail(at, "'parent' needs a stream that the model describes before this one");
        return;
    }
    stream->parent->is_parent = true;
    at->scopes[1] = stream->parent->scope;
    stream->match = memory_new(doc_count(match) + 1, sizeof *stream->match);
    stream->match_parent = memory_new(doc_count(match) + 1, sizeof *stream->match);
    for (const struct doc *one = doc_first(match); one; one = doc_next(one)) {
        size_t i = stream->match_count++;

        stream->match[i] = model_path(at, doc_name(one));
        stream->match_parent[i] = (struct reference){
            stream->parent->scope,
            scope_slot(stream->parent->scope, doc_string(one) ? doc_string(one) : "")};
    }
    if (stream->match_count == 0)
        model_fail(at, "'match' needs paths that name the same in a record and in its parent");
}

static void read_stream(struct model *model, const struct doc *doc, struct place at)
{
    struct model_stream *stream = &model->streams[model->stream_count];

    at.stream = stream->name = doc_name(doc);
    if (doc_string(doc)) { /* the reason why it is left out */
        stream->left_out = true;
        model->stream_count++;
        return;
    }
    model_check(&at, doc, "default parent match rows");
    stream->on_demand = doc_get(doc, "default") && !doc_is_true(doc_get(doc, "default"));
    at.scopes[0] = stream->scope = scope_new();
    if (doc_get(doc, "parent"))
        read_parent(&at, doc, stream);
    model->stream_count++;
    read_rows(&at, doc_get(doc, "rows"), &stream->rows, stream);
    for (size_t i = 0; i < stream->rows.count; i++)
        stream->holds = stream->holds || stream->rows.items[i]->hold;
}

/* ---- tables ---- */

enum type model_type(const char *word)
{
    for (int type = TYPE_UNKNOWN; word && type < TYPE_COUNT; type++) {
        if (strcmp(types_name((enum type)type), word) == 0)
            return (enum type)type;
    }
    return TYPE_UNKNOWN;
}

static bool is_in(const struct doc *list, const char *name)
{
    for (const struct doc *one = doc_first(list); one; one = doc_next(one)) {
        if (doc_string(one) && strcmp(doc_string(one), name) == 0)
            return true;
    }
    return false;
}

static void read_table(const struct place *from, const struct doc *doc, struct model_table *table)
{
    struct place at = *from;
    const struct doc *columns = doc_get(doc, "columns");

    at.table = table->name = doc_name(doc);
    model_check(&at, doc, "key parent nulls aside columns");
    table->definition = doc;
    messages_append_record_start(&table->start, slice_text(table->name));
    table->columns = memory_new(doc_count(columns) + 1, sizeof *table->columns);
    for (const struct doc *one = doc_first(columns); one; one = doc_next(one)) {
        struct model_column *column = &table->columns[table->column_count++];

        at.column = column->name = doc_name(one);
        column->type = model_type(doc_string(one));
        column->is_key = is_in(doc_get(doc, "key"), column->name);
        if (column->type == TYPE_UNKNOWN)
            model_fail(&at, "'%s' is no type", doc_string(one) ? doc_string(one) : "");
        buffer_append_byte(&column->prefix, ',');
        json_append_string(&column->prefix, slice_text(column->name));
        buffer_append_byte(&column->prefix, ':');
        buffer_reserve(&column->prefix, JSON_PADDING);
    }
}

static void read_tables(const struct place *at, struct model *model)
{
    const struct doc *tables = doc_get(model->tables_doc, "tables");

    model->tables = memory_new(doc_count(tables) + 1, sizeof *model->tables);
    for (const struct doc *one = doc_first(tables); one; one = doc_next(one))
        read_table(at, one, &model->tables[model->table_count++]);
    if (model->table_count == 0)
        model_fail(at, "the tables' file has no tables");
}

/* ---- parameters ---- */

static void set_parameter(struct model *model, const char *name, const char *value)
{
    doc_set(model->parameters, name, doc_text(value));
}

/* What the model asks for, and nothing else; each must come from somewhere. */
static void take_parameters(const struct place *at, struct model *model,
                            const struct option_list *set)
{
    const struct doc *wanted = doc_get(model->doc, "parameters");
    char text[32];
    time_t now = time(NULL);
    struct tm parts;

    snprintf(text, sizeof text, "%.0f", doc_double(doc_get(model->doc, "platform"), 0));
    set_parameter(model, "platform_id", text);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
    set_parameter(model, "now", text);
    set_parameter(model, "version", LEAT_VERSION);
    for (size_t i = 0; i < set->count; i++) {
        const char *equals = strchr(set->items[i], '=');
        char *name = memory_text(set->items[i], equals ? (size_t)(equals - set->items[i]) : 0);

        if (equals == NULL ||
            (doc_get(wanted, name) == NULL && doc_get(model->parameters, name) == NULL))
            model_fail(at, "--set %s: not one of the model's parameters", set->items[i]);
        else
            set_parameter(model, name, equals + 1);
        free(name);
    }
    for (const struct doc *one = doc_first(wanted); one; one = doc_next(one)) {
        if (doc_get(model->parameters, doc_name(one)) == NULL)
            model_fail(at, "needs --set %s=VALUE (%s)", doc_name(one),
                       doc_string(one) ? doc_string(one) : "");
    }
    model->platform =
        (unsigned)strtoul(doc_string(doc_get(model->parameters, "platform_id")), NULL, 10);
    if (model->platform > IDENTITY_MOST_PLATFORMS)
        model_fail(at, "platform_id is a number up to %d", IDENTITY_MOST_PLATFORMS);
}

/* What every row ends with: constants only. */
static void read_every_row(struct place *at, struct model *model)
{
    for (const struct doc *one = doc_first(doc_get(model->doc, "every_row")); one;
         one = doc_next(one)) {
        struct model_value value = {0};

        at->column = doc_name(one);
        if (doc_string(one) && *doc_string(one) == '=')
            value = model_read_template(at, doc_string(one) + 1);
        else
            model_fail(at, "needs a text that begins with '='");
        buffer_append_byte(&model->every_row, ',');
        json_append_string(&model->every_row, slice_text(doc_name(one)));
        buffer_append_text(&model->every_row, ":\"");
        for (size_t i = 0; i < value.part_count; i++) {
            buffer_append_slice(&model->every_row, value.parts[i].text);
            free((char *)value.parts[i].text.data);
        }
        buffer_append_byte(&model->every_row, '"');
        free(value.parts);
    }
    at->column = NULL;
}

/* ---- the file ---- */

static char *find_file(const char *name)
{
    const char *folders = getenv("LEAT_MODELS");
    char *file = folders_find_description(folders && *folders ? folders : LEAT_MODEL_FOLDER, name);

    if (file == NULL)
        log_error("there is no model '%s' (give the path of one; those that came with leat are "
                  "github, gitlab and git)",
                  name);
    return file;
}

static struct doc *read_doc(const char *file)
{
    char *error = NULL;
    struct doc *doc = doc_read(file, &error);

    if (doc == NULL) {
        log_error("%s", error);
        free(error);
    }
    return doc;
}

/* The file of tables stands beside the model. */
static struct doc *read_tables_doc(const struct model *model)
{
    const char *name = doc_string(doc_get(model->doc, "tables"));
    const char *slash = strrchr(model->file, '/');
    char *file;
    struct doc *doc;

    if (name == NULL) {
        log_error("%s: 'tables' needs the name of the file of tables (see leat-model(5))",
                  model->file);
        return NULL;
    }
    file = memory_format("%.*s%s", slash ? (int)(slash - model->file + 1) : 0, model->file, name);
    doc = read_doc(file);
    free(file);
    return doc;
}

static void read_person(struct place at, struct model *model)
{
    const struct doc *doc = doc_get(model->doc, "contributor");

    if (doc == NULL)
        return;
    at.stream = "contributor";
    model_check(&at, doc, "id rows");
    model->person = at.scopes[0] = scope_new();
    model->person_id = model_path_member(&at, doc, "id", false);
    read_rows(&at, doc_get(doc, "rows"), &model->person_rows, NULL);
}

static void read_all(struct model *model, const struct option_list *set, bool *failed)
{
    const struct doc *streams = doc_get(model->doc, "streams");
    struct place at = {.model = model, .failed = failed};

    model_check(&at, model->doc,
                "name summary tables platform parameters every_row contributor streams");
    read_tables(&at, model);
    take_parameters(&at, model, set);
    read_every_row(&at, model);
    read_person(at, model);
    model->streams = memory_new(doc_count(streams) + 1, sizeof *model->streams);
    for (const struct doc *one = doc_first(streams); one; one = doc_next(one))
        read_stream(model, one, at);
    if (model->stream_count == 0)
        model_fail(&at, "'streams' needs streams");
}

struct model *model_read(const char *name, const struct option_list *set)
{
    struct model *model = memory_new(1, sizeof *model);
    bool failed = false;

    model->parameters = doc_object();
    model->file = find_file(name);
    model->doc = model->file ? read_doc(model->file) : NULL;
    model->tables_doc = model->doc ? read_tables_doc(model) : NULL;
    if (model->tables_doc)
        read_all(model, set, &failed);
    if (model->tables_doc == NULL || failed) {
        model_free(model);
        return NULL;
    }
    return model;
}
