#include "stored.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doc.h"
#include "folders.h"
#include "hash.h"
#include "json.h"
#include "memory.h"
#include "moment.h"

static const char suffix[] = ".response";

/* How the first line goes on behind what is hashed: the hash as hash.h writes it. */
static const char hash_start[] = ",\"hash\":\"", hash_end[] = "\"}\n";
enum { HASH_PART = sizeof hash_start - 1 + HASH_UUID_LENGTH + sizeof hash_end - 1 };

/* Of the body and of what the first line says before. */
static void append_hash(struct buffer *buffer, struct slice line, struct slice body)
{
    struct hash_128 hash = hash_128(body, hash_64(line));

    buffer_append_text(buffer, hash_start);
    hash_uuid(hash, buffer_reserve(buffer, HASH_UUID_LENGTH));
    buffer->length += HASH_UUID_LENGTH;
    buffer_append_text(buffer, hash_end);
}

/* --- writing */

static void append_member(struct buffer *line, const char *name, struct slice text)
{
    buffer_format(line, "\"%s\":", name);
    json_append_string(line, text);
    buffer_append_byte(line, ',');
}

/* Without what would let somebody in. */
static void append_harmless(struct buffer *kept, struct slice headers)
{
    static const char cookie[] = "set-cookie:";

    while (headers.length > 0) {
        const char *newline = memchr(headers.data, '\n', headers.length);
        size_t length = newline ? (size_t)(newline + 1 - headers.data) : headers.length;

        if (length < sizeof cookie - 1 || strncasecmp(headers.data, cookie, sizeof cookie - 1) != 0)
            buffer_append(kept, headers.data, length);
        headers.data += length;
        headers.length -= length;
    }
}

static void append_line(struct buffer *line, const struct stored *stored)
{
    struct buffer headers = {0};

    append_harmless(&headers, stored->headers);
    buffer_append_byte(line, '{');
    append_member(line, "method", slice_text(stored->method));
    append_member(line, "url", slice_text(stored->url));
    append_member(line, "request", stored->request);
    append_member(line, "headers", buffer_slice(&headers));
    buffer_format(line, "\"status\":%d,\"bytes\":%zu,\"time\":\"", stored->status,
                  stored->body.length);
    moment_append(line, moment_now());
    buffer_append_byte(line, '"');
    append_hash(line, buffer_slice(line), stored->body);
    buffer_free(&headers);
}

static bool write_whole(int fd, struct slice bytes)
{
    while (bytes.length > 0) {
        ssize_t written = write(fd, bytes.data, bytes.length);

        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes.data += written;
            bytes.length -= (size_t)written;
        }
    }
    return true;
}

/* In the folder of `path`; with the suffix, so that stored_prune() finds one left behind. */
static char *temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return memory_format("%.*snew-XXXXXX%s", slash ? (int)(slash + 1 - path) : 0, path, suffix);
}

bool stored_write(const char *path, const struct stored *stored)
{
    char *temporary = temporary_name(path);
    struct buffer line = {0};
    bool written = false;
    int fd = -1, saved;

    append_line(&line, stored);
    if (folders_make_for(path, 0700))
        fd = mkostemps(temporary, sizeof suffix - 1, O_CLOEXEC);
    if (fd >= 0) {
        written = write_whole(fd, buffer_slice(&line)) && write_whole(fd, stored->body);
        written = close(fd) == 0 && written && rename(temporary, path) == 0;
        saved = errno;
        if (!written)
            unlink(temporary);
        errno = saved;
    }
    buffer_free(&line);
    free(temporary);
    return written;
}

/* --- reading */

static bool read_whole(int fd, struct buffer *buffer)
{
    struct stat status;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    /* a byte more, to see the end */
    buffer_reserve(buffer, (size_t)status.st_size + 1);
    for (;;) {
        ssize_t got = read(fd, buffer_reserve(buffer, 1), buffer->capacity - buffer->length);

        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        buffer->length += got > 0 ? (size_t)got : 0;
    }
}

