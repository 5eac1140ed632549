/* When a lease that is due may go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "self_preservation.h"

enum { MINUTE = SELF_PRESERVATION_MINUTE_MS };

static struct self_preservation begin(bool enabled)
{
    const struct self_preservation_options options = {
        .enabled = enabled, .min_instances = 10, .percent = 0.85, .renewal_interval_s = 30};
    struct self_preservation sp;
    self_preservation_init(&sp, &options, 0);
    return sp;
}

static void renew(struct self_preservation *sp, int count, int64_t now_ms)
{
    while (count-- > 0)
        self_preservation_renewal(sp, now_ms);
}

static void test_88_more_than_the_threshold(void **state)
{
    (void)state;
    struct self_preservation sp = begin(true);
    self_preservation_size(&sp, 10, 0);
    renew(&sp, 17, 30000);
    assert_false(self_preservation_allows(&sp, 10, 30000)); /* no minute is full yet */
    assert_int_equal(self_preservation_threshold(&sp, 10), 17);
    assert_int_equal(self_preservation_renewals(&sp, MINUTE), 17);
    assert_false(self_preservation_allows(&sp, 10, MINUTE));
    renew(&sp, 18, MINUTE + 1);
    assert_false(self_preservation_allows(&sp, 10, 2 * MINUTE - 1));
    assert_true(self_preservation_allows(&sp, 10, 2 * MINUTE));
    assert_true(self_preservation_allows(&sp, 10, 3 * MINUTE - 1));
    assert_false(self_preservation_allows(&sp, 10, 3 * MINUTE));
}

static void test_thresholds_of_the_reference(void **state)
{
    (void)state;
    struct self_preservation sp = begin(true);
    const struct {
        size_t size;
        int64_t threshold;
    } rows[] = {{0, 0}, {1, 1}, {2, 3}, {5, 8}, {10, 17}, {100, 170}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(self_preservation_threshold(&sp, rows[i].size), rows[i].threshold);
}

static void test_below_ten_everything_goes(void **state)
{
    (void)state;
    struct self_preservation sp = begin(true);
    self_preservation_size(&sp, 9, 0);
    assert_true(self_preservation_allows(&sp, 9, 1));
    assert_false(self_preservation_is_on(&sp, 1));
    self_preservation_size(&sp, 10, 2);
    assert_true(self_preservation_is_on(&sp, 2));
    assert_false(self_preservation_allows(&sp, 10, 2));
}

/* One that stands at the limit does not switch it off and on. */
static void test_off_after_15_minutes_below(void **state)
{
    (void)state;
    struct self_preservation sp = begin(true);
    self_preservation_size(&sp, 10, 0);
    self_preservation_size(&sp, 9, 1000);
    self_preservation_size(&sp, 8, 5000);
    assert_false(self_preservation_allows(&sp, 8, 1000 + SELF_PRESERVATION_OFF_MS - 1));
    assert_int_equal(self_preservation_release(&sp, 8, 1000 + SELF_PRESERVATION_OFF_MS), 8);
    assert_true(self_preservation_allows(&sp, 8, 1000 + SELF_PRESERVATION_OFF_MS));
    /* Ten again in between: the quarter of an hour begins anew. */
    sp = begin(true);
    self_preservation_size(&sp, 10, 0);
    self_preservation_size(&sp, 9, 1000);
    self_preservation_size(&sp, 10, 2000);
    self_preservation_size(&sp, 9, 3000);
    assert_false(self_preservation_allows(&sp, 9, 1000 + SELF_PRESERVATION_OFF_MS));
    assert_true(self_preservation_allows(&sp, 9, 3000 + SELF_PRESERVATION_OFF_MS));
}

static void test_87_held_leases_go_by_the_minute(void **state)
{
    (void)state;
    struct self_preservation sp = begin(true);
    self_preservation_size(&sp, 20, 0);
    renew(&sp, 35, 1);
    assert_int_equal(self_preservation_release(&sp, 20, 2), 0);
    assert_int_equal(self_preservation_next_ms(&sp), MINUTE);
    assert_int_equal(self_preservation_release(&sp, 20, MINUTE), 3);
    assert_int_equal(self_preservation_release(&sp, 17, MINUTE + 1), 0); /* once a minute */
    assert_int_equal(self_preservation_next_ms(&sp), 2 * MINUTE);
    renew(&sp, 35, MINUTE + 2);
    assert_int_equal(self_preservation_release(&sp, 17, 2 * MINUTE), 3);
    renew(&sp, 35, 2 * MINUTE);
    assert_int_equal(self_preservation_release(&sp, 14, 3 * MINUTE), 3);
    assert_int_equal(self_preservation_release(&sp, 11, 4 * MINUTE), 0); /* a bad minute */
}

static void test_how_many_may_go(void **state)
{
    (void)state;
    const struct {
        size_t size, go;
    } rows[] = {{1, 1}, {2, 1}, {5, 1}, {6, 1}, {7, 2}, {10, 2}, {20, 3}, {100, 15}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct self_preservation sp = begin(true);
        sp.options.min_instances = 0;
        self_preservation_size(&sp, rows[i].size, 0);
        renew(&sp, 1000, 0);
        assert_int_equal(self_preservation_release(&sp, rows[i].size, MINUTE), rows[i].go);
    }
}

static void test_switched_off(void **state)
{
    (void)state;
    struct self_preservation sp = begin(false);
    self_preservation_size(&sp, 100, 0);
    assert_true(self_preservation_allows(&sp, 100, 1));
    assert_int_equal(self_preservation_release(&sp, 100, 1), 100);
    assert_int_equal(self_preservation_next_ms(&sp), 0);
}

/* Two minutes without a call: the last full one had nothing. */
static void test_a_gap(void **state)
{
    (void)state;
    struct self_preservation sp = begin(true);
    renew(&sp, 5, 10);
    assert_int_equal(self_preservation_renewals(&sp, 2 * MINUTE), 0);
    renew(&sp, 5, 2 * MINUTE);
    assert_int_equal(self_preservation_renewals(&sp, 3 * MINUTE), 5);
    assert_int_equal(self_preservation_renewals(&sp, MINUTE), 5); /* never backwards */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_88_more_than_the_threshold),
        cmocka_unit_test(test_thresholds_of_the_reference),
        cmocka_unit_test(test_below_ten_everything_goes),
        cmocka_unit_test(test_off_after_15_minutes_below),
        cmocka_unit_test(test_87_held_leases_go_by_the_minute),
        cmocka_unit_test(test_how_many_may_go),
        cmocka_unit_test(test_switched_off),
        cmocka_unit_test(test_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
