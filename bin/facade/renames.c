#include "renames.h"

#include <stdbool.h>
#include <stdlib.h>

#include "likeness.h"
#include "memory.h"

enum {
    LEAST_LIKENESS = LIKENESS_MOST / 2,
    LEAST_OF_SAME_NAME = LEAST_LIKENESS + (LIKENESS_MOST - LEAST_LIKENESS) / 2,
    MOST_CANDIDATES = 1000, /* git's default diff.renameLimit */
    BEST_KEPT = 4           /* sources remembered for an added file */
};

/* A deleted or an added file. */
struct end {
    struct file_change *change;
    struct slice base; /* the last part of its path */
    bool paired;
    bool unreadable;
    struct pieces pieces;
};

struct pairing {
    struct repository *repository;
    struct end *sources, *targets;
    size_t source_count, target_count;
};

struct candidate {
    size_t source, target;
    unsigned likeness;
    bool same_name, used;
};

static struct slice base_name(struct slice path)
{
    const char *slash = memrchr(path.data, '/', path.length);
    size_t start = slash ? (size_t)(slash + 1 - path.data) : 0;

    return slice_of(path.data + start, path.length - start);
}

static bool is_regular(uint32_t mode)
{
    return (mode & 0170000) == 0100000;
}

static void pair(struct end *source, struct end *target)
{
    source->paired = target->paired = true;
    target->change->old_path = source->change->path;
    target->change->old_id = source->change->old_id;
    target->change->old_mode = source->change->old_mode;
}

static int compare_sources(const void *a, const void *b)
{
    const struct end *left = *(struct end *const *)a, *right = *(struct end *const *)b;
    int order = memcmp(&left->change->old_id, &right->change->old_id, OBJECT_ID_SIZE);

    return order != 0 ? order : left < right ? -1 : 1;
}

/* The best source of the same content: unused, and of the same base name if there is one. */
static struct end *same_content(struct end **sorted, size_t count, const struct end *target)
{
    struct end *best = NULL;
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(&sorted[middle]->change->old_id, &target->change->new_id, OBJECT_ID_SIZE) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && object_id_equal(&sorted[low]->change->old_id, &target->change->new_id);
         low++) {
        struct end *source = sorted[low];
        uint32_t old_mode = source->change->old_mode, new_mode = target->change->new_mode;

        if (source->paired ||
            ((!is_regular(old_mode) || !is_regular(new_mode)) && old_mode != new_mode))
            continue;
        if (slice_equal(source->base, target->base))
            return source;
        best = best ? best : source;
    }
    return best;
}

static void pair_same_contents(struct pairing *pairing)
{
    struct end **sorted = memory_new(pairing->source_count, sizeof(struct end *));

    for (size_t i = 0; i < pairing->source_count; i++)
        sorted[i] = &pairing->sources[i];
    qsort(sorted, pairing->source_count, sizeof *sorted, compare_sources);
    for (size_t i = 0; i < pairing->target_count; i++) {
        struct end *target = &pairing->targets[i];
        struct end *source = same_content(sorted, pairing->source_count, target);

        if (source)
            pair(source, target);
    }
    free(sorted);
}

static bool have_pieces(struct pairing *pairing, struct end *end, const struct object_id *id)
{
    struct object object;

    if (end->pieces.items || end->unreadable)
        return !end->unreadable;
    end->unreadable = true;
    if (repository_read(pairing->repository, id, &object) != OBJECT_READ)
        return false;
    if (object.kind == OBJECT_BLOB) {
        pieces_make(&end->pieces, object.content);
        end->unreadable = false;
    }
    object_release(&object);
    return !end->unreadable;
}

static unsigned compare_ends(struct pairing *pairing, struct end *source, struct end *target)
{
    if (!is_regular(source->change->old_mode) || !is_regular(target->change->new_mode) ||
        !have_pieces(pairing, source, &source->change->old_id) ||
        !have_pieces(pairing, target, &target->change->new_id))
        return 0;
    return likeness(&source->pieces, &target->pieces, LEAST_LIKENESS);
}

static int compare_bases(const void *a, const void *b)
{
    const struct end *left = *(struct end *const *)a, *right = *(struct end *const *)b;
    size_t least = left->base.length < right->base.length ? left->base.length : right->base.length;
    int order = memcmp(left->base.data, right->base.data, least);

    if (order != 0)
        return order;
    if (left->base.length != right->base.length)
        return left->base.length < right->base.length ? -1 : 1;
    return left < right ? -1 : 1;
}

/* The ends not yet paired, sorted by base name. */
static struct end **sort_by_base(struct end *ends, size_t count, size_t *left)
{
    struct end **sorted = memory_new(count, sizeof(struct end *));

    *left = 0;
    for (size_t i = 0; i < count; i++)
        if (!ends[i].paired)
            sorted[(*left)++] = &ends[i];
    qsort(sorted, *left, sizeof *sorted, compare_bases);
    return sorted;
}

/* How many ends from `at` on have the base name of the one at `at`. */
static size_t same_base(struct end **sorted, size_t count, size_t at)
{
    size_t same = 1;

    while (at + same < count && slice_equal(sorted[at]->base, sorted[at + same]->base))
        same++;
    return same;
}

