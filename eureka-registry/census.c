/* Counts by status. */
#include "census.h"

#include "cr_wire_applications.h"

size_t census_total(const struct census *census)
{
    size_t total = 0;
    for (size_t i = 0; i < CR_WIRE_STATUS_COUNT; i++)
        total += census->by_status[i];
    return total;
}

void census_hash(const struct census *census, struct cr_buf *out)
{
    cr_wire_hash_code(census->by_status, out);
}
