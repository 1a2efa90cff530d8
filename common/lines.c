#include "lines.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "pipe.h"
#include "signals.h"

enum { BLOCK = 256 << 10 };

void lines_open(struct lines *lines, int fd, uint64_t limit)
{
    *lines = (struct lines){.fd = fd, .limit = limit, .idle_wait = -1};
    pipe_widen(fd);
    buffer_reserve(&lines->buffer, BLOCK + LINES_PADDING);
    memset(lines->buffer.data, '\n', LINES_PADDING);
}

void lines_close(struct lines *lines)
{
    buffer_free(&lines->buffer);
    buffer_free(&lines->excerpt);
}

static size_t kept(const struct lines *lines)
{
    return lines->buffer.length - lines->start;
}

/* Moves what is not given out yet to the front and makes room for a block behind it. */
static void make_room(struct lines *lines)
{
    struct buffer *buffer = &lines->buffer;

    if (lines->start > 0) {
        memmove(buffer->data, buffer->data + lines->start, kept(lines));
        buffer->length -= lines->start;
        lines->start = 0;
    }
    buffer_reserve(buffer, (buffer->length < BLOCK ? BLOCK : buffer->length) + LINES_PADDING);
}

/* A regular file is always ready; a pipe or socket may have nothing: then flush what we have. */
static bool wait_for_input(struct lines *lines)
{
    struct pollfd input = {.fd = lines->fd, .events = POLLIN};

    if (poll(&input, 1, 0) != 0)
        return !signals_stopped();
    do {
        if (lines->idle)
            lines->idle(lines->idle_context);
    } while (!lines->idle_stop && !signals_stopped() &&
             !signals_wait(lines->fd, POLLIN, lines->idle_wait));
    return !lines->idle_stop && !signals_stopped();
}

/* Reads one block. Returns LINES_LINE when there is more, LINES_END at the end. */
static enum lines_result fill(struct lines *lines)
{
    struct buffer *buffer = &lines->buffer;
    ssize_t got;

    make_room(lines);
    do {
        if (!wait_for_input(lines))
            return LINES_STOPPED;
        got = read(lines->fd, buffer->data + buffer->length,
                   buffer->capacity - buffer->length - LINES_PADDING);
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    if (got < 0) {
        lines->error = errno;
        return LINES_ERROR;
    }
    buffer->length += (size_t)got;
    lines->bytes += (uint64_t)got;
    memset(buffer->data + buffer->length, '\n', LINES_PADDING);
    lines->at_end = got == 0;
    return got == 0 ? LINES_END : LINES_LINE;
}

/* A line over the limit: keeps its first bytes, counts the rest and reads past its end. */
static enum lines_result pass_over(struct lines *lines, struct slice *line)
{
    struct buffer *buffer = &lines->buffer;
    size_t excerpt = lines->limit < LINES_EXCERPT ? (size_t)lines->limit : LINES_EXCERPT;
    enum lines_result result = LINES_LINE;
    char *newline = NULL;

    lines->excerpt.length = 0;
    buffer_append(&lines->excerpt, buffer->data + lines->start, excerpt);
    lines->long_length = 0;
    while (newline == NULL && result == LINES_LINE) {
        newline = memchr(buffer->data + lines->start, '\n', kept(lines));
        if (newline == NULL) {
            lines->long_length += kept(lines);
            lines->start = buffer->length;
            result = fill(lines);
        }
    }
    if (result == LINES_ERROR || result == LINES_STOPPED)
        return result;
    if (newline != NULL) {
        lines->long_length += (uint64_t)(newline - buffer->data) - lines->start;
        lines->start = (size_t)(newline - buffer->data) + 1;
    }
    *line = buffer_slice(&lines->excerpt);
    return LINES_TOO_LONG;
}

/* The next line with its end still on: its length without "\n", or a result that is no line. */
static enum lines_result find_line(struct lines *lines, size_t *length)
{
    size_t searched = 0;

    for (;;) {
        const char *begin = lines->buffer.data + lines->start;
        const char *newline = memchr(begin + searched, '\n', kept(lines) - searched);
        enum lines_result result;

        if (newline != NULL) {
            *length = (size_t)(newline - begin);
            return *length > lines->limit ? LINES_TOO_LONG : LINES_LINE;
        }
        searched = kept(lines);
        if (searched > lines->limit)
            return LINES_TOO_LONG;
        result = lines->at_end ? LINES_END : fill(lines);
        if (result == LINES_END && searched > 0) {
            *length = searched;
            return LINES_LINE;
        }
        if (result != LINES_LINE)
            return result;
    }
}

static bool is_blank(const char *data, size_t length)
{
    while (length > 0 && (*data == ' ' || *data == '\t')) {
        data++;
        length--;
    }
    return length == 0;
}

enum lines_result lines_next(struct lines *lines, struct slice *line)
{
    for (;;) {
        size_t length;
        enum lines_result result = find_line(lines, &length);
        const char *begin = lines->buffer.data + lines->start;

        if (result == LINES_LINE || result == LINES_TOO_LONG)
            lines->number++;
        if (result == LINES_TOO_LONG)
            return pass_over(lines, line);
        if (result != LINES_LINE)
            return result;
        lines->start += length;
        if (lines->start < lines->buffer.length)
            lines->start++; /* the "\n" itself, absent from a last line cut short */
        if (lines->number == 1 && length >= 3 && memcmp(begin, "\xEF\xBB\xBF", 3) == 0) {
            begin += 3;
            length -= 3;
        }
        if (length > 0 && begin[length - 1] == '\r')
            length--;
        *line = slice_of(begin, length);
        if (!is_blank(begin, length))
            return LINES_LINE;
    }
}
