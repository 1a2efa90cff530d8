/* The values of a model's rows: paths, templates and verbs, read and checked. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"
#include "model_read_parts.h"

/* The first error is said; what comes behind it may follow from it. */
void model_fail(const struct place *at, const char *format, ...)
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
void model_check(const struct place *at, const struct doc *object, const char *known)
{
    if (!doc_is_object(object)) {
        model_fail(at, "expected an object with the members %s", known);
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
            model_fail(at, "no member '%s' here (but: %s)", name, known);
    }
}

static void append_content(struct buffer *out, struct slice text)
{
    size_t start = out->length;

    json_append_string(out, text);
    memmove(out->data + start, out->data + start + 1, out->length - start - 2);
    out->length -= 2;
}

struct reference model_path(const struct place *at, const char *path)
{
    size_t up = 0;

    while (path[up] == '^')
        up++;
    if (up >= 3 || at->scopes[up] == NULL) {
        model_fail(at, "'%s': there is nothing so far up", path);
        return (struct reference){0};
    }
    return (struct reference){at->scopes[up],
                              scope_slot(at->scopes[up], path[up] ? path + up : ".")};
}

struct reference model_path_member(const struct place *at, const struct doc *object,
                                   const char *name, bool optional)
{
    const char *path = doc_string(doc_get(object, name));

    if (path)
        return model_path(at, path);
    if (!optional || doc_get(object, name))
        model_fail(at, "'%s' needs a path", name);
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
        add_part(value, (struct model_value){.verb = MODEL_PATH, .from = model_path(at, text)});
    free(text);
}

/* "=text {name} text": names are parameters, or else paths. */
struct model_value model_read_template(const struct place *at, const char *text)
{
    struct model_value value = {.verb = MODEL_TEMPLATE};

    while (*text) {
        const char *open = strchr(text, '{'), *close = open ? strchr(open, '}') : NULL;

        if (open && close == NULL)
            model_fail(at, "'%s': a brace without its other", text);
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

static struct model_value read_key(const struct place *at, const struct doc *doc)
{
    const char *name = doc_string(doc_get(doc, "key"));
    const struct doc *kind = name ? doc_get(doc_get(at->model->tables_doc, "kinds"), name) : NULL;

    model_check(at, doc, "key id");
    if (kind == NULL)
        model_fail(at, "'%s' is no kind of entity of the tables' file", name ? name : "");
    return (struct model_value){.verb = MODEL_KEY,
                                .kind = (unsigned)doc_double(kind, 0),
                                .from = model_path_member(at, doc, "id", false)};
}

static struct model_value read_first(const struct place *at, const struct doc *doc)
{
    struct model_value value = {.verb = MODEL_FIRST};

    model_check(at, doc, "first");
    if (doc_count(doc_get(doc, "first")) == 0)
        model_fail(at, "'first' needs values to choose from");
    for (const struct doc *one = doc_first(doc_get(doc, "first")); one; one = doc_next(one))
        add_part(&value, model_read_value(at, one));
    return value;
}

static void add_word(struct model_value *value, char *word)
{
    value->words = memory_resize(value->words, value->word_count + 1, sizeof *value->words);
    value->words[value->word_count++] = word;
}

static struct model_value read_map(const struct place *at, const struct doc *doc)
{
    struct model_value value = {.verb = MODEL_MAP,
                                .from = model_path_member(at, doc, "map", false)};
    const struct doc *otherwise = doc_get(doc, "otherwise");

    model_check(at, doc, "map to otherwise");
    for (const struct doc *one = doc_first(doc_get(doc, "to")); one; one = doc_next(one)) {
        struct buffer word = {0};

        append_content(&word, slice_text(doc_name(one)));
        add_word(&value, memory_text(word.data, word.length));
        buffer_free(&word);
        add_part(&value, constant(one));
    }
    if (value.word_count == 0 && otherwise == NULL)
        model_fail(at, "'map' needs 'to', an object of texts and what they become");
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

    model_check(at, doc, "join with");
    if (with)
        append_content(&text, slice_text(with));
    value.text = owned(&text);
    if (!doc_is_array(paths)) {
        value.from = model_path_member(at, doc, "join", false);
        return value;
    }
    for (const struct doc *one = doc_first(paths); one; one = doc_next(one))
        add_part(&value, model_read_value(at, one));
    return value;
}

static void read_patterns(const struct place *at, const struct doc *doc, struct model_value *value)
{
    for (const struct doc *one = doc_first(doc_get(doc, "like")); one; one = doc_next(one)) {
        if (doc_string(one))
            add_word(value, memory_text(doc_string(one), strlen(doc_string(one))));
    }
    if (value->word_count == 0 || value->word_count != doc_count(doc_get(doc, "like")))
        model_fail(at, "'like' needs a list of patterns");
}

static struct model_value read_like(const struct place *at, const struct doc *doc)
{
    struct model_value value = {.verb = MODEL_LIKE,
                                .from = model_path_member(at, doc, "path", false)};

    model_check(at, doc, "path like");
    read_patterns(at, doc, &value);
    return value;
}

static struct model_value read_find(const struct place *at, const struct doc *doc)
{
    struct model_value value = {.verb = MODEL_FIND,
                                .from = model_path_member(at, doc, "find", false)};
    const char *member = doc_string(doc_get(doc, "member"));

    model_check(at, doc, "find member like");
    read_patterns(at, doc, &value);
    if (member == NULL)
        model_fail(at, "'find' needs the name of a member to compare");
    else
        value.text = slice_of(memory_text(member, strlen(member)), strlen(member));
    return value;
}

static struct model_value read_lines(const struct place *at, const struct doc *doc)
{
    const char *starting = doc_string(doc_get(doc, "starting"));
    struct model_value value = {.verb = MODEL_LINES,
                                .from = model_path_member(at, doc, "lines", false),
                                .unless = model_path_member(at, doc, "unless", true)};

    model_check(at, doc, "lines starting unless");
    if (starting == NULL || strlen(starting) != 1)
        model_fail(at, "'starting' needs one character");
    else
        value.kind = (unsigned char)*starting;
    return value;
}

static struct model_value read_one_path(const struct place *at, const struct doc *doc,
                                        enum model_verb verb, const char *name)
{
    model_check(at, doc, name);
    return (struct model_value){.verb = verb, .from = model_path_member(at, doc, name, false)};
}

static struct model_value read_contributor(const struct place *at, const struct doc *doc)
{
    if (at->model->person == NULL)
        model_fail(at, "a contributor needs 'contributor' in the model");
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
    model_fail(at, "no verb that is known");
    return (struct model_value){0};
}

struct model_value model_read_value(const struct place *at, const struct doc *doc)
{
    const char *text = doc_string(doc);

    if (text && *text == '=')
        return model_read_template(at, text + 1);
    if (text)
        return (struct model_value){.verb = MODEL_PATH, .from = model_path(at, text)};
    if (doc_is_object(doc))
        return read_verb(at, doc);
    if (doc_is_array(doc))
        model_fail(at, "a value is a path, a template, a number, true, false or an object");
    return constant(doc);
}
