/* Exit statuses: the same in every tool, documented in leat-stream(5). */
#ifndef LEAT_STATUS_H
#define LEAT_STATUS_H

enum status {
    STATUS_OK = 0,       /* all done */
    STATUS_REJECTED = 1, /* done, but some records were rejected */
    STATUS_USAGE = 2,    /* the command line is wrong */
    STATUS_INPUT = 3,    /* the input or its schema is unusable */
    STATUS_REMOTE = 4,   /* a remote end failed, or a signal stopped us; safe to run again */
    STATUS_INTERNAL = 70 /* our own fault, out of memory, or a local disk that fails */
};

/* The worse of two: a failure outranks a rejected record, which outranks success. */
static inline enum status status_worse(enum status a, enum status b)
{
    return a > b ? a : b;
}

#endif
