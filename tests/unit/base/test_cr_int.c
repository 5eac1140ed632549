/* Decimal integers at their edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_err.h"
#include "cr_int.h"

static void test_parses_at_the_edges(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t min, max;
        int rc;
        int64_t value;
    } cases[] = {
        {"0", INT64_MIN, INT64_MAX, 0, 0},
        {"-0", INT64_MIN, INT64_MAX, 0, 0},
        {"007", INT64_MIN, INT64_MAX, 0, 7},
        {"9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN},
        {"9223372036854775808", INT64_MIN, INT64_MAX, CR_ELIMIT, 5},
        {"-9223372036854775809", INT64_MIN, INT64_MAX, CR_ELIMIT, 5},
        {"99999999999999999999999999", INT64_MIN, INT64_MAX, CR_ELIMIT, 5},
        {"65536", 0, 65535, CR_ELIMIT, 5},
        {"-1", 0, 65535, CR_ELIMIT, 5},
        {"", INT64_MIN, INT64_MAX, CR_EPARSE, 5},
        {"-", INT64_MIN, INT64_MAX, CR_EPARSE, 5},
        {"+1", INT64_MIN, INT64_MAX, CR_EPARSE, 5},
        {" 1", INT64_MIN, INT64_MAX, CR_EPARSE, 5},
        {"1 ", INT64_MIN, INT64_MAX, CR_EPARSE, 5},
        {"0x1", INT64_MIN, INT64_MAX, CR_EPARSE, 5},
        {"99999999999999999999x", INT64_MIN, INT64_MAX, CR_EPARSE, 5},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        int64_t value = 5;
        assert_int_equal(
            cr_int_parse(cr_slice_of(cases[i].text), cases[i].min, cases[i].max, &value),
            cases[i].rc);
        assert_true(value == cases[i].value);
    }
    int64_t value = 5;
    assert_int_equal(cr_int_parse((struct cr_slice){NULL, 0}, 0, 9, &value), CR_EPARSE);
    assert_int_equal(cr_min_i64(-1, 1), -1);
    assert_int_equal(cr_max_i64(-1, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parses_at_the_edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
