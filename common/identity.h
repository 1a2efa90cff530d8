/*
 * Keys that are computed from a platform's own identifiers, so that a row gets the same key
 * whoever makes it, in whatever order. leat-model(5) documents both forms.
 */
#ifndef LEAT_IDENTITY_H
#define LEAT_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

enum {
    IDENTITY_UUID_LENGTH = 36,
    IDENTITY_MOST_PLATFORMS = 99,
    IDENTITY_MOST_KINDS = 9 /* kinds of entities are 0 to 9 */
};

/*
 * The UUID of an account, compatible with Augur's: byte 0 is the platform, bytes 1 to 4 are the
 * low 32 bits of the account's id, most significant first, bytes 5 to 8 the next 32 bits, least
 * significant first (zero for every id that Augur can hold), the rest is zero. Writes
 * IDENTITY_UUID_LENGTH bytes, no NUL.
 */
void identity_uuid(unsigned platform, uint64_t id, char *text);

/*
 * The key of a thing that has an id on its platform: the id, then two digits for the platform and
 * one for the kind. False when it would not be below 2^53, which every client can hold.
 */
bool identity_key(unsigned platform, unsigned kind, uint64_t id, uint64_t *key);

#endif
