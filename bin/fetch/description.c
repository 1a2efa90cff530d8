#include "description.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "moment.h"

void description_fail(struct description *at, const char *place, const char *format, ...)
{
    va_list arguments;
    char *why = NULL;

    if (at->error)
        return;
    va_start(arguments, format);
    if (vasprintf(&why, format, arguments) < 0)
        why = memory_format("out of memory");
    va_end(arguments);
    at->error = memory_format("%s: %s: %s", at->file, place, why);
    free(why);
}

static bool is_among(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t next = strcspn(at, " ");

        if (next == length && memcmp(at, word, length) == 0)
            return true;
        at += next;
    }
    return false;
}

void description_check(struct description *at, const struct doc *object, const char *place,
                       const char *known)
{
    if (!doc_is_object(object)) {
        description_fail(at, place, "must be an object");
        return;
    }
    for (const struct doc *one = doc_first(object); one; one = doc_next(one)) {
        if (!is_among(known, doc_name(one)) && strcmp(doc_name(one), "comment") != 0)
            description_fail(at, place, "'%s' is not known here (known: %s)", doc_name(one), known);
    }
}

const char *description_text(struct description *at, const struct doc *object, const char *name,
                             const char *place)
{
    const struct doc *one = at->error ? NULL : doc_get(object, name);

    if (one && !doc_string(one))
        description_fail(at, place, "'%s' must be a text", name);
    return doc_string(one);
}

const char *description_template(struct description *at, const struct doc *object, const char *name,
                                 const char *place)
{
    const char *text = description_text(at, object, name, place), *why;

    if (text && !scope_template_valid(text, &why))
        description_fail(at, place, "'%s': %s", name, why);
    return text;
}

bool description_flag(struct description *at, const struct doc *object, const char *name,
                      const char *place, bool otherwise)
{
    const struct doc *one = at->error ? NULL : doc_get(object, name);
    struct buffer text = {0};
    bool value = doc_is_true(one);

    if (one == NULL)
        return otherwise;
    doc_print(one, &text);
    if (!value && !slice_is(buffer_slice(&text), "false"))
        description_fail(at, place, "'%s' must be true or false", name);
    buffer_free(&text);
    return value;
}

uint32_t description_count(struct description *at, const struct doc *object, const char *name,
                           const char *place, uint32_t otherwise)
{
    const struct doc *one = at->error ? NULL : doc_get(object, name);
    double value = doc_double(one, -1);

    if (one == NULL)
        return otherwise;
    if (value < 0 || value > 1e9 || value != (double)(uint32_t)value) {
        description_fail(at, place, "'%s' must be a whole number", name);
        return otherwise;
    }
    return (uint32_t)value;
}

int64_t description_duration(struct description *at, const struct doc *object, const char *name,
                             const char *place, int64_t otherwise)
{
    const char *text = description_text(at, object, name, place);
    int64_t value = otherwise;

    if (text && !moment_parse_duration(text, &value))
        description_fail(at, place, "'%s': '%s' is no duration (such as 90s, 5m, 2h, 30d)", name,
                         text);
    return value;
}

int description_word(struct description *at, const struct doc *object, const char *name,
                     const char *place, const char *const *words, int otherwise)
{
    const char *text = description_text(at, object, name, place);

    if (text == NULL)
        return otherwise;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
    }
    description_fail(at, place, "'%s': '%s' is not known", name, text);
    return otherwise;
}

struct texts description_texts(struct description *at, const struct doc *object, const char *name,
                               const char *place)
{
    const struct doc *list = at->error ? NULL : doc_get(object, name);
    struct texts texts = {0};

    texts.items = memory_new(doc_count(list) + 2, sizeof *texts.items);
    if (doc_string(list))
        texts.items[texts.count++] = memory_format("%s", doc_string(list));
    else if (list && !doc_is_array(list))
        description_fail(at, place, "'%s' must be an array of texts", name);
    else
        for (const struct doc *one = doc_first(list); one; one = doc_next(one)) {
            if (doc_string(one))
                texts.items[texts.count++] = memory_format("%s", doc_string(one));
            else
                description_fail(at, place, "'%s' must be an array of texts", name);
        }
    return texts;
}

struct parameters description_pairs(struct description *at, const struct doc *object,
                                    const char *place, bool templates)
{
    struct parameters pairs = {0};
    const char *why;

    if (object && !doc_is_object(object))
        description_fail(at, place, "must be an object");
    for (const struct doc *one = doc_first(object); one && !at->error; one = doc_next(one)) {
        if (!doc_string(one))
            description_fail(at, place, "'%s' must be a text", doc_name(one));
        else if (templates && !scope_template_valid(doc_string(one), &why))
            description_fail(at, place, "'%s': %s", doc_name(one), why);
        else
            parameters_set(&pairs, slice_text(doc_name(one)), slice_text(doc_string(one)));
    }
    return pairs;
}
