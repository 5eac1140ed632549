/* route: one entry of the route table: a pattern, where it leads, and what happens on the way.
 *
 * Ownership: a route owns all its texts; it is made by route_new and freed by route_free. `lists`
 *            counts the tables that hold it (the builder's business).
 * Errors:    CR_EINVAL with the setting that is wrong.
 * Source:    Zuul's ZuulProperties.ZuulRoute and SimpleRouteLocator.getRoute; gateway
 * reference 1.2, 1.4. Threads:   immutable, but for the builder's fields.
 */
#ifndef GATEWAY_ROUTE_H
#define GATEWAY_ROUTE_H

#include "ant_pattern.h"
#include "forward.h"

/* zuul.routes.<id>, as configured. Texts that are not set are NULL. */
struct route_spec {
    const char *id;
    const char *path; /* default: everything below the id */
    const char *service_id;
    const char *url;
    bool strip_prefix;
    bool retryable;
    bool custom_sensitive; /* the list below is the route's own, be it empty */
    const char *const *sensitive;
    size_t sensitive_count;
};

/* The zuul.* settings that all routes share. Texts are never NULL. */
struct route_options {
    const char *prefix; /* zuul.prefix */
    bool strip_prefix;  /* zuul.strip-prefix */
    bool add_host;
    bool add_proxy;
    const char *const *sensitive;
    size_t sensitive_count;
    const char *const *ignored_headers;
    size_t ignored_header_count;
    const char *const *ignored_services;
    size_t ignored_service_count;
    const char *const *ignored_patterns;
    size_t ignored_pattern_count;
    const char *servlet_path; /* second entry to the same routes */
    const char *own_service;  /* gets no automatic route */
    const char *via;
};

/* Of a route that has no lanes yet. */
#define ROUTE_NO_SLOT UINT32_MAX

enum route_kind {
    ROUTE_SERVICE, /* to an instance of a service */
    ROUTE_URL,     /* to one address */
    ROUTE_LOCAL,   /* "forward:", to the gateway's own admin side */
};

struct route {
    struct cr_arena *arena;
    const char *signature; /* equal signatures are equal routes */
    const char *id;
    const char *location; /* service id (lower case) or URL */
    enum route_kind kind;
    struct ant_pattern pattern; /* the whole one, with zuul.prefix */
    struct cr_slice own_path; /* without the prefixes that are stripped: "/<rest>" of the pattern */
    struct cr_slice base;     /* put in front of what is forwarded */
    struct cr_slice authority; /* ROUTE_URL: host:port */
    size_t drop;               /* segments that are cut */
    bool retryable;
    bool custom_sensitive;
    bool discovered;
    bool prefix_stripped;
    struct forward_policy policy;
    size_t lists;  /* the builder's: tables that hold the route */
    unsigned slot; /* the builder's: index of the workers' counts */
};

/* discovered: the automatic route of a service. */
CR_MUST_CHECK int route_new(const struct route_spec *spec, const struct route_options *options,
                            bool discovered, struct route **out_route, struct cr_err *err);
void route_free(struct route *route); /* NULL is fine */
void route_freep(struct route **route);

/* What is left of a canonical path behind the segments that are cut; begins with one slash. */
struct cr_slice route_strip(const struct route *route, struct cr_slice path);

/* True for paths of a service that are nobody's business outside: what is below /internal, and
 * below /actuator but health and info. */
bool route_is_internal(struct cr_slice forwarded);

#endif
