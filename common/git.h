/*
 * Git repositories, read as data: objects, refs, and what changes the view of them
 * (replacements, shallow boundaries, grafts). With git_mirror.c the only user of libgit2.
 *
 * Nothing a repository contains is ever executed or obeyed: no hook, filter, attribute or
 * configuration of it, of the user or of the system has a say. Who owns the folder is not
 * checked for that reason.
 *
 * A repository is for one thread; others read objects through a repository_reader().
 */
#ifndef LEAT_GIT_H
#define LEAT_GIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object_id.h"
#include "slice.h"

enum object_kind { OBJECT_OTHER, OBJECT_COMMIT, OBJECT_TREE, OBJECT_BLOB, OBJECT_TAG };

/* An object's content; object_release() it. */
struct object {
    enum object_kind kind;
    struct slice content;
    void *handle;
};

enum object_outcome {
    OBJECT_READ,
    OBJECT_MISSING, /* the repository does not have it */
    OBJECT_BROKEN   /* it has, but it cannot be read: repository_error() */
};

/* A ref with what it names; symbolic ones are resolved. */
struct repository_ref {
    char *name;
    char *symbolic;          /* the ref it points to, or NULL */
    struct object_id target; /* the object it names; a tag object for an annotated tag */
};

struct repository_refs {
    struct repository_ref *items; /* sorted by name */
    size_t count;
};

struct repository_head {
    char *symbolic; /* the branch HEAD names, or NULL when detached */
    bool born;      /* whether `target` is known */
    struct object_id target;
};

struct repository;

/* Both return NULL on failure: see repository_error(). */
struct repository *repository_open(const char *path);
void repository_close(struct repository *repository);

/*
 * A second way to read the objects of an open repository, for one thread of several: readers of
 * different numbers share no locks and no memory for packs. Good for repository_read(),
 * _has() and _parents_of() only; close it before its owner.
 */
struct repository *repository_reader(struct repository *repository, unsigned number);

/* Why the last call of this thread failed; valid until its next call. */
const char *repository_error(void);

bool repository_is_bare(struct repository *repository);
/* Reads an object as git shows it: what refs/replace puts in its place. */
enum object_outcome repository_read(struct repository *repository, const struct object_id *id,
                                    struct object *object);
bool repository_has(struct repository *repository, const struct object_id *id);
void object_release(struct object *object);

/*
 * All refs under refs/. False when they cannot be listed. A ref that names nothing, or is
 * damaged, is left out and counted in *broken.
 */
bool repository_list_refs(struct repository *repository, struct repository_refs *refs,
                          size_t *broken);
void repository_refs_free(struct repository_refs *refs);

/* HEAD of the repository; false when it is unreadable. */
bool repository_read_head(struct repository *repository, struct repository_head *head);
void repository_head_free(struct repository_head *head);

/* Commits that HEADs of linked working trees name: appended to *ids, *count. */
void repository_worktree_heads(struct repository *repository, struct object_id **ids,
                               size_t *count);

/*
 * Parents as git sees them where they are not what the commit says: shallow boundaries (none)
 * and grafts. NULL when the commit's own parents hold.
 */
struct parent_override {
    struct object_id commit;
    size_t count;
    struct object_id *parents;
    bool shallow;
};
const struct parent_override *repository_parents_of(const struct repository *repository,
                                                    const struct object_id *commit);
bool repository_is_shallow(const struct repository *repository);

/*
 * 40 hex digits that change whenever replacements, shallow boundaries or grafts do, and with
 * them what old commits look like; the empty string when there are none.
 */
const char *repository_view_digest(const struct repository *repository);

/*
 * Lines added and removed between two texts, as libgit2's xdiff sees them, which is git's.
 * False when it fails (out of memory, beyond a gigabyte).
 */
bool repository_count_lines(struct slice old_text, struct slice new_text, uint64_t *added,
                            uint64_t *removed);

#endif
