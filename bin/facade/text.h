/*
 * Text of any encoding brought to UTF-8. Git stores bytes; a commit may declare what encoding
 * its names and message are in. One converter a thread.
 */
#ifndef LEAT_FACADE_TEXT_H
#define LEAT_FACADE_TEXT_H

#include <stdbool.h>

#include "buffer.h"
#include "slice.h"

struct text_converter;

struct text_converter *text_converter_new(void);
void text_converter_free(struct text_converter *converter);

/*
 * Appends the bytes as UTF-8. `encoding` is a declared encoding or empty; UTF-8, and one that
 * iconv does not know, mean that the bytes are taken as they are. Bytes that fit nothing become
 * U+FFFD, and the result is false.
 */
bool text_append(struct text_converter *converter, struct buffer *buffer, struct slice bytes,
                 struct slice encoding);

/* The same for bytes that are normally UTF-8 whatever a commit declares, such as paths: the
 * encoding counts only for those that are not. */
bool text_append_path(struct text_converter *converter, struct buffer *buffer, struct slice bytes,
                      struct slice encoding);

bool text_is_utf8(struct slice bytes);

#endif
