/* entity_tag: the first half of a SHA-256. */
#include "entity_tag.h"

#include <openssl/evp.h>

enum { TAG_OCTETS = (ENTITY_TAG_SIZE - 3) / 2 };

static bool digest(struct cr_slice type, struct cr_slice body, unsigned char out[EVP_MAX_MD_SIZE])
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool done = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
                (type.len == 0 || EVP_DigestUpdate(md, type.ptr, type.len) == 1) &&
                EVP_DigestUpdate(md, "", 1) == 1 &&
                (body.len == 0 || EVP_DigestUpdate(md, body.ptr, body.len) == 1) &&
                EVP_DigestFinal_ex(md, out, NULL) == 1;
    EVP_MD_CTX_free(md);
    return done;
}

void entity_tag_make(struct cr_slice type, struct cr_slice body, char out_tag[ENTITY_TAG_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char octets[EVP_MAX_MD_SIZE];
    char *at = out_tag;
    *at = '\0';
    if (!digest(type, body, octets))
        return;
    *at++ = '"';
    for (size_t i = 0; i < TAG_OCTETS; i++) {
        *at++ = digits[octets[i] >> 4];
        *at++ = digits[octets[i] & 15];
    }
    *at++ = '"';
    *at = '\0';
}

/* Our tags hold no comma, so one that does may fall apart. */
bool entity_tag_is_listed(struct cr_slice if_none_match, struct cr_slice tag)
{
    struct cr_slice item;
    if (tag.len == 0)
        return false;
    while (cr_slice_split(&if_none_match, ',', &item)) {
        item = cr_slice_trim(item);
        if (cr_slice_starts(item, CR_SLICE("W/")))
            item = cr_slice_from(item, 2);
        if (cr_slice_equal(item, tag) || cr_slice_is(item, "*"))
            return true;
    }
    return false;
}
