/* Memory given out in small pieces that stay where they are and are all taken back at once. */
#ifndef LEAT_FACADE_ARENA_H
#define LEAT_FACADE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *block; /* the newest */
    size_t used;
};

/* `size` bytes, aligned for pointers. */
void *arena_take(struct arena *arena, size_t size);
/* Takes all pieces back; keeps one block for the next use. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
