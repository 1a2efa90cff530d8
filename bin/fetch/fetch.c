/* fetch: records from any JSON API. See fetch(1) and leat-source(5). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "client.h"
#include "hash.h"
#include "http.h"
#include "log.h"
#include "memory.h"
#include "moment.h"
#include "options.h"
#include "run.h"
#include "signals.h"
#include "state.h"

struct fetch {
    const char *archive, *budget, *cache, *parameters, *rejects, *replay, *since, *state;
    const char *token_command, *token_file, *url;
    bool discover, dry_run, full_refresh, insecure_http, list, no_cache, probe, print_statistics;
    uint64_t attempts, back_off, jobs, max_body, max_wait, timeout;
    struct source *source;
    char *base_url, *default_budget, *default_cache;
    struct tokens tokens;
    struct output output;
    struct rejects reject;
    struct statistics statistics;
    struct lines lines;
    struct run_options run;
};

/* ~/.cache/leat/NAME or what the XDG variable says; NULL when there is no home. */
static char *home_folder(const char *variable, const char *below, const char *name)
{
    const char *base = getenv(variable), *home = getenv("HOME");

    if (base && base[0] == '/')
        return memory_format("%s/leat/%s", base, name);
    if (home && home[0] == '/')
        return memory_format("%s/%s/leat/%s", home, below, name);
    return NULL;
}

/* Prints an error and frees it. */
static enum status complain(char *error, enum status status)
{
    log_error("%s", error);
    free(error);
    return status;
}

/* "http://ann:secret@host": what stands before the host could be a password. */
static bool has_user(const char *url)
{
    const char *host = strstr(url, "//");

    host = host ? host + 2 : url;
    return memchr(host, '@', strcspn(host, "/?#")) != NULL;
}

static bool set_base_url(struct fetch *fetch)
{
    const char *url = fetch->url ? fetch->url : fetch->source->base_url;
    size_t length = strlen(url);
    char *authority;

    if (has_user(url)) {
        log_error("the URL to ask has a user name in it, which is not sent (see --token-file)");
        return false;
    }
    authority = http_authority(url);
    if (!authority) {
        log_error("--url: '%s' is no http or https URL", url);
        return false;
    }
    free(authority);
    while (length > 0 && url[length - 1] == '/')
        length--;
    fetch->base_url = memory_text(url, length);
    if (http_is_https(url) || http_is_loopback(url) || fetch->insecure_http)
        return true;
    log_error("%s: not asked without TLS: tokens and answers could be read by others (use https, "
              "or --insecure-http)",
              fetch->base_url);
    return false;
}

static bool read_tokens(struct fetch *fetch)
{
    char *error = NULL;
    bool good = true;

    if (fetch->token_file)
        good = tokens_from_file(&fetch->tokens, fetch->token_file, &error);
    if (good && fetch->token_command)
        good = tokens_from_command(&fetch->tokens, fetch->token_command, &error);
    for (size_t i = 0; good && !fetch->token_file && !fetch->token_command &&
                       i < fetch->source->token_environment.count;
         i++)
        good = tokens_from_environment(&fetch->tokens, fetch->source->token_environment.items[i],
                                       &error);
    if (!good) {
        complain(error, STATUS_INPUT);
        return false;
    }
    if (fetch->tokens.count == 0 && fetch->source->token_required) {
        log_error("%s answers nothing without a token (set %s, or see --token-file)",
                  fetch->source->name,
                  fetch->source->token_environment.count ? fetch->source->token_environment.items[0]
                                                         : "one by --token-command");
        return false;
    }
    return true;
}

/* -- operands: SUBJECT, NAME=VALUE, STREAM --------------------------------------------- */

static void want(struct fetch *fetch, const struct stream *stream)
{
    fetch->run.selection.wanted[stream->number] = true;
    for (; stream; stream = stream->parent)
        fetch->run.selection.walked[stream->number] = true;
}

