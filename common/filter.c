#include "filter.h"

#include <inttypes.h>
#include <unistd.h>

#include "log.h"
#include "signals.h"

static void flush_output(void *output)
{
    output_flush(output);
}

bool filter_open(struct filter *filter, const struct filter_options *options)
{
    *filter = (struct filter){.print_statistics = options->statistics};
    signals_install();
    if (!rejects_open(&filter->rejects, options->rejects))
        return false;
    statistics_start(&filter->statistics);
    messages_open(&filter->messages, STDIN_FILENO, &options->input, &filter->rejects);
    output_open(&filter->output, STDOUT_FILENO);
    filter->messages.lines.idle = flush_output;
    filter->messages.lines.idle_context = &filter->output;
    progress_start(&filter->progress, "records", 0);
    return true;
}

enum status filter_run(struct filter *filter,
                       void (*take)(void *context, const struct message *message), void *context)
{
    const struct message *message;

    do {
        message = messages_next(&filter->messages);
        if (message->kind >= MESSAGE_END)
            break;
        take(context, message);
        progress_update(&filter->progress, filter->messages.records);
    } while (output_line_end(&filter->output));
    progress_end(&filter->progress);
    if (filter->output.error != 0)
        return STATUS_INTERNAL;
    if (message->kind == MESSAGE_STOPPED)
        return STATUS_REMOTE;
    if (message->kind != MESSAGE_END)
        return STATUS_INPUT;
    return filter->rejects.count > 0 ? STATUS_REJECTED : STATUS_OK;
}

enum status filter_close(struct filter *filter, enum status status)
{
    progress_end(&filter->progress);
    if (!output_close(&filter->output))
        status = output_failure(&filter->output);
    if (!rejects_close(&filter->rejects))
        status = STATUS_INTERNAL;
    filter->statistics.records_in = filter->messages.records;
    filter->statistics.records_rejected = filter->rejects.count;
    filter->statistics.bytes_in = filter->messages.lines.bytes;
    filter->statistics.bytes_out = filter->output.bytes;
    log_detail("%" PRIu64 " records read, %" PRIu64 " written, %" PRIu64 " rejected",
               filter->statistics.records_in, filter->statistics.records_out,
               filter->statistics.records_rejected);
    if (filter->print_statistics)
        statistics_print(&filter->statistics);
    messages_close(&filter->messages);
    return status;
}
