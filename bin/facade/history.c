#include "history.h"

#include <stdlib.h>

#include "commit.h"
#include "memory.h"

/* How many known commits are looked at beyond the last needed one, for clocks that were wrong. */
enum { SLACK = 16 };

enum {
    NODE_KNOWN = 1,   /* reachable from the known commits: not wanted */
    NODE_QUEUED = 2,  /* has been put into the queue */
    NODE_READ = 4,    /* has been taken from it: date and parents are valid */
    NODE_LOST = 8,    /* cannot be read */
    NODE_OPEN = 16,   /* its parents are being seen to */
    NODE_ORDERED = 32 /* has been handed out */
};

struct node {
    int64_t date;
    uint32_t first_parent; /* place in `parents` */
    uint16_t parent_count;
    uint8_t flags;
};

struct walk {
    struct repository *repository;
    struct id_set ids;
    struct node *nodes; /* by number */
    size_t node_capacity;
    uint32_t *parents;
    size_t parent_count, parent_capacity;
    uint32_t *queue; /* a heap, the latest commit first */
    size_t queued, queue_capacity;
    size_t wanted; /* nodes in the queue that are not known */
    int64_t oldest_wanted;
    uint32_t *stack; /* see spread_known() and order_from() */
    size_t stacked, stack_capacity;
};

size_t history_parent_count(const struct repository *repository, const struct object_id *id,
                            const struct commit *commit)
{
    const struct parent_override *override = repository_parents_of(repository, id);

    return override ? override->count : commit->parent_count;
}

void history_parent(const struct repository *repository, const struct object_id *id,
                    const struct commit *commit, size_t index, struct object_id *parent)
{
    const struct parent_override *override = repository_parents_of(repository, id);

    if (override)
        *parent = override->parents[index];
    else
        commit_parent(commit, index, parent);
}

static uint32_t node_of(struct walk *walk, const struct object_id *id)
{
    size_t before = walk->ids.count;
    uint32_t number = id_set_add(&walk->ids, id);

    if (walk->ids.count > walk->node_capacity) {
        walk->node_capacity = walk->ids.capacity;
        walk->nodes = memory_resize(walk->nodes, walk->node_capacity, sizeof *walk->nodes);
    }
    if (walk->ids.count > before)
        walk->nodes[number] = (struct node){0};
    return number;
}

static void push(uint32_t **items, size_t *count, size_t *capacity, uint32_t item)
{
    if (*count == *capacity) {
        *capacity = *capacity ? *capacity * 2 : 64;
        *items = memory_resize(*items, *capacity, sizeof **items);
    }
    (*items)[(*count)++] = item;
}

static bool is_later(const struct walk *walk, uint32_t a, uint32_t b)
{
    return walk->nodes[a].date > walk->nodes[b].date;
}

