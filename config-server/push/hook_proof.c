/* hook_proof: the proofs, one after another. */
#include "hook_proof.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "cr_attr.h"
#include "cr_http_basic.h"
#include "cr_int.h"

enum {
    MAC_SIZE = 32,
    HEX_SIZE = 2 * MAC_SIZE + 1,
    BASE64_SIZE = 4 * ((MAC_SIZE + 2) / 3) + 1,
    STAMP_MAX = 20, /* digits */
};

struct mac {
    unsigned char octets[MAC_SIZE];
};

static bool mac_of(struct cr_slice secret, struct cr_slice text, struct mac *out)
{
    unsigned len = 0;
    return HMAC(EVP_sha256(), secret.ptr, (int)secret.len, (const unsigned char *)text.ptr,
                text.len, out->octets, &len) != NULL &&
           len == MAC_SIZE;
}

static struct cr_slice header_of(const struct hook_request *request, const char *name)
{
    return request->header(request->ctx, name);
}

static void hex_of(const struct mac *mac, char out[HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < MAC_SIZE; i++) {
        out[2 * i] = digits[mac->octets[i] >> 4];
        out[2 * i + 1] = digits[mac->octets[i] & 15];
    }
    out[HEX_SIZE - 1] = '\0';
}

/* HMAC of the body, in any of the headers that carry one. */
static bool is_signed(const struct hook_request *request, struct cr_slice secret)
{
    static const struct {
        const char *header, *prefix;
    } signatures[] = {
        {"X-Hub-Signature-256", "sha256="},
        {"X-Hub-Signature", "sha256="},
        {"X-Gitea-Signature", ""},
        {"X-Gogs-Signature", ""},
    };
    struct mac mac;
    char hex[HEX_SIZE];
    if (!mac_of(secret, request->body, &mac))
        return false;
    hex_of(&mac, hex);
    bool right = false;
    for (size_t i = 0; i < CR_COUNT(signatures); i++) {
        struct cr_slice prefix = cr_slice_of(signatures[i].prefix);
        struct cr_slice value = header_of(request, signatures[i].header);
        if (value.len && cr_slice_starts(value, prefix))
            right |= cr_slice_equal_secret(cr_slice_from(value, prefix.len), cr_slice_of(hex));
    }
    return right;
}

/* Base64(HMAC(secret, "TIMESTAMP\nSECRET")), of a moment ago. */
static bool is_signed_by_gitee(const struct hook_request *request, struct cr_slice secret,
                               int64_t wall_ms)
{
    struct cr_slice stamp = header_of(request, "X-Gitee-Timestamp");
    struct cr_slice token = header_of(request, "X-Gitee-Token");
    char text[STAMP_MAX + 1 + HOOK_PROOF_SECRET_MAX];
    unsigned char base64[BASE64_SIZE];
    int64_t made_ms;
    struct mac mac;
    if (stamp.len > STAMP_MAX || cr_int_parse(stamp, 0, INT64_MAX, &made_ms) < 0 ||
        made_ms < wall_ms - HOOK_PROOF_AGE_MS || made_ms > wall_ms + HOOK_PROOF_AGE_MS)
        return false;
    memcpy(text, stamp.ptr, stamp.len);
    text[stamp.len] = '\n';
    memcpy(text + stamp.len + 1, secret.ptr, secret.len);
    if (!mac_of(secret, (struct cr_slice){text, stamp.len + 1 + secret.len}, &mac))
        return false;
    int len = EVP_EncodeBlock(base64, mac.octets, MAC_SIZE);
    return cr_slice_equal_secret(token, (struct cr_slice){(const char *)base64, (size_t)len});
}

bool hook_is_proven(const struct hook_request *request, struct cr_slice secret, int64_t wall_ms)
{
    if (secret.len == 0 || secret.len > HOOK_PROOF_SECRET_MAX)
        return false;
    return is_signed(request, secret) ||
           cr_slice_equal_secret(header_of(request, "X-Gitlab-Token"), secret) ||
           cr_slice_equal_secret(header_of(request, "X-Gitee-Token"), secret) ||
           is_signed_by_gitee(request, secret, wall_ms) ||
           cr_http_basic_has_password(header_of(request, "Authorization"), secret);
}
