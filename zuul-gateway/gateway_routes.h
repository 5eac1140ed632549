/* gateway_routes: the routes that the environment describes, in the form that the data plane takes.
 *
 * A member of zuul.routes is a text ("PATH", "PATH=SERVICE", "PATH=URL"; in a list too), or an
 * object with a path and a serviceId or a url. Without either the service is the member's key; a
 * url "forward:/x" is the gateway itself.
 *
 * Ownership: owns its arrays; texts of the settings are borrowed, so the settings must outlive it.
 * Errors:    CR_EINVAL with the key, its origin ("application.yml:3:9") and what is wrong; every
 *            route was made once, so that the data plane will take it.
 * Threads:   immutable.
 * Source:    Spring Cloud Netflix ZuulProperties.init, ZuulRoute(String); gateway reference 1.2.
 */
#ifndef GATEWAY_ROUTES_H
#define GATEWAY_ROUTES_H

#include "cr_attr.h"
#include "route.h"

struct cr_environment;
struct gateway_settings;

struct gateway_routes {
    struct cr_arena *arena;
    struct route_options options;
    struct route_spec *specs; /* in the order of the configuration */
    size_t count;
};

/* own_service: spring.application.name. */
CR_MUST_CHECK int gateway_routes_new(const struct gateway_settings *settings,
                                     const struct cr_environment *environment,
                                     const char *own_service, struct gateway_routes **out_routes,
                                     struct cr_err *err);
void gateway_routes_free(struct gateway_routes *routes); /* NULL is fine */

/* The service that a route needs, lower case in arena; NULL for url: and forward: routes. */
const char *gateway_routes_service(const struct route_spec *spec, struct cr_arena *arena);

#endif
