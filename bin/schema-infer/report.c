#include "report.h"

#include <inttypes.h>
#include <stdio.h>

#include "buffer.h"

enum { COLUMN = 32, VALUE = 24 };

/* Control characters would move the terminal's cursor; they show as "?". */
static void append_visible(struct buffer *line, struct slice text, size_t width)
{
    size_t length = text.length;

    if (length > width) {
        length = width - 3;
        while (length > 0 && ((unsigned char)text.data[length] & 0xC0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text.data[i];

        buffer_append_byte(line, byte < 0x20 || byte == 0x7F ? '?' : (char)byte);
    }
    if (length < text.length)
        buffer_append_text(line, "...");
}

static void pad(struct buffer *line, size_t column)
{
    do {
        buffer_append_byte(line, ' ');
    } while (line->length < column);
}

static void print_place(const struct shape_node *node, const struct place *place,
                        const char *suffix)
{
    const struct summary *summary = place->summary;
    struct buffer line = {0}, path = {0};

    shape_pointer(node, &path);
    buffer_append_text(&path, suffix);
    append_visible(&line, buffer_slice(&path), COLUMN);
    pad(&line, COLUMN + 1);
    buffer_format(&line, "%-10s %10" PRIu64 " %9" PRIu64 " %9" PRIu64 " %8zu  ",
                  types_name(place->type), summary->count, summary->nulls,
                  summary_distinct(summary), summary->longest);
    append_visible(&line, buffer_slice(&summary->least), VALUE);
    if (summary->count > 0)
        buffer_append_text(&line, " .. ");
    append_visible(&line, buffer_slice(&summary->greatest), VALUE);
    fprintf(stderr, "%s\n", buffer_text(&line));
    buffer_free(&line);
    buffer_free(&path);
}

static void print_members(const struct shape_node *node, const char *suffix)
{
    for (const struct shape_node *child = node->first_child; child; child = child->next_sibling) {
        const struct place *place = child->data;

        if (place == NULL)
            continue;
        if (place->summary != NULL)
            print_place(child, place, suffix);
        print_members(child, suffix);
        if (place->items != NULL && place->items->element.summary != NULL)
            print_place(child, &place->items->element, "/*");
        if (place->items != NULL)
            print_members(&place->items->shape.root, " (in an array)");
    }
}

void report_print(const struct stream *stream)
{
    fprintf(stderr, "%s\n%-*s %-10s %10s %9s %9s %8s  %s\n", stream->name, COLUMN, "column", "type",
            "count", "nulls", "distinct", "longest", "least .. greatest");
    print_members(&stream->shape.root, "");
}
