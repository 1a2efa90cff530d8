#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "memory.h"
#include "messages_out.h"
#include "moment.h"
#include "run_parts.h"
#include "signals.h"
#include "state.h"
#include "view.h"

enum {
    PAGES_AHEAD = 3,        /* of the stream that is being given out */
    BYTES_AHEAD = 64 << 20, /* of all others together */
    SUBJECTS_AT_ONCE = 100, /* times --jobs: as many queries as fit in one request */
    STATE_SHARE = 4,        /* a STATE for so many times its own size in records */
    MOST_IDLE_ROUNDS = 3,
    RESUMED_WITHIN = 3600000 /* milliseconds */
};

/* -- subjects -------------------------------------------------------------------------- */

static size_t count_roots(const struct run *run)
{
    const struct source *source = run->options->source;
    size_t count = 0;

    for (size_t i = 0; i < source->stream_count; i++)
        count += !source->streams[i].parent && run->all.selection.walked[i];
    return count;
}

static const struct doc *bookmarks_of(const struct run *run, const struct subject *subject)
{
    const struct doc *all = doc_get(run->options->state, "bookmarks");

    return doc_get(doc_get(all, run->options->source->name), subject->name);
}

/* When the run began that did not get to the end of this subject, if that was not long ago: what
 * it has done need not be done again. 0 otherwise. Notes that this one has begun. */
static int64_t begin_unfinished(struct run *run, const char *name)
{
    const struct source *source = run->options->source;
    struct doc *all;
    struct buffer text = {0};
    const char *before;
    int64_t began, now = moment_now() / 1000 * 1000;

    if (!run->options->scan.keeps_state)
        return 0;
    all = state_object(state_object(run->options->state, "unfinished"), source->name);
    before = doc_string(doc_get(all, name));
    if (before && moment_parse(slice_text(before), &began) && began <= now &&
        now - began <= RESUMED_WITHIN)
        return began;
    moment_append(&text, now);
    doc_set(all, name, doc_text(buffer_text(&text)));
    buffer_free(&text);
    return 0;
}

static void end_unfinished(struct run *run, const struct subject *subject)
{
    struct doc *all = doc_get(run->options->state, "unfinished");
    struct doc *ours = doc_get(all, run->options->source->name);

    if (subject->failed || !ours)
        return;
    doc_remove(ours, subject->name);
    if (!doc_first(ours))
        doc_remove(all, run->options->source->name);
    if (!doc_first(all))
        doc_remove(run->options->state, "unfinished");
    run->state_due = true;
}

static uint64_t priority_of(uint64_t subject, size_t stream)
{
    return subject << 40 | (uint64_t)stream << 24;
}

void run_open_scan(struct run *run, struct subject *subject, const struct stream *stream,
                   const struct doc *bookmarks, uint64_t serial)
{
    struct scan *scan = &subject->scans[subject->count++];

    scan_open(scan, &run->all, stream, &subject->parameters, subject->name, bookmarks,
              &subject->scan);
    scan->list.identity = &subject->identity;
    scan->list.priority = priority_of(serial, stream->number);
}

/* Begins a subject; takes the name and the parameters. */
static void open_subject(struct run *run, char *name, struct parameters parameters)
{
    static uint64_t serial;
    const struct source *source = run->options->source;
    struct subject *subject = memory_new(1, sizeof *subject);
    const struct doc *bookmarks;

    subject->name = name;
    subject->parameters = parameters;
    subject->scans = memory_new(count_roots(run) + 1, sizeof *subject->scans);
    subject->scan = run->options->scan;
    subject->scan.unfinished = begin_unfinished(run, name);
    bookmarks = bookmarks_of(run, subject);
    for (size_t i = 0; i < source->stream_count; i++) {
        if (!source->streams[i].parent && run->all.selection.walked[i])
            run_open_scan(run, subject, &source->streams[i], bookmarks, serial);
    }
    serial++;
    if (run->last)
        run->last->next = subject;
    else
        run->first = subject;
    run->last = subject;
    run->active++;
}

static void free_subject(struct subject *subject)
{
    for (size_t i = 0; i < subject->count; i++)
        scan_free(&subject->scans[i]);
    free(subject->scans);
    parameters_free(&subject->parameters);
    buffer_free(&subject->identity.subject);
    buffer_free(&subject->identity.id);
    free(subject->name);
    free(subject);
}

/* A subject as an operand would have named it, if what is said is just what one has. */
static bool append_as_operand(const struct source *source, const struct parameters *said,
                              struct buffer *name)
{
    for (size_t i = 0; i < source->subjects.count; i++) {
        struct scope scope = {.parameters = said};
        struct parameters back = {0};
        bool same;

        name->length = 0;
        same = source_expand_subject(source->subjects.items[i], &scope, name) &&
               source_subject(source, buffer_text(name), &back) && back.count == said->count;
        parameters_free(&back);
        if (same)
            return true;
    }
    name->length = 0;
    return false;
}

