/* load: rows into a database. See load(1). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"
#include "log.h"
#include "memory.h"
#include "messages.h"
#include "options.h"
#include "output.h"
#include "pg.h"
#include "progress.h"
#include "rejects.h"
#include "schema.h"
#include "signals.h"
#include "statistics.h"
#include "status.h"
#include "target.h"

static const char *const contracts[] = {"evolve", "freeze", "discard", NULL};

struct load {
    struct loader_options options;
    struct target_options target_options;
    struct messages_options messages_options;
    uint64_t retries;
    int contract, disposition;
    const char *rejects_path, *schema_name, *load_id, *state_key;
    bool stats;
    struct target *target;
    struct messages messages;
    struct rejects rejects;
    struct output output;
    struct loader loader;
    struct statistics statistics;
};

static enum options_outcome parse(struct load *load, int argc, char **argv, int *operand)
{
    const struct option_entry entries[] = {
        OPTION_BATCH(&load->options.batch_rows),
        {0, "batch-bytes", OPTION_SIZE, "SIZE", &load->options.batch_bytes,
         "bytes of input a batch at most (default 4M)", NULL, 1, (uint64_t)1 << 34},
        {0, "batch-seconds", OPTION_COUNT, "N", &load->options.batch_seconds,
         "seconds a row waits for its commit at most (default 10)", NULL, 0, 86400},
        {0, "contract", OPTION_CHOICE, "WORD", &load->contract,
         "what to do with a row that needs a change of the table", contracts, 0, 0},
        {0, "disposition", OPTION_CHOICE, "WORD", &load->disposition,
         "how rows are written, whatever the stream says", schema_dispositions, 0, 0},
        {0, "load-id", OPTION_TEXT, "ID", &load->load_id,
         "load this input only once, also when run again", NULL, 0, 0},
        OPTION_MAX_LINE(&load->messages_options.max_line),
        OPTION_MAX_NESTING(&load->messages_options.max_nesting),
        OPTION_REJECTS(&load->rejects_path),
        {0, "retries", OPTION_COUNT, "N", &load->retries,
         "times to try again when the connection is lost (default 8)", NULL, 0, 1000},
        {0, "schema-name", OPTION_TEXT, "NAME", &load->schema_name,
         "the PostgreSQL schema the tables are in", NULL, 0, 0},
        {0, "state-key", OPTION_TEXT, "KEY", &load->state_key,
         "keep the STATE in the database, too, under KEY", NULL, 0, 0},
        OPTION_STATS(&load->stats),
        OPTION_STREAM(&load->messages_options.stream),
        {0, "unstage", OPTION_FLAG, NULL, &load->options.unstage,
         "take what stage --drain printed out of staging with its rows", NULL, 0, 0},
    };
    const struct tool tool = {.name = "load",
                              .operands = "TARGET",
                              .summary = "rows into PostgreSQL or SQLite, exactly once",
                              .options = entries,
                              .option_count = sizeof entries / sizeof *entries};

    return options_parse(&tool, argc, argv, operand);
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* What can be said of the command line before anything is opened. */
static int check(struct load *load, const char *target)
{
    bool sqlite = starts_with(target, "sqlite:");

    if (!sqlite && !pg_is_target(target))
        return options_misuse("%s: not a target (sqlite:FILE, postgresql://... or a connection "
                              "string such as service=NAME)",
                              target);
    if (sqlite && target[strlen("sqlite:")] == '\0')
        return options_misuse("sqlite: needs a file");
    if (sqlite && load->schema_name)
        return options_misuse("--schema-name: SQLite has no schemas");
    if (load->load_id && *load->load_id == '\0')
        return options_misuse("--load-id: the id is empty");
    if (load->state_key && *load->state_key == '\0')
        return options_misuse("--state-key: the key is empty");
    if (load->options.unstage && sqlite)
        return options_misuse("--unstage: staging is in PostgreSQL (fetch | flatten --model | load "
                              "sqlite:FILE needs none)");
    if (load->options.unstage && (load->load_id || load->state_key))
        return options_misuse("--unstage: staged rows need no --load-id, and their STATE is no "
                              "source's (--state-key is for stage)");
    return STATUS_OK;
}

static struct target *open_target(struct load *load, const char *name, struct failure *failure)
{
    load->target_options = (struct target_options){.folder = load->schema_name,
                                                   .load_id = load->load_id,
                                                   .state_key = load->state_key,
                                                   .unstage = load->options.unstage,
                                                   .retries = (unsigned)load->retries};
    if (starts_with(name, "sqlite:"))
        return target_open_sqlite(name + strlen("sqlite:"), &load->target_options, failure);
    return target_open_postgresql(name, &load->target_options, failure);
}

static enum status run(struct load *load)
{
    enum status status = STATUS_INTERNAL;

    messages_open(&load->messages, STDIN_FILENO, &load->messages_options, &load->rejects);
    output_open(&load->output, STDOUT_FILENO);
    if (loader_open(&load->loader, &load->options, load->target, &load->messages, &load->rejects,
                    &load->output))
        status = loader_run(&load->loader);
    else
        status = load->loader.status;
    load->statistics.records_in = load->messages.records;
    load->statistics.records_out = load->loader.written;
    load->statistics.bytes_in = load->messages.lines.bytes;
    loader_close(&load->loader);
    if (!output_close(&load->output) && status <= STATUS_REJECTED)
        status = (enum status)output_failure(&load->output);
    load->statistics.bytes_out = load->output.bytes;
    messages_close(&load->messages);
    return status;
}

static enum status open_and_run(struct load *load, const char *target)
{
    struct failure failure = {0};
    enum status status;

    if (!rejects_open(&load->rejects, load->rejects_path))
        return STATUS_USAGE;
    load->target = open_target(load, target, &failure);
    if (load->target == NULL) {
        log_error("%s", failure.text.data);
        buffer_free(&failure.text);
        rejects_close(&load->rejects);
        return failure.status;
    }
    status = run(load);
    load->target->close(load->target);
    load->statistics.records_rejected = load->rejects.count;
    if (!rejects_close(&load->rejects))
        status = status_worse(status, STATUS_INTERNAL);
    if (load->stats)
        statistics_print(&load->statistics);
    return status;
}

int main(int argc, char **argv)
{
    struct load load = {
        .options = {.batch_rows = 50000, .batch_bytes = 4 << 20, .batch_seconds = 10},
        .retries = 8,
        .disposition = -1};
    enum options_outcome outcome;
    enum status status;
    char *target;
    int operand;

    outcome = parse(&load, argc, argv, &operand);
    if (outcome != OPTIONS_RUN)
        return outcome == OPTIONS_SHOWN ? STATUS_OK : STATUS_USAGE;
    if (argc - operand != 1)
        return options_misuse(argc == operand ? "a target is missing" : "more than one target");
    /* everybody can read a process's arguments */
    target = memory_text(argv[operand], strlen(argv[operand]));
    pg_mask_password(argv[operand]);
    status = check(&load, argv[operand]);
    if (status == STATUS_OK) {
        load.options.contract = (enum contract)load.contract;
        load.options.disposition = (enum disposition)(load.disposition + 1);
        load.options.load_id = load.load_id;
        load.options.state_key = load.state_key;
        signals_install();
        statistics_start(&load.statistics);
        status = open_and_run(&load, target);
    }
    free(target);
    return (int)status;
}
