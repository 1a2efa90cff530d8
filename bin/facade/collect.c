#include "collect.h"

#include <stdlib.h>

#include "bookmark.h"
#include "frontier.h"
#include "git.h"
#include "history.h"
#include "log.h"
#include "memory.h"
#include "progress.h"
#include "records.h"
#include "remapped.h"
#include "signals.h"
#include "state.h"
#include "survey.h"
#include "text_parts.h"
#include "window.h"

enum {
    COMMITS_A_PART = 32,      /* commits one worker writes at a time */
    CHANGES_A_WINDOW = 65536, /* the window shrinks where commits are large */
    LEAST_WINDOW = 16,
    MOST_WARNINGS = 20, /* of a kind, a repository */
    MOST_NOTES = 10
};

/* The records of some commits, made by one worker. */
struct part {
    struct buffer lines;
    struct record_tally tally;
};

struct collection {
    struct collector *collector;
    struct repository *repository;
    const char *name;
    struct survey survey;
    struct bookmark bookmark; /* of the last run, then of this one */
    struct frontier frontier;
    struct window_maker *maker;
    struct record_writer **writers; /* one a worker */
    const struct window *window;
    struct part *parts;
    size_t part_capacity;
    size_t window_size;
    struct progress progress;
    uint64_t done; /* commits, for progress */
    size_t uncounted, incomplete, warned;
};

/* Puts the whole buffer out when enough has gathered. */
static bool pass_on(struct collection *run)
{
    return output_line_end(run->collector->output);
}

static bool emit_state(struct collection *run)
{
    bookmark_store(&run->bookmark, run->collector->state, run->name);
    state_append(&run->collector->output->buffer, run->collector->state);
    run->collector->statistics->records_out++;
    return pass_on(run);
}

static void write_part(void *job, size_t item, unsigned worker)
{
    struct collection *run = job;
    struct part *part = &run->parts[item];
    size_t first = item * COMMITS_A_PART, end = first + COMMITS_A_PART;

    part->lines.length = 0;
    part->tally.warnings.length = 0;
    part->tally.lines = part->tally.uncounted = part->tally.incomplete = 0;
    for (size_t i = first; i < end && i < run->window->count; i++)
        records_append_commit(run->writers[worker], &part->lines, &run->window->commits[i],
                              &part->tally);
}

static void say_warnings(struct collection *run, struct slice warnings)
{
    while (warnings.length > 0 && run->warned < MOST_WARNINGS) {
        struct slice line = text_take_line(&warnings);

        log_warning("%s: %.*s", run->name, SLICE_FORMAT(line));
        run->warned++;
    }
}

/* Writes the parts in their order. */
static bool emit_parts(struct collection *run, size_t count)
{
    struct output *output = run->collector->output;

    for (size_t i = 0; i < count; i++) {
        struct part *part = &run->parts[i];

        buffer_append_slice(&output->buffer, buffer_slice(&part->lines));
        run->collector->statistics->records_out += part->tally.lines;
        run->uncounted += part->tally.uncounted;
        run->incomplete += part->tally.incomplete;
        say_warnings(run, buffer_slice(&part->tally.warnings));
        if (!pass_on(run))
            return false;
    }
    return true;
}

static void reserve_parts(struct collection *run, size_t count)
{
    if (run->part_capacity >= count)
        return;
    run->parts = memory_resize(run->parts, count, sizeof *run->parts);
    memset(run->parts + run->part_capacity, 0, (count - run->part_capacity) * sizeof *run->parts);
    run->part_capacity = count;
}

/* Commits with many files make the next window smaller, those with few larger. */
static void fit_window(struct collection *run)
{
    size_t changes = 0, fitting = run->collector->window;

    for (size_t i = 0; i < run->window->count; i++)
        changes += run->window->commits[i].change_count;
    if (changes > CHANGES_A_WINDOW)
        fitting = run->window->count * CHANGES_A_WINDOW / changes;
    else if (fitting > run->window_size * 2)
        fitting = run->window_size * 2;
    if (fitting < LEAST_WINDOW)
        fitting = LEAST_WINDOW;
    run->window_size = fitting < run->collector->window ? fitting : run->collector->window;
}

