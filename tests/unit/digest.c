/* SHA-256 against the examples of FIPS 180-2, appendix B. */
#include <stdio.h>

#include "buffer.h"
#include "digest.h"
#include "tap.h"

static void digests(struct slice bytes, const char *expected, const char *name)
{
    unsigned char digest[DIGEST_LENGTH];
    struct buffer hex = {0};

    digest_sha256(bytes, digest);
    for (int i = 0; i < DIGEST_LENGTH; i++)
        buffer_format(&hex, "%02x", digest[i]);
    ok(slice_is(buffer_slice(&hex), expected), "%s", name);
    buffer_free(&hex);
}

int main(void)
{
    struct buffer million = {0};

    digests(slice_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "one block");
    digests(slice_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", "two blocks");
    memset(buffer_reserve(&million, 1000000), 'a', 1000000);
    million.length = 1000000;
    digests(buffer_slice(&million),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", "a million bytes");
    digests(slice_of(NULL, 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "none");
    buffer_free(&million);
    return done_testing();
}
