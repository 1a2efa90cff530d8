/* Folders: made with all that are above them, and searched for descriptions. */
#ifndef LEAT_FOLDERS_H
#define LEAT_FOLDERS_H

#include <stdbool.h>
#include <sys/types.h>

/* False with errno set. Folders that are there keep their mode. */
bool folders_make(const char *path, mode_t mode);

/* The same for the folder that a file is to be in. */
bool folders_make_for(const char *file, mode_t mode);

/*
 * The description that a user names: itself where it is a path (it has a slash, or ends in
 * ".json"), else NAME.json in the first of the folders, separated by colons, that has it. free()
 * it; NULL when none has.
 */
char *folders_find_description(const char *folders, const char *name);

#endif
