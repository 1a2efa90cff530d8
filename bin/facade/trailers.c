#include "trailers.h"

#include <ctype.h>
#include <stdlib.h>

#include "memory.h"
#include "text_parts.h"

enum { LINES_A_TRAILER = 3 }; /* other lines a trailer line may stand among, git's quarter */

/* What is known of a paragraph from its lines. */
struct census {
    size_t trailers, others, folded;
    bool made_by_git;
};

/* Where the colon of "Key: value" is; 0 when the line is not of that form. */
static size_t colon_of(struct slice line)
{
    bool spaced = false;

    for (size_t i = 0; i < line.length; i++) {
        char c = line.data[i];

        if (c == ':')
            return i;
        if (!spaced && (isalnum((unsigned char)c) || c == '-'))
            continue;
        if (i == 0 || (c != ' ' && c != '\t'))
            return 0;
        spaced = true;
    }
    return 0;
}

/* Goes up the paragraph, so that folded lines are seen before what they belong to. */
static void count_line(struct census *census, struct slice line)
{
    struct slice rest;

    if (line.length > 0 && line.data[0] == '#') {
        census->others += census->folded;
        census->folded = 0;
    } else if (text_starts(line, "Signed-off-by: ", &rest) ||
               text_starts(line, "(cherry picked from commit ", &rest)) {
        census->trailers++;
        census->folded = 0;
        census->made_by_git = true;
    } else if (text_is_space(line.data[0])) {
        census->folded++;
    } else if (colon_of(line) > 0) {
        census->trailers++;
        census->folded = 0;
    } else {
        census->others += 1 + census->folded;
        census->folded = 0;
    }
}

/* The start of the line that ends at `end` (behind its newline, if it has one). */
static const char *line_before(const char *start, const char *end)
{
    const char *newline;

    if (end > start && end[-1] == '\n')
        end--;
    newline = end > start ? memrchr(start, '\n', (size_t)(end - start)) : NULL;
    return newline ? newline + 1 : start;
}

/* Where the body starts: behind the first paragraph. */
static const char *skip_subject(struct slice message)
{
    struct slice rest = message;

    while (message.length > 0 && !text_is_blank(text_take_line(&rest)))
        message = rest;
    return message.data;
}

/* The message without what git leaves out at its end: comments, and old lists of conflicts. */
static const char *end_of_text(struct slice message)
{
    const char *extra = NULL;
    bool in_conflicts = false;

    while (message.length > 0) {
        struct slice line = text_take_line(&message);

        if (line.length == 0 || line.data[0] == '#') {
            extra = extra ? extra : line.data;
        } else if (slice_is(line, "Conflicts:")) {
            in_conflicts = true;
            extra = extra ? extra : line.data;
        } else if (!(in_conflicts && line.data[0] == '\t')) {
            in_conflicts = false;
            extra = NULL;
        }
    }
    return extra ? extra : message.data;
}

/* The paragraph of trailers at the end of a message, or an empty slice. */
static struct slice trailer_paragraph(struct slice message)
{
    const char *body = skip_subject(message);
    const char *end = end_of_text(message), *at = end;
    struct census census = {0};

    while (at > body) {
        const char *start = line_before(body, at);
        struct slice rest = slice_of(start, (size_t)(at - start)), line = text_take_line(&rest);

        if (text_is_blank(line)) {
            if (at != end) {
                census.others += census.folded;
                break;
            }
            end = start;
        } else {
            count_line(&census, line);
        }
        at = start;
    }
    if (at <= body || !(census.made_by_git ? census.trailers * LINES_A_TRAILER >= census.others
                                           : census.trailers > 0 && census.others == 0))
        return slice_of(end, 0);
    return slice_of(at, (size_t)(end - at));
}

/* "NAME <EMAIL>", perhaps with more behind it. */
static void split_identity(struct trailer *trailer)
{
    struct slice value = trailer->value;
    const char *open = value.length > 0 ? memchr(value.data, '<', value.length) : NULL;
    const char *close = open ? memchr(open, '>', (size_t)(value.data + value.length - open)) : NULL;

    if (!close)
        return;
    trailer->name = text_trim(slice_of(value.data, (size_t)(open - value.data)));
    trailer->email = text_trim(slice_of(open + 1, (size_t)(close - open - 1)));
}

static struct trailer *add_trailer(struct trailers *trailers)
{
    if (trailers->count == trailers->capacity) {
        trailers->capacity = trailers->capacity ? trailers->capacity * 2 : 16;
        trailers->items =
            memory_resize(trailers->items, trailers->capacity, sizeof *trailers->items);
    }
    trailers->items[trailers->count] = (struct trailer){0};
    return &trailers->items[trailers->count++];
}

/* Takes a value with the folded lines behind it off the rest of the paragraph. `joined` has room
 * for all of the paragraph, so it does not move. */
static struct slice take_value(struct trailers *trailers, struct slice first, struct slice *rest)
{
    size_t start = trailers->joined.length;

    buffer_append_slice(&trailers->joined, text_trim(first));
    while (rest->length > 0 && rest->data[0] != '\n' && text_is_space(rest->data[0])) {
        buffer_append_byte(&trailers->joined, ' ');
        buffer_append_slice(&trailers->joined, text_trim(text_take_line(rest)));
    }
    return text_trim(slice_of(trailers->joined.data + start, trailers->joined.length - start));
}

void trailers_find(struct trailers *trailers, struct slice message)
{
    struct slice rest = trailer_paragraph(message);

    trailers->count = trailers->joined.length = 0;
    if (rest.length == 0)
        return;
    buffer_reserve(&trailers->joined, rest.length * 2);
    while (rest.length > 0) {
        struct slice line = text_take_line(&rest);
        size_t colon = line.length > 0 && line.data[0] != '#' ? colon_of(line) : 0;

        if (colon > 0) {
            struct slice first = slice_of(line.data + colon + 1, line.length - colon - 1);
            struct trailer *trailer = add_trailer(trailers);

            trailer->key = text_trim(slice_of(line.data, colon));
            trailer->value = take_value(trailers, first, &rest);
            split_identity(trailer);
        }
    }
}

void trailers_free(struct trailers *trailers)
{
    free(trailers->items);
    buffer_free(&trailers->joined);
    *trailers = (struct trailers){0};
}
