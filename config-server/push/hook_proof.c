/* hook_proof: the proofs, one after another. */
#include "hook_proof.h"

#include <string.h>

#include "cr_attr.h"
#include "cr_base64.h"
#include "cr_digest.h"
#include "cr_hex.h"
#include "cr_http_basic.h"
#include "cr_int.h"

enum { STAMP_MAX = 20 }; /* digits */

static struct cr_slice header_of(const struct hook_request *request, const char *name)
{
    return request->header(request->ctx, name);
}

/* In either case: the digits of a proof are no part of it. */
static bool is_hex_of(const struct cr_digest *mac, struct cr_slice text)
{
    struct cr_digest sent;
    return cr_hex_read(text, sent.octets, sizeof(sent.octets)) == 0 &&
           cr_slice_equal_secret(cr_digest_view(&sent), cr_digest_view(mac));
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
    struct cr_digest mac;
    if (cr_digest_hmac_sha256(secret, request->body, &mac) < 0)
        return false;
    bool right = false;
    for (size_t i = 0; i < CR_COUNT(signatures); i++) {
        struct cr_slice prefix = cr_slice_of(signatures[i].prefix);
        struct cr_slice value = header_of(request, signatures[i].header);
        right |=
            cr_slice_starts(value, prefix) && is_hex_of(&mac, cr_slice_from(value, prefix.len));
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
    CR_AUTO(cr_buf) base64 = {0};
    struct cr_digest mac;
    int64_t made_ms;
    if (stamp.len > STAMP_MAX || cr_int_parse(stamp, 0, INT64_MAX, &made_ms) < 0 ||
        made_ms < wall_ms - HOOK_PROOF_AGE_MS || made_ms > wall_ms + HOOK_PROOF_AGE_MS)
        return false;
    memcpy(text, stamp.ptr, stamp.len);
    text[stamp.len] = '\n';
    memcpy(text + stamp.len + 1, secret.ptr, secret.len);
    struct cr_slice said = {text, stamp.len + 1 + secret.len};
    if (cr_digest_hmac_sha256(secret, said, &mac) < 0)
        return false;
    cr_base64_encode(&base64, cr_digest_view(&mac));
    return cr_buf_status(&base64) == 0 && cr_slice_equal_secret(token, cr_buf_view(&base64));
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
