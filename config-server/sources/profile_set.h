/* profile_set: the active profiles of one request: asked for, included and grouped. Pure.
 *
 * Ownership: everything lives in the arena given at the start.
 * Errors:    CR_ELIMIT more than ENVIRONMENT_PROFILES_MAX profiles or groups; CR_ENOMEM.
 * Threads:   one at a time.
 * Source:    Spring Boot's Profiles: asked-for ones first, then included ones in the order of the
 *            strongest file; each is followed by its group's members. A later one is stronger.
 */
#ifndef PROFILE_SET_H
#define PROFILE_SET_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_flat.h"
#include "cr_profile.h"
#include "environment.h"

struct profile_group {
    const char *name;
    const char *member;
    const struct cr_flat_doc *doc; /* that defined it: of several documents the first one counts */
};

struct profile_set {
    struct cr_arena *arena;
    const char *names[ENVIRONMENT_PROFILES_MAX];
    size_t count;
    struct profile_group groups[ENVIRONMENT_PROFILES_MAX];
    size_t group_count;
};

void profile_set_init(struct profile_set *set, struct cr_arena *arena);

/* Adds a profile that is not there yet. */
CR_MUST_CHECK int profile_set_add(struct profile_set *set, struct cr_slice name,
                                  struct cr_err *err);

/* Takes spring.profiles.include and spring.profiles.group.* of one document, strongest first. */
CR_MUST_CHECK int profile_set_read(struct profile_set *set, const struct cr_flat_doc *doc,
                                   struct cr_err *err);

/* Puts the members of groups behind their profile. */
CR_MUST_CHECK int profile_set_expand(struct profile_set *set, struct cr_err *err);

struct cr_profiles profile_set_view(const struct profile_set *set);

#endif
