/* Digests by OpenSSL, whose calls fail for want of memory only: the algorithms are built in. */
#include "cr_digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "cr_err.h"

int cr_digest_sha256(const struct cr_slice *parts, size_t count, struct cr_digest *out_digest)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool well = hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; well && i < count; i++)
        well = parts[i].len == 0 || EVP_DigestUpdate(hash, parts[i].ptr, parts[i].len) == 1;
    well = well && EVP_DigestFinal_ex(hash, out_digest->octets, NULL) == 1;
    EVP_MD_CTX_free(hash);
    return well ? 0 : CR_ENOMEM;
}

int cr_digest_hmac_sha256(struct cr_slice key, struct cr_slice text, struct cr_digest *out_digest)
{
    if (key.len > INT_MAX)
        return CR_ELIMIT;
    const char *secret = key.len > 0 ? key.ptr : "";
    const char *bytes = text.len > 0 ? text.ptr : "";
    bool well = HMAC(EVP_sha256(), secret, (int)key.len, (const unsigned char *)bytes, text.len,
                     out_digest->octets, NULL) != NULL;
    return well ? 0 : CR_ENOMEM;
}