/* A base name that only one deleted and one added file have pairs them if they are quite alike. */
static void pair_same_names(struct pairing *pairing)
{
    size_t sources, targets, i = 0, j = 0;
    struct end **from = sort_by_base(pairing->sources, pairing->source_count, &sources);
    struct end **to = sort_by_base(pairing->targets, pairing->target_count, &targets);

    while (i < sources && j < targets) {
        size_t source_run = same_base(from, sources, i), target_run = same_base(to, targets, j);

        if (!slice_equal(from[i]->base, to[j]->base)) {
            if (compare_bases(&from[i], &to[j]) < 0)
                i += source_run;
            else
                j += target_run;
            continue;
        }
        if (source_run == 1 && target_run == 1 &&
            compare_ends(pairing, from[i], to[j]) >= LEAST_OF_SAME_NAME)
            pair(from[i], to[j]);
        i += source_run;
        j += target_run;
    }
    free(from);
    free(to);
}

/* Best first; candidates that tie stay in the order of targets and places. */
static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;

    if (left->used != right->used)
        return left->used ? -1 : 1;
    if (left->likeness != right->likeness)
        return left->likeness > right->likeness ? -1 : 1;
    return (int)right->same_name - (int)left->same_name;
}

static int compare_stably(const void *a, const void *b)
{
    int order = compare_candidates(a, b);

    return order != 0 ? order : a < b ? -1 : 1;
}

/* Keeps the best few sources of one target, in the place of the worst when all are taken. */
static void keep_better(struct candidate *kept, const struct candidate *found)
{
    size_t worst = 0;

    for (size_t i = 1; i < BEST_KEPT; i++)
        if (compare_candidates(&kept[i], &kept[worst]) > 0)
            worst = i;
    if (compare_candidates(&kept[worst], found) > 0)
        kept[worst] = *found;
}

static int compare_pointers(const void *a, const void *b)
{
    return compare_stably(*(struct candidate *const *)a, *(struct candidate *const *)b);
}

/* Pointers, so that ties can be told by place. */
static struct candidate **sort_candidates(struct candidate *all, size_t count)
{
    struct candidate **sorted = memory_new(count, sizeof(struct candidate *));

    for (size_t i = 0; i < count; i++)
        sorted[i] = &all[i];
    qsort(sorted, count, sizeof *sorted, compare_pointers);
    return sorted;
}

static size_t find_candidates(struct pairing *pairing, struct candidate *all)
{
    size_t count = 0;

    for (size_t i = 0; i < pairing->target_count; i++) {
        if (pairing->targets[i].paired)
            continue;
        for (size_t j = 0; j < pairing->source_count; j++) {
            struct end *source = &pairing->sources[j], *target = &pairing->targets[i];
            struct candidate found = {j, i, 0, false, true};

            if (source->paired)
                continue;
            found.likeness = compare_ends(pairing, source, target);
            found.same_name = slice_equal(source->base, target->base);
            keep_better(all + count, &found);
        }
        pieces_free(&pairing->targets[i].pieces);
        count += BEST_KEPT;
    }
    return count;
}

static void pair_alike(struct pairing *pairing, size_t targets)
{
    struct candidate *all = memory_new(targets * BEST_KEPT, sizeof *all);
    size_t count = find_candidates(pairing, all);
    struct candidate **sorted = sort_candidates(all, count);

    for (size_t i = 0; i < count && sorted[i]->used && sorted[i]->likeness >= LEAST_LIKENESS; i++) {
        struct end *source = &pairing->sources[sorted[i]->source];
        struct end *target = &pairing->targets[sorted[i]->target];

        if (!source->paired && !target->paired)
            pair(source, target);
    }
    free(sorted);
    free(all);
}

static size_t count_left(const struct end *ends, size_t count)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++)
        left += !ends[i].paired;
    return left;
}

static void pair_all(struct pairing *pairing)
{
    size_t sources, targets;

    pair_same_contents(pairing);
    pair_same_names(pairing);
    sources = count_left(pairing->sources, pairing->source_count);
    targets = count_left(pairing->targets, pairing->target_count);
    if (sources > 0 && targets > 0 &&
        (uint64_t)sources * targets <= (uint64_t)MOST_CANDIDATES * MOST_CANDIDATES)
        pair_alike(pairing, targets);
}

static void collect_ends(struct pairing *pairing, struct file_change *changes, size_t count)
{
    pairing->sources = memory_new(count, sizeof *pairing->sources);
    pairing->targets = memory_new(count, sizeof *pairing->targets);
    for (size_t i = 0; i < count; i++) {
        struct end end = {.change = &changes[i], .base = base_name(changes[i].path)};

        if (changes[i].new_mode == 0)
            pairing->sources[pairing->source_count++] = end;
        else if (changes[i].old_mode == 0)
            pairing->targets[pairing->target_count++] = end;
    }
}

/* Takes out the deletions that have become part of a rename. */
static size_t compact(const struct pairing *pairing, struct file_change *changes, size_t count)
{
    size_t kept = 0, next = 0;

    for (size_t i = 0; i < count; i++) {
        bool is_source =
            next < pairing->source_count && pairing->sources[next].change == &changes[i];

        if (is_source && pairing->sources[next++].paired)
            continue;
        changes[kept++] = changes[i];
    }
    return kept;
}

size_t renames_pair(struct repository *repository, struct file_change *changes, size_t count)
{
    struct pairing pairing = {.repository = repository};

    if (count < 2)
        return count;
    collect_ends(&pairing, changes, count);
    if (pairing.source_count > 0 && pairing.target_count > 0) {
        pair_all(&pairing);
        count = compact(&pairing, changes, count);
    }
    for (size_t i = 0; i < pairing.source_count; i++)
        pieces_free(&pairing.sources[i].pieces);
    for (size_t i = 0; i < pairing.target_count; i++)
        pieces_free(&pairing.targets[i].pieces);
    free(pairing.sources);
    free(pairing.targets);
    return count;
}
