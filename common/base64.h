/* Base64 (RFC 4648, section 4), for bytes that fit no text. */
#ifndef LEAT_BASE64_H
#define LEAT_BASE64_H

#include "buffer.h"
#include "slice.h"

void base64_append(struct buffer *buffer, struct slice bytes);

#endif
