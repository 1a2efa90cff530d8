/*
 * A tool that reads messages from standard input and writes lines to standard output: what
 * is around its work. The work is a function that is given each message.
 *
 *     filter_open -> filter_run -> (what is still to be written) -> filter_close
 */
#ifndef LEAT_FILTER_H
#define LEAT_FILTER_H

#include <stdbool.h>

#include "messages.h"
#include "output.h"
#include "progress.h"
#include "rejects.h"
#include "statistics.h"
#include "status.h"

struct filter_options {
    struct messages_options input;
    const char *rejects; /* path, or NULL */
    bool statistics;
};

struct filter {
    struct messages messages;
    struct output output;
    struct rejects rejects;
    struct statistics statistics; /* records_out is counted by the tool */
    struct progress progress;
    bool print_statistics;
};

/* Installs the signal handlers too. False, after an error message: exit with STATUS_USAGE. */
bool filter_open(struct filter *filter, const struct filter_options *options);

/* Gives every message to `take` until the input ends; returns the exit status so far. */
enum status filter_run(struct filter *filter,
                       void (*take)(void *context, const struct message *message), void *context);

/* Writes what is left, prints statistics if asked for; returns the final exit status. */
enum status filter_close(struct filter *filter, enum status status);

#endif
