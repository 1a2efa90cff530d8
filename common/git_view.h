/*
 * What makes git show commits otherwise than they were written: refs/replace, the shallow
 * boundaries of a clone of limited depth, and info/grafts. Private to git.c.
 */
#ifndef LEAT_GIT_VIEW_H
#define LEAT_GIT_VIEW_H

#include <git2.h>

#include "git.h"

struct replacement {
    struct object_id from, to;
};

struct git_view {
    struct replacement *replacements; /* sorted by `from` */
    size_t replacement_count;
    struct parent_override *overrides; /* sorted by commit */
    size_t override_count;
    bool shallow;
    char digest[OBJECT_ID_HEX + 1];
};

/* Reads all three; lines that make no sense are left out, as git does. */
void git_view_load(struct git_view *view, git_repository *repository);
void git_view_free(struct git_view *view);

/* The object shown in the place of `id`: `id` itself nearly always. */
const struct object_id *git_view_replacement(const struct git_view *view,
                                             const struct object_id *id);

/* NULL when the commit's own parents hold. */
const struct parent_override *git_view_parents(const struct git_view *view,
                                               const struct object_id *commit);

#endif
