/* Signals as events, wake-ups from other threads, and the place where a signal ends at once. */
#include "cr_signals.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cr_thread.h"

static void test_signals_become_events(void **state)
{
    (void)state;
    struct cr_signals signals;
    assert_int_equal(cr_signals_open(&signals, NULL), 0);
    assert_int_equal(cr_signals_wait(&signals, 0), 0);
    kill(getpid(), SIGTERM);
    kill(getpid(), SIGHUP);
    assert_int_equal(cr_signals_wait(&signals, 1000), CR_SIGNALS_STOP | CR_SIGNALS_REFRESH);
    kill(getpid(), SIGINT);
    assert_int_equal(cr_signals_wait(&signals, 1000), CR_SIGNALS_STOP);
    assert_int_equal(cr_signals_wait(&signals, 0), 0);
    cr_signals_close(&signals);
}

static void wake(void *ctx)
{
    cr_signals_wake(ctx);
}

static void test_wake_ups(void **state)
{
    (void)state;
    struct cr_signals signals;
    struct cr_thread thread = {0};
    assert_int_equal(cr_signals_open(&signals, NULL), 0);
    assert_int_equal(cr_thread_start(&thread, "waker", wake, &signals, NULL), 0);
    assert_int_equal(cr_signals_wait(&signals, 5000), CR_SIGNALS_WAKE);
    cr_thread_join(&thread);
    cr_signals_close(&signals);
}

/* An ignored SIGHUP (nohup) is seen nevertheless. */
static void test_an_inherited_ignore_is_undone(void **state)
{
    (void)state;
    struct cr_signals signals;
    signal(SIGHUP, SIG_IGN);
    assert_int_equal(cr_signals_open(&signals, NULL), 0);
    kill(getpid(), SIGHUP);
    assert_int_equal(cr_signals_wait(&signals, 1000), CR_SIGNALS_REFRESH);
    cr_signals_close(&signals);
}

static void test_end_at_once(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct cr_signals signals;
        if (cr_signals_open(&signals, NULL) != 0)
            _exit(3);
        kill(getpid(), SIGTERM); /* pending: counts when switched on */
        cr_signals_end_at_once(true);
        _exit(4);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    struct cr_signals signals;
    assert_int_equal(cr_signals_open(&signals, NULL), 0);
    cr_signals_end_at_once(true);
    cr_signals_end_at_once(false);
    kill(getpid(), SIGTERM);
    assert_int_equal(cr_signals_wait(&signals, 1000), CR_SIGNALS_STOP);
    cr_signals_close(&signals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals_become_events),
        cmocka_unit_test(test_wake_ups),
        cmocka_unit_test(test_an_inherited_ignore_is_undone),
        cmocka_unit_test(test_end_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
