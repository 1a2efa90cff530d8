/*
 * The work of `load` as a function over messages: rows are gathered into batches, batches are
 * handed to the writer, and a STATE comes out once everything before it is committed.
 */
#ifndef LEAT_LOAD_LOADER_H
#define LEAT_LOAD_LOADER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "batch.h"
#include "messages.h"
#include "output.h"
#include "progress.h"
#include "rejects.h"
#include "row.h"
#include "status.h"
#include "target.h"
#include "writer.h"

struct loader_options {
    uint64_t batch_rows, batch_bytes, batch_seconds;
    enum contract contract;
    enum disposition disposition; /* DISPOSITION_DEFAULT: as the stream says */
    const char *load_id;
    const char *state_key; /* the STATE is kept in the database, too */
    bool unstage;          /* the input is what stage --drain prints */
};

struct loader {
    const struct loader_options *options;
    struct target *target;
    struct writer writer;
    struct messages *messages;
    struct rejects *rejects;
    struct output *output;
    struct table **tables;
    size_t table_count;
    struct table *last; /* of the last record: most often the next one's too */
    struct row row;
    struct batch batches[2];
    struct batch *reading;    /* one of them */
    struct batch *writing;    /* the other one while it is written, else NULL */
    struct timespec started;  /* when the first row of the batch came */
    bool open_transaction;    /* the batch before this one was a part */
    struct key_set parents;   /* that came in this transaction */
    bool has_states;          /* a STATE came: the input ends with one, unless it is cut off */
    bool family_open;         /* children of the last row may be on their way */
    uint64_t family_line;     /* of the row they are the children of */
    uint64_t family_position; /* records before it */
    uint64_t idle_records;    /* how many had come when the input fell silent, and when */
    struct timespec idle_since;
    struct buffer held;                 /* a STATE that waits for tables to be replaced */
    struct buffer held_value;           /* the value that is to be kept with it */
    struct staged_span drained, handed; /* by the last STATE; by the one handed over last */
    struct buffer family_parents; /* uint64_t: hashes of those in the open family of staged rows */
    uint64_t known_rejects;       /* of those counted, for how many the staged row is known */
    uint64_t skip;                /* records that are loaded under this load's id */
    struct progress progress;
    uint64_t written;   /* rows */
    enum status status; /* the worst so far; anything but OK and REJECTED ends the load */
};

/* False, after a message, when it cannot begin. */
bool loader_open(struct loader *loader, const struct loader_options *options, struct target *target,
                 struct messages *messages, struct rejects *rejects, struct output *output);
/* Reads to the end and returns the exit status. */
enum status loader_run(struct loader *loader);
void loader_close(struct loader *loader);

#endif