static int take_operand(struct fetch *fetch, const char *operand, bool *named)
{
    struct stream *stream = source_stream(fetch->source, operand);
    const char *equals = strchr(operand, '=');

    if (stream && stream->unavailable)
        return options_misuse("%s cannot give '%s': %s", fetch->source->name, operand,
                              stream->unavailable);
    if (stream && !stream->hidden) {
        want(fetch, stream);
        *named = true;
    } else if (equals && equals != operand) {
        parameters_set(&fetch->run.parameters, slice_of(operand, (size_t)(equals - operand)),
                       slice_text(equals + 1));
    } else if (!fetch->run.subject &&
               source_subject(fetch->source, operand, &fetch->run.parameters)) {
        fetch->run.subject = operand;
    } else {
        return options_misuse("'%s' is no stream of %s (see leat fetch %s --list)", operand,
                              fetch->source->name, fetch->source->name);
    }
    return STATUS_OK;
}

static const struct stream *root_of(const struct stream *stream)
{
    while (stream->parent)
        stream = stream->parent;
    return stream;
}

/* Without named streams: all that are given by default and can be asked with what is known. */
static void want_defaults(struct fetch *fetch)
{
    for (size_t i = 0; i < fetch->source->stream_count; i++) {
        const struct stream *stream = &fetch->source->streams[i];
        char *why = NULL;

        if (!stream->is_default || stream->hidden || stream->unavailable)
            continue;
        if (run_can_ask(fetch->source, fetch->base_url, root_of(stream), &fetch->run.parameters,
                        &why))
            want(fetch, stream);
        free(why);
    }
}

/* Whether all that is wanted can be asked, as far as the parameters of the run tell. */
static int check_wanted(struct fetch *fetch)
{
    bool any = false;

    for (size_t i = 0; i < fetch->source->stream_count; i++) {
        const struct stream *stream = &fetch->source->streams[i];
        char *why = NULL;

        if (!fetch->run.selection.walked[i])
            continue;
        any = true;
        if (stream->parent || fetch->parameters ||
            run_can_ask(fetch->source, fetch->base_url, stream, &fetch->run.parameters, &why))
            continue;
        options_misuse("%s: %s", stream->name, why);
        free(why);
        return STATUS_USAGE;
    }
    if (!any && !fetch->probe)
        return options_misuse("nothing to fetch with these parameters (see leat fetch %s --list)",
                              fetch->source->name);
    return STATUS_OK;
}

static int take_operands(struct fetch *fetch, char **operands, int count)
{
    bool named = false;
    int status = STATUS_OK;

    fetch->run.selection.wanted = memory_new(fetch->source->stream_count + 1, sizeof(bool));
    fetch->run.selection.walked = memory_new(fetch->source->stream_count + 1, sizeof(bool));
    for (int i = 0; i < count && status == STATUS_OK; i++)
        status = take_operand(fetch, operands[i], &named);
    if (status != STATUS_OK)
        return status;
    if (fetch->probe && (!fetch->source->probe_stream || !fetch->run.subject || named))
        return options_misuse(fetch->source->probe_stream
                                  ? "--probe asks for a subject, and for no stream"
                                  : "the source describes no probe");
    if (!named && fetch->parameters)
        return options_misuse("--parameters needs the streams by name");
    if (!named && !fetch->probe)
        want_defaults(fetch);
    return check_wanted(fetch);
}

/* -- setting up ------------------------------------------------------------------------ */

static bool set_since(struct fetch *fetch)
{
    int64_t duration;

    fetch->run.scan.has_since = fetch->since != NULL;
    if (!fetch->since || moment_parse(slice_text(fetch->since), &fetch->run.scan.since))
        return true;
    if (moment_parse_duration(fetch->since, &duration)) {
        fetch->run.scan.since = moment_now() - duration;
        return true;
    }
    options_misuse("--since: '%s' is neither a date (2026-01-31, RFC 3339) nor a duration (30d)",
                   fetch->since);
    return false;
}

