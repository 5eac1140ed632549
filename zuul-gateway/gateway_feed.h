/* gateway_feed: tells the data plane where to route: routes from the settings, instances from the
 * registry or from the settings.
 *
 * A thread watches the registry's snapshots and publishes what changed; a name that did not resolve
 * is tried again every few seconds. A registry that is away changes nothing: the last instances
 * stay.
 *
 * Ownership: the feed owns routes and servers that it is given. The plane outlives the feed.
 * Errors:    gateway_feed_start: the data plane's. Later ones are logged, and what was published
 *            before stays.
 * Threads:   new, start, stop and free: main; update: main; poke: any.
 * Source:    gateway reference 1.3, 1.12; decision G5.
 */
#ifndef GATEWAY_FEED_H
#define GATEWAY_FEED_H

#include "cr_app.h"
#include "gateway_routes.h"
#include "gateway_servers.h"
#include "plane.h"

struct gateway_feed;

struct gateway_feed *gateway_feed_new(struct cr_app *app); /* NULL: no memory */
void gateway_feed_free(struct gateway_feed *feed);         /* stops; NULL is fine */

/* Reads routes and servers from the newest settings; before start, and at each refresh, after which
 * they are in effect when this returns. */
CR_MUST_CHECK int gateway_feed_update(struct gateway_feed *feed, struct cr_err *err);

/* Starts the data plane with what is known now, and the thread that watches. */
CR_MUST_CHECK int gateway_feed_start(struct gateway_feed *feed, const struct plane_options *options,
                                     const struct directory_hooks *hooks, struct plane **out_plane,
                                     struct cr_err *err);
/* Before the registry's instances are freed. */
void gateway_feed_stop(struct gateway_feed *feed);

/* Publishes anew a moment later. */
void gateway_feed_poke(struct gateway_feed *feed);

struct gateway_feed_figures {
    uint64_t version;     /* of the registry's snapshot that is in effect */
    uint64_t published;   /* how often */
    size_t services;      /* known, with or without instances */
    size_t instances;     /* that requests may go to */
    size_t without;       /* services that a route names and that have no instance */
    char without_id[128]; /* one of them */
    char problem[256];    /* why the last publication failed; "" */
};
void gateway_feed_figures(struct gateway_feed *feed, struct gateway_feed_figures *out_figures);

#endif
