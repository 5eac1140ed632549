/* Conformance 6.3: counters, cases 36 and 37, and section 2.7. Cases 46, 47, 50, 51 and 52 are
 * about thread pools, the request cache and collapsers, which commands here do not have. */
#include "replay_world.h"

struct ending {
    const char *what;
    bool enabled;
    enum cr_command_event fallback; /* CR_EVENT_COUNT: none is begun */
    int64_t success, failure, missing, thrown;
};

static void case_36_fallbacks_and_exceptions(void **state)
{
    (void)state;
    static const struct ending endings[] = {
        {"fallback ok", true, CR_EVENT_FALLBACK_SUCCESS, 1, 0, 0, 0},
        {"no fallback", true, CR_EVENT_FALLBACK_MISSING, 0, 0, 1, 1},
        {"fallback throws", true, CR_EVENT_FALLBACK_FAILURE, 0, 1, 0, 1},
        {"fallback disabled", false, CR_EVENT_COUNT, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < CR_COUNT(endings); i++) {
        const struct ending *ending = &endings[i];
        struct cr_command_properties properties = cr_command_defaults;
        properties.fallback_enabled = ending->enabled;
        struct world world;
        world_init(&world, &properties);
        struct cr_execution run;
        assert_int_equal(cr_command_begin(world.command, &run, world.now_ms), CR_PERMITTED);
        assert_true(cr_execution_finish(&run, CR_EVENT_FAILURE, world.now_ms));
        bool begun = cr_execution_fallback_begin(&run, world.now_ms);
        assert_int_equal(begun, ending->enabled);
        if (begun)
            cr_execution_fallback_end(&run, ending->fallback, world.now_ms);
        world_tick(&world, 2);
        const struct cr_wire_command *figures = world_look(&world);
        assert_int_equal(figures->failure, 1);
        assert_int_equal(figures->fallback_success, ending->success);
        assert_int_equal(figures->fallback_failure, ending->failure);
        assert_int_equal(figures->fallback_missing, ending->missing);
        assert_int_equal(figures->exceptions_thrown, ending->thrown);
        world_fini(&world);
    }
}

static void case_36_bad_requests_are_thrown(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    world_calls(&world, "1B");
    world_tick(&world, 2);
    assert_int_equal(world_look(&world)->exceptions_thrown, 1);
    world_fini(&world);
}

static void case_37_visible_from_the_bucket_s_end_for_ten(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    world_at(&world, 100);
    world_calls(&world, "1S");
    world_at(&world, 999);
    assert_int_equal(world_look(&world)->success, 0);
    for (int second = 1; second <= 10; second++) {
        world_at(&world, second * 1000);
        assert_int_equal(world_look(&world)->success, 1);
    }
    world_at(&world, 10999);
    assert_int_equal(world_look(&world)->success, 1);
    world_at(&world, 11000);
    assert_int_equal(world_look(&world)->success, 0);
    world_fini(&world);
}

/* A command is counted only when its fallback has ended, with all its events at once. */
static void counted_when_the_fallback_ends(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    struct cr_execution run;
    assert_int_equal(cr_command_begin(world.command, &run, world.now_ms), CR_PERMITTED);
    assert_true(cr_execution_finish(&run, CR_EVENT_TIMEOUT, world.now_ms));
    assert_true(cr_execution_fallback_begin(&run, world.now_ms));
    world_tick(&world, 2);
    assert_int_equal(world_look(&world)->timeout, 0);
    assert_int_equal(world.figures.request_count, 0);
    cr_execution_fallback_end(&run, CR_EVENT_FALLBACK_SUCCESS, world.now_ms);
    world_tick(&world, 2);
    assert_int_equal(world_look(&world)->timeout, 1);
    assert_int_equal(world.figures.fallback_success, 1);
    assert_int_equal(world.figures.request_count, 1);
    world_fini(&world);
}

/* Section 2.7: the highest concurrency seen at a start, over ten closed seconds. */
static void peak_of_concurrency(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    struct cr_execution runs[3];
    for (size_t i = 0; i < CR_COUNT(runs); i++)
        assert_int_equal(cr_command_begin(world.command, &runs[i], world.now_ms), CR_PERMITTED);
    assert_int_equal(world_look(&world)->concurrent, 3);
    assert_int_equal(world.figures.concurrent_max, 0);
    world_at(&world, 10000);
    assert_int_equal(world_look(&world)->concurrent_max, 3);
    world_at(&world, 11000);
    assert_int_equal(world_look(&world)->concurrent_max, 0);
    assert_int_equal(world.figures.concurrent, 3);
    for (size_t i = 0; i < CR_COUNT(runs); i++)
        assert_true(cr_execution_finish(&runs[i], CR_EVENT_SUCCESS, world.now_ms));
    assert_int_equal(world_look(&world)->concurrent, 0);
    world_fini(&world);
}

/* A tick that comes late closes all buckets that are due. */
static void a_long_pause_empties_the_windows(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    world_calls(&world, "5S");
    world.now_ms += 3600000;
    cr_commands_tick(world.commands, world.now_ms);
    assert_int_equal(world_look(&world)->success, 0);
    assert_int_equal(world.figures.request_count, 0);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_36_fallbacks_and_exceptions),
        cmocka_unit_test(case_36_bad_requests_are_thrown),
        cmocka_unit_test(case_37_visible_from_the_bucket_s_end_for_ten),
        cmocka_unit_test(counted_when_the_fallback_ends),
        cmocka_unit_test(peak_of_concurrency),
        cmocka_unit_test(a_long_pause_empties_the_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
