/* hook: what a git host says in a push notification: which files changed. Pure.
 *
 * Ownership: texts live in the caller's arena or in the request's body.
 * Errors:    CR_EPARSE (answer 400) a body that is not what its type says; CR_EINVAL (answer 415) a
 *            type that is neither JSON nor a form; CR_ELIMIT more than HOOK_PATHS_MAX files;
 *            CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Cloud Config's PropertyPathEndpoint and its extractors, in their order of
 * trial; config-server reference 1.8. Azure DevOps "git.push" service hooks are ours.
 */
#ifndef HOOK_H
#define HOOK_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_slice.h"

enum { HOOK_PATHS_MAX = 20000 };

/* The hosts, in the order of trial; the first one whose marks are there reads the body. */
enum hook_host {
    HOOK_NONE, /* nobody's marks: no files, and nothing is to be fetched */
    HOOK_GITHUB,
    HOOK_GENERIC, /* "path": JSON, or fields of a form */
    HOOK_GITLAB,
    HOOK_GITEE,
    HOOK_GOGS,
    HOOK_GITEA,
    HOOK_BITBUCKET,
    HOOK_AZURE,
    HOOK_HOSTS,
};
const char *hook_host_name(enum hook_host host); /* "github" */

struct hook_request {
    /* The value of a header, any case; empty when it is absent. */
    struct cr_slice (*header)(void *ctx, const char *name);
    void *ctx;
    struct cr_slice body;
};

struct hook {
    enum hook_host host;
    const struct cr_slice *paths; /* HOOK_EVERYTHING where the host does not say */
    size_t path_count;
};
#define HOOK_EVERYTHING "application.yml"

/* disabled: bits 1 << enum hook_host of hosts that are not listened to. */
CR_MUST_CHECK int hook_read(const struct hook_request *request, unsigned disabled,
                            struct cr_arena *arena, struct hook *out_hook, struct cr_err *err);

#endif
