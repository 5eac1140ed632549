/* turbine: the aggregator at work: instances from the registry, a feed for each, clusters, viewers.
 *
 * A walk-through: the pulse thread sees a new snapshot of instances and starts or stops feeds; a
 * feed's event is put on its cluster's board; the pulse flushes the boards twice a second and sends
 * every viewer what has changed. A feed that breaks takes its host out of the sums at once.
 *
 * Ownership: the caller owns the turbine. turbine_drain stops what needs the registry's client,
 *            turbine_free what is left; streams must have been closed in between.
 * Errors:    texts for people in err.
 * Threads:   any; one lock inside.
 */
#ifndef TURBINE_H
#define TURBINE_H

#include "cr_attr.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_instances.h"
#include "target.h"

struct cr_http_request;
struct cr_log;
struct turbine;
struct turbine_settings;

struct turbine_options {
    const struct turbine_settings *settings;
    const char *(*suffix)(void *ctx, const char *cluster, struct cr_arena *arena);
    bool (*insert_port)(void *ctx, const char *cluster);
    void *ctx;
    const struct cr_log *log;
};

CR_MUST_CHECK int turbine_new(const struct turbine_options *options, struct turbine **out_turbine,
                              struct cr_err *err);
/* instances may be NULL: then nobody is ever found. */
CR_MUST_CHECK int turbine_start(struct turbine *turbine, struct cr_instances *instances,
                                struct cr_err *err);
void turbine_drain(struct turbine *turbine);
void turbine_free(struct turbine *turbine); /* NULL is fine */

/* Answers a request for a stream of that cluster, with its parameters delay and filterCriteria. */
void turbine_view(struct turbine *turbine, struct cr_http_request *req, struct cr_slice cluster);

/* [{"name":...,"link":...}] with base as the links' beginning; each cluster once. */
void turbine_clusters_json(struct turbine *turbine, const char *base, struct cr_buf *out);
/* [{"cluster","host","url","state","problem","lastEventAgeMs","skewMs","skipped"}]; cluster may be
 * empty: all. */
void turbine_hosts_json(struct turbine *turbine, struct cr_slice cluster, struct cr_buf *out);

struct turbine_figures {
    size_t clusters;
    size_t circuits;
    size_t viewers;
    size_t hosts;
    size_t hosts_live;
    size_t hosts_failing; /* neither live nor known to have no stream */
    char problem[256];    /* of one of those */
};
void turbine_figures(struct turbine *turbine, struct turbine_figures *out_figures);

#endif
