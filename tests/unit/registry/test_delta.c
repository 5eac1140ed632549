/* The queue of changes: order, one entry each, retention. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta.h"

static void test_each_once_at_its_last_change(void **state)
{
    (void)state;
    struct delta delta;
    struct delta_entry a = {0};
    struct delta_entry b = {0};
    delta_init(&delta, 0);
    assert_null(delta_next(&delta, NULL));
    delta_put(&delta, &a, 1);
    delta_put(&delta, &b, 2);
    delta_put(&delta, &a, 3);
    assert_int_equal(delta.count, 2);
    assert_ptr_equal(delta_next(&delta, NULL), &b);
    assert_ptr_equal(delta_next(&delta, &b), &a);
    assert_null(delta_next(&delta, &a));
    delta_remove(&delta, &b);
    delta_remove(&delta, &b);
    assert_int_equal(delta.count, 1);
    assert_ptr_equal(delta_next(&delta, NULL), &a);
}

static void test_61_retention(void **state)
{
    (void)state;
    struct delta delta;
    struct delta_entry a = {0};
    struct delta_entry b = {0};
    delta_init(&delta, 0);
    delta_put(&delta, &a, 1000);
    delta_put(&delta, &b, 2000);
    assert_null(delta_over(&delta, 1000 + DELTA_RETENTION_MS));
    assert_ptr_equal(delta_over(&delta, 1001 + DELTA_RETENTION_MS), &a);
    delta_put(&delta, &a, 1001 + DELTA_RETENTION_MS);
    assert_null(delta_over(&delta, 1001 + DELTA_RETENTION_MS));
    assert_ptr_equal(delta_over(&delta, 2001 + DELTA_RETENTION_MS), &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once_at_its_last_change),
        cmocka_unit_test(test_61_retention),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
