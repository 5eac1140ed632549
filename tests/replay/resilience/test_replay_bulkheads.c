/* Conformance 6.3: bulkheads and the time limit, cases 45, 48 and 49. */
#include "replay_world.h"

static void case_45_the_eleventh_is_rejected(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    struct cr_execution runs[10];
    for (size_t i = 0; i < CR_COUNT(runs); i++)
        assert_int_equal(cr_command_begin(world.command, &runs[i], world.now_ms), CR_PERMITTED);
    assert_int_equal(world_call(&world, 'S', 1), CR_SEMAPHORE_REJECTED);
    for (size_t i = 0; i < CR_COUNT(runs); i++)
        assert_true(cr_execution_finish(&runs[i], CR_EVENT_SUCCESS, world.now_ms));
    assert_int_equal(world_call(&world, 'S', 1), CR_PERMITTED);
    world_tick(&world, 2);
    assert_int_equal(world_look(&world)->semaphore_rejected, 1);
    assert_int_equal(world.figures.success, 11);
    assert_int_equal(world.figures.error_count, 1);
    assert_int_equal(world.figures.request_count, 12);
    world_fini(&world);
}

static void case_48_the_eleventh_fallback_is_rejected(void **state)
{
    (void)state;
    struct cr_command_properties properties = cr_command_defaults;
    properties.max_concurrent = 20;
    struct world world;
    world_init(&world, &properties);
    struct cr_execution runs[11];
    for (size_t i = 0; i < CR_COUNT(runs); i++) {
        assert_int_equal(cr_command_begin(world.command, &runs[i], world.now_ms), CR_PERMITTED);
        assert_true(cr_execution_finish(&runs[i], CR_EVENT_FAILURE, world.now_ms));
        assert_int_equal(cr_execution_fallback_begin(&runs[i], world.now_ms), i < 10);
    }
    for (size_t i = 0; i < 10; i++)
        cr_execution_fallback_end(&runs[i], CR_EVENT_FALLBACK_SUCCESS, world.now_ms);
    world_tick(&world, 2);
    assert_int_equal(world_look(&world)->fallback_rejection, 1);
    assert_int_equal(world.figures.fallback_success, 10);
    assert_int_equal(world.figures.exceptions_thrown, 1);
    world_fini(&world);
}

static void case_49_a_late_result_changes_nothing(void **state)
{
    (void)state;
    struct cr_command_properties properties = cr_command_defaults;
    properties.timeout_ms = 100;
    struct world world;
    world_init(&world, &properties);
    assert_int_equal(cr_command_timeout_ms(world.command), 100);
    struct cr_execution run;
    assert_int_equal(cr_command_begin(world.command, &run, world.now_ms), CR_PERMITTED);
    assert_true(cr_execution_running(&run));
    assert_true(cr_execution_finish(&run, CR_EVENT_TIMEOUT, world.now_ms + 100));
    assert_false(cr_execution_running(&run));
    assert_true(cr_execution_fallback_begin(&run, world.now_ms + 100));
    cr_execution_fallback_end(&run, CR_EVENT_FALLBACK_SUCCESS, world.now_ms + 100);
    assert_false(cr_execution_finish(&run, CR_EVENT_SUCCESS, world.now_ms + 500));
    assert_int_equal(cr_command_in_flight(world.command), 0);
    world_tick(&world, 2);
    assert_int_equal(world_look(&world)->timeout, 1);
    assert_int_equal(world.figures.success, 0);
    assert_int_equal(world.figures.fallback_success, 1);
    world_at(&world, 10000);
    assert_int_equal(world_look(&world)->execute.at[8], 100);
    world_fini(&world);
}

static void no_time_limit(void **state)
{
    (void)state;
    struct cr_command_properties properties = cr_command_defaults;
    properties.timeout_enabled = false;
    struct world world;
    world_init(&world, &properties);
    assert_int_equal(cr_command_timeout_ms(world.command), 0);
    world_fini(&world);
}

/* Limits are read at each use. */
static void the_limit_is_live(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    world_rejected(&world, 1);
    assert_int_equal(world_call(&world, 'S', 1), CR_PERMITTED);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_45_the_eleventh_is_rejected),
        cmocka_unit_test(case_48_the_eleventh_fallback_is_rejected),
        cmocka_unit_test(case_49_a_late_result_changes_nothing),
        cmocka_unit_test(no_time_limit),
        cmocka_unit_test(the_limit_is_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
