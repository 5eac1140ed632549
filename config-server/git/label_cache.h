/* label_cache: what labels mean, until the refs move.
 *
 * Ownership: the caller's storage; all is copied.
 * Errors:    none: what cannot be kept is resolved again.
 * Threads:   any; one mutex inside.
 *
 * A slow reader could put an answer from before a change behind the change. So a put names the
 * generation that was current when the reader began, and is ignored when it has passed.
 */
#ifndef LABEL_CACHE_H
#define LABEL_CACHE_H

#include "cr_thread.h"
#include "git_repo.h"

enum { LABEL_CACHE_MAX = 1024 };

struct cr_map;
struct label_cache {
    struct cr_mutex lock;
    struct cr_map *labels; /* label -> struct git_repo_id */
    uint64_t generation;
};

CR_MUST_CHECK int label_cache_init(struct label_cache *cache, struct cr_err *err);
void label_cache_fini(struct label_cache *cache);

/* True and the commit when it is known; an empty one: there is no such label. Otherwise the
 * generation for label_cache_put. */
bool label_cache_get(struct label_cache *cache, struct cr_slice label,
                     struct git_repo_id *out_commit, uint64_t *out_generation);
void label_cache_put(struct label_cache *cache, struct cr_slice label,
                     const struct git_repo_id *commit, uint64_t generation);
/* Forgets all and begins a new generation. */
void label_cache_clear(struct label_cache *cache);

#endif
