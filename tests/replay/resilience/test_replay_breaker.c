/* Conformance 6.2: the breaker, cases 16 to 35 by their numbers. Pool rejections (P of case 23) do
 * not occur: commands never occupy a thread, so semaphore rejections take their place. */
#include "replay_world.h"

#include <sched.h>
#include <stdlib.h>

#include "cr_thread.h"

#define CLOSED    CR_CIRCUIT_CLOSED
#define OPEN      CR_CIRCUIT_OPEN
#define HALF_OPEN CR_CIRCUIT_HALF_OPEN

static int begin(void **state)
{
    struct world *world = malloc(sizeof *world);
    world_init(world, NULL);
    *state = world;
    return 0;
}

static int end(void **state)
{
    world_fini(*state);
    free(*state);
    return 0;
}

static void change(struct world *world)
{
    cr_command_configure(world->command, &world->properties);
}

/* Opens the circuit; the world then stands at the edge of the bucket, t0. */
static void open_circuit(struct world *world)
{
    world_calls(world, "20F");
    world_tick(world, 1);
    assert_int_equal(world_state(world), OPEN);
}

static int64_t since_start(const struct world *world)
{
    return world->now_ms - world->start_ms;
}

static void case_16_nineteen_failures_are_too_few(void **state)
{
    struct world *world = *state;
    world_calls(world, "19F");
    world_tick(world, 1);
    assert_int_equal(world_state(world), CLOSED);
    assert_int_equal(world_look(world)->request_count, 19);
    assert_int_equal(world->figures.error_percentage, 100);
}

static void case_17_opens_at_the_tick_not_before(void **state)
{
    struct world *world = *state;
    world_calls(world, "20F");
    assert_int_equal(world_state(world), CLOSED);
    world_calls(world, "1F");
    world_tick(world, 1);
    assert_int_equal(world_state(world), OPEN);
    assert_true(world_look(world)->is_open);
}

static void case_18_half_is_enough(void **state)
{
    struct world *world = *state;
    world_calls(world, "11S 9F");
    world_tick(world, 1);
    assert_int_equal(world_look(world)->error_percentage, 45);
    assert_int_equal(world_state(world), CLOSED);

    struct world other;
    world_init(&other, NULL);
    world_calls(&other, "10S 10F");
    world_tick(&other, 1);
    assert_int_equal(world_look(&other)->error_percentage, 50);
    assert_int_equal(world_state(&other), OPEN);
    world_fini(&other);
}

static void case_19_truncates_a_binary_fraction(void **state)
{
    struct world *world = *state;
    world->properties.circuit_error_threshold_percentage = 58;
    change(world);
    world_calls(world, "21S 29F");
    world_tick(world, 1);
    assert_int_equal(world_look(world)->error_percentage, 57);
    assert_int_equal(world_state(world), CLOSED);
    world->properties.circuit_error_threshold_percentage = 57;
    change(world);
    world_tick(world, 1);
    assert_int_equal(world_state(world), OPEN);
}

static void case_20_twenty_nine_of_a_hundred_are_28(void **state)
{
    struct world *world = *state;
    world->properties.circuit_error_threshold_percentage = 29;
    change(world);
    world_calls(world, "71S 29F");
    world_tick(world, 1);
    assert_int_equal(world_look(world)->error_percentage, 28);
    assert_int_equal(world_state(world), CLOSED);
}

static void case_21_bad_requests_do_not_count(void **state)
{
    struct world *world = *state;
    world_calls(world, "30B");
    world_tick(world, 2);
    assert_int_equal(world_look(world)->request_count, 0);
    assert_int_equal(world->figures.error_percentage, 0);
    assert_int_equal(world->figures.bad_requests, 30);
    assert_int_equal(world_state(world), CLOSED);
}

static void case_22_short_circuits_do_not_count(void **state)
{
    struct world *world = *state;
    world_calls(world, "19F");
    world->properties.circuit_force_open = true;
    change(world);
    world_refused(world, 50);
    world->properties.circuit_force_open = false;
    change(world);
    world_tick(world, 1);
    assert_int_equal(world_look(world)->request_count, 19);
    assert_int_equal(world_state(world), CLOSED);
}

static void case_23_rejections_are_errors(void **state)
{
    struct world *world = *state;
    world_calls(world, "10S");
    world_rejected(world, 10);
    world_tick(world, 1);
    assert_int_equal(world_look(world)->error_count, 10);
    assert_int_equal(world->figures.error_percentage, 50);
    assert_int_equal(world_state(world), OPEN);
}

