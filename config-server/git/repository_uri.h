/* repository_uri: what spring.cloud.config.server.git.uri names: a directory of this machine, or a
 * repository behind git:, http:, https: or SSH. Pure.
 *
 * Ownership: texts live in the caller's arena.
 * Errors:    CR_EINVAL, with the key, the URI without its password, and the next step; CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Cloud Config JGitEnvironmentProperties; git-clone(1), "Git URLs".
 */
#ifndef REPOSITORY_URI_H
#define REPOSITORY_URI_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_slice.h"

struct repository_uri {
    const char *shown;     /* as it was written, but without credentials and slashes at its end */
    const char *directory; /* of a local repository; NULL for a remote one */

    /* Of a remote one. */
    const char *username; /* what stood before '@'; "" when nothing did */
    const char *password;
    const char *mirror_name; /* for the folder of its mirror: "config-repo-1a2b3c4d5e6f7a8b.git" */
};

/* key: the setting that has the text, for errors. */
CR_MUST_CHECK int repository_uri_parse(const char *key, struct cr_slice text,
                                       struct cr_arena *arena, struct repository_uri *out_uri,
                                       struct cr_err *err);

#endif
