#include <dirent.h>
#include <stdlib.h>

#include "git_handle.h"
#include "memory.h"

enum { REFS_DEEP = 64 }; /* folders within folders */

bool repository_read_head(struct repository *repository, struct repository_head *head)
{
    *head = (struct repository_head){0};
    git_reference *reference, *resolved;
    if (git_reference_lookup(&reference, repository->handle, "HEAD") != 0)
        return false;
    if (git_reference_type(reference) == GIT_REFERENCE_SYMBOLIC)
        head->symbolic = memory_format("%s", git_reference_symbolic_target(reference));
    if (git_reference_resolve(&resolved, reference) == 0) {
        head->born = true;
        memcpy(head->target.bytes, git_reference_target(resolved)->id, OBJECT_ID_SIZE);
        git_reference_free(resolved);
    }
    git_reference_free(reference);
    return true;
}

void repository_head_free(struct repository_head *head)
{
    free(head->symbolic);
    *head = (struct repository_head){0};
}

void repository_worktree_heads(struct repository *repository, struct object_id **ids, size_t *count)
{
    git_strarray names = {0};
    if (git_worktree_list(&names, repository->handle) != 0)
        return;
    for (size_t i = 0; i < names.count; i++) {
        git_reference *head;
        if (git_repository_head_for_worktree(&head, repository->handle, names.strings[i]) != 0)
            continue;
        *ids = memory_resize(*ids, *count + 1, sizeof **ids);
        memcpy((*ids)[(*count)++].bytes, git_reference_target(head)->id, OBJECT_ID_SIZE);
        git_reference_free(head);
    }
    git_strarray_dispose(&names);
}

/* Adds one ref, unless it names nothing (a symbolic ref to a ref that is not there). */
static void add_ref(struct repository_refs *refs, git_reference *reference)
{
    git_reference *resolved;
    if (git_reference_resolve(&resolved, reference) != 0)
        return;
    if ((refs->count & (refs->count - 1)) == 0)
        refs->items =
            memory_resize(refs->items, refs->count ? refs->count * 2 : 1, sizeof *refs->items);
    struct repository_ref *ref = &refs->items[refs->count++];
    *ref = (struct repository_ref){.name = memory_format("%s", git_reference_name(reference))};
    if (git_reference_type(reference) == GIT_REFERENCE_SYMBOLIC)
        ref->symbolic = memory_format("%s", git_reference_symbolic_target(reference));
    memcpy(ref->target.bytes, git_reference_target(resolved)->id, OBJECT_ID_SIZE);
    git_reference_free(resolved);
}

static int compare_refs(const void *a, const void *b)
{
    return strcmp(((const struct repository_ref *)a)->name,
                  ((const struct repository_ref *)b)->name);
}

/* Whether a ref of this name was listed. */
static bool is_listed(const struct repository_refs *refs, const char *name)
{
    struct repository_ref key = {.name = (char *)name};

    return refs->count > 0 &&
           bsearch(&key, refs->items, refs->count, sizeof key, compare_refs) != NULL;
}

/*
 * Counts the files below a folder of refs ("refs" or one in it) that should hold a ref and were
 * not listed: libgit2 passes over damaged ones in silence.
 */
static size_t count_damaged(const char *common_folder, const char *name, unsigned depth,
                            const struct repository_refs *refs)
{
    char *path = memory_format("%s%s", common_folder, name);
    DIR *directory = opendir(path);
    struct dirent *entry;
    size_t damaged = 0;

    free(path);
    while (directory && (entry = readdir(directory)) != NULL) {
        char *inner = memory_format("%s/%s", name, entry->d_name);

        if (entry->d_name[0] != '.' && git_reference_is_valid_name(inner) && depth < REFS_DEEP) {
            if (entry->d_type == DT_DIR)
                damaged += count_damaged(common_folder, inner, depth + 1, refs);
            else if (entry->d_type == DT_REG)
                damaged += !is_listed(refs, inner);
        }
        free(inner);
    }
    if (directory)
        closedir(directory);
    return damaged;
}

bool repository_list_refs(struct repository *repository, struct repository_refs *refs,
                          size_t *broken)
{
    *refs = (struct repository_refs){0};
    git_reference_iterator *iterator;
    git_reference *reference;
    if (git_reference_iterator_new(&iterator, repository->handle) != 0)
        return false;
    int code;
    while ((code = git_reference_next(&reference, iterator)) == 0) {
        if (strncmp(git_reference_name(reference), "refs/", 5) == 0)
            add_ref(refs, reference);
        git_reference_free(reference);
    }
    git_reference_iterator_free(iterator);
    if (refs->count > 0)
        qsort(refs->items, refs->count, sizeof *refs->items, compare_refs);
    *broken = count_damaged(git_repository_commondir(repository->handle), "refs", 0, refs);
    return code == GIT_ITEROVER;
}

void repository_refs_free(struct repository_refs *refs)
{
    for (size_t i = 0; i < refs->count; i++) {
        free(refs->items[i].name);
        free(refs->items[i].symbolic);
    }
    free(refs->items);
    *refs = (struct repository_refs){0};
}
