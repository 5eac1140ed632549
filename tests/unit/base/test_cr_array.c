/* An array that grows. */
#include "cr_array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* A sanitizer's allocator ends the process, else, where malloc says that there is no memory. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void test_items_stay_what_they_are(void **state)
{
    enum { ITEMS = 1000 };
    uint16_t *items = NULL;
    size_t count = 0, capacity = 0, grown = 0;
    (void)state;
    while (count < ITEMS) {
        size_t before = capacity;
        assert_true(CR_ARRAY_ROOM(items, count, capacity));
        grown += capacity != before;
        items[count] = (uint16_t)count;
        count++;
    }
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(items[i], i);
    assert_true(capacity >= ITEMS && capacity < 2 * ITEMS);
    assert_true(grown < 10);
    free(items);
}

static void test_without_memory_it_is_as_it_was(void **state)
{
    size_t capacity = 0;
    char *items = NULL;
    (void)state;
    assert_true(CR_ARRAY_ROOM(items, 0, capacity));
    items[0] = 'a';
    char *before = items;
    size_t huge = SIZE_MAX / 2;
    assert_false(cr_array_grow(&items, &huge, 16));
    assert_ptr_equal(items, before);
    assert_int_equal(huge, SIZE_MAX / 2);
    assert_int_equal(items[0], 'a');
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_stay_what_they_are),
        cmocka_unit_test(test_without_memory_it_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
