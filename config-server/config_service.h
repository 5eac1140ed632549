/* config_service: environments and files, answered from memory where the commits are known.
 *
 * Ownership: config_service_open's handle belongs to the caller; settings must outlive it.
 * Errors:    of an answer: CR_ENOTFOUND an unknown label or repository, or an unknown application
 *            where that is an error (404); CR_EUNAVAILABLE a remote repository that was never
 *            fetched (503); CR_EINVAL what this form cannot show (400); CR_EPARSE and CR_ELIMIT
 *            what stands in the files, CR_EIO the repository (500). Texts name file, line and
 *            reason.
 * Threads:   any. Each repository has a thread that watches or fetches it (git_backend).
 * Source:    Spring Cloud Config EnvironmentController and ResourceController; config-server
 *            reference 3.2 to 3.7.
 *
 * Labels are resolved once per request, so all of an answer is one commit's. What a label means is
 * kept until the refs move; the rendered answer is kept under the commits' ids.
 */
#ifndef CONFIG_SERVICE_H
#define CONFIG_SERVICE_H

#include "config_request.h"
#include "config_settings.h"
#include "config_view.h"
#include "config_wait.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_wire_environment.h"
#include "entity_tag.h"
#include "git_backend.h"

struct config_service;
struct cr_environment;
struct cr_log;

/* home: crema.home, where the mirrors of remote repositories stand unless the settings say so. */
struct config_service_options {
    const struct config_settings *settings;
    const struct cr_environment *environment; /* for the backends' settings; read in open only */
    const char *home;
    const struct cr_log *log;
};
CR_MUST_CHECK int config_service_open(const struct config_service_options *options,
                                      struct config_service **out_service, struct cr_err *err);

/* Waits for what is to be cloned at the start, unless the end is wanted meanwhile. Errors: those of
 * a clone, with the setting. */
CR_MUST_CHECK int config_service_await_clones(struct config_service *service,
                                              bool (*end_wanted)(void *ctx), void *ctx,
                                              struct cr_err *err);
void config_service_drain(struct config_service *service); /* nobody waits for a fetch any more */
void config_service_close(struct config_service *service); /* NULL is fine */

/* Before an answer: true when wait's done will be called, or was, once the time for the answer has
 * come. wait is initialised (config_wait_init). */
bool config_service_wait(struct config_service *service, const struct config_request *request,
                         struct config_wait *wait);

/* Appends the environment to out, in the form that options name. */
struct config_answer {
    char tag[ENTITY_TAG_SIZE]; /* of the bytes */
    /* When the remote repositories that it comes from were last fetched: the oldest time, since
     * 1970; 0: there are none. Also told of an answer that fails. */
    int64_t fetched_wall_ms;
};
CR_MUST_CHECK int config_service_answer(struct config_service *service,
                                        const struct config_request *request,
                                        const struct config_view_options *options,
                                        struct cr_buf *out, struct config_answer *out_answer,
                                        struct cr_err *err);

/* A file and the environment that belongs to it, both of one resolution; in the arena. */
struct config_resource {
    struct cr_slice bytes;
    int64_t modified_s;      /* since 1970: the commit's time, or the file's in a plain folder */
    int64_t fetched_wall_ms; /* as of an answer */
    struct cr_wire_environment environment;
};
/* path: as config_request has it ("sub/nginx.conf"). CR_ENOTFOUND: no such file or label. */
CR_MUST_CHECK int config_service_resource(struct config_service *service,
                                          const struct config_request *request,
                                          struct cr_slice path, struct cr_arena *arena,
                                          struct config_resource *out_resource, struct cr_err *err);

/* As backend_settings_shared_path. */
const char *config_service_shared_path(const struct config_service *service);

/* What is kept in memory. */
struct config_service_state {
    size_t cached_answers, cached_bytes;
};
void config_service_state(struct config_service *service, struct config_service_state *out_state);
/* Calls visit with each git repository that is open. */
void config_service_each(struct config_service *service,
                         void (*visit)(void *ctx, struct git_backend *backend), void *ctx);

/* May an environment of the application come from the repository? */
bool config_service_serves(const struct config_service *service, struct git_backend *backend,
                           struct cr_slice application);

/* Calls moved when a label of an open repository means another commit than before, on any thread;
 * it must neither wait nor call the service, but for config_service_serves. One listener; NULL ends
 * it, and none is called any more then. */
void config_service_listen(struct config_service *service,
                           void (*moved)(void *ctx, struct git_backend *backend,
                                         const struct git_move *move),
                           void *ctx);

/* Drops all that is known of the labels and looks anew; at the remotes too, a moment later. */
void config_service_refresh(struct config_service *service);

#endif
