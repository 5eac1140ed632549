/* cr_int: integers that do not overflow, and their decimal text.
 *
 * Errors:  cr_int_parse returns CR_EPARSE for anything but an optional '-' and digits, CR_ELIMIT
 *          outside min..max.
 */
#ifndef CR_INT_H
#define CR_INT_H

#include <stdint.h>

#include "cr_attr.h"
#include "cr_slice.h"

/* True when the result did not fit; *out is then unspecified. */
#define cr_add_overflows(a, b, out) __builtin_add_overflow((a), (b), (out))
#define cr_mul_overflows(a, b, out) __builtin_mul_overflow((a), (b), (out))

CR_MUST_CHECK int cr_int_parse(struct cr_slice text, int64_t min, int64_t max, int64_t *out_value);

static inline int64_t cr_min_i64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t cr_max_i64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

#endif
