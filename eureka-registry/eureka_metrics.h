/* eureka_metrics: what the registry counts and measures.
 *
 * Ownership: instruments live as long as the process; the struct only knows them.
 * Threads:   any.
 */
#ifndef EUREKA_METRICS_H
#define EUREKA_METRICS_H

#include "cr_metrics.h"
#include "registry.h"

enum eureka_document {
    EUREKA_DOCUMENT_ALL,
    EUREKA_DOCUMENT_DELTA,
    EUREKA_DOCUMENT_APP,
    EUREKA_DOCUMENTS
};

struct eureka_metrics {
    struct cr_counter *changes[REGISTRY_CHANGE_COUNT]; /* registrations and evictions among them */
    struct cr_counter *renewals[REGISTRY_RENEWALS];    /* by result */
    struct cr_histogram *lease_age;                    /* since the last contact, at a renewal */
    struct cr_histogram *renders[EUREKA_DOCUMENTS];
    struct cr_counter *bytes[CR_WIRE_FORMS][2]; /* as they are, and as gzip */
};

void eureka_metrics_init(struct eureka_metrics *metrics);

#endif
