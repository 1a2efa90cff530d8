#include "summary.h"

#include <math.h>
#include <stdlib.h>

#include "hash.h"
#include "memory.h"

/* Longer values are compared and shown by their first bytes. */
enum { SHOWN = 64 };

struct summary *summary_new(void)
{
    return memory_new(1, sizeof(struct summary));
}

void summary_free(struct summary *summary)
{
    if (summary == NULL)
        return;
    buffer_free(&summary->least);
    buffer_free(&summary->greatest);
    free(summary);
}

static int compare(const struct summary *summary, struct slice a, struct slice b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order;

    if (summary->numbers) {
        /* both end in a byte that is no part of a number */
        long double x = strtold(a.data, NULL), y = strtold(b.data, NULL);

        return (x > y) - (x < y);
    }
    order = memcmp(a.data, b.data, shorter);
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

static void keep(struct buffer *place, struct slice value)
{
    place->length = 0;
    buffer_append_slice(place, value);
    buffer_text(place);
}

static void add_to_range(struct summary *summary, enum json_kind kind, struct slice value)
{
    bool first = summary->count == 1;

    if (first)
        summary->numbers = kind == JSON_NUMBER;
    else if (kind != JSON_NUMBER)
        summary->numbers = false;
    if (value.length > SHOWN)
        value.length = SHOWN;
    if (first || compare(summary, value, buffer_slice(&summary->least)) < 0)
        keep(&summary->least, value);
    if (first || compare(summary, value, buffer_slice(&summary->greatest)) > 0)
        keep(&summary->greatest, value);
}

void summary_add(struct summary *summary, enum json_kind kind, struct slice value)
{
    uint64_t hash;
    unsigned rank;

    if (kind == JSON_NULL) {
        summary->nulls++;
        return;
    }
    if (kind == JSON_STRING)
        value = slice_of(value.data + 1, value.length - 2);
    summary->count++;
    if (value.length > summary->longest)
        summary->longest = value.length;
    add_to_range(summary, kind, value);
    hash = hash_64(value);
    rank = 1 + (unsigned)__builtin_clzll((hash << 12) | 1 << 11);
    if (rank > summary->registers[hash >> 52])
        summary->registers[hash >> 52] = (unsigned char)rank;
}

uint64_t summary_distinct(const struct summary *summary)
{
    double sum = 0, registers = SUMMARY_REGISTERS, estimate;
    unsigned empty = 0;

    for (unsigned i = 0; i < SUMMARY_REGISTERS; i++) {
        sum += ldexp(1, -summary->registers[i]);
        empty += summary->registers[i] == 0;
    }
    estimate = 0.7213 / (1 + 1.079 / registers) * registers * registers / sum;
    /* few values: count the registers they have not reached (linear counting) */
    if (estimate <= 2.5 * registers && empty > 0)
        estimate = registers * log(registers / empty);
    return (uint64_t)(estimate + 0.5);
}
