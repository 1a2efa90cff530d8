/* stage: records into PostgreSQL as they came, and out again. See stage(1). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drain.h"
#include "landing.h"
#include "list.h"
#include "log.h"
#include "memory.h"
#include "options.h"
#include "retry.h"
#include "signals.h"
#include "statistics.h"

struct stage {
    struct landing_options options;
    struct messages_options messages_options;
    uint64_t retries;
    bool drain, list, retry, stats;
    const char *rejects_path;
    struct staging staging;
    struct rejects rejects;
    struct output output;
    struct statistics statistics;
};

static enum options_outcome parse(struct stage *stage, int argc, char **argv, int *operand)
{
    const struct option_entry entries[] = {
        OPTION_BATCH(&stage->options.batch_rows),
        {0, "batch-bytes", OPTION_SIZE, "SIZE", &stage->options.batch_bytes,
         "bytes of input a batch at most (default 4M)", NULL, 1, (uint64_t)1 << 34},
        {0, "batch-seconds", OPTION_COUNT, "N", &stage->options.batch_seconds,
         "seconds a record waits for its commit at most (default 10)", NULL, 0, 86400},
        {0, "drain", OPTION_FLAG, NULL, &stage->drain,
         "print what is staged, for load --unstage to take it out", NULL, 0, 0},
        {0, "list", OPTION_FLAG, NULL, &stage->list, "print how much is staged and rejected", NULL,
         0, 0},
        OPTION_MAX_LINE(&stage->messages_options.max_line),
        OPTION_MAX_NESTING(&stage->messages_options.max_nesting),
        {0, "platform-id", OPTION_COUNT, "P", &stage->options.platform,
         "the number of the platform the records are of", NULL, 1, 32767},
        OPTION_REJECTS(&stage->rejects_path),
        {0, "repo-id", OPTION_COUNT, "N", &stage->options.repository,
         "the number of the repository the records are of", NULL, 1, (uint64_t)1 << 53},
        {0, "retries", OPTION_COUNT, "N", &stage->retries,
         "times to try again when the connection is lost (default 8)", NULL, 0, 1000},
        {0, "retry", OPTION_FLAG, NULL, &stage->retry,
         "move what could not be loaded back to staging", NULL, 0, 0},
        {0, "state-key", OPTION_TEXT, "KEY", &stage->options.state_key,
         "keep the STATE in the database, too, under KEY", NULL, 0, 0},
        OPTION_STATS(&stage->stats),
        OPTION_STREAM(&stage->messages_options.stream),
    };
    const struct tool tool = {.name = "stage",
                              .operands = "TARGET",
                              .summary = "records into PostgreSQL as they came, and out again",
                              .options = entries,
                              .option_count = sizeof entries / sizeof *entries};

    return options_parse(&tool, argc, argv, operand);
}

/* What can be said of the command line before anything is opened. */
static int check(const struct stage *stage, const char *target)
{
    const struct landing_options *options = &stage->options;
    bool lands = !stage->drain && !stage->list && !stage->retry;

    if (strncmp(target, "sqlite:", 7) == 0)
        return options_misuse("staging needs PostgreSQL; fetch | flatten --model | load "
                              "sqlite:FILE needs no staging");
    if (!pg_is_target(target))
        return options_misuse("%s: not a target (postgresql://... or a connection string such as "
                              "service=NAME)",
                              target);
    if (stage->drain + stage->list + stage->retry > 1)
        return options_misuse("--drain, --list and --retry are three things to do");
    if ((lands || stage->drain) && options->repository == 0)
        return options_misuse("--repo-id is missing");
    if (lands && options->platform == 0)
        return options_misuse("--platform-id is missing");
    if (options->state_key && *options->state_key == '\0')
        return options_misuse("--state-key: the key is empty");
    return STATUS_OK;
}

static enum status land(struct stage *stage)
{
    struct messages messages;
    enum status status;

    if (!rejects_open(&stage->rejects, stage->rejects_path))
        return STATUS_USAGE;
    messages_open(&messages, STDIN_FILENO, &stage->messages_options, &stage->rejects);
    status = landing_run(&stage->options, &stage->staging, &messages, &stage->rejects,
                         &stage->output, &stage->statistics.records_out);
    stage->statistics.records_in = messages.records;
    stage->statistics.bytes_in = messages.lines.bytes;
    stage->statistics.records_rejected = stage->rejects.count;
    messages_close(&messages);
    if (!rejects_close(&stage->rejects))
        status = status_worse(status, STATUS_INTERNAL);
    return status;
}

static enum status run(struct stage *stage)
{
    int64_t repository = (int64_t)stage->options.repository;
    uint64_t *count = &stage->statistics.records_out;

    if (stage->drain)
        return drain_run(repository, &stage->staging, &stage->output, count);
    if (stage->retry)
        return retry_run(repository, &stage->staging, count);
    if (stage->list)
        return list_run(repository, &stage->staging, &stage->output);
    return land(stage);
}

static enum status open_and_run(struct stage *stage, const char *target)
{
    enum status status = STATUS_REMOTE;

    output_open(&stage->output, STDOUT_FILENO);
    if (staging_open(&stage->staging, target, (unsigned)stage->retries))
        status = run(stage);
    staging_close(&stage->staging);
    if (!output_close(&stage->output) && status <= STATUS_REJECTED)
        status = (enum status)output_failure(&stage->output);
    stage->statistics.bytes_out = stage->output.bytes;
    if (stage->stats)
        statistics_print(&stage->statistics);
    return status;
}

int main(int argc, char **argv)
{
    struct stage stage = {
        .options = {.batch_rows = 50000, .batch_bytes = 4 << 20, .batch_seconds = 10},
        .retries = 8};
    enum options_outcome outcome;
    enum status status;
    char *target;
    int operand;

    outcome = parse(&stage, argc, argv, &operand);
    if (outcome != OPTIONS_RUN)
        return outcome == OPTIONS_SHOWN ? STATUS_OK : STATUS_USAGE;
    if (argc - operand != 1)
        return options_misuse(argc == operand ? "a target is missing" : "more than one target");
    /* everybody can read a process's arguments */
    target = memory_text(argv[operand], strlen(argv[operand]));
    pg_mask_password(argv[operand]);
    status = (enum status)check(&stage, argv[operand]);
    if (status == STATUS_OK) {
        signals_install();
        statistics_start(&stage.statistics);
        status = open_and_run(&stage, target);
    }
    free(target);
    return (int)status;
}
