/*
 * Writing beside reading: a thread that takes one batch at a time and writes it to the target
 * while the next one is read.
 */
#ifndef LEAT_LOAD_WRITER_H
#define LEAT_LOAD_WRITER_H

#include <pthread.h>
#include <stdbool.h>

#include "target.h"

struct writer {
    struct target *target;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct batch *batch; /* being written; NULL: idle */
    bool ended;
    enum outcome outcome; /* of the batch written last */
    struct failure failure;
};

/* False when no thread can be had. */
bool writer_start(struct writer *writer, struct target *target);
/* The writer must be idle; the batch is its own until writer_wait(). */
void writer_put(struct writer *writer, struct batch *batch);
/* Waits until it is idle. */
enum outcome writer_wait(struct writer *writer);
void writer_end(struct writer *writer);

#endif
