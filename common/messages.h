/*
 * A stream of records as leat-stream(5) defines it: plain records, or Singer messages
 * (SCHEMA, RECORD, STATE, ACTIVATE_VERSION), told apart by the first line.
 *
 * A line that is no message is rejected here (rejects.h) and passed over. A record is handed
 * out unscanned, so that it is scanned once, by who needs it: the reader calls
 * messages_record_end() with the position behind the record, or messages_reject().
 *
 * Slices in a message are valid until the next call of messages_next().
 */
#ifndef LEAT_MESSAGES_H
#define LEAT_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "json.h"
#include "lines.h"
#include "rejects.h"

enum message_kind {
    MESSAGE_RECORD,
    MESSAGE_SCHEMA,
    MESSAGE_STATE,
    MESSAGE_ACTIVATE_VERSION,
    MESSAGE_END,
    MESSAGE_STOPPED, /* a signal asked us to stop */
    MESSAGE_FAILED   /* reading failed; an error was printed */
};

struct message {
    enum message_kind kind;
    struct slice line;   /* all of it, valid JSON unless kind is MESSAGE_RECORD */
    struct slice stream; /* decoded; of a plain record the name given to messages_open() */
    struct slice record; /* starts at the record; its length is known after _record_end() */
    struct slice rest;   /* after _record_end(): further members of the envelope, as
                            `,"version":1`, or empty */
    struct slice value;  /* MESSAGE_STATE: the value */
    bool plain;
};

struct messages {
    struct lines lines;
    struct json json; /* for scanning the current record */
    struct rejects *rejects;
    struct slice plain_stream;
    enum { MESSAGES_UNDECIDED, MESSAGES_PLAIN, MESSAGES_SINGER } dialect;
    uint64_t records; /* seen, rejected ones included */
    struct message message;
    bool scanned; /* record and rest are known already */
    struct buffer stream_name, envelope_rest;
};

struct messages_options {
    const char *stream; /* of plain records; NULL: "records" */
    uint64_t max_line;  /* 0: default */
    uint64_t max_nesting;
};

void messages_open(struct messages *messages, int fd, const struct messages_options *options,
                   struct rejects *rejects);
void messages_close(struct messages *messages);

/* The next message; it stays in the struct. */
const struct message *messages_next(struct messages *messages);

/* After scanning a record up to `end` (NULL when that failed: json.error says why): checks
 * what follows and completes the message. False: the line was rejected. */
bool messages_record_end(struct messages *messages, const char *end);

/* Rejects the current line. */
void messages_reject(struct messages *messages, const char *reason);

/* Appends `{"type":"RECORD","stream":NAME,"record":`, what an envelope starts with. */
void messages_append_record_start(struct buffer *buffer, struct slice stream);

#endif
