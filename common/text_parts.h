/* Cutting text up: white space is what C calls so, whatever the locale. */
#ifndef LEAT_TEXT_PARTS_H
#define LEAT_TEXT_PARTS_H

#include <stdbool.h>

#include "slice.h"

static inline bool text_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without white space at either end. */
static inline struct slice text_trim(struct slice text)
{
    while (text.length > 0 && text_is_space(text.data[0]))
        text.data++, text.length--;
    while (text.length > 0 && text_is_space(text.data[text.length - 1]))
        text.length--;
    return text;
}

static inline bool text_is_blank(struct slice text)
{
    return text_trim(text).length == 0;
}

/* Takes the first line off a text; the line comes without its newline. */
static inline struct slice text_take_line(struct slice *text)
{
    const char *newline = text->length > 0 ? memchr(text->data, '\n', text->length) : NULL;
    size_t length = newline ? (size_t)(newline - text->data) : text->length;
    struct slice line = slice_of(text->data, length);

    length += newline != NULL;
    *text = slice_of(text->data + length, text->length - length);
    return line;
}

/* Whether a text starts so; then *rest is what follows. */
static inline bool text_starts(struct slice text, const char *start, struct slice *rest)
{
    size_t length = strlen(start);

    if (text.length < length || memcmp(text.data, start, length) != 0)
        return false;
    *rest = slice_of(text.data + length, text.length - length);
    return true;
}

#endif
