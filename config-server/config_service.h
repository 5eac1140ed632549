/* config_service: environments of a repository, answered from memory where the commit is known.
 *
 * Ownership: config_service_open's handle belongs to the caller; settings must outlive it.
 * Errors:    of an answer: CR_ENOTFOUND an unknown label, or an unknown application where that is
 *            an error (404); CR_EUNAVAILABLE a remote repository that was never fetched (503);
 *            CR_EINVAL what this form cannot show (400); CR_EPARSE and CR_ELIMIT what stands in
 *            the files, CR_EIO the repository (500). Texts name file, line and reason.
 * Threads:   any. One thread of its own watches the refs of a local repository, or fetches a remote
 *            one.
 * Source:    Spring Cloud Config AbstractScmEnvironmentRepository; config-server reference 3.2 to
 *            3.4.
 *
 * A label is resolved once per request, so all of an answer is one commit's. What a label means is
 * kept until the refs move; the rendered answer is kept under the commit's id.
 */
#ifndef CONFIG_SERVICE_H
#define CONFIG_SERVICE_H

#include "config_request.h"
#include "config_settings.h"
#include "config_view.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "remote.h"

struct config_service;
struct cr_log;

/* home: crema.home, where the mirror of a remote repository stands unless the settings say so. */
CR_MUST_CHECK int config_service_open(const struct config_settings *settings, const char *home,
                                      const struct cr_log *log, struct config_service **out_service,
                                      struct cr_err *err);
void config_service_drain(struct config_service *service); /* nobody waits for a fetch any more */
void config_service_close(struct config_service *service); /* NULL is fine */

/* Before an answer: true when wait->done will be called once the time for the answer has come. */
bool config_service_wait(struct config_service *service, struct remote_wait *wait);

/* Appends the environment to out, in the form that options name. */
CR_MUST_CHECK int config_service_answer(struct config_service *service,
                                        const struct config_request *request,
                                        const struct config_view_options *options,
                                        struct cr_buf *out, struct cr_err *err);

/* What is known without looking: problem is empty when all is well. */
struct config_service_state {
    char version[41]; /* of the default label; empty when it never was there */
    char problem[256];
    int64_t since_wall_ms; /* when the version, or the problem, appeared */
    size_t cached_answers, cached_bytes;
    bool is_remote;
    struct remote_state remote; /* where it is */
};
void config_service_state(struct config_service *service, struct config_service_state *out_state);
const char *config_service_uri(const struct config_service *service);
const char *config_service_default_label(const struct config_service *service);

/* Drops all that is known of the labels and looks anew; at the remote too, a moment later. */
void config_service_refresh(struct config_service *service);

#endif
