/* SHA-256 (FIPS 180-4), by libcrypto: for what must not be guessed back, such as a token's
 * name in a file. Other hashing is hash.h's. */
#ifndef LEAT_DIGEST_H
#define LEAT_DIGEST_H

#include "slice.h"

enum { DIGEST_LENGTH = 32 };

void digest_sha256(struct slice bytes, unsigned char digest[DIGEST_LENGTH]);

#endif
