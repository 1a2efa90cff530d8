/* What --stats prints on stderr at the end: one line of JSON. */
#ifndef LEAT_STATISTICS_H
#define LEAT_STATISTICS_H

#include <stdint.h>
#include <time.h>

struct statistics {
    uint64_t records_in, records_out, records_rejected;
    uint64_t bytes_in, bytes_out;
    struct timespec started;
};

void statistics_start(struct statistics *statistics);
void statistics_print(const struct statistics *statistics);

/* Seconds since a monotonic time stamp. */
double statistics_elapsed(const struct timespec *since);

#endif
