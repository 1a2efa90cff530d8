#include "blob_counts.h"

#include <stdio.h>
#include <stdlib.h>

#include "line_counts.h"
#include "memory.h"
#include "tree_entries.h"

enum {
    BLOBS_KEPT = 4,     /* branches take turns in history, so more than the last one */
    BINARY_LOOK = 8000, /* git's: a NUL in the first bytes makes a file binary */
    SUBMODULE_TEXT = 18 + OBJECT_ID_HEX + 1
};

/* Git does not look into larger files and takes them for binary (core.bigFileThreshold). */
static const size_t binary_size = (size_t)512 << 20;

struct side {
    struct object_id id;
    uint32_t kind; /* MODE_COMMIT for the text of a submodule, else 0 */
    uint64_t used; /* when last */
    enum counted state;
    struct object object;
    struct slice text;
    char submodule[SUBMODULE_TEXT + 1];
};

struct blob_counter {
    struct repository *repository;
    struct line_counter *lines;
    struct side sides[BLOBS_KEPT];
    uint64_t clock;
};

struct blob_counter *blob_counter_new(struct repository *repository)
{
    struct blob_counter *counter = memory_new(1, sizeof *counter);

    counter->repository = repository;
    counter->lines = line_counter_new();
    return counter;
}

void blob_counter_forget(struct blob_counter *counter)
{
    for (size_t i = 0; i < BLOBS_KEPT; i++) {
        object_release(&counter->sides[i].object);
        counter->sides[i].used = 0;
    }
    line_counter_trim(counter->lines);
}

void blob_counter_free(struct blob_counter *counter)
{
    if (!counter)
        return;
    blob_counter_forget(counter);
    line_counter_free(counter->lines);
    free(counter);
}

/* A submodule counts as a text of one line. */
static void write_submodule(struct side *side)
{
    char hex[OBJECT_ID_HEX];

    object_id_hex(&side->id, hex);
    snprintf(side->submodule, sizeof side->submodule, "Subproject commit %.*s\n", OBJECT_ID_HEX,
             hex);
    side->text = slice_of(side->submodule, SUBMODULE_TEXT);
    side->state = COUNTED;
}

static void read_blob(struct blob_counter *counter, struct side *side)
{
    enum object_outcome outcome = repository_read(counter->repository, &side->id, &side->object);
    size_t look;

    side->text = slice_of("", 0);
    if (outcome != OBJECT_READ || side->object.kind != OBJECT_BLOB) {
        side->state = outcome == OBJECT_MISSING ? COUNTED_MISSING : COUNTED_BROKEN;
        object_release(&side->object);
        return;
    }
    side->text = side->object.content;
    look = side->text.length < BINARY_LOOK ? side->text.length : BINARY_LOOK;
    side->state = side->text.length > binary_size || memchr(side->text.data, '\0', look)
                      ? COUNTED_BINARY
                      : COUNTED;
}

/* The text of one side: kept, or read in the place of the one not used for longest. */
static const struct side *side_of(struct blob_counter *counter, const struct object_id *id,
                                  uint32_t mode)
{
    uint32_t kind = mode == MODE_COMMIT ? MODE_COMMIT : 0;
    struct side *oldest = &counter->sides[0];

    counter->clock++;
    for (struct side *side = counter->sides; side < counter->sides + BLOBS_KEPT; side++) {
        if (side->used > 0 && side->kind == kind && object_id_equal(&side->id, id)) {
            side->used = counter->clock;
            return side;
        }
        if (side->used < oldest->used)
            oldest = side;
    }
    object_release(&oldest->object);
    oldest->id = *id;
    oldest->kind = kind;
    oldest->used = counter->clock;
    if (kind == MODE_COMMIT)
        write_submodule(oldest);
    else
        read_blob(counter, oldest);
    return oldest;
}

static void count_texts(struct blob_counter *counter, struct file_change *change,
                        struct slice old_text, struct slice new_text)
{
    if (object_id_equal(&change->old_id, &change->new_id)) {
        change->added = change->removed = 0;
        return;
    }
    if (!line_counts(counter->lines, old_text, new_text, &change->added, &change->removed) &&
        !repository_count_lines(old_text, new_text, &change->added, &change->removed))
        change->counted = COUNTED_BROKEN;
}

void blob_counter_count(struct blob_counter *counter, struct file_change *change)
{
    static const struct side nothing = {.state = COUNTED, .text = {"", 0}};
    const struct side *new =
        change->new_mode ? side_of(counter, &change->new_id, change->new_mode) : &nothing;
    const struct side *old =
        change->old_mode ? side_of(counter, &change->old_id, change->old_mode) : &nothing;

    change->counted = new->state > old->state ? new->state : old->state;
    if (change->counted == COUNTED)
        count_texts(counter, change, old->text, new->text);
}
