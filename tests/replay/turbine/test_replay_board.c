/* Conformance 6.4: what is sent anew, case 69, and the bound on circuits. */
#include "board.h"
#include "replay_event.h"

static void put(struct board *board, const char *host, const char *name, int count)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_event event =
        event_of(arena, cr_arena_printf(arena, "\"requestCount\":%d", count));
    event.name = cr_slice_of(name);
    assert_int_equal(board_put(board, cr_slice_of(host), &event), 0);
}

static uint64_t number_of(const struct board *board, const char *name)
{
    struct board_entry entry;
    for (size_t cursor = 0; board_next(board, &cursor, &entry);) {
        if (strcmp(entry.name, name) == 0)
            return entry.number;
    }
    return 0;
}

static void case_69_an_equal_state_is_no_change(void **state)
{
    (void)state;
    struct board *board = board_new(10);
    put(board, "A", "one", 1);
    put(board, "A", "two", 2);
    assert_int_equal(number_of(board, "one"), 0);
    assert_int_equal(board_flush(board), 2);
    assert_int_equal(number_of(board, "one"), 1);
    put(board, "A", "one", 1);
    assert_int_equal(board_flush(board), 2);
    put(board, "A", "one", 3);
    put(board, "A", "one", 4);
    assert_int_equal(board_flush(board), 3);
    assert_int_equal(number_of(board, "one"), 3);
    assert_int_equal(number_of(board, "two"), 2);
    board_drop(board, CR_SLICE("A"));
    assert_int_equal(board_flush(board), 5);
    assert_int_equal(board_count(board), 2);
    board_free(board);
}

static void circuits_are_bounded(void **state)
{
    (void)state;
    struct board *board = board_new(2);
    put(board, "A", "one", 1);
    put(board, "B", "two", 1);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_event event = event_of(arena, "\"requestCount\":1");
    assert_int_equal(board_put(board, CR_SLICE("C"), &event), CR_ELIMIT);
    board_flush(board);
    board_drop(board, CR_SLICE("A"));
    assert_int_equal(board_put(board, CR_SLICE("C"), &event), 0);
    board_flush(board);
    assert_int_equal(number_of(board, "one"), 0);
    assert_int_equal(number_of(board, "GetOrder"), 3);
    assert_int_equal(board_count(board), 2);
    board_free(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_69_an_equal_state_is_no_change),
        cmocka_unit_test(circuits_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
