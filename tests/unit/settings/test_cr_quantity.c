/* Durations, sizes and truth values in Spring's spellings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_err.h"
#include "cr_quantity.h"

struct quantity_case {
    const char *text;
    int rc;
    int64_t value;
};

static void check(const struct quantity_case *cases, size_t count,
                  int (*parse)(struct cr_slice text, int64_t *out_value))
{
    for (size_t i = 0; i < count; i++) {
        int64_t value = 0;
        int rc = parse(cr_slice_of(cases[i].text), &value);
        if (rc != cases[i].rc || value != cases[i].value)
            fail_msg("'%s' gives %d, %lld", cases[i].text, rc, (long long)value);
    }
}

static void test_durations(void **state)
{
    (void)state;
    static const struct quantity_case cases[] = {
        {"10", 0, 10},
        {" 10 ", 0, 10},
        {"10s", 0, 10000},
        {"10S", 0, 10000},
        {"10 s", 0, 10000},
        {"500ms", 0, 500},
        {"1500us", 0, 1},
        {"2m", 0, 120000},
        {"1h", 0, 3600000},
        {"7d", 0, 604800000},
        {"-5s", 0, -5000},
        {"PT10S", 0, 10000},
        {"pt1.5s", 0, 1500},
        {"P1DT2H3M4.005S", 0, 93784005},
        {"-PT6H", 0, -21600000},
        {"PT-6H", 0, -21600000},
        {"P2D", 0, 172800000},
        {"", CR_EPARSE, 0},
        {"s", CR_EPARSE, 0},
        {"10x", CR_EPARSE, 0},
        {"1.5s", CR_EPARSE, 0},
        {"P", CR_EPARSE, 0},
        {"PT", CR_EPARSE, 0},
        {"P1DT", CR_EPARSE, 0},
        {"PT1", CR_EPARSE, 0},
        {"PT1S2M", CR_EPARSE, 0},
        {"PT1SS", CR_EPARSE, 0},
        {"P1S", CR_EPARSE, 0},
        {"PT1.5M", CR_EPARSE, 0},
        {"PT1ST2H", CR_EPARSE, 0},
        {"9999999999999999999", CR_ELIMIT, 0},
        {"9223372036854775807d", CR_ELIMIT, 0},
        {"PT9223372036854775807H", CR_ELIMIT, 0},
    };
    check(cases, CR_COUNT(cases), cr_duration_parse);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct quantity_case cases[] = {
        {"10", 0, 10},
        {"10B", 0, 10},
        {"64KB", 0, 65536},
        {"1mb", 0, 1048576},
        {"2GB", 0, 2147483648},
        {"1TB", 0, INT64_C(1) << 40},
        {"-1", 0, -1},
        {"1K", CR_EPARSE, 0},
        {"KB", CR_EPARSE, 0},
        {"", CR_EPARSE, 0},
        {"9223372036854775807KB", CR_ELIMIT, 0},
    };
    check(cases, CR_COUNT(cases), cr_size_parse);
}

static void test_truth(void **state)
{
    (void)state;
    static const char *const yes[] = {"true", "YES", "on", "1", " true "};
    static const char *const no[] = {"false", "No", "OFF", "0"};
    static const char *const neither[] = {"", "2", "y", "t", "truee"};
    bool value = false;
    for (size_t i = 0; i < CR_COUNT(yes); i++)
        assert_true(cr_bool_parse(cr_slice_of(yes[i]), &value) == 0 && value);
    for (size_t i = 0; i < CR_COUNT(no); i++)
        assert_true(cr_bool_parse(cr_slice_of(no[i]), &value) == 0 && !value);
    for (size_t i = 0; i < CR_COUNT(neither); i++)
        assert_int_equal(cr_bool_parse(cr_slice_of(neither[i]), &value), CR_EPARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
