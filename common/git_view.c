#include "git_view.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "memory.h"

/* As git: a replacement may be replaced in turn, but not for ever. */
enum { REPLACEMENT_DEPTH = 5 };

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, OBJECT_ID_SIZE);
}

static void load_replacements(struct git_view *view, git_repository *repository)
{
    static const char prefix[] = "refs/replace/";
    git_reference_iterator *iterator;
    git_reference *reference;
    if (git_reference_iterator_glob_new(&iterator, repository, "refs/replace/*") != 0)
        return;
    while (git_reference_next(&reference, iterator) == 0) {
        struct replacement found;
        git_reference *resolved;
        const char *name = git_reference_name(reference) + sizeof prefix - 1;
        if (object_id_parse(slice_text(name), &found.from) &&
            git_reference_resolve(&resolved, reference) == 0) {
            memcpy(found.to.bytes, git_reference_target(resolved)->id, OBJECT_ID_SIZE);
            git_reference_free(resolved);
            view->replacements = memory_resize(view->replacements, view->replacement_count + 1,
                                               sizeof *view->replacements);
            view->replacements[view->replacement_count++] = found;
        }
        git_reference_free(reference);
    }
    git_reference_iterator_free(iterator);
    if (view->replacement_count > 0)
        qsort(view->replacements, view->replacement_count, sizeof *view->replacements, compare_ids);
}

/* "COMMIT [PARENT...]"; false when it is not that. */
static bool parse_override(struct slice line, struct parent_override *override)
{
    *override = (struct parent_override){0};
    size_t words = (line.length + 1) / (OBJECT_ID_HEX + 1);
    if (words == 0 || line.length != words * (OBJECT_ID_HEX + 1) - 1)
        return false;
    struct object_id *ids = memory_new(words, sizeof *ids);
    for (size_t i = 0; i < words; i++) {
        const char *word = line.data + i * (OBJECT_ID_HEX + 1);
        if (!object_id_parse(slice_of(word, OBJECT_ID_HEX), &ids[i]) ||
            (i > 0 && word[-1] != ' ')) {
            free(ids);
            return false;
        }
    }
    override->commit = ids[0];
    override->count = words - 1;
    memmove(ids, ids + 1, (words - 1) * sizeof *ids);
    override->parents = ids;
    return true;
}

/* Opens a regular file only: anything else could keep us waiting. */
static FILE *open_regular(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    FILE *file = NULL;

    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        file = fdopen(fd, "r");
    if (fd >= 0 && !file)
        close(fd);
    return file;
}

/* Both files hold a commit a line; only grafts may name parents after it. */
static void load_overrides(struct git_view *view, const char *folder, const char *name,
                           bool shallow)
{
    char *path = memory_format("%s%s", folder, name), *line = NULL;
    FILE *file = open_regular(path);

    free(path);
    if (!file)
        return;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) >= 0) {
        while (length > 0 && strchr("\r\n ", line[length - 1]))
            length--;
        struct parent_override override;
        if (length == 0 || line[0] == '#' ||
            !parse_override(slice_of(line, (size_t)length), &override))
            continue;
        override.shallow = shallow;
        view->shallow |= shallow;
        view->overrides =
            memory_resize(view->overrides, view->override_count + 1, sizeof *view->overrides);
        view->overrides[view->override_count++] = override;
    }
    free(line);
    fclose(file);
}

/* A shallow boundary has no parents whatever a graft says. */
static int compare_overrides(const void *a, const void *b)
{
    const struct parent_override *left = a, *right = b;
    int order = memcmp(&left->commit, &right->commit, OBJECT_ID_SIZE);
    return order != 0 ? order : (int)right->shallow - (int)left->shallow;
}

static void make_digest(struct git_view *view)
{
    if (view->replacement_count + view->override_count == 0)
        return;
    struct buffer all = {0};
    buffer_append(&all, view->replacements, view->replacement_count * sizeof *view->replacements);
    for (size_t i = 0; i < view->override_count; i++) {
        const struct parent_override *override = &view->overrides[i];
        buffer_append(&all, &override->commit, sizeof override->commit);
        buffer_append_byte(&all, (char) override->shallow);
        buffer_append(&all, override->parents, override->count * sizeof *override->parents);
    }
    git_oid digest;
    struct object_id id;
    if (git_odb_hash(&digest, all.data, all.length, GIT_OBJECT_BLOB) == 0) {
        memcpy(id.bytes, digest.id, sizeof id.bytes);
        object_id_hex(&id, view->digest);
    }
    buffer_free(&all);
}

void git_view_load(struct git_view *view, git_repository *repository)
{
    load_replacements(view, repository);
    load_overrides(view, git_repository_commondir(repository), "shallow", true);
    load_overrides(view, git_repository_commondir(repository), "info/grafts", false);
    if (view->override_count > 0)
        qsort(view->overrides, view->override_count, sizeof *view->overrides, compare_overrides);
    make_digest(view);
}

void git_view_free(struct git_view *view)
{
    for (size_t i = 0; i < view->override_count; i++)
        free(view->overrides[i].parents);
    free(view->overrides);
    free(view->replacements);
    *view = (struct git_view){0};
}

const struct object_id *git_view_replacement(const struct git_view *view,
                                             const struct object_id *id)
{
    for (int depth = 0; view->replacement_count > 0 && depth < REPLACEMENT_DEPTH; depth++) {
        const struct replacement *found =
            bsearch(id, view->replacements, view->replacement_count, sizeof *found, compare_ids);
        if (!found)
            break;
        id = &found->to;
    }
    return id;
}

const struct parent_override *git_view_parents(const struct git_view *view,
                                               const struct object_id *commit)
{
    if (view->override_count == 0)
        return NULL;
    size_t low = 0, high = view->override_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_ids(&view->overrides[middle].commit, commit) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == view->override_count || compare_ids(&view->overrides[low].commit, commit) != 0)
        return NULL;
    return &view->overrides[low];
}
