/* STATE (leat-stream(5)): the value that a source's bookmarks are in, read from a file and
 * written as a message. */
#ifndef LEAT_STATE_H
#define LEAT_STATE_H

#include "buffer.h"
#include "doc.h"

/*
 * Reads a STATE file: a value, a STATE message, or lines of which the last STATE message
 * counts. A file that is not there, or is empty, gives an empty value. NULL, after an error
 * message, when it cannot be read or holds no STATE.
 */
struct doc *state_read_file(const char *path);

/* The member of an object that is an object; made when it is not there. */
struct doc *state_object(struct doc *parent, const char *name);

/* Appends the value as a STATE message. */
void state_append(struct buffer *buffer, const struct doc *value);

#endif
