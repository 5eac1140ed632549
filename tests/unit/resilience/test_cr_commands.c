/* The registry and its threads: names, races between answer and timer, workers' shards, the ticking
 * thread, metrics. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cr_clock.h"
#include "cr_commands.h"
#include "cr_metrics.h"
#include "cr_thread.h"
#include "cr_wire_stream.h"

static struct cr_command *command_of(struct cr_commands *commands, const char *key)
{
    struct cr_command *command = NULL;
    assert_int_equal(cr_commands_get(commands, cr_slice_of(key), CR_SLICE("group"),
                                     &cr_command_defaults, &command, NULL),
                     0);
    return command;
}

static void names(void **state)
{
    (void)state;
    struct cr_commands *commands = cr_commands_new(2, 0);
    struct cr_command *a = command_of(commands, "a");
    assert_ptr_equal(command_of(commands, "a"), a);
    assert_ptr_equal(cr_commands_find(commands, CR_SLICE("a")), a);
    assert_null(cr_commands_find(commands, CR_SLICE("b")));
    assert_string_equal(cr_command_key(a), "a");
    assert_string_equal(cr_command_group(a), "group");
    command_of(commands, "b");
    struct cr_command *none = NULL;
    struct cr_err err = {0};
    assert_int_equal(
        cr_commands_get(commands, CR_SLICE("c"), CR_SLICE("g"), &cr_command_defaults, &none, &err),
        CR_ELIMIT);
    assert_non_null(strstr(err.text, "'c'"));
    assert_int_equal(
        cr_commands_get(commands, CR_SLICE(""), CR_SLICE("g"), &cr_command_defaults, &none, &err),
        CR_EINVAL);
    char long_name[CR_COMMAND_NAME_MAX + 2];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_int_equal(cr_commands_get(commands, CR_SLICE("d"), cr_slice_of(long_name),
                                     &cr_command_defaults, &none, &err),
                     CR_EINVAL);
    assert_int_equal(cr_commands_count(commands), 2);
    cr_commands_freep(&commands);
    assert_null(commands);
    cr_commands_free(NULL);
}

/* --- answer against timer --- */

enum { RACES = 2000 };

struct duel {
    struct cr_execution runs[RACES];
    _Atomic int ready; /* runs that were begun */
    _Atomic int answered, timed_out;
};

static void duel_with(struct duel *duel, enum cr_command_event outcome, _Atomic int *won)
{
    for (int i = 0; i < RACES; i++) {
        while (atomic_load(&duel->ready) <= i)
            sched_yield();
        if (!cr_execution_finish(&duel->runs[i], outcome, 1))
            continue;
        atomic_fetch_add(won, 1);
        if (outcome == CR_EVENT_TIMEOUT)
            cr_execution_no_fallback(&duel->runs[i], 1);
    }
}

static void answers(void *ctx)
{
    struct duel *duel = ctx;
    duel_with(duel, CR_EVENT_SUCCESS, &duel->answered);
}

static void times_out(void *ctx)
{
    struct duel *duel = ctx;
    duel_with(duel, CR_EVENT_TIMEOUT, &duel->timed_out);
}

static void one_end_per_run(void **state)
{
    (void)state;
    struct cr_commands *commands = cr_commands_new(1, 0);
    struct cr_command_properties properties = cr_command_defaults;
    properties.max_concurrent = RACES;
    properties.fallback_max_concurrent = RACES;
    struct cr_command *command = NULL;
    assert_int_equal(
        cr_commands_get(commands, CR_SLICE("c"), CR_SLICE("g"), &properties, &command, NULL), 0);
    static struct duel duel;
    struct cr_thread one = {0}, two = {0};
    assert_int_equal(cr_thread_start(&one, "answers", answers, &duel, NULL), 0);
    assert_int_equal(cr_thread_start(&two, "timer", times_out, &duel, NULL), 0);
    for (int i = 0; i < RACES; i++) {
        assert_int_equal(cr_command_begin(command, &duel.runs[i], 0), CR_PERMITTED);
        atomic_store(&duel.ready, i + 1);
    }
    cr_thread_join(&one);
    cr_thread_join(&two);
    assert_int_equal(duel.answered + duel.timed_out, RACES);
    assert_int_equal(cr_command_in_flight(command), 0);
    assert_int_equal(cr_command_count(command, CR_EVENT_SUCCESS), duel.answered);
    assert_int_equal(cr_command_count(command, CR_EVENT_TIMEOUT), duel.timed_out);
    assert_int_equal(cr_command_count(command, CR_EVENT_FALLBACK_MISSING), duel.timed_out);
    cr_commands_free(commands);
}

/* --- workers --- */

enum { WORKERS = 2, CALLS = 20000 };

struct worker {
    struct cr_command *command;
    struct cr_command_shard *shard;
    struct cr_thread thread;
};

static void work(void *ctx)
{
    struct worker *worker = ctx;
    for (int i = 0; i < CALLS; i++) {
        struct cr_execution run;
        if (cr_command_begin_on(worker->command, worker->shard, &run, i) != CR_PERMITTED) {
            cr_execution_no_fallback(&run, i);
            continue;
        }
        enum cr_command_event outcome = i % 4 == 0 ? CR_EVENT_FAILURE : CR_EVENT_SUCCESS;
        cr_execution_finish(&run, outcome, i + i % 100);
        if (outcome == CR_EVENT_FAILURE)
            cr_execution_no_fallback(&run, i + i % 100);
    }
}

