/* cr_http_router: from method and raw path to a route.
 *
 * Patterns: "/eureka/apps/{app}/{id}", "/static/" and a trailing "**" (zero or more segments).
 * The raw path is split first and each segment is decoded once, so %2F never splits. Nothing is
 * normalised: "//" holds an empty segment, which no "{x}" matches, and "." and ".." are segments
 * like others, for the handler of "{x}" or "**" to judge. Trailing slashes count: "/a" and "/a/"
 * are two paths, unless the pattern ends in "[/]", which serves both. "{x}" matches one segment
 * that is not empty.
 * The most specific route wins, segment by segment: literal, then {x}, then "**"; the order of rows
 * decides between equals. HEAD is served by GET rows that no HEAD row precedes.
 *
 * Ownership: rows and their texts must outlive the router; they are constants.
 * Errors:    CR_EINVAL for a bad pattern, with its text.
 * Threads:   immutable after cr_http_router_new; any number of readers. Matching is pure.
 */
#ifndef CR_HTTP_ROUTER_H
#define CR_HTTP_ROUTER_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_http_request.h"

struct cr_http_route {
    const char *method; /* "GET", "POST", ... */
    const char *pattern;
    cr_http_handler handler;
    size_t body_max; /* bytes; 0: the server's default. More is refused with 413 */
    const char *doc; /* one line, for /actuator/mappings */
};

/* A table of routes and what their handlers get. */
struct cr_http_routes {
    const struct cr_http_route *rows;
    size_t count;
    void *ctx;
};

enum { CR_HTTP_PARAM_MAX = 8 };

struct cr_http_match {
    const struct cr_http_route *route;
    void *ctx;
    size_t index; /* of the route among all of this router */
    size_t param_count;
    struct cr_slice param_names[CR_HTTP_PARAM_MAX];
    struct cr_slice param_values[CR_HTTP_PARAM_MAX];
};

struct cr_http_router;

CR_MUST_CHECK int cr_http_router_new(const struct cr_http_routes *tables, size_t count,
                                     struct cr_http_router **out, struct cr_err *err);
void cr_http_router_free(struct cr_http_router *router); /* NULL is fine */
size_t cr_http_router_count(const struct cr_http_router *router);

/* 0 and *out_match, its values in arena; or the status to answer: 400 for a bad escape or a decoded
 * NUL, 404, or 405 with the methods that there are ("GET, HEAD, POST") in out_allow. A request for
 * OPTIONS without a row of its own is 405 here. */
int cr_http_router_match(const struct cr_http_router *router, const char *method,
                         struct cr_slice path, struct cr_arena *arena,
                         struct cr_http_match *out_match, struct cr_buf *out_allow);

#endif
