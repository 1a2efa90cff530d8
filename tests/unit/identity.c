/* Keys computed from a platform's identifiers: the forms that leat-model(5) documents. */
#include <string.h>

#include "identity.h"
#include "tap.h"

static bool uuid_is(unsigned platform, uint64_t id, const char *expected)
{
    char text[IDENTITY_UUID_LENGTH];

    identity_uuid(platform, id, text);
    return memcmp(text, expected, sizeof text) == 0;
}

int main(void)
{
    uint64_t key;

    ok(uuid_is(1, 12345, "01000030-3900-0000-0000-000000000000"), "an account of GitHub");
    ok(uuid_is(2, 12345, "02000030-3900-0000-0000-000000000000"), "an account of GitLab");
    ok(uuid_is(1, 4294967295, "01ffffff-ff00-0000-0000-000000000000"), "the last id of 32 bits");
    ok(uuid_is(1, 4294967296, "01000000-0001-0000-0000-000000000000"), "the first beyond");
    ok(uuid_is(3, 0x0102030405060708, "03050607-0804-0302-0100-000000000000"), "64 bits");
    ok(uuid_is(99, 0, "63000000-0000-0000-0000-000000000000"), "a platform of one's own");
    ok(identity_key(1, 1, 1800000021, &key) && key == 1800000021011, "an issue of GitHub");
    ok(identity_key(99, 9, 0, &key) && key == 999, "the smallest id");
    ok(identity_key(2, 2, 9007199254739, &key) && key == 9007199254739022 &&
           key < (uint64_t)1 << 53,
       "the largest id stays below 2^53");
    ok(!identity_key(2, 2, 9007199254740, &key), "the next would not");
    ok(!identity_key(1, 1, UINT64_MAX, &key), "nor does one that wraps around");
    return done_testing();
}
