/* cr_latency: counts of latencies with HdrHistogram's quanta (3 significant digits).
 *
 * Ownership: the caller owns the struct (zero-initialised is valid) and calls cr_latency_fini;
 *            pages of counters are allocated on their first use and kept until then.
 * Units:     milliseconds; below 2,048 the quantum is 1, then 2, 4, ... Values above
 *            CR_LATENCY_MAX_MS count as that.
 * Errors:    a sample is dropped when its page cannot be allocated.
 * Threads:   cr_latency_record and cr_latency_drain from any (the source of a drain may be recorded
 *            into meanwhile); the others one at a time.
 * Source:    HdrHistogram 2.1.9 getValueAtPercentile, getMean, as Hystrix 1.5 uses them.
 */
#ifndef CR_LATENCY_H
#define CR_LATENCY_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "cr_wire_stream.h"

enum {
    CR_LATENCY_MAX_MS = (1 << 22) - 1, /* 70 minutes */
    CR_LATENCY_PAGE = 512,
    CR_LATENCY_PAGES = (2048 + 11 * 1024) / CR_LATENCY_PAGE,
};

struct cr_latency_page {
    _Atomic uint32_t counts[CR_LATENCY_PAGE];
};

struct cr_latency {
    struct cr_latency_page *_Atomic pages[CR_LATENCY_PAGES];
};

void cr_latency_fini(struct cr_latency *latency);
void cr_latency_record(struct cr_latency *latency, int64_t ms);

/* Moves all counts of `from` into `to`. */
void cr_latency_drain(struct cr_latency *from, struct cr_latency *to);
/* Adds a copy of them. */
void cr_latency_add(const struct cr_latency *from, struct cr_latency *to);

/* Mean and the nine percentiles of the stream; all 0 without a sample. */
struct cr_wire_latency cr_latency_summary(const struct cr_latency *latency);

#endif
