/* Counts by status. */
#include "census.h"

size_t census_total(const struct census *census)
{
    size_t total = 0;
    for (size_t i = 0; i < CR_WIRE_STATUS_COUNT; i++)
        total += census->by_status[i];
    return total;
}

/* The statuses are numbered in the order of their names, so clients find their own sum again. */
void census_hash(const struct census *census, struct cr_buf *out)
{
    for (size_t i = 0; i < CR_WIRE_STATUS_COUNT; i++)
        if (census->by_status[i] > 0)
            cr_buf_printf(out, "%s_%zu_", cr_wire_status_name((enum cr_wire_status)i),
                          census->by_status[i]);
}
