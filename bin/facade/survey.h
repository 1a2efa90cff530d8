/* What a repository points to: HEAD, refs with what they name behind tags, the mailmap. */
#ifndef LEAT_FACADE_SURVEY_H
#define LEAT_FACADE_SURVEY_H

#include "git.h"
#include "id_set.h"
#include "mailmap.h"

enum { SURVEY_DIGEST = 32 };

struct surveyed_ref {
    enum object_kind kind;   /* of what is behind all tags; OBJECT_OTHER when unreadable */
    struct object_id target; /* what is behind all tags, as far as can be read */
};

struct survey {
    struct repository_head head;
    struct repository_refs refs;
    struct surveyed_ref *surveyed; /* by the places of refs */
    struct id_set tips;            /* commits that refs and HEADs name */
    size_t unreadable_refs;
    bool has_mailmap;
    struct object_id mailmap_id;    /* HEAD:.mailmap */
    struct mailmap *mailmap;        /* NULL when there is none */
    char digest[SURVEY_DIGEST + 1]; /* changes when the rows of repository or refs do */
};

/* False when HEAD or the refs cannot be read at all: repository_error(). */
bool survey_make(struct repository *repository, struct survey *survey);
void survey_free(struct survey *survey);

/* A mailmap from a blob; NULL when it cannot be read. */
struct mailmap *survey_read_mailmap(struct repository *repository, const struct object_id *blob);

#endif
