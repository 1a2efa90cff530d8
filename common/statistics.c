#include "statistics.h"

#include <inttypes.h>
#include <unistd.h>

#include "buffer.h"
#include "json.h"
#include "log.h"
#include "memory.h"

void statistics_start(struct statistics *statistics)
{
    *statistics = (struct statistics){0};
    clock_gettime(CLOCK_MONOTONIC, &statistics->started);
}

double statistics_elapsed(const struct timespec *since)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - since->tv_sec) + (double)(now.tv_nsec - since->tv_nsec) / 1e9;
}

void statistics_print(const struct statistics *statistics)
{
    struct buffer line = {0};

    buffer_append_text(&line, "{\"tool\":");
    json_append_string(&line, slice_text(log_tool()));
    buffer_format(&line,
                  ",\"records_in\":%" PRIu64 ",\"records_out\":%" PRIu64
                  ",\"records_rejected\":%" PRIu64 ",\"bytes_in\":%" PRIu64
                  ",\"bytes_out\":%" PRIu64 ",\"seconds\":%.3f,\"peak_bytes\":%zu}\n",
                  statistics->records_in, statistics->records_out, statistics->records_rejected,
                  statistics->bytes_in, statistics->bytes_out,
                  statistics_elapsed(&statistics->started), memory_peak());
    if (write(STDERR_FILENO, line.data, line.length) < 0)
        log_error("statistics could not be written");
    buffer_free(&line);
}
