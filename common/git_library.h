/* libgit2 started and made harmless. Private to git*.c. */
#ifndef LEAT_GIT_LIBRARY_H
#define LEAT_GIT_LIBRARY_H

#include <stdbool.h>

/* To be called before anything else of libgit2; may be called again. False when it fails. */
bool git_library_start(void);

#endif
