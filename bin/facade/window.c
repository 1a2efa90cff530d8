#include "window.h"

#include <stdlib.h>

#include "arena.h"
#include "hash.h"
#include "history.h"
#include "memory.h"
#include "renames.h"
#include "tree_diff.h"

enum { COMMITS_A_PART = 32 }; /* commits one worker reads at a time */

/* Commits read by one worker, newest first within the part. */
struct part {
    struct arena arena; /* paths and texts */
    struct file_change *changes;
    size_t change_count, change_capacity;
};

struct window_maker {
    struct repository *repository;
    struct workers *workers;
    bool renames;
    struct window window;
    size_t commit_capacity;
    struct part *parts;
    size_t part_count, part_capacity;
    struct repository **readers; /* one a worker */
    struct tree_diff *diffs;     /* one a worker */
    struct change_counter *counter;
};

/* What a tree comparison adds to. */
struct collecting {
    struct part *part;
    size_t first; /* change of the commit */
};

static void release_commits(struct window_maker *maker)
{
    for (size_t i = 0; i < maker->window.count; i++) {
        object_release(&maker->window.commits[i].object);
        free(maker->window.commits[i].error);
    }
    maker->window.count = 0;
    for (size_t i = 0; i < maker->part_count; i++) {
        arena_reset(&maker->parts[i].arena);
        maker->parts[i].change_count = 0;
    }
}

void window_maker_free(struct window_maker *maker)
{
    if (!maker)
        return;
    release_commits(maker);
    for (size_t i = 0; i < maker->part_capacity; i++) {
        arena_free(&maker->parts[i].arena);
        free(maker->parts[i].changes);
    }
    for (unsigned i = 0; i < workers_count(maker->workers); i++)
        tree_diff_free(&maker->diffs[i]);
    change_counter_free(maker->counter);
    for (unsigned i = 0; i < workers_count(maker->workers); i++)
        repository_close(maker->readers[i]);
    free(maker->readers);
    free(maker->window.commits);
    free(maker->parts);
    free(maker->diffs);
    free(maker);
}

/* A reader for each worker. */
static bool open_readers(struct window_maker *maker)
{
    unsigned count = workers_count(maker->workers);
    bool opened = true;

    maker->readers = memory_new(count, sizeof *maker->readers);
    maker->diffs = memory_new(count, sizeof *maker->diffs);
    for (unsigned i = 0; i < count && opened; i++) {
        maker->readers[i] = repository_reader(maker->repository, i);
        maker->diffs[i].repository = maker->readers[i];
        opened = maker->readers[i] != NULL;
    }
    return opened;
}

struct window_maker *window_maker_new(struct repository *repository, struct workers *workers,
                                      bool renames)
{
    struct window_maker *maker = memory_new(1, sizeof *maker);

    maker->repository = repository;
    maker->workers = workers;
    maker->renames = renames;
    if (!open_readers(maker)) {
        window_maker_free(maker);
        return NULL;
    }
    maker->counter = change_counter_new(maker->readers, workers);
    return maker;
}

static bool add_change(void *context, const struct tree_change *found)
{
    struct collecting *collecting = context;
    struct part *part = collecting->part;
    struct file_change *change;
    char *path;

    if (part->change_count - collecting->first >= MOST_CHANGES)
        return false;
    if (part->change_count == part->change_capacity) {
        part->change_capacity = part->change_capacity ? part->change_capacity * 3 / 2 : 256;
        part->changes = memory_resize(part->changes, part->change_capacity, sizeof *part->changes);
    }
    path = arena_take(&part->arena, found->path.length);
    memcpy(path, found->path.data, found->path.length);
    change = &part->changes[part->change_count++];
    *change = (struct file_change){
        .path = slice_of(path, found->path.length),
        .old_id = found->old_id,
        .new_id = found->new_id,
        .old_mode = found->old_mode,
        .new_mode = found->new_mode,
        .path_hash = hash_64(found->path),
    };
    return true;
}

static void lose_commit(struct window_commit *commit, const char *why)
{
    commit->outcome = COMMIT_LOST;
    commit->error = memory_format("%s", why);
}

/* The tree of a commit's only parent. False when the parent cannot be read. */
static bool parent_tree(struct repository *repository, const struct object_id *parent,
                        struct object_id *tree)
{
    struct object object;
    struct commit commit;
    bool parsed;

