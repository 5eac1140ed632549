/* search_paths: from the configured search paths to the directories of one commit. Pure: the
 * directories that are there come through an interface.
 *
 * Ownership: the result lives in the caller's arena.
 * Errors:    CR_ELIMIT more than RESOLVER_DIRECTORIES_MAX; CR_EINVAL a path that leaves the
 *            repository; CR_ENOMEM; what the interface says.
 * Threads:   any.
 * Source:    Spring Cloud Config AbstractScmAccessor.getSearchLocations; config-server reference
 *            3.5.
 */
#ifndef SEARCH_PATHS_H
#define SEARCH_PATHS_H

#include "resolver.h"

/* Calls visit with "cfg", "cfg/sub": at least those that the pattern matches, parents before
 * children, until it returns other than 0, which is then returned. */
struct search_paths_tree {
    int (*directories)(void *ctx, struct cr_slice pattern,
                       int (*visit)(const char *path, void *visit_ctx), void *visit_ctx,
                       struct cr_err *err);
    void *ctx;
};

/* The root first ("", then "cfg/"), each once. Patterns are looked up; an exact path stays as it
 * is, there or not: its files will not be found. */
CR_MUST_CHECK int search_paths_find(const struct resolver_places *places,
                                    const struct search_paths_tree *tree, struct cr_arena *arena,
                                    struct config_list *out_directories, struct cr_err *err);

#endif
