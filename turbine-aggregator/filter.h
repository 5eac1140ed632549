/* filter: what one reader of turbine.stream wants: filterCriteria and delay; pure.
 *
 * Ownership: a value; the texts are the caller's.
 * Units:     milliseconds.
 * Errors:    CR_EINVAL with the parameter and what is wrong with it.
 * Threads:   pure functions.
 * Source:    Turbine 1 TurbineStreamServlet, FilterCriteria: comma-separated groups, of which one
 *            must fit, of `key:value` joined by '|', of which all must fit. `prefix` is tested as a
 *            substring. topN and sort weights are accepted and have no effect.
 */
#ifndef FILTER_H
#define FILTER_H

#include "cr_attr.h"
#include "cr_err.h"
#include "cr_slice.h"

struct filter {
    struct cr_slice criteria; /* empty: everything */
    int64_t delay_ms;         /* least time between two events of one circuit */
};

/* Either text may be absent (NULL ptr). */
CR_MUST_CHECK int filter_parse(struct cr_slice criteria, struct cr_slice delay,
                               struct filter *out_filter, struct cr_err *err);
bool filter_matches(const struct filter *filter, struct cr_slice type, struct cr_slice name);

#endif
