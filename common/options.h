/*
 * Command lines. A tool describes its options in a table; --help, the errors and the parsing
 * come from it. Options that mean the same in several tools are entries of the shared table
 * below, so that letter, name and meaning cannot differ.
 *
 * Every tool also has -h/--help, --version, -q and -v.
 */
#ifndef LEAT_OPTIONS_H
#define LEAT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_FLAG,  /* bool: set to true */
    OPTION_TEXT,  /* const char *: points into argv */
    OPTION_LIST,  /* struct option_list: may be repeated */
    OPTION_COUNT, /* uint64_t: a whole number */
    OPTION_SIZE,  /* uint64_t: bytes, with K, M or G (1024) behind */
    OPTION_CHOICE /* int: the place of the word in `choices` */
};

struct option_list {
    const char **items; /* point into argv; free(items) */
    size_t count;
};

struct option_entry {
    char letter;      /* 0: only the long name */
    const char *name; /* without the dashes */
    enum option_kind kind;
    const char *argument; /* as --help shows it; NULL for a flag */
    void *target;         /* of the type named at the kind; holds the default */
    const char *help;
    const char *const *choices; /* OPTION_CHOICE: the words, NULL-ended */
    uint64_t minimum, maximum;  /* OPTION_COUNT, OPTION_SIZE; maximum 0: no bound */
};

struct tool {
    const char *name;
    const char *operands; /* as the usage line shows them, "" for none */
    const char *summary;  /* one line */
    const struct option_entry *options;
    size_t option_count;
};

enum options_outcome {
    OPTIONS_RUN,   /* go on; operands start at *first_operand */
    OPTIONS_SHOWN, /* --help or --version was printed: exit 0 */
    OPTIONS_WRONG  /* an error was printed: exit STATUS_USAGE */
};

/* Sets up log.h too. argv may be reordered: options may follow operands. */
enum options_outcome options_parse(const struct tool *tool, int argc, char **argv,
                                   int *first_operand);

/* For a mistake found after parsing: prints it with the hint to --help; returns STATUS_USAGE. */
int options_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The shared table. */
#define OPTION_BATCH(target)                                                                       \
    {                                                                                              \
        0, "batch", OPTION_COUNT, "ROWS", target, "rows a batch at most", NULL, 1, 0               \
    }
#define OPTION_JOBS(target)                                                                        \
    {                                                                                              \
        'j', "jobs", OPTION_COUNT, "N", target, "work on N things at once", NULL, 1, 1024          \
    }
#define OPTION_MAX_LINE(target)                                                                    \
    {                                                                                              \
        0, "max-line", OPTION_SIZE, "BYTES", target, "reject longer lines (default 256M)", NULL,   \
            1024, (uint64_t)1 << 36                                                                \
    }
#define OPTION_MAX_NESTING(target)                                                                 \
    {                                                                                              \
        0, "max-nesting", OPTION_COUNT, "N", target, "reject deeper nesting (default 512)", NULL,  \
            1, 10000                                                                               \
    }
#define OPTION_REJECTS(target)                                                                     \
    {                                                                                              \
        0, "rejects", OPTION_TEXT, "FILE", target,                                                 \
            "append rejected records to FILE, with reasons", NULL, 0, 0                            \
    }
#define OPTION_STATE(target)                                                                       \
    {                                                                                              \
        0, "state", OPTION_TEXT, "FILE", target, "resume from the STATE in FILE", NULL, 0, 0       \
    }
#define OPTION_STATS(target)                                                                       \
    {                                                                                              \
        0, "stats", OPTION_FLAG, NULL, target, "print one JSON line of statistics at the end",     \
            NULL, 0, 0                                                                             \
    }
#define OPTION_STREAM(target)                                                                      \
    {                                                                                              \
        0, "stream", OPTION_TEXT, "NAME", target, "the stream plain records belong to", NULL, 0, 0 \
    }

#endif
