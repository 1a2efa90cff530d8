/*
 * Mirrors: bare copies of remote repositories, with all their refs, kept in a folder of ours and
 * brought up to date before they are read.
 *
 * A mirror's folder is named from its URL: a readable part that holds nothing but letters,
 * digits, dots, dashes and underscores, and a hash, so that nothing in a URL leads out of the
 * folder. It is made under another name and renamed when complete; one process at a time works
 * on it. Neither URL nor credentials are stored in it.
 *
 * Credentials come from the URL itself, from the environment (LEAT_GIT_TOKEN, over https to the
 * host of the URL only) or from the agent (ssh); they appear in no message.
 */
#ifndef LEAT_GIT_MIRROR_H
#define LEAT_GIT_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

enum mirror_outcome {
    MIRROR_READY,
    MIRROR_REMOTE_FAILED, /* the other end, or the way to it */
    MIRROR_LOCAL_FAILED,  /* our folder */
    MIRROR_STOPPED
};

struct mirror_request {
    const char *root; /* the folder of all mirrors; made when it is not there */
    const char *url;
    bool (*stopped)(void);
    void (*progress)(void *context, uint64_t objects, uint64_t total);
    void *context;
};

/* Whether it is a URL, or the HOST:PATH form of ssh, and not a path. */
bool mirror_is_url(const char *text);

/* The URL without a password, and without a user where that may be a token; free() it. */
char *mirror_public_url(const char *url);

/* The folder of a URL's mirror; free() it. */
char *mirror_folder(const char *root, const char *url);

/* Clones or fetches. On failure *why is what to tell people; free() it. */
enum mirror_outcome mirror_update(const struct mirror_request *request, char **why);

#endif
