#include "remapped.h"

#include "commit.h"
#include "signals.h"
#include "survey.h"
#include "text.h"

struct comparison {
    const struct mailmap *before, *now;
    struct text_converter *converter;
    struct buffer name, email;
};

static bool is_other(struct comparison *comparison, const struct signature_line *person,
                     struct slice encoding)
{
    struct slice old_name, old_email, new_name, new_email;

    comparison->name.length = comparison->email.length = 0;
    text_append(comparison->converter, &comparison->name, person->name, encoding);
    text_append(comparison->converter, &comparison->email, person->email, encoding);
    old_name = new_name = buffer_slice(&comparison->name);
    old_email = new_email = buffer_slice(&comparison->email);
    mailmap_apply(comparison->before, &old_name, &old_email);
    mailmap_apply(comparison->now, &new_name, &new_email);
    return !slice_equal(old_name, new_name) || !slice_equal(old_email, new_email);
}

static bool is_remapped(struct comparison *comparison, struct repository *repository,
                        const struct object_id *id)
{
    struct object object;
    struct commit commit;
    bool other;

    if (repository_read(repository, id, &object) != OBJECT_READ)
        return false;
    other = object.kind == OBJECT_COMMIT && commit_parse(object.content, &commit) &&
            (is_other(comparison, &commit.author, commit.encoding) ||
             is_other(comparison, &commit.committer, commit.encoding));
    object_release(&object);
    return other;
}

/* Keeps of the history only what is remapped. */
static bool sift(struct comparison *comparison, struct repository *repository,
                 struct history *history)
{
    size_t kept = 0;

    for (size_t i = 0; i < history->count; i++) {
        if (signals_stopped())
            return false;
        if (is_remapped(comparison, repository, &history->commits[i]))
            history->commits[kept++] = history->commits[i];
    }
    history->count = kept;
    return true;
}

bool remapped_find(struct repository *repository, const struct bookmark *bookmark,
                   const struct mailmap *now, struct history *history)
{
    static const struct id_set none;
    struct comparison comparison = {.now = now};
    struct mailmap *before = NULL;
    bool complete;

    if (!history_find(repository, &bookmark->tips, &none, signals_stopped, history))
        return false;
    if (bookmark->has_mailmap) {
        before = survey_read_mailmap(repository, &bookmark->mailmap);
        if (!before)
            return true;
    }
    comparison.before = before;
    comparison.converter = text_converter_new();
    complete = sift(&comparison, repository, history);
    text_converter_free(comparison.converter);
    buffer_free(&comparison.name);
    buffer_free(&comparison.email);
    mailmap_free(before);
    if (!complete)
        history_free(history);
    return complete;
}
