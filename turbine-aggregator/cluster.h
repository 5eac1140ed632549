/* cluster: the circuits of one cluster and those who watch them.
 *
 * Ownership: the caller owns the cluster, which owns its board and its viewers.
 * Units:     milliseconds, monotonic; wall_ms since 1970.
 * Errors:    cluster_put as board_put.
 * Threads:   one at a time: under the aggregator's lock.
 * Source:    Turbine 1 AggregateClusterMonitor, MetaInfoUpdator. A host that is lost leaves the
 * sums at once, not after 15 seconds.
 */
#ifndef CLUSTER_H
#define CLUSTER_H

#include "viewer.h"

struct cluster;

struct cluster *cluster_new(const char *name, size_t circuits_max);
void cluster_free(struct cluster *cluster); /* NULL is fine; needs that no viewer is left */
const char *cluster_name(const struct cluster *cluster);

/* What a host says now. */
CR_MUST_CHECK int cluster_put(struct cluster *cluster, struct cr_slice host,
                              const struct cr_wire_event *event);
void cluster_drop(struct cluster *cluster, struct cr_slice host);

/* The viewer belongs to the cluster until cluster_leave, which frees it. */
void cluster_join(struct cluster *cluster, struct viewer *viewer);
void cluster_leave(struct cluster *cluster, struct viewer *viewer);

struct cluster_moment {
    int64_t now_ms;
    int64_t wall_ms;
    int64_t epoch;    /* of this process, for ids */
    int64_t flush_ms; /* least time between two rounds of changes */
    size_t hosts;     /* that sent something within the last ten seconds */
};
/* Sends what is due: changes, pings, the meta event. */
void cluster_pulse(struct cluster *cluster, const struct cluster_moment *moment);

struct cluster_figures {
    size_t circuits;
    size_t viewers;
};
struct cluster_figures cluster_figures(const struct cluster *cluster);

#endif
