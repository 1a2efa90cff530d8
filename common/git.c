#include "git.h"

#include <errno.h>
#include <git2.h>
#include <git2/sys/repository.h>
#include <stdio.h>
#include <stdlib.h>

#include "buffer.h"
#include "git_handle.h"
#include "git_library.h"
#include "memory.h"

/* Levels of configuration that must not be looked for. */
static const int config_levels[] = {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                    GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA};

/* Extensions of the repository format that make no difference to reading objects and refs. */
static const char *const harmless_extensions[] = {"partialclone", "preciousobjects",
                                                  "worktreeconfig"};

/*
 * Ownership need not be validated because nothing is executed; hashes need not be verified
 * again on each read, as git does not either. Windows into packs are kept small enough that
 * memory does not grow with the repository.
 */
bool git_library_start(void)
{
    const char *certificates = getenv("SSL_CERT_FILE"), *folder = getenv("SSL_CERT_DIR");
    static bool started;

    if (started)
        return true;
    if (git_libgit2_init() < 0)
        return false;
    started = true;
    for (size_t i = 0; i < sizeof config_levels / sizeof *config_levels; i++)
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, config_levels[i], "");
    git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, "");
    if (certificates || folder)
        git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, certificates, folder);
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, harmless_extensions,
                     sizeof harmless_extensions / sizeof *harmless_extensions);
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
    git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)32 << 20);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)256 << 20);
    return true;
}

const char *repository_error(void)
{
    const git_error *error = git_error_last();
    return error && error->message ? error->message : "unknown error";
}

struct repository *repository_open(const char *path)
{
    git_repository *handle;
    git_odb *odb;
    if (!git_library_start() ||
        git_repository_open_ext(&handle, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) != 0)
        return NULL;
    if (git_repository_odb(&odb, handle) != 0) {
        git_repository_free(handle);
        return NULL;
    }
    struct repository *repository = memory_new(1, sizeof *repository);
    repository->handle = handle;
    repository->odb = odb;
    git_view_load(&repository->view, handle);
    return repository;
}

struct repository *repository_reader(struct repository *repository, unsigned number)
{
    git_buf folder = {0};
    git_odb *odb;
    struct repository *reader;
    struct buffer path = {0};
    int code;

    if (git_repository_item_path(&folder, repository->handle, GIT_REPOSITORY_ITEM_OBJECTS) != 0)
        return NULL;
    buffer_append_text(&path, folder.ptr);
    for (unsigned i = 0; i < number; i++)
        buffer_append_text(&path, "/.");
    code = git_odb_open(&odb, buffer_text(&path));
    buffer_free(&path);
    git_buf_dispose(&folder);
    if (code != 0)
        return NULL;
    reader = memory_new(1, sizeof *reader);
    reader->odb = odb;
    reader->view = repository->view;
    return reader;
}

void repository_close(struct repository *repository)
{
    if (!repository)
        return;
    if (repository->handle)
        git_view_free(&repository->view);
    git_odb_free(repository->odb);
    git_repository_free(repository->handle);
    free(repository);
}

bool repository_is_bare(struct repository *repository)
{
    return git_repository_is_bare(repository->handle);
}

static enum object_kind kind_of(git_object_t type)
{
    switch (type) {
    case GIT_OBJECT_COMMIT:
        return OBJECT_COMMIT;
    case GIT_OBJECT_TREE:
        return OBJECT_TREE;
    case GIT_OBJECT_BLOB:
        return OBJECT_BLOB;
    case GIT_OBJECT_TAG:
        return OBJECT_TAG;
    default:
        return OBJECT_OTHER;
    }
}

enum object_outcome repository_read(struct repository *repository, const struct object_id *id,
                                    struct object *object)
{
    git_odb_object *handle;
    git_oid oid;
    memcpy(oid.id, git_view_replacement(&repository->view, id)->bytes, OBJECT_ID_SIZE);
    int code = git_odb_read(&handle, repository->odb, &oid);
    if (code != 0)
        return code == GIT_ENOTFOUND ? OBJECT_MISSING : OBJECT_BROKEN;
    object->kind = kind_of(git_odb_object_type(handle));
    object->content = slice_of(git_odb_object_data(handle), git_odb_object_size(handle));
    object->handle = handle;
    return OBJECT_READ;
}

bool repository_has(struct repository *repository, const struct object_id *id)
{
    git_oid oid;
    memcpy(oid.id, git_view_replacement(&repository->view, id)->bytes, OBJECT_ID_SIZE);
    return git_odb_exists(repository->odb, &oid);
}

void object_release(struct object *object)
{
    if (object->handle)
        git_odb_object_free(object->handle);
    *object = (struct object){0};
}

const struct parent_override *repository_parents_of(const struct repository *repository,
                                                    const struct object_id *commit)
{
    return git_view_parents(&repository->view, commit);
}

bool repository_is_shallow(const struct repository *repository)
{
    return repository->view.shallow;
}

const char *repository_view_digest(const struct repository *repository)
{
    return repository->view.digest;
}

struct line_totals {
    uint64_t added, removed;
};

static int add_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *payload)
{
    (void)delta;
    struct line_totals *totals = payload;
    totals->added += (uint64_t)hunk->new_lines;
    totals->removed += (uint64_t)hunk->old_lines;
    return 0;
}

bool repository_count_lines(struct slice old_text, struct slice new_text, uint64_t *added,
                            uint64_t *removed)
{
    git_diff_options options;
    struct line_totals totals = {0};

    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.context_lines = 0;
    options.flags = GIT_DIFF_FORCE_TEXT;
    if (git_diff_buffers(old_text.data ? old_text.data : "", old_text.length, NULL,
                         new_text.data ? new_text.data : "", new_text.length, NULL, &options, NULL,
                         NULL, add_hunk, NULL, &totals) != 0)
        return false;
    *added = totals.added;
    *removed = totals.removed;
    return true;
}