/* The cache belongs to the bookmarks: a folder for each state file. */
static void set_cache(struct fetch *fetch)
{
    char name[HASH_UUID_LENGTH + 1];
    char *path = fetch->state ? realpath(fetch->state, NULL) : NULL;
    char *base = fetch->cache ? memory_format("%s", fetch->cache)
                              : home_folder("XDG_CACHE_HOME", ".cache", "fetch");

    if (!path && fetch->state && fetch->state[0] == '/')
        path = memory_format("%s", fetch->state);
    if (!path && fetch->state) {
        char *here = getcwd(NULL, 0);

        path = memory_format("%s/%s", here ? here : "", fetch->state);
        free(here);
    }
    if (base && path && !fetch->no_cache && !fetch->replay) {
        hash_uuid(hash_128(slice_text(path), 0), name);
        name[HASH_UUID_LENGTH] = '\0';
        fetch->default_cache = memory_format("%s/%s", base, name);
    }
    fetch->run.scan.cache = fetch->default_cache;
    free(path);
    free(base);
}

static bool open_archives(struct fetch *fetch, struct client_options *client)
{
    char *error = NULL;

    if (fetch->archive)
        client->archive = archive_create(fetch->archive, &error);
    if (!error && fetch->replay)
        client->replay = archive_open(fetch->replay, &error);
    if (!error)
        return true;
    complain(error, STATUS_INPUT);
    return false;
}

static bool open_client(struct fetch *fetch, struct client_options *client)
{
    char *error = NULL;

    if (!fetch->budget)
        fetch->default_budget = home_folder("XDG_STATE_HOME", ".local/state", "budget");
    *client =
        (struct client_options){.source = fetch->source,
                                .base_url = fetch->base_url,
                                .tokens = &fetch->tokens,
                                .jobs = (unsigned)fetch->jobs,
                                .attempts = (unsigned)fetch->attempts,
                                .back_off = (int64_t)fetch->back_off,
                                .longest_wait = (int64_t)fetch->max_wait * 1000,
                                .max_body = fetch->max_body,
                                .timeout = (unsigned)fetch->timeout * 1000,
                                .budget = fetch->budget ? fetch->budget : fetch->default_budget};
    if (!client->budget) {
        log_error("no place for the budget book: HOME is not set (give --budget)");
        return false;
    }
    if (!open_archives(fetch, client))
        return false;
    fetch->run.client = client_open(client, &error);
    if (fetch->run.client)
        return true;
    complain(error, STATUS_INTERNAL);
    return false;
}

static bool open_parameters(struct fetch *fetch)
{
    int fd =
        strcmp(fetch->parameters, "-") == 0 ? 0 : open(fetch->parameters, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        log_error("%s: %s", fetch->parameters, strerror(errno));
        return false;
    }
    lines_open(&fetch->lines, fd, 1 << 20);
    fetch->run.each = &fetch->lines;
    return true;
}

static void print_statistics(struct fetch *fetch)
{
    const struct client_counts *counts = client_counts(fetch->run.client);

    fetch->statistics.bytes_in = counts->bytes;
    fetch->statistics.bytes_out = fetch->output.bytes;
    fetch->statistics.records_rejected = fetch->reject.count;
    log_detail("%llu records by %llu requests (%llu unchanged, %llu tried again, %llu refused for "
               "their rate, %llu answered from the disk)",
               (unsigned long long)fetch->statistics.records_out,
               (unsigned long long)counts->requests, (unsigned long long)counts->unchanged,
               (unsigned long long)counts->retries, (unsigned long long)counts->refused,
               (unsigned long long)counts->stored);
    if (fetch->print_statistics)
        statistics_print(&fetch->statistics);
}

/* What a run needs, whether it asks or only says what it would. */
static enum status prepare(struct fetch *fetch)
{
    struct run_options *run = &fetch->run;

