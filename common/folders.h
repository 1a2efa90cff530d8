/* Folders with all that are above them, made where they are missing. */
#ifndef LEAT_FOLDERS_H
#define LEAT_FOLDERS_H

#include <stdbool.h>
#include <sys/types.h>

/* False with errno set. Folders that are there keep their mode. */
bool folders_make(const char *path, mode_t mode);

/* The same for the folder that a file is to be in. */
bool folders_make_for(const char *file, mode_t mode);

#endif
