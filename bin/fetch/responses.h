/*
 * Responses that are on disk: in the cache of a scan, in an archive, or replayed from one.
 *
 * A scan is one walk over a stream, and has a tag. The STATE holds the tag of the last scan that
 * was delivered and that of the next one, so a response with the scan's own tag was got by a run
 * that was cut off, and serves instead of asking again; one with the delivered tag has been passed
 * on, and serves to ask whether it has changed.
 */
#ifndef FETCH_RESPONSES_H
#define FETCH_RESPONSES_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "stored.h"

enum { RESPONSES_KEY_LENGTH = 36 };

/* What was asked for, as the name of its file: of REST the URL, of a query its text and
 * variables. */
struct response_key {
    char text[RESPONSES_KEY_LENGTH + 1];
};
struct response_key response_key(const char *method, const char *url, struct slice request);

/* Where one scan of one stream keeps its responses. */
struct scan_cache {
    char *folder;    /* NULL: none are kept */
    char *tag;       /* of this scan */
    char *delivered; /* of the last one that was delivered; NULL: none was */
    bool fresh;      /* do not use what a run that was cut off left (a full refresh) */
    int64_t started; /* seconds since 1970 */
    struct {         /* what this run wrote, oldest first: bounds the disk it takes */
        char *path;
        uint64_t bytes;
    } * files;
    size_t first, count, capacity;
    uint64_t bytes;
};

enum { SCAN_CACHE_SECONDS = 3600 }; /* how old a response of a run that was cut off may be */
#define SCAN_CACHE_BYTES ((uint64_t)256 << 20)

enum cached { CACHED_NONE, CACHED_CURRENT, CACHED_DELIVERED, CACHED_OTHER };

/* Reads what is kept: CACHED_CURRENT serves as the answer; the others may be asked about
 * (CACHED_OTHER was not passed on yet). stored_free() `read` unless CACHED_NONE. */
enum cached scan_cache_read(const struct scan_cache *cache, const struct response_key *key,
                            struct stored_read *read);
/* Keeps a response; deletes the run's oldest when they grow beyond SCAN_CACHE_BYTES. */
void scan_cache_write(struct scan_cache *cache, const struct response_key *key,
                      const struct stored *stored);
/* It serves this run too: it is not forgotten when the scan is over. */
void scan_cache_touch(const struct scan_cache *cache, const struct response_key *key);
/* The scan is over: forgets what it did not meet. */
void scan_cache_end(struct scan_cache *cache);
void scan_cache_free(struct scan_cache *cache);

/* An archive: every response, by what was asked for and the when. */
struct archive;

/* NULL with *error (free it). */
struct archive *archive_create(const char *folder, char **error);
struct archive *archive_open(const char *folder, char **error);
void archive_free(struct archive *archive);
/* False with errno set. */
bool archive_write(struct archive *archive, const struct response_key *key,
                   const struct stored *stored);
/* The n-th time that is asked for gets the n-th response, after the last one the last. */
bool archive_next(struct archive *archive, const struct response_key *key,
                  struct stored_read *read);

#endif
