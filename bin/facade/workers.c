#include "workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "memory.h"

struct worker {
    struct workers *team;
    unsigned number;
    pthread_t thread;
};

struct workers {
    struct worker *members; /* [0] is the caller and has no thread */
    unsigned count, started;
    pthread_mutex_t mutex;
    pthread_cond_t begin, finished;
    unsigned long job_number; /* of the job to do */
    unsigned busy;
    bool ending;
    work_function *work;
    void *job;
    size_t items;
    atomic_size_t next;
};

static void take_items(struct workers *team, unsigned number)
{
    size_t item;

    while ((item = atomic_fetch_add(&team->next, 1)) < team->items)
        team->work(team->job, item, number);
}

static void *run_worker(void *argument)
{
    struct worker *self = argument;
    struct workers *team = self->team;
    unsigned long done = 0;

    for (;;) {
        pthread_mutex_lock(&team->mutex);
        while (!team->ending && team->job_number == done)
            pthread_cond_wait(&team->begin, &team->mutex);
        done = team->job_number;
        pthread_mutex_unlock(&team->mutex);
        if (team->ending)
            return NULL;
        take_items(team, self->number);
        pthread_mutex_lock(&team->mutex);
        if (--team->busy == 0)
            pthread_cond_signal(&team->finished);
        pthread_mutex_unlock(&team->mutex);
    }
}

/* Signals are for the main thread, so the others are started with all of them blocked. */
static bool start_threads(struct workers *team)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (team->started = 1; team->started < team->count; team->started++) {
        struct worker *member = &team->members[team->started];

        member->team = team;
        member->number = team->started;
        if (pthread_create(&member->thread, NULL, run_worker, member) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return team->started == team->count;
}

struct workers *workers_new(unsigned count)
{
    struct workers *team = memory_new(1, sizeof *team);

    team->count = count;
    team->members = memory_new(count, sizeof *team->members);
    pthread_mutex_init(&team->mutex, NULL);
    pthread_cond_init(&team->begin, NULL);
    pthread_cond_init(&team->finished, NULL);
    if (!start_threads(team)) {
        workers_free(team);
        return NULL;
    }
    return team;
}

void workers_free(struct workers *team)
{
    if (!team)
        return;
    pthread_mutex_lock(&team->mutex);
    team->ending = true;
    pthread_cond_broadcast(&team->begin);
    pthread_mutex_unlock(&team->mutex);
    for (unsigned i = 1; i < team->started; i++)
        pthread_join(team->members[i].thread, NULL);
    pthread_mutex_destroy(&team->mutex);
    pthread_cond_destroy(&team->begin);
    pthread_cond_destroy(&team->finished);
    free(team->members);
    free(team);
}

unsigned workers_count(const struct workers *team)
{
    return team->count;
}

void workers_run(struct workers *team, work_function *work, void *job, size_t items)
{
    pthread_mutex_lock(&team->mutex);
    team->work = work;
    team->job = job;
    team->items = items;
    atomic_store(&team->next, 0);
    team->busy = team->count - 1;
    team->job_number++;
    pthread_cond_broadcast(&team->begin);
    pthread_mutex_unlock(&team->mutex);
    take_items(team, 0);
    pthread_mutex_lock(&team->mutex);
    while (team->busy > 0)
        pthread_cond_wait(&team->finished, &team->mutex);
    pthread_mutex_unlock(&team->mutex);
}
