/* The rolling window: only closed buckets count, and each for as long as the window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_err.h"
#include "cr_window.h"

static void counts_closed_buckets(void **state)
{
    (void)state;
    struct cr_window window;
    assert_int_equal(cr_window_init(&window, 100, 3, 2, 1000), 0);
    cr_window_add(&window, 0, 5);
    cr_window_add(&window, 1, 1);
    assert_int_equal(cr_window_sum(&window, 0), 0);
    assert_int_equal(cr_window_roll(&window, 1099), 0);
    assert_int_equal(cr_window_roll(&window, 1100), 1);
    assert_int_equal(cr_window_sum(&window, 0), 5);
    cr_window_add(&window, 0, 2);
    assert_int_equal(cr_window_roll(&window, 1200), 1);
    assert_int_equal(cr_window_sum(&window, 0), 7);
    assert_int_equal(cr_window_sum(&window, 1), 1);
    assert_int_equal(cr_window_roll(&window, 1399), 1);
    assert_int_equal(cr_window_sum(&window, 0), 7);
    assert_int_equal(cr_window_roll(&window, 1400), 1);
    assert_int_equal(cr_window_sum(&window, 0), 2);
    cr_window_fini(&window);
}

static void keeps_the_highest(void **state)
{
    (void)state;
    struct cr_window window;
    assert_int_equal(cr_window_init(&window, 100, 2, 1, 0), 0);
    cr_window_peak(&window, 0, 3);
    cr_window_peak(&window, 0, 2);
    assert_int_equal(cr_window_max(&window, 0), 0);
    cr_window_roll(&window, 100);
    cr_window_peak(&window, 0, 1);
    cr_window_roll(&window, 200);
    assert_int_equal(cr_window_max(&window, 0), 3);
    cr_window_roll(&window, 300);
    assert_int_equal(cr_window_max(&window, 0), 1);
    cr_window_fini(&window);
}

static void forgets_after_a_pause(void **state)
{
    (void)state;
    struct cr_window window;
    assert_int_equal(cr_window_init(&window, 100, 3, 1, 0), 0);
    cr_window_add(&window, 0, 5);
    assert_int_equal(cr_window_roll(&window, 1000050), 10000);
    assert_int_equal(cr_window_sum(&window, 0), 0);
    assert_int_equal(window.bucket_start_ms, 1000000);
    cr_window_add(&window, 0, 1);
    assert_int_equal(cr_window_roll(&window, 1000100), 1);
    assert_int_equal(cr_window_sum(&window, 0), 1);
    cr_window_clear(&window);
    assert_int_equal(cr_window_sum(&window, 0), 0);
    cr_window_fini(&window);
}

static void refuses_empty_sizes(void **state)
{
    (void)state;
    struct cr_window window;
    assert_int_equal(cr_window_init(&window, 0, 3, 1, 0), CR_EINVAL);
    assert_int_equal(cr_window_init(&window, 1, 0, 1, 0), CR_EINVAL);
    assert_int_equal(cr_window_init(&window, 1, 3, 0, 0), CR_EINVAL);
    assert_int_equal(cr_window_init(&window, 1, SIZE_MAX, 2, 0), CR_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_closed_buckets),
        cmocka_unit_test(keeps_the_highest),
        cmocka_unit_test(forgets_after_a_pause),
        cmocka_unit_test(refuses_empty_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
