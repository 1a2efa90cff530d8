#include "path_texts.h"

#include <stdlib.h>

#include "hash.h"
#include "memory.h"

enum { TAG_LENGTH = 8 };

static void reserve(struct path_texts *texts, size_t count)
{
    if (texts->capacity >= count)
        return;
    texts->capacity = count * 3 / 2;
    texts->items = memory_resize(texts->items, texts->capacity, sizeof *texts->items);
}

/* Points the converted paths to their bytes, which no longer move. */
static void settle(struct path_texts *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (texts->items[i].converted)
            texts->items[i].text.data = texts->bytes.data + texts->items[i].start;
}

static void convert(struct path_texts *texts, struct text_converter *converter, size_t index,
                    struct slice path, struct slice encoding)
{
    struct path_text *item = &texts->items[index];

    item->converted = true;
    item->start = texts->bytes.length;
    item->lossy = !text_append_path(converter, &texts->bytes, path, encoding);
    item->text.length = texts->bytes.length - item->start;
}

static int compare_texts(const void *a, const void *b)
{
    struct slice left = (*(struct path_text *const *)a)->text;
    struct slice right = (*(struct path_text *const *)b)->text;
    size_t least = left.length < right.length ? left.length : right.length;
    int order = least > 0 ? memcmp(left.data, right.data, least) : 0;

    if (order != 0)
        return order;
    return left.length < right.length ? -1 : left.length > right.length;
}

static void find_ambiguous(struct path_texts *texts, size_t count)
{
    struct path_text **sorted = memory_new(count, sizeof(struct path_text *));

    for (size_t i = 0; i < count; i++)
        sorted[i] = &texts->items[i];
    qsort(sorted, count, sizeof *sorted, compare_texts);
    for (size_t i = 1; i < count; i++)
        if (compare_texts(&sorted[i - 1], &sorted[i]) == 0)
            sorted[i - 1]->ambiguous = sorted[i]->ambiguous = true;
    free(sorted);
}

/* Writes an ambiguous text again, with the tag behind it. */
static void add_tag(struct path_texts *texts, size_t index, struct slice path)
{
    struct path_text *item = &texts->items[index];
    size_t start = texts->bytes.length;
    char tag[TAG_LENGTH];

    hash_short(path, tag, TAG_LENGTH);
    buffer_reserve(&texts->bytes, item->text.length + 1 + TAG_LENGTH);
    buffer_append(&texts->bytes, texts->bytes.data + item->start, item->text.length);
    buffer_append_byte(&texts->bytes, '~');
    buffer_append(&texts->bytes, tag, TAG_LENGTH);
    item->start = start;
    item->text.length += 1 + TAG_LENGTH;
}

void path_texts_make(struct path_texts *texts, struct text_converter *converter,
                     const struct window_commit *commit)
{
    size_t count = commit->change_count;
    bool some_converted = false;

    reserve(texts, count);
    texts->bytes.length = 0;
    for (size_t i = 0; i < count; i++) {
        texts->items[i] = (struct path_text){.text = commit->changes[i].path};
        if (!text_is_utf8(commit->changes[i].path))
            convert(texts, converter, i, commit->changes[i].path, commit->commit.encoding);
        some_converted |= texts->items[i].converted;
    }
    settle(texts, count);
    if (!some_converted)
        return;
    find_ambiguous(texts, count);
    for (size_t i = 0; i < count; i++)
        if (texts->items[i].converted && texts->items[i].ambiguous)
            add_tag(texts, i, commit->changes[i].path);
    settle(texts, count);
}

void path_texts_free(struct path_texts *texts)
{
    free(texts->items);
    buffer_free(&texts->bytes);
    *texts = (struct path_texts){0};
}
