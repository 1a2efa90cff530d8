/*
 * STATE: what facade has emitted of each repository, so that the next run goes on from there.
 *
 *   {"bookmarks":{"facade":{REPOSITORY:{
 *       "tips":{HASH:REF or null,...}, "lost":[HASH,...], "refs":{"count":N,"digest":TEXT},
 *       "view":TEXT, "mailmap":HASH or null}}}}
 *
 * Everything else in the value is kept as it came.
 */
#ifndef LEAT_FACADE_BOOKMARK_H
#define LEAT_FACADE_BOOKMARK_H

#include "buffer.h"
#include "doc.h"
#include "git.h"
#include "id_set.h"

struct bookmark {
    bool known; /* there was one */
    struct id_set tips;
    char **names; /* of a ref at each tip, or NULL; by number */
    struct id_set lost;
    char *refs_digest; /* "" when the refs have not been emitted */
    uint64_t refs_count;
    char *view;
    bool has_mailmap;
    struct object_id mailmap;
};

/* What a STATE value (NULL-safe) says of a repository. */
void bookmark_load(struct bookmark *bookmark, const struct doc *value, const char *repository);
void bookmark_free(struct bookmark *bookmark);

/* Puts a bookmark into a value. */
void bookmark_store(const struct bookmark *bookmark, struct doc *value, const char *repository);

/* Adds a tip; the name (of a ref, or NULL) is copied. */
void bookmark_add_tip(struct bookmark *bookmark, const struct object_id *id, const char *name);
void bookmark_clear_tips(struct bookmark *bookmark);

#endif