/* Emits a window of commits with their files. */
static bool emit_window(struct collection *run, const struct object_id *commits, size_t count)
{
    size_t parts = (count + COMMITS_A_PART - 1) / COMMITS_A_PART;

    run->window = window_make(run->maker, commits, count);
    reserve_parts(run, parts);
    workers_run(run->collector->workers, write_part, run, parts);
    run->collector->statistics->records_in += count;
    run->done += count;
    progress_update(&run->progress, run->done);
    return emit_parts(run, parts);
}

/* The frontier as it is becomes the tips of the bookmark. Names are given at the end only. */
static void mark_frontier(struct collection *run)
{
    bookmark_clear_tips(&run->bookmark);
    for (size_t i = 0; i < run->frontier.ids.count; i++)
        if (run->frontier.present[i])
            bookmark_add_tip(&run->bookmark, &run->frontier.ids.ids[i], NULL);
}

static void advance_frontier(struct collection *run)
{
    for (size_t i = 0; i < run->window->count; i++) {
        const struct window_commit *commit = &run->window->commits[i];

        if (commit->outcome != COMMIT_LOST)
            frontier_advance(&run->frontier, run->repository, &commit->id, &commit->commit);
        else
            id_set_add(&run->bookmark.lost, &commit->id);
    }
}

/* Emits commits, oldest first, window by window. When they are `fresh`, the frontier moves
 * with them and each window earns a STATE. */
static enum status emit_commits(struct collection *run, const struct history *history, bool fresh)
{
    size_t count;

    run->window_size = run->collector->window < 256 ? run->collector->window : 256;
    for (size_t at = 0; at < history->count; at += count) {
        count = history->count - at < run->window_size ? history->count - at : run->window_size;
        if (signals_stopped())
            return STATUS_REMOTE;
        if (!emit_window(run, history->commits + at, count))
            return STATUS_INTERNAL;
        if (fresh) {
            advance_frontier(run);
            mark_frontier(run);
            if (at + count < history->count && !emit_state(run))
                return STATUS_INTERNAL;
        }
        fit_window(run);
    }
    return STATUS_OK;
}

static bool emit_ref(struct collection *run, size_t index)
{
    const struct repository_ref *ref = &run->survey.refs.items[index];
    struct ref_facts facts = {.ref = ref,
                              .target_kind = run->survey.surveyed[index].kind,
                              .target = run->survey.surveyed[index].target};
    struct object object = {0};
    struct tag tag;

    if (repository_read(run->repository, &ref->target, &object) == OBJECT_READ &&
        object.kind == OBJECT_TAG && tag_parse(object.content, &tag))
        facts.tag = &tag;
    records_append_ref(run->writers[0], &run->collector->output->buffer, &facts);
    run->collector->statistics->records_out++;
    object_release(&object);
    return pass_on(run);
}

/* The row of the repository and, as its children, all refs; when something in them changed. */
static bool emit_refs(struct collection *run)
{
    struct repository_facts facts = {.head = &run->survey.head,
                                     .bare = repository_is_bare(run->repository),
                                     .shallow = repository_is_shallow(run->repository)};
    uint64_t count = run->survey.refs.count, before = run->bookmark.refs_count;

    if (strcmp(run->bookmark.refs_digest, run->survey.digest) == 0)
        return true;
    if (run->bookmark.known && count < before)
        log_note("%s: %llu refs less than at the last run: their rows are taken out", run->name,
                 (unsigned long long)(before - count));
    records_append_repository(run->writers[0], &run->collector->output->buffer, &facts);
    run->collector->statistics->records_out++;
    for (size_t i = 0; i < count; i++)
        if (!emit_ref(run, i))
            return false;
    free(run->bookmark.refs_digest);
    run->bookmark.refs_digest = memory_format("%s", run->survey.digest);
    run->bookmark.refs_count = count;
    return pass_on(run);
}

