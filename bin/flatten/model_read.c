/* Model files: read, checked, and made into what model.h declares. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "folders.h"
#include "identity.h"
#include "log.h"
#include "memory.h"
#include "messages.h"
#include "model.h"
#include "schema.h"

#ifndef LEAT_MODEL_FOLDER
#define LEAT_MODEL_FOLDER "/usr/local/share/leat/models"
#endif

/* Where a value is read for: what its paths start from. */
struct place {
    struct model *model;
    const char *stream, *table, *column; /* for messages; NULL where there is none */
    struct scope *scopes[3];             /* the one at hand, then each `^` one further up */
    bool *failed;
};

static void fail(const struct place *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The first error is said; what comes behind it may follow from it. */
static void fail(const struct place *at, const char *format, ...)
{
    struct buffer text = {0};
    char reason[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (*at->failed)
        return;
    *at->failed = true;
    buffer_append_text(&text, at->model->file);
    if (at->stream)
        buffer_format(&text, ": %s", at->stream);
    if (at->table)
        buffer_format(&text, ": %s", at->table);
    if (at->column)
        buffer_format(&text, ".%s", at->column);
    log_error("%s: %s (see leat-model(5))", buffer_text(&text), reason);
    buffer_free(&text);
}

/* Members that are not known are slips of the pen. */
static void check(const struct place *at, const struct doc *object, const char *known)
{
    if (!doc_is_object(object)) {
        fail(at, "expected an object with the members %s", known);
        return;
    }
    for (const struct doc *one = doc_first(object); one; one = doc_next(one)) {
        const char *name = doc_name(one), *found = strstr(known, name);
        size_t length = strlen(name);

        if (strcmp(name, "comment") == 0)
            continue;
        while (found && ((found > known && found[-1] != ' ') ||
                         (found[length] != ' ' && found[length] != '\0')))
            found = strstr(found + 1, name);
        if (found == NULL || length == 0)
            fail(at, "no member '%s' here (but: %s)", name, known);
    }
}

static void append_content(struct buffer *out, struct slice text)
{
    size_t start = out->length;

    json_append_string(out, text);
    memmove(out->data + start, out->data + start + 1, out->length - start - 2);
    out->length -= 2;
}

/* ---- values ---- */

static struct reference read_path(const struct place *at, const char *path)
{
    size_t up = 0;

    while (path[up] == '^')
        up++;
    if (up >= 3 || at->scopes[up] == NULL) {
        fail(at, "'%s': there is nothing so far up", path);
        return (struct reference){0};
    }
    return (struct reference){at->scopes[up],
                              scope_slot(at->scopes[up], path[up] ? path + up : ".")};
}

static struct reference read_path_member(const struct place *at, const struct doc *object,
                                         const char *name, bool optional)
{
    const char *path = doc_string(doc_get(object, name));

    if (path)
        return read_path(at, path);
    if (!optional || doc_get(object, name))
        fail(at, "'%s' needs a path", name);
    return (struct reference){0};
}

static struct slice owned(struct buffer *buffer)
{
    buffer_reserve(buffer, JSON_PADDING); /* copied in steps */
    return buffer_slice(buffer);
}

static struct model_value constant(const struct doc *scalar)
{
    struct buffer text = {0};

    doc_print(scalar, &text);
    return (struct model_value){.verb = MODEL_CONSTANT, .text = owned(&text)};
}

static struct model_value *add_part(struct model_value *value, struct model_value part)
{
    value->parts = memory_resize(value->parts, value->part_count + 1, sizeof *value->parts);
    value->parts[value->part_count] = part;
    return &value->parts[value->part_count++];
}

static void add_literal(struct model_value *value, struct slice literal)
{
    struct buffer text = {0};

    if (literal.length == 0)
        return;
    append_content(&text, literal);
    add_part(value, (struct model_value){.verb = MODEL_CONSTANT, .text = owned(&text)});
}

static void add_name(const struct place *at, struct model_value *value, struct slice name)
{
    char *text = memory_text(name.data, name.length);
    const char *parameter = doc_string(doc_get(at->model->parameters, text));

    if (parameter)
        add_literal(value, slice_text(parameter));
    else
        add_part(value, (struct model_value){.verb = MODEL_PATH, .from = read_path(at, text)});
    free(text);
}

/* "=text {name} text": names are parameters, or else paths. */
static struct model_value read_template(const struct place *at, const char *text)
{
    struct model_value value = {.verb = MODEL_TEMPLATE};

    while (*text) {
        const char *open = strchr(text, '{'), *close = open ? strchr(open, '}') : NULL;

        if (open && close == NULL)
            fail(at, "'%s': a brace without its other", text);
        if (close == NULL) {
            add_literal(&value, slice_text(text));
            break;
        }
        add_literal(&value, slice_of(text, (size_t)(open - text)));
        add_name(at, &value, slice_of(open + 1, (size_t)(close - open - 1)));
        text = close + 1;
    }
    return value;
}

static struct model_value read_value(const struct place *at, const struct doc *doc);

static struct model_value read_key(const struct place *at, const struct doc *doc)
{
    const char *name = doc_string(doc_get(doc, "key"));
    const struct doc *kind = name ? doc_get(doc_get(at->model->tables_doc, "kinds"), name) : NULL;

    check(at, doc, "key id");
    if (kind == NULL)
        fail(at, "'%s' is no kind of entity of the tables' file", name ? name : "");
    return (struct model_value){.verb = MODEL_KEY,
                                .kind = (unsigned)doc_double(kind, 0),
                                .from = read_path_member(at, doc, "id", false)};
}

static struct model_value read_first(const struct place *at, const struct doc *doc)
{
    struct model_value value = {.verb = MODEL_FIRST};

    check(at, doc, "first");
    if (doc_count(doc_get(doc, "first")) == 0)
        fail(at, "'first' needs values to choose from");
    for (const struct doc *one = doc_first(doc_get(doc, "first")); one; one = doc_next(one))
        add_part(&value, read_value(at, one));
    return value;
}

static void add_word(struct model_value *value, char *word)
{
    value->words = memory_resize(value->words, value->word_count + 1, sizeof *value->words);
    value->words[value->word_count++] = word;
}

static struct model_value read_map(const struct place *at, const struct doc *doc)
{
    struct model_value value = {.verb = MODEL_MAP, .from = read_path_member(at, doc, "map", false)};
    const struct doc *otherwise = doc_get(doc, "otherwise");

    check(at, doc, "map to otherwise");
    for (const struct doc *one = doc_first(doc_get(doc, "to")); one; one = doc_next(one)) {
        struct buffer word = {0};

        append_content(&word, slice_text(doc_name(one)));
        add_word(&value, memory_text(word.data, word.length));
        buffer_free(&word);
        add_part(&value, constant(one));
    }
    if (value.word_count == 0 && otherwise == NULL)
        fail(at, "'map' needs 'to', an object of texts and what they become");
    value.has_otherwise = otherwise != NULL;
    if (otherwise)
        add_part(&value, constant(otherwise));
    return value;
}

static struct model_value read_join(const struct place *at, const struct doc *doc)
{
    const struct doc *paths = doc_get(doc, "join");
    const char *with = doc_string(doc_get(doc, "with"));
    struct model_value value = {.verb = MODEL_JOIN};
    struct buffer text = {0};

    check(at, doc, "join with");
    if (with)
        append_content(&text, slice_text(with));
    value.text = owned(&text);
    if (!doc_is_array(paths)) {
        value.from = read_path_member(at, doc, "join", false);
        return value;
    }
    for (const struct doc *one = doc_first(paths); one; one = doc_next(one))
        add_part(&value, read_value(at, one));
    return value;
}

static void read_patterns(const struct place *at, const struct doc *doc, struct model_value *value)
{
    for (const struct doc *one = doc_first(doc_get(doc, "like")); one; one = doc_next(one)) {
        if (doc_string(one))
            add_word(value, memory_text(doc_string(one), strlen(doc_string(one))));
    }
    if (value->word_count == 0 || value->word_count != doc_count(doc_get(doc, "like")))
        fail(at, "'like' needs a list of patterns");
}

static struct model_value read_like(const struct place *at, const struct doc *doc)
{
    struct model_value value = {.verb = MODEL_LIKE,
                                .from = read_path_member(at, doc, "path", false)};

    check(at, doc, "path like");
    read_patterns(at, doc, &value);
    return value;
}

static struct model_value read_find(const struct place *at, const struct doc *doc)
{
    struct model_value value = {.verb = MODEL_FIND,
                                .from = read_path_member(at, doc, "find", false)};
    const char *member = doc_string(doc_get(doc, "member"));

    check(at, doc, "find member like");
    read_patterns(at, doc, &value);
    if (member == NULL)
        fail(at, "'find' needs the name of a member to compare");
    else
        value.text = slice_of(memory_text(member, strlen(member)), strlen(member));
    return value;
}

static struct model_value read_lines(const struct place *at, const struct doc *doc)
{
    const char *starting = doc_string(doc_get(doc, "starting"));
    struct model_value value = {.verb = MODEL_LINES,
                                .from = read_path_member(at, doc, "lines", false),
                                .unless = read_path_member(at, doc, "unless", true)};

    check(at, doc, "lines starting unless");
    if (starting == NULL || strlen(starting) != 1)
        fail(at, "'starting' needs one character");
    else
        value.kind = (unsigned char)*starting;
    return value;
}

static struct model_value read_one_path(const struct place *at, const struct doc *doc,
                                        enum model_verb verb, const char *name)
{
    check(at, doc, name);
    return (struct model_value){.verb = verb, .from = read_path_member(at, doc, name, false)};
}

static struct model_value read_contributor(const struct place *at, const struct doc *doc)
{
    if (at->model->person == NULL)
        fail(at, "a contributor needs 'contributor' in the model");
    return read_one_path(at, doc, MODEL_CONTRIBUTOR, "contributor");
}

static struct model_value read_verb(const struct place *at, const struct doc *doc)
{
    static const struct {
        const char *name;
        struct model_value (*read)(const struct place *, const struct doc *);
    } verbs[] = {{"key", read_key},     {"first", read_first},
                 {"map", read_map},     {"join", read_join},
                 {"find", read_find},   {"like", read_like},
                 {"lines", read_lines}, {"contributor", read_contributor}};

    if (doc_get(doc, "time"))
        return read_one_path(at, doc, MODEL_TIME, "time");
    if (doc_get(doc, "date"))
        return read_one_path(at, doc, MODEL_DATE, "date");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (doc_get(doc, verbs[i].name))
            return verbs[i].read(at, doc);
    }
    fail(at, "no verb that is known");
    return (struct model_value){0};
}

static struct model_value read_value(const struct place *at, const struct doc *doc)
{
    const char *text = doc_string(doc);

    if (text && *text == '=')
        return read_template(at, text + 1);
    if (text)
        return (struct model_value){.verb = MODEL_PATH, .from = read_path(at, text)};
    if (doc_is_object(doc))
        return read_verb(at, doc);
    if (doc_is_array(doc))
        fail(at, "a value is a path, a template, a number, true, false or an object");
    return constant(doc);
}

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
            fail(at, "the table has no such column");
            continue;
        }
        column->used = row->table->used = true;
        row->fills = memory_resize(row->fills, row->fill_count + 1, sizeof *row->fills);
        row->fills[row->fill_count++] = (struct model_fill){column, read_value(at, one), {0}};
    }
    at->column = NULL;
    if (row->fill_count == 0)
        fail(at, "a row needs columns");
    for (size_t i = 0; row->into == NULL && i < row->table->column_count; i++) {
        bool filled = !row->table->columns[i].is_key;

        for (size_t j = 0; j < row->fill_count; j++)
            filled = filled || row->fills[j].column == &row->table->columns[i];
        if (!filled)
            fail(at, "the row does not fill %s, which is of the key", row->table->columns[i].name);
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

    condition->from = read_path(at, path);
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
        fail(at, "'when' needs paths, or an object of paths and what stands there");
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

    check(&at, doc, "table into hold for_each when columns");
    row->table = find_table(at.model, name);
    if (row->table == NULL) {
        fail(&at, "there is no table '%s' in the tables' file", name ? name : "");
        return row;
    }
    at.table = name;
    row->hold = doc_is_true(doc_get(doc, "hold"));
    if (into) {
        row->into = find_held(stream, into);
        if (row->into == NULL)
            fail(&at, "'into' needs a row of the parent stream with \"hold\": true");
    }
    if (row->hold)
        row->held = memory_new(row->table->column_count, sizeof *row->held);
    if (doc_get(doc, "for_each")) {
        row->for_each = read_path_member(&at, doc, "for_each", false);
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
        fail(at, "'rows' needs a list");
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
        fail(at, "'parent' needs a stream that the model describes before this one");
        return;
    }
    stream->parent->is_parent = true;
    at->scopes[1] = stream->parent->scope;
    stream->match = memory_new(doc_count(match) + 1, sizeof *stream->match);
    stream->match_parent = memory_new(doc_count(match) + 1, sizeof *stream->match);
    for (const struct doc *one = doc_first(match); one; one = doc_next(one)) {
        size_t i = stream->match_count++;

        stream->match[i] = read_path(at, doc_name(one));
        stream->match_parent[i] = (struct reference){
            stream->parent->scope,
            scope_slot(stream->parent->scope, doc_string(one) ? doc_string(one) : "")};
    }
    if (stream->match_count == 0)
        fail(at, "'match' needs paths that name the same in a record and in its parent");
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
    check(&at, doc, "default parent match rows");
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

static enum type type_of_word(const char *word)
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
    check(&at, doc, "key parent nulls aside columns");
    table->definition = doc;
    messages_append_record_start(&table->start, slice_text(table->name));
    table->columns = memory_new(doc_count(columns) + 1, sizeof *table->columns);
    for (const struct doc *one = doc_first(columns); one; one = doc_next(one)) {
        struct model_column *column = &table->columns[table->column_count++];

        at.column = column->name = doc_name(one);
        column->type = type_of_word(doc_string(one));
        column->is_key = is_in(doc_get(doc, "key"), column->name);
        if (column->type == TYPE_UNKNOWN)
            fail(&at, "'%s' is no type", doc_string(one) ? doc_string(one) : "");
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
        fail(at, "the tables' file has no tables");
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
            fail(at, "--set %s: not one of the model's parameters", set->items[i]);
        else
            set_parameter(model, name, equals + 1);
        free(name);
    }
    for (const struct doc *one = doc_first(wanted); one; one = doc_next(one)) {
        if (doc_get(model->parameters, doc_name(one)) == NULL)
            fail(at, "needs --set %s=VALUE (%s)", doc_name(one),
                 doc_string(one) ? doc_string(one) : "");
    }
    model->platform =
        (unsigned)strtoul(doc_string(doc_get(model->parameters, "platform_id")), NULL, 10);
    if (model->platform > IDENTITY_MOST_PLATFORMS)
        fail(at, "platform_id is a number up to %d", IDENTITY_MOST_PLATFORMS);
}

