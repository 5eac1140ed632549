/* census: how many instances there are of each status, and the hash code that says so.
 *
 * Pure value type.
 * Source: Netflix/eureka Applications.getReconcileHashCode: each status that occurs, by name.
 */
#ifndef CENSUS_H
#define CENSUS_H

#include "cr_buf.h"
#include "cr_wire_instance.h"

struct census {
    size_t by_status[CR_WIRE_STATUS_COUNT];
};

size_t census_total(const struct census *census);

/* Appends "DOWN_1_UP_2_"; nothing where there is nobody. */
void census_hash(const struct census *census, struct cr_buf *out);

#endif
