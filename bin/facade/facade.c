/* facade: git history as records. See facade(1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "git_mirror.h"
#include "log.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "records.h"
#include "signals.h"
#include "state.h"
#include "statistics.h"

enum { DEFAULT_WINDOW = 4096 };

struct facade {
    const char *mirror, *state_file, *repository;
    uint64_t jobs, window;
    bool renames, print_statistics;
    struct output output;
    struct statistics statistics;
    struct doc *state;
    struct progress progress; /* of a transfer */
};

/* Where mirrors are kept when nobody says: NULL, after an error message, when there is no home. */
static char *default_mirror(void)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

    if (cache && cache[0] == '/')
        return memory_format("%s/leat/mirrors", cache);
    if (home && home[0] == '/')
        return memory_format("%s/.cache/leat/mirrors", home);
    log_error("no folder for mirrors: HOME is not set (give --mirror)");
    return NULL;
}

static void show_transfer(void *context, uint64_t objects, uint64_t total)
{
    struct facade *facade = context;

    facade->progress.total = total;
    progress_update(&facade->progress, objects);
}

/* The folder of a URL's mirror, brought up to date; NULL, after a message, with *status set. */
static char *update_mirror(struct facade *facade, const char *url, enum status *status)
{
    char *root = facade->mirror ? memory_format("%s", facade->mirror) : default_mirror();
    char *folder = NULL, *why;
    struct mirror_request request = {root, url, signals_stopped, show_transfer, facade};
    enum mirror_outcome outcome;

    *status = STATUS_INTERNAL;
    if (!root)
        return NULL;
    progress_start(&facade->progress, "objects", 0);
    outcome = mirror_update(&request, &why);
    progress_end(&facade->progress);
    if (outcome == MIRROR_READY) {
        folder = mirror_folder(root, url);
    } else {
        if (outcome != MIRROR_LOCAL_FAILED)
            *status = STATUS_REMOTE;
        log_error("%s", why);
    }
    free(why);
    free(root);
    return folder;
}

static enum status collect_one(struct facade *facade, struct collector *collector,
                               const char *operand)
{
    bool is_url = mirror_is_url(operand);
    char *folder, *name;
    enum status status = STATUS_OK;

    name = facade->repository ? memory_format("%s", facade->repository)
           : is_url           ? mirror_public_url(operand)
                              : memory_format("%s", operand);
    folder = is_url ? update_mirror(facade, operand, &status) : memory_format("%s", operand);
    if (folder)
        status = collect(collector, folder, name);
    free(folder);
    free(name);
    return status;
}

/* One repository that fails does not keep the others from being read; the worst status counts. */
static enum status collect_all(struct facade *facade, char **operands, int count)
{
    struct collector collector = {.output = &facade->output,
                                  .statistics = &facade->statistics,
                                  .state = facade->state,
                                  .window = facade->window,
                                  .renames = facade->renames};
    enum status status = STATUS_OK;

    collector.workers = workers_new((unsigned)facade->jobs);
    if (!collector.workers) {
        log_error("cannot start %llu threads", (unsigned long long)facade->jobs);
        return STATUS_INTERNAL;
    }
    records_append_schemas(&facade->output.buffer);
    /* what it starts from: then the end of a run that is cut off shows */
    state_append(&facade->output.buffer, facade->state);
    facade->statistics.records_out += SCHEMA_COUNT + 1;
    for (int i = 0; i < count && facade->output.error == 0; i++) {
        if (signals_stopped()) {
            status = status_worse(status, STATUS_REMOTE);
            break;
        }
        status = status_worse(status, collect_one(facade, &collector, operands[i]));
    }
    workers_free(collector.workers);
    return status;
}

static enum status finish(struct facade *facade, enum status status)
{
    if (!output_close(&facade->output))
        status = status_worse(status, (enum status)output_failure(&facade->output));
    facade->statistics.bytes_out = facade->output.bytes;
    if (facade->print_statistics)
        statistics_print(&facade->statistics);
    doc_free(facade->state);
    return status;
}

int main(int argc, char **argv)
{
    struct facade facade = {.jobs = 1, .window = DEFAULT_WINDOW};
    const struct option_entry options[] = {
        OPTION_JOBS(&facade.jobs),
        {0, "mirror", OPTION_TEXT, "DIR", &facade.mirror,
         "keep mirrors of URLs in DIR (default ~/.cache/leat/mirrors)", NULL, 0, 0},
        {0, "renames", OPTION_FLAG, NULL, &facade.renames,
         "pair deleted and added files as renames, as git log -M does", NULL, 0, 0},
        {0, "repository", OPTION_TEXT, "NAME", &facade.repository,
         "call the repository NAME in records and STATE", NULL, 0, 0},
        OPTION_STATE(&facade.state_file),
        OPTION_STATS(&facade.print_statistics),
        {0, "window", OPTION_COUNT, "COMMITS", &facade.window,
         "hold at most so many commits at a time (default 4096)", NULL, 1, 1 << 20},
    };
    const struct tool tool = {"facade", "PATH|URL...", "git history as records", options,
                              sizeof options / sizeof *options};
    int operand;
    enum options_outcome outcome = options_parse(&tool, argc, argv, &operand);

    if (outcome != OPTIONS_RUN)
        return outcome == OPTIONS_SHOWN ? STATUS_OK : STATUS_USAGE;
    if (operand == argc)
        return options_misuse("no repository given");
    if (facade.repository && argc - operand > 1)
        return options_misuse("--repository names one repository, and %d are given",
                              argc - operand);
    signals_install();
    facade.state = facade.state_file ? state_read_file(facade.state_file) : doc_object();
    if (!facade.state)
        return STATUS_INPUT;
    statistics_start(&facade.statistics);
    output_open(&facade.output, 1);
    return (int)finish(&facade, collect_all(&facade, argv + operand, argc - operand));
}
