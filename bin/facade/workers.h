/*
 * A team of threads that shares the items of a job: each takes the next item that nobody has
 * taken yet. With one thread everything runs in the caller.
 */
#ifndef LEAT_FACADE_WORKERS_H
#define LEAT_FACADE_WORKERS_H

#include <stddef.h>

struct workers;

/* What is done with item `item`, by worker `worker` (0 to count - 1). */
typedef void work_function(void *job, size_t item, unsigned worker);

/* NULL when threads cannot be started. */
struct workers *workers_new(unsigned count);
void workers_free(struct workers *workers);
unsigned workers_count(const struct workers *workers);

/* Returns when all items of the job are done. */
void workers_run(struct workers *workers, work_function *work, void *job, size_t items);

#endif
