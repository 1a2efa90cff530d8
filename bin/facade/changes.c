#include "changes.h"

#include <stdlib.h>

#include "blob_counts.h"
#include "memory.h"

/* Changes one worker takes at a time: some of one long chain, or several short chains. */
enum { CHANGES_A_RUN = 64 };

/* The changes of one path. */
struct chain {
    struct file_change *newest, *oldest;
};

struct run {
    size_t first, count; /* in `order` */
};

struct change_counter {
    struct workers *workers;
    struct blob_counter **counters; /* one a worker */
    struct chain *chains;           /* a hash table by path, open addressing */
    size_t chain_count, table_size;
    struct file_change **order; /* all changes, chain by chain */
    size_t order_count, order_capacity;
    struct run *runs;
    size_t run_count, run_capacity;
};

struct change_counter *change_counter_new(struct repository **repositories, struct workers *workers)
{
    struct change_counter *counter = memory_new(1, sizeof *counter);

    counter->workers = workers;
    counter->counters = memory_new(workers_count(workers), sizeof *counter->counters);
    for (unsigned i = 0; i < workers_count(workers); i++)
        counter->counters[i] = blob_counter_new(repositories[i]);
    return counter;
}

void change_counter_free(struct change_counter *counter)
{
    if (!counter)
        return;
    for (unsigned i = 0; i < workers_count(counter->workers); i++)
        blob_counter_free(counter->counters[i]);
    free(counter->counters);
    free(counter->chains);
    free(counter->order);
    free(counter->runs);
    free(counter);
}

static struct chain *find_chain(struct chain *chains, size_t size, const struct file_change *change)
{
    size_t at = change->path_hash & (size - 1);

    while (chains[at].newest && !(chains[at].newest->path_hash == change->path_hash &&
                                  slice_equal(chains[at].newest->path, change->path)))
        at = (at + 1) & (size - 1);
    return &chains[at];
}

static void grow_table(struct change_counter *counter)
{
    size_t size = counter->table_size ? counter->table_size * 2 : 1024;
    struct chain *chains = memory_new(size, sizeof *chains);

    for (size_t i = 0; i < counter->table_size; i++)
        if (counter->chains[i].newest)
            *find_chain(chains, size, counter->chains[i].newest) = counter->chains[i];
    free(counter->chains);
    counter->chains = chains;
    counter->table_size = size;
}

void change_counter_add(struct change_counter *counter, struct file_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct chain *chain;

        if (counter->chain_count * 2 >= counter->table_size)
            grow_table(counter);
        chain = find_chain(counter->chains, counter->table_size, &changes[i]);
        changes[i].older = NULL;
        if (chain->newest) {
            chain->oldest->older = &changes[i];
        } else {
            chain->newest = &changes[i];
            counter->chain_count++;
        }
        chain->oldest = &changes[i];
    }
    counter->order_count += count;
}

static void add_run(struct change_counter *counter, size_t first, size_t end)
{
    if (first == end)
        return;
    if (counter->run_count == counter->run_capacity) {
        counter->run_capacity = counter->run_capacity ? counter->run_capacity * 2 : 256;
        counter->runs = memory_resize(counter->runs, counter->run_capacity, sizeof *counter->runs);
    }
    counter->runs[counter->run_count++] = (struct run){first, end - first};
}

/* Lays the chains out one behind the other and cuts the whole into runs. */
static void plan_runs(struct change_counter *counter)
{
    size_t count = 0, first = 0;

    counter->run_count = 0;
    if (counter->order_capacity < counter->order_count) {
        counter->order_capacity = counter->order_count * 5 / 4;
        counter->order =
            memory_resize(counter->order, counter->order_capacity, sizeof *counter->order);
    }
    for (size_t i = 0; i < counter->table_size; i++)
        for (struct file_change *at = counter->chains[i].newest; at; at = at->older) {
            counter->order[count++] = at;
            if (count - first >= CHANGES_A_RUN) {
                add_run(counter, first, count);
                first = count;
            }
        }
    add_run(counter, first, count);
}

static void count_run(void *job, size_t item, unsigned worker)
{
    struct change_counter *counter = job;
    const struct run *run = &counter->runs[item];

    for (size_t i = 0; i < run->count; i++)
        blob_counter_count(counter->counters[worker], counter->order[run->first + i]);
    blob_counter_forget(counter->counters[worker]);
}

void change_counter_run(struct change_counter *counter)
{
    plan_runs(counter);
    workers_run(counter->workers, count_run, counter, counter->run_count);
    free(counter->chains);
    counter->chains = NULL;
    counter->chain_count = counter->table_size = counter->order_count = 0;
}
