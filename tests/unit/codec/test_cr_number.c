/* Doubles as Java prints them, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cr_err.h"
#include "cr_number.h"

static void test_prints_as_java(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-1.1, "-1.1"},
        {100.0, "100.0"},
        {1234567.0, "1234567.0"},
        {9999999.0, "9999999.0"},
        {1e7, "1.0E7"},
        {12345678.0, "1.2345678E7"},
        {0.001, "0.001"},
        {0.00123, "0.00123"},
        {0.000999, "9.99E-4"},
        {0.1 + 0.2, "0.30000000000000004"},
        {6.02e23, "6.02E23"},
        {1e30, "1.0E30"},
        {4.9e-324, "4.9E-324"},
        {1.7976931348623157e308, "1.7976931348623157E308"},
        {123456.789, "123456.789"},
        {(double)INFINITY, "Infinity"},
        {-(double)INFINITY, "-Infinity"},
        {(double)NAN, "NaN"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        char text[CR_NUMBER_TEXT_SIZE];
        size_t length = cr_number_text(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(length, strlen(text));
    }
}

static void test_reads_decimals_only(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "-",   ".",     "1e",  "e5",  "0x10", " 1",
                                      "1 ", "inf", "1.2.3", "nan", "1e+", "+-1"};
    double value = 7;
    for (size_t i = 0; i < CR_COUNT(bad); i++)
        assert_int_equal(cr_number_double(cr_slice_of(bad[i]), &value), CR_EPARSE);
    assert_int_equal(cr_number_double(CR_SLICE("1\0"), &value), CR_EPARSE);
    assert_true(value == 7);
    assert_int_equal(cr_number_double(CR_SLICE("-1.5e2"), &value), 0);
    assert_true(value == -150.0);
    assert_int_equal(cr_number_double(CR_SLICE("+.5"), &value), 0);
    assert_true(value == 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prints_as_java),
        cmocka_unit_test(test_reads_decimals_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
