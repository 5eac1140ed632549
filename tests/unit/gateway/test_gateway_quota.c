/* Connections in work: no limit is ever passed, not even for a moment; the list keeps its order,
 * and whoever is held up by an instance of his own holds up nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "snapshot.h"
#include "worker.h"

enum { THREADS = 4, TURNS = 20000, LIMIT = 3 };

struct shared {
    _Atomic uint32_t used;
    _Atomic uint32_t inside; /* what `used` promises */
    _Atomic bool passed;
    _Atomic uint32_t taken;
};

static void take_and_give(void *ctx)
{
    struct shared *shared = ctx;
    for (int i = 0; i < TURNS; i++) {
        if (!quota_count(&shared->used, LIMIT))
            continue;
        if (atomic_fetch_add(&shared->inside, 1) >= LIMIT)
            atomic_store(&shared->passed, true);
        atomic_fetch_add(&shared->taken, 1);
        atomic_fetch_sub(&shared->inside, 1);
        atomic_fetch_sub(&shared->used, 1);
    }
}

static void many_threads_pass_no_limit(void **state)
{
    struct shared shared = {0};
    struct cr_thread threads[THREADS] = {0};
    struct cr_err err;
    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(cr_thread_start(&threads[i], "taker", take_and_give, &shared, &err), 0);
    for (size_t i = 0; i < THREADS; i++)
        cr_thread_join(&threads[i]);
    assert_false(atomic_load(&shared.passed));
    assert_true(atomic_load(&shared.taken) > 0);
    assert_int_equal(atomic_load(&shared.used), 0);
}

static void a_limit_is_its_last_value(void **state)
{
    _Atomic uint32_t used = 0;
    (void)state;
    assert_false(quota_count(&used, 0));
    assert_true(quota_count(&used, 2));
    assert_true(quota_count(&used, 2));
    assert_false(quota_count(&used, 2));
    assert_false(quota_count(&used, 1)); /* lowered meanwhile */
    assert_true(quota_count(&used, 3));
    assert_int_equal(atomic_load(&used), 3);
}

static void the_first_is_the_first_that_could_go(void **state)
{
    struct quota quota;
    struct instance full = {.used = 2, .used_max = 2}, free = {.used = 1, .used_max = 2};
    struct waiter held = {.instance = &full}, second = {.instance = &free}, any = {0};
    (void)state;
    quota_init(&quota);
    assert_false(quota_is_awaited(&quota));
    assert_null(quota_first(&quota));
    quota_join(&quota, &held);
    assert_true(quota_is_awaited(&quota));
    assert_null(quota_first(&quota));
    quota_join(&quota, &second);
    quota_join(&quota, &any);
    assert_ptr_equal(quota_first(&quota), &second);
    atomic_store(&full.used, 1);
    assert_ptr_equal(quota_first(&quota), &held);
    quota_leave(&quota, &held);
    quota_leave(&quota, &second);
    assert_ptr_equal(quota_first(&quota), &any);
    quota_leave(&quota, &any);
    assert_false(quota_is_awaited(&quota));
    quota_fini(&quota);
}

/* A worker is woken once, however often it is called before it looks; by itself never. */
static void calls_are_for_the_first_one(void **state)
{
    struct quota quota;
    struct worker self = {.waker.fd = -1}, other = {.waker.fd = -1};
    struct waiter first = {.worker = &other}, second = {.worker = &self};
    (void)state;
    quota_init(&quota);
    quota_call(&quota, &self);
    quota_join(&quota, &first);
    quota_join(&quota, &second);
    quota_call(&quota, &self);
    assert_true(atomic_load(&other.called));
    assert_false(atomic_load(&self.called));
    quota_leave(&quota, &first);
    quota_call(&quota, &self);
    assert_true(atomic_load(&self.called));
    quota_leave(&quota, &second);
    quota_fini(&quota);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_threads_pass_no_limit),
        cmocka_unit_test(a_limit_is_its_last_value),
        cmocka_unit_test(the_first_is_the_first_that_could_go),
        cmocka_unit_test(calls_are_for_the_first_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
