/* gateway_metrics: the data plane's figures for /actuator/metrics and Prometheus.
 *
 * Ownership: a collector that is attached must be detached before the plane is stopped.
 * Threads:   any.
 */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include "cr_metrics.h"

struct plane;

/* A collector for cr_metrics_add_collector; ctx is the struct plane. */
void gateway_metrics_collect(struct cr_metrics_view *view, void *ctx);

#endif