static void forget_emitted(struct collection *run)
{
    bookmark_clear_tips(&run->bookmark);
    id_set_free(&run->bookmark.lost);
}

/* When what was emitted no longer holds, everything is emitted again. */
static void check_bookmark(struct collection *run)
{
    struct bookmark *bookmark = &run->bookmark;
    const char *view = repository_view_digest(run->repository);

    if (bookmark->known && strcmp(bookmark->view, view) != 0) {
        log_note("%s: depth, replacements or grafts changed: all commits are emitted again",
                 run->name);
        forget_emitted(run);
    }
    for (size_t i = 0; i < bookmark->lost.count; i++)
        if (repository_has(run->repository, &bookmark->lost.ids[i])) {
            log_note("%s: commits that were missing are there now: all are emitted again",
                     run->name);
            forget_emitted(run);
            break;
        }
    free(bookmark->view);
    bookmark->view = memory_format("%s", view);
}

static bool same_mailmap(const struct collection *run)
{
    const struct bookmark *bookmark = &run->bookmark;

    return bookmark->has_mailmap == run->survey.has_mailmap &&
           (!bookmark->has_mailmap || object_id_equal(&bookmark->mailmap, &run->survey.mailmap_id));
}

/* Commits emitted earlier whose people have other names under today's mailmap. */
static enum status emit_remapped(struct collection *run)
{
    struct history history;
    enum status status = STATUS_OK;

    if (same_mailmap(run))
        return STATUS_OK;
    if (run->bookmark.tips.count > 0) {
        if (!remapped_find(run->repository, &run->bookmark, run->survey.mailmap, &history))
            return STATUS_REMOTE;
        log_note("%s: .mailmap changed: %zu commits are emitted again with other names", run->name,
                 history.count);
        progress_start(&run->progress, "commits", history.count);
        status = emit_commits(run, &history, false);
        progress_end(&run->progress);
        history_free(&history);
    }
    if (status == STATUS_OK) {
        run->bookmark.has_mailmap = run->survey.has_mailmap;
        run->bookmark.mailmap = run->survey.mailmap_id;
    }
    return status;
}

/* Tips of the last run that no ref leads to any more are said, once: their refs had names. */
static void say_abandoned(struct collection *run, const struct history *history)
{
    const struct bookmark *bookmark = &run->bookmark;
    size_t said = 0;

    for (size_t i = 0; i < bookmark->tips.count; i++) {
        const struct object_id *tip = &bookmark->tips.ids[i];
        char hex[OBJECT_ID_HEX];

        if (!bookmark->names[i] || id_set_find(&run->survey.tips, tip) != ID_NONE ||
            id_set_find(&history->reached, tip) != ID_NONE)
            continue;
        if (said++ >= MOST_NOTES)
            continue;
        object_id_hex(tip, hex);
        log_note("%s: %s was at %.12s, which no ref leads to any more (moved by force, or "
                 "deleted): the rows of its commits stay",
                 run->name, bookmark->names[i], hex);
    }
    if (said > MOST_NOTES)
        log_note("%s: the same holds for %zu more refs", run->name, said - MOST_NOTES);
}

/* Tips whose commits are still there; the others cannot stop a walk and are forgotten. */
static void start_frontier(struct collection *run)
{
    for (size_t i = 0; i < run->bookmark.tips.count; i++)
        if (repository_has(run->repository, &run->bookmark.tips.ids[i]))
            frontier_add(&run->frontier, &run->bookmark.tips.ids[i]);
}

static void note_lost(struct collection *run, const struct history *history)
{
    for (size_t i = 0; i < history->lost.count; i++) {
        char hex[OBJECT_ID_HEX];

        id_set_add(&run->bookmark.lost, &history->lost.ids[i]);
        object_id_hex(&history->lost.ids[i], hex);
        if (i < MOST_WARNINGS)
            log_warning("%s: commit %.*s: missing or unreadable: it and what only it leads to "
                        "are left out",
                        run->name, OBJECT_ID_HEX, hex);
    }
    run->incomplete += history->lost.count;
}

