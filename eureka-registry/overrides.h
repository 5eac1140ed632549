/* overrides: the statuses that the status API set, by instance id.
 *
 * The application is no part of the key: equal ids in two applications share an override, as in
 * Netflix' server. An override that nobody read or wrote for an hour is gone.
 *
 * Ownership: the caller owns the struct; ids are copied.
 * Units:     milliseconds of a monotonic clock, passed in.
 * Errors:    overrides_set returns CR_ENOMEM and then changed nothing.
 * Threads:   pure; one at a time.
 * Source:    Netflix/eureka AbstractInstanceRegistry.overriddenInstanceStatusMap.
 */
#ifndef OVERRIDES_H
#define OVERRIDES_H

#include "cr_map.h"
#include "cr_wire_instance.h"

enum { OVERRIDE_IDLE_MS = 3600 * 1000 };

struct overrides {
    struct cr_map *by_id;
};

CR_MUST_CHECK int overrides_init(struct overrides *overrides); /* CR_ENOMEM */
void overrides_fini(struct overrides *overrides);

CR_MUST_CHECK int overrides_set(struct overrides *overrides, struct cr_slice id,
                                enum cr_wire_status status, int64_t now_ms);
/* False when there is none. A look keeps it alive. */
bool overrides_get(struct overrides *overrides, struct cr_slice id, int64_t now_ms,
                   enum cr_wire_status *out_status);
/* True when there was one that had not lapsed. */
bool overrides_remove(struct overrides *overrides, struct cr_slice id, int64_t now_ms);

size_t overrides_count(const struct overrides *overrides); /* those that lapsed included */
/* Walks all that have not lapsed without keeping them alive; *cursor = 0 at first, false at the
 * end. */
bool overrides_next(const struct overrides *overrides, int64_t now_ms, size_t *cursor,
                    struct cr_slice *out_id, enum cr_wire_status *out_status);

#endif
