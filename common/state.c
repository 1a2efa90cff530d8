#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"
#include "text_parts.h"

static bool read_file(const char *path, struct buffer *text)
{
    FILE *file = fopen(path, "re");
    size_t got;
    bool complete;

    if (!file)
        return errno == ENOENT;
    while ((got = fread(buffer_reserve(text, 64 << 10), 1, 64 << 10, file)) > 0)
        text->length += got;
    complete = !ferror(file);
    fclose(file);
    return complete;
}

/* The value of a document that is a STATE message or a bare value; frees the document. */
static struct doc *take_value(struct doc *doc)
{
    const char *type = doc_string(doc_get(doc, "type"));
    struct doc *value = NULL;

    if (doc && type && strcmp(type, "STATE") == 0)
        value = doc_is_object(doc_get(doc, "value")) ? doc_copy(doc_get(doc, "value")) : NULL;
    else if (doc && !type && doc_is_object(doc))
        value = doc_copy(doc);
    doc_free(doc);
    return value;
}

/* The last line that is a STATE; a last line cut off by a crash is passed over. */
static struct doc *last_state(const char *path, struct slice text)
{
    const char *end = text.data + text.length, *error;
    bool skipped = false;

    while (end > text.data) {
        const char *start = memrchr(text.data, '\n', (size_t)(end - text.data));
        struct slice line;
        struct doc *value;

        start = start ? start + 1 : text.data;
        line = slice_of(start, (size_t)(end - start));
        value = text_is_blank(line) ? NULL : take_value(doc_parse(line, &error));
        if (value) {
            if (skipped)
                log_warning("%s: the last line is no STATE: using an earlier one", path);
            return value;
        }
        skipped |= !text_is_blank(line);
        end = start > text.data ? start - 1 : text.data;
    }
    return NULL;
}

struct doc *state_read_file(const char *path)
{
    struct buffer text = {0};
    struct doc *value = NULL;
    const char *error;

    if (!read_file(path, &text)) {
        log_error("%s: cannot read the state: %s", path, strerror(errno));
    } else if (text_is_blank(buffer_slice(&text))) {
        value = doc_object();
    } else {
        value = take_value(doc_parse(buffer_slice(&text), &error));
        if (!value)
            value = last_state(path, buffer_slice(&text));
        if (!value)
            log_error("%s: no STATE found in it (remove the file to start from the beginning)",
                      path);
    }
    buffer_free(&text);
    return value;
}

struct doc *state_object(struct doc *parent, const char *name)
{
    if (!doc_is_object(doc_get(parent, name)))
        doc_set(parent, name, doc_object());
    return doc_get(parent, name);
}

void state_append(struct buffer *buffer, const struct doc *value)
{
    buffer_append_text(buffer, "{\"type\":\"STATE\",\"value\":");
    doc_print(value, buffer);
    buffer_append_text(buffer, "}\n");
}
