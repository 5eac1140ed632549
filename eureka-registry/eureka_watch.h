/* eureka_watch: who follows the registry's changes, and what they are told.
 *
 * Each change marks a log of server-sent events (cr_sse_log); some milliseconds later the log's
 * thread takes what changed since it last looked, renders it as a delta, once for all followers,
 * and appends it. The README's section "GET /eureka/watch" is the contract.
 *
 * Ownership: borrows the server, which must outlive it; stop before the server stops.
 * Errors:    answering cannot fail for the handler.
 * Threads:   any; new, stop and free belong to one.
 */
#ifndef EUREKA_WATCH_H
#define EUREKA_WATCH_H

#include "cr_http_request.h"
#include "eureka_server.h"

struct eureka_watch;

/* Before eureka_server_start. */
CR_MUST_CHECK int eureka_watch_new(struct eureka_server *server, size_t watchers_max,
                                   struct eureka_watch **out_watch, struct cr_err *err);
/* No change is asked of the server any more. */
void eureka_watch_stop(struct eureka_watch *watch);
void eureka_watch_free(struct eureka_watch *watch); /* after the HTTP server; NULL is fine */

/* Answers with the stream. app: in upper case; empty: all. */
void eureka_watch_serve(struct eureka_watch *watch, struct cr_http_request *req,
                        struct cr_slice app);

#endif
