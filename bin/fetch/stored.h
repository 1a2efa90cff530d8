/*
 * A response on disk: for the cache, the archive and replay. One file: a line of JSON with
 * everything but the body ("method", "url", "request", "headers" as the text of http.h, "status",
 * "bytes" of the body, "time" as RFC 3339, and "hash" of all that and of the body), then the
 * body's bytes. Credentials are in none of these: request headers are not stored. What is not
 * UTF-8 is kept exactly in the body only.
 *
 * Files are written under a temporary name and renamed, mode 0600; folders are made, 0700. A
 * file that is cut short or damaged (its hash differs) reads as if it were not there.
 */
#ifndef FETCH_STORED_H
#define FETCH_STORED_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "slice.h"

struct stored {
    const char *method, *url;
    struct slice request; /* the body that was sent, empty for none */
    int status;
    struct slice headers; /* lines "name: value\n" */
    struct slice body;
};

/* False with errno set. Set-Cookie headers are left out. */
bool stored_write(const char *path, const struct stored *stored);

struct stored_read {
    int status;
    struct buffer headers;
    struct buffer body; /* followed by "\n" and JSON_PADDING bytes that do not count */
    struct buffer request;
    char *method, *url;
    int64_t age; /* seconds since it was written */
};

/* False when there is no such whole file. stored_free() what was read. */
bool stored_read(const char *path, struct stored_read *read);
void stored_free(struct stored_read *read);

/* Marks a file as in use now (its modification time). */
void stored_touch(const char *path);
/* Whether a file is one of these, by its name. */
bool stored_is_response(const char *name);
/* Removes the files of a folder last marked before `seconds` since the epoch; other than
 * `*.response` files are left alone. */
void stored_prune(const char *folder, int64_t seconds);

#endif
