/* config_watch: who follows the changes of the configuration, and what they are told. The README's
 * section "GET /config/watch" is the contract.
 *
 * Ownership: the service must outlive it; stop it before the service closes, free it after the HTTP
 *            server.
 * Errors:    answering cannot fail for the handler.
 * Threads:   any; new, stop and free belong to one.
 */
#ifndef CONFIG_WATCH_H
#define CONFIG_WATCH_H

#include "config_service.h"
#include "cr_http_request.h"

struct config_watch;

CR_MUST_CHECK int config_watch_new(struct config_service *service, size_t watchers_max,
                                   struct config_watch **out_watch, struct cr_err *err);
/* No change is asked of the service any more. */
void config_watch_stop(struct config_watch *watch);
void config_watch_free(struct config_watch *watch); /* NULL is fine */

/* Answers with the stream. */
void config_watch_serve(struct config_watch *watch, struct cr_http_request *req);

#endif
