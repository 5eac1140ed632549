/* Decimal text to integers, checked. */
#include "cr_int.h"

#include "cr_err.h"

int cr_int_parse(struct cr_slice text, int64_t min, int64_t max, int64_t *out_value)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t index = negative ? 1 : 0;
    if (index == text.len)
        return CR_EPARSE;

    int64_t value = 0;
    bool overflow = false;
    for (; index < text.len; index++) {
        char c = text.ptr[index];
        if (c < '0' || c > '9')
            return CR_EPARSE;
        int digit = negative ? -(c - '0') : c - '0';
        overflow |= cr_mul_overflows(value, 10, &value) || cr_add_overflows(value, digit, &value);
    }
    if (overflow || value < min || value > max)
        return CR_ELIMIT;
    *out_value = value;
    return 0;
}
