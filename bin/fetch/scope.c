#include "scope.h"

#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "memory.h"
#include "moment.h"

void parameters_set(struct parameters *parameters, struct slice name, struct slice value)
{
    for (size_t i = 0; i < parameters->count; i++) {
        if (slice_is(name, parameters->names[i])) {
            free(parameters->values[i]);
            parameters->values[i] = memory_text(value.data, value.length);
            return;
        }
    }
    parameters->names =
        memory_resize(parameters->names, parameters->count + 1, sizeof *parameters->names);
    parameters->values =
        memory_resize(parameters->values, parameters->count + 1, sizeof *parameters->values);
    parameters->names[parameters->count] = memory_text(name.data, name.length);
    parameters->values[parameters->count++] = memory_text(value.data, value.length);
}

const char *parameters_get(const struct parameters *parameters, struct slice name)
{
    for (size_t i = 0; parameters && i < parameters->count; i++) {
        if (slice_is(name, parameters->names[i]))
            return parameters->values[i];
    }
    return NULL;
}

void parameters_copy(struct parameters *to, const struct parameters *from)
{
    for (size_t i = 0; i < from->count; i++)
        parameters_set(to, slice_text(from->names[i]), slice_text(from->values[i]));
}

void parameters_free(struct parameters *parameters)
{
    for (size_t i = 0; i < parameters->count; i++) {
        free(parameters->names[i]);
        free(parameters->values[i]);
    }
    free(parameters->names);
    free(parameters->values);
    *parameters = (struct parameters){0};
}

static struct slice find_in(const struct scope *scope, const char *path)
{
    size_t length = strcspn(path, "."), hint = 0;
    struct slice value;

    if (scope->members == NULL || length == 0)
        return view_path(scope->record, path);
    value = view_find(scope->members, slice_of(path, length), &hint);
    return path[length] == '.' && value.data ? view_path(value, path + length + 1) : value;
}

struct slice scope_path(const struct scope *scope, const char *path)
{
    while (*path == '^' && scope) {
        scope = scope->up;
        path++;
    }
    if (scope == NULL || scope->record.data == NULL)
        return slice_of(NULL, 0);
    return find_in(scope, path);
}

static void append_time(struct buffer *out, int64_t time, struct slice format)
{
    char *text;

    if (format.data == NULL) {
        moment_append(out, time);
        return;
    }
    text = memory_text(format.data, format.length);
    moment_append_format(out, time, text);
    free(text);
}

static bool append_since(struct buffer *out, const struct scope *scope, struct slice format)
{
    if (!scope->has_since)
        return false;
    if (scope->since_is_number)
        buffer_format(out, "%lld", (long long)scope->since);
    else
        append_time(out, scope->since, format);
    return true;
}

/* Appends what a name stands for; false when it has no value. */
static bool append_named(struct buffer *out, const struct scope *scope, const char *name,
                         struct slice format)
{
    struct slice value = scope_path(scope, name);
    const char *text = parameters_get(scope->each, slice_text(name));

    if (!view_is_null(value) && view_kind(value) != JSON_OBJECT && view_kind(value) != JSON_ARRAY) {
        view_append_text(out, value);
        return true;
    }
    if (text == NULL)
        text = parameters_get(scope->parameters, slice_text(name));
    if (text == NULL && strcmp(name, "base_url") == 0)
        text = scope->base_url;
    if (text) {
        buffer_append_text(out, text);
        return true;
    }
    if (strcmp(name, "since") == 0)
        return append_since(out, scope, format);
    if (strcmp(name, "now") == 0) {
        append_time(out, moment_now() / 1000 * 1000, format);
        return true;
    }
    return false;
}

/* Appends what stands between braces. */
static bool append_placeholder(struct buffer *out, const struct scope *scope, struct slice inside,
                               bool encode)
{
    const char *bar = memchr(inside.data, '|', inside.length);
    size_t length = bar ? (size_t)(bar - inside.data) : inside.length;
    char *name = memory_text(inside.data, length);
    struct buffer value = {0};
    bool found =
        append_named(&value, scope, name,
                     bar ? slice_of(bar + 1, inside.length - length - 1) : slice_of(NULL, 0));

    if (found && encode)
        http_append_encoded(out, buffer_slice(&value));
    else if (found)
        buffer_append_slice(out, buffer_slice(&value));
    buffer_free(&value);
    free(name);
    return found;
}

/* Whether a path has a segment "." or "..", which would make another path of it. */
static bool climbs(struct slice path)
{
    const char *query = path.length > 0 ? memchr(path.data, '?', path.length) : NULL;
    const char *at = path.data, *end = query ? query : at + path.length;

    while (at < end) {
        const char *slash = memchr(at, '/', (size_t)(end - at)), *stop = slash ? slash : end;
        struct slice segment = slice_of(at, (size_t)(stop - at));

        if (slice_is(segment, ".") || slice_is(segment, ".."))
            return true;
        at = stop + 1;
    }
    return false;
}

bool scope_expand(const struct scope *scope, const char *template, bool encode, struct buffer *out)
{
    size_t before = out->length;

    while (*template) {
        size_t plain = strcspn(template, "{");
        const char *end;

        buffer_append(out, template, plain);
        template += plain;
        if (*template == '\0')
            break;
        end = strchr(template, '}');
        if (end == NULL ||
            !append_placeholder(out, scope, slice_of(template + 1, (size_t)(end - template - 1)),
                                encode)) {
            out->length = before;
            return false;
        }
        template = end + 1;
    }
    if (encode && climbs(slice_of(out->data + before, out->length - before))) {
        out->length = before;
        return false;
    }
    return true;
}

struct slice scope_expanded_path(const struct scope *scope, const char *path)
{
    struct buffer text = {0};
    struct slice value = {NULL, 0};

    if (scope_expand(scope, path, false, &text))
        value = scope_path(scope, buffer_text(&text));
    buffer_free(&text);
    return value;
}

bool scope_template_valid(const char *template, const char **error)
{
    for (const char *at = template; (at = strpbrk(at, "{}")) != NULL; at++) {
        size_t length;

        if (*at == '}') {
            *error = "'}' without '{'";
            return false;
        }
        length = strcspn(++at, "{}");
        if (at[length] != '}' || length == 0) {
            *error = length == 0 ? "'{}' names nothing" : "'{' without '}'";
            return false;
        }
        at += length;
    }
    return true;
}

static bool holds(const struct scope *scope, const char *condition)
{
    const char *equals = strchr(condition, '=');
    struct slice value;
    char *path;

    if (equals == NULL)
        return view_holds(scope_path(scope, condition));
    path = memory_text(condition, (size_t)(equals - condition));
    value = scope_path(scope, path);
    free(path);
    return value.data && view_is_text(value, equals + 1);
}

bool scope_holds_all(const struct scope *scope, char *const *conditions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!holds(scope, conditions[i]))
            return false;
    }
    return true;
}

bool scope_holds_any(const struct scope *scope, char *const *conditions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (holds(scope, conditions[i]))
            return true;
    }
    return false;
}
