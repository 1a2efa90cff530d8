/* What a repository is inside. Private to git*.c. */
#ifndef LEAT_GIT_HANDLE_H
#define LEAT_GIT_HANDLE_H

#include <git2.h>

#include "git.h"
#include "git_view.h"

struct repository {
    git_repository *handle; /* NULL in a reader */
    git_odb *odb;
    struct git_view view; /* a reader's is its owner's */
};

#endif
