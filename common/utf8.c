#include "utf8.h"

#if defined(__SSE2__) && !defined(LEAT_SCALAR)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && !defined(LEAT_SCALAR)
#include <arm_neon.h>
#endif

/* How many of the 16 bytes at data come before the first with its high bit set. */
static inline unsigned ascii_16(const char *data)
{
#if defined(__SSE2__) && !defined(LEAT_SCALAR)
    unsigned high = (unsigned)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)data));

    return (unsigned)__builtin_ctz(high | 0x10000);
#elif defined(__ARM_NEON) && !defined(LEAT_SCALAR)
    /* four bits a byte */
    uint8x16_t high = vcgeq_u8(vld1q_u8((const uint8_t *)data), vdupq_n_u8(0x80));
    uint64_t mask =
        vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(high), 4)), 0);

    return mask ? (unsigned)__builtin_ctzll(mask) / 4 : 16;
#else
    unsigned at = 0;

    while (at < 16 && (unsigned char)data[at] < 0x80)
        at++;
    return at;
#endif
}

static inline bool continues(const char *data, size_t at, size_t length)
{
    return at < length && ((unsigned char)data[at] & 0xC0) == 0x80;
}

unsigned utf8_sequence(const char *data, size_t length)
{
    unsigned char first, second;

    if (length == 0)
        return 0;
    first = (unsigned char)data[0];
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4 || !continues(data, 1, length))
        return 0;
    if (first < 0xE0)
        return 2;
    second = (unsigned char)data[1];
    if (!continues(data, 2, length))
        return 0;
    if (first < 0xF0)
        return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? 0 : 3;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
        return 0;
    return continues(data, 3, length) ? 4 : 0;
}

size_t utf8_valid_prefix(const char *data, size_t length)
{
    size_t at = 0;

    while (at < length) {
        unsigned step;

        /* a branch the processor foresees, not a sum it must wait for */
        if (ascii_16(data + at) == 16) {
            at += 16;
            continue;
        }
        at += ascii_16(data + at);
        /* text that is not ASCII rarely comes alone: stay here while it lasts */
        while (at < length && (unsigned char)data[at] >= 0x80) {
            unsigned char first = (unsigned char)data[at];

            if (first >= 0xC2 && first < 0xE0 && continues(data, at + 1, length))
                step = 2;
            else if ((step = utf8_sequence(data + at, length - at)) == 0)
                return at;
            at += step;
        }
    }
    return length;
}

unsigned utf8_encode(uint32_t code_point, char *bytes)
{
    if (code_point < 0x80) {
        bytes[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        bytes[0] = (char)(0xC0 | code_point >> 6);
        bytes[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        bytes[0] = (char)(0xE0 | code_point >> 12);
        bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    bytes[0] = (char)(0xF0 | code_point >> 18);
    bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
    bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
    bytes[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}
