/* source: one instance that a cluster is fed from, with the feed that reads it.
 *
 * Ownership: the turbine's list holds it until it is retired; then it waits for its feed to end and
 *            frees itself.
 * Threads:   under the turbine's lock, but for `ended`.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include "cluster.h"
#include "cr_list.h"
#include "feed.h"

struct source {
    struct cr_list link;
    struct turbine *turbine;
    struct cluster *cluster;
    struct feed *feed;
    char *host;
    char *instance; /* app and id, for the log */
    char *url;      /* the first of the target's */
    int64_t dirty_ms;
    bool seen;    /* in the snapshot that is being looked at */
    bool retired; /* what its feed still says does not count */
};

struct source *source_new(const struct target *target, const struct cr_instance *instance);
void source_free(struct source *source); /* NULL is fine */

/* Is this still the instance and place that the source reads? */
bool source_fits(const struct source *source, const struct target *target);

#endif
