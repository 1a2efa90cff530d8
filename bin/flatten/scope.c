#include "scope.h"

#include <stdlib.h>

#include "memory.h"

/* What is asked for at a place. */
struct want {
    size_t slot; /* SCOPE_NONE: only what is below */
    bool below;  /* some path goes on from here */
};

struct scope *scope_new(void)
{
    struct scope *scope = memory_new(1, sizeof *scope);

    shape_open(&scope->shape, SCOPE_MOST_NAMES);
    scope->whole = SCOPE_NONE;
    return scope;
}

void scope_free(struct scope *scope)
{
    if (scope == NULL)
        return;
    shape_close(&scope->shape, free);
    free(scope->values);
    free(scope);
}

static size_t new_slot(struct scope *scope)
{
    scope->values =
        memory_extend(scope->values, scope->count, scope->count + 1, sizeof *scope->values);
    return scope->count++;
}

static struct want *want_at(struct shape_node *node)
{
    struct want *want = node->data;

    if (want == NULL) {
        want = node->data = memory_new(1, sizeof *want);
        want->slot = SCOPE_NONE;
    }
    return want;
}

size_t scope_slot(struct scope *scope, const char *path)
{
    struct shape_node *node = &scope->shape.root;
    struct want *want = NULL;

    if (strcmp(path, ".") == 0) {
        if (scope->whole == SCOPE_NONE)
            scope->whole = new_slot(scope);
        return scope->whole;
    }
    for (;;) {
        size_t length = strcspn(path, ".");

        node = shape_child(&scope->shape, node, slice_of(path, length));
        want = want_at(node);
        if (path[length] == '\0')
            break;
        want->below = true;
        path += length + 1;
    }
    if (want->slot == SCOPE_NONE)
        want->slot = new_slot(scope);
    return want->slot;
}

/* The members of an object, from behind its "{": the byte behind its "}". */
static const char *scan_members(struct scope *scope, struct json *json, struct shape_node *object,
                                const char *at, unsigned nesting)
{
    struct shape_cursor cursor = shape_begin(&scope->shape, object);

    at = json_space(json, at);
    if (*at == '}')
        return at + 1;
    if (nesting > json->max_nesting)
        return json_fail(json, at, "nested too deep (see --max-nesting)");
    for (bool more = true; more;) {
        struct shape_node *node;
        const struct want *want;
        enum json_kind kind;
        const char *begin = shape_key(&scope->shape, &cursor, json, at, &node);
        bool escaped;

        if (begin == NULL)
            return NULL;
        want = node->data;
        kind = json_kind_of(*begin);
        if (kind < JSON_ARRAY)
            at = json_scalar_end(json, begin, kind, &escaped);
        else if (kind == JSON_OBJECT && want && want->below)
            at = scan_members(scope, json, node, begin + 1, nesting + 1);
        else
            at = json_value_end(json, begin, nesting);
        if (at == NULL)
            return NULL;
        if (want && want->slot != SCOPE_NONE && kind != JSON_NULL)
            scope->values[want->slot] = slice_of(begin, (size_t)(at - begin));
        at = json_after_value(json, at, '}', &more);
    }
    return at;
}

static void clear(struct scope *scope)
{
    if (scope->count > 0)
        memset(scope->values, 0, scope->count * sizeof *scope->values);
}

const char *scope_scan(struct scope *scope, struct json *json, const char *at, unsigned nesting)
{
    const char *end;

    clear(scope);
    end = scan_members(scope, json, &scope->shape.root, at + 1, nesting + 1);
    if (end && scope->whole != SCOPE_NONE)
        scope->values[scope->whole] = slice_of(at, (size_t)(end - at));
    return end;
}

void scope_set_scalar(struct scope *scope, struct slice value)
{
    clear(scope);
    if (scope->whole != SCOPE_NONE)
        scope->values[scope->whole] = value;
}
