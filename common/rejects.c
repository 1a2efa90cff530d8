#include "rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "json.h"
#include "log.h"
#include "utf8.h"

bool rejects_open(struct rejects *rejects, const char *path)
{
    int fd = -1;

    *rejects = (struct rejects){.path = path};
    if (path == NULL)
        return true;
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        log_error("%s: %s (--rejects needs a file it can append to)", path, strerror(errno));
        return false;
    }
    output_open(&rejects->file, fd);
    return true;
}

static bool is_utf8(struct slice text)
{
    for (size_t at = 0, step; at < text.length; at += step) {
        step = utf8_sequence(text.data + at, text.length - at);
        if (step == 0)
            return false;
    }
    return true;
}

static void append_json(struct buffer *line, const struct reject *reject)
{
    bool text = is_utf8(reject->original);

    buffer_append_text(line, "{\"tool\":");
    json_append_string(line, slice_text(log_tool()));
    if (reject->stream.length > 0) {
        buffer_append_text(line, ",\"stream\":");
        json_append_string(line, reject->stream);
    }
    buffer_format(line, ",\"line\":%" PRIu64 ",\"reason\":", reject->line);
    json_append_string(line, slice_text(reject->reason));
    if (reject->length > reject->original.length)
        buffer_format(line, ",\"truncated\":true,\"bytes\":%" PRIu64, reject->length);
    buffer_append_text(line, text ? ",\"original\":" : ",\"original_base64\":\"");
    if (text) {
        json_append_string(line, reject->original);
    } else {
        base64_append(line, reject->original);
        buffer_append_byte(line, '"');
    }
    buffer_append_text(line, "}\n");
}

void rejects_add(struct rejects *rejects, const struct reject *reject)
{
    enum { SHOWN = 200 };
    struct slice start = reject->original;

    rejects->count++;
    if (rejects->path != NULL) {
        append_json(&rejects->file.buffer, reject);
        output_line_end(&rejects->file);
        return;
    }
    if (start.length > SHOWN) {
        start.length = SHOWN; /* and not in the middle of a character */
        while (start.length > 0 && ((unsigned char)start.data[start.length] & 0xC0) == 0x80)
            start.length--;
    }
    log_error("line %" PRIu64 ": rejected: %s: %.*s%s", reject->line, reject->reason,
              SLICE_FORMAT(start), reject->length > start.length ? "..." : "");
}

bool rejects_close(struct rejects *rejects)
{
    bool written;

    if (rejects->path == NULL)
        return true;
    written = output_close(&rejects->file);
    if (close(rejects->file.fd) != 0)
        written = false;
    if (!written)
        log_error("%s: %s (rejected records are missing from it)", rejects->path,
                  strerror(rejects->file.error ? rejects->file.error : errno));
    return written;
}
