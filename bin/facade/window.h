/*
 * Some commits that follow each other in the order of emission, with the files each changed and
 * the lines counted: what facade holds in memory at a time.
 *
 * The files are counted path by path and not commit by commit: the old side of a change is
 * nearly always the new side of the change before it, so each blob is read once. Work goes from
 * the newest to the oldest, as packs are made: there the newer version is stored whole and the
 * older one as what differs from it.
 */
#ifndef LEAT_FACADE_WINDOW_H
#define LEAT_FACADE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "changes.h"
#include "commit.h"
#include "git.h"
#include "workers.h"

/* More changed files than this are no honest commit: trees can be made to multiply. */
enum { MOST_CHANGES = 1000000 };

enum commit_outcome {
    COMMIT_READ,
    COMMIT_LOST,      /* it cannot be read */
    COMMIT_INCOMPLETE /* a tree cannot be read: not all changes are known */
};

struct window_commit {
    struct object_id id;
    enum commit_outcome outcome;
    struct object object; /* what `commit` points into */
    struct commit commit;
    struct file_change *changes;
    size_t change_count;
    char *error; /* of COMMIT_LOST and COMMIT_INCOMPLETE */
};

struct window {
    struct window_commit *commits;
    size_t count;
};

struct window_maker;

/* `renames`: pair deleted and added files by likeness, as git log -M does. */
struct window_maker *window_maker_new(struct repository *repository, struct workers *workers,
                                      bool renames);
void window_maker_free(struct window_maker *maker);

/* Reads the commits, oldest first. The window is valid until the next call. */
const struct window *window_make(struct window_maker *maker, const struct object_id *commits,
                                 size_t count);

#endif
