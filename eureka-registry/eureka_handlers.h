/* eureka_handlers: what the protocol's routes do; each gets a struct eureka_call as its context.
 *
 * Threads: any.
 * Source:  Netflix/eureka resources: the same names.
 */
#ifndef EUREKA_HANDLERS_H
#define EUREKA_HANDLERS_H

#include "eureka_call.h"

/* --- eureka_lists.c: what is read --- */
void eureka_serve_all(struct cr_http_request *req, void *call);
void eureka_serve_delta(struct cr_http_request *req, void *call);
void eureka_serve_app(struct cr_http_request *req, void *call);
void eureka_serve_instance(struct cr_http_request *req, void *call);
void eureka_serve_vip(struct cr_http_request *req, void *call);
void eureka_serve_svip(struct cr_http_request *req, void *call);
void eureka_serve_watch(struct cr_http_request *req, void *call);
void eureka_serve_overrides(struct cr_http_request *req, void *call);

/* --- eureka_changes.c: what is changed --- */
void eureka_serve_register(struct cr_http_request *req, void *call);
void eureka_serve_renew(struct cr_http_request *req, void *call);
void eureka_serve_cancel(struct cr_http_request *req, void *call);
void eureka_serve_override(struct cr_http_request *req, void *call);
void eureka_serve_end_override(struct cr_http_request *req, void *call);
void eureka_serve_metadata(struct cr_http_request *req, void *call);
void eureka_serve_asg(struct cr_http_request *req, void *call);

/* --- eureka_batch.c, eureka_status.c --- */
void eureka_serve_batch(struct cr_http_request *req, void *call);
void eureka_serve_status(struct cr_http_request *req, void *call);

#endif