/* "chaoss/augur", or "login=ann,org=acme": what a subject given by parameters is called. */
static char *name_of_parameters(const struct source *source, const struct parameters *said)
{
    struct buffer name = {0};

    if (!append_as_operand(source, said, &name)) {
        for (size_t i = 0; i < said->count; i++)
            buffer_format(&name, "%s%s=%s", i ? "," : "", said->names[i], said->values[i]);
    }
    return buffer_text(&name);
}

/* The parameters that one line says: an object of scalars. */
static bool take_line(struct slice line, struct parameters *said)
{
    struct json json = {.end = line.data + line.length, .max_nesting = JSON_DEFAULT_NESTING};
    struct view_member member;
    const char *at = NULL;

    if (!json_valid(&json, line) || view_kind(line) != JSON_OBJECT)
        return false;
    while (view_next_member(line, &at, &member)) {
        struct buffer text = {0};

        if (view_kind(member.value) == JSON_OBJECT || view_kind(member.value) == JSON_ARRAY)
            return false;
        if (!view_is_null(member.value)) {
            view_append_text(&text, member.value);
            parameters_set(said, member.name, buffer_slice(&text));
        }
        buffer_free(&text);
    }
    return said->count > 0;
}

static void open_next_line(struct run *run)
{
    struct parameters said = {0}, all = {0};
    struct slice line;
    enum lines_result result = lines_next(run->options->each, &line);
    struct reject reject = {.line = run->options->each->number,
                            .reason = "not an object of parameters",
                            .original = line,
                            .length = line.length};

    if (result == LINES_LINE && take_line(line, &said)) {
        parameters_copy(&all, &run->options->parameters);
        parameters_copy(&all, &said);
        open_subject(run, name_of_parameters(run->options->source, &said), all);
    } else if (result == LINES_LINE || result == LINES_TOO_LONG) {
        reject.length = result == LINES_LINE ? line.length : run->options->each->long_length;
        rejects_add(run->options->rejects, &reject);
    } else {
        run->no_more = true;
        if (result == LINES_ERROR)
            log_error("cannot read the parameters: %s", strerror(run->options->each->error));
        if (result == LINES_ERROR)
            run->status = status_worse(run->status, STATUS_INPUT);
    }
    parameters_free(&said);
}

void run_open_subjects(struct run *run)
{
    struct parameters all = {0};

    if (!run->options->each && !run->no_more) {
        run->no_more = true;
        parameters_copy(&all, &run->options->parameters);
        open_subject(run,
                     run->options->subject ? memory_format("%s", run->options->subject)
                                           : name_of_parameters(run->options->source, &all),
                     all);
    }
    while (!run->no_more && !signals_stopped() &&
           run->active < SUBJECTS_AT_ONCE * (size_t)run->options->jobs)
        open_next_line(run);
}

/* -- asking ---------------------------------------------------------------------------- */

static void ask_scan(struct run *run, struct scan *scan, bool is_head)
{
    if (scan->over || scan->skipped ||
        (is_head ? scan->list.page_count >= PAGES_AHEAD : run->all.held >= BYTES_AHEAD))
        return;
    scan_go_on(scan);
}

static void ask_all(struct run *run)
{
    for (struct subject *subject = run->first; subject; subject = subject->next) {
        for (size_t i = subject->current; i < subject->count; i++)
            ask_scan(run, &subject->scans[i], subject == run->first && i == subject->current);
    }
}

/* -- giving out ------------------------------------------------------------------------ */

static void give_state(struct run *run)
{
    struct buffer *out = &run->options->output->buffer;
    size_t before = out->length;

    state_append(out, run->options->state);
    run->state_size = out->length - before;
    run->since_state = 0;
    run->state_due = false;
    output_line_end(run->options->output);
}

static void note_bookmarks(struct run *run, const struct subject *subject, const struct scan *scan)
{
    struct doc *all = state_object(run->options->state, "bookmarks");

    if (scan->list.stream == run->options->source->probe_stream)
        return;
    scan_write_bookmarks(
        scan, state_object(state_object(all, run->options->source->name), subject->name));
    run->state_due = true;
    if (run->since_state >= STATE_SHARE * run->state_size)
        give_state(run);
}

static void give_pages(struct run *run, struct subject *subject, struct scan *scan)
{
    struct output *output = run->options->output;

    while (listing_page_ready(&scan->list)) {
        size_t before = output->buffer.length;

        scan_give_page(scan, &output->buffer);
        run->since_state += output->buffer.length - before;
        note_bookmarks(run, subject, scan);
        output_line_end(output);
        progress_update(&run->progress, run->all.records);
    }
}

