#include "folders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

bool folders_make(const char *path, mode_t mode)
{
    char *copy = memory_format("%s", path);
    bool made = *path != '\0';

    if (!made)
        errno = ENOENT;
    for (char *at = copy + 1; made; at++) {
        char kept = *at;

        if (kept != '/' && kept != '\0')
            continue;
        *at = '\0';
        made = mkdir(copy, mode) == 0 || errno == EEXIST;
        *at = kept;
        if (kept == '\0')
            break;
    }
    free(copy);
    return made;
}

bool folders_make_for(const char *file, mode_t mode)
{
    const char *slash = strrchr(file, '/');
    char *folder;
    bool made;

    if (!slash || slash == file)
        return true;
    folder = memory_text(file, (size_t)(slash - file));
    made = folders_make(folder, mode);
    free(folder);
    return made;
}

static bool is_path(const char *name)
{
    size_t length = strlen(name);

    return strchr(name, '/') || (length > 5 && strcmp(name + length - 5, ".json") == 0);
}

char *folders_find_description(const char *folders, const char *name)
{
    if (is_path(name))
        return memory_text(name, strlen(name));
    while (*folders) {
        size_t length = strcspn(folders, ":");
        char *file = memory_format("%.*s/%s.json", (int)length, folders, name);

        if (length > 0 && access(file, R_OK) == 0)
            return file;
        free(file);
        folders += length + (folders[length] == ':');
    }
    return NULL;
}
