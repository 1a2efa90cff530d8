#include "mailmap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "memory.h"
#include "text_parts.h"

/* Empty slices: no name or address given. */
struct entry {
    struct slice old_email, old_name, new_name, new_email;
    size_t line; /* for telling which came later */
};

struct mailmap {
    char *text;
    struct entry *entries; /* sorted by old address, old name, line; each pair once */
    size_t count, capacity;
};

struct identity {
    struct slice name, email;
    bool found;
};

static unsigned char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : (unsigned char)c;
}

static int compare_folded(struct slice a, struct slice b)
{
    for (size_t i = 0; i < a.length && i < b.length; i++)
        if (fold(a.data[i]) != fold(b.data[i]))
            return fold(a.data[i]) < fold(b.data[i]) ? -1 : 1;
    return a.length == b.length ? 0 : a.length < b.length ? -1 : 1;
}

/* "NAME <EMAIL>" off the start of a line. */
static struct identity take_identity(struct slice *line, bool may_be_empty)
{
    struct identity identity = {0};
    const char *open, *close, *end = line->data + line->length;

    open = line->length > 0 ? memchr(line->data, '<', line->length) : NULL;
    close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
    if (!close || (!may_be_empty && close == open + 1))
        return identity;
    identity.name = text_trim(slice_of(line->data, (size_t)(open - line->data)));
    identity.email = slice_of(open + 1, (size_t)(close - open - 1));
    identity.found = true;
    *line = slice_of(close + 1, (size_t)(end - close - 1));
    return identity;
}

static void add_line(struct mailmap *mailmap, struct slice line, size_t number)
{
    struct identity first, second;
    struct entry entry = {.line = number};

    if (line.length == 0 || line.data[0] == '#')
        return;
    first = take_identity(&line, false);
    if (!first.found)
        return;
    second = take_identity(&line, true);
    entry.new_name = first.name;
    if (second.found) {
        entry.new_email = first.email;
        entry.old_email = second.email;
        entry.old_name = second.name;
    } else {
        entry.old_email = first.email;
    }
    if (mailmap->count == mailmap->capacity) {
        mailmap->capacity = mailmap->capacity ? mailmap->capacity * 2 : 64;
        mailmap->entries =
            memory_resize(mailmap->entries, mailmap->capacity, sizeof *mailmap->entries);
    }
    mailmap->entries[mailmap->count++] = entry;
}

static int compare_keys(const struct entry *a, const struct entry *b)
{
    int order = compare_folded(a->old_email, b->old_email);

    return order != 0 ? order : compare_folded(a->old_name, b->old_name);
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = compare_keys(left, right);

    return order != 0 ? order : left->line < right->line ? -1 : 1;
}

/* Entries of one address and name become one: a later one adds to or overrules an earlier. */
static void merge_entries(struct mailmap *mailmap)
{
    size_t kept = 0;

    if (mailmap->count == 0)
        return;
    qsort(mailmap->entries, mailmap->count, sizeof *mailmap->entries, compare_entries);
    for (size_t i = 1; i < mailmap->count; i++) {
        struct entry *last = &mailmap->entries[kept], *next = &mailmap->entries[i];

        if (compare_keys(last, next) != 0) {
            mailmap->entries[++kept] = *next;
            continue;
        }
        if (next->old_name.length > 0) {
            *last = *next;
            continue;
        }
        if (next->new_name.length > 0)
            last->new_name = next->new_name;
        if (next->new_email.length > 0)
            last->new_email = next->new_email;
    }
    mailmap->count = kept + 1;
}

struct mailmap *mailmap_parse(struct slice text)
{
    struct mailmap *mailmap = memory_new(1, sizeof *mailmap);
    const char *at, *end;

    mailmap->text = memory_text(text.data, text.length);
    at = mailmap->text;
    end = at + text.length;
    for (size_t number = 0; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;

        add_line(mailmap, slice_of(at, (size_t)(stop - at)), number);
        at = stop + 1;
    }
    merge_entries(mailmap);
    return mailmap;
}

void mailmap_free(struct mailmap *mailmap)
{
    if (!mailmap)
        return;
    free(mailmap->text);
    free(mailmap->entries);
    free(mailmap);
}

static const struct entry *find(const struct mailmap *mailmap, struct slice email,
                                struct slice name)
{
    struct entry key = {.old_email = email, .old_name = name};
    size_t low = 0, high = mailmap->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_keys(&key, &mailmap->entries[middle]);

        if (order == 0)
            return &mailmap->entries[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

void mailmap_apply(const struct mailmap *mailmap, struct slice *name, struct slice *email)
{
    const struct entry *entry = NULL;

    if (!mailmap || mailmap->count == 0)
        return;
    if (name->length > 0)
        entry = find(mailmap, *email, *name);
    if (!entry)
        entry = find(mailmap, *email, slice_of("", 0));
    if (!entry)
        return;
    if (entry->new_name.length > 0)
        *name = entry->new_name;
    if (entry->new_email.length > 0)
        *email = entry->new_email;
}
