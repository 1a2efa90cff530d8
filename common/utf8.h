/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef LEAT_UTF8_H
#define LEAT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes at the start of data are valid: length when all are. May read up to 15
 * bytes behind data + length (as lines.h and json.h pad), but never judges by them. */
size_t utf8_valid_prefix(const char *data, size_t length);

static inline bool utf8_valid(const char *data, size_t length)
{
    return utf8_valid_prefix(data, length) == length;
}

/* Length of the valid sequence that starts at data (1 to 4), or 0 when there is none. */
unsigned utf8_sequence(const char *data, size_t length);

/* Writes the code point (not a surrogate) as 1 to 4 bytes; returns how many. */
unsigned utf8_encode(uint32_t code_point, char *bytes);

#endif
