/*
 * Changed files, and the counting of their lines. Changes are taken path by path: the old side
 * of a change is nearly always the new side of the next older one, so each blob is read once.
 */
#ifndef LEAT_FACADE_CHANGES_H
#define LEAT_FACADE_CHANGES_H

#include <stdint.h>

#include "git.h"
#include "workers.h"

enum counted {
    COUNTED,
    COUNTED_BINARY,  /* git shows "-" */
    COUNTED_MISSING, /* a blob is not in the repository */
    COUNTED_BROKEN   /* a blob cannot be read, or the diff failed */
};

struct file_change {
    struct slice path;
    struct slice old_path; /* of a rename, else empty */
    uint64_t path_hash;
    struct object_id old_id, new_id;
    uint32_t old_mode, new_mode; /* MODE_NONE when there is no such side */
    struct file_change *older;   /* of the same path; set here */
    uint64_t added, removed;
    enum counted counted;
};

struct change_counter;

/* `repositories`: one for each worker to read from. */
struct change_counter *change_counter_new(struct repository **repositories,
                                          struct workers *workers);
void change_counter_free(struct change_counter *counter);

/* Changes to count, newest first; they must stay where they are until they are. */
void change_counter_add(struct change_counter *counter, struct file_change *changes, size_t count);
/* Counts all changes added, and forgets them. */
void change_counter_run(struct change_counter *counter);

#endif
