/* Threads, locks and conditions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_thread.h"

struct shared {
    struct cr_mutex mutex;
    struct cr_cond cond;
    int count;
    bool signals_blocked;
    char name[16];
};

static void increment(void *ctx)
{
    struct shared *shared = ctx;
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    for (int i = 0; i < 1000; i++) {
        CR_LOCKED(&shared->mutex);
        shared->count++;
        shared->signals_blocked = sigismember(&blocked, SIGTERM) == 1;
        pthread_getname_np(pthread_self(), shared->name, sizeof shared->name);
    }
    cr_cond_broadcast(&shared->cond);
}

static void open_shared(struct shared *shared)
{
    memset(shared, 0, sizeof *shared);
    cr_mutex_init(&shared->mutex);
    cr_cond_init(&shared->cond);
}

static void close_shared(struct shared *shared)
{
    cr_cond_fini(&shared->cond);
    cr_mutex_fini(&shared->mutex);
}

static void test_threads_share_under_a_lock(void **state)
{
    (void)state;
    struct shared shared;
    struct cr_thread threads[4] = {0};
    open_shared(&shared);
    for (int i = 0; i < 4; i++)
        assert_int_equal(cr_thread_start(&threads[i], "counter", increment, &shared, NULL), 0);
    cr_mutex_lock(&shared.mutex);
    while (shared.count < 4000)
        assert_true(cr_cond_wait_until(&shared.cond, &shared.mutex, cr_clock_ms() + 10000));
    cr_mutex_unlock(&shared.mutex);
    for (int i = 0; i < 4; i++)
        cr_thread_join(&threads[i]);
    cr_thread_join(&threads[0]); /* again: nothing */
    assert_int_equal(shared.count, 4000);
    assert_true(shared.signals_blocked);
    assert_string_equal(shared.name, "counter");
    close_shared(&shared);
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    assert_int_equal(sigismember(&blocked, SIGTERM), 0);
}

static void test_waiting_ends_at_the_deadline(void **state)
{
    (void)state;
    struct shared shared;
    open_shared(&shared);
    cr_mutex_lock(&shared.mutex);
    int64_t deadline_ms = cr_clock_ms() + 20;
    while (cr_cond_wait_until(&shared.cond, &shared.mutex, deadline_ms))
        ;
    assert_true(cr_clock_ms() >= deadline_ms);
    assert_false(cr_cond_wait_until(&shared.cond, &shared.mutex, 0));
    cr_mutex_unlock(&shared.mutex);
    close_shared(&shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_share_under_a_lock),
        cmocka_unit_test(test_waiting_ends_at_the_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
