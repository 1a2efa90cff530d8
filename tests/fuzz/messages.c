/* Any bytes as input of a tool: through lines, the envelope, and schema-infer's parts. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../bin/schema-infer/places.h"
#include "log.h"
#include "messages.h"
#include "schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_schema(struct stream *stream, struct slice line)
{
    const char *error = NULL;
    struct doc *message = doc_parse(line, &error);
    struct schema *schema = message ? schema_parse(message, &error) : NULL;

    if (schema != NULL)
        places_take_schema(stream, message);
    else
        doc_free(message);
    schema_free(schema);
}

static void run(struct messages *messages, struct stream *stream)
{
    const struct message *message;

    while ((message = messages_next(messages))->kind < MESSAGE_END) {
        if (message->kind == MESSAGE_SCHEMA) {
            take_schema(stream, message->line);
        } else if (message->kind == MESSAGE_RECORD) {
            const char *end = places_look(stream, &messages->json, message->record.data, 1);

            if (!messages_record_end(messages, end))
                places_forget_record(stream);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct messages_options options = {.max_line = 4096, .max_nesting = 64};
    struct stream *stream = places_open(slice_text("s"), 200);
    struct messages messages;
    struct rejects rejects;
    int fd = memfd_create("input", 0);

    log_set_level(LOG_ERROR);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0 ||
        !rejects_open(&rejects, "/dev/null"))
        abort();
    messages_open(&messages, fd, &options, &rejects);
    run(&messages, stream);
    doc_free(places_message(stream, true));
    places_close(stream);
    messages_close(&messages);
    rejects_close(&rejects);
    close(fd);
    return 0;
}
