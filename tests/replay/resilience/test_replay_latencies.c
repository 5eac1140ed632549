/* Conformance 6.3: latencies, cases 38 to 44 by their numbers. */
#include "replay_world.h"

static const struct cr_wire_latency *after_minute(struct world *world)
{
    world_at(world, 10000);
    return &world_look(world)->execute;
}

static void expect(const struct cr_wire_latency *latency, const int64_t at[CR_WIRE_PERCENTILES],
                   int64_t mean)
{
    for (size_t i = 0; i < CR_WIRE_PERCENTILES; i++)
        assert_int_equal(latency->at[i], at[i]);
    assert_int_equal(latency->mean, mean);
}

static void record(struct world *world, int64_t from, int64_t step, int64_t to)
{
    for (int64_t ms = from; ms <= to; ms += step)
        assert_int_equal(world_call(world, 'S', ms), CR_PERMITTED);
}

static void case_38_tens(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    record(&world, 10, 10, 100);
    world_at(&world, 9999);
    assert_int_equal(world_look(&world)->execute.at[4], 0);
    const int64_t at[] = {10, 30, 50, 80, 90, 100, 100, 100, 100};
    expect(after_minute(&world), at, 55);
    expect(&world.figures.total, at, 55);
    world_at(&world, 69999);
    expect(&world_look(&world)->execute, at, 55);
    world_at(&world, 70000);
    const int64_t none[CR_WIRE_PERCENTILES] = {0};
    expect(&world_look(&world)->execute, none, 0);
    world_fini(&world);
}

static void case_39_one_to_a_hundred(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    record(&world, 1, 1, 100);
    const int64_t at[] = {1, 25, 50, 75, 90, 95, 99, 100, 100};
    expect(after_minute(&world), at, 50);
    world_fini(&world);
}

static void case_40_three_samples(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    record(&world, 5, 5, 15);
    const int64_t at[] = {5, 5, 10, 10, 15, 15, 15, 15, 15};
    expect(after_minute(&world), at, 10);
    world_fini(&world);
}

static void case_41_one_outlier(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    for (int i = 0; i < 9; i++)
        record(&world, 100, 1, 100);
    record(&world, 1000, 1, 1000);
    const struct cr_wire_latency *latency = after_minute(&world);
    assert_int_equal(latency->at[4], 100);
    assert_int_equal(latency->at[5], 1000);
    assert_int_equal(latency->mean, 190);
    world_fini(&world);
}

static void expect_once(int64_t ms, int64_t lower, int64_t upper, int64_t mean)
{
    struct world world;
    world_init(&world, NULL);
    record(&world, ms, 1, ms);
    const int64_t at[] = {lower, upper, upper, upper, upper, upper, upper, upper, upper};
    expect(after_minute(&world), at, mean);
    world_fini(&world);
}

static void case_42_quanta(void **state)
{
    (void)state;
    expect_once(3000, 3000, 3001, 3001);
    expect_once(5000, 5000, 5003, 5002);
    struct world world;
    world_init(&world, NULL);
    record(&world, 2047, 1, 2049);
    const struct cr_wire_latency *latency = after_minute(&world);
    assert_int_equal(latency->at[2], 2049);
    assert_int_equal(latency->mean, 2048);
    world_fini(&world);
}

static void case_43_refusals_leave_no_sample(void **state)
{
    (void)state;
    struct cr_command_properties properties = cr_command_defaults;
    properties.circuit_force_open = true;
    struct world world;
    world_init(&world, &properties);
    world_refused(&world, 10);
    properties.circuit_force_open = false;
    world.properties = properties;
    world_rejected(&world, 10);
    const int64_t none[CR_WIRE_PERCENTILES] = {0};
    expect(after_minute(&world), none, 0);
    expect(&world.figures.total, none, 0);
    assert_int_equal(world.figures.short_circuited, 10);
    assert_int_equal(world.figures.semaphore_rejected, 10);
    world_fini(&world);
}

static void case_44_the_fallback_s_time_counts(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    struct cr_execution run;
    assert_int_equal(cr_command_begin(world.command, &run, world.now_ms), CR_PERMITTED);
    assert_true(cr_execution_finish(&run, CR_EVENT_FAILURE, world.now_ms + 20));
    assert_true(cr_execution_fallback_begin(&run, world.now_ms + 20));
    cr_execution_fallback_end(&run, CR_EVENT_FALLBACK_SUCCESS, world.now_ms + 50);
    assert_int_equal(after_minute(&world)->at[2], 50);
    assert_int_equal(world.figures.total.at[2], 50);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_38_tens),
        cmocka_unit_test(case_39_one_to_a_hundred),
        cmocka_unit_test(case_40_three_samples),
        cmocka_unit_test(case_41_one_outlier),
        cmocka_unit_test(case_42_quanta),
        cmocka_unit_test(case_43_refusals_leave_no_sample),
        cmocka_unit_test(case_44_the_fallback_s_time_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
