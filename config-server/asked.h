/* asked: one request for configuration, from what the client wants to its answer.
 *
 * A handler makes it, fills it, and hands it to asked_answer, which calls back once what the
 * service has is fresh enough: at once, or on a fetch's thread.
 *
 * Ownership: lives in the request's arena, until the request is answered.
 * Errors:    each function that returns false has answered the request.
 * Threads:   one at a time.
 * Source:    config-server reference 1.2 and 1.4.
 */
#ifndef ASKED_H
#define ASKED_H

#include "access.h"
#include "config_path.h"
#include "config_request.h"
#include "config_service.h"
#include "config_view.h"
#include "cr_http_request.h"

struct cr_log;

/* What all handlers share: the module's state. */
struct config_site {
    struct config_service *service;
    const struct config_settings *settings;
    struct cr_arena *arena; /* of what lives as long as the module */
    struct access access;
    const struct cr_log *log;
};

/* False, and answered with 401, for who brings neither the server's user and password, where it
 * has them, nor the token of any application: nothing is said of the path. */
CR_MUST_CHECK bool asked_enters(struct cr_http_request *req, const struct config_site *site);

/* Who asks, by the token of an application (access_reader). */
size_t asked_reader(struct cr_http_request *req, const struct config_site *site);

struct asked {
    struct config_wait wait;
    struct cr_http_request *req;
    const struct config_site *site;
    struct config_request request;
    struct config_view_options view; /* of an environment */
    void (*answer)(struct asked *asked);
};

/* Zeroed memory for a struct that begins with a struct asked; size is its size. */
CR_MUST_CHECK bool asked_new(struct cr_http_request *req, const struct config_site *site,
                             size_t size, struct asked **out_asked);
/* The checked request of one who may read it; label.ptr NULL: none. */
CR_MUST_CHECK bool asked_understand(struct asked *asked, struct cr_slice name,
                                    struct cr_slice profiles, struct cr_slice label);
/* False, and answered with 401, where a token is missing for the applications, or for the file at
 * path; ptr NULL: none. */
CR_MUST_CHECK bool asked_may_read(struct asked *asked, struct cr_slice path);
/* The query's resolvePlaceholders, as Spring reads booleans; true when it is absent or empty. */
CR_MUST_CHECK bool asked_resolves(struct asked *asked, bool *out_resolves);

void asked_answer(struct asked *asked, void (*answer)(struct asked *asked));

/* Has the answer bear a Content-Disposition where the name in the path asks for it. */
void asked_guard(struct cr_http_request *req);

/* Has the answer tell when the remote repositories were last fetched; 0: there are none. */
void asked_tell_fetched(struct cr_http_request *req, int64_t fetched_wall_ms);
/* Has the answer bear the tag. True: the client has these bytes, and was answered so. */
CR_MUST_CHECK bool asked_has(struct cr_http_request *req, const char *tag);

/* What the service said instead of an answer. */
void asked_failed(struct asked *asked, int code, const struct cr_err *err);
/* A path or request that was not understood. */
void asked_refused(struct cr_http_request *req, int code, const struct cr_err *err);

#endif