static void end_scan(struct run *run, struct subject *subject, struct scan *scan)
{
    scan->over = true;
    if (scan->skipped)
        return;
    if (scan->list.failure) {
        log_error("%s%s%s: %s", subject->name, subject->name[0] ? ": " : "",
                  scan->list.stream->name, scan->list.failure);
        subject->failed = true;
        run->status = status_worse(run->status, STATUS_REMOTE);
    } else if (scan->given.position.ended) {
        scan_end(scan);
        if (scan->was_gone && !scan->list.gone)
            append_status(run->options->source, subject->name, scan->list.stream->name, "ok", 200,
                          &run->options->output->buffer);
    }
    note_bookmarks(run, subject, scan);
}

/* Whether the scan has given all it will ever give. */
static bool is_over(const struct scan *scan)
{
    if (scan->skipped)
        return true;
    return scan->list.failure ? !listing_page_ready(&scan->list)
                              : scan->list.done && !scan->list.first;
}

/* What the subject is called now, where that is not what was asked for. */
static void give_rename(struct run *run, struct subject *subject)
{
    struct identity_seen *seen = &subject->identity;

    if (seen->subject.length == 0 || strchr(subject->name, '=') ||
        strcasecmp(buffer_text(&seen->subject), subject->name) == 0)
        return;
    append_rename(run->options->source, subject->name, buffer_slice(&seen->subject),
                  buffer_slice(&seen->id), &run->options->output->buffer);
    run->state_due = true;
    log_note("%s is called %s now", subject->name, buffer_text(&seen->subject));
}

/* A redirect told that the subject has moved, but no record to what name: asks for it. True
 * when there is something to wait for. */
static bool probe_moved(struct run *run, struct subject *subject)
{
    const struct stream *probe = run->options->source->probe_stream;

    if (!subject->identity.moved || subject->identity.subject.length > 0 || subject->probing ||
        !probe)
        return false;
    subject->probing = true;
    run_open_scan(run, subject, probe, NULL, 0);
    return true;
}

/* Gives out what is ready, in order; drops the subjects that are over. */
static void give_all(struct run *run)
{
    while (run->first) {
        struct subject *subject = run->first;

        while (subject->current < subject->count) {
            struct scan *scan = &subject->scans[subject->current];

            give_pages(run, subject, scan);
            if (!is_over(scan))
                return;
            end_scan(run, subject, scan);
            subject->current++;
        }
        if (probe_moved(run, subject))
            return;
        give_rename(run, subject);
        end_unfinished(run, subject);
        run->first = subject->next;
        if (!run->first)
            run->last = NULL;
        run->active--;
        if (subject->failed) {
            subject->next = run->over;
            run->over = subject;
        } else {
            free_subject(subject);
        }
    }
}

static void say_waiting(struct run *run)
{
    const char *waiting = client_waiting(run->options->client);

    if (waiting[0] && !run->waiting[0])
        log_note("%s", waiting);
    snprintf(run->waiting, sizeof run->waiting, "%s", waiting);
}

void run_open(struct run *run, const struct run_options *options)
{
    *run = (struct run){.options = options};
    run->all = (struct listings){.source = options->source,
                                 .client = options->client,
                                 .base_url = options->base_url,
                                 .selection = options->selection,
                                 .rejects = options->rejects};
}

static void give_schemas(const struct run *run)
{
    const struct source *source = run->options->source;

    for (size_t i = 0; i < source->stream_count; i++) {
        if (run->all.selection.wanted[i] && !source->streams[i].hidden)
            append_schema(source, &source->streams[i], &run->all.selection,
                          &run->options->output->buffer);
    }
    append_notice_schemas(&run->options->output->buffer);
}

void run_close(struct run *run)
{
    while (run->first || run->over) {
        struct subject **list = run->first ? &run->first : &run->over;
        struct subject *subject = *list;

        *list = subject->next;
        free_subject(subject);
    }
    run->last = NULL;
    run->active = 0;
}

enum status run(const struct run_options *options)
{
    struct run this;
    unsigned idle = 0;

    run_open(&this, options);
    progress_start(&this.progress, "records", 0);
    give_schemas(&this);
    give_state(&this); /* what it starts from: then the end of a run that is cut off shows */
    for (;;) {
        give_all(&this);
        run_open_subjects(&this);
        if (options->output->error || (!this.first && this.no_more))
            break;
        ask_all(&this);
        if (client_is_idle(options->client))
            output_flush(options->output);
        if (client_work(options->client)) {
            say_waiting(&this);
            idle = 0;
        } else if (signals_stopped()) {
            this.status = status_worse(this.status, STATUS_REMOTE);
            break;
        } else if (++idle > MOST_IDLE_ROUNDS) {
            log_error("internal error: nothing to wait for, and streams are not at their end");
            this.status = STATUS_INTERNAL;
            break;
        }
    }
    if (this.state_due || this.since_state > 0)
        give_state(&this);
    progress_end(&this.progress);
    options->statistics->records_out = this.all.records;
    client_stop(options->client);
    run_close(&this);
    return this.status;
}