static void queue_add(struct walk *walk, uint32_t number)
{
    size_t at = walk->queued;

    push(&walk->queue, &walk->queued, &walk->queue_capacity, number);
    while (at > 0 && is_later(walk, number, walk->queue[(at - 1) / 2])) {
        walk->queue[at] = walk->queue[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    walk->queue[at] = number;
}

static uint32_t queue_take(struct walk *walk)
{
    uint32_t first = walk->queue[0], last = walk->queue[--walk->queued];
    size_t at = 0, child;

    while ((child = 2 * at + 1) < walk->queued) {
        if (child + 1 < walk->queued && is_later(walk, walk->queue[child + 1], walk->queue[child]))
            child++;
        if (!is_later(walk, walk->queue[child], last))
            break;
        walk->queue[at] = walk->queue[child];
        at = child;
    }
    walk->queue[at] = last;
    return first;
}

/* Reads date and parents of a commit. Returns false when it cannot be read. */
static bool read_node(struct walk *walk, uint32_t number)
{
    struct object_id id = walk->ids.ids[number], parent;
    struct object object;
    struct commit commit;
    size_t count;
    uint32_t first = (uint32_t)walk->parent_count;

    if (repository_read(walk->repository, &id, &object) != OBJECT_READ)
        return false;
    if (object.kind != OBJECT_COMMIT || !commit_parse(object.content, &commit)) {
        object_release(&object);
        return false;
    }
    count = history_parent_count(walk->repository, &id, &commit);
    if (count > UINT16_MAX)
        count = UINT16_MAX;
    for (size_t i = 0; i < count; i++) {
        history_parent(walk->repository, &id, &commit, i, &parent);
        push(&walk->parents, &walk->parent_count, &walk->parent_capacity, node_of(walk, &parent));
    }
    walk->nodes[number].first_parent = first;
    walk->nodes[number].parent_count = (uint16_t)count;
    walk->nodes[number].date = signature_seconds(&commit.committer);
    object_release(&object);
    return true;
}

/* Puts a commit into the queue, once. It is read now because the queue goes by date. */
static void enqueue(struct walk *walk, uint32_t number)
{
    bool readable;

    if (walk->nodes[number].flags & NODE_QUEUED)
        return;
    readable = read_node(walk, number);
    walk->nodes[number].flags |= NODE_QUEUED;
    if (!readable) {
        walk->nodes[number].flags |= NODE_LOST;
        return;
    }
    walk->wanted += !(walk->nodes[number].flags & NODE_KNOWN);
    queue_add(walk, number);
}

/* Marks a commit, and what has been read of its ancestors, as known. */
static void spread_known(struct walk *walk, uint32_t number)
{
    walk->stacked = 0;
    push(&walk->stack, &walk->stacked, &walk->stack_capacity, number);
    while (walk->stacked > 0) {
        struct node *node = &walk->nodes[walk->stack[--walk->stacked]];

        if (node->flags & NODE_KNOWN)
            continue;
        node->flags |= NODE_KNOWN;
        if ((node->flags & NODE_QUEUED) && !(node->flags & (NODE_READ | NODE_LOST)))
            walk->wanted--;
        if (node->flags & NODE_READ)
            for (uint32_t i = 0; i < node->parent_count; i++)
                push(&walk->stack, &walk->stacked, &walk->stack_capacity,
                     walk->parents[node->first_parent + i]);
    }
}

/* Takes the latest commit from the queue and puts its parents in. */
static void advance(struct walk *walk)
{
    uint32_t number = queue_take(walk);
    uint32_t first = walk->nodes[number].first_parent;
    bool known = walk->nodes[number].flags & NODE_KNOWN;

    walk->nodes[number].flags |= NODE_READ;
    if (!known) {
        walk->wanted--;
        if (walk->nodes[number].date < walk->oldest_wanted)
            walk->oldest_wanted = walk->nodes[number].date;
    }
    for (uint32_t i = 0; i < walk->nodes[number].parent_count; i++) {
        uint32_t parent = walk->parents[first + i];

        if (known)
            spread_known(walk, parent);
        enqueue(walk, parent);
    }
}

/* Goes on until nothing in the queue can matter any more. */
static bool collect(struct walk *walk, bool (*stopped)(void))
{
    for (unsigned slack = SLACK; walk->queued > 0;) {
        if (walk->wanted == 0) {
            if (walk->nodes[walk->queue[0]].date < walk->oldest_wanted && slack-- == 0)
                break;
        } else {
            slack = SLACK;
        }
        if (stopped())
            return false;
        advance(walk);
    }
    return true;
}

static bool is_wanted(const struct node *node)
{
    return (node->flags & NODE_READ) && !(node->flags & NODE_KNOWN);
}

static void hand_out(struct walk *walk, uint32_t number, struct history *history)
{
    const struct node *node = &walk->nodes[number];

    history->commits[history->count++] = walk->ids.ids[number];
    for (uint32_t i = 0; i < node->parent_count; i++) {
        uint32_t parent = walk->parents[node->first_parent + i];

        if (walk->nodes[parent].flags & NODE_KNOWN)
            id_set_add(&history->reached, &walk->ids.ids[parent]);
        else if (walk->nodes[parent].flags & NODE_LOST)
            id_set_add(&history->lost, &walk->ids.ids[parent]);
    }
}

/* Hands out a commit after its ancestors. The stack holds pairs: a commit, and how many of its
 * parents have been seen to. A commit can be its own ancestor only by replacements or grafts;
 * then the circle is cut where it closes. */
static void order_from(struct walk *walk, uint32_t tip, struct history *history)
{
    walk->stacked = 0;
    push(&walk->stack, &walk->stacked, &walk->stack_capacity, tip);
    push(&walk->stack, &walk->stacked, &walk->stack_capacity, 0);
    while (walk->stacked > 0) {
        uint32_t number = walk->stack[walk->stacked - 2];
        uint32_t *seen = &walk->stack[walk->stacked - 1];
        struct node *node = &walk->nodes[number];

        if ((node->flags & NODE_ORDERED) || !is_wanted(node)) {
            walk->stacked -= 2;
        } else if (*seen < node->parent_count) {
            uint32_t parent = walk->parents[node->first_parent + (*seen)++];

            node->flags |= NODE_OPEN;
            if (walk->nodes[parent].flags & NODE_OPEN)
                continue;
            push(&walk->stack, &walk->stacked, &walk->stack_capacity, parent);
            push(&walk->stack, &walk->stacked, &walk->stack_capacity, 0);
        } else {
            node->flags |= NODE_ORDERED;
            hand_out(walk, number, history);
            walk->stacked -= 2;
        }
    }
}

static void order_all(struct walk *walk, const struct id_set *tips, struct history *history)
{
    size_t wanted = 0;

    for (size_t i = 0; i < walk->ids.count; i++)
        wanted += is_wanted(&walk->nodes[i]);
    history->commits = memory_resize(NULL, wanted + 1, sizeof *history->commits);
    for (size_t i = 0; i < tips->count; i++) {
        uint32_t tip = id_set_find(&walk->ids, &tips->ids[i]);

        if (walk->nodes[tip].flags & NODE_LOST)
            id_set_add(&history->lost, &tips->ids[i]);
        order_from(walk, tip, history);
    }
}

static void walk_free(struct walk *walk)
{
    id_set_free(&walk->ids);
    free(walk->nodes);
    free(walk->parents);
    free(walk->queue);
    free(walk->stack);
}

bool history_find(struct repository *repository, const struct id_set *tips,
                  const struct id_set *known, bool (*stopped)(void), struct history *history)
{
    struct walk walk = {.repository = repository, .oldest_wanted = INT64_MAX};
    bool complete;

    *history = (struct history){0};
    for (size_t i = 0; i < known->count; i++) {
        uint32_t number = node_of(&walk, &known->ids[i]);

        walk.nodes[number].flags |= NODE_KNOWN;
        enqueue(&walk, number);
    }
    for (size_t i = 0; i < tips->count; i++)
        enqueue(&walk, node_of(&walk, &tips->ids[i]));
    complete = collect(&walk, stopped);
    if (complete)
        order_all(&walk, tips, history);
    walk_free(&walk);
    return complete;
}

void history_free(struct history *history)
{
    free(history->commits);
    id_set_free(&history->reached);
    id_set_free(&history->lost);
    *history = (struct history){0};
}
