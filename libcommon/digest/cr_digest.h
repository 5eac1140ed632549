/* cr_digest: a few octets that stand for any number of them: SHA-256, and with a key HMAC-SHA-256.
 *
 * What a peer sent as a proof is compared by cr_slice_equal_secret.
 *
 * Ownership: nothing is kept.
 * Errors:    CR_ENOMEM; CR_ELIMIT for a key that is longer than INT_MAX.
 * Threads:   any.
 * Source:    FIPS 180-4 (SHA-256), RFC 2104 (HMAC).
 */
#ifndef CR_DIGEST_H
#define CR_DIGEST_H

#include "cr_attr.h"
#include "cr_slice.h"

enum { CR_DIGEST_SIZE = 32 };

struct cr_digest {
    unsigned char octets[CR_DIGEST_SIZE];
};

/* SHA-256 of the parts, one behind the other. */
CR_MUST_CHECK int cr_digest_sha256(const struct cr_slice *parts, size_t count,
                                   struct cr_digest *out_digest);

CR_MUST_CHECK int cr_digest_hmac_sha256(struct cr_slice key, struct cr_slice text,
                                        struct cr_digest *out_digest);

static inline struct cr_slice cr_digest_view(const struct cr_digest *digest)
{
    return (struct cr_slice){(const char *)digest->octets, sizeof(digest->octets)};
}

#endif
