/* config_watch: who follows the changes of the configuration, and what they are told. The README's
 * section "GET /config/watch" is the contract.
 *
 * Each reader is a topic of the log: an event of which he may know is there once for all who may
 * see everything, and once for him, with no other names than those that are his to know.
 *
 * Ownership: the service must outlive it; stop it before the service closes, free it after the HTTP
 *            server.
 * Errors:    answering cannot fail for the handler.
 * Threads:   any; new, stop and free belong to one.
 */
#ifndef CONFIG_WATCH_H
#define CONFIG_WATCH_H

#include "access.h"
#include "config_service.h"
#include "cr_http_request.h"

struct config_watch;

struct config_watch_options {
    struct config_service *service;
    const struct access *access; /* who may know of which application */
    bool open;                   /* of those without a token everybody may */
    size_t watchers_max;
};
CR_MUST_CHECK int config_watch_new(const struct config_watch_options *options,
                                   struct config_watch **out_watch, struct cr_err *err);
/* No change is asked of the service any more. */
void config_watch_stop(struct config_watch *watch);
void config_watch_free(struct config_watch *watch); /* NULL is fine */

/* Answers with the stream: all of it, or for a reader (access_reader) what concerns applications
 * that he may know of. */
void config_watch_serve(struct config_watch *watch, struct cr_http_request *req,
                        const size_t *reader);

#endif
