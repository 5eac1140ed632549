/* route_table: all routes in their order, and the look-up of the first one that matches.
 *
 * Configured routes come first, in the order of the configuration; then one automatic route
 * "/<service>/..." for each discovered service, unless it is ignored or the pattern is taken; a
 * route for everything goes to the end.
 *
 * Ownership: the table owns itself; routes are shared with the table before it where nothing about
 *            them changed (route.lists counts), so that a request may hold a route and no table.
 * Errors:    CR_EINVAL with the setting that is wrong, CR_ELIMIT above ROUTES_MAX.
 * Source:    SimpleRouteLocator, DiscoveryClientRouteLocator; gateway reference 1.3.
 * Threads:   immutable once built; building and releasing belong to one thread.
 */
#ifndef GATEWAY_ROUTE_TABLE_H
#define GATEWAY_ROUTE_TABLE_H

#include "route.h"

enum { ROUTES_MAX = 16384 };

struct route_table;

struct route_table_input {
    const struct route_options *options;
    const struct route_spec *specs;
    size_t spec_count;
    const char *const *services; /* discovered, in order */
    size_t service_count;
    const struct route_table *previous; /* routes are taken over from here; may be NULL */
};

CR_MUST_CHECK int route_table_new(const struct route_table_input *input,
                                  struct route_table **out_table, struct cr_err *err);

/* Frees the table. Routes that no table holds any more go to drop, whose they are then. */
void route_table_free(struct route_table *table, void (*drop)(struct route *route, void *ctx),
                      void *ctx);

size_t route_table_count(const struct route_table *table);
struct route *route_table_at(const struct route_table *table, size_t index);

/* The index of the first route that matches the canonical path, or -1. out_path is the path without
 * the servlet path, which is what route_strip wants. */
ptrdiff_t route_table_find(const struct route_table *table, struct cr_slice path,
                           struct cr_slice *out_path);

#endif
