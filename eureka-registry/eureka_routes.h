/* eureka_routes: Netflix' protocol over HTTP, on /eureka/ and /eureka/v2/.
 *
 * One registration, from bytes to the core: the spine's router hands everything below /eureka/ to
 * eureka_routes_serve; the path is freed of "v2", of empty segments and of a slash at its end, as
 * clients join their URLs in every way; the protocol's own table finds the handler
 * (eureka_handlers.h); the body is read into a record (cr_wire_instance), checked in Netflix' order
 * (registry_check) and given to the server, which takes the time and the lock. The answer is 204
 * and nothing else: clients insist.
 *
 * Ownership: routes borrow what the call holds.
 * Errors:    what a client does wrong is answered as Netflix' server does, byte by byte; what lies
 *            outside the protocol (paths, methods, sizes) as application/problem+json. What exactly
 *            was wrong stands in the header X-Crema-Detail.
 * Threads:   any.
 * Source:    Netflix/eureka ApplicationsResource, ApplicationResource, InstanceResource.
 */
#ifndef EUREKA_ROUTES_H
#define EUREKA_ROUTES_H

#include "cr_err.h"
#include "cr_http_router.h"
#include "eureka_call.h"

struct eureka_routes;

CR_MUST_CHECK int eureka_routes_new(struct eureka_routes **out_routes, struct cr_err *err);
void eureka_routes_free(struct eureka_routes *routes); /* NULL is fine */

enum {
    EUREKA_BODY_MAX = 256 * 1024,
    EUREKA_BATCH_MAX = 8 * 1024 * 1024, /* 250 records at their largest are not meant to fit */
};

/* A handler for every method and everything below "/eureka/". call: all but app, id and name. */
void eureka_routes_serve(const struct eureka_routes *routes, struct cr_http_request *req,
                         struct eureka_call *call);

#endif
