/* Turns: between two openers of one file, and when the one whose turn it is dies. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cr_clock.h"
#include "cr_gate.h"
#include "cr_thread.h"

enum { LONG_MS = 20000, SHORT_MS = 30 };

struct pair {
    char folder[64];
    char database[96];
    struct cr_gate one;
    struct cr_gate two;
};

static int set_up(void **state)
{
    struct pair *pair = calloc(1, sizeof *pair);
    assert_non_null(pair);
    snprintf(pair->folder, sizeof pair->folder, "/tmp/crema-gate-XXXXXX");
    assert_non_null(mkdtemp(pair->folder));
    snprintf(pair->database, sizeof pair->database, "%s/a.db", pair->folder);
    assert_int_equal(cr_gate_open(&pair->one, pair->database, NULL), 0);
    assert_int_equal(cr_gate_open(&pair->two, pair->database, NULL), 0);
    *state = pair;
    return 0;
}

static int tear_down(void **state)
{
    struct pair *pair = *state;
    char path[128];
    cr_gate_close(&pair->one);
    cr_gate_close(&pair->two);
    snprintf(path, sizeof path, "%s.turn", pair->database);
    unlink(path);
    rmdir(pair->folder);
    free(pair);
    return 0;
}

static void test_one_at_a_time(void **state)
{
    struct pair *pair = *state;
    struct cr_err err = {0};
    assert_int_equal(cr_gate_enter(&pair->one, SHORT_MS, &err), 0);
    assert_int_equal(cr_gate_enter(&pair->two, SHORT_MS, &err), CR_EUNAVAILABLE);
    assert_non_null(strstr(err.text, "does not finish writing"));
    cr_gate_leave(&pair->one);
    assert_int_equal(cr_gate_enter(&pair->two, SHORT_MS, &err), 0);
    cr_gate_leave(&pair->two);
    assert_int_equal(cr_gate_enter(&pair->one, SHORT_MS, &err), 0);
    cr_gate_leave(&pair->one);
}

struct waiter {
    struct cr_gate *gate;
    _Atomic int entered;
};

static void wait_for_turn(void *ctx)
{
    struct waiter *waiter = ctx;
    assert_int_equal(cr_gate_enter(waiter->gate, LONG_MS, NULL), 0);
    waiter->entered = 1;
    cr_gate_leave(waiter->gate);
}

/* Who takes its next turn at once comes behind the one that waits. */
static void test_who_waits_is_not_overtaken_for_ever(void **state)
{
    struct pair *pair = *state;
    struct waiter waiter = {.gate = &pair->two};
    struct cr_thread thread = {0};
    int turns = 0;
    assert_int_equal(cr_gate_enter(&pair->one, SHORT_MS, NULL), 0);
    assert_int_equal(cr_thread_start(&thread, "waiter", wait_for_turn, &waiter, NULL), 0);
    for (int64_t end_ms = cr_clock_ms() + LONG_MS; !waiter.entered && cr_clock_ms() < end_ms;) {
        cr_gate_leave(&pair->one);
        assert_int_equal(cr_gate_enter(&pair->one, LONG_MS, NULL), 0);
        turns++;
        usleep(2000); /* its work */
    }
    cr_gate_leave(&pair->one);
    cr_thread_join(&thread);
    assert_int_equal(waiter.entered, 1);
    assert_true(turns < 1000);
}

static void test_a_turn_ends_with_its_process(void **state)
{
    struct pair *pair = *state;
    int ready[2];
    char octet = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct cr_gate own;
        if (cr_gate_open(&own, pair->database, NULL) == 0 &&
            cr_gate_enter(&own, SHORT_MS, NULL) == 0 && write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &octet, 1), 1);
    assert_int_equal(cr_gate_enter(&pair->one, SHORT_MS, NULL), CR_EUNAVAILABLE);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(cr_gate_enter(&pair->one, LONG_MS, NULL), 0);
    cr_gate_leave(&pair->one);
    close(ready[0]);
    close(ready[1]);
}

static void test_a_folder_that_is_not_there(void **state)
{
    (void)state;
    struct cr_gate gate;
    struct cr_err err = {0};
    assert_int_equal(cr_gate_open(&gate, "/nowhere/a.db", &err), CR_EIO);
    assert_non_null(strstr(err.text, "/nowhere/a.db.turn"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_waits_is_not_overtaken_for_ever, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_turn_ends_with_its_process, set_up, tear_down),
        cmocka_unit_test(test_a_folder_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
