#include "responses.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hash.h"
#include "http.h"
#include "log.h"
#include "memory.h"
#include "moment.h"
#include "text_parts.h"
#include "view.h"

#define SCAN_HEADER "x-leat-scan"

struct response_key response_key(const char *method, const char *url, struct slice request)
{
    struct response_key key;
    struct buffer text = {0};

    buffer_format(&text, "%s %s\n", method, url);
    buffer_append_slice(&text, request);
    hash_uuid(hash_128(buffer_slice(&text), 0), key.text);
    key.text[RESPONSES_KEY_LENGTH] = '\0';
    buffer_free(&text);
    return key;
}

static char *cache_path(const struct scan_cache *cache, const struct response_key *key)
{
    return memory_format("%s/%s.response", cache->folder, key->text);
}

/* The tag of the scan that wrote a response; empty when it does not say. */
static struct slice tag_of(const struct buffer *headers)
{
    struct http_response response = {.headers = *headers};

    return http_header(&response, SCAN_HEADER);
}

enum cached scan_cache_read(const struct scan_cache *cache, const struct response_key *key,
                            struct stored_read *read)
{
    char *path;
    struct slice tag;
    bool found;

    if (cache == NULL || cache->folder == NULL || cache->fresh)
        return CACHED_NONE;
    path = cache_path(cache, key);
    found = stored_read(path, read);
    free(path);
    if (!found)
        return CACHED_NONE;
    tag = tag_of(&read->headers);
    if (cache->delivered && slice_is(tag, cache->delivered))
        return CACHED_DELIVERED;
    if (slice_is(tag, cache->tag) && read->age >= 0 && read->age <= SCAN_CACHE_SECONDS)
        return CACHED_CURRENT;
    return CACHED_OTHER;
}

/* Remembers a file, and deletes the oldest ones of this run while they are too much. */
static void account_for(struct scan_cache *cache, char *path, uint64_t bytes)
{
    if (cache->count == cache->capacity) {
        cache->capacity = cache->capacity ? 2 * cache->capacity : 64;
        cache->files = memory_resize(cache->files, cache->capacity, sizeof *cache->files);
    }
    cache->files[cache->count].path = path;
    cache->files[cache->count++].bytes = bytes;
    cache->bytes += bytes;
    while (cache->bytes > SCAN_CACHE_BYTES && cache->first + 1 < cache->count) {
        unlink(cache->files[cache->first].path);
        cache->bytes -= cache->files[cache->first].bytes;
        free(cache->files[cache->first++].path);
    }
    if (cache->first > 1024 && 2 * cache->first > cache->count) {
        cache->count -= cache->first;
        memmove(cache->files, cache->files + cache->first, cache->count * sizeof *cache->files);
        cache->first = 0;
    }
}

/* The headers with the scan's own tag. */
static void append_tagged(struct buffer *out, struct slice headers, const char *tag)
{
    while (headers.length > 0) {
        struct slice line = text_take_line(&headers), rest;

        if (!text_starts(line, SCAN_HEADER ":", &rest))
            buffer_format(out, "%.*s\n", SLICE_FORMAT(line));
    }
    buffer_format(out, SCAN_HEADER ": %s\n", tag);
}

void scan_cache_write(struct scan_cache *cache, const struct response_key *key,
                      const struct stored *stored)
{
    struct stored tagged = *stored;
    struct buffer headers = {0};
    char *path;

    if (cache == NULL || cache->folder == NULL)
        return;
    append_tagged(&headers, stored->headers, cache->tag);
    tagged.headers = buffer_slice(&headers);
    path = cache_path(cache, key);
    if (stored_write(path, &tagged)) {
        account_for(cache, path, stored->body.length);
    } else {
        log_detail("cannot keep a response in %s: %s", cache->folder, strerror(errno));
        free(path);
    }
    buffer_free(&headers);
}

void scan_cache_touch(const struct scan_cache *cache, const struct response_key *key)
{
    char *path = cache_path(cache, key);

    stored_touch(path);
    free(path);
}

void scan_cache_end(struct scan_cache *cache)
{
    if (cache->folder)
        stored_prune(cache->folder, cache->started);
}

void scan_cache_free(struct scan_cache *cache)
{
    for (size_t i = cache->first; i < cache->count; i++)
        free(cache->files[i].path);
    free(cache->files);
    free(cache->folder);
    free(cache->tag);
    free(cache->delivered);
    *cache = (struct scan_cache){0};
}

struct archived {
    char *name; /* KEY.TIME.response */
    bool used;
};

struct archive {
    char *folder;
    struct archived *items; /* sorted by name, when opened to be replayed */
    size_t count, capacity;
    uint64_t written;
};

struct archive *archive_create(const char *folder, char **error)
{
    struct archive *archive;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        *error = memory_format("cannot make %s: %s", folder, strerror(errno));
        return NULL;
    }
    archive = memory_new(1, sizeof *archive);
    archive->folder = memory_format("%s", folder);
    return archive;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct archived *)a)->name, ((const struct archived *)b)->name);
}

struct archive *archive_open(const char *folder, char **error)
{
    DIR *directory = opendir(folder);
    struct archive *archive;
    struct dirent *entry;

    if (directory == NULL) {
        *error = memory_format("cannot read the archive %s: %s", folder, strerror(errno));
        return NULL;
    }
    archive = memory_new(1, sizeof *archive);
    archive->folder = memory_format("%s", folder);
    while ((entry = readdir(directory)) != NULL) {
        if (!stored_is_response(entry->d_name))
            continue;
        if (archive->count == archive->capacity) {
            archive->capacity = archive->capacity ? 2 * archive->capacity : 256;
            archive->items =
                memory_resize(archive->items, archive->capacity, sizeof *archive->items);
        }
        archive->items[archive->count++] =
            (struct archived){.name = memory_format("%s", entry->d_name)};
    }
    closedir(directory);
    if (archive->count > 0)
        qsort(archive->items, archive->count, sizeof *archive->items, by_name);
    return archive;
}

void archive_free(struct archive *archive)
{
    if (archive == NULL)
        return;
    for (size_t i = 0; i < archive->count; i++)
        free(archive->items[i].name);
    free(archive->items);
    free(archive->folder);
    free(archive);
}

bool archive_write(struct archive *archive, const struct response_key *key,
                   const struct stored *stored)
{
    char *path = memory_format("%s/%s.%013lld.%06llu.response", archive->folder, key->text,
                               (long long)moment_now(), (unsigned long long)archive->written++);
    bool written = stored_write(path, stored);

    free(path);
    return written;
}

/* The first of the archive's items with that key; its count when there is none. */
static size_t find_first(const struct archive *archive, const char *key)
{
    size_t low = 0, high = archive->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(archive->items[middle].name, key, RESPONSES_KEY_LENGTH) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool archive_next(struct archive *archive, const struct response_key *key, struct stored_read *read)
{
    size_t chosen = archive->count;
    char *path;
    bool found;

    for (size_t i = find_first(archive, key->text);
         i < archive->count &&
         strncmp(archive->items[i].name, key->text, RESPONSES_KEY_LENGTH) == 0;
         i++) {
        chosen = i;
        if (!archive->items[i].used)
            break;
    }
    if (chosen == archive->count)
        return false;
    archive->items[chosen].used = true;
    path = memory_format("%s/%s", archive->folder, archive->items[chosen].name);
    found = stored_read(path, read);
    free(path);
    return found;
}
