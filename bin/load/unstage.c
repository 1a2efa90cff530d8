#include "unstage.h"

#include <stdlib.h>
#include <string.h>

#include "doc.h"
#include "memory.h"

static const double most = 9007199254740992.0;

static bool read_number(const struct doc *doc, const char *name, double *number)
{
    *number = doc_double(doc_get(doc, name), -1);
    return *number >= 0 && *number <= most && *number == (double)(int64_t)*number;
}

bool unstage_read_state(struct slice value, struct staged_span *span)
{
    const char *error;
    struct doc *doc = doc_parse(value, &error);
    const struct doc *staging = doc_get(doc, "staging");
    double repository, after, through, rows;
    bool is_span = read_number(staging, "repo_id", &repository) &&
                   read_number(staging, "after", &after) &&
                   read_number(staging, "through", &through) &&
                   read_number(staging, "rows", &rows) && through >= after;

    if (is_span)
        *span = (struct staged_span){(int64_t)repository, (int64_t)after, (int64_t)through,
                                     (uint64_t)rows};
    doc_free(doc);
    return is_span;
}

bool unstage_follows(const struct staged_span *before, const struct staged_span *span)
{
    return span->repository == before->repository && span->after == before->after &&
           span->through >= before->through && span->rows >= before->rows;
}

int64_t unstage_id(struct slice envelope)
{
    static const char name[] = ",\"staged\":";
    const char *end = envelope.data + envelope.length, *found = NULL;
    int64_t id = 0;

    for (const char *at = envelope.data;
         at && (at = memmem(at, (size_t)(end - at), name, sizeof name - 1)) != NULL;)
        found = at += sizeof name - 1;
    for (; found && found < end && *found >= '0' && *found <= '9'; found++) {
        if (id > INT64_MAX / 10 - 1)
            return 0;
        id = id * 10 + (*found - '0');
    }
    return id;
}

void staged_refusals_add(struct staged_refusals *refusals, int64_t staged, uint64_t line,
                         const char *reason)
{
    if (staged == 0)
        return;
    if (refusals->count == refusals->capacity) {
        refusals->capacity = refusals->capacity ? refusals->capacity * 2 : 16;
        refusals->items =
            memory_resize(refusals->items, refusals->capacity, sizeof *refusals->items);
    }
    refusals->items[refusals->count++] =
        (struct staged_refusal){staged, line, memory_text(reason, strlen(reason))};
}

void staged_refusals_cut(struct staged_refusals *refusals, uint64_t line)
{
    while (refusals->count > 0 && refusals->items[refusals->count - 1].line >= line)
        free(refusals->items[--refusals->count].reason);
}

void staged_refusals_move(struct staged_refusals *from, struct staged_refusals *to, uint64_t line)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct staged_refusal *one = &from->items[i];

        if (one->line >= line)
            staged_refusals_add(to, one->staged, one->line, one->reason);
    }
    staged_refusals_cut(from, line);
}

void staged_refusals_free(struct staged_refusals *refusals)
{
    staged_refusals_cut(refusals, 0);
    free(refusals->items);
    *refusals = (struct staged_refusals){0};
}

void staged_families_add(struct staged_families *families, int64_t end)
{
    if (families->count == families->capacity) {
        families->capacity = families->capacity ? families->capacity * 2 : 64;
        families->ends = memory_resize(families->ends, families->capacity, sizeof *families->ends);
    }
    families->ends[families->count++] = end;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

void staged_families_sort(struct staged_families *families)
{
    if (families->count > 0)
        qsort(families->ends, families->count, sizeof *families->ends, compare);
}

void staged_families_find(const struct staged_families *families, int64_t staged, int64_t *after,
                          int64_t *through)
{
    size_t low = 0, high = families->count;

    /* the first end that is not before the row */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (families->ends[middle] < staged)
            low = middle + 1;
        else
            high = middle;
    }
    *after = low > 0 ? families->ends[low - 1] : staged - 1;
    *through = low < families->count ? families->ends[low] : staged;
}

void staged_families_free(struct staged_families *families)
{
    free(families->ends);
    *families = (struct staged_families){0};
}
