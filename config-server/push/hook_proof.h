/* hook_proof: whether a push notification comes from one who knows the secret.
 *
 * Ownership: nothing is kept.
 * Errors:    false for whatever is not exactly right.
 * Threads:   pure. Comparisons take the same time whatever is wrong.
 * Source:    the hosts' own pages: GitHub, Bitbucket and Gitea send "X-Hub-Signature-256" or
 *            "X-Hub-Signature: sha256=HEX", Gitea and Gogs also "X-Gitea-Signature" and
 *            "X-Gogs-Signature: HEX", all HMAC-SHA256 (RFC 2104) of the body; GitLab the secret
 *            itself in "X-Gitlab-Token"; Gitee the secret, or HMAC-SHA256 of "TIMESTAMP\nSECRET" in
 *            Base64, in "X-Gitee-Token"; Azure and everybody else the secret as the password of
 *            basic authentication. Upstream checks nothing.
 */
#ifndef HOOK_PROOF_H
#define HOOK_PROOF_H

#include "hook.h"

enum {
    HOOK_PROOF_SECRET_MAX = 512,
    HOOK_PROOF_AGE_MS = 3600 * 1000, /* of Gitee's timestamp */
};

/* True when at least one of the proofs is there and right. An empty secret proves nothing. */
bool hook_is_proven(const struct hook_request *request, struct cr_slice secret, int64_t wall_ms);

#endif