/* What every row ends with: constants only. */
static void read_every_row(struct place *at, struct model *model)
{
    for (const struct doc *one = doc_first(doc_get(model->doc, "every_row")); one;
         one = doc_next(one)) {
        struct model_value value = {0};

        at->column = doc_name(one);
        if (doc_string(one) && *doc_string(one) == '=')
            value = read_template(at, doc_string(one) + 1);
        else
            fail(at, "needs a text that begins with '='");
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
    char *file =
        folders_find_description(folders && *folders ? folders : LEAT_MODEL_FOLDER, name);

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
    check(&at, doc, "id rows");
    model->person = at.scopes[0] = scope_new();
    model->person_id = read_path_member(&at, doc, "id", false);
    read_rows(&at, doc_get(doc, "rows"), &model->person_rows, NULL);
}

static void read_all(struct model *model, const struct option_list *set, bool *failed)
{
    const struct doc *streams = doc_get(model->doc, "streams");
    struct place at = {.model = model, .failed = failed};

    check(&at, model->doc, "name summary tables platform parameters every_row contributor streams");
    read_tables(&at, model);
    take_parameters(&at, model, set);
    read_every_row(&at, model);
    read_person(at, model);
    model->streams = memory_new(doc_count(streams) + 1, sizeof *model->streams);
    for (const struct doc *one = doc_first(streams); one; one = doc_next(one))
        read_stream(model, one, at);
    if (model->stream_count == 0)
        fail(&at, "'streams' needs streams");
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

/* ---- the end ---- */

static void free_value(struct model_value *value)
{
    free((char *)value->text.data);
    for (size_t i = 0; i < value->part_count; i++)
        free_value(&value->parts[i]);
    free(value->parts);
    for (size_t i = 0; i < value->word_count; i++)
        free(value->words[i]);
    free(value->words);
}

static void free_row(struct model_row *row)
{
    for (size_t i = 0; i < row->fill_count; i++)
        buffer_free(&row->fills[i].rendered), free_value(&row->fills[i].value);
    free(row->fills);
    for (size_t i = 0; i < row->when_count; i++) {
        for (size_t j = 0; j < row->when[i].text_count; j++)
            free((char *)row->when[i].texts[j].data);
        free(row->when[i].texts);
    }
    free(row->when);
    scope_free(row->element);
    for (size_t i = 0; row->held && i < row->table->column_count; i++)
        free(row->held[i]);
    free(row->held);
    buffer_free(&row->held_rest);
    free(row);
}

static void free_rows(struct model_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free_row(rows->items[i]);
    free(rows->items);
}

static void free_tables(struct model *model)
{
    for (size_t i = 0; i < model->table_count; i++) {
        for (size_t j = 0; j < model->tables[i].column_count; j++)
            buffer_free(&model->tables[i].columns[j].prefix);
        free(model->tables[i].columns);
        buffer_free(&model->tables[i].start);
    }
    free(model->tables);
}

void model_free(struct model *model)
{
    if (model == NULL)
        return;
    for (size_t i = 0; i < model->stream_count; i++) {
        struct model_stream *stream = &model->streams[i];

        free_rows(&stream->rows);
        scope_free(stream->scope);
        free(stream->match);
        free(stream->match_parent);
        buffer_free(&stream->kept);
    }
    free(model->streams);
    free_rows(&model->person_rows);
    scope_free(model->person);
    free_tables(model);
    buffer_free(&model->every_row);
    doc_free(model->parameters);
    doc_free(model->doc);
    doc_free(model->tables_doc);
    free((char *)model->file);
    free(model);
}

/* ---- what others want to know ---- */

void model_append_streams(const struct model *model, struct buffer *out)
{
    for (size_t i = 0; i < model->stream_count; i++) {
        if (model->streams[i].left_out || model->streams[i].on_demand)
            continue;
        buffer_append_text(out, model->streams[i].name);
        buffer_append_byte(out, '\n');
    }
}

static void add_property(struct doc *properties, const char *name, enum type type, bool is_key,
                         bool provenance)
{
    struct doc *property = doc_object();

    schema_set_property_type(property, type, !is_key);
    if (provenance)
        doc_set(property, "x-provenance", doc_boolean(true));
    doc_set(properties, name, property);
}

static void append_schema(const struct model *model, const struct model_table *table,
                          struct buffer *out)
{
    static const char *const passed_on[] = {"parent", "nulls", "aside"};
    struct doc *message = doc_object(), *schema = doc_object(), *properties = doc_object();

    for (size_t i = 0; i < table->column_count; i++) {
        const struct model_column *column = &table->columns[i];

        if (column->used)
            add_property(properties, column->name, column->type, column->is_key, false);
    }
    for (const struct doc *one = doc_first(doc_get(model->doc, "every_row")); one;
         one = doc_next(one))
        add_property(properties, doc_name(one),
                     type_of_word(doc_string(
                         doc_get(doc_get(model->tables_doc, "every_row"), doc_name(one)))),
                     false, true);
    doc_set(message, "type", doc_text("SCHEMA"));
    doc_set(message, "stream", doc_text(table->name));
    doc_set(schema, "type", doc_text("object"));
    doc_set(schema, "properties", properties);
    doc_set(message, "schema", schema);
    doc_set(message, "key_properties", doc_copy(doc_get(table->definition, "key")));
    doc_set(message, "write_disposition", doc_text("upsert"));
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        const struct doc *member = doc_get(table->definition, passed_on[i]);

        if (member)
            doc_set(message, passed_on[i], doc_copy(member));
    }
    doc_print(message, out);
    buffer_append_byte(out, '\n');
    doc_free(message);
}

static bool is_filled_by(const struct model_table *table, const struct model_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->items[i]->table == table)
            return true;
    }
    return false;
}

void model_append_schemas(struct model *model, struct model_stream *stream, struct buffer *out)
{
    for (size_t i = 0; i < model->table_count && !stream->announced; i++) {
        struct model_table *table = &model->tables[i];

        if (table->announced ||
            (!is_filled_by(table, &model->person_rows) && !is_filled_by(table, &stream->rows)))
            continue;
        table->announced = true;
        append_schema(model, table, out);
    }
    stream->announced = true;
}
