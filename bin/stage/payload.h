/*
 * A record as jsonb takes it. PostgreSQL holds neither U+0000 nor half a surrogate pair, and
 * refuses a whole value for one such escape; so each of them becomes U+FFFD. Nothing else of the
 * text changes. (The bytes as they came stand beside, in raw.)
 */
#ifndef LEAT_STAGE_PAYLOAD_H
#define LEAT_STAGE_PAYLOAD_H

#include "buffer.h"
#include "slice.h"

/* Appends a value that is valid JSON; returns how many escapes were replaced. */
size_t payload_append(struct buffer *out, struct slice json);

#endif
