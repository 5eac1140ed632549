/* The cursor of what is acknowledged without a hole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cr_acks.h"

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct cr_acks));
    cr_acks_reset(*state, 10);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static void test_the_cursor_waits_for_the_hole(void **state)
{
    struct cr_acks *acks = *state;
    cr_acks_sent(acks, 11);
    cr_acks_sent(acks, 12);
    cr_acks_sent(acks, 15); /* 13 and 14 never were */
    cr_acks_acked(acks, 15);
    cr_acks_acked(acks, 12);
    assert_int_equal(acks->cursor, 10);
    cr_acks_acked(acks, 11);
    assert_int_equal(acks->cursor, 15);
    assert_int_equal(acks->count, 0);
    assert_int_equal(acks->sent, 15);
}

static void test_unknown_and_repeated_acknowledgements_change_nothing(void **state)
{
    struct cr_acks *acks = *state;
    cr_acks_acked(acks, 11);
    cr_acks_sent(acks, 11);
    cr_acks_sent(acks, 13);
    cr_acks_acked(acks, 12);
    cr_acks_acked(acks, 9);
    cr_acks_acked(acks, 14);
    assert_int_equal(acks->cursor, 10);
    cr_acks_acked(acks, 11);
    cr_acks_acked(acks, 11);
    assert_int_equal(acks->cursor, 11);
    assert_int_equal(acks->count, 1);
}

static void test_a_reset_forgets_what_was_in_flight(void **state)
{
    struct cr_acks *acks = *state;
    cr_acks_sent(acks, 11);
    cr_acks_reset(acks, 3);
    cr_acks_acked(acks, 11);
    assert_int_equal(acks->cursor, 3);
    cr_acks_sent(acks, 4);
    cr_acks_acked(acks, 4);
    assert_int_equal(acks->cursor, 4);
}

static void test_the_ring_goes_around_and_is_bounded(void **state)
{
    struct cr_acks *acks = *state;
    int64_t seq = 10;
    for (int round = 0; round < 3; round++) {
        while (!cr_acks_full(acks))
            cr_acks_sent(acks, ++seq);
        assert_int_equal(acks->count, CR_ACKS_MAX);
        for (int64_t acked = seq; acked > seq - CR_ACKS_MAX; acked--)
            cr_acks_acked(acks, acked); /* newest first */
        assert_int_equal(acks->cursor, seq);
        assert_int_equal(acks->count, 0);
        cr_acks_sent(acks, ++seq); /* so that the next round begins elsewhere */
        cr_acks_acked(acks, seq);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_cursor_waits_for_the_hole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_and_repeated_acknowledgements_change_nothing,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_reset_forgets_what_was_in_flight, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_ring_goes_around_and_is_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
