/*
 * Hashes of bytes: XXH3, fast and stable across machines and versions (xxHash's own promise).
 * Not for secrets: whoever can choose the bytes can make two that collide.
 */
#ifndef LEAT_HASH_H
#define LEAT_HASH_H

#include <stdint.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "slice.h"

struct hash_128 {
    uint64_t high, low;
};

static inline uint64_t hash_64(struct slice bytes)
{
    return XXH3_64bits(bytes.data, bytes.length);
}

static inline struct hash_128 hash_128(struct slice bytes, uint64_t seed)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data, bytes.length, seed);

    return (struct hash_128){hash.high64, hash.low64};
}

enum { HASH_UUID_LENGTH = 36 };

/* Writes the hash in the text form of a UUID: HASH_UUID_LENGTH bytes, no NUL. */
static inline void hash_uuid(struct hash_128 hash, char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < 32; i++) {
        uint64_t half = i < 16 ? hash.high : hash.low;

        if (i == 8 || i == 12 || i == 16 || i == 20)
            *text++ = '-';
        *text++ = digits[half >> (60 - i % 16 * 4) & 15];
    }
}

/* Writes the first `count` (8 at most) hex digits of a hash of the bytes. */
static inline void hash_short(struct slice bytes, char *text, int count)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t hash = hash_64(bytes);

    for (int i = 0; i < count; i++)
        text[i] = digits[hash >> (60 - i * 4) & 15];
}

#endif