    run->source = fetch->source;
    run->base_url = fetch->base_url;
    run->output = &fetch->output;
    run->rejects = &fetch->reject;
    run->statistics = &fetch->statistics;
    run->jobs = (unsigned)fetch->jobs;
    run->scan.full_refresh = fetch->full_refresh;
    run->scan.keeps_state = fetch->state != NULL && !fetch->full_refresh;
    run->state = fetch->state ? state_read_file(fetch->state) : doc_object();
    if (!run->state || (fetch->parameters && !open_parameters(fetch)))
        return STATUS_INPUT;
    return rejects_open(&fetch->reject, fetch->rejects) ? STATUS_OK : STATUS_USAGE;
}

static enum status close_rejects(struct fetch *fetch, enum status status)
{
    if (!rejects_close(&fetch->reject))
        status = status_worse(status, STATUS_INTERNAL);
    return fetch->reject.count > 0 ? status_worse(status, STATUS_REJECTED) : status;
}

static enum status work(struct fetch *fetch)
{
    enum status status;

    statistics_start(&fetch->statistics);
    output_open(&fetch->output, 1);
    status = fetch->probe ? run_probe(&fetch->run) : run(&fetch->run);
    if (!output_close(&fetch->output))
        status = status_worse(status, (enum status)output_failure(&fetch->output));
    print_statistics(fetch);
    return close_rejects(fetch, status);
}

static enum status set_up_and_work(struct fetch *fetch)
{
    struct client_options client = {0};
    enum status status = STATUS_INPUT;

    if (!fetch->replay && !read_tokens(fetch))
        return STATUS_INPUT;
    set_cache(fetch);
    if (open_client(fetch, &client)) {
        status = work(fetch);
        client_close(fetch->run.client);
    }
    archive_free(client.archive);
    archive_free(client.replay);
    return status;
}

static enum status fetch_source(struct fetch *fetch, char **operands, int count)
{
    int status;

    if (fetch->list || fetch->discover) {
        if (fetch->discover)
            catalog_print(fetch->source);
        else
            catalog_list(fetch->source);
        return STATUS_OK;
    }
    if (!set_base_url(fetch) || !set_since(fetch))
        return STATUS_USAGE;
    status = take_operands(fetch, operands, count);
    if (status != STATUS_OK)
        return (enum status)status;
    status = (int)prepare(fetch);
    if (status != STATUS_OK)
        return (enum status)status;
    if (!fetch->dry_run)
        return set_up_and_work(fetch);
    run_print_requests(&fetch->run);
    return close_rejects(fetch, STATUS_OK);
}

static void close_fetch(struct fetch *fetch)
{
    if (fetch->run.each)
        lines_close(&fetch->lines);
    free(fetch->run.selection.wanted);
    free(fetch->run.selection.walked);
    parameters_free(&fetch->run.parameters);
    doc_free(fetch->run.state);
    tokens_free(&fetch->tokens);
    free(fetch->base_url);
    free(fetch->default_budget);
    free(fetch->default_cache);
    source_free(fetch->source);
}

