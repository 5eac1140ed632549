/* git_pool: the git repositories that are open, each once, whoever asks for it.
 *
 * Ownership: a repository is held from git_pool_get to git_pool_put; the pool closes it later.
 * Errors:    as git_backend_open; CR_EUNAVAILABLE when the most that may be open are all in use.
 * Threads:   any; one mutex inside. The functions that close may wait for a thread to end.
 *
 * A repository that the settings name stays open. Of those whose URI was made from a request the
 * one that was not asked for longest makes room.
 */
#ifndef GIT_POOL_H
#define GIT_POOL_H

#include "git_backend.h"
#include "git_settings.h"

struct git_pool;

struct git_pool_options {
    const char *home; /* mirrors stand in data/config of it, unless the settings say otherwise */
    int64_t refs_poll_ms, fetch_max_ms;
    size_t made_max; /* open at a time, of those made from requests */
    const struct cr_log *log;
    void (*moved)(void *ctx, struct git_backend *backend,
                  const struct git_move *move); /* git_backend's */
    void *ctx;
};

CR_MUST_CHECK int git_pool_new(const struct git_pool_options *options, struct git_pool **out_pool,
                               struct cr_err *err);
void git_pool_drain(struct git_pool *pool);
void git_pool_free(struct git_pool *pool); /* closes all; NULL is fine */

struct git_pooled {
    struct git_backend *backend;
    struct git_pool *pool;
};

/* uri: the settings' own, or one made from it for a request (made). */
CR_MUST_CHECK int git_pool_get(struct git_pool *pool, const struct git_settings *settings,
                               struct cr_slice uri, bool made, struct git_pooled **out_pooled,
                               struct cr_err *err);
void git_pool_put(struct git_pooled *pooled);

/* Calls visit with each that is open, those of the settings first. No other call may be made
 * within. */
void git_pool_each(struct git_pool *pool, void (*visit)(void *ctx, struct git_backend *backend),
                   void *ctx);

#endif
