/* cr_profile: Spring's profile expressions, and which documents of a file they switch on.
 *
 * Ownership: nothing is kept.
 * Errors:    CR_EPARSE for a malformed expression (also '&' and '|' mixed without parentheses).
 * Threads:   any.
 * Source:    Spring Profiles.of; Spring Boot ConfigDataProperties. A document is active when all of
 *            its conditions hold: spring.config.activate.on-profile, the older spring.profiles, and
 *            spring.config.activate.on-cloud-platform (only "none" holds here).
 */
#ifndef CR_PROFILE_H
#define CR_PROFILE_H

#include "cr_flat.h"

struct cr_profiles {
    const char *const *names;
    size_t count;
};

bool cr_profiles_contain(const struct cr_profiles *active, struct cr_slice name);

/* "prod", "!prod", "a & b", "a | b", parentheses; a comma list is an "or". */
CR_MUST_CHECK int cr_profile_match(struct cr_slice expression, const struct cr_profiles *active,
                                   bool *out_match, struct cr_err *err);

CR_MUST_CHECK int cr_profile_doc_active(const struct cr_flat_doc *doc,
                                        const struct cr_profiles *active, bool *out_active,
                                        struct cr_err *err);
/* True when the document has any of the conditions. */
bool cr_profile_doc_conditional(const struct cr_flat_doc *doc);

#endif
