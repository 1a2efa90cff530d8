#include "writer.h"

static void *work(void *context)
{
    struct writer *writer = context;

    pthread_mutex_lock(&writer->lock);
    for (;;) {
        enum outcome outcome;

        while (writer->batch == NULL && !writer->ended)
            pthread_cond_wait(&writer->changed, &writer->lock);
        if (writer->batch == NULL)
            break;
        pthread_mutex_unlock(&writer->lock);
        outcome = writer->target->write(writer->target, writer->batch, &writer->failure);
        pthread_mutex_lock(&writer->lock);
        writer->outcome = outcome;
        writer->batch = NULL;
        pthread_cond_signal(&writer->changed);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

bool writer_start(struct writer *writer, struct target *target)
{
    *writer = (struct writer){.target = target};
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->changed, NULL);
    return pthread_create(&writer->thread, NULL, work, writer) == 0;
}

void writer_put(struct writer *writer, struct batch *batch)
{
    pthread_mutex_lock(&writer->lock);
    writer->batch = batch;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}

enum outcome writer_wait(struct writer *writer)
{
    enum outcome outcome;

    pthread_mutex_lock(&writer->lock);
    while (writer->batch != NULL)
        pthread_cond_wait(&writer->changed, &writer->lock);
    outcome = writer->outcome;
    pthread_mutex_unlock(&writer->lock);
    return outcome;
}

void writer_end(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->ended = true;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->changed);
    buffer_free(&writer->failure.text);
}
