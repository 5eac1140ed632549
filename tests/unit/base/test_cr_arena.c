/* Arena: alignment, bounds, reset, clean-ups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_err.h"

static void test_memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    for (size_t size = 0; size < 5000; size += 37) {
        unsigned char *memory = cr_arena_alloc(arena, size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xa5, size); /* ASan or a neighbour would notice */
    }
    unsigned char *large = cr_arena_alloc(arena, 3 * 1024 * 1024);
    assert_non_null(large);
    assert_int_equal(large[3 * 1024 * 1024 - 1], 0);
}

static void test_memory_is_zeroed_again_after_reset(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    memset(cr_arena_alloc(arena, 100), 0xff, 100);
    memset(cr_arena_alloc(arena, 100000), 0xff, 100000);
    cr_arena_reset(arena);
    assert_int_equal(cr_arena_used(arena), 0);
    const unsigned char *memory = cr_arena_alloc(arena, 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(memory[i], 0);
}

static void test_the_bound_holds_and_sticks_until_reset(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(64);
    assert_non_null(cr_arena_alloc(arena, 64));
    assert_false(cr_arena_failed(arena));
    assert_null(cr_arena_alloc(arena, 1));
    assert_true(cr_arena_failed(arena));
    cr_arena_reset(arena);
    assert_false(cr_arena_failed(arena));
    assert_non_null(cr_arena_alloc(arena, 64));
}

static void test_overflowing_sizes_fail(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    assert_null(cr_arena_array(arena, SIZE_MAX / 2, 4));
    assert_null(cr_arena_alloc(arena, SIZE_MAX));
    assert_null(cr_arena_alloc(arena, SIZE_MAX - 20));
    assert_null(cr_arena_slice(arena, (struct cr_slice){"", SIZE_MAX}));
    assert_true(cr_arena_failed(arena));
    assert_non_null(cr_arena_alloc(arena, 10));
}

static void test_texts_are_copies(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    char source[] = "abc";
    const char *copy = cr_arena_text(arena, source);
    source[0] = 'x';
    assert_string_equal(copy, "abc");
    assert_string_equal(cr_arena_text(arena, NULL), "");
    assert_string_equal(cr_arena_slice(arena, (struct cr_slice){"abc", 2}), "ab");
    assert_string_equal(cr_arena_printf(arena, "%s-%d", "a", 7), "a-7");
}

struct order {
    int seen[3];
    int count;
};

struct cleanup {
    struct order *order;
    int number;
};

static void record(void *ctx)
{
    struct cleanup *cleanup = ctx;
    cleanup->order->seen[cleanup->order->count++] = cleanup->number;
}

static void test_cleanups_run_once_last_first(void **state)
{
    (void)state;
    struct order order = {.count = 0};
    struct cleanup cleanups[] = {{&order, 1}, {&order, 2}, {&order, 3}};
    struct cr_arena *arena = cr_arena_new(0);
    assert_int_equal(cr_arena_on_free(arena, record, &cleanups[0]), 0);
    assert_int_equal(cr_arena_on_free(arena, record, &cleanups[1]), 0);
    cr_arena_reset(arena);
    assert_int_equal(order.count, 2);
    assert_int_equal(order.seen[0], 2);
    assert_int_equal(cr_arena_on_free(arena, record, &cleanups[2]), 0);
    cr_arena_free(arena);
    assert_int_equal(order.count, 3);
    assert_int_equal(order.seen[2], 3);
    cr_arena_free(NULL);

    CR_AUTO_ARENA full = cr_arena_new(8);
    assert_int_equal(cr_arena_on_free(full, record, &cleanups[0]), CR_ENOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_memory_is_zeroed_again_after_reset),
        cmocka_unit_test(test_the_bound_holds_and_sticks_until_reset),
        cmocka_unit_test(test_overflowing_sizes_fail),
        cmocka_unit_test(test_texts_are_copies),
        cmocka_unit_test(test_cleanups_run_once_last_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
