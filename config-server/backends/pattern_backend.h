/* pattern_backend: a git repository, and others in front of it for the applications that their
 * patterns name; each URI may have placeholders.
 *
 * Ownership: settings and pool must outlive the backend.
 * Errors:    open: as git_backend_open, of the repositories that cannot be done without.
 * Threads:   any.
 * Source:    Spring Cloud Config MultipleJGitEnvironmentRepository; config-server reference 3.3,
 *            3.4 and 3.6.
 *
 * The repositories with patterns are asked in their order. One that fails, in whatever way, is
 * passed over, down to the one without patterns, whose failure is the answer. The log tells the
 * first time.
 */
#ifndef PATTERN_BACKEND_H
#define PATTERN_BACKEND_H

#include "config_backend.h"
#include "git_pool.h"

struct pattern_backend_options {
    const struct git_settings *main;
    const struct git_settings *others; /* with patterns, in order */
    size_t other_count;
    struct git_pool *pool;
    const struct cr_log *log;
};

CR_MUST_CHECK int pattern_backend_open(const struct pattern_backend_options *options,
                                       struct config_backend **out_backend, struct cr_err *err);

#endif
