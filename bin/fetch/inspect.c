/* What a run would ask, and what a subject is: without a run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "run_parts.h"

bool run_can_ask(const struct source *source, const char *base_url, const struct stream *stream,
                 const struct parameters *parameters, char **why)
{
    struct listings all = {.source = source, .base_url = base_url};
    struct buffer text = {0};
    struct listing list = {.all = &all, .stream = stream, .request = stream->request};
    bool good;

    list.scope.parameters = parameters;
    list.scope.base_url = base_url;
    position_start(&list.position, &stream->request->pagination, false);
    good = listing_describe(&list, &text, why);
    buffer_free(&text);
    return good;
}

static void print_children(const struct stream *stream, const struct selection *selection,
                           int depth)
{
    for (const struct stream *child = stream->first_child; child; child = child->next_sibling) {
        if (!selection->walked[child->number])
            continue;
        if (child->request)
            printf("%*sfor each of %s%s: %s\n", depth * 2, "", stream->name,
                   child->member ? " that does not bring them" : "",
                   child->request->path ? child->request->path : child->request->query_file);
        if (child->follow)
            printf("%*sfor each of %s with more %s than a page: %s\n", depth * 2, "", stream->name,
                   child->name,
                   child->follow->path ? child->follow->path : child->follow->query_file);
        print_children(child, selection, depth + 1);
    }
}

static void print_subject(const struct run *run, const struct subject *subject)
{
    for (size_t i = 0; i < subject->count; i++) {
        struct buffer text = {0};
        char *why = NULL;

        if (listing_describe(&subject->scans[i].list, &text, &why))
            printf("%.*s\n", SLICE_FORMAT(buffer_slice(&text)));
        else
            log_error("%s", why);
        free(why);
        buffer_free(&text);
        print_children(subject->scans[i].list.stream, &run->all.selection, 1);
    }
}

void run_print_requests(const struct run_options *options)
{
    struct run this;

    run_open(&this, options);
    do {
        run_open_subjects(&this);
        for (struct subject *subject = this.first; subject; subject = subject->next)
            print_subject(&this, subject);
        run_close(&this);
    } while (!this.no_more);
}

static void print_probe(struct run *run, const struct subject *subject, const char *status,
                        int http_status)
{
    const struct identity_seen *seen = &subject->identity;
    struct buffer *out = &run->options->output->buffer;

    buffer_append_text(out, "{\"source\":");
    json_append_string(out, slice_text(run->options->source->name));
    buffer_append_text(out, ",\"subject\":");
    json_append_string(out, slice_text(subject->name));
    buffer_format(out, ",\"status\":\"%s\",\"http_status\":%d,\"id\":", status, http_status);
    if (seen->id.length > 0)
        json_append_string(out, buffer_slice(&seen->id));
    else
        buffer_append_text(out, "null");
    buffer_append_text(out, ",\"name\":");
    if (seen->subject.length > 0)
        json_append_string(out, buffer_slice(&seen->subject));
    else
        buffer_append_text(out, "null");
    buffer_append_text(out, "}\n");
}

enum status run_probe(const struct run_options *options)
{
    struct run this;
    struct subject *subject;
    struct scan *scan;

    run_open(&this, options);
    memset(this.all.selection.walked, 0, options->source->stream_count);
    run_open_subjects(&this);
    subject = this.first;
    if (!subject)
        return STATUS_INTERNAL;
    run_open_scan(&this, subject, options->source->probe_stream, NULL, 0);
    scan = &subject->scans[0];
    scan_go_on(scan);
    while (!scan->list.done && client_work(options->client))
        ;
    if (scan->list.failure)
        log_error("%s: %s", subject->name, scan->list.failure);
    if (scan->list.failure || !scan->list.done)
        this.status = STATUS_REMOTE;
    else if (scan->list.gone)
        print_probe(&this, subject, meaning_names[scan->list.meaning], scan->list.http_status);
    else
        print_probe(&this, subject,
                    strcasecmp(buffer_text(&subject->identity.subject), subject->name) == 0
                        ? "ok"
                        : "renamed",
                    200);
    client_stop(options->client);
    run_close(&this);
    return this.status;
}