/* A tip of the bookmark gets the name of a ref that is there, for say_abandoned() next time. */
static void name_tips(struct collection *run)
{
    struct bookmark *bookmark = &run->bookmark;

    for (size_t i = 0; i < run->survey.refs.count; i++) {
        uint32_t tip = id_set_find(&bookmark->tips, &run->survey.surveyed[i].target);

        if (tip != ID_NONE && !bookmark->names[tip])
            bookmark->names[tip] = memory_format("%s", run->survey.refs.items[i].name);
    }
}

static enum status emit_new(struct collection *run)
{
    struct history history;
    enum status status;

    if (!history_find(run->repository, &run->survey.tips, &run->bookmark.tips, signals_stopped,
                      &history))
        return STATUS_REMOTE;
    say_abandoned(run, &history);
    note_lost(run, &history);
    start_frontier(run);
    log_detail("%s: %zu new commits", run->name, history.count);
    progress_start(&run->progress, "commits", history.count);
    run->done = 0;
    status = emit_commits(run, &history, true);
    progress_end(&run->progress);
    if (status == STATUS_OK) {
        mark_frontier(run);
        name_tips(run);
    }
    history_free(&history);
    return status;
}

static void start_writers(struct collection *run)
{
    unsigned count = workers_count(run->collector->workers);

    run->writers = memory_new(count, sizeof(struct record_writer *));
    for (unsigned i = 0; i < count; i++)
        run->writers[i] = record_writer_new(run->name, run->survey.mailmap);
}

static void finish(struct collection *run)
{
    window_maker_free(run->maker);
    for (unsigned i = 0; run->writers && i < workers_count(run->collector->workers); i++)
        record_writer_free(run->writers[i]);
    for (size_t i = 0; i < run->part_capacity; i++) {
        buffer_free(&run->parts[i].lines);
        buffer_free(&run->parts[i].tally.warnings);
    }
    free(run->writers);
    free(run->parts);
    frontier_free(&run->frontier);
    bookmark_free(&run->bookmark);
    survey_free(&run->survey);
    repository_close(run->repository);
}

/* Sums up what could not be had. */
static enum status judge(const struct collection *run, enum status status)
{
    size_t unreadable = run->survey.unreadable_refs;

    if (run->uncounted > 0)
        log_warning("%s: the lines of %zu changed files could not be counted", run->name,
                    run->uncounted);
    if (run->incomplete > 0)
        log_warning("%s: %zu commits are left out or not complete", run->name, run->incomplete);
    if (unreadable > 0)
        log_warning("%s: %zu refs name nothing that can be read", run->name, unreadable);
    if (run->uncounted + run->incomplete + unreadable > 0)
        status = status_worse(status, STATUS_REJECTED);
    return status;
}

static enum status emit_all(struct collection *run)
{
    enum status status;

    check_bookmark(run);
    if (!emit_refs(run))
        return STATUS_INTERNAL;
    status = emit_remapped(run);
    if (status == STATUS_OK)
        status = emit_new(run);
    if (status != STATUS_INTERNAL && !emit_state(run))
        return STATUS_INTERNAL;
    return judge(run, status);
}

enum status collect(struct collector *collector, const char *folder, const char *name)
{
    struct collection run = {.collector = collector, .name = name};
    enum status status;

    run.repository = repository_open(folder);
    if (!run.repository) {
        log_error("%s: not a git repository that can be read: %s", name, repository_error());
        return STATUS_INPUT;
    }
    bookmark_load(&run.bookmark, collector->state, name);
    if (!survey_make(run.repository, &run.survey)) {
        log_error("%s: HEAD or refs cannot be read: %s", name, repository_error());
        status = STATUS_INPUT;
    } else {
        run.maker = window_maker_new(run.repository, collector->workers, collector->renames);
        start_writers(&run);
        if (!run.maker)
            log_error("%s: its objects cannot be read: %s", name, repository_error());
        status = run.maker ? emit_all(&run) : STATUS_INPUT;
    }
    finish(&run);
    return status;
}
