/* aggregate: one circuit (type and name) summed over the hosts that report it; pure.
 *
 * Each host's last event is kept; what is shown is computed from those, so a host that leaves takes
 * exactly its share with it, and nothing drifts.
 *
 * Ownership: the caller owns the aggregate; events are copied.
 * Errors:    aggregate_put returns CR_ENOMEM; fields, map keys and distinct texts beyond the bounds
 *            below are left out.
 * Threads:   one at a time.
 * Source:    Turbine 1 AggDataFromCluster, TurbineData: nothing is averaged. Integers and maps of
 *            integers are summed; booleans, texts and null are counted per distinct value, and
 * shown as that value while the hosts agree, else as a text that holds JSON counts. Shown as well:
 * `propertyValuesSummed`, which tells a page that knows it that windows, thresholds and limits are
 * sums over reportingHosts; others ignore it.
 */
#ifndef AGGREGATE_H
#define AGGREGATE_H

#include "cr_attr.h"
#include "cr_buf.h"
#include "cr_wire_stream.h"

enum { AGGREGATE_FIELDS_MAX = 256, AGGREGATE_KEYS_MAX = 64, AGGREGATE_TEXTS_MAX = 64 };

struct aggregate;

struct aggregate *aggregate_new(struct cr_slice type, struct cr_slice name); /* NULL: no memory */
void aggregate_free(struct aggregate *aggregate);                            /* NULL is fine */

const char *aggregate_type(const struct aggregate *aggregate);
const char *aggregate_name(const struct aggregate *aggregate);

/* What this host says now, in place of what it said before. */
CR_MUST_CHECK int aggregate_put(struct aggregate *aggregate, struct cr_slice host,
                                const struct cr_wire_event *event);
/* True if the host had a share. */
bool aggregate_drop(struct aggregate *aggregate, struct cr_slice host);
size_t aggregate_host_count(const struct aggregate *aggregate);

/* Appends the sums as one JSON object. Without hosts they are zeros. */
void aggregate_render(const struct aggregate *aggregate, struct cr_buf *out);

#endif
