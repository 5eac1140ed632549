/* cr_metrics_private: how the metrics room keeps its instruments; for this room only.
 *
 * Families and series are appended under the registry's lock and never removed, so that whoever
 * shows them walks without it.
 */
#ifndef CR_METRICS_PRIVATE_H
#define CR_METRICS_PRIVATE_H

#include <stdatomic.h>

#include "cr_metrics.h"

struct cr_series {
    const char *labels;
    _Atomic(struct cr_series *) next;
};

struct cr_family {
    enum cr_metric_kind kind;
    const char *name;
    const char *help;
    _Atomic(const char *) unit;
    _Atomic(struct cr_series *) first;
    struct cr_series *last; /* under the lock */
    size_t count;           /* under the lock */
    _Atomic(struct cr_family *) next;
};

struct cr_counter {
    struct cr_series series;
    atomic_int_fast64_t value;
};

struct cr_gauge {
    struct cr_series series;
    _Atomic double value;
    double (*read)(void *ctx); /* under the callback lock */
    void *ctx;
};

/* Linear below 16, then eight buckets per power of two up to 2^41. */
enum {
    CR_HISTOGRAM_LINEAR = 16,
    CR_HISTOGRAM_FIRST_POWER = 4,
    CR_HISTOGRAM_LAST_POWER = 40,
    CR_HISTOGRAM_PER_POWER = 8,
    CR_HISTOGRAM_BUCKETS =
        CR_HISTOGRAM_LINEAR +
        (CR_HISTOGRAM_LAST_POWER - CR_HISTOGRAM_FIRST_POWER + 1) * CR_HISTOGRAM_PER_POWER,
};

struct cr_histogram {
    struct cr_series series;
    _Atomic(atomic_uint_fast64_t *) buckets; /* NULL until the first record */
    atomic_int_fast64_t sum;
    atomic_int_fast64_t max_now;
    atomic_int_fast64_t max_before;
    atomic_int_fast64_t turned_ms; /* when max_now began */
};

/* NULL before the first family. */
struct cr_family *cr_metrics_families(void);

/* Values below 2^power. */
int64_t cr_histogram_below(const struct cr_histogram *histogram, int power);
/* The largest value of the last one to two minutes. */
int64_t cr_histogram_recent_max(struct cr_histogram *histogram, int64_t now_ms);

/* Calls every collector with view. */
void cr_metrics_collect(struct cr_metrics_view *view);

#endif
