#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"
#include "statistics.h"

void progress_start(struct progress *progress, const char *unit, uint64_t total)
{
    *progress = (struct progress){.unit = unit, .total = total};
    progress->shown = isatty(STDERR_FILENO) && log_level() > LOG_ERROR;
    clock_gettime(CLOCK_MONOTONIC, &progress->started);
    progress->last = progress->started;
}

void progress_show(struct progress *progress, uint64_t done)
{
    double seconds = statistics_elapsed(&progress->started);
    double rate = seconds > 0 ? (double)done / seconds : 0;

    /* look at the clock again after about a twentieth of a second's work */
    progress->next_look = done + 1 + (uint64_t)(rate / 20);
    if (statistics_elapsed(&progress->last) < 0.2)
        return;
    clock_gettime(CLOCK_MONOTONIC, &progress->last);
    fprintf(stderr, "\r%s: %" PRIu64, log_tool(), done);
    if (progress->total > 0)
        fprintf(stderr, "/%" PRIu64 " %s (%.0f%%), %.0f/s, %.0f s left\033[K", progress->total,
                progress->unit, 100.0 * (double)done / (double)progress->total, rate,
                rate > 0 && progress->total > done ? (double)(progress->total - done) / rate : 0);
    else
        fprintf(stderr, " %s, %.0f/s\033[K", progress->unit, rate);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