    if (repository_read(repository, parent, &object) != OBJECT_READ)
        return false;
    parsed = object.kind == OBJECT_COMMIT && commit_parse(object.content, &commit);
    if (parsed)
        *tree = commit.tree;
    object_release(&object);
    return parsed;
}

/* Compares a commit with its only parent. Merges have no changes, as git log shows them. */
static void compare_trees(struct window_maker *maker, struct window_commit *commit,
                          struct tree_diff *diff)
{
    size_t parents = history_parent_count(maker->repository, &commit->id, &commit->commit);
    struct object_id parent, tree;

    if (parents > 1)
        return;
    if (parents == 1) {
        history_parent(maker->repository, &commit->id, &commit->commit, 0, &parent);
        if (!parent_tree(diff->repository, &parent, &tree)) {
            commit->outcome = COMMIT_INCOMPLETE;
            commit->error = memory_format("its parent cannot be read");
            return;
        }
    }
    if (tree_diff_run(diff, parents == 1 ? &tree : NULL, &commit->commit.tree))
        return;
    commit->outcome = COMMIT_INCOMPLETE;
    commit->error = diff->stopped ? memory_format("more than %d files changed", (int)MOST_CHANGES)
                                  : memory_text(diff->error.data, diff->error.length);
}

static void read_commit(struct window_maker *maker, struct window_commit *commit, struct part *part,
                        struct tree_diff *diff)
{
    struct collecting collecting = {part, part->change_count};

    switch (repository_read(diff->repository, &commit->id, &commit->object)) {
    case OBJECT_MISSING:
        lose_commit(commit, "missing");
        return;
    case OBJECT_BROKEN:
        lose_commit(commit, repository_error());
        return;
    case OBJECT_READ:
        break;
    }
    if (commit->object.kind != OBJECT_COMMIT ||
        !commit_parse(commit->object.content, &commit->commit)) {
        lose_commit(commit, "malformed");
        return;
    }
    diff->change = add_change;
    diff->context = &collecting;
    compare_trees(maker, commit, diff);
    if (maker->renames && part->change_count > collecting.first)
        part->change_count =
            collecting.first + renames_pair(diff->repository, part->changes + collecting.first,
                                            part->change_count - collecting.first);
    commit->change_count = part->change_count - collecting.first;
}

/* Work for one worker: a part of the window's commits, the newest part first. */
static void read_part(void *job, size_t item, unsigned worker)
{
    struct window_maker *maker = job;
    struct window *window = &maker->window;
    size_t index = maker->part_count - 1 - item, first = index * COMMITS_A_PART;
    size_t end = first + COMMITS_A_PART < window->count ? first + COMMITS_A_PART : window->count;
    struct part *part = &maker->parts[index];
    size_t taken = 0;

    for (size_t i = end; i-- > first;)
        read_commit(maker, &window->commits[i], part, &maker->diffs[worker]);
    for (size_t i = end; i-- > first;) {
        if (window->commits[i].change_count > 0)
            window->commits[i].changes = part->changes + taken;
        taken += window->commits[i].change_count;
    }
}

static void reserve(struct window_maker *maker, size_t commits)
{
    size_t parts = (commits + COMMITS_A_PART - 1) / COMMITS_A_PART;

    if (maker->commit_capacity < commits) {
        maker->commit_capacity = commits;
        maker->window.commits =
            memory_resize(maker->window.commits, commits, sizeof *maker->window.commits);
    }
    if (maker->part_capacity < parts) {
        maker->parts = memory_resize(maker->parts, parts, sizeof *maker->parts);
        memset(maker->parts + maker->part_capacity, 0,
               (parts - maker->part_capacity) * sizeof *maker->parts);
        maker->part_capacity = parts;
    }
    maker->part_count = parts;
}

/* Changes are chained newest first, so the newest part and within it the newest commit lead. */
static void count_lines(struct window_maker *maker)
{
    for (size_t i = maker->part_count; i-- > 0;)
        change_counter_add(maker->counter, maker->parts[i].changes, maker->parts[i].change_count);
    change_counter_run(maker->counter);
}

const struct window *window_make(struct window_maker *maker, const struct object_id *commits,
                                 size_t count)
{
    release_commits(maker);
    reserve(maker, count);
    for (size_t i = 0; i < count; i++)
        maker->window.commits[i] = (struct window_commit){.id = commits[i]};
    maker->window.count = count;
    workers_run(maker->workers, read_part, maker, maker->part_count);
    count_lines(maker);
    return &maker->window;
}
