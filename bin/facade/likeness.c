#include "likeness.h"

#include <stdbool.h>
#include <stdlib.h>

#include "memory.h"

enum { PIECE_SIZE = 64, HASHES = 107927, BINARY_LOOK = 8000 };

/* The running hash of a piece, as git has it. */
struct running {
    uint32_t first, second;
    unsigned length;
};

static void add_byte(struct running *running, unsigned char byte)
{
    uint32_t old = running->first;

    running->first = (running->first << 7) ^ (running->second >> 25);
    running->second = (running->second << 7) ^ (old >> 25);
    running->first += byte;
    running->length++;
}

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;

    return left->hash < right->hash ? -1 : left->hash > right->hash;
}

/* Pieces of the same hash become one. */
static size_t merge(struct piece *items, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && items[kept - 1].hash == items[i].hash)
            items[kept - 1].bytes += items[i].bytes;
        else
            items[kept++] = items[i];
    }
    return kept;
}

/* As in git before 2.44, a last piece that is not complete does not count. */
void pieces_make(struct pieces *pieces, struct slice content)
{
    size_t look = content.length < BINARY_LOOK ? content.length : BINARY_LOOK;
    bool is_text = look == 0 || !memchr(content.data, '\0', look);
    size_t capacity = content.length / 16 + 16;
    struct running running = {0};

    pieces->size = content.length;
    pieces->count = 0;
    pieces->items = memory_resize(NULL, capacity, sizeof *pieces->items);
    for (size_t i = 0; i < content.length; i++) {
        unsigned char byte = (unsigned char)content.data[i];

        if (is_text && byte == '\r' && i + 1 < content.length && content.data[i + 1] == '\n')
            continue;
        add_byte(&running, byte);
        if (running.length < PIECE_SIZE && byte != '\n')
            continue;
        if (pieces->count == capacity) {
            capacity *= 2;
            pieces->items = memory_resize(pieces->items, capacity, sizeof *pieces->items);
        }
        pieces->items[pieces->count++] =
            (struct piece){(running.first + running.second * 0x61) % HASHES, running.length};
        running = (struct running){0};
    }
    qsort(pieces->items, pieces->count, sizeof *pieces->items, compare_pieces);
    pieces->count = merge(pieces->items, pieces->count);
}

void pieces_free(struct pieces *pieces)
{
    free(pieces->items);
    *pieces = (struct pieces){0};
}

/* Whether sizes alone leave room for it. */
static bool likeness_possible(uint64_t a_size, uint64_t b_size, unsigned least)
{
    uint64_t most = a_size > b_size ? a_size : b_size;
    uint64_t difference = most - (a_size < b_size ? a_size : b_size);

    return most * (LIKENESS_MOST - least) >= difference * LIKENESS_MOST;
}

unsigned likeness(const struct pieces *a, const struct pieces *b, unsigned least)
{
    uint64_t shared = 0, most = a->size > b->size ? a->size : b->size;

    if (!likeness_possible(a->size, b->size, least) || b->size == 0)
        return 0;
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->items[i].hash < b->items[j].hash) {
            i++;
        } else if (a->items[i].hash > b->items[j].hash) {
            j++;
        } else {
            shared += a->items[i].bytes < b->items[j].bytes ? a->items[i].bytes : b->items[j].bytes;
            i++, j++;
        }
    }
    return (unsigned)(shared * LIKENESS_MOST / most);
}
