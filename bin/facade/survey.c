#include "survey.h"

#include <stdio.h>
#include <stdlib.h>

#include "buffer.h"
#include "commit.h"
#include "hash.h"
#include "memory.h"
#include "tree_entries.h"

enum { TAGS_DEEP = 64 }; /* tags of tags of tags */

/* Larger mailmaps are no honest ones. */
static const size_t most_mailmap = (size_t)64 << 20;

/* Follows annotated tags to what they name in the end. */
static struct surveyed_ref peel(struct repository *repository, const struct object_id *id)
{
    struct surveyed_ref found = {OBJECT_OTHER, *id};

    for (int depth = 0; depth < TAGS_DEEP; depth++) {
        struct object object;
        struct tag tag;
        enum object_kind kind;

        if (repository_read(repository, &found.target, &object) != OBJECT_READ)
            return found;
        kind = object.kind;
        if (kind == OBJECT_TAG && tag_parse(object.content, &tag))
            found.target = tag.target;
        object_release(&object);
        if (kind != OBJECT_TAG) {
            found.kind = kind;
            return found;
        }
    }
    return found;
}

/* The largest blobs a ref may name are not worth reading just for their kind, but refs that
 * name blobs are rare and their blobs small. */
static void survey_refs(struct repository *repository, struct survey *survey)
{
    survey->surveyed = memory_new(survey->refs.count + 1, sizeof *survey->surveyed);
    for (size_t i = 0; i < survey->refs.count; i++) {
        survey->surveyed[i] = peel(repository, &survey->refs.items[i].target);
        if (survey->surveyed[i].kind == OBJECT_COMMIT)
            id_set_add(&survey->tips, &survey->surveyed[i].target);
        survey->unreadable_refs += survey->surveyed[i].kind == OBJECT_OTHER;
    }
}

static void survey_heads(struct repository *repository, struct survey *survey)
{
    struct object_id *heads = NULL;
    size_t count = 0;

    if (survey->head.born && repository_has(repository, &survey->head.target))
        id_set_add(&survey->tips, &survey->head.target);
    repository_worktree_heads(repository, &heads, &count);
    for (size_t i = 0; i < count; i++)
        if (repository_has(repository, &heads[i]))
            id_set_add(&survey->tips, &heads[i]);
    free(heads);
}

struct mailmap *survey_read_mailmap(struct repository *repository, const struct object_id *blob)
{
    struct object object;
    struct mailmap *mailmap = NULL;

    if (repository_read(repository, blob, &object) != OBJECT_READ)
        return NULL;
    if (object.kind == OBJECT_BLOB && object.content.length <= most_mailmap)
        mailmap = mailmap_parse(object.content);
    object_release(&object);
    return mailmap;
}

/* Finds HEAD:.mailmap. */
static bool find_mailmap(struct repository *repository, const struct object_id *head,
                         struct object_id *blob)
{
    struct object object;
    struct commit commit;
    uint32_t mode;
    bool found;

    if (repository_read(repository, head, &object) != OBJECT_READ)
        return false;
    found = object.kind == OBJECT_COMMIT && commit_parse(object.content, &commit);
    object_release(&object);
    if (!found || repository_read(repository, &commit.tree, &object) != OBJECT_READ)
        return false;
    found = object.kind == OBJECT_TREE && tree_find(object.content, ".mailmap", &mode, blob) &&
            (mode & 0170000) == 0100000;
    object_release(&object);
    return found;
}

static void survey_mailmap(struct repository *repository, struct survey *survey)
{
    if (!survey->head.born || !find_mailmap(repository, &survey->head.target, &survey->mailmap_id))
        return;
    survey->mailmap = survey_read_mailmap(repository, &survey->mailmap_id);
    survey->has_mailmap = survey->mailmap != NULL;
}

static void add_text(struct buffer *buffer, const char *text)
{
    buffer_append_text(buffer, text ? text : "");
    buffer_append_byte(buffer, '\0');
}

/* Over everything the rows of repository and refs show. */
static void make_digest(struct repository *repository, struct survey *survey)
{
    struct buffer all = {0};
    struct hash_128 hash;

    add_text(&all, survey->head.symbolic);
    buffer_append(&all, &survey->head.target, sizeof survey->head.target);
    buffer_append_byte(&all, (char)survey->head.born);
    buffer_append_byte(&all, (char)repository_is_bare(repository));
    buffer_append_byte(&all, (char)repository_is_shallow(repository));
    if (survey->has_mailmap)
        buffer_append(&all, &survey->mailmap_id, sizeof survey->mailmap_id);
    for (size_t i = 0; i < survey->refs.count; i++) {
        add_text(&all, survey->refs.items[i].name);
        add_text(&all, survey->refs.items[i].symbolic);
        buffer_append(&all, &survey->refs.items[i].target, sizeof(struct object_id));
        buffer_append_byte(&all, (char)survey->surveyed[i].kind);
    }
    hash = hash_128(buffer_slice(&all), 0);
    snprintf(survey->digest, sizeof survey->digest, "%016llx%016llx", (unsigned long long)hash.high,
             (unsigned long long)hash.low);
    buffer_free(&all);
}

bool survey_make(struct repository *repository, struct survey *survey)
{
    size_t dangling;

    *survey = (struct survey){0};
    if (!repository_read_head(repository, &survey->head) ||
        !repository_list_refs(repository, &survey->refs, &dangling)) {
        survey_free(survey);
        return false;
    }
    survey_refs(repository, survey);
    survey_heads(repository, survey);
    survey_mailmap(repository, survey);
    make_digest(repository, survey);
    survey->unreadable_refs += dangling;
    return true;
}

void survey_free(struct survey *survey)
{
    repository_head_free(&survey->head);
    repository_refs_free(&survey->refs);
    id_set_free(&survey->tips);
    mailmap_free(survey->mailmap);
    free(survey->surveyed);
    *survey = (struct survey){0};
}
