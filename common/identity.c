#include "identity.h"

void identity_uuid(unsigned platform, uint64_t id, char *text)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[16] = {(unsigned char)platform};

    for (int i = 0; i < 4; i++) {
        bytes[1 + i] = (unsigned char)(id >> (24 - 8 * i));
        bytes[5 + i] = (unsigned char)(id >> (32 + 8 * i));
    }
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *text++ = '-';
        *text++ = digits[bytes[i] >> 4];
        *text++ = digits[bytes[i] & 15];
    }
}

bool identity_key(unsigned platform, unsigned kind, uint64_t id, uint64_t *key)
{
    static const uint64_t most = ((uint64_t)1 << 53) / 1000 - 1;

    *key = id * 1000 + platform * 10 + kind;
    return id <= most;
}
