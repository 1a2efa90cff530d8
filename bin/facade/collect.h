/* The whole of facade's work on one repository: from its folder to messages. */
#ifndef LEAT_FACADE_COLLECT_H
#define LEAT_FACADE_COLLECT_H

#include "doc.h"
#include "output.h"
#include "statistics.h"
#include "status.h"
#include "workers.h"

struct collector {
    struct workers *workers;
    struct output *output;
    struct statistics *statistics;
    struct doc *state; /* the STATE value; changed as commits are emitted */
    uint64_t window;   /* commits at a time, at most */
    bool renames;
};

/* Emits what is new of the repository in `folder`; `name` stands in the `repository` column
 * and in STATE. Ends early when a signal came or output failed. */
enum status collect(struct collector *collector, const char *folder, const char *name);

#endif
