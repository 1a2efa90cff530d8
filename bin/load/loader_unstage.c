#include "loader_parts.h"

#include <string.h>

#include "doc.h"
#include "log.h"

/* The line that was read is rejected: its staged row is set aside, if it names one. */
void loader_note_refusal(struct loader *loader, const char *reason)
{
    int64_t staged = unstage_id(loader->messages->message.line);

    if (!loader->options->unstage || staged == 0)
        return;
    loader->known_rejects++;
    staged_refusals_add(&loader->reading->refusals, staged, loader->messages->lines.number, reason);
}

/* What came so far, by a STATE of the drain. */
bool loader_note_drained(struct loader *loader, struct slice value)
{
    struct staged_span span;

    if (!unstage_read_state(value, &span) ||
        (loader->has_states && !unstage_follows(&loader->drained, &span))) {
        log_error("line %llu: not a STATE of stage --drain, or not of the same one (--unstage)",
                  (unsigned long long)loader->messages->lines.number);
        loader_worsen(loader, STATUS_INPUT);
        return false;
    }
    if (!loader->has_states)
        loader->handed = (struct staged_span){
            .repository = span.repository, .after = span.after, .through = span.after};
    loader->drained = span;
    staged_families_add(&loader->reading->families, span.through);
    return true;
}

/* The staged rows between the STATE of the batch before and that of this one. */
void loader_choose_span(struct loader *loader, struct batch *batch)
{
    if (!loader->options->unstage || !loader->has_states)
        return;
    batch->span =
        (struct staged_span){loader->drained.repository, loader->handed.through,
                             loader->drained.through, loader->drained.rows - loader->handed.rows};
    loader->handed = loader->drained;
    staged_families_add(&batch->families, batch->span.after);
    staged_families_sort(&batch->families);
}

/* Staged rows: commits up to the STATE, and keeps what came behind it for the next batch. */
bool loader_cut_at_state(struct loader *loader)
{
    struct batch *tail = &loader->batches[loader->reading == &loader->batches[0]];
    const struct buffer *parents = &loader->family_parents;

    if (!loader_settle(loader) || loader->open_transaction)
        return !loader_failed(loader);
    batch_move_tail(loader->reading, tail, loader->family_line);
    if (!loader_hand_over(loader, false, false))
        return false;
    for (size_t at = 0; at < parents->length; at += sizeof(uint64_t)) {
        uint64_t hash;

        memcpy(&hash, parents->data + at, sizeof hash);
        key_set_add(&loader->parents, hash);
    }
    return true;
}

/* What comes behind a STATE of the drain is one family, until the next. */
void loader_open_staged_family(struct loader *loader)
{
    if (loader->family_open)
        return;
    loader->family_open = true;
    loader->family_line = loader->messages->lines.number;
    loader->family_position = loader->reading->position;
}

bool loader_is_staging_reject(const struct loader *loader, const struct message *message)
{
    return loader->options->unstage && slice_is(message->stream, UNSTAGE_REJECTS);
}

/* A record that could not be made rows of, and why. */
void loader_take_staging_reject(struct loader *loader, const struct message *message)
{
    struct json *json = &loader->messages->json;
    const char *error, *reason = NULL;
    struct doc *doc = NULL;

    loader_open_staged_family(loader);
    if (messages_record_end(loader->messages, json_value_end(json, message->record.data, 1))) {
        doc = doc_parse(message->record, &error);
        reason = doc_string(doc_get(doc, "reason"));
        loader_reject_line(loader, reason ? reason : "no reason given");
    } else {
        loader_note_refusal(loader, json->error);
    }
    doc_free(doc);
}

/* A line that names no staged row would be taken out of staging without a trace. */
bool loader_is_accounted(struct loader *loader)
{
    if (!loader->options->unstage || loader->known_rejects == loader->rejects->count)
        return true;
    log_error("a rejected line before line %llu names no staged row: its row stays staged, as do "
              "those behind it",
              (unsigned long long)loader->messages->lines.number);
    loader_worsen(loader, STATUS_INPUT);
    return false;
}
