/* Which circuits a reader wants, and how often. */
#include "filter.h"

#include "cr_int.h"

enum { DELAY_MAX_MS = 24 * 3600 * 1000 };

/* "key:value" at the first colon. */
static bool pair_of(struct cr_slice text, struct cr_slice *out_key, struct cr_slice *out_value)
{
    ptrdiff_t colon = cr_slice_find(text, ':');
    if (colon < 0)
        return false;
    *out_key = cr_slice_trim(cr_slice_sub(text, 0, (size_t)colon));
    *out_value = cr_slice_trim(cr_slice_from(text, (size_t)colon + 1));
    return true;
}

static int check_criteria(struct cr_slice criteria, struct cr_err *err)
{
    struct cr_slice group, pair, key, value;
    struct cr_slice groups = criteria;
    while (cr_slice_split(&groups, ',', &group)) {
        while (cr_slice_split(&group, '|', &pair)) {
            if (!pair_of(pair, &key, &value))
                return cr_err_set(err, CR_EINVAL,
                                  "filterCriteria: '%.*s' is not key:value, such as name:GetOrder",
                                  CR_SLICE_ARG(pair));
        }
    }
    return 0;
}

int filter_parse(struct cr_slice criteria, struct cr_slice delay, struct filter *out_filter,
                 struct cr_err *err)
{
    struct filter filter = {.criteria = criteria};
    if (delay.ptr && cr_int_parse(delay, 0, DELAY_MAX_MS, &filter.delay_ms))
        return cr_err_set(err, CR_EINVAL, "delay: '%.*s' is not a number of milliseconds",
                          CR_SLICE_ARG(delay));
    if (criteria.len > 0) {
        int rc = check_criteria(criteria, err);
        if (rc)
            return rc;
    }
    *out_filter = filter;
    return 0;
}

static bool pair_fits(struct cr_slice pair, struct cr_slice type, struct cr_slice name)
{
    struct cr_slice key, value;
    if (!pair_of(pair, &key, &value))
        return false;
    if (cr_slice_is(key, "name"))
        return cr_slice_equal(value, name);
    if (cr_slice_is(key, "type"))
        return cr_slice_equal(value, type);
    if (cr_slice_is(key, "prefix"))
        return cr_slice_search(name, value) >= 0;
    return true;
}

bool filter_matches(const struct filter *filter, struct cr_slice type, struct cr_slice name)
{
    if (filter->criteria.len == 0)
        return true;
    struct cr_slice group, pair;
    struct cr_slice groups = filter->criteria;
    while (cr_slice_split(&groups, ',', &group)) {
        bool fits = true;
        while (fits && cr_slice_split(&group, '|', &pair))
            fits = pair_fits(pair, type, name);
        if (fits)
            return true;
    }
    return false;
}
