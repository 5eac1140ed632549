/* Overrides lapse an hour after their last use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "overrides.h"

#define ID CR_SLICE("i1")

static void test_set_get_remove(void **state)
{
    (void)state;
    struct overrides overrides;
    enum cr_wire_status status = CR_WIRE_UP;
    assert_int_equal(overrides_init(&overrides), 0);
    assert_false(overrides_get(&overrides, ID, 0, &status));
    assert_int_equal(overrides_set(&overrides, ID, CR_WIRE_OUT_OF_SERVICE, 0), 0);
    assert_true(overrides_get(&overrides, ID, 0, &status));
    assert_int_equal(status, CR_WIRE_OUT_OF_SERVICE);
    assert_int_equal(overrides_set(&overrides, ID, CR_WIRE_UP, 0), 0);
    size_t cursor = 0;
    struct cr_slice id;
    assert_true(overrides_next(&overrides, 0, &cursor, &id, &status));
    assert_true(cr_slice_is(id, "i1"));
    assert_int_equal(status, CR_WIRE_UP);
    assert_false(overrides_next(&overrides, 0, &cursor, &id, &status));
    assert_true(overrides_remove(&overrides, ID, 0));
    assert_false(overrides_remove(&overrides, ID, 0));
    overrides_fini(&overrides);
}

static void test_an_hour_without_use(void **state)
{
    (void)state;
    struct overrides overrides;
    enum cr_wire_status status;
    assert_int_equal(overrides_init(&overrides), 0);
    assert_int_equal(overrides_set(&overrides, ID, CR_WIRE_UP, 0), 0);
    assert_true(overrides_get(&overrides, ID, OVERRIDE_IDLE_MS - 1, &status));
    assert_true(overrides_get(&overrides, ID, 2 * OVERRIDE_IDLE_MS - 2, &status));
    size_t cursor = 0;
    struct cr_slice id;
    assert_false(overrides_next(&overrides, 3 * OVERRIDE_IDLE_MS, &cursor, &id, &status));
    assert_false(overrides_get(&overrides, ID, 3 * OVERRIDE_IDLE_MS - 2, &status));
    assert_int_equal(overrides_set(&overrides, ID, CR_WIRE_UP, 0), 0);
    assert_false(overrides_remove(&overrides, ID, OVERRIDE_IDLE_MS));
    overrides_fini(&overrides);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_get_remove),
        cmocka_unit_test(test_an_hour_without_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
