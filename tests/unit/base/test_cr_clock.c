/* Clocks and their text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_clock.h"

static void test_prints_rfc3339(void **state)
{
    (void)state;
    static const struct {
        int64_t wall_ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
        {INT64_C(1795576128123), "2026-11-25T03:08:48.123Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[CR_RFC3339_SIZE];
        cr_clock_rfc3339(cases[i].wall_ms, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_monotonic_time_does_not_go_back(void **state)
{
    (void)state;
    int64_t before = cr_clock_ns();
    for (int i = 0; i < 1000; i++) {
        int64_t now = cr_clock_ns();
        assert_true(now >= before);
        before = now;
    }
    assert_true(cr_clock_ms() >= before / 1000000);
    assert_true(cr_clock_wall_ms() > INT64_C(1600000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prints_rfc3339),
        cmocka_unit_test(test_monotonic_time_does_not_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
