#include "digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "log.h"
#include "status.h"

void digest_sha256(struct slice bytes, unsigned char digest[DIGEST_LENGTH])
{
    /* It fails only for want of memory, which ends a tool everywhere: see memory.h. */
    if (EVP_Digest(bytes.data, bytes.length, digest, NULL, EVP_sha256(), NULL) != 1) {
        log_error("out of memory");
        exit(STATUS_INTERNAL);
    }
}
