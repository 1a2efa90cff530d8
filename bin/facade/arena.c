#include "arena.h"

#include <stdlib.h>

#include "memory.h"

enum { BLOCK_SIZE = 64 << 10 };

struct arena_block {
    struct arena_block *older;
    size_t size;
    max_align_t bytes[];
};

void *arena_take(struct arena *arena, size_t size)
{
    size = (size + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
    if (!arena->block || arena->block->size - arena->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        struct arena_block *block = memory_resize(NULL, 1, sizeof *block + room);

        block->older = arena->block;
        block->size = room;
        arena->block = block;
        arena->used = 0;
    }
    arena->used += size;
    return (char *)arena->block->bytes + arena->used - size;
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *older = block->older;

        free(block);
        block = older;
    }
}

void arena_reset(struct arena *arena)
{
    if (!arena->block)
        return;
    free_blocks(arena->block->older);
    arena->block->older = NULL;
    arena->used = 0;
}

void arena_free(struct arena *arena)
{
    free_blocks(arena->block);
    *arena = (struct arena){0};
}
