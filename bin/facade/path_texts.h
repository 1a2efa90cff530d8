/*
 * The paths a commit changed, as text. The path is part of a row's key, so two paths of one
 * commit must not read the same: where a path that is no UTF-8 would, it gets a "~" and eight
 * hex digits of a hash of its bytes behind it.
 */
#ifndef LEAT_FACADE_PATH_TEXTS_H
#define LEAT_FACADE_PATH_TEXTS_H

#include <stdbool.h>

#include "buffer.h"
#include "text.h"
#include "window.h"

struct path_text {
    struct slice text;
    size_t start; /* in `bytes`, when converted */
    bool converted, lossy, ambiguous;
};

struct path_texts {
    struct path_text *items;
    size_t capacity;
    struct buffer bytes;
};

/* Valid until the next call, as long as the commit is. */
void path_texts_make(struct path_texts *texts, struct text_converter *converter,
                     const struct window_commit *commit);
void path_texts_free(struct path_texts *texts);

static inline struct slice path_texts_get(const struct path_texts *texts, size_t index)
{
    return texts->items[index].text;
}

static inline bool path_texts_lossy(const struct path_texts *texts, size_t index)
{
    return texts->items[index].lossy;
}

#endif
