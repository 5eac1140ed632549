/* resolver: which files make up an environment, and which of them is stronger. Pure.
 *
 * Ownership: results live in the arena; slices point into the query.
 * Errors:    CR_ELIMIT more than RESOLVER_FILES_MAX candidates; CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Boot StandardConfigDataLocationResolver, config-server reference 2.2 and 3.5.
 *
 * Strongest first: for each profile from the last to the first, then without a profile:
 *   for each directory from the last to the first:
 *     for each name from the last to the first, "application" being before all of them:
 *       .properties, .yml, .yaml
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "config_request.h"
#include "cr_arena.h"
#include "cr_err.h"
#include "cr_profile.h"
#include "cr_slice.h"

enum {
    RESOLVER_FILES_MAX = 8192,
    RESOLVER_DIRECTORIES_MAX = 64,
};

struct resolver_file {
    const char *path;          /* "cfg/foo-dev.yml" */
    struct cr_slice directory; /* "cfg/", or empty for the root */
    bool of_profile;           /* the name ends in -profile */
};

struct resolver_query {
    struct config_list names;       /* of the request */
    struct cr_profiles profiles;    /* active ones, in order */
    struct config_list directories; /* "" (the root), "cfg/", weakest first */
};

CR_MUST_CHECK int resolver_files(const struct resolver_query *query, struct cr_arena *arena,
                                 struct resolver_file **out_files, size_t *out_count,
                                 struct cr_err *err);

/* The placeholders {application}, {profile} and {label} of search paths. A path with {profile} is
 * repeated for each profile, and within for each name, when it has {application}. The result
 * begins with the root, has no doubles, and each item ends in a slash. Items with '*' or '?' are
 * patterns. CR_EINVAL for a path that leaves the repository ("../x"). */
struct resolver_places {
    struct config_list search_paths; /* as configured */
    struct config_list names;
    struct config_list profiles;
    struct cr_slice label;
};
CR_MUST_CHECK int resolver_directories(const struct resolver_places *places, struct cr_arena *arena,
                                       struct config_list *out_directories, struct cr_err *err);

/* Ant's pattern: '?' one character, '*' any run, both within a segment; "**" any segments. Trailing
 * slashes of both do not count. */
bool resolver_is_pattern(struct cr_slice text);
bool resolver_pattern_matches(struct cr_slice pattern, struct cr_slice path);

#endif