/* Whether the first line ends in its hash, and that in what the file holds. */
static bool is_undamaged(struct slice line, struct slice body)
{
    struct buffer expected = {0};
    bool same;

    if (line.length < HASH_PART)
        return false;
    append_hash(&expected, slice_of(line.data, line.length - HASH_PART), body);
    same = slice_equal(buffer_slice(&expected),
                       slice_of(line.data + line.length - HASH_PART, HASH_PART));
    buffer_free(&expected);
    return same;
}

static char *copy_member(const struct doc *said, const char *name)
{
    const char *text = doc_string(doc_get(said, name));

    return text ? memory_format("%s", text) : memory_text("", 0);
}

static void append_said(struct buffer *buffer, const struct doc *said, const char *name)
{
    const char *text = doc_string(doc_get(said, name));

    if (text)
        buffer_append_text(buffer, text);
}

/* What an undamaged first line says. */
static bool take_line(struct stored_read *read, struct slice line)
{
    const char *error;
    struct doc *said = doc_parse(line, &error);
    const char *time = doc_string(doc_get(said, "time"));
    int64_t written, now = moment_now();

    if (!said || !moment_parse(slice_text(time), &written)) {
        doc_free(said);
        return false;
    }
    read->age = written < now ? (now - written) / 1000 : 0;
    read->status = (int)doc_double(doc_get(said, "status"), 0);
    read->method = copy_member(said, "method");
    read->url = copy_member(said, "url");
    append_said(&read->headers, said, "headers");
    append_said(&read->request, said, "request");
    doc_free(said);
    return true;
}

/* Leaves the body alone in its buffer. */
static void cut_line(struct buffer *body, size_t line)
{
    char *end;

    body->length -= line;
    memmove(body->data, body->data + line, body->length);
    end = buffer_reserve(body, 1 + JSON_PADDING);
    end[0] = '\n';
    memset(end + 1, 0, JSON_PADDING);
}

static bool take_file(struct stored_read *read, int fd)
{
    const char *newline;
    struct slice line, body;

    if (!read_whole(fd, &read->body))
        return false;
    newline = read->body.length > 0 ? memchr(read->body.data, '\n', read->body.length) : NULL;
    if (!newline)
        return false;
    line = slice_of(read->body.data, (size_t)(newline + 1 - read->body.data));
    body = slice_of(newline + 1, read->body.length - line.length);
    if (!is_undamaged(line, body) || !take_line(read, slice_of(line.data, line.length - 1)))
        return false;
    cut_line(&read->body, line.length);
    return true;
}

bool stored_read(const char *path, struct stored_read *read)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool whole;

    *read = (struct stored_read){0};
    if (fd < 0)
        return false;
    whole = take_file(read, fd);
    close(fd);
    if (!whole)
        stored_free(read);
    return whole;
}

void stored_free(struct stored_read *read)
{
    buffer_free(&read->headers);
    buffer_free(&read->body);
    buffer_free(&read->request);
    free(read->method);
    free(read->url);
    *read = (struct stored_read){0};
}

/* --- the folder */

void stored_touch(const char *path)
{
    utimensat(AT_FDCWD, path, NULL, 0);
}

bool stored_is_response(const char *name)
{
    size_t length = strlen(name);

    return length >= sizeof suffix - 1 && strcmp(name + length + 1 - sizeof suffix, suffix) == 0;
}

void stored_prune(const char *folder, int64_t seconds)
{
    DIR *files = opendir(folder);
    struct dirent *entry;

    while (files && (entry = readdir(files)) != NULL) {
        struct stat status;

        if (stored_is_response(entry->d_name) &&
            fstatat(dirfd(files), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode) && status.st_mtime < seconds)
            unlinkat(dirfd(files), entry->d_name, 0);
    }
    if (files)
        closedir(files);
}
