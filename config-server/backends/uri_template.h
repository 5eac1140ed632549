/* uri_template: the placeholders {application}, {profile} and {label} in a repository's URI. Pure.
 *
 * Errors:    uri_template_check: CR_EINVAL with key, reason and next step.
 *            uri_template_expand: CR_ENOTFOUND a value that names no repository (answer 404);
 *            the buffer's failures stick to it.
 * Threads:   any.
 * Source:    Spring Cloud Config MultipleJGitEnvironmentRepository; config-server reference 3.6 and
 *            6.1.
 *
 * Values come from whoever asks. So they stand behind the host only, hold nothing that is special
 * in a URI, and no segment of dots.
 */
#ifndef URI_TEMPLATE_H
#define URI_TEMPLATE_H

#include "cr_buf.h"
#include "cr_err.h"
#include "cr_slice.h"

enum { URI_TEMPLATE_BYTES_MAX = 4096 };

struct uri_values {
    struct cr_slice application, profile, label;
};

bool uri_template_has_placeholder(struct cr_slice text);
/* key: the setting, for the error. */
CR_MUST_CHECK int uri_template_check(const char *key, struct cr_slice text, struct cr_err *err);
CR_MUST_CHECK int uri_template_expand(struct cr_slice text, const struct uri_values *values,
                                      struct cr_buf *out, struct cr_err *err);

#endif
