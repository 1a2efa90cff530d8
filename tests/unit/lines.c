/* Lines from a pipe: the same wherever the input is cut into two reads. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"
#include "tap.h"

/* The part of the input that comes only after the reader has found nothing more to read. */
struct later {
    int fd;
    const char *text;
    size_t length;
};

static void send_later(void *context)
{
    struct later *later = context;

    if (later->fd >= 0) {
        if (write(later->fd, later->text, later->length) != (ssize_t)later->length)
            abort();
        close(later->fd);
        later->fd = -1;
    }
}

/* Reads text cut at `cut`; appends each line and its kind to a transcript. */
static void transcribe(const char *text, size_t length, size_t cut, uint64_t limit,
                       struct buffer *transcript)
{
    struct lines lines;
    struct slice line;
    struct later later = {.text = text + cut, .length = length - cut};
    enum lines_result result;
    int ends[2];

    if (pipe(ends) != 0 || write(ends[1], text, cut) != (ssize_t)cut)
        abort();
    later.fd = ends[1];
    lines_open(&lines, ends[0], limit);
    lines.idle = send_later;
    lines.idle_context = &later;
    transcript->length = 0;
    while ((result = lines_next(&lines, &line)) == LINES_LINE || result == LINES_TOO_LONG) {
        buffer_format(transcript, "%llu%s<", (unsigned long long)lines.number,
                      result == LINES_TOO_LONG ? " long" : "");
        buffer_append_slice(transcript, line);
        buffer_append_byte(transcript, '>');
        if (result == LINES_TOO_LONG)
            buffer_format(transcript, "%llu", (unsigned long long)lines.long_length);
    }
    buffer_text(transcript);
    lines_close(&lines);
    close(ends[0]);
}

static void check(const char *name, const char *text, size_t length, uint64_t limit,
                  const char *expected)
{
    struct buffer transcript = {0};
    bool right = true;

    for (size_t cut = 0; right && cut <= length; cut++) {
        transcribe(text, length, cut, limit, &transcript);
        right = strcmp(transcript.data, expected) == 0;
    }
    if (!ok(right, "%s, cut at every byte", name))
        printf("# expected %s\n# got      %s\n", expected, transcript.data);
    buffer_free(&transcript);
}

#define CHECK(name, text, limit, expected) check(name, text, sizeof(text) - 1, limit, expected)

static void check_long_line(void)
{
    enum { LENGTH = 3 << 20 };
    char *text = malloc(LENGTH + 3);
    struct buffer transcript = {0};

    memset(text, 'x', LENGTH);
    memcpy(text + LENGTH, "\nz\n", 3);
    /* cut where the pipe holds the first part at once */
    transcribe(text, 1000, 1000, LENGTH, &transcript);
    ok(transcript.length > 1000, "a line without an end is a line");
    free(text);
    buffer_free(&transcript);
}

int main(void)
{
    CHECK("two lines", "{\"a\":1}\n{\"b\":2}\n", 1000, "1<{\"a\":1}>2<{\"b\":2}>");
    CHECK("a last line without its end", "a\nb", 1000, "1<a>2<b>");
    CHECK("carriage returns", "a\r\nb\r\n", 1000, "1<a>2<b>");
    CHECK("blank lines are counted and passed over", "\n\na\n \t\n\r\nb\n", 1000, "3<a>6<b>");
    CHECK("a byte-order mark at the start", "\xEF\xBB\xBF{}\n", 1000, "1<{}>");
    CHECK("a byte-order mark elsewhere stays", "a\n\xEF\xBB\xBF{}\n", 1000,
          "1<a>2<\xEF\xBB\xBF{}>");
    CHECK("empty input", "", 1000, "");
    CHECK("only line ends", "\n\n", 1000, "");
    CHECK("a line at the limit", "12345\n", 5, "1<12345>");
    CHECK("a line over the limit", "a\n123456789\nb\n", 5, "1<a>2 long<12345>93<b>");
    CHECK("a last line over the limit", "a\n123456789", 5, "1<a>2 long<12345>9");
    check_long_line();
    return done_testing();
}
