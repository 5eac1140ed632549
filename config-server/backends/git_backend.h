/* git_backend: one git repository of this machine or behind a URL: what its labels mean, kept until
 * its refs move, and the files of its commits.
 *
 * Ownership: git_backend_open's handle belongs to the caller; texts of the options must outlive it.
 * Errors:    open: CR_ENOTFOUND, CR_EINVAL a local repository that is not there or none; CR_EIO.
 *            Of labels and files: as git_repo's; CR_EUNAVAILABLE names a remote repository that was
 *            never fetched, and why.
 * Threads:   any. One thread of its own watches the refs of a local repository, or fetches a remote
 *            one.
 * Source:    Spring Cloud Config JGitEnvironmentRepository; config-server reference 3.2 to 3.4.
 */
#ifndef GIT_BACKEND_H
#define GIT_BACKEND_H

#include "git_labels.h"
#include "git_repo.h"
#include "remote.h"
#include "repository_uri.h"

struct cr_log;
struct git_backend;

struct git_backend_options {
    struct repository_uri uri;
    const char *default_label; /* whose commit is told in the log and the state */
    bool try_master;
    bool is_optional;     /* another one stands in where it fails */
    bool is_made;         /* the URI is a request's: what never was there leaves nothing behind */
    int64_t refs_poll_ms; /* of a local one */

    /* Of a remote one. */
    const char *username, *password;
    const char *folder;     /* where its mirror stands, or will stand */
    const char *folder_key; /* the setting that named the folder; "" for the usual one */
    bool skip_ssl_validation;
    struct ssh_login ssh;
    struct http_proxies proxies;
    int64_t refresh_ms, timeout_ms, fetch_max_ms;
    const struct cr_log *log;

    /* A label means another commit than before; on a thread of the backend's, or of who refreshes
     * it. */
    void (*moved)(void *ctx, struct git_backend *backend, const struct git_move *move);
    void *ctx;
};

CR_MUST_CHECK int git_backend_open(const struct git_backend_options *options,
                                   struct git_backend **out_backend, struct cr_err *err);
void git_backend_drain(struct git_backend *backend); /* nobody waits for a fetch any more */
void git_backend_close(struct git_backend *backend); /* NULL is fine */

const char *git_backend_uri(const struct git_backend *backend);
const char *git_backend_label(const struct git_backend *backend); /* the default one */
bool git_backend_is_optional(const struct git_backend *backend);
struct remote *git_backend_remote(struct git_backend *backend); /* NULL: it is a local one */

/* Can it be served, with its default label? 0: yes; 1: its first fetch is under way;
 * CR_EUNAVAILABLE, CR_ENOTFOUND, ...: no, with the reason. A remote that is away does no harm where
 * there is a mirror. Does not wait. */
CR_MUST_CHECK int git_backend_is_cloned(struct git_backend *backend, struct cr_err *err);

/* The commit of a label; try_master: 'master' where 'main' does not exist. */
CR_MUST_CHECK int git_backend_resolve(struct git_backend *backend, struct cr_slice label,
                                      bool try_master, struct git_repo_id *out_commit,
                                      struct cr_err *err);
/* As git_repo's. A second look is taken where an object moved to another file; a mirror with a
 * damaged one is made anew a little later. */
CR_MUST_CHECK int git_backend_read(struct git_backend *backend, const struct git_repo_id *commit,
                                   const char *path, struct cr_buf *out, struct cr_err *err);
CR_MUST_CHECK int git_backend_identify(struct git_backend *backend,
                                       const struct git_repo_id *commit, const char *path,
                                       struct git_repo_id *out_blob, struct cr_err *err);
CR_MUST_CHECK int git_backend_directories(struct git_backend *backend,
                                          const struct git_repo_id *commit, struct cr_slice pattern,
                                          int (*visit)(const char *path, void *ctx), void *ctx,
                                          struct cr_err *err);
CR_MUST_CHECK int git_backend_time(struct git_backend *backend, const struct git_repo_id *commit,
                                   int64_t *out_wall_s, struct cr_err *err);

/* What is known without looking: problem is empty when all is well. */
struct git_backend_state {
    char version[GIT_REPO_ID_SIZE]; /* of the default label; empty when it never was there */
    char problem[256];
    int64_t since_wall_ms; /* when the version, or the problem, appeared */
    bool is_remote;
    struct remote_state remote; /* where it is */
};
void git_backend_state(struct git_backend *backend, struct git_backend_state *out_state);

/* The branches and tags that are known, without looking, and their commits. No other call may be
 * made within. */
void git_backend_labels(struct git_backend *backend,
                        void (*visit)(void *ctx, struct cr_slice label, const char *commit),
                        void *ctx);

/* Drops all that is known of the labels and looks anew; at the remote too, a moment later. */
void git_backend_refresh(struct git_backend *backend);

#endif
