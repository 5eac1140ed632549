/* Conformance 6.4: late events, cases 62 and 63. */
#include "lag.h"
#include "replay_event.h"

static const struct lag_rule rule = {.enabled = true, .threshold_ms = 2500, .pause_ms = 500};
static const int64_t now_ms = 1763824800000;

static bool takes(struct lag *lag, const struct lag_rule *with, int64_t at_ms, int64_t event_ms)
{
    struct cr_wire_event event = {.has_time = true, .current_time_ms = event_ms};
    return lag_accepts(lag, with, &event, at_ms);
}

static void case_62_late_events_and_what_follows_them(void **state)
{
    (void)state;
    struct lag lag = {0};
    assert_true(takes(&lag, &rule, now_ms, now_ms - 2400));
    assert_true(takes(&lag, &rule, now_ms, now_ms - 2500));
    assert_true(takes(&lag, &rule, now_ms, now_ms + 60000));
    assert_false(takes(&lag, &rule, now_ms, now_ms - 2501));
    assert_int_equal(lag.age_ms, 2501);
    assert_false(takes(&lag, &rule, now_ms + 499, now_ms + 499));
    assert_true(takes(&lag, &rule, now_ms + 500, now_ms + 500));
    assert_int_equal(lag.skipped, 2);
}

static void case_62_the_rule_can_be_switched_off(void **state)
{
    (void)state;
    const struct lag_rule off = {.enabled = false, .threshold_ms = 2500, .pause_ms = 500};
    struct lag lag = {0};
    assert_true(takes(&lag, &off, now_ms, now_ms - 60000));
    assert_int_equal(lag.age_ms, 60000);
}

static void case_63_an_implausible_time_is_none(void **state)
{
    (void)state;
    struct lag lag = {0};
    assert_true(takes(&lag, &rule, now_ms, 12345));
    assert_true(takes(&lag, &rule, now_ms, -1));
    struct cr_wire_event event = {0};
    assert_true(lag_accepts(&lag, &rule, &event, now_ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_62_late_events_and_what_follows_them),
        cmocka_unit_test(case_62_the_rule_can_be_switched_off),
        cmocka_unit_test(case_63_an_implausible_time_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
