/* The map against a plain array, its order, its bound, its ownership. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cr_err.h"
#include "cr_map.h"

static void test_behaves_like_an_array(void **state)
{
    (void)state;
    enum { KEYS = 400, STEPS = 40000 };
    static int model[KEYS];
    CR_AUTO_MAP map = cr_map_new(0, NULL);
    unsigned dice = 12345;
    size_t live = 0;
    for (int step = 1; step <= STEPS; step++) {
        char text[16];
        dice = dice * 1103515245U + 12345U;
        size_t key = (dice >> 16) % KEYS;
        bool add = (dice >> 8) % 3 != 0;
        snprintf(text, sizeof text, "key%zu", key);
        if (add) {
            assert_int_equal(cr_map_put(map, cr_slice_of(text), (void *)(uintptr_t)step), 0);
            live += model[key] == 0;
            model[key] = step;
        } else {
            assert_int_equal(cr_map_remove(map, cr_slice_of(text)), model[key] != 0);
            live -= model[key] != 0;
            model[key] = 0;
        }
        assert_int_equal(cr_map_count(map), live);
        assert_int_equal((uintptr_t)cr_map_get(map, cr_slice_of(text)), model[key]);
    }
    for (size_t key = 0; key < KEYS; key++) {
        char text[16];
        snprintf(text, sizeof text, "key%zu", key);
        assert_int_equal((uintptr_t)cr_map_get(map, cr_slice_of(text)), model[key]);
    }
}

static void test_walks_in_insertion_order_and_may_remove(void **state)
{
    (void)state;
    CR_AUTO_MAP map = cr_map_new(0, NULL);
    int values[100];
    for (int i = 0; i < 100; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        assert_int_equal(cr_map_put(map, cr_slice_of(text), &values[i]), 0);
    }
    assert_int_equal(cr_map_put(map, CR_SLICE("5"), &values[99]), 0); /* keeps its place */
    size_t cursor = 0;
    struct cr_slice key;
    void *value;
    for (int i = 0; i < 100; i++) {
        assert_true(cr_map_next(map, &cursor, &key, &value));
        assert_ptr_equal(value, i == 5 ? &values[99] : &values[i]);
        if (i % 2)
            assert_true(cr_map_remove(map, key));
    }
    assert_false(cr_map_next(map, &cursor, &key, &value));
    assert_int_equal(cr_map_count(map), 50);
}

static int freed;

static void count_free(void *value)
{
    freed++;
    free(value);
}

static void test_frees_values_once(void **state)
{
    (void)state;
    freed = 0;
    CR_AUTO_MAP map = cr_map_new(2, count_free);
    void *same = malloc(1);
    assert_int_equal(cr_map_put(map, CR_SLICE("a"), malloc(1)), 0);
    assert_int_equal(cr_map_put(map, CR_SLICE("a"), same), 0);
    assert_int_equal(freed, 1);
    assert_int_equal(cr_map_put(map, CR_SLICE("a"), same), 0);
    assert_int_equal(freed, 1);
    assert_int_equal(cr_map_put(map, CR_SLICE("b"), malloc(1)), 0);
    void *refused = malloc(1);
    assert_int_equal(cr_map_put(map, CR_SLICE("c"), refused), CR_ELIMIT);
    free(refused); /* stays the caller's */
    assert_true(cr_map_remove(map, CR_SLICE("b")));
    assert_false(cr_map_remove(map, CR_SLICE("b")));
    assert_int_equal(freed, 2);
    cr_map_clear(map);
    assert_int_equal(freed, 3);
    assert_null(cr_map_get(map, CR_SLICE("a")));
    assert_int_equal(cr_map_put(map, CR_SLICE("a"), malloc(1)), 0);
}

static void test_keys_are_bytes(void **state)
{
    (void)state;
    CR_AUTO_MAP map = cr_map_new(0, NULL);
    int values[3];
    assert_int_equal(cr_map_put(map, CR_SLICE("a\0b"), &values[0]), 0);
    assert_int_equal(cr_map_put(map, CR_SLICE("a\0c"), &values[1]), 0);
    assert_int_equal(cr_map_put(map, (struct cr_slice){NULL, 0}, &values[2]), 0);
    assert_ptr_equal(cr_map_get(map, CR_SLICE("a\0c")), &values[1]);
    assert_ptr_equal(cr_map_get(map, CR_SLICE("")), &values[2]);
    assert_null(cr_map_get(map, CR_SLICE("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_behaves_like_an_array),
        cmocka_unit_test(test_walks_in_insertion_order_and_may_remove),
        cmocka_unit_test(test_frees_values_once),
        cmocka_unit_test(test_keys_are_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