/* Counts of all workers arrive, whatever the ticks do in between; the peak stays in bounds. */
static void shards_are_summed(void **state)
{
    (void)state;
    struct cr_commands *commands = cr_commands_new(1, 0);
    struct cr_command *command = command_of(commands, "c");
    struct worker workers[WORKERS] = {0};
    for (int i = 0; i < WORKERS; i++) {
        workers[i].command = command;
        workers[i].shard = cr_command_shard_new(command);
        assert_non_null(workers[i].shard);
        assert_int_equal(cr_thread_start(&workers[i].thread, "worker", work, &workers[i], NULL), 0);
    }
    int64_t now_ms = 0;
    struct cr_wire_command figures;
    for (; cr_command_count(command, CR_EVENT_SUCCESS) < WORKERS * CALLS * 3 / 4;) {
        cr_commands_tick(commands, now_ms);
        cr_command_snapshot(command, 0, &figures);
        assert_in_range(figures.concurrent_max, 0, WORKERS);
    }
    for (int i = 0; i < WORKERS; i++)
        cr_thread_join(&workers[i].thread);
    cr_commands_tick(commands, now_ms += 1000);
    cr_command_snapshot(command, 0, &figures);
    assert_int_equal(figures.success, WORKERS * CALLS * 3 / 4);
    assert_int_equal(figures.failure, WORKERS * CALLS / 4);
    assert_int_equal(figures.request_count, WORKERS * CALLS);
    assert_int_equal(figures.error_percentage, 25);
    assert_in_range(figures.concurrent_max, 1, WORKERS);
    cr_commands_tick(commands, 10000);
    cr_command_snapshot(command, 0, &figures);
    assert_int_equal(figures.execute.at[2], 49);
    assert_int_equal(figures.execute.at[8], 99);
    cr_commands_free(commands);
}

static void shards_are_bounded(void **state)
{
    (void)state;
    struct cr_commands *commands = cr_commands_new(1, 0);
    struct cr_command *command = command_of(commands, "c");
    for (int i = 1; i < CR_COMMAND_SHARD_MAX; i++)
        assert_non_null(cr_command_shard_new(command));
    assert_null(cr_command_shard_new(command));
    cr_commands_free(commands);
}

/* --- the ticking thread, and who is told --- */

struct changes {
    struct cr_mutex lock;
    struct cr_cond changed;
    int count;
    enum cr_circuit_state from[8], to[8];
};

static void note_change(struct cr_command *command, enum cr_circuit_state from,
                        enum cr_circuit_state to, void *ctx)
{
    struct changes *changes = ctx;
    assert_string_equal(cr_command_key(command), "c");
    CR_LOCKED(&changes->lock);
    if (changes->count < 8) {
        changes->from[changes->count] = from;
        changes->to[changes->count++] = to;
    }
    cr_cond_signal(&changes->changed);
}

static void fail_once(struct cr_command *command)
{
    struct cr_execution run;
    if (cr_command_begin(command, &run, cr_clock_ms()) == CR_PERMITTED)
        cr_execution_finish(&run, CR_EVENT_FAILURE, cr_clock_ms());
    cr_execution_no_fallback(&run, cr_clock_ms());
}

static void the_thread_opens_the_circuit(void **state)
{
    (void)state;
    struct changes changes = {0};
    cr_mutex_init(&changes.lock);
    cr_cond_init(&changes.changed);
    struct cr_commands *commands = cr_commands_new(1, cr_clock_ms());
    cr_commands_watch(commands, note_change, &changes);
    assert_int_equal(cr_commands_start(commands, NULL), 0);
    struct cr_command *command = command_of(commands, "c");
    for (int i = 0; i < 20; i++)
        fail_once(command);
    int64_t deadline_ms = cr_clock_ms() + 10000;
    cr_mutex_lock(&changes.lock);
    while (changes.count == 0)
        assert_true(cr_cond_wait_until(&changes.changed, &changes.lock, deadline_ms));
    cr_mutex_unlock(&changes.lock);
    assert_int_equal(changes.from[0], CR_CIRCUIT_CLOSED);
    assert_int_equal(changes.to[0], CR_CIRCUIT_OPEN);
    struct cr_execution run;
    assert_int_equal(cr_command_begin(command, &run, cr_clock_ms()), CR_SHORT_CIRCUITED);
    cr_execution_no_fallback(&run, cr_clock_ms());
    cr_commands_stop(commands);
    cr_commands_free(commands);
    cr_cond_fini(&changes.changed);
    cr_mutex_fini(&changes.lock);
}

/* --- metrics --- */

static void metrics_have_micrometer_s_names(void **state)
{
    (void)state;
    struct cr_commands *commands = cr_commands_new(1, 0);
    struct cr_command *command = command_of(commands, "c\"1");
    fail_once(command);
    assert_int_equal(cr_metrics_add_collector(cr_commands_metrics, commands), 0);
    CR_AUTO(cr_buf) text = {0};
    cr_metrics_prometheus(&text, false);
    static const char *const lines[] = {
        "hystrix_execution_total{group=\"group\",key=\"c\\\"1\",event=\"failure\",",
        "event=\"failure\",terminal=\"false\"} 1",
        "event=\"fallback_missing\",terminal=\"true\"} 1",
        "hystrix_circuit_breaker_open{group=\"group\",key=\"c\\\"1\"} 0",
        "hystrix_concurrent_execution_current{",
    };
    for (size_t i = 0; i < CR_COUNT(lines); i++)
        assert_non_null(strstr(text.data, lines[i]));
    cr_metrics_remove_collector(cr_commands_metrics, commands);
    cr_commands_free(commands);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(one_end_per_run),
        cmocka_unit_test(shards_are_summed),
        cmocka_unit_test(shards_are_bounded),
        cmocka_unit_test(the_thread_opens_the_circuit),
        cmocka_unit_test(metrics_have_micrometer_s_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