static void case_24_a_bucket_counts_for_twenty_snapshots(void **state)
{
    struct world *world = *state;
    world->properties.circuit_request_volume_threshold = 1000;
    change(world);
    world_calls(world, "20F");
    for (int snapshot = 0; snapshot < 20; snapshot++) {
        world_tick(world, 1);
        assert_int_equal(world_look(world)->request_count, 20);
    }
    world_tick(world, 1);
    assert_int_equal(world_look(world)->request_count, 0);
}

static void case_25_sleeps_strictly_longer_than_its_window(void **state)
{
    struct world *world = *state;
    open_circuit(world);
    int64_t t0 = since_start(world);
    world_at(world, t0 + 5000);
    world_refused(world, 1);
    world_at(world, t0 + 5001);
    struct cr_execution trial;
    assert_int_equal(cr_command_begin(world->command, &trial, world->now_ms), CR_PERMITTED);
    assert_int_equal(world_state(world), HALF_OPEN);
    assert_true(cr_execution_finish(&trial, CR_EVENT_CANCELLED, world->now_ms));
}

/* Opens, waits, and begins the trial. */
static void begin_trial(struct world *world, struct cr_execution *trial)
{
    open_circuit(world);
    world_at(world, since_start(world) + 5001);
    assert_int_equal(cr_command_begin(world->command, trial, world->now_ms), CR_PERMITTED);
    assert_int_equal(world_state(world), HALF_OPEN);
}

static void case_26_only_one_trial(void **state)
{
    struct world *world = *state;
    struct cr_execution trial;
    begin_trial(world, &trial);
    world_refused(world, 1);
    assert_true(world_look(world)->is_open);
    assert_true(cr_execution_finish(&trial, CR_EVENT_CANCELLED, world->now_ms));
}

static void case_27_success_closes_at_once(void **state)
{
    struct world *world = *state;
    struct cr_execution trial;
    begin_trial(world, &trial);
    int64_t failures = world_look(world)->failure;
    assert_int_equal(failures, 20);
    assert_true(cr_execution_finish(&trial, CR_EVENT_SUCCESS, world->now_ms));
    assert_int_equal(world_state(world), CLOSED);
    assert_false(world_look(world)->is_open);
    assert_int_equal(world->figures.request_count, 0);
    assert_int_equal(world->figures.error_percentage, 0);
    assert_int_equal(world->figures.failure, failures);
    world_tick(world, 1);
    assert_int_equal(world_state(world), CLOSED);
}

static void case_28_a_failed_trial_sleeps_anew(void **state)
{
    struct world *world = *state;
    struct cr_execution trial;
    begin_trial(world, &trial);
    int64_t t1 = since_start(world);
    assert_true(cr_execution_finish(&trial, CR_EVENT_FAILURE, world->now_ms));
    assert_int_equal(world_state(world), OPEN);
    cr_execution_no_fallback(&trial, world->now_ms);
    world_at(world, t1 + 5000);
    world_refused(world, 1);
    world_at(world, t1 + 5001);
    assert_int_equal(world_call(world, 'S', 1), CR_PERMITTED);
    assert_int_equal(world_state(world), CLOSED);
}

static void case_29_every_other_end_of_a_trial_opens(void **state)
{
    struct world *world = *state;
    open_circuit(world);
    for (const char *kind = "BTCF"; *kind; kind++) {
        world_at(world, since_start(world) + 5001);
        assert_int_equal(world_call(world, *kind, 0), CR_PERMITTED);
        assert_int_equal(world_state(world), OPEN);
    }
    world_at(world, since_start(world) + 5001);
    world_rejected(world, 1);
    assert_int_equal(world_state(world), OPEN);
    world_refused(world, 1);
}

static void case_30_a_healthy_snapshot_never_closes(void **state)
{
    struct world *world = *state;
    open_circuit(world);
    world_tick(world, 60);
    assert_int_equal(world_look(world)->request_count, 0);
    assert_int_equal(world_state(world), OPEN);
}

static void case_31_forced_open_wins(void **state)
{
    struct world *world = *state;
    world->properties.circuit_force_open = true;
    change(world);
    world_refused(world, 3);
    assert_true(world_look(world)->is_open);
    world->properties.circuit_force_closed = true;
    change(world);
    world_refused(world, 3);
    assert_true(world_look(world)->is_open);
}

static void case_32_forced_closed_hides_an_open_circuit(void **state)
{
    struct world *world = *state;
    world->properties.circuit_force_closed = true;
    change(world);
    world_calls(world, "100F");
    world_tick(world, 1);
    world_calls(world, "1F");
    assert_false(world_look(world)->is_open);
    world->properties.circuit_force_closed = false;
    change(world);
    assert_true(world_look(world)->is_open);
    world_refused(world, 1);
}

