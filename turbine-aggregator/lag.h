/* lag: the rule that skips what an instance sends too late; pure.
 *
 * Ownership: a value per instance, zero-initialised.
 * Units:     milliseconds; now_ms and event_ms are wall-clock times, the age is their difference.
 * Errors:    none.
 * Threads:   one at a time.
 * Source:    Turbine 1 InstanceMonitor: an event older than the threshold is discarded, and so is
 *            everything for a while after it. A time that is no plausible date (the original dies
 *            of it) counts as absent; an absent one as now.
 */
#ifndef LAG_H
#define LAG_H

#include "cr_wire_stream.h"

struct lag_rule {
    bool enabled;
    int64_t threshold_ms; /* 2500 */
    int64_t pause_ms;     /* 500 */
};

struct lag {
    int64_t skip_until_ms;
    int64_t age_ms; /* of the last event that was judged: a host's skew when it stays high */
    uint64_t skipped;
};

/* Is this event to be taken in? */
bool lag_accepts(struct lag *lag, const struct lag_rule *rule, const struct cr_wire_event *event,
                 int64_t now_ms);

#endif