int main(int argc, char **argv)
{
    struct fetch fetch = {.jobs = 4,
                          .attempts = 6,
                          .back_off = 1000,
                          .max_body = 256 << 20,
                          .max_wait = 4000,
                          .timeout = 60};
    const struct option_entry options[] = {
        {0, "archive", OPTION_TEXT, "DIR", &fetch.archive, "keep every response in DIR", NULL, 0,
         0},
        {0, "attempts", OPTION_COUNT, "N", &fetch.attempts,
         "ask for the same thing at most N times (default 6)", NULL, 1, 100},
        {0, "back-off", OPTION_COUNT, "MS", &fetch.back_off,
         "wait before the second attempt, doubled each time (default 1000)", NULL, 1, 600000},
        {0, "budget", OPTION_TEXT, "FILE", &fetch.budget,
         "share rate limits by FILE (default ~/.local/state/leat/budget)", NULL, 0, 0},
        {0, "cache", OPTION_TEXT, "DIR", &fetch.cache,
         "keep responses in DIR (default ~/.cache/leat/fetch; only with --state)", NULL, 0, 0},
        {0, "discover", OPTION_FLAG, NULL, &fetch.discover, "print a Singer catalog", NULL, 0, 0},
        {0, "dry-run", OPTION_FLAG, NULL, &fetch.dry_run, "print the requests that would be made",
         NULL, 0, 0},
        {0, "full-refresh", OPTION_FLAG, NULL, &fetch.full_refresh,
         "fetch everything again, whatever the STATE says", NULL, 0, 0},
        {0, "insecure-http", OPTION_FLAG, NULL, &fetch.insecure_http,
         "speak http to hosts other than this one", NULL, 0, 0},
        OPTION_JOBS(&fetch.jobs),
        {0, "list", OPTION_FLAG, NULL, &fetch.list,
         "list the streams, or without SOURCE the sources", NULL, 0, 0},
        {0, "max-body", OPTION_SIZE, "BYTES", &fetch.max_body,
         "refuse larger answers (default 256M)", NULL, 1024, (uint64_t)1 << 36},
        {0, "max-wait", OPTION_COUNT, "SECONDS", &fetch.max_wait,
         "give up if a rate limit asks for more (default 4000)", NULL, 0, 1 << 30},
        {0, "no-cache", OPTION_FLAG, NULL, &fetch.no_cache, "keep no responses", NULL, 0, 0},
        {0, "parameters", OPTION_TEXT, "FILE", &fetch.parameters,
         "fetch once for each line of FILE, an object of parameters", NULL, 0, 0},
        {0, "probe", OPTION_FLAG, NULL, &fetch.probe,
         "ask only whether the subject exists and what it is called", NULL, 0, 0},
        OPTION_REJECTS(&fetch.rejects),
        {0, "replay", OPTION_TEXT, "DIR", &fetch.replay, "answer from an archive, without network",
         NULL, 0, 0},
        {0, "since", OPTION_TEXT, "DATE", &fetch.since,
         "where the STATE says nothing, begin at DATE (or 30d ago)", NULL, 0, 0},
        OPTION_STATE(&fetch.state),
        OPTION_STATS(&fetch.print_statistics),
        {0, "timeout", OPTION_COUNT, "SECONDS", &fetch.timeout,
         "give up on an answer that is silent for so long (default 60)", NULL, 1, 86400},
        {0, "token-command", OPTION_TEXT, "COMMAND", &fetch.token_command,
         "run COMMAND for tokens, one a line", NULL, 0, 0},
        {0, "token-file", OPTION_TEXT, "FILE", &fetch.token_file,
         "read tokens from FILE (mode 0600), one a line", NULL, 0, 0},
        {0, "url", OPTION_TEXT, "URL", &fetch.url, "ask URL instead of the source's own", NULL, 0,
         0},
    };
    const struct tool tool = {"fetch", "SOURCE [SUBJECT] [NAME=VALUE...] [STREAM...]",
                              "records from any JSON API", options,
                              sizeof options / sizeof *options};
    int operand;
    char *error = NULL;
    enum options_outcome outcome = options_parse(&tool, argc, argv, &operand);
    enum status status;

    if (outcome != OPTIONS_RUN)
        return outcome == OPTIONS_SHOWN ? STATUS_OK : STATUS_USAGE;
    if (operand == argc && fetch.list)
        return catalog_list_sources();
    if (operand == argc)
        return options_misuse("no source given (leat fetch --list shows them)");
    if (fetch.archive && fetch.replay)
        return options_misuse("--archive and --replay exclude each other");
    signals_install();
    fetch.source = source_read(argv[operand], &error);
    if (!fetch.source)
        return complain(error, STATUS_INPUT);
    status = fetch_source(&fetch, argv + operand + 1, argc - operand - 1);
    close_fetch(&fetch);
    return (int)status;
}