static void case_33_a_disabled_breaker_never_opens(void **state)
{
    (void)state;
    struct cr_command_properties properties = cr_command_defaults;
    properties.circuit_enabled = false;
    properties.circuit_force_open = true;
    struct world world;
    world_init(&world, &properties);
    world_calls(&world, "100F");
    world_tick(&world, 1);
    world_calls(&world, "1F");
    assert_false(world_look(&world)->is_open);
    assert_int_equal(world.figures.request_count, 100);
    world_fini(&world);
}

static void case_34_the_volume_threshold_is_live(void **state)
{
    struct world *world = *state;
    world_calls(world, "6F");
    world_tick(world, 1);
    assert_int_equal(world_state(world), CLOSED);
    world->properties.circuit_request_volume_threshold = 5;
    change(world);
    assert_int_equal(world_state(world), CLOSED);
    world_tick(world, 1);
    assert_int_equal(world_state(world), OPEN);
}

struct race {
    struct cr_circuit circuit;
    _Atomic int round; /* both threads attempt when it grows */
    _Atomic int done;
    _Atomic int allowed;
};

enum { RACE_ROUNDS = 10000, RACE_THREADS = 2 };

static void race_attempts(void *ctx)
{
    struct race *race = ctx;
    for (int round = 1; round <= RACE_ROUNDS; round++) {
        while (atomic_load(&race->round) < round)
            sched_yield();
        if (cr_circuit_attempt(&race->circuit, 5001) != CR_CIRCUIT_REFUSED)
            atomic_fetch_add(&race->allowed, 1);
        atomic_fetch_add(&race->done, 1);
    }
}

static void case_35_two_threads_one_trial(void **state)
{
    (void)state;
    static const struct cr_circuit_settings settings = {
        .enabled = true,
        .request_volume_threshold = 1,
        .sleep_window_ms = 5000,
        .error_threshold_percentage = 1,
    };
    struct race race = {0};
    cr_circuit_init(&race.circuit, &settings);
    struct cr_thread threads[RACE_THREADS] = {0};
    for (int i = 0; i < RACE_THREADS; i++)
        assert_int_equal(cr_thread_start(&threads[i], "attempt", race_attempts, &race, NULL), 0);
    int wrong = 0;
    for (int round = 1; round <= RACE_ROUNDS; round++) {
        cr_circuit_success(&race.circuit);
        cr_circuit_evaluate(&race.circuit, 1, 1, 0);
        atomic_store(&race.allowed, 0);
        atomic_store(&race.done, 0);
        atomic_store(&race.round, round);
        while (atomic_load(&race.done) < RACE_THREADS)
            sched_yield();
        wrong += atomic_load(&race.allowed) != 1;
    }
    for (int i = 0; i < RACE_THREADS; i++)
        cr_thread_join(&threads[i]);
    assert_int_equal(wrong, 0);
}

/* [derived] in section 2.4: whoever ends during HALF_OPEN decides. */
static void a_straggler_decides(void **state)
{
    struct world *world = *state;
    struct cr_execution straggler;
    assert_int_equal(cr_command_begin(world->command, &straggler, world->now_ms), CR_PERMITTED);
    struct cr_execution trial;
    begin_trial(world, &trial);
    assert_true(cr_execution_finish(&straggler, CR_EVENT_SUCCESS, world->now_ms));
    assert_int_equal(world_state(world), CLOSED);
    assert_true(cr_execution_finish(&trial, CR_EVENT_FAILURE, world->now_ms));
    assert_int_equal(world_state(world), CLOSED);
    cr_execution_no_fallback(&trial, world->now_ms);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(case_16_nineteen_failures_are_too_few),
        CASE(case_17_opens_at_the_tick_not_before),
        CASE(case_18_half_is_enough),
        CASE(case_19_truncates_a_binary_fraction),
        CASE(case_20_twenty_nine_of_a_hundred_are_28),
        CASE(case_21_bad_requests_do_not_count),
        CASE(case_22_short_circuits_do_not_count),
        CASE(case_23_rejections_are_errors),
        CASE(case_24_a_bucket_counts_for_twenty_snapshots),
        CASE(case_25_sleeps_strictly_longer_than_its_window),
        CASE(case_26_only_one_trial),
        CASE(case_27_success_closes_at_once),
        CASE(case_28_a_failed_trial_sleeps_anew),
        CASE(case_29_every_other_end_of_a_trial_opens),
        CASE(case_30_a_healthy_snapshot_never_closes),
        CASE(case_31_forced_open_wins),
        CASE(case_32_forced_closed_hides_an_open_circuit),
        CASE(case_33_a_disabled_breaker_never_opens),
        CASE(case_34_the_volume_threshold_is_live),
        CASE(case_35_two_threads_one_trial),
        CASE(a_straggler_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
